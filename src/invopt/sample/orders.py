"""Order lines as the shop's export would show them on the as-of day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from invopt.sample.assortment import Assortment
from invopt.sample.destinations import COUNTRIES, LOCATIONS, Addresses, person_name
from invopt.sample.requests import Requests
from invopt.sample.spec import ShopSpec
from invopt.sample.stockroom import Ledger
from invopt.sample.suppliers import CURRENCY
from invopt.sample.texts import chosen, days_to_dates, local_to_utc, looked_up, numbered
from invopt.sample.working_days import add_working_days, next_working
from invopt.tables.sales import ORDER_LINE_KINDS, ORDER_STATES, PAYMENT_STATES

CHANNELS = ("web", "app", "market")
CUT_OFF_SECONDS = np.array([14 * 3600, 13 * 3600])
SHIPPED_SECOND = 15 * 3600 + 1800
BACKORDER_DAYS, BACKORDER_SHARE = 12, 0.5  # unserved lines of the last days that customers wait for
# Times of shipping and promises are kept for so long, and who ordered for a year: an export that forgets.
TIMES_KEPT_DAYS, PEOPLE_KEPT_DAYS = 92, 365
TAX_PER_MILLE = 200
FIRST_NUMBER = 10_001
OPEN, SHIPPED, CANCELLED = (ORDER_STATES.index(state) for state in ("open", "shipped", "cancelled"))


@dataclass
class OrderBook:
    """The recorded lines, sorted by order number and line: where in the requests, and their state."""

    line: np.ndarray
    units: np.ndarray
    number: np.ndarray  # order number, per kept line
    line_number: np.ndarray
    state: np.ndarray
    order_ship_day: np.ndarray  # per order of the requests


def make_order_book(spec: ShopSpec, block: int, goods: Assortment, requests: Requests, ledger: Ledger) -> OrderBook:
    """Decide which requested lines became order lines, and how far each has come."""
    random = spec.random("orders", block + 1_000_000)
    waits = (
        (ledger.served == 0)
        & (requests.day >= spec.days - BACKORDER_DAYS)
        & (random.random(len(requests.day)) < BACKORDER_SHARE)
        & ~goods.is_kit[requests.sku]
        & ~requests.order_is_cancelled[requests.order]
    )
    kept = np.flatnonzero((ledger.served > 0) | waits)
    units = np.where(ledger.served[kept] > 0, ledger.served[kept], requests.units[kept])
    by_time = np.lexsort((requests.order_location, requests.order_second, requests.order_day))
    number = np.empty(len(by_time), dtype=np.int64)
    number[by_time] = FIRST_NUMBER + block * spec.number_stride + np.arange(len(by_time))
    in_order = np.lexsort((requests.sku[kept], number[requests.order[kept]]))
    kept, units = kept[in_order], units[in_order]
    own = number[requests.order[kept]]
    starts = np.ones(len(own), dtype=bool)
    starts[1:] = own[1:] != own[:-1]
    line_number = np.arange(len(own)) - np.maximum.accumulate(np.where(starts, np.arange(len(own)), 0)) + 1
    after_cut_off = requests.order_second >= CUT_OFF_SECONDS[requests.order_location]
    ship_day = next_working(spec)[requests.order_day + after_cut_off]
    state = np.where(ship_day[requests.order[kept]] >= spec.days, OPEN, SHIPPED)
    state[waits[kept]] = OPEN
    state[requests.order_is_cancelled[requests.order[kept]]] = CANCELLED
    return OrderBook(kept, units, own, line_number, state, ship_day)


def order_line_table(
    spec: ShopSpec, block: int, goods: Assortment, requests: Requests, book: OrderBook, addresses: Addresses
) -> pd.DataFrame:
    """The table `order_line`."""
    random = spec.random("orders", block + 2_000_000)
    orders = len(requests.order_day)
    channel = np.searchsorted(np.array([0.70, 0.88, 1.0]), random.random(orders), side="right")
    authorised = random.random(orders) < 0.3
    cancel_after = random.integers(600, 20 * 3600, orders)
    line, order = book.line, requests.order[book.line]
    sku = requests.sku[line]
    price = goods.price_minor[sku]
    gross = book.units * price
    cut = (requests.discount_share[line] * 100 + 0.5).astype(np.int64)
    discount = (gross * cut + 50) // 100
    amount = gross - discount
    address = requests.order_address[order]
    country = np.array([COUNTRIES.index(name) for name in addresses.country])[address]
    tax = np.where(country == COUNTRIES.index("GB"), (amount * TAX_PER_MILLE + 500) // 1000, 0)
    day, second = requests.order_day[order], requests.order_second[order]
    ordered_at = local_to_utc(spec, day, second)
    is_cancelled, is_open = book.state == CANCELLED, book.state == OPEN
    latest = np.datetime64(spec.as_of, "s") - np.timedelta64(1, "s")
    cancelled_at = np.minimum(ordered_at.to_numpy() + cancel_after[order].astype("timedelta64[s]"), latest)
    payment = np.where(is_cancelled, PAYMENT_STATES.index("refunded"), PAYMENT_STATES.index("paid"))
    payment[is_open & authorised[order]] = PAYMENT_STATES.index("authorised")
    recent = (day >= spec.days - TIMES_KEPT_DAYS) & ~is_cancelled
    known = day >= spec.days - PEOPLE_KEPT_DAYS
    ship_day = book.order_ship_day[order]
    promised = add_working_days(spec, ship_day, np.where(country == 0, 3, 6))
    people = [
        person_name(number) if wanted else None
        for number, wanted in zip(requests.order_customer[order].tolist(), is_open.tolist(), strict=True)
    ]
    shown = np.where(is_open, address, -1)
    sale = np.full(len(line), ORDER_LINE_KINDS.index("sale"))
    return pd.DataFrame(
        {
            "order_id": numbered("", book.number),
            "order_line_id": numbered("", book.line_number),
            "sku_id": looked_up(sku, goods.sku_id),
            "ordered_at": ordered_at,
            "ordered_units": book.units.astype(np.float64),
            "unit_price_minor": price,
            "discount_minor": discount,
            "tax_minor": tax,
            "amount_minor": amount,
            "currency": chosen(np.zeros(len(line), dtype=np.int64), [CURRENCY]),
            "line_kind": chosen(sale, ORDER_LINE_KINDS),
            "order_state": chosen(book.state, ORDER_STATES),
            "payment_state": chosen(payment, PAYMENT_STATES),
            "cancelled_at": pd.Series(
                np.where(is_cancelled, cancelled_at, np.datetime64("NaT", "us")).astype("datetime64[us]")
            ),
            "shipped_at": local_to_utc(spec, ship_day, np.full(len(line), SHIPPED_SECOND), ~recent | is_open),
            "promised_on": days_to_dates(spec, promised, ~recent),
            "description": pd.Series([None] * len(line), dtype="str"),
            "channel": chosen(channel[order], CHANNELS),
            "location_id": chosen(np.where(is_open, -1, requests.order_location[order]), LOCATIONS),
            "customer_id": numbered("C", requests.order_customer[order]).where(known),
            "ship_to_name": pd.Series(people, dtype="str"),
            "ship_to_street": looked_up(shown, addresses.street),
            "ship_to_city": looked_up(shown, addresses.city),
            "ship_to_postcode": looked_up(np.where(known, address, -1), addresses.postcode),
            "ship_to_country": chosen(country, COUNTRIES),
        }
    )
