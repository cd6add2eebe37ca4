"""The distribution of demand per period, and of its sum over any interval, in six numbers a series.

Demand of period t = 1 … H given the level factor F_t is independent over periods with mean F_t mu_t and
variance  unit F_t mu_t + k (F_t mu_t)²;  F_t is a positive martingale of mean 1 that says how wrong the
level may be:  Cov(F_s, F_t) = v_0 + v_1 min(s, t).  For the sum S over the periods of an interval

    E S   = sum mu_t
    Var S = unit sum mu_t + k sum mu_t² (1 + v_0 + v_1 t) + v_0 (sum mu_t)² + v_1 sum_j (sum over t >= j of
    mu_t)²

Independent noise (k) averages out over a long interval; an uncertain level (v_0) never does, and one that
wanders (v_1) grows with the horizon. `unit` is 1 for whole units (a negative binomial) and 0 where demand
comes in fractions (a gamma).
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from invopt.probability.compiled import FloatArray, block_kernel
from invopt.probability.gamma import gamma_cdf, gamma_expected_short, gamma_quantile
from invopt.probability.negative_binomial import (
    negative_binomial_cdf,
    negative_binomial_expected_short,
    negative_binomial_quantile,
)


@dataclass(frozen=True)
class DemandDistribution:
    """What demand may be, per series: all a policy needs, without the history or another fit.

    - mean: [n, H] units per period, period 1 being the first unobserved one.
    - unit: [n] 1.0 for whole units, 0.0 for fractions.
    - dispersion: [n] k, variance of a period beyond its mean in units of mean².
    - level_variance, level_growth: [n] v_0, and v_1 per period.
    """

    mean: FloatArray
    unit: FloatArray
    dispersion: FloatArray
    level_variance: FloatArray
    level_growth: FloatArray

    def rows(self, index: NDArray[np.intp] | slice) -> DemandDistribution:
        """The distributions of some series, in the order of `index`."""
        return DemandDistribution(
            self.mean[index],
            self.unit[index],
            self.dispersion[index],
            self.level_variance[index],
            self.level_growth[index],
        )


@dataclass(frozen=True)
class SumDistribution:
    """Demand summed over one interval per series: negative binomial for whole units, gamma for fractions.

    mean, variance: [n] units and units²; unit: [n] as in DemandDistribution.
    """

    mean: FloatArray
    variance: FloatArray
    unit: FloatArray

    @property
    def dispersion(self) -> FloatArray:
        """The k that gives the variance: (variance - unit mean) / mean², zero where the mean is."""
        excess = self.variance - self.unit * self.mean
        square = self.mean * self.mean
        return np.divide(np.maximum(excess, 0.0), square, out=np.zeros_like(square), where=square > 0.0)

    def quantile(self, probability: ArrayLike) -> FloatArray:
        """The smallest demand not exceeded with `probability` (0-1, scalar or [n]); [n] units."""
        arguments = (np.asarray(probability, dtype=np.float64), self.mean, self.dispersion)
        return np.where(self.unit > 0.0, negative_binomial_quantile(*arguments), gamma_quantile(*arguments))

    def cdf(self, units: ArrayLike) -> FloatArray:
        """P(demand <= units), [n], for `units` scalar or [n]."""
        arguments = (np.asarray(units, dtype=np.float64), self.mean, self.dispersion)
        return np.where(self.unit > 0.0, negative_binomial_cdf(*arguments), gamma_cdf(*arguments))

    def expected_short(self, units: ArrayLike) -> FloatArray:
        """E[(demand - units)+], [n] units short on average when `units` (scalar or [n]) face the demand."""
        arguments = (np.asarray(units, dtype=np.float64), self.mean, self.dispersion)
        return np.where(self.unit > 0.0, negative_binomial_expected_short(*arguments), gamma_expected_short(*arguments))


@block_kernel
def _sum_moments(
    mean: FloatArray,
    unit: FloatArray,
    dispersion: FloatArray,
    level_variance: FloatArray,
    level_growth: FloatArray,
    start: FloatArray,
    stop: FloatArray,
    total: FloatArray,
    variance: FloatArray,
) -> None:
    periods = mean.shape[1]
    for i in numba.prange(mean.shape[0]):
        first, last = start[i], min(stop[i], float(periods))
        whole = 0.0  # sum of mu_t over t >= j, built from the far end
        noise = 0.0
        wander = 0.0
        for t in range(periods - 1, -1, -1):
            share = min(last, t + 1.0) - max(first, float(t))
            if share > 0.0:
                mu = mean[i, t] * share
                whole += mu
                # Part of a period keeps that part of its variance, not its square.
                growth = 1.0 + level_variance[i] + level_growth[i] * (t + 1.0)
                noise += unit[i] * mu + dispersion[i] * mu * mean[i, t] * growth
            wander += whole * whole
        total[i] = whole
        variance[i] = noise + level_variance[i] * whole * whole + level_growth[i] * wander


def sum_over_interval(distribution: DemandDistribution, start: ArrayLike, stop: ArrayLike) -> SumDistribution:
    """The distribution of demand summed over [start, stop), an interval of its own for each series.

    `start` and `stop` are in periods from now (scalar or [n], fractions allowed: 0 to 1.5 is the first
    period and half of the second), cut off at the horizon H. Returns moments by the equation at the head of
    this module; quantiles, cdf and expected shortage follow from the negative binomial or gamma of equal
    moments. The match is of two moments: a sum of very unequal periods has slightly another tail.

    >>> one = np.ones(1)
    >>> flat = DemandDistribution(np.full((1, 4), 5.0), one, 0.0 * one, 0.0 * one, 0.0 * one)
    >>> total = sum_over_interval(flat, 0, 2)
    >>> total.mean.tolist(), total.variance.tolist(), total.quantile(0.9).tolist()
    ([10.0], [10.0], [14.0])
    """
    count = distribution.mean.shape[0]
    starts = np.ascontiguousarray(np.broadcast_to(np.asarray(start, dtype=np.float64), (count,)))
    stops = np.ascontiguousarray(np.broadcast_to(np.asarray(stop, dtype=np.float64), (count,)))
    if np.any(starts < 0.0) or np.any(stops < starts):
        raise ValueError("an interval of demand needs 0 <= start <= stop; check the lead and review times")
    total, variance = np.empty(count), np.empty(count)
    _sum_moments(
        distribution.mean,
        distribution.unit,
        distribution.dispersion,
        distribution.level_variance,
        distribution.level_growth,
        starts,
        stops,
        total,
        variance,
    )
    return SumDistribution(total, variance, distribution.unit)


def sample_paths(
    rng: np.random.Generator, distribution: DemandDistribution, paths: int, periods: int | None = None
) -> FloatArray:
    """Joint draws of demand per period, [n, paths, periods] units, with the covariance of the distribution.

    The level factor starts as a gamma draw of variance v_0 and is multiplied each period by a gamma draw of
    variance w_t = v_1 / (1 + v_0 + v_1 (t - 1)), which gives Var F_t = v_0 + v_1 t exactly; demand is then
    Poisson around a gamma draw (whole units) or the gamma draw itself. Draws follow the order of the series:
    call it block by block with one generator a block where partition must not matter.

    >>> one = np.ones(1)
    >>> flat = DemandDistribution(np.full((1, 2), 3.0), one, 0.2 * one, 0.1 * one, 0.0 * one)
    >>> sample_paths(np.random.default_rng(1), flat, paths=5).shape
    (1, 5, 2)
    """
    horizon = distribution.mean.shape[1] if periods is None else periods
    count = distribution.mean.shape[0]
    mean = distribution.mean[:, None, :horizon]
    ahead = np.arange(horizon)
    variance_before = 1.0 + distribution.level_variance[:, None] + distribution.level_growth[:, None] * ahead
    step = np.broadcast_to((distribution.level_growth[:, None] / variance_before)[:, None, :], (count, paths, horizon))
    start = np.broadcast_to(distribution.level_variance[:, None], (count, paths))
    factor = _unit_gamma(rng, start)[:, :, None] * np.cumprod(_unit_gamma(rng, step), axis=2)
    noise = np.broadcast_to(distribution.dispersion[:, None, None], (count, paths, horizon))
    demand = mean * factor * _unit_gamma(rng, noise)
    whole = distribution.unit > 0.0
    demand[whole] = rng.poisson(demand[whole])
    return demand


def _unit_gamma(rng: np.random.Generator, variance: FloatArray) -> FloatArray:
    """Gamma draws of mean 1 and the given variance; exactly 1 where it is zero."""
    shape = 1.0 / np.maximum(variance, 1e-12)
    return np.where(variance > 1e-12, rng.standard_gamma(shape) / shape, 1.0)
