"""The past of a workspace played again in money: what its own policy would have cost, beside the baselines."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.errors import StageError
from invopt.purchasing import terms_in_force
from invopt.replay import (
    DefaultForecast,
    Shop,
    base_stock,
    cost_saving,
    lost_sales_projection,
    perfect_foresight,
    play,
    summary,
    weeks_of_cover,
)
from invopt.stages.blocks import load_chunk, run_axis
from invopt.stages.run import Progress, Run, published_run, silent
from invopt.stages.supply import usable_terms
from invopt.tables import LEAD_TIME, POLICY, SKU_LOCATION, SUPPLIER_TERM
from invopt.workspace import Workspace

_KEY = ["sku_id", "location_id"]
WARM_UP_PERIODS = 13
COVER_PERIODS = 4.0


def replay_history(workspace: Workspace, periods: int, progress: Progress = silent) -> pd.DataFrame:
    """Play the last `periods` full periods of the published plan's history with each rule; one row a rule.

    Demand is the cleaned demand of the plan; lead times, terms, costs and targets are today's. Every rule sees only
    what was known when it ordered, and all share lots, minimums and costs. Columns: those of
    `invopt.replay.summary`, and `saving_share` with its bounds, the project's default against the rule.

    Raises `StageError` where the history is too short to learn from before it is played.
    """
    run = published_run(workspace, progress)
    shop = history_as_shop(run)
    last = shop.demand.shape[1]
    count_from, first = last - periods, last - periods - WARM_UP_PERIODS
    if first < 26:
        raise StageError(
            f"The history has {last} periods; playing {periods} after {WARM_UP_PERIODS} of warm-up leaves "
            f"{max(first, 0)} "
            "to learn from, and 26 are needed. Play fewer periods or bring more history."
        )
    horizon = int(shop.lead_periods.max(initial=0)) + 2
    outlook = DefaultForecast(horizon, run.settings.forecast)
    rules = {
        "default policy": lost_sales_projection(outlook, "cost"),
        "base stock, same forecast": base_stock(outlook, "cost"),
        f"seasonal average + {COVER_PERIODS:g} periods of cover": weeks_of_cover(COVER_PERIODS),
        "perfect foresight": perfect_foresight(shop),
    }
    played = {}
    for name, rule in rules.items():
        progress(f"playing {periods} periods with {name}")
        played[name] = play(shop, rule, first, last, count_from=count_from)
    table = summary(played, 365.0 / run_axis(run).period_days)
    ours = played["default policy"]
    savings = [cost_saving(ours, outcome, np.random.default_rng(0)) for outcome in played.values()]
    table["saving_share"] = [saving.share for saving in savings]
    table["saving_low"] = [saving.low for saving in savings]
    table["saving_high"] = [saving.high for saving in savings]
    return table


def history_as_shop(run: Run) -> Shop:
    """The published plan's demand, costs, lead times and lots as a replay takes them; money in minor units."""
    axis = run_axis(run)
    chunks = [load_chunk(run, chunk, axis) for chunk in run.chunks()]
    demand = np.concatenate([np.nan_to_num(chunk.clean.demand) for chunk in chunks])
    keys = pd.concat([chunk.keys for chunk in chunks], ignore_index=True)
    facts = keys[_KEY].merge(run.read(SKU_LOCATION), on=_KEY, how="left", validate="one_to_one")
    policy = keys[_KEY].merge(run.read(POLICY), on=_KEY, how="left", validate="one_to_one")
    lead = policy[[*_KEY, "supplier_id"]].merge(
        run.read(LEAD_TIME), on=[*_KEY, "supplier_id"], how="left", validate="one_to_one"
    )
    days = lead["mean_days"].fillna(float(run.settings.lead_time.assumed_days)).to_numpy(dtype=float)
    known = run.read(SKU_LOCATION)
    terms = terms_in_force(usable_terms(run.read(SUPPLIER_TERM), known, run.settings), run.as_of)
    lots = pd.DataFrame(
        {
            "sku_id": terms.sku_id,
            "supplier_id": terms.supplier_id,
            "moq": np.maximum(terms.moq, 0) / 1000.0,
            "pack": np.maximum(terms.pack, 1) / 1000.0,
        }
    ).drop_duplicates(["sku_id", "supplier_id"])
    lot = policy[["sku_id", "supplier_id"]].merge(lots, on=["sku_id", "supplier_id"], how="left")
    cost = np.maximum(facts["unit_cost_minor"].to_numpy(dtype=float), 1.0)
    margin = np.maximum(facts["unit_price_minor"].to_numpy(dtype=float) - cost, 0.0)
    holding = cost * run.settings.policy.holding_rate_per_year * axis.period_days / 365.0
    categories, _ = pd.factorize(facts["category_id"], sort=True)
    return Shop(
        demand=np.ascontiguousarray(demand),
        unit_cost=cost,
        lost_margin=margin,
        holding_cost=holding,
        order_cost=np.full(len(facts), float(run.settings.policy.order_line_cost_minor)),
        lead_periods=np.ceil(days / axis.period_days).astype(np.int64),
        moq=lot["moq"].fillna(0.0).to_numpy(dtype=float),
        pack=np.maximum(lot["pack"].fillna(1.0).to_numpy(dtype=float), 0.001),
        group=categories.astype(np.int64),
        season_length=axis.season_length,
        phase=axis.phase,
    )
