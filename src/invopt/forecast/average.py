"""Averages and repetition: the methods that are hard to beat when little is known."""

from __future__ import annotations

import math

import numpy as np

from invopt.probability.compiled import FloatArray, kernel


@kernel
def recent_mean(y: FloatArray, periods: int) -> float:
    """Mean of the last `periods` known values of y [T], or of all where there are fewer; NaN if none."""
    total, count = 0.0, 0
    for t in range(y.size - 1, -1, -1):
        if not math.isnan(y[t]):
            total += y[t]
            count += 1
            if count == periods:
                break
    return total / count if count > 0 else np.nan


@kernel
def seasonal_naive(y: FloatArray, season_length: int, path: FloatArray) -> None:
    """Repeat the last known value of each position of the season into path [H]; NaN where there is none."""
    for h in range(path.size):
        path[h] = np.nan
        t = y.size + h - season_length
        while t >= 0:
            if t < y.size and not math.isnan(y[t]):
                path[h] = y[t]
                break
            t -= season_length
