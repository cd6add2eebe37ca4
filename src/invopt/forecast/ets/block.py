"""Exponential smoothing of a block of series."""

from __future__ import annotations

import math
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

from invopt.forecast.ets.fit import fit_ets
from invopt.probability.compiled import FloatArray, IntArray, block_kernel

DAMPED_FORMS: Final = 0xFF  # and those without a trend
ALL_FORMS: Final = 0xFFF


@block_kernel
def _fit_block(demand: FloatArray, season_length: int, forms: int, path: FloatArray, form: IntArray) -> None:
    for i in numba.prange(demand.shape[0]):
        first, count, total, smallest = -1, 0, 0.0, math.inf
        for t in range(demand.shape[1]):
            if not math.isnan(demand[i, t]):
                first = t if first < 0 else first
                count += 1
                total += demand[i, t]
                smallest = min(smallest, demand[i, t])
        form[i] = -1
        if count > 0 and total > 0.0:
            scale = total / count
            base = np.empty(path.shape[1])
            form[i] = fit_ets(demand[i, first:] / scale, season_length, smallest / scale, forms, base, path[i])
            path[i] *= scale


def ets_block(
    demand: FloatArray, season_length: int, horizon: int, forms: int = DAMPED_FORMS
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Forecast each series by exponential smoothing, its form chosen by AICc.

    demand: [n, T], any unit, >= 0, NaN unknown. Returns the mean [n, horizon] in the same unit, and the form
    [n] as an index of FORM_NAMES; NaN and -1 for series with too few known periods or nothing but zeros.
    Method: Hyndman et al. (2008), innovations state space; the first season is not searched but shrunken
    from the data. `forms` has a bit for each of FORM_NAMES; undamped trends are asked for by ALL_FORMS: they
    win where growth goes on as it was, and overshoot elsewhere. Multiplicative forms enter only where every
    known period is positive. Fails where the level breaks: use it as one voice of a combination.

    >>> path, form = ets_block(np.tile([1.0, 2.0, 3.0, 2.0], (1, 6)), season_length=4, horizon=4)
    >>> path.round(1).tolist()
    [[1.0, 2.0, 3.0, 2.0]]
    """
    path = np.full((demand.shape[0], horizon), np.nan)
    form = np.empty(demand.shape[0], dtype=np.int64)
    _fit_block(np.ascontiguousarray(demand), season_length, forms, path, form)
    return path, form
