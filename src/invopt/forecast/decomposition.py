"""Seasonal-trend decomposition by LOESS, compiled, a series a core (Cleveland et al. 1990).

Each position of the season is smoothed over its cycles, what that leaves of the trend is taken out by three moving
averages and a LOESS, and the trend is a LOESS of the rest; five rounds settle it. An unknown period has weight 0 in
every local fit; so it is bridged, never taken for zero.
"""

from __future__ import annotations

import math
from typing import Final

import numba
import numpy as np

from invopt.errors import ForecastError
from invopt.forecast.level import smooth
from invopt.probability.compiled import FloatArray, block_kernel, kernel

ROUNDS: Final = 5
SEASONAL_WINDOW: Final = 7  # cycles
FEWEST_CYCLES: Final = 2


@kernel
def _local_line(y: FloatArray, at: float, left: int, right: int, span: int) -> float:
    """LOESS of degree 1 at position `at`, from y[left … right] weighed by the tricube of distance; NaN if unknown.

    Beyond all that is known in the window it is the weighed mean: a line through two periods far away leads anywhere.
    """
    reach = max(at - left, right - at)
    if span > y.size:
        reach += (span - y.size) // 2
    total, centre, first, last, gaps = 0.0, 0.0, right + 1, left - 1, False
    for j in range(left, right + 1):
        if math.isnan(y[j]):
            gaps = True
            continue
        weight = _tricube(abs(j - at), reach)
        if weight > 0.0:
            total += weight
            centre += weight * j
            first, last = min(first, j), max(last, j)
    if total <= 0.0:
        return np.nan
    centre /= total
    spread = 0.0
    for j in range(left, right + 1):
        weight = _tricube(abs(j - at), reach)
        if weight > 0.0 and not math.isnan(y[j]):
            spread += weight / total * (j - centre) ** 2
    steady = math.sqrt(spread) > 0.001 * (y.size - 1.0) and not (gaps and (at < first or at > last))
    tilt = (at - centre) / spread if steady else 0.0
    value = 0.0
    for j in range(left, right + 1):
        weight = _tricube(abs(j - at), reach)
        if weight > 0.0 and not math.isnan(y[j]):
            value += weight / total * (1.0 + tilt * (j - centre)) * y[j]
    return value


@kernel
def _tricube(distance: float, reach: float) -> float:
    if distance > 0.999 * reach:
        return 0.0
    if distance <= 0.001 * reach:
        return 1.0
    ratio: float = distance / reach
    return (1.0 - ratio**3) ** 3


@kernel
def _smooth_along(y: FloatArray, span: int, smoothed: FloatArray) -> None:
    """LOESS of y [n] at each of its positions, over the `span` nearest ones."""
    n = y.size
    if n < 2:
        smoothed[0] = y[0]
        return
    left, right = 0, min(span, n) - 1
    for i in range(n):
        if span < n and i + 1 > (span + 1) // 2 and right != n - 1:
            left += 1
            right += 1
        smoothed[i] = _local_line(y, float(i), left, right, span)


@kernel
def _moving_average(y: FloatArray, length: int) -> FloatArray:
    """Means of each `length` neighbours, y.size - length + 1 of them."""
    average = np.empty(y.size - length + 1)
    total = 0.0
    for t in range(y.size):
        total += y[t]
        if t >= length:
            total -= y[t - length]
        if t >= length - 1:
            average[t - length + 1] = total / length
    return average


@kernel
def _cycles(detrended: FloatArray, season_length: int, extended: FloatArray) -> None:
    """Smooth each position of the season over its cycles; one cycle more at either end: [n + 2 season_length]."""
    for position in range(season_length):
        own = detrended[position::season_length].copy()
        count = own.size
        smoothed = np.empty(count)
        _smooth_along(own, SEASONAL_WINDOW, smoothed)
        before = _local_line(own, -1.0, 0, min(SEASONAL_WINDOW, count) - 1, SEASONAL_WINDOW)
        after = _local_line(own, float(count), max(0, count - SEASONAL_WINDOW), count - 1, SEASONAL_WINDOW)
        extended[position] = smoothed[0] if math.isnan(before) else before
        for k in range(count):
            extended[position + (k + 1) * season_length] = smoothed[k]
        extended[position + (count + 1) * season_length] = smoothed[-1] if math.isnan(after) else after


@kernel
def _bridge(values: FloatArray) -> None:
    """Fill what no local fit could tell with the last value before it, or the first one after."""
    for t in range(1, values.size):
        if math.isnan(values[t]):
            values[t] = values[t - 1]
    for t in range(values.size - 2, -1, -1):
        if math.isnan(values[t]):
            values[t] = values[t + 1]


@kernel
def decompose(y: FloatArray, season_length: int, trend: FloatArray, season: FloatArray) -> None:
    """Write trend [T] and season [T] of y [T], T at least two seasons; what is left of y is the remainder."""
    n = y.size
    trend_span = math.ceil(1.5 * season_length / (1.0 - 1.5 / SEASONAL_WINDOW))
    trend_span += 1 - trend_span % 2
    low_span = season_length + 1 + season_length % 2
    trend[:], season[:] = 0.0, 0.0
    extended, low = np.empty(n + 2 * season_length), np.empty(n)
    for _ in range(ROUNDS):
        _cycles(y - trend, season_length, extended)
        _bridge(extended)
        passed = _moving_average(_moving_average(_moving_average(extended, season_length), season_length), 3)
        _smooth_along(passed, low_span, low)
        for t in range(n):
            season[t] = extended[season_length + t] - low[t]
        _smooth_along(y - season, trend_span, trend)
        _bridge(trend)


@block_kernel
def _decompose_block(demand: FloatArray, season_length: int, trend: FloatArray, season: FloatArray) -> None:
    for i in numba.prange(demand.shape[0]):
        first = 0
        while first < demand.shape[1] and math.isnan(demand[i, first]):
            first += 1
        if demand.shape[1] - first >= FEWEST_CYCLES * season_length:
            decompose(demand[i, first:], season_length, trend[i, first:], season[i, first:])


@block_kernel
def _project_block(
    demand: FloatArray, season_length: int, trend: FloatArray, season: FloatArray, path: FloatArray
) -> None:
    periods = demand.shape[1]
    for i in numba.prange(demand.shape[0]):
        if math.isnan(trend[i, periods - 1]):
            continue
        first = 0
        while math.isnan(trend[i, first]):
            first += 1
        _, _, level, step_first, step = smooth(demand[i, first:] - season[i, first:])
        for h in range(path.shape[1]):
            ahead = periods - season_length + h % season_length
            path[i, h] = max(0.0, level + step_first + h * step + season[i, ahead])


def decompose_block(demand: FloatArray, season_length: int) -> tuple[FloatArray, FloatArray]:
    """Trend and season of each series, [n, T] each, in the units of the demand; the rest is the remainder.

    demand: [n, T], NaN unknown, season_length at least 2. NaN before the first known period, and throughout for
    series shorter than two seasons. Raises ForecastError for a season of one period. Method: STL (Cleveland,
    Cleveland, McRae & Terpenning 1990), local lines, a seasonal window of seven cycles, five rounds without
    robustness weights. A spike pulls the trend; cap outliers first.

    >>> trend, season = decompose_block(np.tile([1.0, 2.0, 3.0, 2.0], (1, 6)), season_length=4)
    >>> trend[0, :4].round(6).tolist(), season[0, :4].round(6).tolist()
    ([2.0, 2.0, 2.0, 2.0], [-1.0, 0.0, 1.0, 0.0])
    """
    if season_length < 2:
        raise ForecastError("decomposition: a season has at least 2 periods; smooth the series instead.")
    trend, season = np.full(demand.shape, np.nan), np.full(demand.shape, np.nan)
    _decompose_block(np.ascontiguousarray(demand), season_length, trend, season)
    return trend, season


def decomposition_forecast(demand: FloatArray, season_length: int, horizon: int) -> FloatArray:
    """Mean [n, horizon], units: Theta of what remains without the season, and the last season again.

    demand as in `decompose_block`; NaN where a series is shorter than two seasons. Fails where the season
    changes: its last cycle is repeated.

    >>> decomposition_forecast(np.tile([1.0, 2.0, 3.0, 2.0], (1, 6)), season_length=4, horizon=4).round(6).tolist()
    [[1.0, 2.0, 3.0, 2.0]]
    """
    trend, season = decompose_block(demand, season_length)
    path = np.full((demand.shape[0], horizon), np.nan)
    _project_block(np.ascontiguousarray(demand), season_length, trend, season, path)
    return path
