"""What people decided about open purchase orders that came as a file: another date, or that goods have come."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd

from invopt.purchasing.decision_story import day_of, in_order
from invopt.tables import DECISION, INBOUND, REFUSED_DECISION, check

SUBJECT = "purchase_order_line"
_KEY = ["purchase_order_id", "purchase_order_line_id"]


def receipt_value(units: float) -> str:
    """The `to_value` of a receipt.

    >>> receipt_value(4.0)
    '{"units": 4.0}'
    """
    return json.dumps({"units": units})


def follow_line_decisions(
    inbound: pd.DataFrame, decisions: pd.DataFrame, as_of: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Open purchase order lines as decided, and the decisions that could not be followed.

    `inbound` is INBOUND, `decisions` the DECISION rows that stand: of subject `purchase_order_line`, key
    order|line. `confirm` gives the arrival day, until it expires; `receive` gives units that came, with the
    units open before it as `from_value`. A line is open for no more than was left after its last receipt:
    once the same receipt arrives as a file, the file says the same, and nothing is taken off twice.

    Returns INBOUND, without lines that are complete, and REFUSED_DECISION.
    """
    rows = check(decisions, DECISION)
    rows = rows[rows["subject"] == SUBJECT]
    result = check(inbound, INBOUND).copy()
    if rows.empty:
        return result, check(pd.DataFrame(columns=list(REFUSED_DECISION.names)), REFUSED_DECISION)
    days: dict[str, pd.Timestamp] = {}
    left: dict[str, float] = {}
    refused: list[tuple[str, str, str, str]] = []
    for row in in_order(rows):
        expires = day_of(row["expires_on"])
        if expires is not None and expires < pd.Timestamp(as_of):
            continue
        problem = _follow(row, days, left)
        if problem:
            refused.append((row["decision_id"], row["key"], row["action"], problem))
    key = result[_KEY[0]] + "|" + result[_KEY[1]]
    result["confirmed_on"] = key.map(days).astype("datetime64[us]").fillna(result["confirmed_on"])
    most = key.map(left).astype("float64")
    result["open_units"] = result["open_units"].where(~(most < result["open_units"]), most)
    found = check(result[result["open_units"] > 0].reset_index(drop=True), INBOUND)
    return found, check(pd.DataFrame(refused, columns=list(REFUSED_DECISION.names)), REFUSED_DECISION)


def _follow(row: dict[str, Any], days: dict[str, pd.Timestamp], left: dict[str, float]) -> str:
    """Follow one decision; returns what is wrong with it, or nothing."""
    key, value = row["key"], row["to_value"]
    if row["action"] == "confirm":
        day = pd.to_datetime(value, errors="coerce") if isinstance(value, str) else pd.NaT
        if pd.isna(day):
            return f"{value!r} is no day: confirm with the arrival day as YYYY-MM-DD"
        days[key] = day
        return ""
    if row["action"] == "receive":
        try:
            units, before = float(json.loads(value)["units"]), float(row["from_value"])
        except (KeyError, TypeError, ValueError):
            return f"{value!r} is no quantity: receive with the units that came and those open before"
        if not units > 0:
            return "a receipt needs a quantity above zero"
        left[key] = min(left.get(key, float("inf")), round(max(before - units, 0.0), 3))
        return ""
    return f"unknown action {row['action']!r}: confirm or receive"
