"""Every few minutes: new orders verified, allocated, packed, given a carrier and a promise."""

from __future__ import annotations

from pathlib import Path

from invopt.scheduling import fulfilment_as_tasks

# Prefect is kept quiet by the import above, so it comes second.
# isort: split
from prefect import flow


@flow(name="fulfil", log_prints=True)
def fulfil(workspace: str = ".") -> str:
    """Take in the inbox and serve the open orders; returns the id of the published run."""
    return fulfilment_as_tasks(Path(workspace))
