"""The made-up buyer: orders by a rule of thumb, from suppliers that are sometimes late, short or shut."""

from __future__ import annotations

import numpy as np

from invopt.sample.assortment import Assortment, lead_medians
from invopt.sample.spec import ShopSpec
from invopt.sample.suppliers import SUPPLIERS, closures, weekdays_of

SMOOTHING = 1 / 28  # of the buyer's own estimate of daily sales
SECOND_SUPPLIER_SHARE = 0.15
FILL_OF_SHORT = (0.5, 0.95)
REST_CANCELLED_SHARE = 0.25
ORDER_FIELDS = ("day", "place", "rank", "units", "first_day", "first_units", "rest_units", "rest_day")


class Buyer:
    """Keeps an estimate of daily sales per SKU-location and orders when the position falls to a multiple of it.

    `arriving` holds the units due per day and SKU-location; the day after the history collects what comes later.
    """

    def __init__(self, spec: ShopSpec, goods: Assortment, daily_units: np.ndarray) -> None:
        """Start out believing in `daily_units` a day, per SKU-location."""
        self.days = spec.days
        self.belief = daily_units.copy()
        self.on_order = np.zeros(2 * goods.skus, dtype=np.int64)
        self.arriving = np.zeros((spec.days + 1, 2 * goods.skus), dtype=np.int64)
        self.orders: list[tuple[np.ndarray, ...]] = []
        self.lead = np.repeat(lead_medians(goods), 2, axis=0)
        pair = np.stack([2 * goods.category, 2 * goods.category + 1], axis=1)
        self.scale = np.repeat(np.array([row.log_scale for row in SUPPLIERS])[pair], 2, axis=0)
        self.short = np.repeat(np.array([row.short_share for row in SUPPLIERS])[pair], 2, axis=0)
        self.supplier = np.repeat(2 * goods.category, 2)
        self.pack, self.moq = np.repeat(goods.pack, 2), np.repeat(goods.moq, 2)
        self.most = np.repeat(np.where(goods.line_maximum > 0, goods.line_maximum, 1 << 40), 2)
        self.cover, self.factor = np.repeat(goods.cover_days, 2), np.repeat(goods.reorder_factor, 2)
        self.first_day = np.repeat(goods.first_week * 7, 2)
        self.stop_day = np.repeat(np.where(goods.is_kit, -1, goods.stop_buying_day), 2)
        self.is_kit = np.repeat(goods.is_kit, 2)
        self.takes_orders, self.reopens = _supplier_days(spec)

    def opening_stock(self, random: np.random.Generator) -> np.ndarray:
        """Stock on the first day; what starts later gets the same on its own first day."""
        cover = self.lead[:, 0] * 0.6 + self.cover * random.uniform(0.3, 1.1, len(self.belief))
        opening = np.ceil(self.belief * cover * np.minimum(self.factor, 1.6))
        opening = np.where(self.is_kit, 0, np.maximum(opening, self.moq * 0.5)).astype(np.int64)
        later = np.flatnonzero((self.first_day > 0) & ~self.is_kit)
        self.arriving[np.minimum(self.first_day[later], self.days), later] += opening[later]
        stock: np.ndarray = np.where(self.first_day == 0, opening, 0)
        return stock

    def receive(self, today: int) -> np.ndarray:
        """Units that arrive today, no longer on order."""
        arrived: np.ndarray = self.arriving[today]
        self.on_order = np.maximum(self.on_order - arrived, 0)
        return arrived

    def learn(self, sold: np.ndarray, seen: np.ndarray) -> None:
        """Move the estimate towards today's sales where the day was `seen`, i.e. mostly in stock."""
        self.belief = np.where(seen, self.belief + SMOOTHING * (sold - self.belief), self.belief)

    def order(self, random: np.random.Generator, today: int, stock: np.ndarray) -> None:
        """Order at the close of the day what is low, where a supplier takes orders today."""
        takes_first = self.takes_orders[today][self.supplier]
        takes_second = self.takes_orders[today][self.supplier + 1]
        buying = (self.first_day <= today) & (today < self.stop_day)
        low = stock + self.on_order <= self.belief * (self.lead[:, 0] + 7) * self.factor
        who = np.flatnonzero((takes_first | takes_second) & buying & low)
        second = takes_second[who] & (random.random(len(who)) < SECOND_SUPPLIER_SHARE)
        chosen = second | takes_first[who]
        who, rank = who[chosen], second[chosen].astype(np.int64)
        if not len(who):
            return
        wish = np.minimum(np.maximum(self.moq[who], self.belief[who] * self.cover[who]), self.most[who])
        quantity = (np.ceil(wish / self.pack[who]) * self.pack[who]).astype(np.int64)
        noise = np.exp(self.scale[who, rank] * random.standard_normal(len(who)))
        lead_days = np.maximum(np.round(self.lead[who, rank] * noise), 1).astype(np.int64)
        starts = np.maximum(self.reopens[today][self.supplier[who] + rank], today)
        first = starts + lead_days
        is_short = random.random(len(who)) < self.short[who, rank]
        part = np.floor(quantity * random.uniform(*FILL_OF_SHORT, len(who)))
        part = np.maximum(np.where(is_short, part, quantity), 1).astype(np.int64)
        rest = quantity - part
        rest_comes = random.random(len(who)) >= REST_CANCELLED_SHARE
        rest_day = first + 5 + random.integers(0, 16, len(who))
        coming = np.where(rest_comes, rest, 0)
        np.add.at(self.arriving, (np.minimum(first, self.days), who), part)
        np.add.at(self.arriving, (np.minimum(rest_day, self.days), who), coming)
        self.on_order[who] += part + coming
        day = np.full(len(who), today)
        self.orders.append((day, who, rank, quantity, first, part, rest, np.where(rest_comes, rest_day, -1)))

    def order_book(self) -> dict[str, np.ndarray]:
        """All order lines so far: an array a field of `ORDER_FIELDS`; `rest_day` is -1 where no rest will come."""
        none = np.zeros(0, dtype=np.int64)
        return {
            name: np.concatenate([none, *(row[column] for row in self.orders)])
            for column, name in enumerate(ORDER_FIELDS)
        }


def _supplier_days(spec: ShopSpec) -> tuple[np.ndarray, np.ndarray]:
    """Per day and supplier: whether it takes orders, and the day from which an order counts."""
    takes = np.zeros((spec.days, len(SUPPLIERS)), dtype=bool)
    for position, supplier in enumerate(SUPPLIERS):
        for weekday in weekdays_of(supplier):
            takes[weekday::7, position] = True
    reopens = np.repeat(np.arange(spec.days)[:, None], len(SUPPLIERS), axis=1)
    for position, first, last, _ in closures(spec):
        span = slice(max(spec.day_of(first), 0), max(spec.day_of(last) + 1, 0))
        reopens[span, position] = spec.day_of(last) + 1
    return takes, reopens
