"""Every few minutes: new orders verified, allocated, packed, given a carrier and a promise."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from invopt.scheduling import fulfilment_as_tasks


@flow(name="fulfil", log_prints=True)
def fulfil(workspace: str = ".") -> str:
    """Take in the inbox and serve the open orders; returns the id of the published run."""
    return fulfilment_as_tasks(Path(workspace))
