"""Exchanges keep their replacement, charge or refund the difference, and time out; claims name who owes."""

from __future__ import annotations

import pandas as pd
import pytest

from invopt.returns import ReturnPolicy, authorise, claims, exchange_movements, exchanges, refurbish_orders
from invopt.settings import Returns
from invopt.tables import DISPOSAL, STOCK_MOVEMENT, STOCK_POSITION, check, empty
from tests.unit.returns.frames import AS_OF, products, returns, sales, shipments

GOODS = ({"sku_id": "A"}, {"sku_id": "B", "unit_price_minor": 1300}, {"sku_id": "C", "unit_price_minor": 800},
         {"sku_id": "D", "lifecycle": "discontinued"}, {"sku_id": "E", "unit_price_minor": None})  # fmt: skip


def stock(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """SKU, location, on hand, reserved."""
    frame = pd.DataFrame(list(rows), columns=["sku_id", "location_id", "on_hand_units", "reserved_units"])
    frame = frame.assign(on_order_units=0.0, is_assumed=False, reason="")
    return check(frame.reindex(columns=list(STOCK_POSITION.names)), STOCK_POSITION)


def swap(*lines: dict[str, object], positions: pd.DataFrame | None = None, **more: object) -> pd.DataFrame:
    asked = returns(*({"order_id": f"o{n}", "return_id": f"r{n}", "wish": "exchange", **line} for n, line in
                      enumerate(lines)))  # fmt: skip
    sold = sales(*({"order_id": f"o{n}"} for n in range(len(lines))))
    parcels = shipments(*((f"o{n}", "2026-03-05") for n in range(len(lines))))
    goods = products(*GOODS)
    policy = ReturnPolicy.of({"rule": [{"name": "standard", "window_days": 30}]})
    settings = Returns(exchange_hold_days=7, authorisation_days=30)
    answers = authorise(asked, sold, parcels, goods, policy, settings, AS_OF)
    positions = stock(("B", "LEEDS", 1.0, 0.0), ("B", "BATH", 1.0, 1.0)) if positions is None else positions
    return exchanges(answers, asked, goods, positions, settings, AS_OF, "LEEDS", **more)  # type: ignore[arg-type]


def test_the_first_who_asks_gets_the_last_one() -> None:
    later, first = {"requested_on": pd.Timestamp("2026-03-15")}, {"requested_on": pd.Timestamp("2026-03-14")}
    found = swap({"exchange_sku_id": "B", **later}, {"exchange_sku_id": "B", **first}).set_index("return_id")
    assert found["state"].to_dict() == {"r0": "no_stock", "r1": "reserved"}
    assert (found.loc["r1", "location_id"], found.loc["r1", "reserved_units"]) == ("LEEDS", 1.0)
    assert found.loc["r1", "reserved_until_on"] == pd.Timestamp("2026-03-21")


@pytest.mark.parametrize(
    ("wanted", "difference", "state"),
    [("B", 300, "reserved"), ("C", -200, "reserved"), (None, 0, "reserved"), ("D", 0, "no_price"),
     ("E", 0, "no_price"), ("Z", 0, "no_price")],
)  # fmt: skip
def test_the_difference_is_charged_or_refunded(wanted: str | None, difference: int, state: str) -> None:
    positions = stock(*((sku, "LEEDS", 9.0, 0.0) for sku in "ABCDEZ"))
    asked = {"exchange_sku_id": wanted, "requested_on": pd.Timestamp("2026-03-15")}
    row = swap(asked, positions=positions).iloc[0]
    assert (row["difference_minor"], row["state"]) == (difference, state)


def test_the_reservation_times_out_and_is_given_free() -> None:
    row = swap({"exchange_sku_id": "B", "requested_on": pd.Timestamp("2026-03-10")}).iloc[0]
    assert (row["state"], row["reserved_units"]) == ("timed_out", 0.0)
    # What the shop's ledger still holds for it is to be released, once.
    booked = pd.DataFrame(
        {"movement_id": ["exchange|r0|1"], "sku_id": "B", "location_id": "LEEDS", "movement_kind": "reservation",
         "moved_units": 1.0, "moved_at": pd.Timestamp("2026-03-10"), "reference": "r0"}
    )  # fmt: skip
    moved = exchange_movements(row.to_frame().T.infer_objects(), check(booked, STOCK_MOVEMENT), Returns())
    assert moved[["movement_id", "movement_kind", "moved_units"]].to_numpy().tolist() == [
        ["exchange|r0|1|release", "release", 1.0]
    ]


def test_its_own_reservation_in_the_ledger_does_not_stand_in_its_way() -> None:
    booked = pd.DataFrame(
        {"movement_id": ["exchange|r0|1"], "sku_id": "B", "location_id": "LEEDS", "movement_kind": "reservation",
         "moved_units": 1.0, "moved_at": pd.Timestamp("2026-03-15"), "reference": "r0"}
    )  # fmt: skip
    asked = {"exchange_sku_id": "B", "requested_on": pd.Timestamp("2026-03-15")}
    reserved = stock(("B", "LEEDS", 1.0, 1.0))
    assert swap(asked, positions=reserved).iloc[0]["state"] == "no_stock"
    row = swap(asked, positions=reserved, ledger=check(booked, STOCK_MOVEMENT)).iloc[0]
    assert (row["state"], row["location_id"]) == ("reserved", "LEEDS")


def test_goods_that_are_here_make_it_due_and_what_has_left_is_sent() -> None:
    here = {"exchange_sku_id": "B", "received_on": pd.Timestamp("2026-03-15"), "received_units": 1.0,
            "grade": "as_new"}  # fmt: skip
    assert swap(here).iloc[0]["state"] == "due"
    sent = pd.DataFrame({"return_id": ["r0"], "return_line_id": ["1"]})
    assert swap(here, sent=sent).iloc[0][["state", "reserved_units"]].tolist() == ["sent", 0.0]


def test_claims_are_apart_from_returns_and_name_who_owes() -> None:
    parcels = shipments(("o", "2026-03-05"), ("p", None))
    parcels.loc[1, ["problem", "tracking_status"]] = ["lost", "lost"]
    sold = sales({"order_id": "o"}, {"order_id": "p", "tax_minor": 200})
    asked = returns(
        {"return_id": "r", "order_id": "o", "return_reason": "wrong_item"},
        {"return_id": "s", "order_id": "o", "return_reason": "changed_mind"},
    )
    policy = ReturnPolicy.of({"rule": [{"name": "standard", "window_days": 30}]})
    answers = authorise(asked, sold, parcels, products(), policy, Returns(), AS_OF)
    found = claims(parcels, sold, asked, answers, Returns(carrier_claim_days=10)).set_index("claim_id")
    assert sorted(found.index) == ["parcel|T1", "return|r|1"]  # a change of mind is no claim
    lost, wrong = found.loc["parcel|T1"], found.loc["return|r|1"]
    assert (lost["kind"], lost["against"], lost["worth_minor"]) == ("lost", "carrier", 1200)
    assert lost["claim_until_on"] == pd.Timestamp("2026-03-14")
    assert (wrong["kind"], wrong["against"], wrong["state"]) == ("wrong_item", "warehouse", "open")
    assert pd.isna(wrong["claim_until_on"])


def test_work_is_ordered_on_the_day_of_the_grading_and_gets_late() -> None:
    lines = returns(
        {"return_id": "r", "order_id": "o", "received_on": pd.Timestamp("2026-03-01"), "received_units": 2.0,
         "graded_on": pd.Timestamp("2026-03-03"), "grade": "opened", "location_id": "LEEDS"}
    )  # fmt: skip
    gone = pd.DataFrame(
        {"return_id": ["r"], "return_line_id": "1", "sku_id": "A", "location_id": "LEEDS", "disposed_units": 2.0,
         "disposition": "refurbish", "worth_minor": 900, "currency": "GBP", "reason": ""}
    )  # fmt: skip
    settings = Returns(refurbish_minor=400, refurbish_days=7)
    row = refurbish_orders(check(gone, DISPOSAL), lines, settings, AS_OF).iloc[0]
    assert (row["cost_minor"], row["ordered_on"], row["ready_on"], row["state"]) == (
        800, pd.Timestamp("2026-03-03"), pd.Timestamp("2026-03-10"), "late",
    )  # fmt: skip
    ended = pd.DataFrame({"return_id": ["r"], "return_line_id": ["1"], "result": ["done"]})
    assert refurbish_orders(check(gone, DISPOSAL), lines, settings, AS_OF, ended).loc[0, "state"] == "done"
    assert refurbish_orders(empty(DISPOSAL), lines, settings, AS_OF).empty
