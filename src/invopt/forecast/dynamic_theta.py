"""Theta whose straight line is drawn anew each period (DOTM; Fiorucci, Pellegrini, Louzada & Petropoulos 2016).

The classic method fits one line to the whole history; here intercept A and slope B are those of the least-squares
line through what was known before each period, so that an old trend is outvoted by what came after. With n periods
gone, l the smoothed level and w = 1 - 1 / theta,

    forecast of n + 1:  l + w D,    l' = alpha y + (1 - alpha) l,
    D = (1 - alpha)^n A + B (1 - (1 - alpha)^(n + 1)) / alpha

Given alpha it is linear in the first level and in w, as the classic one is, so the same sums give both. Later
periods follow by taking each forecast for what came.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from invopt.forecast.level import FEWEST_FOR_THETA, SLOWEST_ALPHA, solve_theta
from invopt.probability.compiled import FloatArray, kernel

LANES: Final = 12
QUICKEST_ALPHA: Final = 0.98


@kernel
def _fitted_line(sums: FloatArray) -> tuple[float, float]:
    """Intercept and slope from sums of (1, x, y, x², xy); flat through the mean until two periods are known."""
    if sums[0] < 1.0:
        return 0.0, 0.0
    spread = sums[0] * sums[3] - sums[1] * sums[1]
    slope = (sums[0] * sums[4] - sums[1] * sums[2]) / spread if spread > 0.0 else 0.0
    return (sums[2] - slope * sums[1]) / sums[0], slope


@kernel
def _take_in(sums: FloatArray, x: float, y: float) -> None:
    sums[0] += 1.0
    sums[1] += x
    sums[2] += y
    sums[3] += x * x
    sums[4] += x * y


@kernel
def dynamic_theta(y: FloatArray, path: FloatArray) -> None:
    """Forecast y [T], NaN unknown, beginning with a known period, into path [H]; NaN with under six known periods.

    alpha is the best of LANES between SLOWEST_ALPHA and QUICKEST_ALPHA; first level and w by least squares, w shrunk to
    one half and kept in 0-1.
    """
    alpha, left = np.empty(LANES), np.ones(LANES)
    for k in range(LANES):
        alpha[k] = SLOWEST_ALPHA + (QUICKEST_ALPHA - SLOWEST_ALPHA) * (k / (LANES - 1.0)) ** 2
    rest, weight, moments = np.zeros(LANES), np.ones(LANES), np.zeros((LANES, 6))
    line = np.zeros(5)
    known = 0
    for t in range(y.size):
        if not math.isnan(y[t]):
            intercept, slope = _fitted_line(line)
            known += 1
            for k in range(LANES):
                lag = left[k] * intercept + slope * (1.0 - left[k] * (1.0 - alpha[k])) / alpha[k]
                error = y[t] - rest[k]
                moments[k, 0] += weight[k] * weight[k]
                moments[k, 1] += weight[k] * lag
                moments[k, 2] += lag * lag
                moments[k, 3] += weight[k] * error
                moments[k, 4] += lag * error
                moments[k, 5] += error * error
                rest[k] += alpha[k] * error
                weight[k] *= 1.0 - alpha[k]
            _take_in(line, t + 1.0, y[t])
        for k in range(LANES):
            left[k] *= 1.0 - alpha[k]
    if known < FEWEST_FOR_THETA:
        path[:] = np.nan
        return
    best, chosen, share, start = math.inf, 0, 0.5, 0.0
    for k in range(LANES):
        _, _, w, first, squares = solve_theta(moments[k], 1.0)
        if squares < best:
            best, chosen, share, start = squares, k, w, first
    level, decay = rest[chosen] + weight[chosen] * start, left[chosen]
    for h in range(path.size):
        intercept, slope = _fitted_line(line)
        lag = decay * intercept + slope * (1.0 - decay * (1.0 - alpha[chosen])) / alpha[chosen]
        path[h] = level + share * lag
        level += alpha[chosen] * (path[h] - level)
        _take_in(line, y.size + h + 1.0, path[h])
        decay *= 1.0 - alpha[chosen]
