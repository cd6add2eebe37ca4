"""One season, one order: the newsvendor, for several distributions of demand.

h is what a unit left over costs (cost less salvage), p what a unit short costs (margin lost). The best
stock is the p / (p + h) quantile of demand, and the cost h E(S - D)+ + p E(D - S)+ = h (S - mean) + (h + p)
E(D - S)+.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, gammaincinv, ndtri, pdtr

from invopt.errors import TableError
from invopt.inventory.loss import gamma_loss, negative_binomial_quantile, normal_loss, poisson_loss

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SeasonStock:
    """Stock to start the season with, its expected cost, and the probability that it lasts; one entry per
    SKU."""

    stock_units: Floats
    expected_cost: Floats
    cycle_service: Floats


def _ratio(holding: ArrayLike, stockout: ArrayLike) -> tuple[Floats, Floats, Floats]:
    h, p = np.asarray(holding, np.float64), np.asarray(stockout, np.float64)
    if not ((h > 0) & (p > 0)).all():
        raise TableError("newsvendor: cost of a unit left over and cost of a unit short must both be above 0.")
    return h, p, np.asarray(p / (p + h))


def newsvendor_normal(mean: ArrayLike, sd: ArrayLike, holding: ArrayLike, stockout: ArrayLike) -> SeasonStock:
    """Return the best stock under normal demand: S = mean + z sd, cost (h + p) phi(z) sd.

    Inputs: units and money per unit, a value per SKU or one for all. Raises `TableError` for costs not
    above 0. Source: Snyder & Shen, 2nd ed., section 4.3 (eq. 4.17, 4.24). Fails for demand near zero, where
    a normal goes negative: use the negative binomial.

    >>> season = newsvendor_normal(50, 8, 0.18, 0.7)
    >>> float(season.stock_units.round(5)), float(season.expected_cost.round(6))
    (56.60396, 1.997605)
    """
    h, p, ratio = _ratio(holding, stockout)
    m, s = np.asarray(mean, np.float64), np.asarray(sd, np.float64)
    z = ndtri(ratio)
    stock = m + z * s
    return SeasonStock(stock, h * (stock - m) + (h + p) * s * normal_loss(z), ratio)


def newsvendor_poisson(mean: ArrayLike, holding: ArrayLike, stockout: ArrayLike) -> SeasonStock:
    """Return the best whole-unit stock under Poisson demand: the smallest S with F(S) >= p / (p + h).

    Source: Snyder & Shen, 2nd ed., section 4.3.2.4 (eq. 4.31).

    >>> season = newsvendor_poisson(50, 0.18, 0.7)
    >>> float(season.stock_units), float(season.expected_cost.round(4))
    (56.0, 1.7972)
    """
    h, p, ratio = _ratio(holding, stockout)
    m = np.asarray(mean, np.float64)
    stock = negative_binomial_quantile(ratio, m, 0.0)
    return SeasonStock(stock, h * (stock - m) + (h + p) * poisson_loss(stock, m), pdtr(stock, m))


def newsvendor_gamma(mean: ArrayLike, sd: ArrayLike, holding: ArrayLike, stockout: ArrayLike) -> SeasonStock:
    """Return the best stock under gamma demand: never negative, skewed to the right.

    Source: Burgin (1975), Operational Research Quarterly 26. Shape (mean / sd)^2, scale sd^2 / mean.

    >>> float(newsvendor_gamma(50, 8, 0.18, 0.7).stock_units.round(2))
    56.44
    """
    h, p, ratio = _ratio(holding, stockout)
    m, s = np.asarray(mean, np.float64), np.asarray(sd, np.float64)
    shape, scale = (m / s) ** 2, s * s / m
    stock = gammaincinv(shape, ratio) * scale
    return SeasonStock(stock, h * (stock - m) + (h + p) * gamma_loss(stock, m, s), gammainc(shape, stock / scale))


def newsvendor_empirical(samples: ArrayLike, holding: ArrayLike, stockout: ArrayLike) -> SeasonStock:
    """Return the best stock against a sample of demands, one row per SKU and equally likely draws in columns.

    The smallest sampled value that covers at least p / (p + h) of the draws. Source: Levi, Roundy & Shmoys
    (2007), Mathematics of Operations Research 32. Fails where the ratio lies beyond 1 - 1/draws: the
    largest draw is taken.

    >>> newsvendor_empirical([[1, 2, 3, 4, 10]], 1.0, 3.0).stock_units.tolist()
    [4.0]
    """
    h, p, ratio = _ratio(holding, stockout)
    draws = np.sort(np.atleast_2d(np.asarray(samples, np.float64)), axis=1)
    count = draws.shape[1]
    at = np.clip(np.ceil(np.broadcast_to(ratio, (len(draws),)) * count - 1e-9).astype(int) - 1, 0, count - 1)
    stock = draws[np.arange(len(draws)), at]
    left = np.maximum(stock[:, None] - draws, 0.0).mean(axis=1)
    short = np.maximum(draws - stock[:, None], 0.0).mean(axis=1)
    return SeasonStock(stock, h * left + p * short, (draws <= stock[:, None]).mean(axis=1))
