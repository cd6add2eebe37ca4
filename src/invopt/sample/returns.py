"""The table of returns: asked for, arrived, graded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.sample.assortment import ACTIVE, Assortment
from invopt.sample.comebacks import UNGRADED_DAYS, Comebacks
from invopt.sample.destinations import LOCATIONS
from invopt.sample.orders import SHIPPED, OrderBook
from invopt.sample.requests import Requests
from invopt.sample.spec import ShopSpec
from invopt.sample.texts import chosen, days_to_dates, looked_up, numbered
from invopt.tables.returns import GRADES, RETURN_REASONS

WISHES = ("refund", "exchange", "store_credit")
STAMPED_DAYS = 60  # steps are stamped for the returns asked for in the last days; the export keeps no older ones
GIFT_CARD_MINOR = 1_000


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
    stamps = _stamps(spec, random, requested[rows], received_day, arrived, graded)
    photo = graded & np.isin(comebacks.grade[line], (GRADES.index("damaged"), GRADES.index("defective")))
    photo &= requested[rows] >= spec.days - STAMPED_DAYS
    frame = pd.DataFrame(
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
            **{name: days_to_dates(spec, day, day < 0) for name, day in stamps.items()},
            "received_sku_id": pd.Series([None] * len(rows), dtype="str"),
            "photo_reference": numbered("photo-", book.number[rows]).where(photo),
            "customer_id": pd.Series([None] * len(rows), dtype="str"),
            "currency": pd.Series([None] * len(rows), dtype="str"),
        }
    )
    return _break_some(frame, goods) if block == 0 else frame


def _stamps(
    spec: ShopSpec, random: np.random.Generator, requested: np.ndarray, received: np.ndarray, arrived: np.ndarray,
    graded: np.ndarray,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Days on which each step was done; -1 where it was not, or is too long ago to have been kept."""
    refunded = received + random.integers(0, 9, len(received))
    scanned = np.maximum(requested + 1, received - random.integers(1, 4, len(received)))
    on_the_way = ~arrived & (requested + 4 < spec.days) & (random.random(len(received)) < 0.5)
    scanned = np.where(on_the_way, requested + 2, np.where(arrived, scanned, -1))
    days = {
        "labelled_on": np.where(requested + 1 < spec.days, requested, -1),
        "scanned_on": np.where(scanned < spec.days, scanned, -1),
        "graded_on": np.where(graded, received, -1),
        "refunded_on": np.where(graded & (refunded < spec.days), refunded, -1),
    }
    return {name: np.where(requested >= spec.days - STAMPED_DAYS, day, -1) for name, day in days.items()}


def _break_some(frame: pd.DataFrame, goods: Assortment) -> pd.DataFrame:
    """What goes wrong with returns anywhere: two wrong askers, more than announced, another article."""
    awaited = frame.index[frame["received_on"].isna()]
    ungraded = frame.index[frame["received_on"].notna() & frame["grade"].isna()]
    if len(awaited) < 4 or len(ungraded) < 4:
        return frame
    frame.loc[awaited[-1], "customer_id"] = "C-999999"
    frame.loc[awaited[-2], "currency"] = "USD"
    frame.loc[ungraded[-1], "received_units"] = frame.loc[ungraded[-1], "returned_units"] + 1.0
    other = ungraded[-2]
    mine = frame.loc[other, "sku_id"]
    frame.loc[other, "received_sku_id"] = str(next(sku for sku in goods.sku_id if sku != mine))
    return frame


def payment_table(spec: ShopSpec, lines: pd.DataFrame, returns: pd.DataFrame) -> pd.DataFrame:
    """The table `payment`: some orders that goods came back from were paid with a gift card first, a card after."""
    recent = returns["requested_on"] >= pd.Timestamp(spec.as_of) - pd.Timedelta(days=STAMPED_DAYS)
    orders = pd.Index(returns.loc[recent, "order_id"].astype("str").unique())[::5]
    own = lines[lines["order_id"].isin(orders)]
    total = (own["amount_minor"] + own["tax_minor"]).groupby(own["order_id"]).sum().sort_index()
    card = np.minimum(total.to_numpy(), GIFT_CARD_MINOR)
    paid = np.concatenate([card, total.to_numpy() - card])
    kinds = np.repeat(["gift_card", "card"], len(total))
    names = np.tile(total.index.to_numpy(dtype=object), 2)
    frame = pd.DataFrame(
        {
            "order_id": pd.array(names, dtype="str"),
            "payment_id": pd.array([f"{kind[0].upper()}{name}" for kind, name in zip(kinds, names, strict=True)],
                                   dtype="str"),
            "payment_kind": pd.array(kinds, dtype="str"), "used_number": np.repeat([1, 2], len(total)),
            "paid_minor": paid.astype(np.int64), "currency": "GBP",
        }
    )  # fmt: skip
    return frame[frame["paid_minor"] > 0].reset_index(drop=True)


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
