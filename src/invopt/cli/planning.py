"""Commands that plan: the night, and why a quantity is what it is."""

from __future__ import annotations

from pathlib import Path

import typer

from invopt.cli.common import (
    AsOfOption,
    JsonOption,
    WorkspaceOption,
    as_of_day,
    print_json,
    progress_to_stderr,
)


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(epilog="Example: invopt plan --as-of 2026-03-02")(plan)


def plan(workspace: WorkspaceOption = Path(), as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    """Take in the inbox and work through the night: forecast, purchase plan, fulfilment plan, report.

    Run again with the same inputs it changes nothing; stopped half way, it goes on where it was.
    """
    from invopt.stages import run_stages
    from invopt.stages.night import peak_gib
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    run = run_stages(shop, as_of_day(as_of, shop), progress_to_stderr())
    if as_json:
        print_json({"run_id": run.run_id, "seconds": run.stage_seconds(), "peak_gib": round(peak_gib(), 3)})
