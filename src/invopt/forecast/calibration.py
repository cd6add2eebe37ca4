"""Calibrate the distribution: the noise and level uncertainty that make past sums honest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from invopt.forecast.pattern import NO_DEMAND
from invopt.forecast.spread import LEVEL_VARIANCE, LEVEL_WINDOWS, NOISE, NOISE_PERIODS
from invopt.probability.compiled import BoolArray, FloatArray, IntArray, kernel
from invopt.probability.normal import normal_quantile
from invopt.settings.forecasting import Forecast

TERCILES: Final = 3
LEVELS: Final = np.array([0.5, 0.8, 0.9, 0.95, 0.98])
NORMAL: Final = np.array([normal_quantile(level) for level in LEVELS])
WALK: Final = 40.0  # mean units up to which counts are walked one by one
FEWEST_RECORDS: Final = 60  # past forecasts in a cell below which it takes what serves all cells
MOST_RECORDS: Final = 300  # evenly spaced ones are as good beyond that
# Multipliers of noise and of level variance, and the share of the latter that wanders with the horizon.
NOISE_STEPS: Final = np.array([0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.2, 1.45, 1.75, 2.2])
LEVEL_STEPS: Final = np.array([0.0, 0.15, 0.3, 0.5, 0.75, 1.0, 1.35, 1.8, 2.5, 3.5])
WANDER_STEPS: Final = np.array([0.0, 0.33, 0.67, 1.0])


@dataclass(frozen=True)
class Calibration:
    """What a pool says of the spread of its series, by pattern and tercile of mean demand.

    - cut: [patterns, 2] units per period, the bounds between terciles.
    - noise, level_variance: [patterns, 3] what single series are shrunk to.
    - noise_factor, level_factor, wander: [patterns, 3] what makes past sums honest.
    """

    cut: FloatArray
    noise: FloatArray
    level_variance: FloatArray
    noise_factor: FloatArray
    level_factor: FloatArray
    wander: FloatArray

    @classmethod
    def uncalibrated(cls) -> Self:
        """Before any past forecast has been compared: the pooled noise of typical retail demand."""
        shape = (NO_DEMAND, TERCILES)
        return cls(
            cut=np.tile([1.0, 10.0], (NO_DEMAND, 1)),
            noise=np.tile(np.array([[0.1], [0.5], [0.3], [1.0]]), (1, TERCILES)),
            level_variance=np.full(shape, 0.1),
            noise_factor=np.ones(shape),
            level_factor=np.ones(shape),
            wander=np.full(shape, 0.5),
        )

    def cells(self, pattern: IntArray, volume: FloatArray) -> tuple[IntArray, IntArray]:
        """Pattern row and tercile of each series, [n] and [n]."""
        row = np.minimum(pattern, NO_DEMAND - 1)
        return row, (volume[:, None] > self.cut[row]).sum(axis=1)

    def spread(
        self, pattern: IntArray, volume: FloatArray, figures: FloatArray, horizon: int, settings: Forecast
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """(k, v_0, v_1), [n] each: a series' own figures shrunk to its pool, times what calibration found."""
        cell = self.cells(pattern, volume)
        noise = shrunk_noise(figures, self.noise[cell], settings)
        level = shrunk_level(figures, self.level_variance[cell], settings)
        return _parts(noise, level, self.noise_factor[cell], self.level_factor[cell], self.wander[cell], horizon)


@dataclass(frozen=True)
class PastSums:
    """Sums that past forecasts were right or wrong about: r forecasts, S sums over 1 … h periods each.

    - mean, square, reach, actual: [r, S] sum mu, sum mu², sum_j (sum over t >= j of mu)², and what came; NaN
      where it is not known. - pattern, volume, whole: [r]; spread [r, figures] as measured before the origin.
    """

    mean: FloatArray
    square: FloatArray
    reach: FloatArray
    actual: FloatArray
    pattern: IntArray
    volume: FloatArray
    whole: BoolArray
    spread: FloatArray


def sums_of(mean: FloatArray, actual: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Sums over the first quarter, half and whole of the horizon, from paths [r, H]; see PastSums."""
    horizon = mean.shape[1]
    lengths = sorted({math.ceil(horizon / 4), math.ceil(horizon / 2), horizon})
    total = np.stack([mean[:, :h].sum(axis=1) for h in lengths], axis=1)
    square = np.stack([(mean[:, :h] ** 2).sum(axis=1) for h in lengths], axis=1)
    tails = [np.cumsum(mean[:, :h][:, ::-1], axis=1) for h in lengths]
    reach = np.stack([(tail**2).sum(axis=1) for tail in tails], axis=1)
    came = np.stack([actual[:, :h].sum(axis=1) for h in lengths], axis=1)
    return total, square, reach, came


def shrunk_noise(figures: FloatArray, pool: FloatArray, settings: Forecast) -> FloatArray:
    """k of each series: its own measure and the pool's, weighed by periods."""
    return _shrunk(figures[:, NOISE], figures[:, NOISE_PERIODS], pool, settings.noise_prior_periods)


def shrunk_level(figures: FloatArray, pool: FloatArray, settings: Forecast) -> FloatArray:
    """v of each series over the horizon: its own measure and the pool's, weighed by whole horizons seen."""
    return _shrunk(figures[:, LEVEL_VARIANCE], figures[:, LEVEL_WINDOWS], pool, settings.level_prior_windows)


def calibrate(past: PastSums, horizon: int, settings: Forecast) -> Calibration:
    """Find, for each pattern and tercile, the multipliers of least pinball loss on past sums.

    The loss is that of the quantiles at LEVELS of every sum, over its mean demand plus one period's, so that
    each series weighs alike; coordinate descent over the steps above, from 1. Cells with few records take the
    multipliers of all records together.
    """
    start = Calibration.uncalibrated()
    if past.pattern.size == 0:
        return start
    everything = np.arange(past.pattern.size)
    common = _descend(past, everything, _pool(past, everything), horizon, settings)
    cut, fields = start.cut.copy(), {name: getattr(start, name).copy() for name in _FIELDS}
    for code in range(NO_DEMAND):
        rows = np.flatnonzero(past.pattern == code)
        if rows.size:
            cut[code] = np.quantile(past.volume[rows], [1.0 / 3.0, 2.0 / 3.0])
        tercile = (past.volume[rows][:, None] > cut[code]).sum(axis=1)
        for cell in range(TERCILES):
            members = rows[tercile == cell]
            pool = _pool(past, members if members.size >= FEWEST_RECORDS else everything)
            found = common
            if members.size >= FEWEST_RECORDS:
                found = _descend(past, members, pool, horizon, settings)
            for name, value in zip(_FIELDS, (*pool, *found), strict=True):
                fields[name][code, cell] = value
    return Calibration(cut=cut, **fields)


_FIELDS: Final = ("noise", "level_variance", "noise_factor", "level_factor", "wander")


def _shrunk(own: FloatArray, weight: FloatArray, pool: FloatArray, prior: float) -> FloatArray:
    known = ~np.isnan(own) & ~np.isnan(weight)
    share = np.where(known, weight / (weight + prior), 0.0) if prior > 0.0 else known.astype(np.float64)
    return np.maximum(0.0, share * np.where(known, own, 0.0) + (1.0 - share) * pool)


def _parts(
    noise: FloatArray,
    level: FloatArray,
    noise_factor: FloatArray | float,
    level_factor: FloatArray | float,
    wander: FloatArray | float,
    horizon: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(k, v_0, v_1): over a flat horizon H, wandering at v_1 weighs as much as v_0 = v_1 H / 3."""
    total = level * level_factor
    return noise * noise_factor, total * (1.0 - wander), total * wander * 3.0 / horizon


def _pool(past: PastSums, rows: IntArray) -> tuple[float, float]:
    """Median noise and mean of the middle of level variances: robust to the few that measure nonsense."""
    noise = past.spread[rows, NOISE]
    level = past.spread[rows, LEVEL_VARIANCE]
    return _middle(noise, 0.3), _middle(level, 0.1)


def _middle(values: FloatArray, otherwise: float) -> float:
    """Mean between the 10th and 90th percentile, at least a hundredth of a typical pool's figure."""
    values = np.sort(values[~np.isnan(values)])
    if values.size == 0:
        return otherwise
    trimmed = values[values.size // 10 : values.size - values.size // 10]
    return max(float(trimmed.mean()), 0.01 * otherwise)


def _descend(
    past: PastSums, rows: IntArray, pool: tuple[float, float], horizon: int, settings: Forecast
) -> tuple[float, float, float]:
    rows = rows[:: max(1, rows.size // MOST_RECORDS)]
    count = np.ones(rows.size)
    noise = shrunk_noise(past.spread[rows], pool[0] * count, settings)
    level = shrunk_level(past.spread[rows], pool[1] * count, settings)
    steps = (NOISE_STEPS, LEVEL_STEPS, WANDER_STEPS)
    at = [5, 5, 1]
    seen: dict[tuple[int, ...], float] = {}

    def loss(place: list[int]) -> float:
        key = tuple(place)
        if key not in seen:
            factors = [steps[d][i] for d, i in enumerate(place)]
            k, v0, v1 = _parts(noise, level, factors[0], factors[1], factors[2], horizon)
            seen[key] = _pinball(past, rows, k, v0, v1)
        return seen[key]

    moved = True
    while moved:
        moved = False
        for d in range(3):
            for turn in (1, -1):
                while 0 <= at[d] + turn < steps[d].size:
                    trial = [*at]
                    trial[d] += turn
                    if loss(trial) >= loss(at):
                        break
                    at, moved = trial, True
    return tuple(float(steps[d][i]) for d, i in enumerate(at))  # type: ignore[return-value]


def _pinball(past: PastSums, rows: IntArray, k: FloatArray, v0: FloatArray, v1: FloatArray) -> float:
    loss = np.empty(rows.size)
    _record_losses(
        past.mean,
        past.square,
        past.reach,
        past.actual,
        past.volume,
        past.whole,
        rows,
        k,
        v0,
        v1,
        np.empty(LEVELS.size),
        loss,
    )
    return float(loss.sum())


@kernel
def _record_losses(
    mean: FloatArray,
    square: FloatArray,
    reach: FloatArray,
    actual: FloatArray,
    volume: FloatArray,
    whole: BoolArray,
    rows: IntArray,
    k: FloatArray,
    v0: FloatArray,
    v1: FloatArray,
    quantiles: FloatArray,
    loss: FloatArray,
) -> None:
    for j in range(rows.size):
        i = rows[j]
        loss[j] = 0.0
        for s in range(mean.shape[1]):
            mu = mean[i, s]
            if math.isnan(actual[i, s]) or mu <= 0.0:
                continue
            # The growth of k with an uncertain level is left out: it is of second order here.
            excess = k[j] * square[i, s] + v0[j] * mu * mu + v1[j] * reach[i, s]
            _quantiles(mu, excess / (mu * mu), whole[i], quantiles)
            for place in range(LEVELS.size):
                short = actual[i, s] - quantiles[place]
                weight = LEVELS[place] if short > 0.0 else LEVELS[place] - 1.0
                loss[j] += weight * short / (mu + volume[i])


@kernel
def _quantiles(mean: float, dispersion: float, whole: bool, quantiles: FloatArray) -> None:
    """The quantiles at LEVELS: counts by one walk up the distribution, the rest by Wilson and Hilferty.

    Their cube, a (1 - 1 / 9a + z / (3 sqrt a))³ for a gamma of shape a, is as good as exact in a loss.
    """
    if whole and mean < WALK:
        r = 1.0 / max(dispersion, 1e-9)
        waning = dispersion * mean / (1.0 + dispersion * mean)
        poisson = dispersion < 1e-9
        term = math.exp(-mean if poisson else -r * math.log1p(dispersion * mean))
        total, count = term, 0.0
        for place in range(LEVELS.size):
            while total < LEVELS[place] and count < 100.0 * WALK:
                term *= mean / (count + 1.0) if poisson else (count + r) / (count + 1.0) * waning
                count += 1.0
                total += term
            quantiles[place] = count
        return
    shape = mean / ((1.0 if whole else 0.0) + dispersion * mean + 1e-9 * mean)
    for place in range(LEVELS.size):
        root = 1.0 - 1.0 / (9.0 * shape) + NORMAL[place] / (3.0 * math.sqrt(shape))
        quantiles[place] = mean * max(0.0, root) ** 3
