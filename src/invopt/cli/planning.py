"""Commands that plan: the night, and the parts of it that run through the day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invopt.cli.common import AsOfOption, JsonOption, WorkspaceOption, as_of_day, print_json, progress_to_stderr

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from invopt.stages import Run


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(epilog="Example: invopt plan --as-of 2026-03-02")(plan)
    app.command(epilog="Example: invopt fulfil --json")(fulfil)
    app.command(epilog="Example: invopt replay --periods 26 --settings leaner.toml --curves")(replay)
    app.command(epilog="Example: invopt service-mix --fill-rate 0.97")(service_mix)


def plan(workspace: WorkspaceOption = Path(), as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    """Take in the inbox and work through the night: forecast, purchase plan, fulfilment plan, report.

    Run again with the same inputs it changes nothing; stopped half way, it goes on where it was.
    """
    from invopt.stages import run_stages
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    show(run_stages(shop, as_of_day(as_of, shop), progress_to_stderr()), as_json)


def fulfil(workspace: WorkspaceOption = Path(), as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    """Take in new orders and serve them on the last night's plan: verify, allocate, pack, carrier, promise."""
    from invopt.stages.night import FULFIL_STAGES

    day_part_of(workspace, as_of, FULFIL_STAGES, "fulfil", as_json)


def replay(
    workspace: WorkspaceOption = Path(),
    periods: Annotated[int, typer.Option(help="Periods to play, the last ones of the history.", min=1)] = 26,
    settings: Annotated[
        list[Path] | None, typer.Option("--settings", help="Settings file to play as a policy of its own; repeatable.")
    ] = None,
    curves: Annotated[bool, typer.Option("--curves", help="Also draw service against stock for each rule.")] = False,
    jobs: Annotated[int, typer.Option(help="Processes that play side by side.", min=1)] = 1,
    as_json: JsonOption = False,
) -> None:
    """Play the past again in money: the default policy beside base stock, weeks of cover and perfect foresight."""
    from invopt.stages.replay import replay_history
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    played = replay_history(
        shop, periods, progress_to_stderr(), settings_files=settings or (), with_curves=curves, jobs=jobs
    )
    table = played.table
    table.to_csv(shop.exports / "replay.csv", index=False)
    written = [shop.exports / "replay.csv"]
    if curves:
        from invopt.report.axes import draw_trade_off

        played.curves.to_csv(shop.exports / "replay_curves.csv", index=False)
        axes = draw_trade_off(played.curves, shop.settings.business.currency)
        written += [shop.exports / "replay_curves.csv", _picture(axes, shop.exports / "replay_curves.svg")]
    if as_json:
        print_json(table.to_dict(orient="records"))
        return
    money = [name for name in table.columns if name.endswith("_cost") or name == "stock_value"]
    shown = table.assign(**{name: (table[name] / 100).round(0) for name in money}).round(3)
    print(shown.to_string(index=False))
    print(
        f"{played.configurations} settings played; money in {shop.settings.business.currency}; also in "
        + ", ".join(str(path) for path in written)
    )


def service_mix(
    workspace: WorkspaceOption = Path(),
    budget: Annotated[
        float | None, typer.Option(help="Value that all target levels together may have, in the shop's currency.")
    ] = None,
    fill_rate: Annotated[
        float | None, typer.Option("--fill-rate", help="Share of demand to serve over the whole range, e.g. 0.97.")
    ] = None,
    weight: Annotated[str, typer.Option(help="What a unit short counts: units, revenue or margin.")] = "margin",
    as_json: JsonOption = False,
) -> None:
    """Find the targets that lose least for a stock budget, or tie up least stock for a fill rate; draw the curve."""
    from invopt.money import digits
    from invopt.report.axes import draw_exchange_curve
    from invopt.stages.service_mix import best_service_mix
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    currency = shop.settings.business.currency
    scale = 10.0 ** digits(currency)
    mix = best_service_mix(
        shop, budget_minor=None if budget is None else budget * scale, fill_rate=fill_rate, weight=weight
    )
    chosen = (mix.best.stock_value, mix.best.fill_rate)
    mix.rows.to_csv(shop.exports / "service_mix.csv", index=False)
    mix.curve.to_csv(shop.exports / "exchange_curve.csv", index=False)
    axes = draw_exchange_curve(mix.curve, currency, {"today's targets": mix.today, "this mix": chosen})
    picture = _picture(axes, shop.exports / "exchange_curve.svg")
    if as_json:
        print_json(
            {
                "stock_value": chosen[0] / scale, "fill_rate": chosen[1], "stock_value_today": mix.today[0] / scale,
                "fill_rate_today": mix.today[1], "currency": currency, "segments": mix.segments.to_dict("records"),
            }
        )  # fmt: skip
        return
    print(f"This mix: {chosen[0] / scale:,.0f} {currency} of target levels, {chosen[1]:.1%} of demand ({weight}).")
    print(f"Today's targets: {mix.today[0] / scale:,.0f} {currency}, {mix.today[1]:.1%}.")
    print("[policy.target_by_segment]  # cycle service, to copy into settings.toml")
    for row in mix.segments.to_dict("records"):
        target = min(max(float(row["cycle_service"]), 0.01), 0.9999)
        print(f"{row['abc_class']}{row['xyz_class']} = {target:.4f}  # {row['skus']} SKUs")
    print(f"Also in {shop.exports / 'service_mix.csv'}, {shop.exports / 'exchange_curve.csv'} and {picture}")


def _picture(axes: Axes, path: Path) -> Path:
    """Write a picture as SVG, the same bytes for the same figures."""
    import matplotlib.pyplot as plt

    figure = axes.get_figure(root=True)
    if figure is None:
        raise TypeError("the axes belong to no figure")
    with plt.rc_context({"svg.hashsalt": "invopt"}):
        figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path


def day_part_of(workspace: Path, as_of: str | None, names: tuple[str, ...], kind: str, as_json: bool) -> None:
    """Take in the inbox and work through a part of the night on the last plan."""
    import datetime as dt

    from invopt.stages.night import day_part, run_stages
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    # Without a day, everything known at this moment counts; with one, what was known before it began.
    moment = (lambda: dt.datetime.now(dt.UTC).replace(tzinfo=None)) if as_of is None else None
    run = run_stages(
        shop,
        as_of_day(as_of, shop),
        progress_to_stderr(),
        stages=day_part(names),
        kind=kind,
        seen_until=moment,
    )
    show(run, as_json)


def show(run: Run, as_json: bool = False) -> None:
    """Print what a planner wants to know first, or one JSON object."""
    from invopt.stages.night import peak_gib

    if as_json:
        print_json({"run_id": run.run_id, "seconds": run.stage_seconds(), "peak_gib": round(peak_gib(), 3)})
        return
    from invopt.report.summary import print_summary

    print_summary(run.snapshot, run.settings, report=run.workspace.reports / run.run_id / "index.html")
