"""The page of commands, written from the commands themselves: `python -m invopt.cli.reference [FILE]`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

INTRODUCTION = """# Commands

Every command of invopt, written from the commands themselves by `python -m invopt.cli.reference`: do not edit this
page. `invopt COMMAND --help` prints the same. The workspace is the current folder unless `--workspace`, or
`INVOPT_WORKSPACE` in the environment, names another.

Exit codes: 0 done, 1 a run failed, 2 a wrong call, 3 bad input data, 4 busy and will pass, 130 stopped. A run that was
stopped or killed goes on where it was when the same command is given again.
"""


def reference() -> str:
    """All commands as Markdown, in the order of `invopt --help`."""
    commands = commands_by_name()
    listed = ["| command | what it does |", "|---|---|"]
    listed += [
        f"| [`{name}`](#{name.replace(' ', '-')}) | {_first_sentence(command)} |" for name, command in commands.items()
    ]
    return "\n".join([INTRODUCTION, *listed, "", *(_section(*entry) for entry in commands.items())])


def commands_by_name() -> dict[str, Any]:
    """The commands as Click knows them, by name; those of a group under both words."""
    from typer.main import get_command

    from invopt.cli import app

    group: Any = get_command(app)
    found = {}
    for name, command in group.commands.items():
        if not hasattr(command, "commands") or command.invoke_without_command:  # a group alone does nothing
            found[name] = command
        found |= {f"{name} {part}": inner for part, inner in getattr(command, "commands", {}).items()}
    return found


def _section(name: str, command: Any) -> str:
    lines = [f"## {name}", "", _plain(command.help), ""]
    rows = [_row(parameter) for parameter in command.params]
    if rows:
        lines += ["| argument or option | default | meaning |", "|---|---|---|", *rows, ""]
    lines += ["```sh", command.epilog.removeprefix("Example: "), "```", ""]
    return "\n".join(lines)


def _row(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    names = ", ".join(f"`{name}`" for name in parameter.opts) if is_option else f"`{parameter.name.upper()}`"
    if not is_option and parameter.nargs == -1:
        names += " ..."
    needed = "required" if parameter.required else ""
    default = "" if parameter.default in (None, False, "") or callable(parameter.default) else str(parameter.default)
    meaning = (getattr(parameter, "help", None) or "").replace("|", "\\|")
    return f"| {names} | {needed or (f'`{default}`' if default else '')} | {meaning} |"


def _plain(text: str | None) -> str:
    return re.sub(r"[ \t]*\n[ \t]*(?=\S)", " ", (text or "").strip()).replace("\n ", "\n\n").strip()


def _first_sentence(command: Any) -> str:
    return re.split(r"(?<=[.]) |\n", _plain(command.help), maxsplit=1)[0].rstrip(".")


if __name__ == "__main__":
    page = Path(__file__).resolve().parents[3] / "docs" / "commands.md"
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else page
    target.write_text(reference(), encoding="utf-8")
