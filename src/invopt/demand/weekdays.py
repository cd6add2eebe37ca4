"""How a week's demand falls on its days."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

PRIOR_LINES: Final = 200.0  # order lines that the shop's own week counts against a category's


def weekly_profiles(order_lines: FloatArray) -> FloatArray:
    """Share of a week's demand on each weekday, for each category, shrunk to the whole shop's week.

    `order_lines` is [categories, 7], their number over the same days, Monday first: lines rather than units, so
    that a single bulk order does not make a weekday. Returns [categories, 7] shares that add up to 1. With p the
    category's own shares and q the shop's,

        share = (n p + n0 q) / (n + n0),   n order lines of the category, n0 = 200

    A shop without any order spreads the week evenly.

    >>> weekly_profiles(np.zeros((1, 7))).round(4).tolist()[0][0]
    0.1429
    """
    shop = order_lines.sum(axis=0) + 1.0  # one line a day keeps every weekday possible
    shop = shop / shop.sum()
    seen = order_lines.sum(axis=1, keepdims=True)
    shares = (order_lines + PRIOR_LINES * shop) / (seen + PRIOR_LINES)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
