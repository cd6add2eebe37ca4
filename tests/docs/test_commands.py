"""Every command explains itself, shows an example that is understood, and is on the page of commands."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from invopt.cli import app
from invopt.cli.reference import commands_by_name, reference

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = commands_by_name()
SLOW = ("pandas", "prefect", "duckdb", "scipy", "statsmodels", "matplotlib", "numba", "pyarrow")


def test_the_page_of_commands_is_fresh():
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == reference(), (
        "docs/commands.md is stale. Write it with: python -m invopt.cli.reference"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_it_does_and_shows_an_example(name):
    answer = CliRunner().invoke(app, [*name.split(), "--help"])
    assert answer.exit_code == 0
    assert f"Example: invopt {name}" in " ".join(answer.output.split())
    assert all(parameter.help for parameter in COMMANDS[name].params), "an option without words"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_is_understood(name):
    """Its options exist and its arguments have their types; nothing is run."""
    words = shlex.split(COMMANDS[name].epilog.removeprefix("Example: ").split(">")[0])
    own = name.split()
    assert words[: 1 + len(own)] == ["invopt", *own]
    COMMANDS[name].make_context(name, words[1 + len(own) :])


@pytest.mark.parametrize("words", [["--help"], ["plan", "--help"], ["serve", "--help"]], ids=" ".join)
def test_help_waits_for_no_slow_import(words):
    script = (
        "import sys\nfrom invopt.cli import app\n"
        f"try:\n    app({words!r})\nexcept SystemExit as end:\n    code = end.code\n"
        f"print([name for name in {SLOW!r} if name in sys.modules], file=sys.stderr)\nsys.exit(code)"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr.strip() == "[]"
    assert "Usage" in answer.stdout


def test_a_mistake_is_a_sentence_and_an_exit_code(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-m", "invopt", "plan", "-w", str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert answer.returncode == 2
    assert answer.stderr == f"invopt: {tmp_path} is not a workspace. Make one with: invopt init {tmp_path}\n"


def test_no_command_says_what_there_is():
    answer = CliRunner().invoke(app, [])
    assert "Usage" in answer.output
    assert all(name.split()[0] in answer.output for name in COMMANDS)
