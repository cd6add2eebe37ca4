"""The past played again in money on two real sets: does the default policy earn its keep?

MAN spare parts (real costs, minimums, packs and lead times; margin assumed at 50% of cost) and weekly Online Retail II
(lead time 2 weeks, holding 20% of value a year, margin 40% of price, all assumed). Every rule is tuned on the training
weeks alone and then played once on the test weeks; SKUs without a sale in training are shown apart. Reads the shared
data (`INVOPT_SHARED`, default `../shared`). INVOPT_BENCHMARK_SKUS takes every k-th SKU for a quick look.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from invopt.replay import (
    DefaultForecast,
    Outcome,
    Rule,
    Shop,
    base_stock,
    block_bootstrap,
    cost_saving,
    fill_rate_error,
    lost_sales_projection,
    perfect_foresight,
    play,
    stock_at_fill_rate,
    summary,
    weeks_of_cover,
)

ROOT = Path(os.environ.get("INVOPT_SHARED", Path(__file__).parents[1] / ".." / "shared")) / "data"
MOST_SKUS = int(os.environ.get("INVOPT_BENCHMARK_SKUS", 1_000_000))
# Fixed on the training weeks, before any test week was played with them.
SCALES = (0.03, 0.1, 0.3, 1.0, 3.0)
# Weeks of cover on top of lead time and review; below 0, part of the lead time is left to chance.
COVERS = (-12.0, -8.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
TARGETS = (0.3, 0.5, 0.65, 0.8, 0.9, 0.95, 0.985)
# Money that a unit short costs, as multiples of a unit's mean cost: the points of the exchange curve.
UNIT_VALUES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
AIMS = (0.90, 0.95, 0.97)
SHOWN_AIM = 0.95
ALLOWED_MISS = 0.01


@dataclass(frozen=True)
class Windows:
    """Weeks: where the warm-up of each part starts, and the weeks that count."""

    tune_first: int
    tune_from: int
    test_first: int
    test_from: int
    last: int


def man_spares() -> tuple[Shop, Windows]:
    """Spare parts over 150 weeks: a year to tune on, the last year to test."""
    parts = pd.read_parquet(ROOT / "man_spares.parquet")
    weeks = [name for name in parts.columns if name[0] == "w" and name[1:].isdigit()]
    cost = parts["cost_price_eur"].to_numpy(float)
    shop = Shop(
        demand=parts[weeks].to_numpy(float),
        unit_cost=cost,
        lost_margin=0.5 * cost,
        holding_cost=parts["holding_eur_per_year"].to_numpy(float) / 52,
        order_cost=parts["fixed_order_cost_eur"].to_numpy(float),
        lead_periods=parts["lead_time_weeks"].to_numpy(np.int64),
        moq=parts["moq"].to_numpy(float),
        pack=np.maximum(parts["pack"].to_numpy(float), 1.0),
        group=np.zeros(len(parts), np.int64),
    )
    return shop, Windows(30, 46, 78, 98, 150)


def online_retail() -> tuple[Shop, Windows]:
    """Weekly gross demand of every product code: a year to tune on, the 26 weeks after it to test.

    Exact duplicate lines, codes that are no product, prices of 0 or less, and lines cancelled within a day by the same
    customer in the same quantity are left out.
    """
    lines = pd.read_parquet(ROOT / "online_retail_II.parquet").drop(columns="sheet").drop_duplicates()
    lines.columns = pd.Index(["invoice", "sku", "description", "units", "at", "price", "customer", "country"])
    lines["sku"] = lines["sku"].astype(str).str.upper()
    lines["at"] = pd.to_datetime(lines["at"])
    lines = lines[lines["sku"].str.match(r"^\d{5}[A-Z]*$") & (lines["price"] > 0)]
    is_cancel = lines["invoice"].astype(str).str.startswith("C") | (lines["units"] <= 0)
    sales, cancels = lines[~is_cancel], lines[is_cancel]
    undone = sales.reset_index().merge(
        cancels.assign(units=-cancels["units"])[["customer", "sku", "units", "at"]], on=["customer", "sku", "units"],
        suffixes=("", "_cancelled"),
    )  # fmt: skip
    age = undone["at_cancelled"] - undone["at"]
    sales = sales.drop(index=undone.loc[(age >= pd.Timedelta(0)) & (age <= pd.Timedelta(days=1)), "index"].unique())
    origin = pd.Timestamp("2009-12-07")
    week = (sales["at"].dt.normalize() - origin).dt.days // 7
    inside = (week >= 0) & (week < 104)
    grid = (
        sales[inside].assign(week=week[inside]).pivot_table(index="sku", columns="week", values="units", aggfunc="sum")
    )
    demand = grid.reindex(columns=range(104)).fillna(0.0)
    windows = Windows(18, 26, 72, 78, 104)
    before = sales[week < windows.test_from]
    price = before.groupby("sku")["price"].median().reindex(demand.index)
    price = price.fillna(sales.groupby("sku")["price"].median().reindex(demand.index)).to_numpy()
    size = len(demand)
    shop = Shop(
        demand=demand.to_numpy(float),
        unit_cost=0.6 * price,
        lost_margin=0.4 * price,
        holding_cost=0.6 * price * 0.2 / 52,
        order_cost=np.zeros(size),
        lead_periods=np.full(size, 2, np.int64),
        moq=np.zeros(size),
        pack=np.ones(size),
        group=np.zeros(size, np.int64),
        phase=int(origin.isocalendar().week) - 1,
    )
    return shop, windows


def training_part(shop: Shop, windows: Windows) -> Shop:
    """What a rule may be tuned on: the weeks before the test, and the SKUs that had sold before those weeks began."""
    known = shop.rows(np.flatnonzero((shop.demand[:, : windows.tune_first] > 0).any(axis=1)))
    return known.until(windows.test_from)


def tuned(make: Callable[[float], Rule], grid: tuple[float, ...], shop: Shop, windows: Windows) -> float:
    """The setting of least cost on the training weeks; an odds factor goes no further from 1 than they prove.

    Of the factors whose cost is within one standard error of the least (paired by SKU and window; Breiman, Friedman,
    Olshen & Stone 1984, Classification and Regression Trees, section 3.4.3) the one nearest to 1 is taken.
    """
    training = training_part(shop, windows)
    played = {
        value: play(training, make(value), windows.tune_first, windows.test_from, count_from=windows.tune_from)
        for value in grid
    }
    costs = {value: outcome.total_cost() for value, outcome in played.items()}
    best = min(costs, key=lambda value: float(costs[value].sum()))
    if grid is not SCALES:
        return best
    rng = np.random.default_rng(1984)
    near = []
    for value, cost in costs.items():
        error = block_bootstrap(lambda x, y: x - y, cost, costs[best], rng, draws=500)[2]
        if cost.sum() - costs[best].sum() <= error:
            near.append(value)
    return min(near, key=lambda value: abs(np.log(value)))


def value_for(aim: float, values: np.ndarray, curve: list[Outcome]) -> float:
    """The value of a unit short at which a training curve reaches a fill rate, by the logarithm of both."""
    short = np.log([max(1.0 - outcome.fill_rate(), 1e-6) for outcome in curve])
    order = np.argsort(short)
    return float(np.exp(np.interp(np.log(1.0 - aim), short[order], np.log(values)[order])))


def tested(rule: Rule, shop: Shop, windows: Windows) -> Outcome:
    """The test weeks under a rule."""
    return play(shop, rule, windows.test_first, windows.last, count_from=windows.test_from)


def run(name: str, shop: Shop, windows: Windows, forecast: DefaultForecast) -> dict[str, float]:
    """Cost run and service run on one set; prints both tables."""
    sold = (shop.demand[:, : windows.test_from] > 0).any(axis=1)
    step = max(1, len(np.flatnonzero(sold)) // MOST_SKUS)
    unsold, shop = shop.rows(~sold), shop.rows(np.flatnonzero(sold)[::step])
    print(
        f"\n== {name}: {shop.size} SKUs; apart, without a sale in training: {unsold.size} SKUs, which ask for "
        f"{unsold.demand[:, windows.test_from :].sum():,.0f} units worth "
        f"{(unsold.demand[:, windows.test_from :].sum(axis=1) * unsold.unit_cost).sum():,.0f} in the test weeks"
    )
    rng = np.random.default_rng(20260302)

    cover = tuned(weeks_of_cover, COVERS, shop, windows)
    base = tuned(lambda s: base_stock(forecast, scale=s), SCALES, shop, windows)
    ours = tuned(lambda s: lost_sales_projection(forecast, scale=s), SCALES, shop, windows)
    print(
        f"tuned on training: cover {cover} weeks, odds x {base} (base-stock), odds x {ours} (projection); "
        f"{len(COVERS) + 2 * len(SCALES)} settings tried"
    )
    outcomes = {
        f"seasonal average + {cover:g} weeks": tested(weeks_of_cover(cover), shop, windows),
        "backorder base-stock": tested(base_stock(forecast, scale=base), shop, windows),
        "lost-sales projection": tested(lost_sales_projection(forecast, scale=ours), shop, windows),
        "perfect foresight": tested(perfect_foresight(shop), shop, windows),
    }
    with pd.option_context("display.width", 200, "display.float_format", "{:,.3f}".format):
        print(summary(outcomes).to_string(index=False))
    cover_run, base_run, our_run, _ = outcomes.values()
    against_cover, against_base = cost_saving(our_run, cover_run, rng), cost_saving(our_run, base_run, rng)
    for title, saving in (("cover", against_cover), ("base-stock", against_base)):
        print(f"saving against {title}: {saving.share:.1%} (95%: {saving.low:.1%} to {saving.high:.1%})")
    for share in (0.5, 2.0):
        margin = share * shop.lost_margin
        costs = {rule: sum(float(x.sum()) for x in o.costs(margin).values()) for rule, o in outcomes.items()}
        print(
            f"the same orders priced at {share:g} times the margin: "
            + ", ".join(f"{rule} {cost:,.0f}" for rule, cost in costs.items())
        )

    # Service: one fill rate of all units together. The price of a unit short is set on the training weeks.
    training = training_part(shop, windows)
    values = np.array(UNIT_VALUES) * float(
        (training.unit_cost * training.demand.sum(axis=1)).sum() / training.demand.sum()
    )

    def mix(value: float) -> Rule:
        return lost_sales_projection(forecast, unit_value=value)

    learnt = [
        play(training, mix(v), windows.tune_first, windows.test_from, count_from=windows.tune_from) for v in values
    ]
    curves = {
        "cover": [tested(weeks_of_cover(c), shop, windows) for c in COVERS],
        "base-stock": [tested(base_stock(forecast, "fill_rate", target=t), shop, windows) for t in TARGETS],
        "each at target": [
            tested(lost_sales_projection(forecast, "fill_rate", target=t), shop, windows) for t in TARGETS
        ],
        "mix": [tested(mix(v), shop, windows) for v in values],
    }
    print("\ntrade-off: fill rate / stock value")
    for title, curve in curves.items():
        print(f"{title:<15}" + "  ".join(f"{o.fill_rate():.3f} / {o.stock_value():,.0f}" for o in curve))
    aimed = {aim: tested(mix(value_for(aim, values, learnt)), shop, windows) for aim in AIMS}
    excess = {}
    for aim, outcome in aimed.items():
        error = fill_rate_error(outcome, rng)
        excess[aim] = aim - outcome.fill_rate() - ALLOWED_MISS - 2 * error
        print(
            f"aim {aim:.3f}: achieved {outcome.fill_rate():.4f}, standard error {error:.4f}; "
            f"stock value {outcome.stock_value():,.0f}, "
            + ", ".join(
                f"{title} at that fill rate {stock_at_fill_rate(curves[title], outcome.fill_rate()):,.0f}"
                for title in ("cover", "base-stock", "each at target")
            )
        )
    shown = aimed[SHOWN_AIM]
    stock = {title: stock_at_fill_rate(curves[title], shown.fill_rate()) for title in ("cover", "base-stock")}
    return {
        "saving_cover": against_cover.share,
        "saving_base_stock": against_base.share,
        "stock_saving_cover": 1 - shown.stock_value() / stock["cover"],
        "stock_saving_base_stock": 1 - shown.stock_value() / stock["base-stock"],
        "excess_miss": max(0.0, 100 * max(excess.values())),
    }


def speed(shop: Shop) -> float:
    """Seconds of a replay of 600 SKUs over 52 weekly rounds, the full default forecast in each."""
    few = shop.rows(np.linspace(0, shop.size - 1, 600).astype(np.int64))
    play(few, lost_sales_projection(DefaultForecast(20)), 97, 98)
    clock = time.perf_counter()
    play(few, lost_sales_projection(DefaultForecast(20)), 98, 150)
    return time.perf_counter() - clock


def figure(share: float) -> float | None:
    """A share as JSON holds it; nothing where a curve does not reach."""
    return None if np.isnan(share) else round(share, 4)


def main() -> None:
    shop, windows = man_spares()
    seconds = speed(shop)
    print(f"600 SKUs x 52 rounds: {seconds:.1f} s")
    man = run("MAN spare parts", shop, windows, DefaultForecast(20))
    shop, windows = online_retail()
    retail = run("Online Retail II, weekly", shop, windows, DefaultForecast(8))
    print(
        json.dumps(
            {
                "man_saving_cover": figure(man["saving_cover"]),
                "man_saving_base_stock": figure(man["saving_base_stock"]),
                "retail_saving_cover": figure(retail["saving_cover"]),
                "retail_saving_base_stock": figure(retail["saving_base_stock"]),
                "man_stock_saving_cover": figure(man["stock_saving_cover"]),
                "retail_stock_saving_cover": figure(retail["stock_saving_cover"]),
                "man_stock_saving_base_stock": figure(man["stock_saving_base_stock"]),
                "retail_stock_saving_base_stock": figure(retail["stock_saving_base_stock"]),
                "fill_rate_excess_miss_max": round(max(man["excess_miss"], retail["excess_miss"]), 3),
                "replay_600x52_seconds": round(seconds, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
