"""Picking begun in processes of their own, two at once or one that dies, forked from one that has all imported."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from pathlib import Path

from invopt.stages.ledger import begin_picking
from invopt.workspace import Workspace
from tests.pipeline.killing import Kill, die_at

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.pipeline.picking"])


def pick_at_once(workspace: Workspace, now: dt.datetime, *kills: Kill | None) -> list[int]:
    """One process for each entry of `kills`, all at once, each picking the whole plan; returns how each ended."""
    barrier = _PROCESSES.Barrier(len(kills))
    processes = [_PROCESSES.Process(target=_pick, args=(str(workspace.root), now, kill, barrier)) for kill in kills]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)
    return [-1 if process.exitcode is None else process.exitcode for process in processes]


def _pick(root: str, now: dt.datetime, kill: Kill | None, barrier: object) -> None:
    if kill is not None:
        die_at(kill)
    barrier.wait(60)  # type: ignore[attr-defined]
    begin_picking(Workspace.open(Path(root)), now)
