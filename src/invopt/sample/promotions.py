"""When the made-up shop cut prices, and by how much that truly raised demand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from invopt.sample.spec import ShopSpec
from invopt.sample.trade import CATEGORIES

DISCOUNTS = (0.10, 0.15, 0.20, 0.25)
WEEKS_BETWEEN = 17


@dataclass(frozen=True)
class Promotion:
    """One promotion of a category (or of the whole shop, `category` -1) over whole weeks."""

    promotion_id: str
    category: int
    first_week: int
    weeks: int
    discount_share: float
    uplift: float


def plan_promotions(spec: ShopSpec) -> list[Promotion]:
    """Promotions of the history and of the eight weeks after it, in order of their first week."""
    random = spec.random("promotions")
    november = [
        week
        for week in range(spec.weeks)
        if (thursday := spec.starts_on + dt.timedelta(days=7 * week + 3)).month == 11 and 23 <= thursday.day <= 29
    ]
    drawn: list[tuple[int, int, int, float, float]] = [(week, -1, 1, 0.20, 1.6) for week in november]
    for position, category in enumerate(CATEGORIES):
        week = 3 + int(random.integers(0, WEEKS_BETWEEN))
        while week < spec.weeks + 8:
            length = int(random.integers(1, 3))
            discount = float(DISCOUNTS[random.integers(0, len(DISCOUNTS))])
            clashes = any(week <= busy < week + length for busy in november)
            if not clashes:
                uplift = round(1 + category.uplift_per_discount * discount, 3)
                drawn.append((week, position, length, discount, uplift))
            week += WEEKS_BETWEEN + int(random.integers(-5, 6))
    drawn.sort()
    return [
        Promotion(f"PR{number:03d}", category, week, length, discount, uplift)
        for number, (week, category, length, discount, uplift) in enumerate(drawn, start=1)
    ]


def uplift_and_discount(spec: ShopSpec, promotions: list[Promotion]) -> tuple[np.ndarray, np.ndarray]:
    """True uplift and price cut, each of shape (categories, weeks); 1 and 0 where nothing runs."""
    uplift = np.ones((len(CATEGORIES), spec.weeks))
    discount = np.zeros((len(CATEGORIES), spec.weeks))
    for promotion in promotions:
        rows = slice(None) if promotion.category < 0 else promotion.category
        span = slice(promotion.first_week, min(promotion.first_week + promotion.weeks, spec.weeks))
        uplift[rows, span] = promotion.uplift
        discount[rows, span] = promotion.discount_share
    return uplift, discount
