"""A night in a process of its own that kills itself at a chosen point, as a power cut or the kernel would.

The process is forked from one that has everything imported, so that a kill costs no import.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invopt.database import Database
from invopt.stages import run_stages
from invopt.workspace import Workspace

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.pipeline.killing"])


@dataclass(frozen=True)
class Kill:
    """Where to die.

    `file`: at the file whose path ends so, "half" with its first half written, or "after" it has its name.
    `statement`: instead of the first database statement that begins so.
    """

    file: str = ""
    when: str = "half"
    statement: str = ""

    def __str__(self) -> str:
        """As a test's name."""
        return self.statement or f"{self.when}-{self.file}"


def plan_and_die(workspace: Workspace, as_of: dt.date, kill: Kill) -> int:
    """Plan in a process that dies at that point; returns how it ended: -9 for SIGKILL, 0 for not at all."""
    process = _PROCESSES.Process(target=_plan, args=(str(workspace.root), as_of, kill))
    process.start()
    process.join(timeout=300)
    assert process.exitcode is not None
    return process.exitcode


def _plan(root: str, as_of: dt.date, kill: Kill) -> None:
    die_at(kill)
    run_stages(Workspace.open(Path(root)), as_of)


def die_at(kill: Kill) -> None:
    """Make this process die there."""
    if kill.file:
        _die_at_file(kill)
    else:
        _die_at_statement(kill.statement)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at_file(kill: Kill) -> None:
    # Every file of a run is written beside its name and takes it by this call.
    replace: Callable[..., Path] = Path.replace

    def replace_or_die(part: Path, target: Any) -> Path:
        if not str(target).endswith(kill.file):
            return replace(part, target)
        if kill.when == "after":
            replace(part, target)
        elif kill.when == "half":
            with part.open("r+b") as file:
                file.truncate(part.stat().st_size // 2)
        _die()
        raise AssertionError("dead processes do not raise")

    Path.replace = replace_or_die  # type: ignore[method-assign, assignment]


def _die_at_statement(beginning: str) -> None:
    execute = Database.execute

    def execute_or_die(self: Database, statement: str, *rest: Any) -> Any:
        if statement.startswith(beginning):
            _die()
        return execute(self, statement, *rest)

    Database.execute = execute_or_die  # type: ignore[method-assign, assignment]
