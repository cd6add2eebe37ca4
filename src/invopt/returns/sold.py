"""What was sold, delivered and paid for, as a return sees it: one pool of units a line, or an order and
SKU.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from invopt.calendars import Dates
from invopt.settings.returns import Returns

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
THOUSANDTHS = 1_000


def sums(code: Ints, values: ArrayLike, count: int) -> Floats:
    """Sum of `values` by code 0 .. count - 1."""
    return np.asarray(np.bincount(code, np.asarray(values, dtype=np.float64), count), dtype=np.float64)


def categories_of(products: pd.DataFrame, skus: pd.Index) -> NDArray[np.object_]:
    """Category of each SKU; None where the catalogue has none."""
    found: NDArray[np.object_] = products.set_index("sku_id")["category_id"].reindex(skus).to_numpy(dtype=object)
    found[pd.isna(found)] = None
    return found


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
    tracked = shipments[shipments["order_id"].notna()]
    last = tracked.groupby("order_id")["delivered_at"].max()
    arrived = last.reindex(sales["order_id"]).to_numpy(dtype="datetime64[D]")
    left = tracked.groupby("order_id")["shipped_at"].max()
    carrier_took = left.reindex(sales["order_id"]).to_numpy(dtype="datetime64[D]")
    sent = sales["shipped_at"].to_numpy(dtype="datetime64[D]")
    sent = np.where(np.isnat(sent), carrier_took, sent)
    transit = np.timedelta64(settings.assumed_transit_days, "D")
    dispatch = np.timedelta64(settings.assumed_dispatch_days, "D")
    ordered = sales["ordered_at"].to_numpy(dtype="datetime64[D]")
    is_open = (sales["order_state"] == "open").to_numpy(dtype=bool) & np.isnat(sent)
    day = np.where(np.isnat(sent), ordered + dispatch + transit, sent + transit)
    source = np.where(np.isnat(sent), 2, 1)
    has_arrived = ~np.isnat(arrived)
    day = np.where(has_arrived, arrived, day)
    source = np.where(has_arrived, 0, source)
    never_sent = is_open & ~has_arrived
    day[never_sent] = np.datetime64("NaT")
    source[never_sent] = 3
    return Delivery(day.astype("datetime64[D]"), source.astype(np.int64))


def sold_lines(
    order_lines: pd.DataFrame, shipments: pd.DataFrame, products: pd.DataFrame, settings: Returns
) -> pd.DataFrame:
    """Sale lines that were not cancelled, with what a return needs to know of them.

    Columns: `order_id, order_line_id, sku_id, currency, sold` (thousandths), `paid` (amount and tax, minor
    units), `category_id, country, channel, ordered_on, delivered_on, delivery_source`.
    """
    is_sale = (order_lines["line_kind"] == "sale") & (order_lines["ordered_units"] > 0)
    is_kept = order_lines["cancelled_at"].isna() & (order_lines["order_state"] != "cancelled")
    sales = order_lines[is_sale & is_kept].reset_index(drop=True)
    delivery = delivery_of(sales, shipments, settings)
    tax = 0 if settings.prices_include_tax else sales["tax_minor"]
    return pd.DataFrame(
        {
            "order_id": sales["order_id"], "order_line_id": sales["order_line_id"], "sku_id": sales["sku_id"],
            "currency": sales["currency"],
            "sold": np.rint(sales["ordered_units"] * THOUSANDTHS).astype(np.int64),
            "paid": (sales["amount_minor"] + tax).clip(lower=0).astype(np.int64),
            "category_id": pd.array(categories_of(products, pd.Index(sales["sku_id"])), dtype="str"),
            "country": sales["ship_to_country"],
            "channel": sales["channel"], "ordered_on": sales["ordered_at"].to_numpy(dtype="datetime64[D]"),
            "delivered_on": delivery.day, "delivery_source": delivery.source,
        }
    )  # fmt: skip


class Pools(NamedTuple):
    """Units that returns draw on: one a line, or one an order and SKU where some return names no line."""

    of_return: Ints  # pool of each return line; -1 where nothing such was sold
    of_sale: Ints
    sold: Ints
    paid: Ints
    first_sale: Ints  # a sale line of each pool, for its facts


def pools(returns: pd.DataFrame, sales: pd.DataFrame) -> Pools:
    """Match return lines to what was sold."""
    pair_sale, pair_return = _shared_codes(sales, returns, ["order_id", "sku_id"])
    unnamed = np.unique(pair_return[returns["order_line_id"].isna().to_numpy()])
    by_pair_sale, by_pair_return = np.isin(pair_sale, unnamed), np.isin(pair_return, unnamed)
    line_sale, line_return = _shared_codes(sales, returns, ["order_id", "sku_id", "order_line_id"])
    shift = max(int(line_sale.max(initial=0)), int(line_return.max(initial=0))) + 1
    sale_key = np.where(by_pair_sale, pair_sale + shift, line_sale)
    return_key = np.where(by_pair_return, pair_return + shift, line_return)
    keys, first_sale, of_sale = np.unique(sale_key, return_index=True, return_inverse=True)
    at = np.searchsorted(keys, return_key)
    known = at < len(keys)
    known[known] = keys[at[known]] == return_key[known]
    sold = np.zeros(len(keys), dtype=np.int64)
    paid = np.zeros(len(keys), dtype=np.int64)
    np.add.at(sold, of_sale, sales["sold"].to_numpy())
    np.add.at(paid, of_sale, sales["paid"].to_numpy())
    return Pools(np.where(known, at, -1), of_sale.astype(np.int64), sold, paid, first_sale)


def _shared_codes(sales: pd.DataFrame, returns: pd.DataFrame, keys: list[str]) -> tuple[Ints, Ints]:
    both = pd.concat([sales[keys], returns[keys]], ignore_index=True)
    code = np.zeros(len(both), dtype=np.int64)
    for key in keys:
        part, names = pd.factorize(both[key], sort=True, use_na_sentinel=False)
        code = np.unique(code * np.int64(len(names)) + part, return_inverse=True)[1]
    return code[: len(sales)].astype(np.int64), code[len(sales) :].astype(np.int64)
