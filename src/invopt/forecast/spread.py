"""How far one series strays from its level: measured over one period and over the whole horizon."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from invopt.probability.compiled import FloatArray, kernel

SPREAD_FIGURES: Final = ("noise", "noise periods", "level variance", "level windows", "wape", "bias")
NOISE, NOISE_PERIODS, LEVEL_VARIANCE, LEVEL_WINDOWS, WAPE, BIAS = range(len(SPREAD_FIGURES))
SLOWEST, QUICKEST = 0.02, 0.4  # alpha of the level that errors are measured against
BURN_IN: Final = 6  # known periods before the first error counts


@kernel
def rolling_spread(
    y: FloatArray,
    own: FloatArray,
    shape: FloatArray,
    alpha: float,
    unit: float,
    horizon: int,
    figures: FloatArray,
) -> None:
    """Dispersion of single periods, and of the sum over the horizon beyond it, from every past origin.

    y [T] is demand over (scale x shape), shape [T + H] the pooled factors, own [m] the series' own; `unit` is
    one unit over scale, or 0 for fractions. With l the smoothed level before an origin, mu = l own shape, and
    errors e of a period, E of the next H periods together:

        k = sum(e² - unit mu) / sum mu²        v = sum(E² - unit M - k sum mu²) / sum M²,  M = sum mu

    Raw moments, so they may be negative; shrinking them is left to the pool. Cumulative errors count what
    sigma sqrt(H) forgets: the level is an estimate, and it moves.
    """
    size = y.size
    alpha = min(QUICKEST, max(SLOWEST, alpha))
    sums = np.zeros((4, size + 1))  # running totals over known periods: demand, factor, factor², count
    level = np.empty(size + 1)
    mean, seen = 0.0, 0
    periods, squares, means, mean_squares = 0, 0.0, 0.0, 0.0
    absolute, signed, demanded = 0.0, 0.0, 0.0
    for t in range(size):
        level[t] = mean if seen >= BURN_IN else np.nan
        known = not math.isnan(y[t])
        factor = own[t % own.size] * shape[t]
        value = y[t] * shape[t]
        sums[0, t + 1] = sums[0, t] + (value if known else 0.0)
        sums[1, t + 1] = sums[1, t] + (factor if known else 0.0)
        sums[2, t + 1] = sums[2, t] + (factor * factor if known else 0.0)
        sums[3, t + 1] = sums[3, t] + (1.0 if known else 0.0)
        if not known:
            continue
        if seen >= BURN_IN:
            mu = mean * factor
            error = value - mu
            periods += 1
            squares += error * error
            means += mu
            mean_squares += mu * mu
            absolute += abs(error)
            signed -= error
            demanded += value
        seen += 1
        mean += max(alpha, 1.0 / seen) * (y[t] / own[t % own.size] - mean)
    if periods == 0 or mean_squares <= 0.0:
        return
    noise = (squares - unit * means) / mean_squares
    figures[NOISE], figures[NOISE_PERIODS] = noise, periods
    if demanded > 0.0:
        figures[WAPE], figures[BIAS] = absolute / demanded, signed / demanded
    windows, excess, weight = 0, 0.0, 0.0
    for t in range(size - horizon + 1):
        count = sums[3, t + horizon] - sums[3, t]
        if math.isnan(level[t]) or 2.0 * count < horizon:
            continue
        total = level[t] * (sums[1, t + horizon] - sums[1, t])
        error = sums[0, t + horizon] - sums[0, t] - total
        windows += 1
        excess += error * error - unit * total - noise * level[t] ** 2 * (sums[2, t + horizon] - sums[2, t])
        weight += total * total
    figures[LEVEL_WINDOWS] = windows / horizon
    figures[LEVEL_VARIANCE] = excess / weight if weight > 0.0 else 0.0
