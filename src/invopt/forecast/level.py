"""Simple exponential smoothing and Theta, found together in two passes over a series.

Theta's forecast is that of simple smoothing plus a share w = 1 - 1/theta of the distance D by which smoothing
lags behind the straight line through the data (Assimakopoulos & Nikolopoulos 2000; Fiorucci et al. 2016):

    forecast of t:   l + w D,        D' = B + (1 - alpha) D,        l' = alpha y + (1 - alpha) l

with B the slope of the line. Given alpha the forecast is linear in the first level and in w, so both follow
from least squares on sums gathered in one pass, and alpha alone is searched: sixteen at once, then sixteen
between the neighbours of the best.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from invopt.probability.compiled import FloatArray, kernel

ALPHAS: Final = 16
# Least squares on lumpy demand likes a level that never moves: one spike punishes every quick alpha. Products fade
# and come back, so a level remembers ten periods, not a hundred (on training windows of five sets the floor took
# 0 to 5% off the error).
SLOWEST_ALPHA: Final = 0.1
ALPHA_RANGE: Final = 0.98 - SLOWEST_ALPHA
FEWEST_FOR_THETA: Final = 6  # known periods
# Prior of w: one half (theta = 2, the published method), worth this share of the series' known periods.
PRIOR_SHARE: Final = 0.1


@kernel
def _line(y: FloatArray) -> tuple[float, int]:
    """Slope of the least-squares line through the known periods, and how many there are."""
    count, sum_x, sum_y, sum_xx, sum_xy = 0, 0.0, 0.0, 0.0, 0.0
    for t in range(y.size):
        if not math.isnan(y[t]):
            count += 1
            sum_x += t
            sum_y += y[t]
            sum_xx += float(t) * t
            sum_xy += t * y[t]
    spread = count * sum_xx - sum_x * sum_x
    return ((count * sum_xy - sum_x * sum_y) / spread if spread > 0.0 else 0.0), count


@kernel
def _gather(y: FloatArray, slope: float, alpha: FloatArray, sums: FloatArray) -> None:
    """One pass for all alphas; sums [ALPHAS, 9] ends as (cc, cD, DD, cr, Dr, rr, l without start, c, D)."""
    rest, weight, lag = np.zeros(ALPHAS), np.ones(ALPHAS), np.full(ALPHAS, slope)
    cc, cd, dd = np.zeros(ALPHAS), np.zeros(ALPHAS), np.zeros(ALPHAS)
    cr, dr, rr = np.zeros(ALPHAS), np.zeros(ALPHAS), np.zeros(ALPHAS)
    for t in range(y.size):
        value = y[t]
        if math.isnan(value):
            for k in range(ALPHAS):
                lag[k] += slope
            continue
        for k in range(ALPHAS):
            error = value - rest[k]
            cc[k] += weight[k] * weight[k]
            cd[k] += weight[k] * lag[k]
            dd[k] += lag[k] * lag[k]
            cr[k] += weight[k] * error
            dr[k] += lag[k] * error
            rr[k] += error * error
            rest[k] += alpha[k] * error
            weight[k] *= 1.0 - alpha[k]
            lag[k] = slope + (1.0 - alpha[k]) * lag[k]
    for k in range(ALPHAS):
        sums[k, 0], sums[k, 1], sums[k, 2], sums[k, 3], sums[k, 4] = cc[k], cd[k], dd[k], cr[k], dr[k]
        sums[k, 5], sums[k, 6], sums[k, 7], sums[k, 8] = rr[k], rest[k], weight[k], lag[k]


@kernel
def solve_theta(sums: FloatArray, share_known: float) -> tuple[float, float, float, float, float]:
    """Least squares for the first level alone, and for first level and w (shrunk to 1/2, kept in 0-1).

    Returns (first level, its squared errors, w, first level beside w, their squared errors).
    """
    cc, cd, dd, cr, dr, rr = sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]
    level = cr / cc
    plain = rr - level * cr
    free = dd - cd * cd / cc
    prior = PRIOR_SHARE * dd * share_known
    w = 0.5
    if free + prior > 1e-12:
        w = min(1.0, max(0.0, (dr - cd * level + 0.5 * prior) / (free + prior)))
    start = (cr - w * cd) / cc
    trended = rr + start * start * cc + w * w * dd - 2.0 * (start * cr + w * dr - start * w * cd)
    return level, plain, w, start, trended


@kernel
def smooth(y: FloatArray) -> tuple[float, float, float, float, float]:
    """Simple smoothing and Theta of y [T], NaN unknown, at least one known period.

    Returns (SES level, its alpha, Theta level, Theta's first step beyond it, Theta's step per period):
    the forecast of period h = 1, 2, … is level, or level + first + (h - 1) step.
    """
    slope, count = _line(y)
    sums, alpha = np.empty((ALPHAS, 9)), np.empty(ALPHAS)
    for k in range(ALPHAS):  # finer where small: a level of few units hardly moves
        alpha[k] = SLOWEST_ALPHA + ALPHA_RANGE * (k / (ALPHAS - 1.0)) ** 2
    best_plain, best_trended = math.inf, math.inf
    plain_at, trended_at = 0, 0
    level, plain_alpha, theta_level, first, step = 0.0, 0.0, 0.0, 0.0, 0.0
    for refinement in range(3):
        if refinement > 0:  # 1: around the best of simple smoothing; 2: around the best of Theta
            centre = plain_at if refinement == 1 else trended_at
            low = SLOWEST_ALPHA + ALPHA_RANGE * (max(centre - 1, 0) / (ALPHAS - 1.0)) ** 2
            high = SLOWEST_ALPHA + ALPHA_RANGE * (min(centre + 1, ALPHAS - 1) / (ALPHAS - 1.0)) ** 2
            if refinement == 2 and trended_at == plain_at:
                break  # the same sixteen alphas have just been tried
            for k in range(ALPHAS):
                alpha[k] = low + (high - low) * k / (ALPHAS - 1.0)
        _gather(y, slope, alpha, sums)
        for k in range(ALPHAS):
            start, plain, w, theta_start, trended = solve_theta(sums[k], 1.0)
            if plain < best_plain:
                best_plain = plain
                plain_at = k if refinement == 0 else plain_at
                level, plain_alpha = sums[k, 6] + sums[k, 7] * start, alpha[k]
            if trended < best_trended:
                best_trended = trended
                trended_at = k if refinement == 0 else trended_at
                theta_level = sums[k, 6] + sums[k, 7] * theta_start
                first, step = w * sums[k, 8], w * slope
    if count < FEWEST_FOR_THETA:
        theta_level, first, step = level, 0.0, 0.0
    return level, plain_alpha, theta_level, first, step
