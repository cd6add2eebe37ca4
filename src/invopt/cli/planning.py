"""Commands that plan: the night, and the parts of it that run through the day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invopt.cli.common import AsOfOption, JsonOption, WorkspaceOption, as_of_day, print_json, progress_to_stderr

if TYPE_CHECKING:
    from invopt.stages import Run


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(epilog="Example: invopt plan --as-of 2026-03-02")(plan)
    app.command(epilog="Example: invopt fulfil --json")(fulfil)
    app.command(epilog="Example: invopt returns")(returns)
    app.command(epilog="Example: invopt replay --periods 26 --json")(replay)
    app.command(epilog="Example: invopt backtest --origins 6 --horizon 4")(backtest)


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

    _day_part(workspace, as_of, FULFIL_STAGES, "fulfil", as_json)


def returns(workspace: WorkspaceOption = Path(), as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    """Take in new returns and answer them by the policy, on the last night's plan."""
    from invopt.stages.night import RETURNS_STAGES

    _day_part(workspace, as_of, RETURNS_STAGES, "returns", as_json)


def replay(
    workspace: WorkspaceOption = Path(),
    periods: Annotated[int, typer.Option(help="Periods to play, the last ones of the history.", min=1)] = 26,
    as_json: JsonOption = False,
) -> None:
    """Play the past again in money: the default policy beside base stock, weeks of cover and perfect foresight."""
    from invopt.stages.replay import replay_history
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    table = replay_history(shop, periods, progress_to_stderr())
    table.to_csv(shop.exports / "replay.csv", index=False)
    if as_json:
        print_json(table.to_dict(orient="records"))
        return
    money = [name for name in table.columns if name.endswith("_cost") or name == "stock_value"]
    shown = table.assign(**{name: (table[name] / 100).round(0) for name in money}).round(3)
    print(shown.to_string(index=False))
    print(f"Money in {shop.settings.business.currency}; also in {shop.exports / 'replay.csv'}")


def backtest(
    workspace: WorkspaceOption = Path(),
    origins: Annotated[int, typer.Option(help="Past days from which to forecast.", min=1)] = 4,
    horizon: Annotated[
        int | None, typer.Option(help="Periods to forecast; default: those the plan measures uncertainty over.", min=1)
    ] = None,
    step: Annotated[int | None, typer.Option(help="Periods between origins; default: the horizon.", min=1)] = None,
    until: Annotated[
        str | None, typer.Option(help="Day before which the tested periods end, e.g. 2025-12-01; default: the plan's.")
    ] = None,
    by_pattern: Annotated[bool, typer.Option("--by-pattern", help="A table for each pattern of demand.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Forecast the past from rolling origins: the default beside seasonal naive, moving average and its own voices."""
    import numpy as np

    from invopt.forecast import summary
    from invopt.stages.backtest import backtest_history
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    last = None if until is None else np.datetime64(as_of_day(until, shop, "--until"), "D")
    scores = backtest_history(
        shop, origins=origins, horizon=horizon, step=step, until=last, progress=progress_to_stderr()
    )
    table = summary(scores, by_pattern=by_pattern)
    table.to_csv(shop.exports / "backtest.csv", index=False)
    if as_json:
        print_json(table.astype(object).where(table.notna(), None).to_dict(orient="records"))
        return
    print(table.round(3).to_string(index=False, na_rep="-"))
    print(f"Sums over the whole horizon are what pinball and coverage judge; also in {shop.exports / 'backtest.csv'}")


def _day_part(workspace: Path, as_of: str | None, names: tuple[str, ...], kind: str, as_json: bool) -> None:
    import datetime as dt

    from invopt.stages.night import day_part, run_stages
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    # Without a day, everything known at this moment counts; with one, what was known before it began.
    moment = dt.datetime.now(dt.UTC).replace(tzinfo=None) if as_of is None else None
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
