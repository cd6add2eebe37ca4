from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from invopt.returns import (
    as_return_lines,
    late_alerts,
    late_returns,
    match_credits,
    return_times,
    serial_returners,
    skus_to_act_on,
)
from invopt.settings import Returns
from invopt.tables import RETURN_RATE, RETURN_STEP, check
from tests.unit.returns.frames import products, returns, sales


def stamps(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(RETURN_STEP.names))
    return check(frame.assign(stamped_at=pd.to_datetime(frame["stamped_at"])), RETURN_STEP)


JOURNEY = stamps(
    ("a", "requested", "2026-03-01"), ("a", "received", "2026-03-05"), ("a", "refunded", "2026-03-07"),
    ("b", "requested", "2026-03-01"), ("b", "received", "2026-03-09"),
    ("c", "requested", "2026-02-01"),
)  # fmt: skip


def test_stretches_between_the_steps_that_were_stamped() -> None:
    found = return_times(JOURNEY).set_index(["from_step", "to_step"])
    assert found.loc[("requested", "received"), "returns"] == 2
    assert found.loc[("requested", "received"), "median_days"] == 6.0
    assert found.loc[("received", "refunded"), "median_days"] == 2.0
    assert found.loc[("requested", "refunded"), "p95_days"] == 6.0


def test_the_late_list_says_where_each_one_stands() -> None:
    late = late_returns(JOURNEY, Returns(promised_refund_days=14), np.datetime64("2026-03-18"))
    assert late[["return_id", "standing_at", "late_days"]].to_numpy().tolist() == [
        ["c", "requested", 31], ["b", "received", 3]
    ]  # fmt: skip
    refunds = pd.DataFrame({"return_id": ["b"], "refund_minor": [500], "currency": ["GBP"]})
    alerts = late_alerts(late, refunds)
    assert alerts[["key", "severity", "worth_minor"]].to_numpy().tolist() == [["c", "high", 0], ["b", "medium", 500]]


def test_the_dearest_returns_come_first_with_their_reason() -> None:
    lines = returns(
        *({"return_id": f"r{n}", "order_id": "o", "return_reason": "size_or_fit"} for n in range(3)),
        {"return_id": "r9", "order_id": "o", "return_reason": "defective"},
        {"return_id": "s", "order_id": "o", "sku_id": "B", "return_reason": None},
    )
    rates = pd.DataFrame(
        {"sku_id": ["A", "B"], "return_share": [0.4, 0.1], "resaleable_share": [0.5, 0.5], "mean_lag_days": 9.0,
         "sold_units": [10.0, 10.0], "returned_units": [4.0, 1.0], "is_assumed": False, "reason": ""}
    )  # fmt: skip
    found = skus_to_act_on(lines, check(rates, RETURN_RATE), products({"sku_id": "A"}, {"sku_id": "B"}), Returns())
    assert found[["sku_id", "leading_reason", "leading_share"]].to_numpy().tolist() == [
        ["A", "size_or_fit", 0.75], ["B", "unknown", 1.0]
    ]  # fmt: skip
    # Four units, each 1.00 of work and half of its cost of 4.00; six kept at a margin of 6.00.
    assert found.loc[0, ["cost_minor", "margin_after_minor"]].tolist() == [4 * 300, 6 * 600 - 4 * 300]


def test_serial_returners_by_rule() -> None:
    bought = pd.DataFrame(
        {"customer_id": ["x", "y", "z"], "orders": [5, 4, 9], "bought_units": [10.0, 10.0, 10.0],
         "returned_units": [8.0, 9.0, 1.0]}
    )  # fmt: skip
    found = serial_returners(bought, Returns())
    assert found[["customer_id", "return_share"]].to_numpy().tolist() == [["x", 0.8]]


@pytest.fixture
def credit_lines() -> pd.DataFrame:
    return sales(
        {"order_id": "1", "ordered_at": pd.Timestamp("2026-01-01"), "ordered_units": 5.0},
        {"order_id": "2", "ordered_at": pd.Timestamp("2026-01-05"), "ordered_units": 2.0},
        {"order_id": "C1", "ordered_at": pd.Timestamp("2026-01-09"), "ordered_units": -3.0, "line_kind": "return"},
        {"order_id": "C2", "ordered_at": pd.Timestamp("2026-01-10"), "ordered_units": -9.0,
         "line_kind": "cancellation"},
        {"order_id": "C3", "ordered_at": pd.Timestamp("2026-01-10"), "ordered_units": -1.0, "line_kind": "return",
         "customer_id": "somebody else"},
    )  # fmt: skip


def test_credits_undo_the_last_purchase_first(credit_lines: pd.DataFrame) -> None:
    found = match_credits(credit_lines)
    assert found[["order_id", "credit_order_id", "units"]].to_numpy().tolist() == [
        ["2", "C1", 2.0], ["1", "C1", 1.0], ["1", "C2", 4.0]
    ]  # fmt: skip
    again = match_credits(credit_lines.iloc[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(found, again)


def test_matched_credits_are_return_lines(credit_lines: pd.DataFrame) -> None:
    lines = as_return_lines(match_credits(credit_lines))
    assert lines["returned_units"].sum() == 7.0
    assert lines["received_on"].tolist()[0] == pd.Timestamp("2026-01-09")
