"""`invopt explain`: why that quantity, and what statsmodels makes of the series behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invopt.cli.common import WorkspaceOption

if TYPE_CHECKING:
    from invopt.report.plan import Plan


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: invopt explain BED043 --location BATH --page")(explain)


def explain(
    sku: Annotated[str, typer.Argument(help="SKU, as the shop writes it.")],
    workspace: WorkspaceOption = Path(),
    location: Annotated[str | None, typer.Option("--location", "-l", help="Location; default: all of them.")] = None,
    diagnose: Annotated[bool, typer.Option(help="Also decompose the series and fit it with statsmodels.")] = True,
    change: Annotated[
        bool, typer.Option("--what-if/--no-what-if", help="Also say what would change the quantity, and by how much.")
    ] = True,
    page: Annotated[bool, typer.Option("--page", help="Also write the SKU's page, and say where.")] = False,
) -> None:
    """Say why that quantity: terms that add up exactly, the assumptions behind them, and the series itself."""
    from rich.console import Console

    from invopt.errors import WorkspaceError
    from invopt.report.plan import Plan
    from invopt.report.told import tell
    from invopt.stages.what_if import answer_what_if
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    snapshot = shop.published
    if snapshot is None:
        raise WorkspaceError(f"{shop.root} has no published plan yet. Make one with: invopt plan")
    plan = Plan.for_skus(snapshot, shop.settings, [sku])
    known = plan.table("sku_location")["location_id"].tolist()
    wanted = [place for place in known if location in (None, place)]
    if not wanted:
        where = f" at {location!r}; it is at {', '.join(known)}" if known and location else ""
        raise WorkspaceError(f"The plan of {plan.as_of} knows no SKU {sku!r}{where}.")
    console = Console()
    for place in wanted:
        here = plan.table("sku_location")
        is_planned = bool(here[here["location_id"] == place]["is_planned"].all())
        answers = answer_what_if(shop, sku, place) if change and is_planned else None
        tell(plan, sku, place, console, with_diagnosis=diagnose, what_if=answers)
        if page:
            console.print(f"Page: {_write_page(plan, shop.reports / snapshot.run_id, sku, place)}", soft_wrap=True)


def _write_page(plan: Plan, folder: Path, sku: str, location: str) -> Path:
    from invopt.report.sku_page import render_sku_page, sku_page_name
    from invopt.workspace import replace_text

    path = folder / "sku" / sku_page_name(sku, location)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, render_sku_page(plan, sku, location, back="../index.html"))
    return path
