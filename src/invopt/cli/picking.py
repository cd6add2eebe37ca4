"""Commands of the warehouse: begin picking, say that a pick came up short, count a shelf."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from invopt.cli.common import JsonOption, WorkspaceOption, print_json


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(epilog="Example: invopt pick --location LEEDS --wave 1")(pick)
    app.command(epilog="Example: invopt short-pick 100233 1 LEEDS 2")(short_pick)
    app.command(epilog="Example: invopt count BED043 LEEDS 14 --reference 'shelf 12'")(count)


def pick(
    workspace: WorkspaceOption = Path(),
    location: Annotated[str | None, typer.Option(help="Only this location's lines.")] = None,
    wave: Annotated[int | None, typer.Option(help="Only this wave; needs --location.", min=1)] = None,
    as_json: JsonOption = False,
) -> None:
    """Begin picking: reserve what the plan allocates today. What is reserved is not planned anew until it ships."""
    from invopt.errors import InvoptError
    from invopt.stages.ledger import begin_picking
    from invopt.workspace import Workspace

    if wave is not None and location is None:
        raise InvoptError("--wave counts within a location: name it with --location.")
    begun = begin_picking(Workspace.open(workspace), _now(), location_id=location, wave_number=wave)
    if as_json:
        print_json(
            {"reserved": len(begun.reserved), "already": begun.already, "closed": list(begun.closed),
             "short": list(begun.short)}
        )  # fmt: skip
        return
    print(f"{len(begun.reserved)} lines reserved, {begun.already} were before.")
    for reference in begun.closed:
        print(f"{reference}: no longer open, left out.")
    for reference in begun.short:
        print(f"{reference}: stock no longer covers it; the next invopt fulfil plans it anew.")


def short_pick(
    order: Annotated[str, typer.Argument(help="Order.")],
    line: Annotated[str, typer.Argument(help="Order line.")],
    location: Annotated[str, typer.Argument(help="Location where it was to be picked.")],
    missing: Annotated[float, typer.Argument(help="Units that were not there.", min=0.001)],
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say that a pick came up short: the stock is corrected by a movement, and the order is planned anew."""
    from invopt.cli.planning import fulfil
    from invopt.stages.ledger import report_short_pick
    from invopt.workspace import Workspace

    report_short_pick(Workspace.open(workspace), order, line, location, missing, _now())
    print(f"{missing:g} units fewer at {location}; order {order} is planned anew.")
    fulfil(workspace)


def count(
    sku: Annotated[str, typer.Argument(help="SKU.")],
    location: Annotated[str, typer.Argument(help="Location.")],
    units: Annotated[float, typer.Argument(help="Units counted.", min=0)],
    workspace: WorkspaceOption = Path(),
    reference: Annotated[str, typer.Option(help="Where or why it was counted.")] = "count",
) -> None:
    """Correct the stock to what was counted, by a movement; nothing is overwritten."""
    from invopt.stages.ledger import record_count
    from invopt.workspace import Workspace

    rows = record_count(Workspace.open(workspace), sku, location, units, reference, _now())
    off = float(rows["moved_units"].sum())
    print(f"{sku} at {location}: {off:+g} units." if len(rows) else f"{sku} at {location}: as counted.")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
