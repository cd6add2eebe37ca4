"""What a new order can be promised from each location, day by day, as a view of ledger, plan and receipts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.orders.availability import buffer_units
from invopt.orders.problem import THOUSANDTHS, thousandths
from invopt.settings.orders import Orders
from invopt.tables import (
    ALLOCATION,
    AVAILABLE_TO_PROMISE,
    BACKLOG,
    RESERVATION,
    STOCK_POSITION,
    check,
)

_KEY = ["sku_id", "location_id"]
_WAITS = ("no_stock", "capacity", "awaiting_complete")


def available_to_promise(
    positions: pd.DataFrame, allocation: pd.DataFrame, backlog: pd.DataFrame, reservations: pd.DataFrame,
    receipts: pd.DataFrame, settings: Orders, as_of: np.datetime64,
) -> pd.DataFrame:  # fmt: skip
    """Table `available_to_promise`: today's figures of every SKU and location, and a row for each day with a receipt.

    `positions` is STOCK_POSITION, `allocation` and `backlog` the plan, `reservations` RESERVATION (what is
    reserved is part of the allocation and counts once), `receipts` comes from `expected_receipts`. With r(d) the
    units expected until day d,

        available = on hand - reserved,
        promise(d) = max(available - buffer - allocated - waiting + r(d), 0)

    all in thousandths of a unit, so that the rows reconcile exactly. Orders that wait draw on the location that
    should serve them; receipts without a known day promise nothing.
    """
    stock = check(positions, STOCK_POSITION).sort_values(_KEY, ignore_index=True)
    keys = pd.MultiIndex.from_frame(stock[_KEY])
    reserved = check(reservations, RESERVATION)
    in_plan = reserved[reserved["order_id"].notna() & ~reserved["is_with_carrier"]]
    planned = _sums(check(allocation, ALLOCATION), "allocated_units", keys) - _sums(in_plan, "kept_units", keys)
    queue = check(backlog, BACKLOG)
    waiting = _sums(queue[queue["cause"].isin(_WAITS)], "waiting_units", keys)
    buffer = thousandths(pd.Series(buffer_units(stock["on_hand_units"].to_numpy(), settings)))
    on_hand, taken = thousandths(stock["on_hand_units"]), thousandths(stock["reserved_units"])
    today = pd.DataFrame({"row": np.arange(len(stock)), "from_on": as_of.astype("datetime64[us]"), "more": np.int64(0)})
    coming = receipts[receipts["expected_on"].notna()]
    at = keys.get_indexer(pd.MultiIndex.from_frame(coming[_KEY]))
    coming = pd.DataFrame(
        {"row": at, "from_on": coming["expected_on"].to_numpy(dtype="datetime64[us]"),
         "more": thousandths(coming["open_units"])}
    )[at >= 0]  # fmt: skip
    days = pd.concat([today, coming]).groupby(["row", "from_on"], as_index=False, sort=True)["more"].sum()
    row = days["row"].to_numpy()
    expected = days.groupby("row")["more"].cumsum().to_numpy()
    available = (on_hand - taken)[row]
    promise = np.maximum(available - (buffer + planned + waiting)[row] + expected, 0)
    frame = pd.DataFrame(
        {
            "sku_id": stock["sku_id"].array[row], "location_id": stock["location_id"].array[row],
            "from_on": days["from_on"], "on_hand_units": on_hand[row] / THOUSANDTHS,
            "reserved_units": taken[row] / THOUSANDTHS, "available_units": available / THOUSANDTHS,
            "buffer_units": buffer[row] / THOUSANDTHS, "allocated_units": planned[row] / THOUSANDTHS,
            "waiting_units": waiting[row] / THOUSANDTHS, "expected_units": expected / THOUSANDTHS,
            "promise_units": promise / THOUSANDTHS,
        }
    )  # fmt: skip
    return check(frame, AVAILABLE_TO_PROMISE)


def _sums(rows: pd.DataFrame, name: str, keys: pd.MultiIndex) -> np.ndarray:
    """Thousandths by SKU and location, in the order of `keys`."""
    sums = rows.assign(units=thousandths(rows[name])).groupby(_KEY)["units"].sum()
    return np.asarray(sums.reindex(keys).fillna(0).to_numpy(dtype=np.int64))
