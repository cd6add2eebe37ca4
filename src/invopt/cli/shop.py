"""Commands about the workspace: make one, look at its tables, see its state."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invopt.cli.common import JsonOption, WorkspaceOption, print_json

_FILES_BY_TABLE = """
    select table_name, count(*) as files,
        cast(sum(rows_read) as bigint) as rows_read,
        cast(sum(rows_accepted) as bigint) as rows_accepted,
        cast(sum(rows_rejected) as bigint) as rows_rejected,
        cast(sum(rows_known) as bigint) as rows_known
    from ingested_file
    group by table_name
    order by table_name
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(epilog="Example: invopt init my-shop")(init)
    app.command(epilog="Example: invopt table order_proposal --rows 20")(table)
    app.command(epilog="Example: invopt status --json")(status)


def init(folder: Annotated[Path, typer.Argument(help="Folder to make the workspace in.")]) -> None:
    """Make a workspace: inbox, archive, database, reports, exports, settings.toml."""
    from invopt.workspace import Workspace

    workspace = Workspace.create(folder)
    print(f"Workspace ready: {workspace.root}")
    print(f"Set time zone, currency and home location in {workspace.root / 'settings.toml'},")
    print(f"put an order export into {workspace.inbox}, then: invopt plan --workspace {folder}")


def table(
    name: Annotated[str, typer.Argument(help="A table, e.g. order_proposal.")],
    workspace: WorkspaceOption = Path(),
    rows: Annotated[int, typer.Option(help="Rows to show; 0 for all.", min=0)] = 20,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Show a table of the published plan."""
    import sys

    from invopt.workspace import Workspace

    frame = Workspace.open(workspace).table(name)
    shown = frame.head(rows) if rows else frame
    if as_csv:
        shown.to_csv(sys.stdout, index=False)
    else:
        print(shown.to_string(index=False, max_colwidth=48))
        print(f"{len(shown):,} of {len(frame):,} rows")


def status(workspace: WorkspaceOption = Path(), as_json: JsonOption = False) -> None:
    """Say what was taken in, which plan is published, and what waits in the inbox."""
    from invopt.stages.run import connect
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    with connect(shop) as db:
        db.create_tables()
        files = db.frame(_FILES_BY_TABLE)
    published = shop.published
    waiting = sorted(path.name for path in shop.inbox.iterdir() if path.is_file())
    if as_json:
        print_json(
            {
                "run_id": published.run_id if published else None,
                "inbox": waiting,
                "tables": files.to_dict(orient="records"),
            }
        )
        return
    print(f"Published plan: {published.run_id if published else 'none yet'}")
    print(f"Waiting in the inbox: {', '.join(waiting) or 'nothing'}")
    print(files.to_string(index=False) if len(files) else "Nothing taken in yet.")
