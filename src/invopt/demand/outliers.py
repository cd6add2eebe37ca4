"""Cap what no customer will repeat: bulk orders and errors of entry."""

from __future__ import annotations

from typing import Final

import numpy as np

from invopt.probability.compiled import FloatArray

FEWEST_SALES: Final = 6  # periods with a sale below which nothing can be told from an outlier
NEIGHBOURS: Final = 2  # periods either side whose demand shows that a peak lasts
SMALLEST_DEVIATION: Final = 0.5  # share of the median size: below it, quiet series would be cut at every wave


def outlier_limit(demand: FloatArray, multiple: float) -> FloatArray:
    """[n] units per period above which demand [n, T] (NaN unknown) is suspicious; inf with too few sales.

    Median of the periods with a sale plus `multiple` robust deviations; the deviation is 1.4826 times the
    median absolute deviation, at least the square root of the median (a Poisson's) and half of the median.

    >>> outlier_limit(np.array([[4.0, 5, 6, 5, 4, 6, 5, 400]]), multiple=6.0).tolist()
    [20.0]
    """
    sizes = np.where(demand > 0.0, demand, np.nan)
    sales = (demand > 0.0).sum(axis=1)
    limit = np.full(demand.shape[0], np.inf)
    enough = sales >= FEWEST_SALES
    if enough.any():
        chosen = sizes[enough]
        median = np.nanmedian(chosen, axis=1)
        spread = 1.4826 * np.nanmedian(np.abs(chosen - median[:, None]), axis=1)
        deviation = np.maximum.reduce([spread, np.sqrt(median), SMALLEST_DEVIATION * median])
        limit[enough] = median + multiple * deviation
    return limit


def capped_outliers(demand: FloatArray, multiple: float, season_length: int = 1) -> FloatArray:
    """Demand [n, T] with suspicious periods cut to what their surroundings can bear; NaN stays NaN.

    A period above its series' `outlier_limit` is cut to the limit, or to the largest demand of the two
    periods either side and of the same place a season earlier or later if that is more: a peak that lasts or
    returns is a season, not an outlier. Fails on the first of a new kind of peak, which stands alone.

    >>> capped_outliers(np.array([[4.0, 5, 6, 5, 4, 6, 5, 400]]), multiple=6.0).tolist()
    [[4.0, 5.0, 6.0, 5.0, 4.0, 6.0, 5.0, 20.0]]
    """
    limit = outlier_limit(demand, multiple)[:, None]
    result = demand.copy()
    rows = np.flatnonzero((np.nan_to_num(demand) > limit).any(axis=1))
    if rows.size:
        chosen = demand[rows]
        bearable = np.maximum(limit[rows], _largest_nearby(np.nan_to_num(chosen), season_length))
        result[rows] = np.where(chosen > bearable, bearable, chosen)
    return result


def _largest_nearby(demand: FloatArray, season_length: int) -> FloatArray:
    nearby = np.zeros_like(demand)
    offsets = [step for step in range(-NEIGHBOURS, NEIGHBOURS + 1) if step]
    if season_length > 2 * NEIGHBOURS + 1:
        offsets += [turn * season_length + step for turn in (-1, 1) for step in (-1, 0, 1)]
    periods = demand.shape[1]
    for offset in offsets:
        here = slice(max(0, -offset), min(periods, periods - offset))
        there = slice(max(0, offset), min(periods, periods + offset))
        if abs(offset) < periods:
            nearby[:, here] = np.maximum(nearby[:, here], demand[:, there])
    return nearby
