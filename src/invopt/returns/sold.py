"""What was sold, delivered and paid for, as a return sees it: one pool of units a line, or an order and
SKU.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from invopt.calendars import Dates
from invopt.settings.returns import Returns

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]
THOUSANDTHS = 1_000
_NEVER = np.iinfo(np.int64).min


def sums(code: Ints, values: ArrayLike, count: int) -> Floats:
    """Sum of `values` by code 0 .. count - 1."""
    return np.asarray(np.bincount(code, np.asarray(values, dtype=np.float64), count), dtype=np.float64)


def texts(column: pd.Series) -> Texts:
    """A column of texts as an array in which what is missing is None."""
    values: Texts = column.to_numpy(dtype=object, copy=True)
    values[column.isna().to_numpy()] = None
    return values


def or_none(values: Texts) -> Texts:
    """The values and None after them, so that position -1 is missing."""
    return np.concatenate([values, np.array([None], dtype=object)])


def records(frame: pd.DataFrame) -> Iterable[Any]:
    """The rows of a frame as tuples whose parts have the columns' names."""
    return frame.itertuples(index=False)


def days_of(column: pd.Series) -> Dates:
    """A column of dates or moments as days."""
    return np.asarray(column.to_numpy(dtype="datetime64[D]"))


def thousandths(column: pd.Series) -> Ints:
    """A column of units as whole thousandths."""
    return np.asarray(np.rint(column.to_numpy(dtype=np.float64) * THOUSANDTHS).astype(np.int64))


def as_days(numbers: Ints) -> Dates:
    """Day numbers as days; the smallest number is no day."""
    days = numbers.astype("datetime64[D]")
    days[numbers == _NEVER] = np.datetime64("NaT")
    return days


def categories_of(products: pd.DataFrame, skus: pd.Index) -> Texts:
    """Category of each SKU; None where the catalogue has none."""
    at = pd.Index(products["sku_id"]).get_indexer(skus)
    known = or_none(texts(products["category_id"]))
    return np.asarray(known[at])


class Delivery(NamedTuple):
    """Day each order arrived, and how that is known: 0 tracked, 1 from the dispatch, 2 from the order, 3
    not sent.
    """

    day: Dates
    source: Ints


def delivery_of(sales: pd.DataFrame, shipments: pd.DataFrame, settings: Returns) -> Delivery:
    """When each sale line arrived: the last parcel of its order by tracking, else assumed from dispatch or
    order.

    A line that is still open and was never sent has no day. `sales` is ORDER_LINE, `shipments` SHIPMENT.
    """
    tracked = shipments[shipments["order_id"].notna()] if len(shipments) else shipments
    both = np.concatenate([texts(sales["order_id"]), texts(tracked["order_id"])])
    code, names = pd.factorize(both)
    own, parcel = code[: len(sales)], code[len(sales) :]

    def last(column: str) -> Dates:
        latest = np.full(len(names), _NEVER)
        day = days_of(tracked[column])
        known = ~np.isnat(day)
        np.maximum.at(latest, parcel[known], day[known].astype(np.int64))
        return as_days(latest)[own]

    arrived, carrier_took = last("delivered_at"), last("shipped_at")
    sent = days_of(sales["shipped_at"])
    sent = np.where(np.isnat(sent), carrier_took, sent)
    transit = np.timedelta64(settings.assumed_transit_days, "D")
    dispatch = np.timedelta64(settings.assumed_dispatch_days, "D")
    ordered = days_of(sales["ordered_at"])
    is_open = (texts(sales["order_state"]) == "open") & np.isnat(sent)
    day = np.where(np.isnat(sent), ordered + dispatch + transit, sent + transit)
    source = np.where(np.isnat(sent), 2, 1)
    has_arrived = ~np.isnat(arrived)
    day = np.where(has_arrived, arrived, day)
    source = np.where(has_arrived, 0, source)
    never_sent = is_open & ~has_arrived
    day[never_sent] = np.datetime64("NaT")
    source[never_sent] = 3
    return Delivery(day.astype("datetime64[D]"), source.astype(np.int64))


class Sales(NamedTuple):
    """Sale lines that were not cancelled, an entry a line: units in thousandths, money in minor units.

    `goods` is what was paid for the goods after discount, `listed` before it, `tax` the tax on top.
    """

    order: Texts
    line: Texts
    sku: Texts
    sold: Ints
    goods: Ints
    listed: Ints
    tax: Ints
    category: Texts
    country: Texts
    channel: Texts
    ordered_on: Dates
    delivered_on: Dates
    source: Ints


def sold_lines(order_lines: pd.DataFrame, shipments: pd.DataFrame, products: pd.DataFrame, settings: Returns) -> Sales:
    """Sale lines that were not cancelled, with what a return needs to know of them."""
    is_sale = (texts(order_lines["line_kind"]) == "sale") & (order_lines["ordered_units"].to_numpy() > 0)
    is_kept = order_lines["cancelled_at"].isna().to_numpy() & (texts(order_lines["order_state"]) != "cancelled")
    sales = order_lines[is_sale & is_kept]
    delivery = delivery_of(sales, shipments, settings)
    sold = thousandths(sales["ordered_units"])
    goods = np.maximum(sales["amount_minor"].to_numpy(), 0)
    listed = goods + np.maximum(sales["discount_minor"].to_numpy(), 0)
    tax = np.zeros(len(sales), np.int64) if settings.prices_include_tax else sales["tax_minor"].to_numpy()
    sku = texts(sales["sku_id"])
    return Sales(
        texts(sales["order_id"]), texts(sales["order_line_id"]), sku, sold, goods, listed, np.maximum(tax, 0),
        categories_of(products, pd.Index(sku)), texts(sales["ship_to_country"]), texts(sales["channel"]),
        days_of(sales["ordered_at"]), delivery.day, delivery.source,
    )  # fmt: skip


class Pools(NamedTuple):
    """Units that returns draw on: one a line, or one an order and SKU where some return names no line."""

    of_return: Ints  # pool of each return line; -1 where nothing such was sold
    of_sale: Ints
    sold: Ints
    goods: Ints
    listed: Ints
    tax: Ints
    first_sale: Ints  # a sale line of each pool, for its facts


def pools(returns: pd.DataFrame, sales: Sales) -> Pools:
    """Match return lines to what was sold."""
    named = texts(returns["order_line_id"])
    pair = _codes((sales.order, texts(returns["order_id"])), (sales.sku, texts(returns["sku_id"])))
    line = _codes((pair, None), (sales.line, named))
    count = len(sales.order)
    unnamed = np.zeros(pair.max(initial=-1) + 1, dtype=bool)
    unnamed[pair[count:][_is_none(named)]] = True
    by_pair = unnamed[pair]
    key = np.where(by_pair, pair + line.max(initial=-1) + 1, line)
    keys, first_sale, of_sale = np.unique(key[:count], return_index=True, return_inverse=True)
    at = np.searchsorted(keys, key[count:])
    known = at < len(keys)
    known[known] = keys[at[known]] == key[count:][known]

    def total(values: Ints) -> Ints:
        result = np.zeros(len(keys), dtype=np.int64)
        np.add.at(result, of_sale, values)
        return result

    return Pools(
        np.where(known, at, -1), of_sale.astype(np.int64), total(sales.sold), total(sales.goods),
        total(sales.listed), total(sales.tax), first_sale,
    )  # fmt: skip


def _is_none(values: Texts) -> Bools:
    return np.asarray(pd.isna(values))


def _codes(*keys: tuple[NDArray[np.generic], NDArray[np.generic] | None]) -> Ints:
    """One code for each combination of keys; each key comes as the sales' and the returns' part, or as codes."""
    code: Ints | None = None
    for sales, returns in keys:
        part = sales if returns is None else pd.factorize(np.concatenate([sales, returns]), use_na_sentinel=False)[0]
        part = np.asarray(part, dtype=np.int64)
        if code is None:
            code = part
        else:
            code = np.asarray(pd.factorize(code * (part.max(initial=-1) + 1) + part)[0], dtype=np.int64)
    return np.zeros(0, np.int64) if code is None else code
