"""What series share, estimated before any is forecast: seasons, weights of the voices, calibration.

Two passes over the blocks of a business: the first adds up statistics of the seasons, the second forecasts
the past of evenly spaced series and keeps what came. The order of the blocks, not their size, fixes every
bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import Self

import numpy as np
import pandas as pd

from invopt.errors import ForecastError
from invopt.forecast.block import DemandBlock
from invopt.forecast.calibration import Calibration, PastSums, calibrate, sums_of
from invopt.forecast.combination import equal_weights, learnt_weights, voice_weights, weighted
from invopt.forecast.pattern import NO_DEMAND
from invopt.forecast.scores import past_scores
from invopt.forecast.seasons import Seasons, SeasonStatistics, estimate_seasons, no_seasons
from invopt.forecast.spread import SPREAD_FIGURES
from invopt.forecast.voices import VOICES, run_voices
from invopt.probability.compiled import BoolArray, FloatArray, IntArray
from invopt.settings.forecasting import Forecast
from invopt.tables import FORECAST_SCORE, empty


@dataclass(frozen=True)
class Pools:
    """What `forecast_block` takes from the other series of the business."""

    seasons: Seasons
    weights: FloatArray  # [patterns, V]
    calibration: Calibration
    scores: pd.DataFrame = field(default_factory=partial(empty, FORECAST_SCORE), compare=False, repr=False)

    @classmethod
    def untaught(cls, block: DemandBlock) -> Self:
        """No season, equal voices, an assumed spread: for a series with no company."""
        return cls(no_seasons(block), equal_weights(), Calibration.uncalibrated())


@dataclass(frozen=True)
class PastForecasts:
    """Forecasts from past origins beside what came: r rows; fields as in Voices, and actual [r, H].

    scale [r] is the mean squared one-step error of repeating the last value, over the history of the origin.
    """

    path: FloatArray
    actual: FloatArray
    scale: FloatArray
    pattern: IntArray
    volume: FloatArray
    whole: BoolArray
    spread: FloatArray
    back: IntArray  # how many horizons before the end the origin lies

    @classmethod
    def of(cls, block: DemandBlock, seasons: Seasons, settings: Forecast) -> Self:
        """Forecast the last horizons of a block, each from what was known before it.

        Periods that are unknown or censored are not scored. Series need two horizons and eight periods of
        history before an origin. The pooled season is that of the whole history.
        """
        periods, horizon = block.demand.shape[1], block.horizon
        parts = []
        for back in range(1, settings.calibration_origins + 1):
            origin = periods - back * horizon
            if origin < max(8, 2 * horizon):
                break
            past = block.until(origin)
            voices = run_voices(past, seasons.factors(past), settings)
            actual = block.demand[:, origin : origin + horizon].copy()
            if block.censored is not None:
                actual[block.censored[:, origin : origin + horizon]] = np.nan
            path = voices.path
            if block.event_lift is not None:
                path = path * block.event_lift[:, None, origin : origin + horizon]
            rows = np.flatnonzero((voices.pattern < NO_DEMAND) & (voices.known >= 8) & ~np.isnan(actual).all(axis=1))
            scale = _naive_scale(past.demand)
            parts.append(
                cls(
                    path[rows],
                    actual[rows],
                    scale[rows],
                    voices.pattern[rows],
                    voices.volume[rows],
                    voices.whole[rows],
                    voices.spread[rows],
                    np.full(rows.size, back),
                )
            )
        return cls.joined(parts) if parts else cls.none(horizon)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The forecasts of all parts, by origin and then in their order: however the series were cut."""
        order = np.argsort(np.concatenate([part.back for part in parts]), kind="stable")
        names = cls.__dataclass_fields__
        return cls(*(np.concatenate([getattr(part, name) for part in parts])[order] for name in names))

    @classmethod
    def none(cls, horizon: int) -> Self:
        """No past forecast at all: the history is too short."""
        zero, codes = np.empty(0), np.empty(0, dtype=np.int64)
        path, spread = np.empty((0, len(VOICES), horizon)), np.empty((0, len(SPREAD_FIGURES)))
        return cls(path, np.empty((0, horizon)), zero, codes, zero, codes > 0, spread, codes)


def estimate_pools(blocks: Sequence[DemandBlock], settings: Forecast) -> Pools:
    """Seasons, voice weights and calibration of a business from all its blocks.

    `blocks` share time axis, season and horizon, and may load lazily: each is taken twice, one at a time.
    Merging is exact for the seasons (integers) and by order for the rest, so cutting the same series into
    other blocks, in the same order, changes no bit.
    """
    if len(blocks) == 0:
        raise ForecastError("no demand block to estimate pools from.")
    groups = 1 + max(int(block.group.max(initial=-1)) for block in blocks)
    first = blocks[0]
    statistics = reduce(SeasonStatistics.merged, (SeasonStatistics.of(block, groups) for block in blocks))
    seasons = estimate_seasons(statistics, first)
    total = sum(block.demand.shape[0] for block in blocks)
    stride = max(1, -(-total // settings.calibration_series))
    parts, seen = [], 0
    for block in blocks:
        chosen = np.arange(-seen % stride, block.demand.shape[0], stride)
        seen += block.demand.shape[0]
        if chosen.size:
            parts.append(PastForecasts.of(block.rows(chosen), seasons, settings))
    return estimate_from_past(seasons, PastForecasts.joined(parts), first.horizon, settings)


def estimate_from_past(seasons: Seasons, past: PastForecasts, horizon: int, settings: Forecast) -> Pools:
    """Pools from seasons and past forecasts that were gathered chunk by chunk."""
    weights = learnt_weights(past.path, past.actual, past.scale, past.pattern, settings.weight_prior_series)
    mean = weighted(voice_weights(weights, past.pattern, past.path), past.path)
    sums = PastSums(*sums_of(mean, past.actual), past.pattern, past.volume, past.whole, past.spread)
    return Pools(seasons, weights, calibrate(sums, horizon, settings), past_scores(past, mean))


def _naive_scale(demand: FloatArray) -> FloatArray:
    """[n] mean squared change from one known period to the next, at least a sliver of the mean square."""
    change = np.diff(demand, axis=1)
    known = ~np.isnan(change)
    squares = np.where(known, change, 0.0) ** 2
    mean = squares.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    floor = 1e-4 * np.nan_to_num(demand).max(axis=1, initial=0.0) ** 2 + 1e-12
    scale: FloatArray = np.maximum(mean, floor)
    return scale
