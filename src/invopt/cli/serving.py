"""`invopt serve`: the schedules, on a Prefect server of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invopt.cli.common import WorkspaceOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: invopt serve --workspace my-shop")(serve)


def serve(
    workspace: WorkspaceOption = Path(),
    port: Annotated[int | None, typer.Option(help="Port of Prefect's pages; a free one by default.")] = None,
) -> None:
    """Run the schedules until stopped: plan nightly, fulfil every 15 minutes, returns hourly, replay weekly.

    Starts a Prefect server as a child process and ends it again. Nothing leaves this machine.
    """
    from invopt.serving import serve_schedules
    from invopt.workspace import Workspace

    serve_schedules(Workspace.open(workspace), port)
