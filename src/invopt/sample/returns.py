"""The table of returns: asked for, arrived, graded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.sample.assortment import ACTIVE, Assortment
from invopt.sample.comebacks import Comebacks
from invopt.sample.destinations import LOCATIONS
from invopt.sample.orders import SHIPPED, OrderBook
from invopt.sample.requests import Requests
from invopt.sample.spec import ShopSpec
from invopt.sample.texts import chosen, days_to_dates, looked_up, numbered
from invopt.tables.returns import GRADES, RETURN_REASONS

WISHES = ("refund", "exchange", "store_credit")
UNGRADED_DAYS = 3  # what arrived in the last days is not graded yet


def return_line_table(
    spec: ShopSpec, block: int, goods: Assortment, requests: Requests, comebacks: Comebacks, book: OrderBook
) -> pd.DataFrame:
    """The table `return_line`: one return an order, its lines those of the order."""
    random = spec.random("returns", block + 1_000_000)
    requested = comebacks.request_day[book.line]
    rows = np.flatnonzero((requested >= 0) & (requested < spec.days) & (book.state == SHIPPED))
    rows = rows[np.lexsort((book.line_number[rows], book.number[rows], requested[rows]))]
    line, sku = book.line[rows], requests.sku[book.line[rows]]
    received_day = comebacks.receive_day[line]
    arrived = (received_day >= 0) & (received_day < spec.days)
    received = np.maximum(book.units[rows] - comebacks.received_short[line], 1)
    graded = arrived & (received_day < spec.days - UNGRADED_DAYS)
    wish = np.searchsorted(np.array([0.72, 0.90, 1.0]), random.random(len(rows)), side="right")
    exchange = np.where(wish == 1, _others_of_category(random, goods, sku), -1)
    wish = np.where((wish == 1) & (exchange < 0), 0, wish)
    return pd.DataFrame(
        {
            "return_id": numbered("R", book.number[rows]),
            "return_line_id": numbered("", book.line_number[rows]),
            "order_id": numbered("", book.number[rows]),
            "order_line_id": numbered("", book.line_number[rows]),
            "sku_id": looked_up(sku, goods.sku_id),
            "returned_units": book.units[rows].astype(np.float64),
            "requested_on": days_to_dates(spec, requested[rows]),
            "received_on": days_to_dates(spec, received_day, ~arrived),
            "received_units": pd.Series(received.astype(np.float64)).where(arrived),
            "location_id": chosen(np.where(arrived, requests.place[line] % 2, -1), LOCATIONS),
            "return_reason": chosen(comebacks.reason[line], RETURN_REASONS),
            "grade": chosen(np.where(graded, comebacks.grade[line], -1), GRADES),
            "wish": chosen(wish, WISHES),
            "exchange_sku_id": looked_up(exchange, goods.sku_id),
        }
    )


def _others_of_category(random: np.random.Generator, goods: Assortment, sku: np.ndarray) -> np.ndarray:
    """An active SKU of the same category for each; -1 where chance picks the same one or none is active."""
    drawn = random.random(len(sku))
    found = np.full(len(sku), -1)
    for category in np.unique(goods.category):
        own = np.flatnonzero((goods.category == category) & (goods.lifecycle == ACTIVE) & ~goods.is_kit)
        mine = goods.category[sku] == category
        if len(own):
            found[mine] = own[(drawn[mine] * len(own)).astype(np.int64)]
    other: np.ndarray = np.where(found == sku, -1, found)
    return other
