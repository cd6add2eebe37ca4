"""Methods for demand with gaps: Croston, SBA, TSB, and averages over temporal aggregations (IMAPA)."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from invopt.forecast.level import smooth
from invopt.probability.compiled import FloatArray, kernel

SIZE_ALPHAS: Final = np.array([0.05, 0.1, 0.2, 0.3])
WIDEST_BUCKET: Final = 13  # periods: temporal aggregation stops here even for rarer demand


@kernel
def _first_guess(y: FloatArray) -> tuple[float, float]:
    """Mean size of a demand and mean interval between demands over the whole history."""
    known, sales, total = 0, 0, 0.0
    for t in range(y.size):
        if not math.isnan(y[t]):
            known += 1
            if y[t] > 0.0:
                sales += 1
                total += y[t]
    return (total / sales, known / sales) if sales > 0 else (0.0, 1.0)


@kernel
def croston(y: FloatArray, debias: bool) -> float:
    """Mean demand per period of y [T]: smoothed size over smoothed interval (Croston 1972).

    With `debias`, times 1 - alpha / 2 (Syntetos & Boylan 2005, "SBA"). One alpha for both, the one of
    SIZE_ALPHAS with the least squared one-step error. An unknown period lengthens no interval.
    """
    first_size, first_interval = _first_guess(y)
    lowest, answer = math.inf, 0.0
    for alpha in SIZE_ALPHAS:
        size, interval, waited, squares = first_size, first_interval, 0.0, 0.0
        factor = 1.0 - alpha / 2.0 if debias else 1.0
        for t in range(y.size):
            if math.isnan(y[t]):
                continue
            error = y[t] - factor * size / interval
            squares += error * error
            waited += 1.0
            if y[t] > 0.0:
                size += alpha * (y[t] - size)
                interval += alpha * (waited - interval)
                waited = 0.0
        if squares < lowest:
            lowest, answer = squares, factor * size / interval
    return answer


@kernel
def tsb(y: FloatArray, alpha: float, beta: float) -> float:
    """Mean demand per period of y [T]: smoothed size (alpha) times smoothed chance of a sale (beta).

    Teunter, Syntetos & Babai (2011): the chance is updated every period, so a product that stops selling
    fades away. The constants are given, not fitted: on demand with gaps one-step errors hardly tell them
    apart and prefer those that never forget.
    """
    size, interval = _first_guess(y)
    chance = 1.0 / interval
    for t in range(y.size):
        if math.isnan(y[t]):
            continue
        if y[t] > 0.0:
            size += alpha * (y[t] - size)
            chance += beta * (1.0 - chance)
        else:
            chance -= beta * chance
    return size * chance


@kernel
def _buckets(y: FloatArray, width: int) -> FloatArray:
    """Sums over `width` periods, counted from the end; scaled up where under half is unknown, else NaN."""
    count = y.size // width
    first = y.size - count * width
    sums = np.empty(count)
    for b in range(count):
        total, known = 0.0, 0
        for t in range(first + b * width, first + (b + 1) * width):
            if not math.isnan(y[t]):
                total += y[t]
                known += 1
        sums[b] = total * width / known if 2 * known >= width and known > 0 else np.nan
    return sums


@kernel
def imapa(y: FloatArray) -> float:
    """Mean of smoothed levels over aggregations of 1, 2, … periods, up to the mean interval between sales.

    Petropoulos & Kourentzes (2015); each level is ADIDA (Nikolopoulos et al. 2011) with simple smoothing.
    """
    _, interval = _first_guess(y)
    widest = max(1, min(round(interval), WIDEST_BUCKET, y.size // 4))
    total, levels = 0.0, 0
    for width in range(1, widest + 1):
        sums = _buckets(y, width)
        if not np.all(np.isnan(sums)):
            total += smooth(sums)[0] / width
            levels += 1
    return total / levels if levels > 0 else np.nan
