"""Write the settings as a commented TOML file and as a table for the docs, from their declarations.

`python -m invopt.settings.template` rewrites `models/default.toml` and `docs/settings.md`.
"""

from __future__ import annotations

import dataclasses
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from invopt.settings import Settings, section_type


def default_toml() -> str:
    """All settings with their defaults, each under a comment that says what it changes."""
    lines = [
        "# Planning settings of invopt. Every value here is the default: change what differs for you.",
        "# `invopt plan` checks this file and names what it does not understand.",
    ]
    for section, fields in _sections():
        lines += ["", f"[{section}]"]
        for item in fields:
            unit = f" [{item.metadata['unit']}]" if item.metadata.get("unit") else ""
            lines += textwrap.wrap(f"# {item.metadata['meaning']}{unit}", 108, subsequent_indent="# ")
            if item.metadata.get("choices"):
                lines.append(f"# One of: {', '.join(item.metadata['choices'])}.")
            # An empty table written out would forbid the section that its comment asks for.
            mark = "# " if _default(item) == {} else ""
            lines.append(f"{mark}{item.name} = {_toml(_default(item))}")
    return "\n".join(lines) + "\n"


def settings_table() -> str:
    """The docs page: name, default, unit, what it changes."""
    lines = [
        "# Settings",
        "",
        "Written from the declarations in `src/invopt/settings/`; `models/default.toml` holds the defaults.",
    ]
    for section, fields in _sections():
        lines += ["", f"## {section}", "", "| name | default | unit | what it changes |", "|---|---|---|---|"]
        for item in fields:
            choices = item.metadata.get("choices")
            meaning = item.metadata["meaning"] + (f" One of {', '.join(choices)}." if choices else "")
            cells = (f"`{item.name}`", f"`{_toml(_default(item))}`", item.metadata.get("unit", ""), meaning)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _sections() -> Iterator[tuple[str, tuple[dataclasses.Field[Any], ...]]]:
    for part in dataclasses.fields(Settings):
        yield part.name, dataclasses.fields(section_type(part))


def _default(item: dataclasses.Field[Any]) -> Any:
    factory = item.default_factory
    return item.default if factory is dataclasses.MISSING else factory()


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {_toml(entry)}" for key, entry in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(entry) for entry in value) + "]"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[3]
    (root / "models" / "default.toml").write_text(default_toml(), encoding="utf-8")
    (root / "docs").mkdir(exist_ok=True)
    (root / "docs" / "settings.md").write_text(settings_table(), encoding="utf-8")
