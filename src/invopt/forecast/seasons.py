"""Pooled seasonality: what all series share, what a category adds, each shrunk to the rung above.

The statistics are sums of scaled demand by group and period, kept as integers: they add up to the same bits
however the series were split, and chunks merge by addition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from invopt.errors import ForecastError
from invopt.forecast.block import DemandBlock
from invopt.forecast.season_kernel import LONGEST_FREE_SEASON, centred_average, shrunken_season
from invopt.probability.compiled import FloatArray, IntArray

YEAR_DAYS: Final = 365
FIXED_POINT: Final = 1 << 20  # steps per unit of mean demand: a million to one, room for 10^12 series
LARGEST_SHARE: Final = 20.0  # a single period counts at most this many times the mean of its series


@dataclass(frozen=True)
class SeasonStatistics:
    """Sums over series, by group and period: [G, T] scaled demand in fixed point, and known periods.

    log_level [G] sums log2(1 + mean demand) in fixed point over `series` [G] series: what a newcomer may
    expect.
    """

    demand: IntArray
    known: IntArray
    log_level: IntArray
    series: IntArray

    @classmethod
    def of(cls, block: DemandBlock, groups: int) -> Self:
        """Statistics of one block; `groups` is one more than the largest group code anywhere."""
        if block.group.size and block.group.max() >= groups:
            raise ForecastError(
                f"demand block: group code {int(block.group.max())} is beyond the {groups} groups announced."
            )
        values = block.demand
        if block.event_lift is not None:
            values = values / block.event_lift[:, : values.shape[1]]
        started = np.cumsum(np.nan_to_num(values) > 0.0, axis=1) > 0
        known = ~np.isnan(values) & started & (block.group >= 0)[:, None]
        total = np.where(known, values, 0.0).sum(axis=1)
        count = known.sum(axis=1)
        used = total > 0.0
        mean = np.divide(total, count, out=np.ones_like(total), where=used)
        scaled = np.minimum(np.where(known, values, 0.0) / mean[:, None], LARGEST_SHARE)
        fixed = np.rint(scaled * FIXED_POINT).astype(np.int64)
        shape = (groups, values.shape[1])
        result = cls(
            np.zeros(shape, np.int64),
            np.zeros(shape, np.int64),
            np.zeros(groups, np.int64),
            np.zeros(groups, np.int64),
        )
        group = block.group[used]
        np.add.at(result.demand, group, fixed[used])
        np.add.at(result.known, group, known[used].astype(np.int64))
        np.add.at(result.log_level, group, np.rint(np.log2(1.0 + mean[used]) * FIXED_POINT).astype(np.int64))
        np.add.at(result.series, group, 1)
        return result

    def merged(self, other: Self) -> Self:
        """The statistics of both sets of series."""
        return type(self)(
            self.demand + other.demand,
            self.known + other.known,
            self.log_level + other.log_level,
            self.series + other.series,
        )


@dataclass(frozen=True)
class Seasons:
    """Factors around 1 by group and position of the season; the last row, for series that stand alone, is 1.

    cycle: [G + 1, season_length]; yearly: [G + 1, 365] for days, [G + 1, 1] of ones otherwise.
    newcomer: [G + 1] units per period to expect of a series without history; NaN where the group has none.
    """

    cycle: FloatArray
    yearly: FloatArray
    newcomer: FloatArray

    def factors(self, block: DemandBlock) -> FloatArray:
        """[G + 1, T + horizon] factor of each group in each period of the block and its future."""
        t = np.arange(block.demand.shape[1] + block.horizon)
        result = self.cycle[:, (block.phase + t) % self.cycle.shape[1]]
        if block.yearly_phase is not None:
            result = result * self.yearly[:, (block.yearly_phase + t) % self.yearly.shape[1]]
        return np.ascontiguousarray(result)


def no_seasons(block: DemandBlock) -> Seasons:
    """Factors of 1 for every group of a block."""
    rows = int(block.group.max(initial=-1)) + 2
    return Seasons(np.ones((rows, block.season_length)), np.ones((rows, 1)), np.full(rows, np.nan))


def estimate_seasons(statistics: SeasonStatistics, block: DemandBlock) -> Seasons:
    """Seasonal factors of each group from the statistics of all series.

    `block` is any one of them: it tells the season, its phase and the period. Method: the mean scaled demand
    of all series is divided by its slow part, and averaged by position (over 12
    positions: by as many harmonics as AICc pays for), shrunk by what noise could explain; then what each
    group leaves over, the same way. Days take the yearly index first. Needs two whole seasons: with fewer
    there is no factor. A season that shifts (Easter) is smeared; promotions that recur count as season
    unless given as events.
    """
    groups, periods = statistics.demand.shape
    newcomer = np.full(groups + 1, np.nan)
    some = statistics.series > 0
    newcomer[:-1][some] = np.exp2(statistics.log_level[some] / FIXED_POINT / statistics.series[some]) - 1.0
    mean = _mean_demand(np.vstack([statistics.demand, statistics.demand.sum(axis=0)]),
                        np.vstack([statistics.known, statistics.known.sum(axis=0)]))  # fmt: skip
    yearly = np.ones((groups + 1, 1))
    if block.period == "day" and block.yearly_phase is not None:
        yearly = _ladder(mean, YEAR_DAYS, block.yearly_phase)
        mean = mean / yearly[:, (block.yearly_phase + np.arange(periods)) % YEAR_DAYS]
    cycle = _ladder(mean, block.season_length, block.phase)
    cycle[-1], yearly[-1] = 1.0, 1.0
    return Seasons(cycle, yearly, newcomer)


def _mean_demand(demand: IntArray, known: IntArray) -> FloatArray:
    mean = np.full(demand.shape, np.nan)
    np.divide(demand / FIXED_POINT, known, out=mean, where=known > 0)
    return mean


def _ladder(mean: FloatArray, season_length: int, phase: int) -> FloatArray:
    """[G + 1, season_length] factors; the last row of `mean` is that of all series together."""
    together = _season_of(mean[-1], season_length)
    along = together[np.arange(mean.shape[1]) % season_length]
    rows = [together * _season_of(row / along, season_length) for row in mean[:-1]]
    factors = np.array([*rows, together])
    factors /= factors.mean(axis=1, keepdims=True)
    return np.roll(factors, phase, axis=1)  # position 0 of the season, not of the data


def _season_of(mean: FloatArray, season_length: int) -> FloatArray:
    season = np.ones(season_length)
    known = np.flatnonzero(~np.isnan(mean))
    if season_length > 1 and known.size:
        first = int(known[0])
        y = np.ascontiguousarray(mean[first:])
        shrunken_season(y, _slow_part(y, season_length), season_length, True, season)
        season = np.roll(season, first)
    return season


def _slow_part(y: FloatArray, season_length: int) -> FloatArray:
    """[T] the centred average where it leaves two whole cycles to compare, else a line through all of them."""
    if season_length <= LONGEST_FREE_SEASON or y.size >= 3 * season_length + 1:
        return centred_average(y, season_length)
    t = np.arange(y.size, dtype=np.float64)
    known = ~np.isnan(y)
    # A season biases the slope unless whole cycles are taken.
    known[: y.size % season_length] = False
    if known.sum() < 2:
        return np.full(y.size, np.nan)
    slope = np.cov(t[known], y[known])[0, 1] / np.var(t[known], ddof=1)
    line = y[known].mean() + slope * (t - t[known].mean())
    kept: FloatArray = np.maximum(line, 0.1 * y[known].mean())
    return kept
