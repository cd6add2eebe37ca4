"""Advice on orders on the way, by hand-made cases at ten units a day."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from invopt.purchasing import advise_open_orders
from invopt.settings import Settings
from invopt.tables import INBOUND, LEAD_TIME, check, empty
from tests.unit.purchasing import shop


def inbound(**changed: object) -> pd.DataFrame:
    """50 units ordered yesterday, confirmed for 9 March."""
    row = {
        "purchase_order_id": "PO-1",
        "purchase_order_line_id": "1",
        "supplier_id": "ACME",
        "sku_id": "A",
        "location_id": "MAIN",
        "open_units": 50.0,
        "ordered_on": dt.datetime(2026, 3, 1),
        "confirmed_on": dt.datetime(2026, 3, 9),
        "age_days": 1.0,
    }
    length = max((len(value) for value in changed.values() if isinstance(value, list)), default=1)
    filled = {name: value if isinstance(value, list) else [value] * length for name, value in (row | changed).items()}
    frame = pd.DataFrame(filled)
    frame["confirmed_on"] = pd.to_datetime(frame["confirmed_on"])
    return check(frame, INBOUND)


def lead_time() -> pd.DataFrame:
    """A median of seven days and a spread of 0.3 log days."""
    row = {
        "supplier_id": "ACME", "sku_id": "A", "location_id": "MAIN", "mean_days": 7.3, "sd_days": 2.2,
        "log_location_days": 1.945910149, "log_scale": 0.3, "degrees_of_freedom": 10.0, "median_days": 7.0,
        "p90_days": 10.5, "observations": 10, "supplier_observations": 10, "open_orders": 1, "fill_share": 1.0,
        "is_assumed": False, "reason": "",
    }  # fmt: skip
    return check(pd.DataFrame([row]), LEAD_TIME)


def advice(orders: pd.DataFrame, on_hand: float, **changed: object) -> pd.DataFrame:
    return advise_open_orders(
        orders, changed.get("policy", shop.policy()), shop.stock(on_hand_units=on_hand), shop.skus(),
        changed.get("lead_time", lead_time()), Settings(), shop.AS_OF,
    )  # fmt: skip


def test_an_order_in_time_needs_no_advice() -> None:
    assert advice(inbound(), on_hand=90.0).empty


def test_a_stockout_before_arrival_is_expedited_for_what_it_loses() -> None:
    found = advice(inbound(), on_hand=40.0)  # out in four days, three days and 30 units short
    assert found[["advice", "advised_units", "worth_minor"]].to_numpy().tolist() == [["expedite", 30.0, 30_000]]
    assert found.loc[0, "advised_on"] == pd.Timestamp("2026-03-06")


def test_two_orders_share_one_stock_in_the_order_of_arrival() -> None:
    orders = inbound(
        purchase_order_id=["PO-2", "PO-1"],
        open_units=[50.0, 30.0],
        confirmed_on=[dt.datetime(2026, 3, 13), dt.datetime(2026, 3, 5)],
    )
    found = advice(orders, on_hand=60.0)  # 60 + 30 last nine days, the second comes on day eleven
    assert found[["purchase_order_id", "advice", "advised_units"]].to_numpy().tolist() == [["PO-2", "expedite", 20.0]]


def test_an_overdue_order_is_chased_and_never_expected_today() -> None:
    orders = inbound(ordered_on=dt.datetime(2026, 2, 10), confirmed_on=dt.datetime(2026, 2, 20), age_days=20.0)
    found = advice(orders, on_hand=90.0)
    assert found["advice"].tolist() == ["chase"]
    assert found.loc[0, "expected_on"] > pd.Timestamp("2026-03-03")


def test_the_older_an_overdue_order_the_longer_it_will_still_take() -> None:
    days = []
    for age in (8.0, 20.0, 60.0):
        ordered = pd.Timestamp("2026-03-02") - pd.Timedelta(days=age)
        found = advice(inbound(ordered_on=ordered, confirmed_on=None, age_days=age), on_hand=90.0)
        days.append((found.loc[0, "expected_on"] - pd.Timestamp("2026-03-02")).days)
    assert days == sorted(days)
    assert days[-1] > days[0]


def test_an_unconfirmed_order_is_chased() -> None:
    found = advice(inbound(ordered_on=dt.datetime(2026, 2, 26), confirmed_on=None, age_days=4.0), on_hand=90.0)
    assert found["advice"].tolist() == ["chase"]
    assert "not confirmed" in found.loc[0, "reason"]


def test_what_lies_beyond_the_surplus_cover_is_reduced_or_cancelled() -> None:
    reduced = advice(inbound(open_units=500.0), on_hand=1_500.0)  # 1430 + 500 on arrival, 1800 wanted
    assert reduced[["advice", "advised_units"]].to_numpy().tolist() == [["reduce", 130.0]]
    cancelled = advice(inbound(), on_hand=2_500.0)
    assert cancelled[["advice", "advised_units"]].to_numpy().tolist() == [["cancel", 50.0]]
    # 50 units at 10.00 wait (1800 + 25) / 10 days at 30% a year.
    assert cancelled.loc[0, "worth_minor"] == pytest.approx(50 * 1_000 * 0.3 * 182.5 / 365, abs=1)


def test_an_order_that_comes_too_early_is_delayed() -> None:
    found = advice(inbound(), on_hand=800.0)  # 730 on arrival, 30 safety: seventy days early
    assert found["advice"].tolist() == ["delay"]
    assert found.loc[0, "advised_on"] == pd.Timestamp("2026-03-09") + pd.Timedelta(days=70)


def test_an_order_for_a_sku_without_a_policy_is_cancelled() -> None:
    found = advice(inbound(), on_hand=0.0, policy=shop.policy(sku_id="Z"))
    assert found["advice"].tolist() == ["cancel"]


def test_without_orders_or_lead_times_nothing_breaks() -> None:
    assert advice(inbound().iloc[:0], on_hand=0.0).empty
    assert advice(inbound(), on_hand=90.0, lead_time=empty(LEAD_TIME)).empty
