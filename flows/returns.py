"""Every hour: return requests answered by the policy, what came back graded and put where it belongs."""

from __future__ import annotations

from pathlib import Path

from invopt.scheduling import returns_as_tasks

# Prefect is kept quiet by the import above, so it comes second.
# isort: split
from prefect import flow


@flow(name="returns", log_prints=True)
def returns(workspace: str = ".") -> str:
    """Take in the inbox and work through the returns; returns the id of the published run."""
    return returns_as_tasks(Path(workspace))
