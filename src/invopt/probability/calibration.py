"""Is a distribution honest? Pinball loss, randomised PIT, and coverage with its error."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from invopt.probability.compiled import FloatArray


def pinball_loss(actual: ArrayLike, quantile: ArrayLike, probability: ArrayLike) -> FloatArray:
    """Loss of ordering `quantile` units against demand `actual`: p per unit short, 1 - p per unit over.

    max(p (y - q), (p - 1) (y - q)); inputs broadcast; the units of demand (Koenker & Bassett 1978).

    >>> pinball_loss([10.0, 10.0], [8.0, 12.0], 0.9).round(6).tolist()
    [1.8, 0.2]
    """
    short = np.asarray(actual, dtype=np.float64) - np.asarray(quantile, dtype=np.float64)
    level = np.asarray(probability, dtype=np.float64)
    return np.maximum(level * short, (level - 1.0) * short)


def randomised_pit(cdf_below: ArrayLike, cdf_at: ArrayLike, uniform: ArrayLike) -> FloatArray:
    """The randomised probability integral transform of counts: uniform on 0-1 if the forecast is honest.

    F(y - 1) + u (F(y) - F(y - 1)) with u uniform (Czado, Gneiting & Held 2009). Without it, no coverage of
    slow movers can be judged: where 95% of the sums are zero, every quantile up to 0.95 covers all of them.

    >>> randomised_pit(0.0, 0.95, 0.5).item()
    0.475
    """
    below = np.asarray(cdf_below, dtype=np.float64)
    return below + np.asarray(uniform, dtype=np.float64) * (np.asarray(cdf_at, dtype=np.float64) - below)


def coverage(pit: ArrayLike, probability: float, cluster: NDArray[np.int64]) -> tuple[float, float]:
    """Share of outcomes at or below the `probability` quantile, and its standard error by clusters.

    `pit` [m] and `cluster` [m] (the series an outcome belongs to: origins of one series are not independent).
    Error by the clustered sandwich, sqrt(sum over clusters of (sum of (hit - share))²) / m.

    >>> coverage([0.1, 0.5, 0.95, 0.97], 0.9, np.array([0, 0, 1, 1]))[0]
    0.5
    """
    hit = np.asarray(pit, dtype=np.float64) <= probability
    share = float(np.mean(hit))
    _, code = np.unique(cluster, return_inverse=True)
    sums = np.bincount(code, weights=hit - share)
    return share, float(np.sqrt(np.sum(sums**2)) / hit.size)
