"""From proposed to closed: what people decide, what is refused, and what the next plan counts as on order."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from invopt.purchasing import (
    apply_decisions,
    commitments,
    commitments_as_inbound,
    decision_value,
    purchase_order_lines,
    supplier_orders,
)
from invopt.tables import DECISION, PURCHASE_ORDER_LINE, check, empty
from tests.unit.purchasing import shop

KEY = "A|MAIN|2026-03-02"


def decided(*steps: tuple[str, str | None], key: str = KEY, expires_on: str | None = None) -> pd.DataFrame:
    """Decisions on one proposal, an hour apart."""
    rows = [
        {
            "decision_id": f"{key}-{index}",
            "subject": "order_proposal",
            "key": key,
            "action": action,
            "from_value": None,
            "to_value": value,
            "reason": None,
            "decided_by": "kim",
            "decided_at": pd.Timestamp("2026-03-02 09:00") + pd.Timedelta(hours=index),
            "expires_on": pd.Timestamp(expires_on) if expires_on else pd.NaT,
        }
        for index, (action, value) in enumerate(steps)
    ]
    return check(pd.DataFrame(rows), DECISION)


def committed(*steps: tuple[str, str | None], expires_on: str | None = None) -> pd.Series:
    found, refused = commitments(decided(*steps, expires_on=expires_on), shop.plan(), shop.AS_OF)
    assert refused.empty, refused.to_dict("records")
    return found.iloc[0]


def test_an_approval_takes_the_proposed_quantity_and_counts_as_on_order() -> None:
    found, _ = commitments(decided(("approve", None)), shop.plan(), shop.AS_OF)
    inbound = commitments_as_inbound(found, empty(PURCHASE_ORDER_LINE), dt.date(2026, 3, 4))
    assert inbound[["sku_id", "open_units", "age_days"]].to_numpy().tolist() == [["A", 30.0, 2.0]]
    assert inbound.loc[0, "ordered_on"] == pd.Timestamp("2026-03-02")


def test_a_plan_of_a_past_day_takes_a_later_approval_as_ordered_on_its_own_day() -> None:
    found, _ = commitments(decided(("approve", None)), shop.plan(), dt.date(2026, 2, 20))
    inbound = commitments_as_inbound(found, empty(PURCHASE_ORDER_LINE), dt.date(2026, 2, 20))
    assert (inbound.loc[0, "ordered_on"], inbound.loc[0, "age_days"]) == (pd.Timestamp("2026-02-20"), 0.0)


def test_a_decision_stands_by_itself_without_the_plan_it_was_made_on() -> None:
    value = decision_value(12, shop.plan().iloc[0])
    found, refused = commitments(decided(("approve", value)), shop.plan().iloc[:0], shop.AS_OF)
    assert refused.empty
    assert found.loc[0, ["supplier_id", "approved_units", "unit_cost_minor"]].tolist() == [
        "ACME",
        12.0,
        1_000,
    ]


@pytest.mark.parametrize(
    ("steps", "state", "still_open"),
    [
        ([("change", "12")], "changed", 12.0),
        ([("approve", None), ("send", "PO-1")], "sent", 30.0),
        ([("approve", None), ("send", "PO-1"), ("confirm", "2026-03-11")], "confirmed", 30.0),
        ([("approve", None), ("send", "PO-1"), ("receive", "10")], "partly_received", 20.0),
        ([("approve", None), ("send", "PO-1"), ("receive", "10"), ("receive", "20")], "closed", 0.0),
        ([("approve", None), ("send", "PO-1"), ("receive", "10"), ("close", None)], "closed", 0.0),
    ],
)
def test_a_purchase_goes_from_approved_to_closed(
    steps: list[tuple[str, str | None]], state: str, still_open: float
) -> None:
    row = committed(*steps)
    assert (row["state"], row["open_units"]) == (state, still_open)


def test_sku_and_location_alone_mean_the_last_proposal_made_by_then() -> None:
    plans = shop.many([shop.plan(as_of=dt.date(2026, 2, 27)), shop.plan(), shop.plan(as_of=dt.date(2026, 3, 5))])
    found, refused = commitments(decided(("approve", None), key="A|MAIN"), plans, shop.AS_OF)
    assert refused.empty
    assert found["proposal_id"].tolist() == [KEY]


def test_an_approval_taken_back_is_no_commitment() -> None:
    found, _ = commitments(decided(("approve", None), ("reject", None)), shop.plan(), shop.AS_OF)
    assert found.empty


def test_an_approval_lapses_unless_it_was_sent() -> None:
    late = dt.date(2026, 3, 9)
    found, _ = commitments(decided(("approve", None), expires_on="2026-03-08"), shop.plan(), late)
    assert found["open_units"].tolist() == [0.0]
    sent = decided(("approve", None), ("send", "PO-1"), expires_on="2026-03-08")
    assert commitments(sent, shop.plan(), late)[0]["open_units"].tolist() == [30.0]


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([("send", "PO-1")], "approve it before"),
        ([("approve", "many")], "no quantity"),
        ([("approve", "-3")], "below zero"),
        ([("change", None)], "needs the new quantity"),
        ([("approve", None), ("receive", "3")], "send it before"),
        ([("approve", None), ("send", "PO-1"), ("approve", "5")], "already sent"),
        ([("approve", None), ("send", "PO-1"), ("reject", None)], "already sent"),
        ([("approve", None), ("send", "PO-1"), ("confirm", "soon")], "no day"),
        ([("approve", None), ("send", "PO-1"), ("receive", "0")], "above zero"),
        ([("frobnicate", None)], "unknown action"),
    ],
)
def test_a_decision_that_cannot_be_followed_is_refused_with_its_reason(
    steps: list[tuple[str, str | None]], why: str
) -> None:
    _, refused = commitments(decided(*steps), shop.plan(), shop.AS_OF)
    assert len(refused) == 1
    assert why in refused.loc[0, "reason"]


def test_a_decision_on_an_unknown_proposal_is_refused() -> None:
    _, refused = commitments(decided(("approve", "5"), key="Z|MAIN|2026-03-02"), shop.plan(), shop.AS_OF)
    assert "supplier_id" in refused.loc[0, "reason"]


def test_a_purchase_order_that_came_back_as_a_line_is_not_counted_twice() -> None:
    found, _ = commitments(decided(("approve", None), ("send", "PO-1")), shop.plan(), shop.AS_OF)
    lines = pd.DataFrame({"purchase_order_id": ["PO-1"], "sku_id": ["A"]})
    assert commitments_as_inbound(found, lines, shop.AS_OF).empty


def test_a_change_is_a_term_of_the_sum() -> None:
    row = apply_decisions(shop.plan(), decided(("change", "12.5")), shop.AS_OF).iloc[0]
    assert (row["state"], row["final_units"], row["decision_change_units"]) == ("changed", 12.5, -17.5)
    assert (row["amount_minor"], row["binding_constraint"]) == (12_500, "decision")
    again = apply_decisions(pd.DataFrame([row]), decided(("change", "12.5")), shop.AS_OF).iloc[0]
    assert again["decision_change_units"] == -17.5


def test_a_snooze_holds_for_later_plans_until_its_day() -> None:
    snooze = decided(("snooze", None), expires_on="2026-03-06")
    later = shop.plan(as_of=dt.date(2026, 3, 6))
    assert apply_decisions(later, snooze, dt.date(2026, 3, 6))["state"].tolist() == ["snoozed"]
    after = shop.plan(as_of=dt.date(2026, 3, 9))
    assert apply_decisions(after, snooze, dt.date(2026, 3, 9))["state"].tolist() == ["proposed"]


def test_a_rejection_without_a_day_holds_for_its_own_proposal_alone() -> None:
    rejected = decided(("reject", None))
    assert apply_decisions(shop.plan(), rejected, shop.AS_OF)["state"].tolist() == ["rejected"]
    later = shop.plan(as_of=dt.date(2026, 3, 3))
    assert apply_decisions(later, rejected, dt.date(2026, 3, 3))["state"].tolist() == ["proposed"]


def test_the_purchase_order_leaves_out_what_was_rejected_and_says_what_it_lacks() -> None:
    suppliers = shop.suppliers(minimum_order_minor=20_000)
    order = supplier_orders(shop.plan(), suppliers).iloc[0]
    assert (order["units"], order["amount_minor"], order["meets_minimum"]) == (30.0, 30_000, True)
    changed = apply_decisions(shop.plan(), decided(("change", "12")), shop.AS_OF)
    short = supplier_orders(changed, suppliers).iloc[0]
    assert not short["meets_minimum"]
    assert short["reason"] == "8000 minor units below the minimum"
    rejected = apply_decisions(shop.plan(), decided(("reject", None)), shop.AS_OF)
    assert supplier_orders(rejected, suppliers).empty


def test_only_what_was_approved_and_not_sent_leaves_as_a_purchase_order() -> None:
    approved, _ = commitments(decided(("change", "12")), shop.plan(), shop.AS_OF)
    found = purchase_order_lines(approved, shop.suppliers(), shop.products(product_name="Lamp")).iloc[0]
    assert found["purchase_order_id"] == "PO-20260302-ACME-MAIN"
    assert (found["product_name"], found["ordered_units"], found["amount_minor"]) == ("Lamp", 12.0, 12_000)
    assert found["expected_on"] == pd.Timestamp("2026-03-09")
    sent, _ = commitments(decided(("change", "12"), ("send", "PO-1")), shop.plan(), shop.AS_OF)
    assert purchase_order_lines(sent, shop.suppliers()).empty


def test_a_rerun_after_an_approval_proposes_what_is_left_under_an_id_of_its_own() -> None:
    approval = decided(("approve", decision_value(20, shop.plan().iloc[0])))
    committed_now, _ = commitments(approval, shop.plan().iloc[:0], shop.AS_OF)
    inbound = commitments_as_inbound(committed_now, empty(PURCHASE_ORDER_LINE), shop.AS_OF)
    due = float(inbound["open_units"].sum())
    rerun = shop.plan(policy=shop.policy(need_units=30.0 - due, on_order_due_units=due), commitments=committed_now)
    again = apply_decisions(rerun, approval, shop.AS_OF)
    assert again[["proposal_id", "final_units", "state"]].to_numpy().tolist() == [[f"{KEY}|2", 10.0, "proposed"]]
