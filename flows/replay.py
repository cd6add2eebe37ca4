"""Every week: the past played again in money, the default policy beside the baselines."""

from __future__ import annotations

from pathlib import Path

from invopt.scheduling import replay_as_task

# Prefect is kept quiet by the import above, so it comes second.
# isort: split
from prefect import flow


@flow(name="replay", log_prints=True)
def replay(workspace: str = ".", periods: int = 26) -> str:
    """Play the last periods of the published plan's history; returns the path of the table."""
    return replay_as_task(Path(workspace), periods)
