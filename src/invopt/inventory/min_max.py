"""(s, S) and (R, s, S): at a review, when the position is at or below s, order up to S. Unmet demand waits.

Exact for whole-unit demand (Poisson or negative binomial), by the algorithm of Zheng & Federgruen (1991),
Operations Research 39: one pass over candidate levels, never a search over pairs.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import ArrayLike, NDArray

from invopt.errors import TableError
from invopt.probability.compiled import block_kernel, kernel

Floats = NDArray[np.float64]

_BLOCK = 64
_TAIL = 1e-12


@dataclass(frozen=True)
class MinMaxPolicy:
    """Reorder level s, order-up-to level S, and cost per period; one entry per SKU."""

    reorder_level_units: Floats
    order_up_to_units: Floats
    cost: Floats


@kernel
def _fill_probabilities(mean, dispersion, pmf):
    """Fill count probabilities of demand with this mean and variance mean + dispersion mean^2; return how
    many."""
    if dispersion > 1e-9:
        shape = 1.0 / dispersion
        ratio = mean / (mean + shape)
        first = ratio * shape
        value = np.exp(-shape * np.log1p(mean / shape))
    else:
        ratio = 0.0
        first = mean
        value = np.exp(-mean)
    left = 1.0
    d = 0
    while d < len(pmf):
        pmf[d] = value
        left -= value
        d += 1
        if left < _TAIL and d > mean:
            break
        value *= (first + ratio * (d - 1)) / d
    return d


@kernel
def _add_cost_rate(mean, dispersion, h, p, pmf, lowest, cost):
    """Add h E(y - D)+ + p E(D - y)+ for each position y = lowest + index, by its first differences."""
    count = _fill_probabilities(mean, dispersion, pmf)
    value = p * (mean - lowest)
    cdf = 0.0
    for j in range(len(cost)):
        cost[j] += value
        y = lowest + j
        if 0 <= y < count:
            cdf += pmf[y]
        elif y >= count:
            cdf = 1.0
        value += (h + p) * cdf - p


@kernel
def _min_max(fixed, lowest, cost, pmf, count, renewal):
    """Return s, S and the cost of a review, from the cost of each position and demand per review.

    renewal[j] is the expected number of reviews spent j below S. c(s, S) = (K + sum renewal G(S - j)) / sum
    renewal over j < S - s.
    """
    start = int(np.argmin(cost))
    none = pmf[0]
    renewal[0] = 1.0 / (1.0 - none)
    known = 1
    reviews = 0.0
    total = fixed
    s = start
    best = np.inf
    # Lower s below the cheapest position until one more step down would cost more than the average.
    while True:
        depth = start - s
        if depth >= known:
            value = 0.0
            for step in range(1, min(depth, count - 1) + 1):
                value += pmf[step] * renewal[depth - step]
            renewal[depth] = value / (1.0 - none)
            known = depth + 1
        reviews += renewal[depth]
        total += renewal[depth] * cost[s]
        s -= 1
        best = total / reviews
        if s < 0 or best <= cost[s]:
            break
    upper = start
    candidate = start + 1
    while candidate < len(cost) and cost[candidate] <= best:
        reviews = 0.0
        total = fixed
        for depth in range(candidate - s):
            if depth >= known:
                value = 0.0
                for step in range(1, min(depth, count - 1) + 1):
                    value += pmf[step] * renewal[depth - step]
                renewal[depth] = value / (1.0 - none)
                known = depth + 1
            reviews += renewal[depth]
            total += renewal[depth] * cost[candidate - depth]
        if total / reviews < best:
            upper = candidate
            # Raise s as long as the positions just above it cost more than the average.
            while total / reviews <= cost[s + 1]:
                depth = upper - s - 1
                reviews -= renewal[depth]
                total -= renewal[depth] * cost[s + 1]
                s += 1
            best = total / reviews
        candidate += 1
    return lowest + s, lowest + upper, best


@block_kernel
def _min_max_policies(mean, dispersion, fixed, h, p, lead, review, below, size, result):
    widest = 0
    for i in range(len(mean)):
        widest = max(widest, size[i])
    for block in prange((len(mean) + _BLOCK - 1) // _BLOCK):
        cost = np.empty(widest)
        pmf = np.empty(widest)
        renewal = np.empty(widest)
        for i in range(block * _BLOCK, min((block + 1) * _BLOCK, len(mean))):
            cost[: size[i]] = 0.0
            # An order placed now rules the stock at the close of periods lead + 1 .. lead + review.
            for period in range(review[i]):
                span = lead[i] + period + 1.0
                _add_cost_rate(
                    mean[i] * span,
                    dispersion[i] / span,
                    h[i],
                    p[i],
                    pmf[: size[i]],
                    -below[i],
                    cost[: size[i]],
                )
            count = _fill_probabilities(mean[i] * review[i], dispersion[i] / review[i], pmf[: size[i]])
            s, upper, best = _min_max(fixed[i], -below[i], cost[: size[i]], pmf, count, renewal)
            result[i, 0] = s
            result[i, 1] = upper
            result[i, 2] = best / review[i]


def min_max_policy(
    mean_per_period: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding: ArrayLike,
    stockout: ArrayLike,
    *,
    dispersion: ArrayLike = 0.0,
    lead_time_periods: ArrayLike = 0,
    review_periods: ArrayLike = 1,
) -> MinMaxPolicy:
    """Return the (s, S) policy, or (R, s, S) with a review every R periods, of least long-run cost.

    Inputs, a value per SKU or one for all: mean demand of a period, cost of an order, cost of a unit left
    and of a unit waiting at the close of a period, `dispersion` k of the variance mean + k mean^2 (0:
    Poisson), whole lead time and review period. Timing: review and order, receive what was ordered a lead
    time ago, demand, charge.

    Comes back: s, S in whole units of inventory position, and cost per period. Raises `TableError` for
    values not above 0, or a mean over lead time and review above 700, where probabilities underflow.

    Method: Zheng & Federgruen (1991), Operations Research 39; with a review every R periods the cost of a
    position is that of the R periods it rules. Fails under lost sales, where (s, S) is not optimal: use
    `projection`.

    >>> best = min_max_policy(6, 5, 1, 4)
    >>> float(best.reorder_level_units), float(best.order_up_to_units), float(best.cost.round(5))
    (4.0, 10.0, 8.03411)
    """
    arrays = np.broadcast_arrays(
        *(
            np.asarray(value, np.float64)
            for value in (
                mean_per_period, fixed_order_cost, holding, stockout, dispersion, lead_time_periods,
                review_periods
            )
        )
    )  # fmt: skip
    shape = arrays[0].shape
    mean, fixed, h, p, k, lead, review = (np.require(array, np.float64, ["C", "W"]).ravel() for array in arrays)
    if not ((mean > 0) & (fixed > 0) & (h > 0) & (p > 0) & (k >= 0) & (lead >= 0) & (review >= 1)).all():
        raise TableError("(s, S): demand and costs must be above 0, lead time from 0 and review period from 1.")
    longest = mean * (lead + review)
    if (longest > 700).any():
        raise TableError("(s, S): demand over lead time and review above 700 units; count it in packs.")
    # Positions that can matter: below by a batch of backorders, above by the largest lot plus the tail.
    spread = np.sqrt(longest + k * mean**2 * (lead + review))
    lot = np.sqrt(2 * fixed * mean * (h + p) / (h * p))
    below = np.ceil(lot * h / (h + p) + fixed / (p * review) + 2 * spread + 8).astype(np.int64)
    size = below + np.ceil(longest + 10 * spread + 16 * k * mean * (lead + review) + 2.5 * lot + 16).astype(np.int64)
    result = np.empty((len(mean), 3))
    _min_max_policies(mean, k, fixed, h, p, lead, review.astype(np.int64), below, size, result)
    return MinMaxPolicy(*(result[:, column].reshape(shape) for column in range(3)))
