"""Safety stock, reorder points and order-up-to levels from mean and spread of demand.

These are the textbook rules, for continuous review (protection interval = lead time) and periodic review
(review period + lead time), where customers wait. The default policy is `projection`, which needs none of
them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, ndtri

from invopt.errors import InfeasibleError
from invopt.inventory.loss import (
    gamma_loss,
    negative_binomial_loss,
    negative_binomial_quantile,
    normal_loss,
)

Floats = NDArray[np.float64]


def protection_moments(
    mean_per_period: ArrayLike,
    sd_per_period: ArrayLike,
    lead_time_periods: ArrayLike,
    review_periods: ArrayLike = 0.0,
    lead_time_sd_periods: ArrayLike = 0.0,
) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of demand over the protection interval.

    With T = review + lead time: mean d T, variance T sd^2 + d^2 sd_L^2. Inputs in units and periods.
    Source: Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains, 4th ed., eq. 6.21.
    Fails where the level of demand is itself uncertain: errors then grow together, see
    `cumulative_error_ratio`, and the forecast's own distribution of the sum is to be used.

    >>> mean, sd = protection_moments(100, 30, 2, 1)
    >>> float(mean), float(sd.round(2))
    (300.0, 51.96)
    """
    d, s, lead, review, lead_sd = (
        np.asarray(x, np.float64)
        for x in (mean_per_period, sd_per_period, lead_time_periods, review_periods, lead_time_sd_periods)
    )
    interval = lead + review
    return np.asarray(d * interval), np.sqrt(interval * s * s + d * d * lead_sd * lead_sd)


def cumulative_error_ratio(alpha: ArrayLike, periods: ArrayLike) -> Floats:
    """Return the variance of the summed forecast error over L periods of a moving level, in one-step
    variances.

    L (1 + alpha (L - 1) + alpha^2 (L - 1)(2 L - 1) / 6), for exponential smoothing where the level truly
    moves. Source: Hyndman, Koehler, Ord & Snyder, Forecasting with Exponential Smoothing (2008), section
    6.5. Fails where demand is stationary: measure cumulative errors instead.

    >>> float(cumulative_error_ratio(0.2, 8).round(1))
    24.8
    """
    a, n = np.asarray(alpha, np.float64), np.asarray(periods, np.float64)
    return np.asarray(n * (1 + a * (n - 1) + a * a * (n - 1) * (2 * n - 1) / 6))


def safety_stock_normal(sd_units: ArrayLike, cycle_service: ArrayLike) -> Floats:
    """Return z sd, with z the normal quantile of the cycle service level and sd that of the protection
    interval.

    Source: Silver, Pyke & Thomas, 4th ed., eq. 6.7. Raises `InfeasibleError` for a target outside (0, 1).

    >>> float(safety_stock_normal(30 * 3 ** 0.5, 0.95).round(2))
    85.47
    """
    return np.asarray(ndtri(_target(cycle_service)) * np.asarray(sd_units, np.float64))


def safety_stock_normal_for_fill_rate(sd_units: ArrayLike, fill_rate: ArrayLike, order_units: ArrayLike) -> Floats:
    """Return k sd, with k from L(k) sd = (1 - fill rate) x quantity ordered at once.

    Source: Silver, Pyke & Thomas, 4th ed., eq. 6.34; L is the normal loss, inverted by bisection. Fails
    where the spread is many times the quantity: shortages carried from one cycle into the next are counted
    twice.

    >>> float(safety_stock_normal_for_fill_rate(30 * 3 ** 0.5, 0.95, 100).round(2))
    47.97
    """
    sd = np.asarray(sd_units, np.float64)
    wanted = (1 - _target(fill_rate)) * np.asarray(order_units, np.float64) / np.maximum(sd, 1e-300)
    low, high = np.minimum(-wanted - 1.0, -1.0), np.full(wanted.shape, 40.0)
    for _ in range(80):
        middle = 0.5 * (low + high)
        above = normal_loss(middle) > wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray(np.where(sd > 0, high, 0.0) * sd)


def level_gamma(mean_units: ArrayLike, sd_units: ArrayLike, cycle_service: ArrayLike) -> Floats:
    """Return the level that gamma demand of the interval stays below with the cycle service level.

    Source: Burgin (1975), Operational Research Quarterly 26. Safety stock is the level less the mean.

    >>> float(level_gamma(300, 52, 0.95).round(1))
    390.3
    """
    m, s = np.asarray(mean_units, np.float64), np.asarray(sd_units, np.float64)
    return np.asarray(gammaincinv((m / s) ** 2, _target(cycle_service)) * s * s / m)


def level_gamma_for_fill_rate(
    mean_units: ArrayLike, sd_units: ArrayLike, fill_rate: ArrayLike, order_units: ArrayLike
) -> Floats:
    """Return the level at which gamma demand is short by (1 - fill rate) x quantity ordered at once.

    Source: as `safety_stock_normal_for_fill_rate`, with the gamma loss (Burgin 1975).

    >>> float(level_gamma_for_fill_rate(300, 52, 0.95, 100).round(1))
    352.1
    """
    m, s = np.asarray(mean_units, np.float64), np.asarray(sd_units, np.float64)
    wanted = (1 - _target(fill_rate)) * np.asarray(order_units, np.float64)
    low, high = (
        np.zeros(np.broadcast(m, wanted).shape),
        np.broadcast_to(m + 60 * s, np.broadcast(m, wanted).shape),
    )
    for _ in range(80):
        middle = 0.5 * (low + high)
        above = gamma_loss(middle, m, s) > wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray(high)


def level_negative_binomial(mean_units: ArrayLike, dispersion: ArrayLike, cycle_service: ArrayLike) -> Floats:
    """Return the smallest whole level that covers demand with the cycle service level; variance m + k m^2.

    >>> level_negative_binomial([3.0, 3.0], [0.0, 1.0], 0.95).tolist()
    [6.0, 10.0]
    """
    return negative_binomial_quantile(_target(cycle_service), mean_units, dispersion)


def level_negative_binomial_for_fill_rate(
    mean_units: ArrayLike, dispersion: ArrayLike, fill_rate: ArrayLike, order_units: ArrayLike
) -> Floats:
    """Return the smallest whole level at which expected shortage is at most (1 - fill rate) x order quantity.

    >>> level_negative_binomial_for_fill_rate(3.0, 0.0, 0.95, 3.0).tolist()
    5.0
    """
    m, k, wanted = np.broadcast_arrays(
        np.asarray(mean_units, np.float64),
        np.asarray(dispersion, np.float64),
        (1 - _target(fill_rate)) * np.asarray(order_units, np.float64),
    )
    low = np.full(m.shape, -1.0)
    high = negative_binomial_quantile(1 - 1e-9, m, k)
    while (high - low > 1).any():
        middle = np.floor(0.5 * (low + high))
        enough = negative_binomial_loss(middle, m, k) <= wanted
        low, high = np.where(enough, low, middle), np.where(enough, np.maximum(middle, low + 1), high)
    return np.asarray(high)


def level_empirical(samples: ArrayLike, cycle_service: ArrayLike) -> Floats:
    """Return the level that covers the given share of sampled interval demands, a row of draws per SKU.

    The smallest draw with at least that share of draws at or below it. Fails beyond 1 - 1/draws, where the
    largest draw is all that is known.

    >>> level_empirical([[3, 1, 2, 9]], 0.75).tolist()
    [3.0]
    """
    draws = np.sort(np.atleast_2d(np.asarray(samples, np.float64)), axis=1)
    rank = np.ceil(np.broadcast_to(_target(cycle_service), (len(draws),)) * draws.shape[1] - 1e-9)
    return np.asarray(draws[np.arange(len(draws)), np.clip(rank.astype(int) - 1, 0, draws.shape[1] - 1)])


def reorder_point(mean_lead_time_units: ArrayLike, safety_stock_units: ArrayLike) -> Floats:
    """Return the position at which to order under continuous review: mean lead-time demand + safety stock.

    >>> float(reorder_point(200, 70))
    270.0
    """
    return np.asarray(np.asarray(mean_lead_time_units, np.float64) + np.asarray(safety_stock_units, np.float64))


def order_up_to_level(mean_protection_units: ArrayLike, safety_stock_units: ArrayLike) -> Floats:
    """Return the position to order up to under periodic review: mean demand of review + lead time + safety
    stock.

    >>> float(order_up_to_level(300, 85.5))
    385.5
    """
    return reorder_point(mean_protection_units, safety_stock_units)


def _target(share: ArrayLike) -> Floats:
    target = np.asarray(share, np.float64)
    if not ((target > 0) & (target < 1)).all():
        raise InfeasibleError("safety stock: a target must lie inside (0, 1). No stock guarantees all demand.")
    return target
