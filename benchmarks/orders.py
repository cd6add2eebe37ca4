"""Allocation measured: speed uncontested and contested, distance from the optimum, saving on first come first served.

All instances are made up here from seeds. Costs are minor units of money: parcels, splits, and the margin of what
stays unserved.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from invopt.database import open_database
from invopt.orders import allocate, shadow_prices
from invopt.orders.build import build
from invopt.orders.choice import choose_in_turn
from invopt.orders.coded import encode
from invopt.orders.exact import exact_flow
from invopt.orders.groups import taken_by
from invopt.orders.problem import Problem
from invopt.orders.solve import solve
from invopt.settings import Orders
from invopt.stages.held_ledger import HeldLedger, Wanted
from invopt.tables import AVAILABLE, OPEN_ORDER_LINE, ORDER_CHECK, PARCEL_COST, check

AS_OF = np.datetime64("2026-03-10")
# Costs alone decide here: no weights, no goodwill, a lost unit costs its margin.
PLAIN = Orders(
    overdue_weight=1, due_soon_weight=1, paid_weight=1, age_weight_per_day=0, unserved_unit_minor=0,
    lost_margin_share=0.5, waiting_saves_postage=True,
)  # fmt: skip

# Shipments alone count: a split costs nothing more, and up to five places may serve an order.
COUNTED = Orders(
    overdue_weight=1, due_soon_weight=1, paid_weight=1, age_weight_per_day=0, unserved_unit_minor=0,
    lost_margin_share=1.0, split_minor=0, maximum_parcels=5,
    waiting_saves_postage=True,
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
         "parcel_minor": cost.ravel(), "unit_minor": 25.0, "late_days": 0, "currency": "GBP",
         "reason": ""}
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
    started, processor = time.perf_counter(), time.process_time()
    plan = allocate(*instance, PLAIN, AS_OF)
    seconds = time.perf_counter() - started
    busy = time.process_time() - processor
    print(f"uncontested: {len(instance.lines):,} lines x {len(instance.stock):,} stock rows in {seconds:.2f} s "
          f"({busy:.2f} s of processor), "
          f"{len(plan.allocation):,} allocated, {len(plan.backlog):,} waiting")  # fmt: skip
    return seconds


def contested() -> tuple[float, float]:
    """20,000 orders, 3 places, stock for nine tenths: worst seconds, smallest saving on first come."""
    seconds, savings = [], []
    for seed, skus, skew in ((1, 500, 0.7), (2, 2_000, 0.9)):
        instance = orders_over_regions(np.random.default_rng(seed), 45_000, 2.25, skus, 3, 0.9, skew)
        started, processor = time.perf_counter(), time.process_time()
        plan = allocate(*instance, PLAIN, AS_OF)
        seconds.append(time.perf_counter() - started)
        busy = time.process_time() - processor
        problem, sequence = problem_of(instance)
        greedy, greedy_units = first_come(problem, sequence)
        cost, bound = plan.bounds["cost_minor"].sum(), plan.bounds["bound_minor"].sum()
        units = plan.allocation["allocated_units"].sum()
        savings.append(1 - cost / greedy)
        print(f"contested {skus:5d} SKUs: {seconds[-1]:5.1f} s ({busy:.1f} s of processor), "
              f"cost {cost:,.0f} (bound {bound:,.0f}, gap "
              f"{1 - bound / cost:.2%}), first come {greedy:,.0f}, saving {savings[-1]:.2%}, units served "
              f"{units:,.0f} against {greedy_units:,.0f}; {len(plan.bounds):,} groups")  # fmt: skip
    return max(seconds), min(savings)


def against_the_optimum() -> float:
    """Mean excess over the exact optimum of the method for large groups, forced onto small ones."""
    gaps = []
    for seed in range(10):
        rng = np.random.default_rng(100 + seed)
        instance = orders_over_regions(rng, int(rng.integers(80, 160)), 2.25, int(rng.integers(8, 20)), 3, 0.9, 0.7)
        problem, sequence = problem_of(instance)
        by_prices = solve(problem, sequence, PLAIN, is_exact_allowed=False)
        everyone = np.arange(len(problem.first_demand) - 1)
        answer = exact_flow(problem, everyone, 5_000)
        assert answer is not None
        cost, optimum = by_prices.cost.sum(), answer[2]
        greedy, _ = first_come(problem, sequence)
        gaps.append(cost / optimum - 1)
        print(f"  {len(everyone):3d} orders: optimum {optimum:9,.0f}, by prices +{gaps[-1]:.3%}, first come "
              f"+{greedy / optimum - 1:.2%}")  # fmt: skip
    print(f"prices against the optimum: mean +{np.mean(gaps):.3%}, worst +{max(gaps):.3%}")
    return float(np.mean(gaps))


def reservation() -> float:
    """Milliseconds to reserve one order of three lines in a process that holds the database on disk: median of 200."""
    rng = np.random.default_rng(5)
    rows, skus = 1_000_000, 20_000
    now = dt.datetime(2026, 3, 10, 12)
    ledger = pd.DataFrame(
        {
            "movement_id": text(names("M", rows)), "sku_id": text(names("S", skus)[rng.integers(0, skus, rows)]),
            "location_id": text(names("L", 3)[rng.integers(0, 3, rows)]), "movement_kind": "receipt",
            "moved_units": 5.0, "moved_at": pd.Timestamp("2026-01-01"), "reference": "", "file_id": "ledger",
            "line_number": np.arange(1, rows + 1), "recorded_at": pd.Timestamp("2026-01-01"),
        }
    )  # fmt: skip
    seconds = []
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "shop.duckdb") as database:
        database.create_tables()
        database.append("stock_movement", ledger)
        started = time.perf_counter()
        held = HeldLedger(database, "Europe/London")
        opening = time.perf_counter() - started
        for number in range(200):
            lines = [Wanted(str(line), f"S{sku:07d}", "L0000001", 1.0) for line, sku in
                     enumerate(rng.choice(skus, 3, replace=False))]  # fmt: skip
            started = time.perf_counter()
            short = held.reserve(f"O{number}", lines, now)
            seconds.append(time.perf_counter() - started)
            assert not short
        written = database.scalar("select count(*) from stock_movement where movement_kind = 'reservation'")
        assert written == 600
    milliseconds = 1000 * np.array(seconds)
    print(f"reservation of one order against a ledger of {rows:,} movements: {np.median(milliseconds):.1f} ms, "
          f"nine in ten under {np.quantile(milliseconds, 0.9):.1f} ms, after {opening:.1f} s of reading")  # fmt: skip
    return float(np.median(milliseconds))


class Outcome(NamedTuple):
    """What a way of fulfilling cost over a cycle."""

    cost: float
    parcels: int
    orders: int
    units: float


def money(problem: Problem, flow: np.ndarray, members: np.ndarray) -> Outcome:
    """Parcels, units, splits and lost margin of some orders, stock prices left out."""
    cost, parcels, orders, units = 0.0, 0, 0, 0
    for order in members.tolist():
        start = problem.first_option[order]
        count = problem.first_option[order + 1] - start
        used = np.zeros(count, dtype=bool)
        for demand in range(problem.first_demand[order], problem.first_demand[order + 1]):
            taken = flow[problem.first_cell[demand] : problem.first_cell[demand] + count]
            used |= taken > 0
            cost += float(taken @ problem.unit[start : start + count])
            cost += float((problem.units[demand] - taken.sum()) * problem.shortage[demand])
            units += int(taken.sum())
        cost += float(problem.fixed[start : start + count][used].sum()) + problem.split * max(int(used.sum()) - 1, 0)
        parcels += int(used.sum())
        orders += int(used.any())
    return Outcome(cost, parcels, orders, units / 1000)


def fulfil(
    instance: Instance, day: np.ndarray, days: int, way: str, lanes: pd.DataFrame, wanted: pd.DataFrame
) -> Outcome:
    """A cycle day by day. `day` is the day of each order (by its number).

    first come: every order is served as it comes. again: an order is planned when it comes and again, with all
    others that wait, on the evening of the next day, when it leaves. prices: the same, and stock has its price.
    """
    stock = instance.stock.sort_values(["sku_id", "location_id"], ignore_index=True)
    number = instance.lines["order_id"].str[1:].astype(int).to_numpy()
    total = Outcome(0.0, 0, 0, 0.0)
    for today in range(days + 1):
        pending = (day == today) | (day == today - 1) if way != "first come" else day == today
        leaving = day == (today if way == "first come" else today - 1)
        part = instance._replace(lines=instance.lines[pending[number]], stock=stock)
        if part.lines.empty:
            continue
        prices = None
        if way == "prices" and today < days:
            rest = wanted.assign(mean_units=wanted["mean_units"] * (days - 1 - today) / days)
            prices = shadow_prices(stock, rest, lanes, "GBP")
        coded = encode(part.lines, part.checks, part.stock, part.parcels)
        built = build(coded, part.lines, part.parcels, PLAIN, AS_OF, prices)
        problem = built.arrays
        members = np.flatnonzero(leaving[coded.order_names[built.order].str[1:].astype(int)])
        if way == "first come":
            flow = np.zeros(len(problem.cell), dtype=np.int64)
            cost = np.zeros(len(problem.first_demand) - 1)
            choose_in_turn(problem, built.sequence, problem.available.copy(), problem.worth, flow, cost)
        else:
            flow = solve(problem, built.sequence, PLAIN, is_exact_allowed=False).flow
        found = money(problem, flow, members)
        total = Outcome(*(one + more for one, more in zip(total, found, strict=True)))
        left = problem.available - taken_by(problem, members, flow)
        stock = stock.assign(available_units=left / 1000)
    return total


def waiting_queue() -> float:
    """Extra shipments saved by planning a queue of orders of several lines anew: mean over five queues.

    The protocol that the abstract of Xu, Allgor and Graves (2009) describes: every order is assigned as it comes to as
    few places as can then serve it, the nearest among equals; before release the whole queue is assigned anew from the
    same stock, so that the number of shipments is least. An extra shipment is one beyond an order's first. The orders
    are made up; theirs were a retailer's, so the shares are not the same experiment.
    """
    saved = []
    for seed in range(5):
        rng = np.random.default_rng(200 + seed)
        instance = orders_over_regions(rng, 3_000, 3.0, 300, 5, 1.15, 0.5)
        number = instance.lines["order_id"].str[1:].astype(int)
        several = number.map(number.value_counts()) > 1
        costs = instance.parcels.assign(parcel_minor=10_000 + instance.parcels["parcel_minor"] // 100, unit_minor=0.0)
        lines = instance.lines[several].assign(amount_minor=10_000_000)
        instance = instance._replace(lines=check(lines, OPEN_ORDER_LINE), parcels=costs)
        coded = encode(instance.lines, instance.checks, instance.stock, instance.parcels)
        problem = build(coded, instance.lines, instance.parcels, COUNTED, AS_OF)
        arrays, everyone = problem.arrays, np.arange(len(problem.arrays.first_demand) - 1)
        flow = np.zeros(len(arrays.cell), dtype=np.int64)
        cost = np.zeros(len(everyone))
        choose_in_turn(arrays, problem.sequence, arrays.available.copy(), arrays.worth, flow, cost)
        first = money(arrays, flow, everyone)
        again = money(arrays, solve(arrays, problem.sequence, COUNTED, is_exact_allowed=False).flow, everyone)
        extra = first.parcels - first.orders, again.parcels - again.orders
        saved.append(1 - extra[1] / extra[0])
        print(f"queue of {len(everyone):,} orders: extra shipments {extra[0]:,} as they came, {extra[1]:,} planned "
              f"anew, {saved[-1]:.1%} saved; units served {first.units:,.0f} and {again.units:,.0f}")  # fmt: skip
    return float(np.mean(saved))


def ninety_days() -> tuple[float, float]:
    """Three cycles of 30 days: extra shipments saved by planning again, clairvoyant gap closed with prices."""
    days, places, skus = 30, 3, 40
    sums = {way: Outcome(0.0, 0, 0, 0.0) for way in ("first come", "again", "prices", "clairvoyant")}
    for cycle in range(3):
        rng = np.random.default_rng(50 + cycle)
        instance = orders_over_regions(rng, 1_500, 1.5, skus, places, 1.05, 0.5)
        count = len(instance.checks)
        day = rng.integers(0, days, count)
        own = instance.parcels["parcel_minor"].to_numpy().reshape(count, places)
        region = own.argmin(axis=1)
        number = instance.lines["order_id"].str[1:].astype(int).to_numpy()
        by_region = instance.lines.assign(region=np.array(["r0", "r1", "r2"])[region[number]])
        wanted = by_region.groupby(["sku_id", "region"], as_index=False)["ordered_units"].sum()
        # The planner knows the SKU's total and the regions' shares, not where each order will come from.
        total_of = wanted.groupby("sku_id")["ordered_units"].transform("sum")
        wanted = wanted.assign(mean_units=total_of / places, shortage_minor=900.0)
        lanes = pd.DataFrame(
            [(f"L{place:07d}", f"r{one}", float(own[region == one, place].mean() / 1.6 + 25))
             for place in range(places) for one in range(places)], columns=["location_id", "region", "unit_minor"]
        )  # fmt: skip
        wanted = wanted[["sku_id", "region", "mean_units", "shortage_minor"]]
        for way in ("first come", "again", "prices"):
            found = fulfil(instance, day, days, way, lanes, wanted)
            sums[way] = Outcome(*(one + more for one, more in zip(sums[way], found, strict=True)))
        problem, sequence = problem_of(instance)
        flow = solve(problem, sequence, PLAIN, is_exact_allowed=False).flow
        found = money(problem, flow, np.arange(count))
        sums["clairvoyant"] = Outcome(*(one + more for one, more in zip(sums["clairvoyant"], found, strict=True)))
    for way, found in sums.items():
        print(f"90 days, {way:11s}: cost {found.cost:11,.0f}, parcels an order {found.parcels / found.orders:.3f}, "
              f"units served {found.units:,.0f}")  # fmt: skip
    extra = {way: found.parcels - found.orders for way, found in sums.items()}
    gap = sums["first come"].cost - sums["clairvoyant"].cost
    again, prices = ((sums["first come"].cost - sums[way].cost) / gap for way in ("again", "prices"))
    print(f"of the gap to the clairvoyant plan, planning again closes {again:.1%}, with prices {prices:.1%}")
    return 1 - extra["again"] / extra["first come"], float(prices)


PARTS = {
    "uncontested": lambda: {"uncontested_seconds": uncontested()},
    "contested": lambda: dict(zip(("contested_seconds", "saving_on_greedy"), contested(), strict=True)),
    "optimum": lambda: {"gap_to_exact": against_the_optimum()},
    "reservation": lambda: {"reserve_ms": reservation()},
    "queue": lambda: {"queue_extra_shipments_saved": waiting_queue()},
    "days": lambda: dict(zip(("extra_shipments_saved", "clairvoyant_gap_closed"), ninety_days(), strict=True)),
}


def main(parts: list[str]) -> None:
    """All parts, or those named on the command line."""
    if parts != ["reservation"]:
        warm = orders_over_regions(np.random.default_rng(0), 60, 2.0, 5, 3, 0.8, 0.5)
        allocate(*warm, PLAIN, AS_OF)  # compile
    figures: dict[str, float] = {}
    for part in parts or list(PARTS):
        figures |= PARTS[part]()
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main(sys.argv[1:])
