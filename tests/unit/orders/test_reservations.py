"""What is being picked stays; what an order no longer wants is free again; views of stock add up."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invopt.orders import (
    allocate,
    available_stock,
    available_to_promise,
    expected_receipts,
    ledger_position,
    release,
    reserve,
    settle_reservations,
    with_reserved,
    without_carried,
    without_reserved,
)
from invopt.orders.shadow import regional_prices
from invopt.settings import Orders
from invopt.tables import AVAILABLE, LOCATION, STOCK_MOVEMENT, STOCK_POSITION, STOCK_PRICE, check, empty
from tests.unit.orders.frames import AS_OF, accepted, inbound, no_lead_times, order_lines, parcels, stock

NOW = pd.Timestamp("2026-03-10 12:00")


def reserved(*rows: tuple[str, str, float, str | None]) -> pd.DataFrame:
    """Order (line 1), location, units, state of the line; SKU A."""
    frame = pd.DataFrame(list(rows), columns=["order_id", "location_id", "reserved_units", "order_state"])
    frame = frame.assign(order_line_id="1", sku_id="A", reference=frame["order_id"] + "|1")
    return frame.astype({"order_id": "str", "order_state": "str"})


def scanned(*rows: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["order_id", "location_id"]).astype("str")


def kept(frame: pd.DataFrame) -> list[tuple[float, str]]:
    return list(zip(frame["kept_units"], frame["reason"], strict=True))


@pytest.mark.parametrize(
    ("line", "state", "taken", "expected"),
    [
        ({"ordered_units": 3.0}, "open", False, (3.0, "released to picking")),
        ({"ordered_units": 5.0}, "open", False, (3.0, "released to picking")),
        ({"ordered_units": 1.5}, "open", False, (1.5, "edited to fewer units")),
        ({"ordered_units": 3.0, "sku_id": "B"}, "open", False, (0.0, "edited to another SKU")),
        (None, "cancelled", False, (0.0, "cancelled")),
        (None, "shipped", False, (0.0, "shipped")),
        ({"ordered_units": 3.0}, "open", True, (3.0, "with the carrier")),
        (None, "cancelled", True,
         (0.0, "cancelled after the carrier's scan: stop the parcel, or take it back as a return")),
    ],
)  # fmt: skip
def test_what_becomes_of_a_reservation(
    line: dict[str, object] | None, state: str, taken: bool, expected: tuple[float, str]
) -> None:
    lines = order_lines(*([{"order_id": "a"} | line] if line else []))
    found = settle_reservations(reserved(("a", "L1", 3.0, state)), lines, scanned(*([("a", "L1")] if taken else [])))
    assert kept(found) == [expected]


def test_fewer_units_give_up_the_last_location_first_and_foreign_reservations_stay() -> None:
    rows = reserved(("a", "L2", 2.0, "open"), ("a", "L1", 2.0, "open"))
    foreign = rows.iloc[[0]].assign(order_id=pd.NA, order_line_id=pd.NA, reference="exchange 7", order_state=pd.NA)
    found = settle_reservations(
        pd.concat([rows, foreign.astype(rows.dtypes.to_dict())]), order_lines({"order_id": "a", "ordered_units": 3.0}),
        scanned(),
    ).set_index(["reference", "location_id"])["kept_units"]  # fmt: skip
    assert found.to_dict() == {("a|1", "L1"): 2.0, ("a|1", "L2"): 1.0, ("exchange 7", "L2"): 2.0}


def test_a_scan_elsewhere_is_not_a_scan_here() -> None:
    rows = reserved(("a", "L1", 1.0, "open"), ("a", "L2", 1.0, "open"))
    lines = order_lines({"order_id": "a", "ordered_units": 2.0})
    found = settle_reservations(rows, lines, scanned(("a", "L2"))).set_index("location_id")["is_with_carrier"]
    assert found.to_dict() == {"L1": False, "L2": True}
    assert settle_reservations(rows, lines, scanned(("a", None)))["is_with_carrier"].all()


def test_what_is_being_picked_is_not_planned_again_and_counts_once() -> None:
    lines = order_lines({"order_id": "a", "ordered_units": 3.0}, {"order_id": "b", "ordered_units": 2.0})
    standing = settle_reservations(reserved(("a", "L2", 2.0, "open")), lines, scanned())
    rest = without_reserved(without_carried(lines, standing), standing)
    assert rest.set_index("order_id")["ordered_units"].to_dict() == {"a": 1.0, "b": 2.0}
    assert rest.set_index("order_id")["amount_minor"].to_dict() == {"a": 1000, "b": 2000}
    ways = parcels(("a", "L1", 100), ("b", "L1", 100))
    plan = allocate(rest, accepted(lines), stock(("A", "L1", 9.0)), ways, Orders(), AS_OF)
    both = with_reserved(plan.allocation, standing).set_index(["order_id", "location_id"])
    assert both["allocated_units"].to_dict() == {("a", "L1"): 1.0, ("a", "L2"): 2.0, ("b", "L1"): 2.0}
    assert both["is_split"].to_dict() == {("a", "L1"): True, ("a", "L2"): True, ("b", "L1"): False}
    assert both.loc[("a", "L2"), "reason"] == "released to picking"
    assert both.loc[("b", "L1"), "reason"].endswith("POST 48, 1 kg by estimate")


def test_lines_being_picked_use_the_day_s_capacity_first() -> None:
    lines = order_lines({"order_id": "a"}, {"order_id": "b"})
    places = pd.DataFrame([{"location_id": "L1", "pick_lines_per_day": 3}]).reindex(columns=list(LOCATION.names))
    ways = parcels(("a", "L1", 1), ("b", "L1", 1))
    arguments = (lines, accepted(lines), stock(("A", "L1", 9.0)), ways, Orders(), AS_OF)
    free = allocate(*arguments, locations=check(places, LOCATION))
    busy = allocate(*arguments, locations=check(places, LOCATION), busy_lines=pd.Series({"L1": 2}))
    assert (len(free.allocation), len(busy.allocation)) == (2, 1)
    assert busy.backlog["cause"].tolist() == ["capacity"]
    assert busy.backlog["available_on"].iloc[0] == pd.Timestamp("2026-03-11")


def positions(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["sku_id", "location_id", "on_hand_units", "reserved_units"])
    frame = frame.assign(
        on_order_units=0.0, counted_units=frame["on_hand_units"], counted_on=pd.NaT, is_assumed=False, reason=""
    )
    return check(frame, STOCK_POSITION)


def test_what_can_be_promised_by_day() -> None:
    """10 there, 2 being picked, 1 kept back, 3 planned, 6 waiting: none now, 3 once 5 more come on the 12th."""
    lines = order_lines(
        {"order_id": "picked", "ordered_units": 2.0}, {"order_id": "planned", "ordered_units": 3.0},
        {"order_id": "waiting", "ordered_units": 6.0}, {"order_id": "held", "ordered_units": 4.0},
    )  # fmt: skip
    standing = settle_reservations(reserved(("picked", "L1", 2.0, "open")), lines, scanned())
    rest = without_reserved(lines, standing)
    rules = Orders(buffer_units=1, shortage_policy="hold_until_complete")
    shelf = positions(("A", "L1", 10.0, 2.0))
    receipts = expected_receipts(inbound(("A", "L1", 5.0, "2026-03-12")), no_lead_times(), rules, AS_OF)
    ways = parcels(("planned", "L1", 100), ("waiting", "L1", 100))
    plan = allocate(
        rest, accepted(rest, held="on_hold"), available_stock(shelf, rules).assign(available_units=3.0), ways, rules,
        AS_OF, receipts=receipts,
    )  # fmt: skip
    both = with_reserved(plan.allocation, standing)
    found = available_to_promise(shelf, both, plan.backlog, standing, receipts, rules, AS_OF)
    names = ["from_on", "available_units", "allocated_units", "waiting_units", "expected_units", "promise_units"]
    assert found[names].to_numpy().tolist() == [
        [pd.Timestamp("2026-03-10"), 8.0, 3.0, 6.0, 0.0, 0.0],
        [pd.Timestamp("2026-03-12"), 8.0, 3.0, 6.0, 5.0, 3.0],
    ]


@given(
    st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 9_000), st.integers(0, 4_000)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4_000), st.integers(0, 3)), max_size=8),
)
def test_promises_reconcile_to_the_thousandth(
    shelves: list[tuple[int, int, int]], coming: list[tuple[int, int, int]]
) -> None:
    """available = on hand - reserved, promise = max(available - buffer - allocated - waiting + expected, 0)."""
    shelf = positions(*((f"S{n}", "L1", hand / 1000, taken / 1000) for n, (hand, taken, _) in enumerate(shelves)))
    lines = order_lines(
        *({"order_id": f"o{n}", "sku_id": f"S{n}", "ordered_units": asked / 1000}
          for n, (_, _, asked) in enumerate(shelves))
    )  # fmt: skip
    rules = Orders(buffer_share=0.1)
    more = inbound(*((f"S{sku}", "L1", units / 1000, f"2026-03-{11 + day}") for sku, units, day in coming))
    receipts = expected_receipts(more, no_lead_times(), rules, AS_OF)
    plan = allocate(lines, accepted(lines), available_stock(shelf, rules), parcels(), rules, AS_OF, receipts=receipts)
    standing = settle_reservations(reserved().iloc[:0], lines, scanned())
    found = available_to_promise(shelf, plan.allocation, plan.backlog, standing, receipts, rules, AS_OF)
    unit = {name: (found[name] * 1000).round().astype("int64") for name in found.columns if name.endswith("_units")}
    assert (unit["available_units"] == unit["on_hand_units"] - unit["reserved_units"]).all()
    left = unit["available_units"] - unit["buffer_units"] - unit["allocated_units"] - unit["waiting_units"]
    assert (unit["promise_units"] == (left + unit["expected_units"]).clip(lower=0)).all()
    assert found.groupby("sku_id")["expected_units"].is_monotonic_increasing.all()
    last = found.groupby("sku_id")["expected_units"].last().sum()
    known = [units for sku, units, _ in coming if sku < len(shelves)]
    assert last == pytest.approx(sum(known) / 1000)


def test_a_line_edited_to_more_units_is_topped_up_and_a_part_can_be_given_back() -> None:
    opening = {"movement_id": "0", "sku_id": "A", "location_id": "L1", "movement_kind": "opening", "moved_units": 9.0,
               "moved_at": NOW, "reference": ""}  # fmt: skip
    ledger = check(pd.DataFrame([opening]), STOCK_MOVEMENT)

    def wanted(units: float) -> pd.DataFrame:
        row = {"order_id": "a", "order_line_id": "1", "sku_id": "A", "location_id": "L1", "allocated_units": units}
        return pd.DataFrame([row | {"is_split": False, "reason": ""}])

    for units in (2.0, 5.0, 5.0, 4.0):
        ledger = pd.concat([ledger, reserve(wanted(units), ledger, NOW)], ignore_index=True)
    assert ledger_position(ledger)["reserved_units"].tolist() == [5.0]
    keep = pd.DataFrame({"reference": ["a|1"], "sku_id": "A", "location_id": "L1", "kept_units": 1.5})
    given_back = release(pd.Series(["a|1"]), ledger, NOW, "edited", keep=keep)
    ledger = pd.concat([ledger, given_back], ignore_index=True)
    assert ledger_position(ledger)["reserved_units"].tolist() == [1.5]
    ledger = pd.concat([ledger, reserve(wanted(9.0), ledger, NOW)], ignore_index=True)
    assert ledger_position(ledger)["available_units"].tolist() == [0.0]
    assert not ledger["movement_id"].duplicated().any()


def test_a_price_moves_an_order_elsewhere_and_never_refuses_it() -> None:
    """The cheaper place is scarce: its price sends the order to the other; alone, it still serves."""
    lines = order_lines({"order_id": "a", "location_id": "L1"})
    ways = parcels(("a", "L1", 300), ("a", "L2", 450))
    price = pd.DataFrame(
        {"sku_id": "A", "location_id": ["L1", "L2"], "price_minor": [5_400.0, 5_000.0], "currency": "GBP"}
    )
    for shelf, expected in (
        (stock(("A", "L1", 1.0), ("A", "L2", 1.0)), "L2"),
        (stock(("A", "L1", 1.0)), "L1"),
    ):
        fair = regional_prices(check(price, STOCK_PRICE), check(shelf, AVAILABLE))
        plan = allocate(lines, accepted(lines), shelf, ways, Orders(), AS_OF, stock_prices=fair)
        assert plan.allocation["location_id"].tolist() == [expected]
    assert regional_prices(empty(STOCK_PRICE), stock(("A", "L1", 1.0))).empty
