"""From a block of demand to its forecast: voices, their combination, the parts, the distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from invopt.errors import ForecastError
from invopt.forecast.block import BlockForecast, DemandBlock
from invopt.forecast.combination import voice_weights, weighted
from invopt.forecast.pattern import NO_DEMAND, PATTERNS
from invopt.forecast.pools import Pools
from invopt.forecast.spread import BIAS, WAPE
from invopt.forecast.voices import VOICES, Voices, run_voices
from invopt.probability import DemandDistribution
from invopt.probability.compiled import BoolArray, FloatArray
from invopt.settings.forecasting import Forecast

FEW: Final = 4  # known periods below which a series takes its mean, and the spread of its pool
NEWCOMER_DISPERSION: Final = 1.0  # of a series that has never sold: it may sell nothing or several times the mean
NEWCOMER_LEVEL_VARIANCE: Final = 1.0


def forecast_block(
    block: DemandBlock, pools: Pools, settings: Forecast, *, dormant_after_periods: int | None = None
) -> BlockForecast:
    """Forecast the demand of every series of a block, with its parts and its distribution.

    block: n series by T periods (see DemandBlock); pools: what they share, from `estimate_pools`, or
    `Pools.untaught`. A series idle for `dormant_after_periods` or more gets zero, flagged; None: never.

    Returns n rows in the order of the block; the mean is the sum of level, trend, season and events, at
    least 0 and at most `settings.mean_ceiling` times the largest demand known (times the lift of events). No
    row depends on another one of the block: cutting it elsewhere changes no bit.

    Method: each series is divided by its pooled season and by the lift of events; lower bounds are completed
    by their expectation; eleven methods forecast it; their weights come from the past forecasts of series of
    its pattern. A new series takes the typical level of its group. Fails where the future differs from all
    history: a launch, a delisting, a price never tried.

    Raises ForecastError for a group that the pools do not know.

    >>> block = DemandBlock(np.tile([4.0, 6.0, 5.0], (1, 12)), np.array([-1]), horizon=4, season_length=1)
    >>> forecast = forecast_block(block, Pools.untaught(block), Forecast())
    >>> forecast.mean.round(0).tolist(), str(forecast.demand_class[0])
    ([[5.0, 5.0, 5.0, 5.0]], 'smooth')
    """
    groups = pools.seasons.cycle.shape[0] - 1
    unknown = np.flatnonzero(block.group >= groups)
    if unknown.size:
        raise ForecastError(
            f"demand block: {unknown.size} series of groups that the pools do not hold. First rows: "
            f"{', '.join(map(str, unknown[:5]))}. Estimate the pools from blocks that include them."
        )
    factors = pools.seasons.factors(block)
    voices = run_voices(block, factors, settings)
    weights = voice_weights(pools.weights, voices.pattern, voices.path)
    base, path = weighted(weights, voices.base), weighted(weights, voices.path)
    cases = _cases(block, voices, dormant_after_periods)
    _override(base, path, cases, voices, factors, pools, block)
    lift = np.ones(path.shape)
    if block.event_lift is not None:
        lift = block.event_lift[:, block.demand.shape[1] :]
    level = np.repeat(base[:, :1], path.shape[1], axis=1)
    trend, season, events = base - level, path - base, path * (lift - 1.0)
    return BlockForecast(
        distribution=_distribution(level + trend + season + events, block, voices, cases, pools, settings),
        level=level,
        trend=trend,
        season=season,
        events=events,
        demand_class=cases.demand_class,
        method=_method_names(cases, voices, weights),
        reason=cases.reason,
        history_periods=voices.known,
        censored_share=voices.censored_share,
        wape=voices.spread[:, WAPE],
        bias=voices.spread[:, BIAS],
    )


@dataclass(frozen=True)
class _Cases:
    """Which series take another way than the combination, [n] each, and how all are called."""

    new: BoolArray
    dormant: BoolArray
    few: BoolArray
    demand_class: NDArray[np.str_]
    reason: NDArray[np.str_]


def _cases(block: DemandBlock, voices: Voices, dormant_after: int | None) -> _Cases:
    new = voices.pattern == NO_DEMAND
    idle = voices.idle >= (np.iinfo(np.int64).max if dormant_after is None else dormant_after)
    dormant = idle & ~new
    few = ~new & ~dormant & (voices.known < FEW)
    half_hidden = voices.censored_share > 0.5
    pattern = np.array(PATTERNS)[voices.pattern]
    demand_class = np.select([new, dormant], ["new", "dormant"], pattern)
    observed = ~np.isnan(block.demand).all(axis=1)
    reason = np.select(
        [new & ~observed, new, dormant, few, half_hidden],
        [
            "no known period; typical level of its group",
            "no sale yet; typical level of its group",
            "no sale for longer than the dormancy setting",
            f"fewer than {FEW} known periods",
            "weights of its class; over half of the periods are only lower bounds",
        ],
        "weights of its class, from past forecasts",
    )
    return _Cases(new, dormant, few, demand_class, reason)


def _override(
    base: FloatArray,
    path: FloatArray,
    cases: _Cases,
    voices: Voices,
    factors: FloatArray,
    pools: Pools,
    block: DemandBlock,
) -> None:
    """Write the means of the special cases: zero when dormant, the group's level when nothing sold yet.

    A series that was observed and sold nothing keeps zero once it was watched for a whole season or half a
    year.
    """
    base[cases.dormant], path[cases.dormant] = 0.0, 0.0
    watched = (~np.isnan(block.demand)).sum(axis=1)
    long_enough = min(26 * block.periods_per_week, 2 * block.season_length)
    group = np.where(block.group < 0, pools.seasons.newcomer.size - 1, block.group)
    typical = np.nan_to_num(pools.seasons.newcomer[group])
    # Each period watched without a sale speaks against the typical level as one more zero would.
    expected = np.where(watched >= long_enough, 0.0, typical / (1.0 + typical * watched))
    expected = np.where(cases.few, voices.volume, expected)
    taken = cases.new | cases.few
    base[taken] = expected[taken, None]
    path[taken] = expected[taken, None] * factors[group[taken], block.demand.shape[1] :]


def _method_names(cases: _Cases, voices: Voices, weights: FloatArray) -> NDArray[np.str_]:
    """'combination: ets 41%, theta 30%, …', the same text for the series of a class."""
    percent = np.rint(100.0 * weights).astype(np.int64)
    kinds, code = np.unique(percent, axis=0, return_inverse=True)
    names = []
    for kind in kinds:
        order = [v for v in np.argsort(-kind, kind="stable") if kind[v] > 0]
        names.append("combination: " + ", ".join(f"{VOICES[v]} {kind[v]}%" for v in order))
    combined = np.array(names)[code.ravel()]
    special = ["typical level of the group", "zero", "mean of the known periods"]
    return np.select([cases.new, cases.dormant, cases.few], special, combined)


def _distribution(
    mean: FloatArray, block: DemandBlock, voices: Voices, cases: _Cases, pools: Pools, settings: Forecast
) -> DemandDistribution:
    k, v0, v1 = pools.calibration.spread(voices.pattern, voices.volume, voices.spread, block.spread_periods, settings)
    k = np.where(cases.new, NEWCOMER_DISPERSION, k)
    v0 = np.where(cases.new, NEWCOMER_LEVEL_VARIANCE, v0)
    unit = np.where(voices.whole, 1.0, 0.0)
    return DemandDistribution(mean, unit, k, v0, v1)
