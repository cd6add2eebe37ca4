"""The past of a workspace played again in money: what its own policy would have cost, beside the baselines."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.errors import StageError
from invopt.inventory.projection import TargetKind
from invopt.purchasing import in_plan_currency, terms_in_force
from invopt.replay import (
    DefaultForecast,
    Outcome,
    Rule,
    Shop,
    base_stock,
    cost_saving,
    lost_sales_projection,
    perfect_foresight,
    play,
    summary,
    weeks_of_cover,
)
from invopt.settings import Settings
from invopt.stages.blocks import load_chunk, run_axis
from invopt.stages.policy import targets
from invopt.stages.run import Progress, Run, published_run, silent
from invopt.stages.supply import usable_terms
from invopt.tables import FORECAST_MODEL, LEAD_TIME, POLICY, SKU_LOCATION, SUPPLIER_TERM
from invopt.workspace import Workspace

_KEY = ["sku_id", "location_id"]
WARM_UP_PERIODS = 13
LEAST_PERIODS = 26
COVER_PERIODS = 4.0
OURS = "default policy"
CURVE_TARGETS = (0.80, 0.90, 0.95, 0.98)
CURVE_COVERS = (0.0, 2.0, 4.0, 8.0, 16.0)


@dataclass(frozen=True)
class Player:
    """A way of ordering that another process can play: a kind of rule and what it needs.

    `rule` is projection, base_stock, cover or foresight; `target` a share for all or one each; `cover` periods.
    """

    name: str
    rule: str
    settings: Settings
    kind: TargetKind = "cost"
    target: float | NDArray[np.float64] = 0.95
    cover: float = COVER_PERIODS


@dataclass(frozen=True)
class Window:
    """The periods to play: from `first`, counted from `count_from`, until `last` (excluded)."""

    first: int
    count_from: int
    last: int


@dataclass(frozen=True)
class Replayed:
    """What was played: a row a rule, and, where asked for, the points of the trade-off curves.

    `table` has the columns of `invopt.replay.summary`, and `saving_share` with its bounds, the default policy
    against the rule; `curves` the columns curve, setting, fill_rate, stock_value.
    """

    table: pd.DataFrame
    curves: pd.DataFrame
    configurations: int


def replay_history(
    workspace: Workspace,
    periods: int,
    progress: Progress = silent,
    *,
    settings_files: Sequence[Path] = (),
    with_curves: bool = False,
    jobs: int = 1,
) -> Replayed:
    """Play the last `periods` full periods of the published plan's history with each rule.

    Demand is the cleaned demand of the plan; lead times, terms, costs and targets are today's. Every rule sees only
    what was known when it ordered, and all share lots, minimums and costs: money is that of the workspace's own
    settings. Each of `settings_files` is played as a policy of its own, with its targets and its forecast; `jobs`
    processes play side by side, and the figures do not depend on how many.

    Raises `StageError` where the history is too short to learn from before it is played, and `SettingsError` for a
    file that is no settings.
    """
    run = published_run(workspace, progress)
    shop = history_as_shop(run)
    last = shop.demand.shape[1]
    window = Window(last - periods - WARM_UP_PERIODS, last - periods, last)
    if window.first < LEAST_PERIODS:
        raise StageError(
            f"The history has {last} periods; playing {periods} after {WARM_UP_PERIODS} of warm-up leaves "
            f"{max(window.first, 0)} "
            f"to learn from, and {LEAST_PERIODS} are needed. Play fewer periods or bring more history."
        )
    facts = _segments(run)
    own = run.settings
    players = [
        Player(OURS, "projection", own),
        Player("base stock, same forecast", "base_stock", own),
        Player(f"seasonal average + {COVER_PERIODS:g} periods of cover", "cover", own),
        Player("perfect foresight", "foresight", own),
    ]
    for path in settings_files:
        other = Settings.read(path)
        kind: TargetKind = other.policy.target_kind  # type: ignore[assignment]
        players.append(Player(f"settings {path.stem}", "projection", other, kind, targets(facts, other)))
    compared = len(players)
    if with_curves:
        players += _curve_players(own)
    played = _play_all(shop, players, window, jobs, progress)
    table = summary({players[i].name: played[i] for i in range(compared)}, 365.0 / run_axis(run).period_days)
    savings = [cost_saving(played[0], outcome, np.random.default_rng(0)) for outcome in played[:compared]]
    table["saving_share"] = [saving.share for saving in savings]
    table["saving_low"] = [saving.low for saving in savings]
    table["saving_high"] = [saving.high for saving in savings]
    curves = pd.DataFrame(
        [
            {
                "curve": player.name, "setting": player.cover if player.rule == "cover" else float(player.target),
                "fill_rate": outcome.fill_rate(), "stock_value": outcome.stock_value(),
            }
            for player, outcome in zip(players[compared:], played[compared:], strict=True)
        ],
        columns=["curve", "setting", "fill_rate", "stock_value"],
    )  # fmt: skip
    return Replayed(table, curves, len(players))


def _curve_players(settings: Settings) -> list[Player]:
    found = []
    for target in CURVE_TARGETS:
        found.append(Player(OURS, "projection", settings, "fill_rate", target))
        found.append(Player("base stock, same forecast", "base_stock", settings, "fill_rate", target))
    return found + [Player("seasonal average + cover", "cover", settings, cover=cover) for cover in CURVE_COVERS]


def _play_all(shop: Shop, players: Sequence[Player], window: Window, jobs: int, progress: Progress) -> list[Outcome]:
    """Each player's outcome, in their order."""
    if jobs <= 1:
        forecasts: dict[str, DefaultForecast] = {}
        outcomes = []
        for player in players:
            progress(f"playing {window.last - window.count_from} periods with {player.name}")
            outcomes.append(_played(shop, player, window, forecasts))
        return outcomes
    progress(f"playing {len(players)} policies in {jobs} processes")
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_played, shop, player, window) for player in players]
        return [one.result() for one in waiting]


def _played(shop: Shop, player: Player, window: Window, forecasts: dict[str, DefaultForecast] | None = None) -> Outcome:
    """One player's outcome; `forecasts` are those that were made before by the same settings."""
    made = {} if forecasts is None else forecasts
    key = repr(player.settings.forecast)
    if key not in made:
        made[key] = DefaultForecast(int(shop.lead_periods.max(initial=0)) + 2, player.settings.forecast)
    return play(shop, _rule(shop, player, made[key]), window.first, window.last, count_from=window.count_from)


def _rule(shop: Shop, player: Player, forecast: DefaultForecast) -> Rule:
    if player.rule == "projection":
        return lost_sales_projection(forecast, player.kind, target=player.target)
    if player.rule == "base_stock":
        return base_stock(forecast, player.kind, target=float(player.target))
    return weeks_of_cover(player.cover) if player.rule == "cover" else perfect_foresight(shop)


def _segments(run: Run) -> pd.DataFrame:
    """Cost, price and segment of each SKU-location in the order of the replay's rows, as `targets` takes them."""
    axis = run_axis(run)
    keys = pd.concat([load_chunk(run, chunk, axis).keys for chunk in run.chunks()], ignore_index=True)
    facts = keys[_KEY].merge(run.read(SKU_LOCATION), on=_KEY, how="left", validate="one_to_one")
    model = run.read(FORECAST_MODEL)[[*_KEY, "xyz_class"]]
    return facts.merge(model, on=_KEY, how="left", validate="one_to_one")


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
    terms = in_plan_currency(terms, known, run.settings)
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
