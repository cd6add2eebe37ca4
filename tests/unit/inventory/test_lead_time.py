"""Lead times: the hierarchy, censoring, what is assumed, and open orders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from invopt.errors import TableError
from invopt.inventory import expected_arrivals, lead_time_quantile, lead_times, observed_lead_times
from invopt.inventory.lead_time_model import fit, prior_degrees
from invopt.settings import LeadTime
from invopt.tables import PURCHASE_ORDER_LINE, RECEIPT, empty

AS_OF = pd.Timestamp("2026-03-02")


def orders(rows: list[tuple[str, str, str, str | None]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Purchase order lines and receipts from (supplier, SKU, ordered on, received on)."""
    lines, came = [], []
    for number, (supplier, sku, ordered, received) in enumerate(rows):
        lines.append(
            {
                "purchase_order_id": f"P{number}", "purchase_order_line_id": "1", "supplier_id": supplier,
                "sku_id": sku, "location_id": "L", "ordered_units": 10.0, "unit_cost_minor": 100,
                "currency": "GBP", "ordered_on": pd.Timestamp(ordered), "confirmed_on": pd.NaT,
                "cancelled_on": pd.NaT,
            }
        )  # fmt: skip
        if received:
            came.append(
                {
                    "receipt_id": f"R{number}", "purchase_order_id": f"P{number}", "purchase_order_line_id": "1",
                    "received_units": 10.0, "received_on": pd.Timestamp(received),
                }
            )  # fmt: skip
    return pd.DataFrame(lines), pd.DataFrame(came) if came else empty(RECEIPT)


def planned(*rows: tuple[str, str, float | None]) -> pd.DataFrame:
    """Planned supplier and SKU with the stated lead time."""
    return pd.DataFrame([{"supplier_id": s, "sku_id": k, "location_id": "L", "lead_time_days": d} for s, k, d in rows])


def test_evidence_in_its_order() -> None:
    lines, came = orders([("S", "A", "2026-01-01", "2026-01-11"), ("S", "A", "2026-01-05", "2026-01-16")] * 5)
    rows = lead_times(
        planned(("S", "A", 30), ("S", "B", 30), ("T", "C", 30), ("T", "D", None)), lines, came, AS_OF
    ).set_index("sku_id")
    assert rows.loc["A", "median_days"] == pytest.approx(10.5, abs=0.5)
    assert rows.loc["B", "median_days"] == pytest.approx(10.5, abs=0.7)
    assert rows.loc["C", "median_days"] == pytest.approx(30)
    assert rows.loc["D", "median_days"] == pytest.approx(10.5, abs=0.7)
    assert rows["is_assumed"].tolist() == [False, False, True, True]
    assert rows.loc["A", "observations"] == 10


def test_nothing_known_is_the_setting_and_says_so() -> None:
    rows = lead_times(planned(("S", "A", None)), empty(PURCHASE_ORDER_LINE), empty(RECEIPT), AS_OF)
    assert rows["median_days"].tolist() == pytest.approx([14.0])
    assert rows["is_assumed"].all()
    assert "setting" in rows["reason"].iloc[0]


def test_open_orders_lengthen_lead_times() -> None:
    """Four of eight orders came in 10 days, four are open after 40: dropping those would say 10."""
    received = [("S", "A", "2026-01-01", "2026-01-11")] * 4
    still_open = [("S", "A", "2026-01-21", None)] * 4
    with_open = lead_times(planned(("S", "A", None)), *orders(received + still_open), AS_OF)
    without = lead_times(planned(("S", "A", None)), *orders(received), AS_OF)
    assert with_open["p90_days"].iloc[0] > 40 > without["p90_days"].iloc[0]
    assert with_open["open_orders"].iloc[0] == 4


def test_part_deliveries_weigh_by_units_and_fill_share_counts_what_came() -> None:
    lines, came = orders([("S", "A", "2026-01-01", "2026-01-11")])
    came = pd.concat([came.assign(received_units=6.0), came.assign(
        receipt_id="late", received_units=2.0, received_on=pd.Timestamp("2026-01-31"))])  # fmt: skip
    seen = observed_lead_times(lines, came, AS_OF, LeadTime())
    assert seen["days"].tolist() == pytest.approx([15.0])
    assert seen["received_share"].tolist() == pytest.approx([0.8])


def test_what_is_recorded_later_is_not_seen() -> None:
    lines, came = orders([("S", "A", "2026-01-01", "2026-01-11"), ("S", "A", "2026-02-20", "2026-03-10")])
    seen = observed_lead_times(lines, came, AS_OF, LeadTime())
    assert seen["is_open"].tolist() == [False, True]
    assert seen["days"].tolist() == [10.0, 10.0]


def test_abandoned_cancelled_and_impossible_orders_say_nothing() -> None:
    lines, came = orders(
        [("S", "A", "2024-01-01", None), ("S", "A", "2026-01-10", "2026-01-05"), ("S", "A", "2026-02-01", None)]
    )
    lines.loc[2, "cancelled_on"] = pd.Timestamp("2026-02-10")
    assert observed_lead_times(lines, came, AS_OF, LeadTime()).empty


def test_a_new_sku_takes_the_suppliers_wider_distribution() -> None:
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(40), 6)
    centre = rng.normal(0, 0.4, 40)
    days = np.exp(3 + centre[group] + rng.normal(0, 0.1, 240))
    model = fit(days, np.zeros(240, bool), group, np.zeros(40, int))
    assert np.median(model.group_scale) < 0.15
    assert model.supplier_scale[0] == pytest.approx(0.41, rel=0.25)
    assert np.corrcoef(model.group_location, centre)[0, 1] > 0.95


def test_censored_fit_recovers_the_truth() -> None:
    """Half the orders are cut at 20 days, as open ones: mean 20 and spread 0.5 come back all the same."""
    rng = np.random.default_rng(2)
    days = np.exp(np.log(20) + rng.normal(0, 0.5, 4000))
    is_open = days > 20
    model = fit(np.minimum(days, 20), is_open, np.zeros(4000, int), [0], rounds=60)
    assert np.exp(model.group_location[0]) == pytest.approx(20, rel=0.03)
    assert model.group_scale[0] == pytest.approx(0.5, rel=0.05)


def test_prior_degrees_tell_equal_spreads_from_unequal() -> None:
    rng = np.random.default_rng(3)
    degrees = np.full(500, 5.0)
    equal = rng.chisquare(5, 500) / 5
    unequal = equal * np.exp(rng.normal(0, 1, 500))
    assert prior_degrees(equal, degrees) > 30
    assert prior_degrees(unequal, degrees) < 6


def test_negative_days_are_an_error() -> None:
    with pytest.raises(TableError, match="negative"):
        fit([3, -1], [False, False], [0, 0], [0])


def test_quantiles_of_a_certain_lead_time() -> None:
    assert lead_time_quantile([0.1, 0.9], np.log(7.0), 0.0, np.inf).tolist() == pytest.approx([7.0, 7.0])


def test_confirmed_day_replaces_the_expectation_and_stranger_orders_are_left_out() -> None:
    lead = lead_times(planned(("S", "A", 20)), empty(PURCHASE_ORDER_LINE), empty(RECEIPT), AS_OF)
    inbound = pd.DataFrame(
        {
            "purchase_order_id": ["P", "Q", "X"], "purchase_order_line_id": "1", "supplier_id": "S",
            "sku_id": ["A", "A", "STRANGER"], "location_id": "L", "open_units": [5.0, 7.0, 1.0],
            "ordered_on": AS_OF - pd.Timedelta(days=12),
            "confirmed_on": [pd.NaT, AS_OF + pd.Timedelta(days=3), pd.NaT], "age_days": 12.0,
        }
    )  # fmt: skip
    due = expected_arrivals(inbound, lead, pd.DataFrame({"sku_id": ["A"], "location_id": ["L"]}), AS_OF)
    assert due.day.tolist() == pytest.approx([8.0, 3.0])
    assert due.log_scale[1] == due.log_scale[0] / 2
    assert due.start.tolist() == [0, 2]
