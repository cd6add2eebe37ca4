"""Every hour: return requests answered by the policy, what came back graded and put where it belongs."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from invopt.scheduling import returns_as_tasks


@flow(name="returns", log_prints=True)
def returns(workspace: str = ".") -> str:
    """Take in the inbox and work through the returns; returns the id of the published run."""
    return returns_as_tasks(Path(workspace))
