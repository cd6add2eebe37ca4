"""Where to look for smoothing parameters: a first spread of candidates, then patterns around the best.

The search runs in six free coordinates: the logits of alpha, of beta as a share of alpha, of gamma as a
share of 1 - alpha, and of phi between 0.80 and 0.98; a shift of the first level in standard errors; and a
damping of the first trend.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from invopt.forecast.ets.scan import LANES
from invopt.probability.compiled import FloatArray, kernel

DIMENSIONS: Final = 6
PATTERNS: Final = 4
BOUND: Final = 8.0  # no coordinate leaves this box: a logit of 8 is 0.9997
LOWEST_PHI: Final = 0.80
HIGHEST_PHI: Final = 0.98
SLOWEST_ALPHA: Final = 0.1  # as in simple smoothing: in-sample fit alone likes a level that never moves


def _logit(share: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(share / (1.0 - share))


def _first_spread() -> NDArray[np.float64]:
    alpha = np.repeat([0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75], [2, 2, 3, 3, 2, 2, 2])
    beta_share = np.tile([0.02, 0.2], LANES // 2)
    gamma_share = np.tile([0.005, 0.005, 0.1, 0.02, 0.05, 0.2], 3)[:LANES]
    phi_share = np.tile([0.9, 0.2, 0.7], 6)[:LANES]
    shift = np.zeros(LANES)
    damping = np.tile([0.0, 0.5], LANES // 2)
    logits = [_logit(share) for share in (alpha, beta_share, gamma_share, phi_share)]
    return np.column_stack([*logits, shift, damping])


def _patterns() -> NDArray[np.float64]:
    """[4, PATTERNS, LANES, 6]: for forms without and with trend (+1), season (+2), the coordinates they have.

    Along the axes in even rounds, along a random orthogonal basis in odd ones; the other lanes run free.
    """
    rng = np.random.default_rng(20)
    patterns = np.zeros((4, PATTERNS, LANES, DIMENSIONS))
    for kind in range(4):
        active = [0, 4] + ([1, 3, 5] if kind & 1 else []) + ([2] if kind & 2 else [])
        count = len(active)
        for number in range(PATTERNS):
            basis = np.eye(count)
            if number % 2:
                basis = 1.3 * np.linalg.qr(rng.normal(size=(count, count)))[0]
            free = rng.normal(size=(LANES - 2 * count, count))
            free /= np.linalg.norm(free, axis=1, keepdims=True)
            free *= np.linspace(0.4, 1.6, len(free))[:, None]
            patterns[kind, number][:, active] = np.vstack([basis, -basis, free])
    patterns[..., 4] *= 1.5
    return patterns


FIRST_SPREAD: Final = _first_spread()
PATTERN: Final = _patterns()


@kernel
def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


@kernel
def parameters_at(
    point: FloatArray, level: float, trend: float, level_error: float, damped: bool
) -> tuple[float, float, float, float, float, float]:
    """(alpha, beta, gamma, phi, first level, first trend) at a point of the search space, shape [6].

    phi is 1 for an undamped trend.
    """
    alpha = SLOWEST_ALPHA + (0.9999 - SLOWEST_ALPHA) * _logistic(point[0])
    return (
        alpha,
        alpha * _logistic(point[1]),
        (1.0 - alpha) * _logistic(point[2]),
        LOWEST_PHI + (HIGHEST_PHI - LOWEST_PHI) * _logistic(point[3]) if damped else 1.0,
        level + level_error * point[4],
        trend * math.exp(-point[5] * point[5]),
    )
