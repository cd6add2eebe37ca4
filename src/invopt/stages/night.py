"""The night: the one list of stages and their order, how it is worked through, and how it is resumed."""

from __future__ import annotations

import datetime as dt
import resource
from collections.abc import Callable
from dataclasses import dataclass

from invopt.errors import InvoptError, StageError
from invopt.stages.facts import gather_facts
from invopt.stages.publish import prune, publish
from invopt.stages.run import Progress, Run, begin, clock, silent
from invopt.workspace import Workspace


@dataclass(frozen=True)
class Stage:
    """A step of the night: a function that reads tables of the run, and writes others."""

    name: str
    work: Callable[[Run], None]
    meaning: str
    remedy: str


NIGHT: tuple[Stage, ...] = (
    Stage(
        "facts", gather_facts, "stock, demand and open orders as of the day", "Look at the ingested files."
    ),
)


def run_night(workspace: Workspace, as_of: dt.date, progress: Progress = silent) -> Run:
    """Take in the inbox, work through `NIGHT`, publish; what an interrupted run finished is not done again.

    Raises `WorkspaceBusy` while another run holds the workspace, and `StageError` naming what failed.
    """
    with workspace.lock():
        run = begin(workspace, as_of, progress)
        for stage in NIGHT:
            work(run, stage)
        publish(run)
        prune(workspace, run.settings.run.keep_runs)
    return run


def work(run: Run, stage: Stage) -> None:
    """Do one stage of a run unless it is done already. Raises `StageError` with the remedy where it fails."""
    if run.is_done(stage.name):
        run.progress(f"{stage.name}: done before")
        return
    run.progress(f"{stage.name}: {stage.meaning}")
    started = clock()
    try:
        stage.work(run)
    except StageError:
        raise
    except InvoptError as error:
        raise StageError(f"Stage {stage.name!r} failed ({stage.meaning}). {error} {stage.remedy}") from error
    run.mark_done(stage.name, clock() - started)


def peak_gib() -> float:
    """Largest resident memory of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
