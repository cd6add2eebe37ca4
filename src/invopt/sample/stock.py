"""Stock counts, purchase orders and receipts as tables, from what happened in the stockroom."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.sample.assortment import Assortment
from invopt.sample.destinations import LOCATIONS
from invopt.sample.orders import OPEN, OrderBook
from invopt.sample.requests import Requests
from invopt.sample.spec import ShopSpec
from invopt.sample.stockroom import Ledger
from invopt.sample.suppliers import CURRENCY, SUPPLIERS
from invopt.sample.texts import chosen, days_to_dates, looked_up, numbered

UNCONFIRMED_SHARE = 0.12


def stock_snapshot_table(
    spec: ShopSpec, goods: Assortment, requests: Requests, ledger: Ledger, book: OrderBook
) -> pd.DataFrame:
    """The table `stock_snapshot`: the counted days, and every day on which a SKU ran out.

    On the last day the count is physical: what open orders have reserved still lies on the shelf.
    """
    places = 2 * goods.skus
    both = (ledger.stockouts, ledger.counts)
    day, place = np.concatenate([part.day for part in both]), np.concatenate([part.place for part in both])
    units, share = np.concatenate([part.units for part in both]), np.concatenate([part.out_share for part in both])
    order = np.lexsort((place, day))
    day, place, units, share = day[order], place[order], units[order], share[order]
    # A day with a stockout that was counted too stands twice: the stockout's row, which came first, is kept.
    key = day * places + place
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    day, place, units, share = day[first], place[first], units[first], share[first]
    waiting = (book.state == OPEN) & (ledger.served[book.line] > 0)
    reserved = np.bincount(requests.place[book.line[waiting]], weights=book.units[waiting], minlength=places)
    reserved[np.repeat(goods.is_kit, 2)] = 0
    kits = np.flatnonzero(waiting & goods.is_kit[requests.sku[book.line]])
    for which in (0, 1):
        sku = requests.sku[book.line[kits]]
        part = 2 * goods.component[sku, which] + requests.place[book.line[kits]] % 2
        np.add.at(reserved, part, book.units[kits] * goods.component_units[sku, which])
    units = units + np.where(day == spec.days - 1, reserved[place], 0).astype(np.int64)
    return pd.DataFrame(
        {
            "sku_id": looked_up(place // 2, goods.sku_id),
            "location_id": chosen(place % 2, LOCATIONS),
            "counted_on": days_to_dates(spec, day),
            "on_hand_units": units.astype(np.float64),
            # A share of 1 is kept for days on which nothing could be sold at all.
            "out_of_stock_share": np.where(share < 1, np.minimum(np.round(share, 2), 0.99), 1.0),
        }
    )


def purchase_tables(spec: ShopSpec, block: int, goods: Assortment, ledger: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables `purchase_order_line` and `receipt`: an order per supplier, location and day."""
    random = spec.random("purchases", block)
    bought = ledger.ordered
    supplier = 2 * goods.category[bought["place"] // 2] + bought["rank"]
    location = bought["place"] % 2
    order = np.lexsort((bought["place"], location, supplier, bought["day"]))
    bought = {name: values[order] for name, values in bought.items()}
    supplier, location = supplier[order], location[order]
    key = (bought["day"] * len(SUPPLIERS) + supplier) * 2 + location
    starts = np.ones(len(key), dtype=bool)
    starts[1:] = key[1:] != key[:-1]
    number = 1001 + block * spec.number_stride + np.cumsum(starts) - 1
    line = np.arange(len(key)) - np.maximum.accumulate(np.where(starts, np.arange(len(key)), 0)) + 1
    stated = np.array([row.stated_days for row in SUPPLIERS])[supplier]
    sku = bought["place"] // 2
    markup = np.where(bought["rank"] == 1, 106, 100)
    cost = (goods.cost_minor[sku] * markup + 50) // 100
    unconfirmed = random.random(len(key)) < UNCONFIRMED_SHARE
    cancelled_rest = (bought["rest_units"] > 0) & (bought["rest_day"] < 0) & (bought["first_day"] + 21 < spec.days)
    orders = pd.DataFrame(
        {
            "purchase_order_id": numbered("P", number),
            "purchase_order_line_id": numbered("", line),
            "supplier_id": looked_up(supplier, np.array([row.supplier_id for row in SUPPLIERS], dtype=object)),
            "sku_id": looked_up(sku, goods.sku_id),
            "location_id": chosen(location, LOCATIONS),
            "ordered_units": bought["units"].astype(np.float64),
            "unit_cost_minor": cost,
            "currency": CURRENCY,
            "ordered_on": days_to_dates(spec, bought["day"]),
            "confirmed_on": days_to_dates(spec, bought["day"] + stated, unconfirmed),
            "cancelled_on": days_to_dates(spec, bought["first_day"] + 21, ~cancelled_rest),
        }
    )
    rests = np.flatnonzero((bought["rest_units"] > 0) & (bought["rest_day"] >= 0))
    row = np.concatenate([np.arange(len(key)), rests])
    day = np.concatenate([bought["first_day"], bought["rest_day"][rests]])
    units = np.concatenate([bought["first_units"], bought["rest_units"][rests]])
    came = day < spec.days
    row, day, units = row[came], day[came], units[came]
    by_day = np.lexsort((row, day))
    row, day, units = row[by_day], day[by_day], units[by_day]
    receipts = pd.DataFrame(
        {
            "receipt_id": numbered("W", 1 + block * spec.number_stride + np.arange(len(row))),
            "purchase_order_id": numbered("P", number[row]),
            "purchase_order_line_id": numbered("", line[row]),
            "received_units": units.astype(np.float64),
            "received_on": days_to_dates(spec, day),
        }
    )
    return orders, receipts
