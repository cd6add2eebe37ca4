"""The night as a Prefect flow: the stages of `invopt.stages.NIGHT`, in their order, each a task."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from invopt.scheduling import night_as_tasks

# Prefect is kept quiet by the import above, so it comes second.
# isort: split
from prefect import flow


@flow(name="plan", retries=0, log_prints=True)
def plan(workspace: str = ".", as_of: dt.date | None = None) -> str:
    """Take in the inbox and plan the day; returns the id of the published run."""
    return night_as_tasks(Path(workspace), as_of)
