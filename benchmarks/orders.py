"""Allocation measured: speed uncontested and contested, distance from the optimum, saving on first come first served.

All instances are made up here from seeds. Costs are minor units of money: parcels, splits, and the margin of what
stays unserved.
"""

from __future__ import annotations

import json
import time
from typing import NamedTuple

import numpy as np
import pandas as pd

from invopt.orders import allocate
from invopt.orders.build import build
from invopt.orders.choice import choose_in_turn
from invopt.orders.coded import encode
from invopt.orders.exact import exact_flow
from invopt.orders.problem import Problem
from invopt.orders.solve import solve
from invopt.settings import Orders
from invopt.tables import AVAILABLE, OPEN_ORDER_LINE, ORDER_CHECK, PARCEL_COST, check

AS_OF = np.datetime64("2026-03-10")
# Costs alone decide here: no weights, no goodwill, a lost unit costs its margin.
PLAIN = Orders(
    overdue_weight=1, due_soon_weight=1, paid_weight=1, age_weight_per_day=0, unserved_unit_minor=0,
    lost_margin_share=0.5,
)  # fmt: skip


class Instance(NamedTuple):
    """Frames that `allocate` reads."""

    lines: pd.DataFrame
    checks: pd.DataFrame
    stock: pd.DataFrame
    parcels: pd.DataFrame


def names(letter: str, count: int) -> np.ndarray:
    return np.array([f"{letter}{number:07d}" for number in range(count)])


def text(values: np.ndarray) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")


def orders_over_regions(
    rng: np.random.Generator, lines: int, lines_per_order: float, skus: int, places: int, scarcity: float, skew: float
) -> Instance:
    """Orders from regions, one near each place; stock of each SKU is spread over the places at random.

    `scarcity` is stock as a share of demand; `skew` the exponent of the SKUs' popularity.
    """
    count = max(int(lines / lines_per_order), 1)
    order = np.sort(np.concatenate([np.arange(count), rng.integers(0, count, max(lines - count, 0))]))
    popularity = (1.0 + np.arange(skus)) ** -skew
    sku = rng.choice(skus, len(order), p=popularity / popularity.sum())
    units = rng.choice([1, 1, 1, 2, 3], len(order))
    region = rng.integers(0, places, count)
    far = rng.integers(150, 600, (count, places))
    cost = 350 + np.where(np.arange(places) == region[:, None], 0, far)
    demand = np.bincount(sku, units, skus)
    share = rng.dirichlet(np.full(places, 1.0), skus)
    held = np.floor(demand[:, None] * scarcity * share + rng.random((skus, places)))
    order_names, sku_names, place_names = names("O", count), names("S", skus), names("L", places)
    within = np.arange(len(order)) - np.searchsorted(order, order)
    price = 800 + 50 * (sku % 40)
    frame = pd.DataFrame(
        {
            "order_id": text(order_names[order]), "order_line_id": text(within.astype(str)),
            "sku_id": text(sku_names[sku]), "ordered_units": units.astype(float), "unit_price_minor": price,
            "amount_minor": price * units, "location_id": text(place_names[region[order]]),
            "ordered_at": pd.Timestamp("2026-03-09") + pd.to_timedelta(order % 80_000, unit="s"),
            "currency": "GBP", "payment_state": "paid", "promised_on": pd.NaT, "ship_to_country": "GB",
        }
    ).reindex(columns=list(OPEN_ORDER_LINE.names))  # fmt: skip
    frame = frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
    checks = pd.DataFrame(
        {"order_id": text(order_names), "outcome": "accepted", "rule": "", "reason": "", "released_by": "", "lines": 1,
         "amount_minor": 0, "currency": "GBP"}
    )  # fmt: skip
    stock = pd.DataFrame(
        {"sku_id": text(np.repeat(sku_names, places)), "location_id": text(np.tile(place_names, skus)),
         "available_units": held.ravel()}
    )  # fmt: skip
    parcels = pd.DataFrame(
        {"order_id": text(np.repeat(order_names, places)), "location_id": text(np.tile(place_names, count)),
         "parcel_minor": cost.ravel(), "unit_minor": 25.0, "late_days": 0, "currency": "GBP"}
    )  # fmt: skip
    return Instance(
        check(frame, OPEN_ORDER_LINE), check(checks, ORDER_CHECK), check(stock, AVAILABLE), check(parcels, PARCEL_COST)
    )


def problem_of(instance: Instance) -> tuple[Problem, np.ndarray]:
    coded = encode(instance.lines, instance.checks, instance.stock, instance.parcels)
    built = build(coded, instance.lines, instance.parcels, PLAIN, AS_OF)
    return built.arrays, built.sequence


def first_come(problem: Problem, sequence: np.ndarray) -> tuple[float, float]:
    """Cost and units served if each order in turn takes its cheapest choice."""
    flow = np.zeros(len(problem.cell), dtype=np.int64)
    cost = np.zeros(len(problem.first_demand) - 1)
    choose_in_turn(problem, sequence, problem.available.copy(), problem.worth, flow, cost)
    return float(cost.sum()), flow.sum() / 1000


def uncontested() -> float:
    instance = orders_over_regions(np.random.default_rng(1), 1_000_000, 2.5, 100_000, 4, 40.0, 0.3)
    started = time.perf_counter()
    plan = allocate(*instance, PLAIN, AS_OF)
    seconds = time.perf_counter() - started
    print(f"uncontested: {len(instance.lines):,} lines x {len(instance.stock):,} stock rows in {seconds:.2f} s, "
          f"{len(plan.allocation):,} allocated, {len(plan.backlog):,} waiting")  # fmt: skip
    return seconds


def contested() -> tuple[float, float]:
    """20,000 orders, 3 places, stock for nine tenths of them: seconds, and saving on first come first served."""
    seconds, savings = [], []
    for seed, skus, skew in ((1, 500, 0.7), (2, 2_000, 0.9), (3, 5_000, 1.0)):
        instance = orders_over_regions(np.random.default_rng(seed), 45_000, 2.25, skus, 3, 0.9, skew)
        started = time.perf_counter()
        plan = allocate(*instance, PLAIN, AS_OF)
        seconds.append(time.perf_counter() - started)
        problem, sequence = problem_of(instance)
        greedy, greedy_units = first_come(problem, sequence)
        cost, bound = plan.bounds["cost_minor"].sum(), plan.bounds["bound_minor"].sum()
        units = plan.allocation["allocated_units"].sum()
        savings.append(1 - cost / greedy)
        print(f"contested {skus:5d} SKUs: {seconds[-1]:5.1f} s, cost {cost:,.0f} (bound {bound:,.0f}, gap "
              f"{1 - bound / cost:.2%}), first come {greedy:,.0f}, saving {savings[-1]:.2%}, units served "
              f"{units:,.0f} against {greedy_units:,.0f}; {len(plan.bounds):,} groups")  # fmt: skip
    return max(seconds), min(savings)


def against_the_optimum() -> float:
    """Mean excess over the exact optimum of the method for large groups, forced onto small ones."""
    gaps = []
    for seed in range(20):
        rng = np.random.default_rng(100 + seed)
        instance = orders_over_regions(rng, int(rng.integers(80, 200)), 2.25, int(rng.integers(8, 30)), 3, 0.9, 0.7)
        problem, sequence = problem_of(instance)
        by_prices = solve(problem, sequence, PLAIN, is_exact_allowed=False)
        everyone = np.arange(len(problem.first_demand) - 1)
        answer = exact_flow(problem, everyone, 100_000)
        assert answer is not None
        cost, optimum = by_prices.cost.sum(), answer[2]
        greedy, _ = first_come(problem, sequence)
        gaps.append(cost / optimum - 1)
        print(f"  {len(everyone):3d} orders: optimum {optimum:9,.0f}, by prices +{gaps[-1]:.3%}, first come "
              f"+{greedy / optimum - 1:.2%}")  # fmt: skip
    print(f"prices against the optimum: mean +{np.mean(gaps):.3%}, worst +{max(gaps):.3%}")
    return float(np.mean(gaps))


def main() -> None:
    warm = orders_over_regions(np.random.default_rng(0), 60, 2.0, 5, 3, 0.8, 0.5)
    allocate(*warm, PLAIN, AS_OF)
    figures = {"uncontested_seconds": round(uncontested(), 2)}
    figures["contested_seconds"], saving = (round(value, 4) for value in contested())
    figures["gap_to_exact"] = round(against_the_optimum(), 5)
    figures["saving_on_greedy"] = saving
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
