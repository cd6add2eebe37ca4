"""`invopt backtest`: how good the forecast has been on the shop's own history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invopt.cli.common import JsonOption, WorkspaceOption, as_of_day, print_json, progress_to_stderr


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: invopt backtest --origins 6 --horizon 4")(backtest)


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
