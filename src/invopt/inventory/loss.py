"""Expected shortage E(D - y)+ of the usual demand distributions, and whole-unit quantiles, over arrays."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, ndtr, pdtrc

from invopt.inventory._distributions import count_draw
from invopt.probability.compiled import block_kernel

Floats = NDArray[np.float64]


def normal_loss(z: ArrayLike) -> Floats:
    """Return the standard normal loss L(z) = phi(z) - z (1 - Phi(z)); units of one standard deviation.

    Source: Snyder & Shen, 2nd ed., eq. C.31.

    >>> float(normal_loss(0.0).round(5))
    0.39894
    """
    value = np.asarray(z, np.float64)
    return np.asarray(np.exp(-0.5 * value * value) / np.sqrt(2 * np.pi) - value * ndtr(-value))


def normal_second_loss(z: ArrayLike) -> Floats:
    """Return the second-order standard normal loss, the integral of `normal_loss` above z.

    L2(z) = ((z^2 + 1) (1 - Phi(z)) - z phi(z)) / 2. Source: Snyder & Shen, 2nd ed., eq. C.33.

    >>> float(normal_second_loss(0.0))
    0.25
    """
    value = np.asarray(z, np.float64)
    density = np.exp(-0.5 * value * value) / np.sqrt(2 * np.pi)
    return np.asarray(0.5 * ((value * value + 1) * ndtr(-value) - value * density))


def gamma_loss(level: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Floats:
    """Return E(D - level)+ of gamma demand with this mean and standard deviation.

    mean (1 - G(level; a + 1)) - level (1 - G(level; a)), with a the shape. Source: Burgin (1975).

    >>> float(gamma_loss(0.0, 5.0, 2.0))
    5.0
    """
    y, m, s = (np.asarray(x, np.float64) for x in (level, mean, sd))
    shape, scale = (m / s) ** 2, s * s / m
    x = np.maximum(y, 0.0) / scale
    return np.asarray(np.where(y <= 0, m - y, m * gammaincc(shape + 1, x) - y * gammaincc(shape, x)))


def poisson_loss(level: ArrayLike, mean: ArrayLike) -> Floats:
    """Return E(D - level)+ of Poisson demand at a whole level: mean P(D >= level) - level P(D > level).

    Source: Snyder & Shen, 2nd ed., eq. C.41.

    >>> float(poisson_loss(0, 3.0))
    3.0
    """
    y, m = np.asarray(level, np.float64), np.asarray(mean, np.float64)
    at_least = np.where(y >= 1, pdtrc(np.maximum(y - 1, 0), m), 1.0)
    return np.asarray(np.where(y < 0, m - y, m * at_least - y * pdtrc(np.maximum(y, 0), m)))


@block_kernel
def _count_quantiles(share: Floats, mean: Floats, dispersion: Floats) -> Floats:
    result = np.empty(len(share))
    for i in prange(len(share)):
        shape = 1.0 / dispersion[i] if dispersion[i] > 1e-9 else 1e9
        result[i] = count_draw(mean[i], shape, share[i])
    return result


@block_kernel
def _count_losses(level: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Return mean - level + sum of (level - d) p(d) over d < level: a finite sum, whatever the tail."""
    result = np.empty(len(level))
    for i in prange(len(level)):
        if dispersion[i] > 1e-9:
            shape = 1.0 / dispersion[i]
            ratio = mean[i] / (mean[i] + shape)
            first = ratio * shape
            pmf = np.exp(-shape * np.log1p(mean[i] / shape))
        else:
            ratio = 0.0
            first = mean[i]
            pmf = np.exp(-mean[i])
        total = mean[i] - level[i]
        d = 0.0
        while d < level[i]:
            total += (level[i] - d) * pmf
            pmf *= (first + ratio * d) / (d + 1.0)
            d += 1.0
        result[i] = total
    return result


def _together(*values: ArrayLike) -> tuple[tuple[int, ...], list[Floats]]:
    arrays = np.broadcast_arrays(*(np.asarray(value, np.float64) for value in values))
    return arrays[0].shape, [np.require(array, np.float64, ["C", "W"]).ravel() for array in arrays]


def negative_binomial_quantile(share: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """Return the smallest whole d with P(D <= d) >= share; variance mean + dispersion mean^2, 0 for Poisson.

    Inversion of the recursion of the probabilities; its work grows with the mean, up to about 700.

    >>> negative_binomial_quantile([0.5, 0.9], 5.0, 0.4).tolist()
    [4.0, 10.0]
    """
    shape, arrays = _together(share, mean, dispersion)
    return np.asarray(_count_quantiles(*arrays)).reshape(shape)


def negative_binomial_loss(level: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """Return E(D - level)+ at a whole level; variance mean + dispersion mean^2, 0 for Poisson.

    >>> float(negative_binomial_loss(0, 3.0, 0.5))
    3.0
    """
    shape, arrays = _together(level, mean, dispersion)
    return np.asarray(_count_losses(*arrays)).reshape(shape)
