"""Which SKUs matter and which are steady: ABC by value, XYZ by variability."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from invopt.probability.compiled import FloatArray

VALUE_SHARES: Final = (0.80, 0.95)  # A is what brings the first 80% of the value, B up to 95%
VARIATIONS: Final = (0.5, 1.0)  # coefficient of variation: X below the first, Y below the second


def abc_class(value: FloatArray) -> NDArray[np.str_]:
    """A, B or C for each SKU by its share of `value` [n] (margin or revenue of a year, any one currency).

    Sorted from the most valuable, an item is A while the items before it bring less than 80% of the sum of
    positive values, B below 95%, else C. A SKU without value, or with a loss, is C; so is NaN. Ties keep the
    order of the input.

    >>> abc_class(np.array([70.0, 5.0, 20.0, 0.0])).tolist()
    ['A', 'B', 'A', 'C']
    """
    worth = np.maximum(np.nan_to_num(value), 0.0)
    order = np.argsort(-worth, kind="stable")
    before = np.cumsum(worth[order]) - worth[order]
    total = max(float(worth.sum()), np.finfo(np.float64).tiny)
    ranked = np.select([before < VALUE_SHARES[0] * total, before < VALUE_SHARES[1] * total], ["A", "B"], "C")
    ranked[worth[order] == 0.0] = "C"
    result = np.empty_like(ranked)
    result[order] = ranked
    return result


def xyz_class(demand: FloatArray) -> NDArray[np.str_]:
    """X, Y or Z for each series of demand [n, T] by its coefficient of variation per period; NaN unknown.

    X below 0.5, Y below 1.0, Z above, or where fewer than two periods are known or nothing was sold.

    >>> xyz_class(np.array([[5.0, 6, 5, 6], [0, 0, 9, 0]])).tolist()
    ['X', 'Z']
    """
    known = (~np.isnan(demand)).sum(axis=1)
    values = np.nan_to_num(demand)
    mean = np.divide(values.sum(axis=1), known, out=np.zeros(len(demand)), where=known > 0)
    squares = np.where(np.isnan(demand), 0.0, (values - mean[:, None]) ** 2).sum(axis=1)
    deviation = np.sqrt(np.divide(squares, known, out=np.zeros(len(demand)), where=known > 0))
    variation = np.divide(deviation, mean, out=np.full(len(demand), np.inf), where=mean > 0.0)
    variation[known < 2] = np.inf
    return np.select([variation < VARIATIONS[0], variation < VARIATIONS[1]], ["X", "Y"], "Z")


def dormant(idle_days: NDArray[np.int64], dormant_after_days: int) -> NDArray[np.bool_]:
    """True where nothing has been ordered for `dormant_after_days` or longer; [n] days since the last order.

    >>> dormant(np.array([10, 365]), 365).tolist()
    [False, True]
    """
    return idle_days >= dormant_after_days
