"""What people record and overrule, and the paths of goods that are not what was announced."""

from __future__ import annotations

import pandas as pd
import pytest

from invopt.errors import InvoptError
from invopt.returns import ReturnPolicy, apply_decisions, authorise_in_full, check_decision, dispose, restock_movements
from invopt.settings import Returns
from invopt.tables import DECISION, STOCK_MOVEMENT, check, empty
from tests.unit.returns.frames import AS_OF, products, returns, sales, shipments

STANDARD = {"name": "standard", "window_days": 30}


def decisions(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    """Key, action and value, a minute apart, on 18 March."""
    frame = pd.DataFrame(list(rows), columns=["key", "action", "to_value"])
    frame = frame.assign(
        decision_id=[str(number) for number in range(len(frame))], subject="return", decided_by="ann",
        decided_at=pd.Timestamp("2026-03-18 10:00") + pd.to_timedelta(range(len(frame)), unit="min"), reason="seen",
    )  # fmt: skip
    return check(frame.reindex(columns=list(DECISION.names)), DECISION)


def answers(lines: pd.DataFrame, made: pd.DataFrame, *rules: dict[str, object], **settings: object):
    policy = ReturnPolicy.of({"rule": list(rules or (STANDARD,))})
    decided = apply_decisions(lines, made, AS_OF)
    found = authorise_in_full(
        decided.lines, sales({"order_id": "o", "ordered_units": 2.0}), shipments(("o", "2026-03-05")), products(),
        policy, Returns(**settings), AS_OF, overrides=decided.overrides,
    )  # fmt: skip
    return decided, found


def test_a_receipt_and_a_grade_become_the_line_and_the_last_one_counts() -> None:
    made = decisions(("r|1", "receive", "2|LEEDS"), ("r|1", "receive", "1|BATH"), ("r|1", "grade", "as_new|a.jpg"))
    decided, found = answers(returns({"return_id": "r", "order_id": "o"}), made)
    line = decided.lines.iloc[0]
    assert (line["received_units"], line["location_id"], line["grade"]) == (1.0, "BATH", "as_new")
    assert (line["photo_reference"], line["graded_on"]) == ("a.jpg", pd.Timestamp("2026-03-18"))
    row = found.authorisations.iloc[0]
    assert (row["state"], row["refund_due_on"]) == ("graded", pd.Timestamp("2026-03-18"))
    again = apply_decisions(decided.lines, made, AS_OF)
    pd.testing.assert_frame_equal(again.lines, decided.lines)


def test_a_decision_about_a_return_that_is_not_there_changes_nothing() -> None:
    lines = returns({"return_id": "r", "order_id": "o"})
    decided, _ = answers(lines, decisions(("x|1", "grade", "as_new"), ("r|7", "refuse", None)))
    pd.testing.assert_frame_equal(decided.lines, lines)
    assert decided.overrides.empty


def test_people_have_the_last_word_but_cannot_grant_what_was_never_sold() -> None:
    lines = returns(
        {"return_id": "r", "order_id": "o", "requested_on": pd.Timestamp("2026-06-10")},
        {"return_id": "s", "order_id": "o"}, {"return_id": "t", "order_id": "nobody"},
    )  # fmt: skip
    made = decisions(("r|1", "grant", None), ("s|1", "refuse", None), ("t|1", "grant", None))
    found = answers(lines, made)[1].authorisations.set_index("return_id")
    assert (found.loc["r", "outcome"], found.loc["r", "rule"], found.loc["r", "refund_minor"]) == (
        "granted", "decision", 1000,
    )  # fmt: skip
    assert found.loc["r", "reason"].startswith("granted by decision of ann: seen")
    assert (found.loc["s", "outcome"], found.loc["s", "refund_minor"]) == ("refused", 0)
    assert found.loc["t", "rule"] == "no_such_order"


@pytest.mark.parametrize(
    ("action", "value"),
    [("grade", "shiny"), ("receive", "two|LEEDS"), ("receive", "2"), ("receive", "-1|LEEDS"), ("dispose", "sell"),
     ("refurbished", "almost"), ("burn", None)],
)  # fmt: skip
def test_a_decision_that_cannot_be_meant_is_refused(action: str, value: str | None) -> None:
    with pytest.raises(InvoptError):
        check_decision(action, value)


@pytest.mark.parametrize(
    ("receipt", "path", "refund", "surplus"),
    [("2|LEEDS", "as_announced", 2000, 0.0), ("1|LEEDS", "fewer", 1000, 0.0), ("5|LEEDS", "more", 2000, 3.0),
     ("2|LEEDS|B", "other", 0, 0.0)],
)  # fmt: skip
def test_each_count_has_its_path(receipt: str, path: str, refund: int, surplus: float) -> None:
    lines = returns({"return_id": "r", "order_id": "o", "returned_units": 2.0})
    decided, found = answers(lines, decisions(("r|1", "receive", receipt), ("r|1", "grade", "as_new")))
    row = found.authorisations.iloc[0]
    assert (row["count_path"], row["refund_minor"], row["surplus_units"]) == (path, refund, surplus)
    cover = pd.DataFrame({"sku_id": ["A"], "location_id": ["LEEDS"], "days_of_cover": [10.0]})
    gone = dispose(decided.lines, products(), cover, Returns(), authorisations=found.authorisations)
    if path == "other":
        assert gone.empty  # nothing is sold again before somebody knows what it is
        assert pd.isna(row["refund_due_on"])
    else:
        assert gone["disposed_units"].tolist() == [row["granted_units"]]
        moved = restock_movements(gone, decided.lines, empty(STOCK_MOVEMENT))
        assert (moved["location_id"].tolist(), moved["moved_units"].tolist()) == (["LEEDS"], [row["granted_units"]])


def test_what_was_refused_is_the_customers_and_goes_nowhere() -> None:
    lines = returns({"return_id": "r", "order_id": "o"})
    made = decisions(("r|1", "receive", "1|LEEDS"), ("r|1", "grade", "as_new"), ("r|1", "refuse", None))
    decided, found = answers(lines, made)
    cover = pd.DataFrame({"sku_id": ["A"], "location_id": ["LEEDS"], "days_of_cover": [10.0]})
    assert dispose(decided.lines, products(), cover, Returns(), authorisations=found.authorisations).empty


def test_a_person_sends_goods_elsewhere() -> None:
    lines = returns({"return_id": "r", "order_id": "o"})
    made = decisions(("r|1", "receive", "1|LEEDS"), ("r|1", "grade", "as_new"), ("r|1", "dispose", "quarantine"))
    decided, found = answers(lines, made)
    cover = pd.DataFrame({"sku_id": ["A"], "location_id": ["LEEDS"], "days_of_cover": [10.0]})
    gone = dispose(
        decided.lines, products(), cover, Returns(), authorisations=found.authorisations,
        overrides=decided.dispositions,
    )  # fmt: skip
    assert (gone.loc[0, "disposition"], gone.loc[0, "reason"]) == ("quarantine", "decided by ann")


def test_the_refund_is_due_at_the_scan_where_the_policy_says_so() -> None:
    lines = returns({"return_id": "r", "order_id": "o"})
    made = decisions(("r|1", "scan", None))
    assert answers(lines, made)[1].authorisations["refund_due_on"].isna().all()
    found = answers(lines, made, {**STANDARD, "refund_on_scan": True})[1].authorisations
    assert found.loc[0, "refund_due_on"] == pd.Timestamp("2026-03-18")


def test_store_credit_has_its_bonus_and_its_trail() -> None:
    lines = returns({"return_id": "r", "order_id": "o", "wish": "store_credit"})
    found = answers(lines, decisions(), {**STANDARD, "store_credit_bonus_share": 0.1, "fee_minor": 50})[1]
    row = found.authorisations.iloc[0]
    assert (row["settlement"], row["refund_minor"], row["credit_minor"]) == ("store_credit", 950, 1045)
    assert dict(zip(found.parts["part"], found.parts["amount_minor"], strict=True)) == {
        "price": 1000, "fee": -50, "bonus": 95,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "rule"),
    [({"customer_id": "somebody else"}, "other_customer"), ({"currency": "USD"}, "other_currency"),
     ({"customer_id": "c", "currency": "GBP"}, "standard")],
)  # fmt: skip
def test_another_customer_or_currency_is_refused_by_name(line: dict[str, object], rule: str) -> None:
    found = answers(returns({"return_id": "r", "order_id": "o", **line}), decisions())[1].authorisations
    assert found.loc[0, "rule"] == rule


def test_an_order_that_was_refunded_is_not_refunded_again() -> None:
    policy = ReturnPolicy.of({"rule": [STANDARD]})
    sold = sales({"order_id": "o", "payment_state": "refunded"})
    parcels = shipments(("o", "2026-03-05"))

    def rule_of(**line: object) -> str:
        lines = returns({"return_id": "r", "order_id": "o", **line})
        found = authorise_in_full(lines, sold, parcels, products(), policy, Returns(), AS_OF).authorisations
        return str(found.loc[0, "rule"])

    assert rule_of() == "already_refunded"
    # The return for which the money went back is no second one.
    day = pd.Timestamp("2026-03-12")
    assert rule_of(received_on=day, received_units=1.0, refunded_on=day) == "standard"


def test_goods_that_may_be_kept_never_expire() -> None:
    early = {"return_id": "r", "order_id": "o", "requested_on": pd.Timestamp("2026-03-06")}
    rule = {**STANDARD, "keep_below_minor": 2000}
    found = answers(returns(early), decisions(), rule, authorisation_days=5)[1].authorisations
    assert (found.loc[0, "state"], found.loc[0, "refund_minor"]) == ("closed", 1000)
    assert found.loc[0, "refund_due_on"] == pd.Timestamp("2026-03-06")
    closed = answers(returns(early), decisions(), authorisation_days=5)[1].authorisations
    assert (closed.loc[0, "state"], closed.loc[0, "refund_minor"]) == ("closed", 0)


def test_what_came_back_long_ago_is_settled_unless_refunds_are_dated() -> None:
    old = {"order_id": "o", "received_on": pd.Timestamp("2026-03-08"), "received_units": 1.0, "grade": "as_new",
           "requested_on": pd.Timestamp("2026-03-07")}  # fmt: skip
    found = answers(returns({"return_id": "r", **old}), decisions(), assumed_settled_days=5)[1].authorisations
    assert found.loc[0, "state"] == "closed"
    assert "settled long ago, it is assumed" in found.loc[0, "reason"]
    dated = {**old, "requested_on": pd.Timestamp("2026-03-06"), "refunded_on": pd.Timestamp("2026-03-09")}
    lines = returns({"return_id": "a", **dated}, {"return_id": "r", **old})
    found = answers(lines, decisions(), assumed_settled_days=5)[1].authorisations.set_index("return_id")
    assert found["state"].to_dict() == {"a": "refunded", "r": "graded"}
