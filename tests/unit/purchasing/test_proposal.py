"""Each step from the need to the proposed quantity, one at a time and together."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from invopt.errors import TableError
from invopt.tables import ORDER_COMMITMENT, check
from tests.unit.purchasing import shop

SIGNS = {
    "expected_demand_units": 1,
    "expected_lost_units": -1,
    "expected_returns_units": -1,
    "backorder_units": 1,
    "safety_stock_units": 1,
    "on_hand_units": -1,
    "on_order_due_units": -1,
    "unneeded_units": 1,
}


def only(frame: pd.DataFrame) -> pd.Series:
    assert len(frame) == 1
    return frame.iloc[0]


def test_an_unconstrained_need_is_ordered_as_it_is() -> None:
    row = only(shop.plan())
    assert (row["final_units"], row["binding_constraint"], row["urgency"]) == (30.0, "none", "due")
    assert row["amount_minor"] == 30_000
    assert row["proposal_id"] == "A|MAIN|2026-03-02"
    assert (row["order_on"], row["expected_on"]) == (pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-09"))
    assert row["days_of_cover"] == pytest.approx(10.0)  # 170 units less 7 days of 10, at 10 a day


def test_a_need_goes_through_moq_and_pack() -> None:
    row = only(shop.plan(terms=shop.terms(moq_units=31.0, pack_units=6.0)))
    assert row[["moq_change_units", "pack_change_units"]].tolist() == [1.0, 5.0]
    assert (row["final_units"], row["binding_constraint"]) == (36.0, "pack")


def test_a_line_maximum_below_the_smallest_lot_is_named_and_nothing_is_ordered() -> None:
    row = only(shop.plan(terms=shop.terms(moq_units=31.0, pack_units=6.0, line_maximum_units=35.0)))
    assert row["final_units"] == 0.0
    assert row["binding_constraint"] == "no_supplier"
    assert "line_maximum_infeasible" in row["reason"]


def test_the_line_maximum_cuts_to_whole_packs() -> None:
    row = only(shop.plan(terms=shop.terms(pack_units=6.0, line_maximum_units=20.0)))
    assert (row["final_units"], row["line_maximum_change_units"]) == (18.0, -12.0)
    assert row["binding_constraint"] == "line_maximum"


def test_a_price_break_is_taken_where_it_pays() -> None:
    terms = shop.terms(from_units=[0.0, 60.0], unit_cost_minor=[1_000, 950])
    row = only(shop.plan(terms=terms))
    assert (row["final_units"], row["unit_cost_minor"], row["binding_constraint"]) == (
        60.0,
        950,
        "price_break",
    )


def test_a_price_break_is_left_where_holding_eats_it() -> None:
    # 0.1% off for a year's demand: 330 units forward for up to 33 days cost more than 3.60 saved.
    terms = shop.terms(from_units=[0.0, 3_000.0], unit_cost_minor=[1_000, 999])
    assert only(shop.plan(terms=terms))["final_units"] == 30.0


def test_a_price_break_does_not_pass_the_maximum_cover() -> None:
    terms = shop.terms(from_units=[0.0, 5_000.0], unit_cost_minor=[1_000, 500])
    assert only(shop.plan(terms=terms))["final_units"] == 30.0


@pytest.mark.parametrize("state", ["discontinued", "run_down", "do_not_reorder"])
def test_a_sku_at_the_end_of_its_life_is_never_bought(state: str) -> None:
    row = only(shop.plan(sku_location=shop.skus(lifecycle=state)))
    assert (row["final_units"], row["binding_constraint"]) == (0.0, "lifecycle")
    assert row["lifecycle_change_units"] == -30.0


def test_nothing_is_bought_after_the_last_day_to_buy_and_the_last_chance_is_announced() -> None:
    passed = only(shop.plan(products=shop.products(last_buy_on=dt.datetime(2026, 3, 1))))
    assert passed["final_units"] == 0.0
    last = only(shop.plan(products=shop.products(last_buy_on=dt.datetime(2026, 3, 4))))
    assert last["final_units"] == 30.0
    assert "last chance" in last["reason"]


def test_maximum_cover_cuts_but_leaves_the_smallest_lot() -> None:
    policy = shop.policy(need_units=500.0, safety_stock_units=500.0)
    cut = only(shop.plan(policy=policy, settings=shop.settings(maximum_cover_days=30)))
    assert (cut["final_units"], cut["binding_constraint"]) == (160.0, "maximum_cover")  # 30 days x 10 - 140
    lot = only(
        shop.plan(policy=policy, terms=shop.terms(moq_units=400.0), settings=shop.settings(maximum_cover_days=30))
    )
    assert lot["final_units"] == 400.0
    assert "overshoot" in lot["reason"]


def test_shelf_life_caps_the_cover() -> None:
    row = only(shop.plan(policy=shop.policy(need_units=80.0), products=shop.products(shelf_life_days=20)))
    assert row["final_units"] == 60.0
    assert "shelf life" in row["reason"]


def test_a_lot_of_more_than_ten_years_is_refused_with_its_reason() -> None:
    row = only(shop.plan(terms=shop.terms(moq_units=40_000.0)))
    assert row["final_units"] == 0.0
    assert "lot_too_large" in row["reason"]


def test_a_shutdown_on_the_next_review_is_ordered_ahead() -> None:
    closures = shop.closures(starts_on=dt.datetime(2026, 3, 5), ends_on=dt.datetime(2026, 3, 13))
    row = only(shop.plan(closures=closures))
    assert row["closure_change_units"] == 70.0  # the order of 9 March has to wait until the 16th
    assert row["final_units"] == 100.0
    assert row["expected_on"] == pd.Timestamp("2026-03-18")  # seven days, nine of closure left out


def test_without_need_a_shutdown_eats_the_surplus_first() -> None:
    policy = shop.policy(need_units=0.0, safety_stock_units=-20.0)  # 20 units more than needed
    closures = shop.closures(starts_on=dt.datetime(2026, 3, 5), ends_on=dt.datetime(2026, 3, 13))
    row = only(shop.plan(policy=policy, closures=closures))
    assert (row["unneeded_units"], row["closure_change_units"], row["final_units"]) == (20.0, 50.0, 50.0)


def test_an_order_waits_for_the_supplier_s_order_day() -> None:
    row = only(shop.plan(suppliers=shop.suppliers(order_weekdays="Thu")))
    assert row["order_on"] == pd.Timestamp("2026-03-05")


def test_what_is_not_needed_is_not_listed() -> None:
    assert shop.plan(policy=shop.policy(need_units=0.0)).empty


def test_small_changes_keep_the_last_plan_unless_the_urgency_changed() -> None:
    damped = shop.settings(smallest_change_share=0.10)
    last = shop.plan(policy=shop.policy(need_units=32.0))
    row = only(shop.plan(last_plan=last, settings=damped))
    assert (row["final_units"], row["damping_change_units"], row["binding_constraint"]) == (
        32.0,
        2.0,
        "damping",
    )
    urgent = shop.policy(stockout_in_days=3)
    assert only(shop.plan(policy=urgent, last_plan=last, settings=damped))["final_units"] == 30.0
    far = shop.plan(policy=shop.policy(need_units=40.0))
    assert only(shop.plan(last_plan=far, settings=damped))["final_units"] == 30.0
    # By default a plan follows every change.
    assert only(shop.plan(last_plan=last))["final_units"] == 30.0


def test_the_terms_add_up_where_policy_and_stock_disagree() -> None:
    row = only(shop.plan(stock_position=shop.stock(on_hand_units=100.0)))
    assert row["need_units"] == 30.0
    assert sum(row[name] * sign for name, sign in SIGNS.items()) == 30.0
    assert "safety stock takes up the difference" in row["reason"]


def test_two_locations_keep_their_own_rows_whatever_the_order_of_rows() -> None:
    frames = {
        "policy": shop.policy(location_id=["B", "A"], need_units=[5.0, 7.0]),
        "stock_position": shop.stock(location_id=["A", "B"]),
        "sku_location": shop.skus(location_id=["B", "A"]),
    }
    found = shop.plan(**frames)
    assert found["location_id"].tolist() == ["A", "B"]
    assert found["final_units"].tolist() == [7.0, 5.0]


def test_a_policy_row_that_is_not_known_is_an_error() -> None:
    with pytest.raises(TableError, match="no sku_location"):
        shop.plan(sku_location=shop.skus(sku_id="Z"))


def committed(**changed: object) -> pd.DataFrame:
    """30 units approved today."""
    row = dict.fromkeys(ORDER_COMMITMENT.names) | {
        "proposal_id": "A|MAIN|2026-03-02", "supplier_id": "ACME", "sku_id": "A", "location_id": "MAIN",
        "approved_units": 30.0, "received_units": 0.0, "open_units": 30.0, "unit_cost_minor": 1_000,
        "currency": "GBP", "approved_on": pd.Timestamp("2026-03-02"), "state": "approved", "decided_by": "kim",
        "reason": "",
    }  # fmt: skip
    return check(pd.DataFrame([row | changed]), ORDER_COMMITMENT)


def test_an_approval_of_the_same_day_gives_what_is_left_an_id_of_its_own() -> None:
    row = only(shop.plan(commitments=committed()))
    assert row["proposal_id"] == "A|MAIN|2026-03-02|2"


def test_what_was_approved_and_leaves_with_this_order_is_not_ordered_again() -> None:
    # 24 of 30 approved units count as due; the policy asks for 8 more, 6 of them only because they may be late.
    policy = shop.policy(need_units=8.0, on_order_due_units=24.0, on_order_later_units=6.0)
    row = only(shop.plan(policy=policy, commitments=committed()))
    assert (row["commitment_change_units"], row["final_units"], row["binding_constraint"]) == (-6.0, 2.0, "commitment")
    yesterday = committed(sent_on=pd.Timestamp("2026-03-01"))
    assert only(shop.plan(policy=policy, commitments=yesterday))["final_units"] == 8.0


def test_an_empty_policy_gives_an_empty_plan() -> None:
    assert shop.plan(policy=shop.policy().iloc[:0], stock_position=shop.stock().iloc[:0]).empty


def test_quantities_are_exact_thousandths() -> None:
    policy = shop.policy(expected_demand_units=140.1234, need_units=30.3335)
    row = only(shop.plan(policy=policy))
    assert row["need_units"] == np.rint(30.3335 * 1_000) / 1_000
    assert row["final_units"] == 31.0  # without a pack size goods come in whole units
