"""What changed since the last plan and why, and how nervous the plan is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.purchasing.explanation import TERMS
from invopt.purchasing.keys import positions
from invopt.purchasing.quantities import thousandths, units
from invopt.tables import ORDER_PROPOSAL, PLAN_CHANGE, PLANNED_ORDER, check

_KEY = ("sku_id", "location_id")


def plan_changes(last_plan: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """One row for each SKU-location whose proposed quantity or urgency differs between two plans.

    Both are ORDER_PROPOSAL frames, the first of an earlier day. The change of the quantity is the sum of the
    changes of its terms; the reason names the term that changed most and by how much, the earlier one of two. A
    proposal that is new or gone is compared with nothing at all, so that its strongest term stands.

    Returns PLAN_CHANGE, sorted by SKU and location.
    """
    before, after = check(last_plan, ORDER_PROPOSAL), check(plan, ORDER_PROPOSAL)
    keys = pd.concat([before[list(_KEY)], after[list(_KEY)]]).drop_duplicates()
    keys = keys.sort_values(list(_KEY), ignore_index=True)
    old, new = positions(keys, before, _KEY), positions(keys, after, _KEY)

    def moved(column: str) -> NDArray[np.int64]:
        difference: NDArray[np.int64] = _values(after, column, new) - _values(before, column, old)
        return difference

    total = moved("final_units")
    parts = np.stack([sign * moved(column) for column, sign, _ in TERMS])
    strongest = np.abs(parts).argmax(axis=0) if len(keys) else np.zeros(0, dtype=np.int64)
    names = np.array([words for _, _, words in TERMS], dtype=object)
    cost = np.where(new >= 0, _money(after, new), _money(before, old))
    result = pd.DataFrame(
        {
            "sku_id": keys["sku_id"],
            "location_id": keys["location_id"],
            "last_units": units(_values(before, "final_units", old)),
            "units": units(_values(after, "final_units", new)),
            "change_units": units(total),
            "unit_cost_minor": cost,
            "last_urgency": _texts(before, "urgency", old),
            "urgency": _texts(after, "urgency", new),
            "cause": names[strongest],
            "cause_units": units(parts[strongest, np.arange(len(keys))]),
        }
    )
    differs = (total != 0) | (result["last_urgency"] != result["urgency"]).to_numpy()
    return check(result[differs].reset_index(drop=True), PLAN_CHANGE)


def nervousness(last_orders: pd.DataFrame, orders: pd.DataFrame, as_of: dt.date) -> float:
    """Share of the planned value that moved between two forward plans, over the whole weeks that both cover.

    Sum of |planned now - planned before| over SKU, location and week, divided by the sum planned before, each in
    money (the measure of Sridharan, Berry & Udayabhanu 1988, unweighted over the horizon): 0 for the same plan,
    1 where as much moved as was planned. NaN where nothing was planned before. Both are PLANNED_ORDER frames, the
    later one of `as_of`, whose begun week is left out.
    """
    before, after = check(last_orders, PLANNED_ORDER), check(orders, PLANNED_ORDER)
    start, last = pd.Timestamp(as_of), before["week_start"].max()
    before = before[before["week_start"] > start]
    after = after[(after["week_start"] > start) & (after["week_start"] <= last)]
    planned = int(before["amount_minor"].sum())
    if not planned:
        return float("nan")
    key = [*_KEY, "week_start"]
    values = [frame.set_index(key)["amount_minor"] for frame in (before, after)]
    joined = pd.concat(values, axis=1, keys=["before", "after"]).fillna(0)
    return float((joined["after"] - joined["before"]).abs().sum()) / planned


def _values(frame: pd.DataFrame, column: str, at: NDArray[np.int64]) -> NDArray[Any]:
    if not len(frame):
        return np.zeros(len(at), dtype=np.int64)
    return np.where(at >= 0, thousandths(frame[column])[np.maximum(at, 0)], 0)


def _money(frame: pd.DataFrame, at: NDArray[np.int64]) -> NDArray[Any]:
    if not len(frame):
        return np.zeros(len(at), dtype=np.int64)
    return np.where(at >= 0, frame["unit_cost_minor"].to_numpy(dtype=np.int64)[np.maximum(at, 0)], 0)


def _texts(frame: pd.DataFrame, column: str, at: NDArray[np.int64]) -> NDArray[Any]:
    if not len(frame):
        return np.full(len(at), "not_listed", dtype=object)
    return np.where(at >= 0, frame[column].to_numpy(dtype=object)[np.maximum(at, 0)], "not_listed")
