"""The seasonal pattern of one series, shrunk to none as far as noise could have made it.

The same few lines serve every rung of the ladder: all series together, a category, one SKU, and the first
season of an exponential smoothing.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from invopt.probability.compiled import FloatArray, kernel

LONGEST_FREE_SEASON: Final = 12  # up to here every position has its own index; beyond, a few harmonics
HARMONICS: Final = 6
SMALLEST_FACTOR: Final = 0.05  # no position of a multiplicative season sells less than this share of the level


@kernel
def centred_average(y: FloatArray, season_length: int) -> FloatArray:
    """[T] mean over one season around each period; NaN within half a season of either end.

    Over an even season the two outermost periods count half, so that each position weighs the same. Unknown
    periods are left out of both sum and count; under half a season of known ones gives NaN.
    """
    periods = y.size
    half = season_length // 2
    end_weight = 0.5 if season_length % 2 == 0 else 1.0
    total, count = np.zeros(periods + 1), np.zeros(periods + 1)
    for t in range(periods):
        known = not math.isnan(y[t])
        total[t + 1] = total[t] + (y[t] if known else 0.0)
        count[t + 1] = count[t] + (1.0 if known else 0.0)
    average = np.full(periods, np.nan)
    for t in range(half, periods - half):
        window = total[t + half] - total[t - half + 1]
        weight = count[t + half] - count[t - half + 1]
        for end in (t - half, t + half):
            if not math.isnan(y[end]):
                window += end_weight * y[end]
                weight += end_weight
        if weight >= 0.5 * season_length:
            average[t] = window / weight
    return average


@kernel
def _free_season(detrended: FloatArray, season_length: int, season: FloatArray) -> int:
    """Mean deviation per position, shrunk by the James-Stein factor 1 - noise / between."""
    total, count = np.zeros(season_length), np.zeros(season_length)
    known = 0
    for t in range(detrended.size):
        if not math.isnan(detrended[t]):
            total[t % season_length] += detrended[t]
            count[t % season_length] += 1.0
            known += 1
    centre = 0.0
    for j in range(season_length):
        season[j] = total[j] / max(count[j], 1.0)
        centre += season[j] / season_length
    residual, between = 0.0, 0.0
    for j in range(season_length):
        season[j] -= centre
        between += season[j] ** 2 / (season_length - 1)
    for t in range(detrended.size):
        if not math.isnan(detrended[t]):
            residual += (detrended[t] - season[t % season_length]) ** 2
    noise = residual / max(known - season_length, 1) * season_length / max(known, 1)
    kept = max(0.0, 1.0 - noise / max(between, 1e-12))
    for j in range(season_length):
        season[j] *= kept
    return season_length - 1 if kept > 0.0 else 0


@kernel
def _harmonic_season(detrended: FloatArray, season_length: int, season: FloatArray) -> int:
    """As many Fourier pairs as AICc pays for, each shrunk by how far the cycles agree on it.

    AICc takes errors for independent; those of a sum over many products are not, and a slow drift looks like
    a season. So with two or more whole cycles a pair keeps the share of its size that its cycles have in
    common: a = (|sum c|² - sum |c|²) / (C (C - 1)) over |mean c|², c being a cycle's two coefficients and C
    their number. That share is itself an estimate from few cycles, so a pair keeps a²: what is nearly certain
    stays, what is doubtful goes.
    """
    first, last = 0, detrended.size - 1
    while first < last and math.isnan(detrended[first]):
        first += 1
    while last > first and math.isnan(detrended[last]):
        last -= 1
    cycles = (last + 1 - first) // season_length
    if cycles == 0:
        return 0
    first = last + 1 - cycles * season_length  # whole cycles, the latest ones: there the waves are orthogonal
    known, residual = 0, 0.0
    for t in range(first, last + 1):
        if not math.isnan(detrended[t]):
            known += 1
            residual += detrended[t] ** 2
    if 2 * known < season_length:
        return 0
    count = min(HARMONICS, (season_length - 1) // 2)
    cosine, sine = np.zeros(count + 1), np.zeros(count + 1)
    best, chosen = known * math.log(residual / known + 1e-12), 0
    for q in range(1, count + 1):
        # The wave turns by recurrence: one multiplication a period instead of a sine and a cosine.
        angle = 2 * math.pi * q / season_length
        turn_cosine, turn_sine = math.cos(angle), math.sin(angle)
        c, s = math.cos(angle * first), math.sin(angle * first)
        own = 0.0
        for cycle in range(cycles):
            cycle_cosine, cycle_sine = 0.0, 0.0
            for t in range(first + cycle * season_length, first + (cycle + 1) * season_length):
                if not math.isnan(detrended[t]):
                    cycle_cosine += detrended[t] * c
                    cycle_sine += detrended[t] * s
                c, s = c * turn_cosine - s * turn_sine, s * turn_cosine + c * turn_sine
            cosine[q] += cycle_cosine
            sine[q] += cycle_sine
            own += cycle_cosine**2 + cycle_sine**2
        together = cosine[q] ** 2 + sine[q] ** 2
        cosine[q] *= 2.0 / known
        sine[q] *= 2.0 / known
        residual -= 0.5 * known * (cosine[q] ** 2 + sine[q] ** 2)
        parameters = 2 * q + 1
        criterion = known * math.log(max(residual, 1e-12) / known)
        criterion += 2.0 * parameters * known / max(known - parameters - 1, 1)
        if criterion < best - 2.0:
            best, chosen = criterion, q
        if cycles > 1 and together > 0.0:
            agreed = min(1.0, max(0.0, (together - own) / together * cycles / (cycles - 1)))
            cosine[q] *= agreed * agreed
            sine[q] *= agreed * agreed
    for j in range(season_length):
        season[j] = 0.0
    for q in range(1, chosen + 1):
        for j in range(season_length):
            angle = 2 * math.pi * q * j / season_length
            season[j] += cosine[q] * math.cos(angle) + sine[q] * math.sin(angle)
    return 2 * chosen


@kernel
def shrunken_season(
    y: FloatArray, average: FloatArray, season_length: int, multiplicative: bool, season: FloatArray
) -> int:
    """Write the season of `y` [T] into `season` [season_length]; return its effective degrees of freedom.

    `average` [T] is what varies slowly: the centred average of `y`, or a line through it. Additive seasons
    are deviations in the units of y, around 0; multiplicative ones are factors around 1. Position j holds
    periods t with t % season_length == j. Returns 0, with a neutral season, where fewer than two seasons are
    there or noise explains all of it.
    """
    for j in range(season_length):
        season[j] = 1.0 if multiplicative else 0.0
    if season_length < 2 or y.size < 2 * season_length:
        return 0
    detrended = np.full(y.size, np.nan)
    known = 0
    for t in range(y.size):
        if not math.isnan(y[t]) and not math.isnan(average[t]):
            if not multiplicative:
                detrended[t] = y[t] - average[t]
            elif average[t] > 1e-9:
                detrended[t] = y[t] / average[t] - 1.0
            known += 0 if math.isnan(detrended[t]) else 1
    if known < season_length // 2 or known < 3:
        return 0
    if season_length <= LONGEST_FREE_SEASON:
        freedom = _free_season(detrended, season_length, season)
    else:
        freedom = _harmonic_season(detrended, season_length, season)
    if multiplicative:
        total = 0.0
        for j in range(season_length):
            season[j] = max(SMALLEST_FACTOR, 1.0 + season[j])
            total += season[j]
        for j in range(season_length):
            season[j] *= season_length / total
    return freedom
