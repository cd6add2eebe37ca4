"""What the commands share: the workspace option, the day, and how progress is shown."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from invopt.errors import InvoptError
from invopt.workspace import Workspace

WorkspaceOption = Annotated[
    Path,
    typer.Option("--workspace", "-w", envvar="INVOPT_WORKSPACE", help="Folder of the business."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="First day not yet observed, e.g. 2026-03-02. Default: today in the shop's time zone."
    ),
]


def as_of_day(text: str | None, workspace: Workspace, option: str = "--as-of") -> dt.date:
    """The day named, or today where the shop is. Raises `InvoptError` for what is no date, naming the option."""
    if text is None:
        return dt.datetime.now(ZoneInfo(workspace.settings.business.time_zone)).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvoptError(f"{option} {text!r} is no date; write one like 2026-03-02.") from error


def progress_to_stderr() -> Callable[[str], None]:
    """Print each step with the seconds since the start, so that long work is seen to move."""
    started = time.monotonic()

    def show(message: str) -> None:
        print(f"{time.monotonic() - started:7.1f} s  {message}", file=sys.stderr, flush=True)

    return show


def print_json(value: Any) -> None:
    """One JSON object on standard output."""
    print(json.dumps(value, default=str, ensure_ascii=False))
