from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from invopt.calendars import WorkingCalendar
from invopt.errors import TableError
from invopt.orders import allocate, expected_receipts
from invopt.settings import Orders
from invopt.tables import LOCATION, check
from tests.unit.orders.frames import (
    AS_OF,
    accepted,
    inbound,
    no_lead_times,
    order_lines,
    parcels,
    stock,
)

PLAIN = Orders(overdue_weight=1, due_soon_weight=1, paid_weight=1, age_weight_per_day=0)


def served(plan: object) -> dict[tuple[str, str, str], float]:
    frame = plan.allocation
    keys = zip(frame["order_id"], frame["sku_id"], frame["location_id"], strict=True)
    return dict(zip(keys, frame["allocated_units"], strict=True))


def test_takes_the_cheapest_place_that_holds_all_of_it() -> None:
    lines = order_lines({"order_id": "o"}, {"order_id": "o", "order_line_id": "2", "sku_id": "B"})
    costs = parcels(("o", "L1", 300), ("o", "L2", 400), ("o", "L3", 250))
    plan = allocate(
        lines,
        accepted(lines),
        stock(("A", "L1", 5), ("A", "L2", 5), ("B", "L2", 5), ("B", "L3", 5)),
        costs,
        PLAIN,
        AS_OF,
    )
    assert served(plan) == {("o", "A", "L2"): 1.0, ("o", "B", "L2"): 1.0}
    assert plan.backlog.empty
    assert not plan.allocation["is_split"].any()


def test_splits_where_a_split_is_cheaper_than_leaving_units_waiting() -> None:
    lines = order_lines({"order_id": "o"}, {"order_id": "o", "order_line_id": "2", "sku_id": "B"})
    costs = parcels(("o", "L1", 300), ("o", "L2", 400))
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 5), ("B", "L2", 5)), costs, PLAIN, AS_OF)
    assert served(plan) == {("o", "A", "L1"): 1.0, ("o", "B", "L2"): 1.0}
    assert plan.allocation["is_split"].all()
    assert plan.bounds["cost_minor"].item() == 300 + 400 + PLAIN.split_minor


def test_a_scarce_unit_goes_to_the_order_whose_promise_is_overdue() -> None:
    lines = order_lines({"order_id": "early"}, {"order_id": "late", "promised_on": pd.Timestamp("2026-03-09")})
    costs = parcels(("early", "L1", 300), ("late", "L1", 300))
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 1)), costs, Orders(), AS_OF)
    assert served(plan) == {("late", "A", "L1"): 1.0}
    assert plan.backlog["order_id"].tolist() == ["early"]


def test_an_order_makes_way_for_one_that_has_no_other_place() -> None:
    lines = order_lines({"order_id": "free"}, {"order_id": "stuck"})
    costs = parcels(("free", "L1", 300), ("free", "L2", 350), ("stuck", "L1", 300))
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 1), ("A", "L2", 1)), costs, PLAIN, AS_OF)
    assert served(plan) == {("free", "A", "L2"): 1.0, ("stuck", "A", "L1"): 1.0}
    assert plan.bounds["method"].tolist() == ["exact"]


@pytest.mark.parametrize(("policy", "expected"), [("split", 3.0), ("backorder", 2.0), ("hold_until_complete", 0.0)])
def test_what_a_channel_does_when_an_order_is_short(policy: str, expected: float) -> None:
    lines = order_lines({"order_id": "o", "ordered_units": 4, "channel": "market"})
    costs = parcels(("o", "L1", 300), ("o", "L2", 300))
    settings = Orders(shortage_policy_by_channel={"market": policy}, shortage_policy="split")
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 2), ("A", "L2", 1)), costs, settings, AS_OF)
    assert plan.allocation["allocated_units"].sum() == expected
    assert plan.backlog["waiting_units"].sum() == 4 - expected


def test_a_complete_line_waits_for_the_rest_and_takes_its_date() -> None:
    lines = order_lines({"order_id": "o"}, {"order_id": "o", "order_line_id": "2", "sku_id": "B", "ordered_units": 2})
    receipts = expected_receipts(inbound(("B", "L1", 5, "2026-03-20")), no_lead_times(), PLAIN, AS_OF)
    settings = Orders(shortage_policy="hold_until_complete")
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 5)), parcels(("o", "L1", 300)), settings, AS_OF, receipts)
    assert plan.allocation.empty
    assert plan.backlog["cause"].tolist() == ["awaiting_complete", "no_stock"]
    assert plan.backlog["available_on"].tolist() == [pd.Timestamp("2026-03-20")] * 2


def test_the_backlog_queues_for_what_is_on_order() -> None:
    lines = order_lines(
        {"order_id": "first", "promised_on": pd.Timestamp("2026-03-11"), "ordered_units": 3},
        {"order_id": "second", "ordered_units": 3},
        {"order_id": "third", "ordered_units": 3},
    )
    receipts = expected_receipts(
        inbound(("A", "L1", 4, "2026-03-12"), ("A", "L1", 3, "2026-03-15")), no_lead_times(), PLAIN, AS_OF
    )
    plan = allocate(lines, accepted(lines), stock(), parcels(), PLAIN, AS_OF, receipts)
    dates = dict(zip(plan.backlog["order_id"], plan.backlog["available_on"], strict=True))
    assert dates["first"] == pd.Timestamp("2026-03-12")
    assert dates["second"] == pd.Timestamp("2026-03-15")
    assert pd.isna(dates["third"])


def test_held_and_rejected_orders_take_no_stock() -> None:
    lines = order_lines({"order_id": "a"}, {"order_id": "b"}, {"order_id": "c"})
    plan = allocate(
        lines,
        accepted(lines, a="on_hold", b="rejected"),
        stock(("A", "L1", 1)),
        parcels(("c", "L1", 1)),
        PLAIN,
        AS_OF,
    )
    assert plan.allocation["order_id"].tolist() == ["c"]
    assert dict(zip(plan.backlog["order_id"], plan.backlog["cause"], strict=True)) == {
        "a": "on_hold", "b": "rejected"
    }  # fmt: skip


def test_an_order_nobody_has_costed_leaves_from_its_own_place_and_says_so() -> None:
    lines = order_lines({"order_id": "o", "location_id": "L2"})
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 5), ("A", "L2", 5)), parcels(), PLAIN, AS_OF)
    assert served(plan) == {("o", "A", "L2"): 1.0}
    assert "assumed" in plan.allocation["reason"].item()


def test_stock_at_a_place_that_cannot_send_stays_there() -> None:
    lines = order_lines({"order_id": "o"})
    plan = allocate(lines, accepted(lines), stock(("A", "L2", 5)), parcels(("o", "L1", 300)), PLAIN, AS_OF)
    assert plan.allocation.empty
    assert plan.backlog["reason"].item().startswith("stock only at places that cannot send it")


def test_part_units_are_not_sent_to_orders_of_whole_ones() -> None:
    lines = order_lines({"order_id": "o", "ordered_units": 3})
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 2.5)), parcels(), PLAIN, AS_OF)
    assert plan.allocation["allocated_units"].item() == 2.0
    lines = order_lines({"order_id": "o", "ordered_units": 3.25})
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 2.5)), parcels(), PLAIN, AS_OF)
    assert plan.allocation["allocated_units"].item() == 2.5
    assert plan.backlog["waiting_units"].item() == 0.75


def test_two_lines_of_one_sku_share_its_stock_first_line_first() -> None:
    lines = order_lines(
        {"order_id": "o", "order_line_id": "2", "ordered_units": 2}, {"order_id": "o", "ordered_units": 2}
    )
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 3)), parcels(), PLAIN, AS_OF)
    got = dict(zip(plan.allocation["order_line_id"], plan.allocation["allocated_units"], strict=True))
    assert got == {"1": 2.0, "2": 1.0}


def test_capacity_puts_later_orders_on_later_working_days() -> None:
    lines = order_lines(*({"order_id": f"o{number}"} for number in range(5)))
    places = check(
        pd.DataFrame([{"location_id": "L1", "pick_lines_per_day": 2}]).reindex(columns=list(LOCATION.names)),
        LOCATION,
    )
    friday = np.datetime64("2026-03-13")
    plan = allocate(
        lines,
        accepted(lines),
        stock(("A", "L1", 9)),
        parcels(),
        PLAIN,
        friday,
        None,
        places,
        WorkingCalendar(),
    )
    assert plan.allocation["order_id"].tolist() == ["o0", "o1"]
    assert plan.backlog["cause"].unique().tolist() == ["capacity"]
    assert plan.backlog["available_on"].tolist() == [
        pd.Timestamp("2026-03-16"), pd.Timestamp("2026-03-16"), pd.Timestamp("2026-03-17")
    ]  # fmt: skip


def test_an_order_without_a_check_is_named() -> None:
    lines = order_lines({"order_id": "o"})
    with pytest.raises(TableError, match="no check"):
        allocate(lines, accepted(lines).iloc[:0], stock(), parcels(), PLAIN, AS_OF)


def test_no_orders_at_all() -> None:
    lines = order_lines()
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 1)), parcels(), PLAIN, AS_OF)
    assert plan.allocation.empty
    assert plan.backlog.empty
    assert plan.bounds.empty


def brute_force(needs: list[dict[str, int]], held: dict[tuple[str, str], int], costs: np.ndarray) -> float:
    """Cheapest plan by trying every way to serve each unit from each place, or not at all."""
    units = [(order, sku) for order, need in enumerate(needs) for sku, count in need.items() for _ in range(count)]
    places = costs.shape[1]
    shortage = 1000 * PLAIN.lost_margin_share + PLAIN.unserved_unit_minor
    best = np.inf
    for choice in product(range(places + 1), repeat=len(units)):
        left = dict(held)
        used: list[set[int]] = [set() for _ in needs]
        total = 0.0
        for (order, sku), place in zip(units, choice, strict=True):
            if place == places:
                total += shortage
                continue
            key = (sku, f"L{place}")
            left[key] = left.get(key, 0) - 1
            if left[key] < 0:
                total = np.inf
                break
            used[order].add(place)
        for order, at in enumerate(used):
            total += sum(costs[order, place] for place in at) + PLAIN.split_minor * max(len(at) - 1, 0)
        best = min(best, total)
    return best


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("exact_orders", [200, 1])
def test_against_every_possible_plan(seed: int, exact_orders: int) -> None:
    """Small groups must be solved to the optimum; by prices alone the bound must hold and the gap be "
    "small."""
    rng = np.random.default_rng(seed)
    needs = [{sku: int(rng.integers(1, 3)) for sku in ("A", "B") if rng.random() < 0.7} or {"A": 1} for _ in range(3)]
    held = {(sku, f"L{place}"): int(rng.integers(0, 4)) for sku in ("A", "B") for place in range(2)}
    costs = rng.integers(200, 900, (3, 2))
    lines = order_lines(
        *(
            {"order_id": str(order), "order_line_id": sku, "sku_id": sku, "ordered_units": count}
            for order, need in enumerate(needs)
            for sku, count in need.items()
        )
    )
    table = parcels(*((str(order), f"L{place}", int(costs[order, place])) for order in range(3) for place in range(2)))
    settings = Orders(
        overdue_weight=1, due_soon_weight=1, paid_weight=1, age_weight_per_day=0, exact_orders=exact_orders,
        waiting_saves_postage=True,  # as the brute force reckons
    )  # fmt: skip
    plan = allocate(
        lines,
        accepted(lines),
        stock(*((sku, place, units) for (sku, place), units in held.items())),
        table,
        settings,
        AS_OF,
    )
    best = brute_force(needs, held, costs)
    assert plan.bounds["bound_minor"].sum() <= best + 1e-6
    if exact_orders == 200:
        assert plan.bounds["cost_minor"].sum() == pytest.approx(best)
    else:
        assert best - 1e-6 <= plan.bounds["cost_minor"].sum() <= 1.15 * best


def test_an_order_long_overdue_leaves_and_from_where_it_is_least_late() -> None:
    """Three hundred late days cost more than any margin, and waiting would only add to them."""
    lines = order_lines({"order_id": "a", "promised_on": pd.Timestamp("2025-05-14")})
    ways = parcels(("a", "L1", 300), ("a", "L2", 450)).assign(late_days=[302, 300])
    plan = allocate(lines, accepted(lines), stock(("A", "L1", 1.0), ("A", "L2", 1.0)), ways, Orders(), AS_OF)
    assert plan.allocation["location_id"].tolist() == ["L2"]


def test_goods_whose_postage_is_above_their_margin_still_leave() -> None:
    """Postage is paid sooner or later: waiting would not save it, unless the settings say that it does."""
    lines = order_lines({"order_id": "a", "ordered_units": 2.0, "unit_price_minor": 100})
    ways, shelf = parcels(("a", "L1", 9_000)), stock(("A", "L1", 2.0))
    plan = allocate(lines, accepted(lines), shelf, ways, Orders(), AS_OF)
    assert plan.allocation["allocated_units"].tolist() == [2.0]
    saved = allocate(lines, accepted(lines), shelf, ways, Orders(waiting_saves_postage=True), AS_OF)
    assert saved.backlog["reason"].tolist() == ["sending it from there costs more than letting it wait"]
