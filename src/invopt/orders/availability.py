"""What orders may take today, and when more comes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.orders.problem import thousandths
from invopt.settings.orders import Orders
from invopt.tables import AVAILABLE, INBOUND, STOCK_POSITION, check


def available_stock(positions: pd.DataFrame, settings: Orders) -> pd.DataFrame:
    """Units that orders may take: on hand less reserved less the buffer, never below zero.

    `positions` is STOCK_POSITION, one row a SKU and location. Returns AVAILABLE, only rows with something to
    take. The buffer is the larger of `buffer_units` and `buffer_share` of what is on hand, rounded up to
    whole units.

    >>> import pandas as pd
    >>> row = {"sku_id": "A", "location_id": "MAIN", "on_hand_units": 10, "reserved_units": 3,
    ...        "on_order_units": 0, "counted_units": 10, "counted_on": pd.NaT, "is_assumed": False, "reason": "counted"}
    >>> available_stock(pd.DataFrame([row]), Orders(buffer_units=2))["available_units"].item()
    5.0
    """
    positions = check(positions, STOCK_POSITION)
    on_hand = positions["on_hand_units"].to_numpy()
    free = np.maximum(on_hand - positions["reserved_units"].to_numpy() - buffer_units(on_hand, settings), 0.0)
    frame = positions[["sku_id", "location_id"]].assign(available_units=np.round(free, 3))
    return check(frame[frame["available_units"] > 0], AVAILABLE)


def buffer_units(on_hand: np.ndarray, settings: Orders) -> np.ndarray:
    """Units kept back: the larger of the fixed buffer and its share of what is on hand, rounded up to units."""
    return np.maximum(settings.buffer_units, np.ceil(on_hand * settings.buffer_share - 1e-9))


def expected_receipts(
    inbound: pd.DataFrame, lead_times: pd.DataFrame, settings: Orders, as_of: np.datetime64
) -> pd.DataFrame:
    """When each open purchase order line is expected: the supplier's word first, then its lead time.

    `inbound` is INBOUND; `lead_times` is LEAD_TIME (its mean days are used), and may be empty. Returns one
    row a line with something open: `sku_id, location_id, purchase_order_id, purchase_order_line_id,
    open_units, expected_on, reason`, sorted by SKU, day and line. A day that has passed is not repeated as
    if it still held: the line is overdue and expected `overdue_receipt_days` from `as_of`. `expected_on` is
    missing where neither a confirmed day nor a lead time is known.
    """
    inbound = check(inbound, INBOUND)
    inbound = inbound[inbound["open_units"] > 0]
    days = lead_times[["supplier_id", "sku_id", "location_id", "mean_days"]]
    lines = inbound.merge(days, on=["supplier_id", "sku_id", "location_id"], how="left", validate="many_to_one")
    confirmed = lines["confirmed_on"].to_numpy(dtype="datetime64[D]")
    mean_days = lines["mean_days"].to_numpy(dtype=np.float64)
    has_days = ~np.isnan(mean_days)
    by_lead_time = lines["ordered_on"].to_numpy(dtype="datetime64[D]") + np.where(
        has_days, np.ceil(mean_days), 0
    ).astype("timedelta64[D]")
    is_confirmed = ~np.isnat(confirmed)
    expected = np.where(is_confirmed, confirmed, by_lead_time)
    expected[~is_confirmed & ~has_days] = np.datetime64("NaT")
    reason = np.where(is_confirmed, "confirmed by the supplier", "by the supplier's lead time").astype(object)
    reason[np.isnat(expected)] = "no date known"
    overdue = expected < as_of
    expected[overdue] = as_of + np.timedelta64(settings.overdue_receipt_days, "D")
    reason[overdue] = "overdue at the supplier, new date assumed"
    frame = pd.DataFrame(
        {
            "sku_id": lines["sku_id"], "location_id": lines["location_id"],
            "purchase_order_id": lines["purchase_order_id"],
            "purchase_order_line_id": lines["purchase_order_line_id"],
            "open_units": lines["open_units"], "expected_on": expected.astype("datetime64[us]"),
            "reason": reason,
        }
    )  # fmt: skip
    keys = ["sku_id", "expected_on", "purchase_order_id", "purchase_order_line_id"]
    return frame.sort_values(keys, na_position="last", ignore_index=True)


def receipt_for(waiting: pd.DataFrame, receipts: pd.DataFrame) -> np.ndarray:
    """Row of `receipts` that serves the last unit of each waiting line; -1 where too little is on the way.

    `waiting` has `sku_id` and `waiting_units`, sorted by priority within a SKU; `receipts` comes from
    `expected_receipts`. First come, first served, over all locations: a unit that arrives anywhere is
    promised to the first in the queue.
    """
    found = np.full(len(waiting), -1, dtype=np.int64)
    if waiting.empty or receipts.empty:
        return found
    receipt_sku, names = pd.factorize(receipts["sku_id"])
    sku = pd.Index(names).get_indexer(waiting["sku_id"])
    known = np.flatnonzero(sku >= 0)
    arriving = _cumulative_within(receipt_sku, thousandths(receipts["open_units"]))
    queue = known[np.argsort(sku[known], kind="stable")]
    asked = _cumulative_within(sku[queue], thousandths(waiting["waiting_units"].iloc[queue]))
    # One sorted axis for all SKUs: each SKU gets its own stretch, longer than any queue.
    stretch = np.int64(max(int(arriving.max()), int(asked.max(initial=0))) + 1)
    axis = receipt_sku * stretch + arriving
    at = np.searchsorted(axis, sku[queue] * stretch + asked, side="left")
    inside = at < len(axis)
    same = np.zeros(len(queue), dtype=bool)
    same[inside] = receipt_sku[at[inside]] == sku[queue][inside]
    found[queue[same]] = at[same]
    return found


def _cumulative_within(code: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Running total within each stretch of equal codes (codes must be grouped)."""
    total = np.cumsum(amount)
    starts = np.flatnonzero(np.r_[True, code[1:] != code[:-1]]) if len(code) else np.zeros(0, dtype=np.int64)
    before = np.repeat(total[starts] - amount[starts], np.diff(np.r_[starts, len(code)]))
    return np.asarray(total - before)
