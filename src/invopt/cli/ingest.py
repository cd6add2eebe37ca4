"""Commands about files: take them in, and remove a person from everything they left."""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invopt.cli.common import JsonOption, WorkspaceOption, as_of_day, print_json

if TYPE_CHECKING:
    from invopt.ingest import FileReport


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(epilog="Example: invopt ingest orders.csv --workspace my-shop")(ingest)
    app.command(epilog="Example: invopt rejected --csv > to-mend.csv")(rejected)
    app.command(epilog="Example: invopt erase --customer jo@example.org --yes")(erase)


def ingest(
    files: Annotated[list[Path] | None, typer.Argument(help="Files; without any, what lies in the inbox.")] = None,
    workspace: WorkspaceOption = Path(),
    table: Annotated[str, typer.Option(help="Table that the files hold, where their names do not say.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Take files in: order exports, products, stock, purchase orders, and what else a plan can use.

    Every row is accepted, refused with its reason, or already known; reading a file twice changes nothing.
    """
    from invopt.ingest import ingest_files, ingest_inbox
    from invopt.ingest.erase import forget_again
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    started = time.monotonic()
    show = _Progress()
    with shop.lock():
        reports = ingest_files(shop, files, show, table_name=table) if files else ingest_inbox(shop, show)
        forgotten = forget_again(shop)
    show.end()
    if forgotten:
        print(f"{forgotten:,} orders name someone who was erased: erased again", file=sys.stderr)
    if as_json:
        print_json(
            {
                "seconds": round(time.monotonic() - started, 3),
                "files": [dataclasses.asdict(r) for r in reports],
            }
        )
    else:
        _print(reports)
    if any(report.problem for report in reports):
        raise typer.Exit(3)


def rejected(
    workspace: WorkspaceOption = Path(),
    rows: Annotated[int, typer.Option(help="Rows to show; 0 for all.", min=0)] = 20,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all of them as CSV, safe to open anywhere.")] = False,
) -> None:
    """Show the rows that were refused: file, line, column, what stood there, and how to mend it."""
    from invopt.ingest.refusals import rejected_rows
    from invopt.workspace import Workspace

    found = rejected_rows(Workspace.open(workspace))
    if as_csv:
        found.to_csv(sys.stdout, index=False)
        return
    for row in (found.head(rows) if rows else found).itertuples(index=False):
        value = f"{row.bad_value!r} " if isinstance(row.bad_value, str) else ""
        where = f"{row.file_name!s}, line {row.line_number}: {row.column_name or 'the row'!s}"
        print(f"{where} {value}{row.reason!s}")
    print(f"{min(rows or len(found), len(found)):,} of {len(found):,} rejected rows")


def erase(
    workspace: WorkspaceOption = Path(),
    customer: Annotated[str | None, typer.Option(help="The customer, as order lines name them.")] = None,
    expired: Annotated[
        bool, typer.Option("--expired", help="Everyone in orders older than retention.personal_days.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove a person from order lines, archive, rejected rows, drafted messages and plans; sums stay.

    Their orders stay without name, address and customer id. It cannot be undone.
    """
    from invopt.ingest.erase import erase_customer, erase_expired
    from invopt.workspace import Workspace

    if (customer is None) == (not expired):
        raise typer.BadParameter("name one: --customer ID, or --expired")
    shop = Workspace.open(workspace)
    whom = f"customer {customer!r}" if customer is not None else "everyone in expired orders"
    if not yes and not typer.confirm(f"Remove {whom} from {shop.root}? This cannot be undone."):
        raise typer.Exit(1)
    done = erase_customer(shop, customer) if customer is not None else erase_expired(shop, as_of_day(None, shop))
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    print(
        f"{done.orders:,} orders: blanked {done.database_rows:,} rows of the database, {done.archived_rows:,} of "
        f"archived files, {done.snapshot_rows:,} of plans, {done.rejected_rows:,} rejected; "
        f"deleted {done.messages:,} drafted messages"
    )
    for line in done.left:
        print(f"  {line}")


def _print(reports: list[FileReport]) -> None:
    if not reports:
        print("The inbox is empty. Put an order export there, or name a file: invopt ingest orders.csv")
        return
    for report in reports:
        name = f"{report.file_name} {report.sheet}".strip()
        if report.problem:
            print(f"invopt: {report.problem}", file=sys.stderr)
            continue
        if report.table_name:
            print(
                f"{name}: {report.rows_read:,} rows of {report.table_name} read = "
                f"{report.rows_accepted:,} accepted + "
                f"{report.rows_rejected:,} rejected + {report.rows_known:,} known"
            )
        else:
            print(name)
        if report.rows_withdrawn:
            print(f"  {report.rows_withdrawn:,} lines are no longer in their orders and were withdrawn")
        for note in report.notes:
            print(f"  {note}")
    if any(report.rows_rejected for report in reports):
        print("Rejected rows and their reasons: invopt rejected")


class _Progress:
    """A line on a terminal that follows the rows; nothing where the output goes elsewhere."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._last = 0.0

    def __call__(self, name: str, rows: int) -> None:
        if self._is_shown and (time.monotonic() - self._last > 0.2 or not rows):
            self._last = time.monotonic()
            text = f"{name}: {rows:,} rows" if rows else name
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._is_shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
