"""Names as numbers: orders, SKUs and locations of the frames that allocation reads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.errors import TableError
from invopt.orders.problem import Floats, Ints, thousandths


class Coded(NamedTuple):
    """Codes in the sort order of the names, so that nothing depends on the order of the rows."""

    order_names: pd.Index
    sku_names: pd.Index
    location_names: pd.Index
    order: Ints  # of each line
    sku: Ints
    location: Ints  # that should serve it
    units: Ints  # thousandths
    outcome: NDArray[np.object_]  # of each order: accepted, on_hold, rejected
    check_reason: NDArray[np.object_]  # of each order
    rank: Ints  # of each order: 0 is served first
    stock_sku: Ints  # of each row of available stock, sorted by SKU and location
    stock_location: Ints
    stock_units: Ints


def encode(lines: pd.DataFrame, checks: pd.DataFrame, available: pd.DataFrame, parcel_costs: pd.DataFrame) -> Coded:
    """Code the frames; raises `TableError` where an order of `lines` has no check."""
    order, order_names = pd.factorize(lines["order_id"], sort=True)
    sku, sku_names = _codes(lines["sku_id"], available["sku_id"])
    location, location_names = _codes(lines["location_id"], available["location_id"], parcel_costs["location_id"])
    at = pd.Index(checks["order_id"]).get_indexer(order_names)
    if (at < 0).any():
        raise TableError(
            f"order_check: {int((at < 0).sum())} orders of open_order_line have no check, first: "
            f"{order_names[at < 0][:3].tolist()}. Call verify on the same lines."
        )
    count, stock_rows = len(lines), len(available)
    stock_sku, stock_location = sku[count:], location[count : count + stock_rows]
    by_name = np.lexsort((stock_location, stock_sku))
    return Coded(
        pd.Index(order_names), sku_names, location_names,
        order.astype(np.int64), sku[:count], location[:count], thousandths(lines["ordered_units"]),
        checks["outcome"].to_numpy(dtype=object)[at], checks["reason"].to_numpy(dtype=object)[at],
        priority_rank(lines, order, len(order_names)),
        stock_sku[by_name], stock_location[by_name], thousandths(available["available_units"])[by_name],
    )  # fmt: skip


def priority_rank(lines: pd.DataFrame, order: Ints, orders: int) -> Ints:
    """Rank of each order: earliest promise, then paid before authorised before the rest, then age, then
    name.
    """
    promised = np.full(orders, np.iinfo(np.int64).max)
    days = lines["promised_on"].to_numpy(dtype="datetime64[D]")
    has_promise = ~np.isnat(days)
    np.minimum.at(promised, order[has_promise], days[has_promise].astype(np.int64))
    payment = np.full(orders, 2, dtype=np.int64)
    is_paid = (lines["payment_state"] == "paid").to_numpy(dtype=bool)
    is_authorised = (lines["payment_state"] == "authorised").to_numpy(dtype=bool)
    line_payment = np.where(is_paid, 0, np.where(is_authorised, 1, 2))
    np.minimum.at(payment, order, line_payment)
    ordered = np.full(orders, np.iinfo(np.int64).max)
    np.minimum.at(ordered, order, lines["ordered_at"].to_numpy(dtype="datetime64[us]").astype(np.int64))
    sequence = np.lexsort((ordered, payment, promised))
    rank = np.empty(orders, dtype=np.int64)
    rank[sequence] = np.arange(orders)
    return rank


def location_of_orders(coded: Coded) -> Ints:
    """The location that should serve each order: of its lines', the first by name."""
    found = np.full(len(coded.order_names), np.iinfo(np.int64).max)
    np.minimum.at(found, coded.order, coded.location)
    return found


def _codes(*columns: pd.Series) -> tuple[Ints, pd.Index]:
    joined = pd.concat([column.astype("str") for column in columns], ignore_index=True)
    codes, names = pd.factorize(joined, sort=True)
    return codes.astype(np.int64), pd.Index(names)


__all__ = ["Coded", "Floats", "encode", "location_of_orders", "priority_rank"]
