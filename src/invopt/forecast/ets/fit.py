"""Fit exponential smoothing to one series: search each form, choose by AICc, forecast by parts."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from invopt.forecast.ets.candidates import (
    BOUND,
    DIMENSIONS,
    FIRST_SPREAD,
    PATTERN,
    PATTERNS,
    parameters_at,
)
from invopt.forecast.ets.scan import (
    DAMPED,
    LANES,
    MULTIPLICATIVE,
    SEASONAL,
    SMALLEST_FITTED,
    TRENDED,
    Lanes,
    new_lanes,
    scan,
)
from invopt.forecast.season_kernel import centred_average, shrunken_season
from invopt.probability.compiled import FloatArray, kernel

FORMS: Final = 12
ROUNDS: Final = 9
HOPELESS: Final = 12.0  # -2 log-likelihood: the search gains less over its first spread
FEWEST_PERIODS: Final = 8  # known periods below which exponential smoothing abstains
SMALLEST_LEVEL: Final = 1e-3  # first level of multiplicative forms, series scaled to mean 1


@kernel
def _first_states(
    y: FloatArray, season_length: int, seasonal: bool, multiplicative: bool, season: FloatArray
) -> tuple[float, float, float, float]:
    """(level, trend) of a line through the first two seasons, the mean there, and its standard error."""
    window = max(10, 2 * season_length)
    count, sum_x, sum_y, sum_xx, sum_xy, sum_yy = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    for t in range(y.size):
        if t >= window and count >= 4:
            break
        value = y[t]
        if math.isnan(value):
            continue
        if seasonal:
            factor = season[t % season_length]
            value = value / factor if multiplicative else value - factor
        x = t + 1.0
        count += 1
        sum_x += x
        sum_y += value
        sum_xx += x * x
        sum_xy += x * value
        sum_yy += value * value
    mean = sum_y / count
    spread = count * sum_xx - sum_x * sum_x
    trend = (count * sum_xy - sum_x * sum_y) / spread if spread > 0.0 else 0.0
    variance = max(0.0, sum_yy / count - mean * mean)
    return (sum_y - trend * sum_x) / count, trend, mean, math.sqrt(variance / count) + 1e-9


@kernel
def _spread_candidates(
    form: int,
    damped: bool,
    points: FloatArray,
    level: float,
    trend: float,
    level_error: float,
    season: FloatArray,
    lanes: Lanes,
) -> None:
    for k in range(LANES):
        alpha, beta, gamma, phi, first_level, first_trend = parameters_at(points[k], level, trend, level_error, damped)
        if form & MULTIPLICATIVE:
            first_level = max(first_level, SMALLEST_LEVEL)
        lanes.alpha[k], lanes.beta[k], lanes.gamma[k], lanes.phi[k] = alpha, beta, gamma, phi
        lanes.level[k], lanes.trend[k] = first_level, first_trend
    if form & SEASONAL:
        for j in range(season.size):
            for k in range(LANES):
                lanes.season[j, k] = season[j]


@kernel
def _search(
    form: int,
    damped: bool,
    y: NDArray[np.float32],
    level: float,
    trend: float,
    level_error: float,
    season: FloatArray,
    lanes: Lanes,
    criterion: FloatArray,
    points: FloatArray,
    best: FloatArray,
    to_beat: float,
) -> float:
    """Shrink a pattern around the best candidate; write the point into best [6], return its criterion.

    A form whose first spread ends more than HOPELESS above `to_beat` is not searched further.
    """
    lowest, step = 1e300, 1.2
    for r in range(ROUNDS + 1):
        for k in range(LANES):
            for d in range(DIMENSIONS):
                points[k, d] = FIRST_SPREAD[k, d] if r == 0 else best[d] + step * PATTERN[form & 3, r % PATTERNS, k, d]
        _spread_candidates(form, damped, points, level, trend, level_error, season, lanes)
        scan(form, y, season.size, lanes, criterion)
        before, winner = lowest, -1
        for k in range(LANES):
            if criterion[k] < lowest:
                lowest, winner = criterion[k], k
        if winner >= 0:
            for d in range(DIMENSIONS):
                best[d] = min(BOUND, max(-BOUND, points[winner, d]))
        if r == 0:
            if lowest > to_beat + HOPELESS:
                break
        else:
            if before - lowest < 0.05:
                step *= 0.45
            elif before - lowest < 0.5:
                step *= 0.7
            if step < 0.08:
                break
    return lowest


@kernel
def ets_states(
    form: int,
    y: FloatArray,
    alpha: float,
    beta: float,
    gamma: float,
    phi: float,
    level: float,
    trend: float,
    season: FloatArray,
) -> tuple[float, float, float]:
    """Run one form with given parameters and first states over y [T]; `season` is updated in place.

    Returns the last level, the last trend, and -2 log-likelihood less its constant:
    n log(sum e²) + 2 sum log |f| (the second term for multiplicative errors alone), n the known periods.
    """
    multiplicative, trended, seasonal = form & MULTIPLICATIVE != 0, form & TRENDED != 0, form & SEASONAL != 0
    known, squares, logarithms = 0, 0.0, 0.0
    for t in range(y.size):
        carried = phi * trend if trended else 0.0
        base = level + carried
        position = t % season.size
        if math.isnan(y[t]):
            level, trend = base, carried
            continue
        known += 1
        if multiplicative:
            factor = season[position] if seasonal else 1.0
            fitted = max(base * factor, SMALLEST_FITTED)
            error = (y[t] - fitted) / fitted
            logarithms += math.log(fitted)
            step = base * error
            if seasonal:
                season[position] = factor + gamma * factor * error
        else:
            error = y[t] - base - (season[position] if seasonal else 0.0)
            step = error
            if seasonal:
                season[position] += gamma * error
        level = base + alpha * step
        trend = carried + beta * step if trended else 0.0
        squares += error * error
    return level, trend, known * math.log(squares + 1e-300) + 2.0 * logarithms


@kernel
def ets_project(
    form: int,
    periods: int,
    phi: float,
    level: float,
    trend: float,
    season: FloatArray,
    base: FloatArray,
    path: FloatArray,
) -> None:
    """Forecast from the last states: base [H] is level and trend, path [H] has the season on it."""
    carried = trend
    value = level
    for h in range(path.size):
        if form & TRENDED:
            carried *= phi
            value += carried
        base[h] = value
        path[h] = value
        if form & SEASONAL:
            factor = season[(periods + h) % season.size]
            path[h] = value * factor if form & MULTIPLICATIVE else value + factor


@kernel
def fit_ets(y: FloatArray, season_length: int, smallest: float, forms: int, base: FloatArray, path: FloatArray) -> int:
    """Choose among the forms allowed by the bit mask `forms`, write base [H] and path [H], return the form.

    y [T] is scaled to mean about 1 and begins with a known period; `smallest` is its least known value
    (multiplicative forms need it positive). Returns -1, writing nothing, where no form can be fitted.
    AICc = -2 log L + 2 p n / (n - p - 1); p counts the smoothing parameters, the first states, the variance
    and the effective degrees of freedom of the first season.
    """
    known = 0
    for t in range(y.size):
        known += 0 if math.isnan(y[t]) else 1
    if known < FEWEST_PERIODS:
        return -1
    lanes, criterion = new_lanes(season_length), np.empty(LANES)
    points, best = np.empty((LANES, DIMENSIONS)), np.empty(DIMENSIONS)
    season, chosen_season = np.zeros(season_length), np.zeros(season_length)
    chosen, chosen_point, chosen_start = -1, np.empty(DIMENSIONS), (0.0, 0.0, 0.0)
    lowest = 1e300
    average = centred_average(y, season_length)
    single = y.astype(np.float32)
    for number in range(FORMS):
        damped = number < DAMPED
        form = number if damped else 2 * (number - DAMPED) + TRENDED
        if not (forms >> number) & 1 or (form & MULTIPLICATIVE and smallest <= 0.0):
            continue
        freedom = 0
        if form & SEASONAL:
            freedom = shrunken_season(y, average, season_length, form & MULTIPLICATIVE != 0, season)
            if freedom == 0:
                continue
        parameters = 3 + (2 + damped if form & TRENDED else 0) + (1 + freedom if form & SEASONAL else 0)
        if known - parameters - 1 <= 0:
            continue
        level, trend, mean, level_error = _first_states(
            y, season_length, form & SEASONAL != 0, form & MULTIPLICATIVE != 0, season
        )
        if not form & TRENDED:
            level, trend = mean, 0.0
        if form & MULTIPLICATIVE:
            level = max(level, SMALLEST_LEVEL)
        penalty = 2.0 * parameters * known / (known - parameters - 1)
        information = penalty + _search(
            form, damped, single, level, trend, level_error, season, lanes, criterion, points, best, lowest - penalty
        )
        if information < lowest:
            lowest, chosen, chosen_start = information, number, (level, trend, level_error)
            chosen_point[:] = best
            chosen_season[:] = season
    if chosen >= 0:
        damped = chosen < DAMPED
        form = chosen if damped else 2 * (chosen - DAMPED) + TRENDED
        alpha, beta, gamma, phi, level, trend = parameters_at(
            chosen_point, chosen_start[0], chosen_start[1], chosen_start[2], damped
        )
        if form & MULTIPLICATIVE:
            level = max(level, SMALLEST_LEVEL)
        level, trend, _ = ets_states(form, y, alpha, beta, gamma, phi, level, trend, chosen_season)
        ets_project(form, y.size, phi, level, trend, chosen_season, base, path)
    return chosen
