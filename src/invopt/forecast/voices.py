"""All methods over a block: every voice forecasts every series, each series on one core from end to end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from invopt.forecast.average import recent_mean, seasonal_naive
from invopt.forecast.block import DemandBlock
from invopt.forecast.censoring import complete_censored
from invopt.forecast.dynamic_theta import dynamic_theta
from invopt.forecast.ets.fit import fit_ets
from invopt.forecast.intermittent import croston, imapa, tsb
from invopt.forecast.level import smooth
from invopt.forecast.pattern import NO_DEMAND, pattern_of
from invopt.forecast.season_kernel import centred_average, shrunken_season
from invopt.forecast.spread import SPREAD_FIGURES, rolling_spread
from invopt.probability.compiled import BoolArray, FloatArray, IntArray, block_kernel, kernel
from invopt.settings.forecasting import Forecast

VOICES: Final = (
    "ets", "theta", "dynamic theta", "ses", "short average", "long average", "seasonal naive",
    "sba", "tsb", "quick tsb", "imapa",
)  # fmt: skip
ETS, THETA, DYNAMIC, SES, SHORT, LONG, NAIVE, SBA, TSB, QUICK_TSB, IMAPA = range(len(VOICES))
ALL_FORMS: Final = 0b11111111
LEVEL_FORMS: Final = 0b00000101  # ETS(A,N,N) and ETS(A,N,A): a trend in gappy demand is mostly noise
SLOW_FADE: Final = (0.1, 0.1)  # smoothing constants of size and of the chance of a sale
QUICK_FADE: Final = (0.2, 0.3)
INTERMITTENT: Final = 2  # patterns from here on have gaps


@dataclass(frozen=True)
class Voices:
    """What the methods say of n series over H periods; V methods in the order of VOICES.

    - base: [n, V, H] level and trend, units; path: [n, V, H] with the season on it. NaN where a method
      abstains.
    - pattern: [n] index into PATTERNS. known, idle: [n] known periods since the first sale, and since the
      last.
    - largest, volume: [n] largest and mean demand of the history, units.
    - whole: [n] True where every known demand is a whole number. spread: [n, SPREAD_FIGURES].
    - censored_share: [n] 0-1.
    """

    base: FloatArray
    path: FloatArray
    pattern: IntArray
    known: IntArray
    idle: IntArray
    largest: FloatArray
    volume: FloatArray
    whole: BoolArray
    spread: FloatArray
    censored_share: FloatArray


@kernel
def _sing(
    y: FloatArray,
    own: FloatArray,
    season_length: int,
    short: int,
    long: int,
    gappy: bool,
    smallest: float,
    base: FloatArray,
    path: FloatArray,
) -> float:
    """Every voice on one scaled series y [T]; own [season_length] becomes its own seasonal factors."""
    horizon = base.shape[1]
    forms = LEVEL_FORMS if gappy else ALL_FORMS
    form = fit_ets(y, season_length, smallest, forms, base[ETS], path[ETS])
    if form < 0:
        base[ETS], path[ETS] = np.nan, np.nan
    level_of = y
    if smallest > 0.0:  # no multiplicative season of its own for a series with zeros
        shrunken_season(y, centred_average(y, season_length), season_length, True, own)
        level_of = np.empty(y.size)
        for t in range(y.size):
            level_of[t] = y[t] / own[t % season_length]
    plain, alpha, theta, first, step = smooth(level_of)
    quick, slow = recent_mean(level_of, short), recent_mean(level_of, long)
    seasonal_naive(y, season_length, path[NAIVE])
    fading, quickly = tsb(level_of, *SLOW_FADE), tsb(level_of, *QUICK_FADE)
    dynamic_theta(level_of, base[DYNAMIC])
    rare, aggregated = np.nan, np.nan
    if gappy:
        rare, aggregated = croston(level_of, True), imapa(level_of)
    for h in range(horizon):
        base[THETA, h] = theta + first + h * step
        base[SES, h], base[SHORT, h], base[LONG, h] = plain, quick, slow
        base[SBA, h], base[TSB, h], base[QUICK_TSB, h], base[IMAPA, h] = rare, fading, quickly, aggregated
        base[NAIVE, h] = slow
        factor = own[(y.size + h) % season_length]
        for v in (THETA, DYNAMIC, SES, SHORT, LONG, SBA, TSB, QUICK_TSB, IMAPA):
            path[v, h] = base[v, h] * factor
    return alpha


@kernel
def _within(value: float, top: float) -> float:
    """Between 0 and `top`; NaN, an abstention, stays NaN."""
    return value if math.isnan(value) else min(top, max(0.0, value))


@block_kernel
def _run(
    demand: FloatArray,
    censored: BoolArray,
    has_censored: bool,
    group: IntArray,
    factors: FloatArray,
    lift: FloatArray,
    has_lift: bool,
    counted: BoolArray,
    has_counted: bool,
    season_length: int,
    spread_periods: int,
    short: int,
    long: int,
    ceiling: float,
    base: FloatArray,
    path: FloatArray,
    pattern: IntArray,
    known: IntArray,
    idle: IntArray,
    largest: FloatArray,
    volume: FloatArray,
    whole: BoolArray,
    spread: FloatArray,
    censored_share: FloatArray,
) -> None:
    periods, horizon = demand.shape[1], base.shape[2]
    for i in numba.prange(demand.shape[0]):
        base[i], path[i] = np.nan, np.nan
        pattern[i], known[i], idle[i], censored_share[i] = NO_DEMAND, 0, 0, 0.0
        largest[i], volume[i], whole[i], spread[i] = 0.0, 0.0, True, np.nan
        first, total, hidden = -1, 0.0, 0
        for t in range(periods):
            value = demand[i, t]
            if math.isnan(value):
                continue
            if value > 0.0:
                first = t if first < 0 else first
                idle[i] = 0
            else:
                idle[i] += 1
            if first < 0:
                continue
            known[i] += 1
            total += value
            largest[i] = max(largest[i], value)
            hidden += 1 if has_censored and censored[i, t] else 0
            if value != math.floor(value) and not (has_counted and counted[i]):
                whole[i] = False
        if first < 0:
            continue
        censored_share[i] = hidden / known[i]
        pattern[i] = pattern_of(demand[i, first:])
        scale = total / known[i]
        size = periods - first
        y, shape = np.empty(size), np.empty(size + horizon)
        for t in range(size + horizon):
            shape[t] = factors[group[i], first + t] * (lift[i, first + t] if has_lift else 1.0)
        for t in range(size):
            y[t] = demand[i, first + t] / (scale * shape[t])
        if hidden > 0:
            complete_censored(y, censored[i, first:])
            total = 0.0
            for t in range(size):
                if not math.isnan(y[t]):
                    total += y[t] * shape[t] * scale
        volume[i] = total / known[i]
        smallest = math.inf
        for t in range(size):
            if not math.isnan(y[t]):
                smallest = min(smallest, y[t])
        own = np.ones(season_length)
        gappy = pattern[i] >= INTERMITTENT
        alpha = _sing(y, own, season_length, short, long, gappy, smallest, base[i], path[i])
        unit = 1.0 / scale if whole[i] else 0.0
        rolling_spread(y, own, shape, alpha, unit, spread_periods, spread[i])
        top = ceiling * largest[i]
        for v in range(base.shape[1]):
            for h in range(horizon):
                season = factors[group[i], periods + h]
                base[i, v, h] = _within(base[i, v, h] * scale, top)
                path[i, v, h] = _within(path[i, v, h] * scale * season, top)


def run_voices(block: DemandBlock, factors: FloatArray, settings: Forecast) -> Voices:
    """Let every method forecast every series of a block.

    `factors` [groups + 1, T + H] are the pooled seasonal factors of each group by period; the last row, all
    ones, serves series that stand alone. The paths carry the season but not the future events.
    """
    rows, _ = block.demand.shape
    horizon, voices = block.horizon, len(VOICES)
    result = Voices(
        base=np.empty((rows, voices, horizon)),
        path=np.empty((rows, voices, horizon)),
        pattern=np.empty(rows, dtype=np.int64),
        known=np.empty(rows, dtype=np.int64),
        idle=np.empty(rows, dtype=np.int64),
        largest=np.empty(rows),
        volume=np.empty(rows),
        whole=np.empty(rows, dtype=np.bool_),
        spread=np.empty((rows, len(SPREAD_FIGURES))),
        censored_share=np.empty(rows),
    )
    nowhere, no_lift = np.zeros((1, 1), dtype=np.bool_), np.ones((1, 1))
    _run(
        np.ascontiguousarray(block.demand),
        nowhere if block.censored is None else np.ascontiguousarray(block.censored),
        block.censored is not None,
        np.where(block.group < 0, factors.shape[0] - 1, block.group),
        factors,
        no_lift if block.event_lift is None else np.ascontiguousarray(block.event_lift),
        block.event_lift is not None,
        np.zeros(1, dtype=np.bool_) if block.whole is None else np.ascontiguousarray(block.whole),
        block.whole is not None,
        block.season_length,
        block.spread_periods,
        settings.short_average_weeks * block.periods_per_week,
        settings.long_average_weeks * block.periods_per_week,
        settings.mean_ceiling,
        result.base,
        result.path,
        result.pattern,
        result.known,
        result.idle,
        result.largest,
        result.volume,
        result.whole,
        result.spread,
        result.censored_share,
    )
    return result
