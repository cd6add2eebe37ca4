"""The explanation adds up or refuses; changes between plans name their cause."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from invopt.errors import TableError
from invopt.purchasing import Change, explain, nervousness, plan_changes, what_if
from invopt.tables import PLANNED_ORDER, check
from tests.unit.purchasing import shop


def test_the_terms_add_up_to_the_need_and_the_changes_to_the_quantity() -> None:
    found = explain(shop.plan(terms=shop.terms(moq_units=31.0, pack_units=6.0)).iloc[0])
    assert sum(term.units for term in found.terms) == found.need_units == Decimal(30)
    assert found.need_units + sum(term.units for term in found.changes) == found.final_units == Decimal(36)
    assert [(term.words, term.units) for term in found.changes] == [
        ("smallest order quantity", Decimal(1)),
        ("whole packs", Decimal(5)),
    ]
    assert found.binding_constraint == "pack"


def test_signs_are_those_of_the_sum() -> None:
    found = explain(shop.plan().iloc[0])
    assert {term.column: term.units for term in found.terms} == {
        "expected_demand_units": Decimal(140),
        "safety_stock_units": Decimal(30),
        "on_hand_units": Decimal(-140),
        "on_order_due_units": Decimal(0),
    }


def test_a_row_changed_by_hand_is_refused() -> None:
    row = shop.plan().iloc[0].copy()
    row["final_units"] = 31.0
    with pytest.raises(TableError, match="plan again"):
        explain(row)


def test_assumptions_of_proposal_and_policy_are_named_once() -> None:
    policy = shop.policy(is_assumed=True, reason="lead time assumed: 14 days")
    row = shop.plan(policy=policy, sku_location=shop.skus(unit_price_minor=0)).iloc[0]
    found = explain(row, policy.iloc[0])
    assert any(text.startswith("price_unknown") for text in found.assumptions)
    assert "lead time assumed: 14 days" in found.assumptions
    assert len(set(found.assumptions)) == len(found.assumptions)


def test_what_if_asks_the_caller_to_plan_again() -> None:
    def recompute(change: Change) -> float:
        terms = shop.terms(moq_units=20.0 * change.moq_factor)
        need = 30.0 + 10.0 * change.more_lead_time_days + 200.0 * change.more_target_share
        return float(shop.plan(policy=shop.policy(need_units=need), terms=terms)["final_units"].iloc[0])

    found = what_if(recompute, 30.0)
    assert found["change_units"].tolist() == [10.0, 2.0, 10.0]


def test_a_change_names_the_term_that_moved_it() -> None:
    before = shop.plan(policy=shop.policy(need_units=30.0))
    more = shop.policy(expected_demand_units=152.0, need_units=40.0, safety_stock_units=28.0)
    row = plan_changes(before, shop.plan(policy=more)).iloc[0]
    assert (row["last_units"], row["units"], row["change_units"]) == (30.0, 40.0, 10.0)
    assert row["cause"] == "expected demand until the next order can arrive"
    assert row["cause_units"] == 12.0


def test_new_and_gone_proposals_are_changes_and_equal_plans_have_none() -> None:
    plan = shop.plan()
    assert plan_changes(plan, plan).empty
    gone = plan_changes(plan, plan.iloc[:0]).iloc[0]
    assert (gone["change_units"], gone["urgency"]) == (-30.0, "not_listed")
    assert plan_changes(plan.iloc[:0], plan).loc[0, "last_urgency"] == "not_listed"


def planned(amounts: dict[str, int]) -> pd.DataFrame:
    rows = [
        {
            "sku_id": "A", "location_id": "MAIN", "supplier_id": "ACME", "week_start": pd.Timestamp(day),
            "expected_on": pd.Timestamp(day), "planned_units": 1.0, "amount_minor": amount, "currency": "GBP",
            "kind": "planned",
        }
        for day, amount in amounts.items()
    ]  # fmt: skip
    return check(pd.DataFrame(rows), PLANNED_ORDER)


def test_nervousness_is_the_share_of_value_that_moved_in_weeks_both_plans_cover() -> None:
    before = planned({"2026-03-02": 500, "2026-03-09": 100, "2026-03-16": 100})
    after = planned({"2026-03-09": 100, "2026-03-16": 40, "2026-03-23": 900})
    assert nervousness(before, after, dt.date(2026, 3, 4)) == pytest.approx(60 / 200)
    assert nervousness(before, before, dt.date(2026, 3, 4)) == 0.0
    assert pd.isna(nervousness(before.iloc[:0], after, dt.date(2026, 3, 4)))
