"""(r, Q): when the inventory position falls to r, order Q. Continuous review, unmet demand waits.

The long-run cost is (K d + integral of G over (r, r + Q]) / Q, where d is demand per unit of time, K the
fixed cost of an order, and G(y) = h E(y - D)+ + p E(D - y)+ the cost rate at position y with D the
lead-time demand.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import ArrayLike, NDArray

from invopt.errors import TableError
from invopt.inventory._distributions import normal_cdf, normal_pdf
from invopt.probability.compiled import block_kernel, kernel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ReorderPolicy:
    """Position to order at, quantity to order, and cost per unit of time; one entry per SKU."""

    reorder_point_units: Floats
    order_units: Floats
    cost: Floats


@kernel
def _normal_cost(y: float, mean: float, sd: float, h: float, p: float) -> float:
    z = (y - mean) / sd
    return float(h * (y - mean) + (h + p) * sd * (normal_pdf(z) - z * (1.0 - normal_cdf(z))))


@kernel
def _normal_cost_integral(y: float, mean: float, sd: float, h: float, p: float) -> float:
    """Return an antiderivative of the cost rate; the loss integrates to minus the second-order loss."""
    z = (y - mean) / sd
    second = 0.5 * ((z * z + 1.0) * (1.0 - normal_cdf(z)) - z * normal_pdf(z))
    return float(0.5 * h * (y - mean) ** 2 - (h + p) * sd * sd * second)


@kernel
def _crossing(level: float, start: float, step: float, mean: float, sd: float, h: float, p: float) -> float:
    """Return where the cost rate reaches `level` going from its minimum at `start` in the direction of
    `step`."""
    inner, outer = start, start + step
    while _normal_cost(outer, mean, sd, h, p) < level:
        inner, outer = outer, outer + 2.0 * (outer - inner)
    for _ in range(60):
        middle = 0.5 * (inner + outer)
        if _normal_cost(middle, mean, sd, h, p) < level:
            inner = middle
        else:
            outer = middle
    return 0.5 * (inner + outer)


@kernel
def _best_position(mean: float, sd: float, h: float, p: float) -> float:
    low, high = mean - 12.0 * sd, mean + 12.0 * sd
    for _ in range(60):
        middle = 0.5 * (low + high)
        if normal_cdf((middle - mean) / sd) * (h + p) < p:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@block_kernel
def _normal_policies(rate, fixed, mean, sd, h, p, quantity, result):  # type: ignore[no-untyped-def]
    for i in prange(len(rate)):
        best = _best_position(mean[i], sd[i], h[i], p[i])
        least = _normal_cost(best, mean[i], sd[i], h[i], p[i])
        setup = fixed[i] * rate[i]
        # At a level c the policy is the stretch where the rate is below c. Optimal: c is the cost itself,
        # that is, the area between c and the rate equals K d. A given quantity: the stretch is that long.
        # Both grow with c.
        gap = max(sd[i] * h[i], 1e-12)
        low, high = least, least + gap
        for _ in range(200):
            lower = _crossing(high, best, -sd[i], mean[i], sd[i], h[i], p[i])
            upper = _crossing(high, best, sd[i], mean[i], sd[i], h[i], p[i])
            area = high * (upper - lower) - (
                _normal_cost_integral(upper, mean[i], sd[i], h[i], p[i])
                - _normal_cost_integral(lower, mean[i], sd[i], h[i], p[i])
            )
            if (upper - lower >= quantity[i]) if quantity[i] > 0.0 else (area >= setup):
                break
            low, high = high, least + 2.0 * (high - least)
        lower, upper = best, best
        for _ in range(60):
            level = 0.5 * (low + high)
            lower = _crossing(level, best, -sd[i], mean[i], sd[i], h[i], p[i])
            upper = _crossing(level, best, sd[i], mean[i], sd[i], h[i], p[i])
            area = level * (upper - lower) - (
                _normal_cost_integral(upper, mean[i], sd[i], h[i], p[i])
                - _normal_cost_integral(lower, mean[i], sd[i], h[i], p[i])
            )
            if (upper - lower >= quantity[i]) if quantity[i] > 0.0 else (area >= setup):
                high = level
            else:
                low = level
        area = _normal_cost_integral(upper, mean[i], sd[i], h[i], p[i]) - _normal_cost_integral(
            lower, mean[i], sd[i], h[i], p[i]
        )
        result[i, 0] = lower
        result[i, 1] = upper - lower
        result[i, 2] = (setup + area) / (upper - lower)


@block_kernel
def _poisson_policies(rate, fixed, mean, h, p, result):  # type: ignore[no-untyped-def]
    for i in prange(len(rate)):
        # Walk up to the cheapest position y: G(y + 1) - G(y) = (h + p) F(y) - p, and G(0) = p mean.
        pmf = np.exp(-mean[i])
        cdf = pmf
        position = 0
        cost = p[i] * mean[i]
        slope = (h[i] + p[i]) * cdf - p[i]
        while slope < 0.0:
            cost += slope
            position += 1
            pmf *= mean[i] / position
            cdf += pmf
            slope = (h[i] + p[i]) * cdf - p[i]
        # Grow the stretch r+1 .. r+Q by the cheaper neighbour, while that is below the average so far.
        total = fixed[i] * rate[i] + cost
        quantity = 1
        r = position - 1
        pmf_below = pmf * position / mean[i] if position > 0 else 0.0
        cdf_below = cdf - pmf
        cost_below = cost - ((h[i] + p[i]) * cdf_below - p[i])
        up_position = position + 1
        cost_above = cost + slope
        while True:
            cheaper = min(cost_below, cost_above)
            if cheaper * quantity >= total:
                break
            total += cheaper
            quantity += 1
            if cost_below <= cost_above:
                r -= 1
                cdf_below -= pmf_below
                if r < 0 or cdf_below < 0.0:
                    cdf_below = 0.0
                pmf_below *= max(r + 1, 0) / mean[i]
                cost_below -= (h[i] + p[i]) * cdf_below - p[i]
            else:
                pmf *= mean[i] / up_position
                cdf += pmf
                cost_above += (h[i] + p[i]) * cdf - p[i]
                up_position += 1
        result[i, 0] = r
        result[i, 1] = quantity
        result[i, 2] = total / quantity


def _arrays(*values: ArrayLike) -> tuple[tuple[int, ...], list[Floats]]:
    arrays = np.broadcast_arrays(*(np.asarray(value, np.float64) for value in values))
    for array in arrays[:-1]:
        if not (array > 0).all():
            raise TableError("(r, Q): demand, lead-time demand and every cost must be above 0 and not missing.")
    return arrays[0].shape, [np.require(array, np.float64, ["C", "W"]).ravel() for array in arrays]


def _policy(result: Floats, shape: tuple[int, ...]) -> ReorderPolicy:
    return ReorderPolicy(*(result[:, column].reshape(shape) for column in range(3)))


def reorder_policy_normal(
    demand_rate: ArrayLike,
    fixed_order_cost: ArrayLike,
    lead_time_mean: ArrayLike,
    lead_time_sd: ArrayLike,
    holding: ArrayLike,
    stockout: ArrayLike,
) -> ReorderPolicy:
    """Return the optimal (r, Q) where lead-time demand is normal.

    Inputs: demand per unit of time, cost of an order, mean and standard deviation of demand over the lead
    time in units, cost of a unit held and of a unit waiting per unit of time. A value per SKU or one for
    all. Raises `TableError` for values not above 0.

    Method: at the optimum G(r) = G(r + Q) = cost (Zheng 1992, Management Science 38), found by bisection on
    that level; Snyder & Shen, 2nd ed., section 5.2. Fails for slow movers, whose demand is not normal.

    >>> best = reorder_policy_normal(1300, 8, 1300 / 12, 150 / 12 ** 0.5, 0.225, 7.5)
    >>> float(best.reorder_point_units.round(1)), float(best.order_units.round(1))
    (126.9, 328.4)
    """
    shape, arrays = _arrays(
        demand_rate, fixed_order_cost, lead_time_mean, lead_time_sd, holding, stockout, np.zeros(())
    )
    result = np.empty((len(arrays[0]), 3))
    rate, fixed, mean, sd, h, p, lot = arrays
    _normal_policies(rate, fixed, mean, sd, h, p, lot, result)
    return _policy(result, shape)


def reorder_policy_normal_approximate(
    demand_rate: ArrayLike,
    fixed_order_cost: ArrayLike,
    lead_time_mean: ArrayLike,
    lead_time_sd: ArrayLike,
    holding: ArrayLike,
    stockout: ArrayLike,
) -> ReorderPolicy:
    """Return (r, Q) with the quantity of certain demand, sqrt(2 K d (h + p) / (h p)), and the best r for it.

    Its cost is at most one eighth above the optimum (Zheng 1992, Management Science 38; Axsater 1996).
    Inputs and errors as in `reorder_policy_normal`; the cost that comes back is the exact one of this
    policy.

    >>> near = reorder_policy_normal_approximate(1300, 8, 1300 / 12, 150 / 12 ** 0.5, 0.225, 7.5)
    >>> float(near.order_units.round(1)), bool(78.07 < near.cost < 78.07 * 1.125)
    (308.6, True)
    """
    d, k, holds, waits = (np.asarray(x, np.float64) for x in (demand_rate, fixed_order_cost, holding, stockout))
    quantity = np.sqrt(2 * k * d * (holds + waits) / (holds * waits))
    shape, arrays = _arrays(demand_rate, fixed_order_cost, lead_time_mean, lead_time_sd, holding, stockout, quantity)
    result = np.empty((len(arrays[0]), 3))
    rate, fixed, mean, sd, h, p, lot = arrays
    _normal_policies(rate, fixed, mean, sd, h, p, lot, result)
    return _policy(result, shape)


def reorder_policy_poisson(
    demand_rate: ArrayLike,
    fixed_order_cost: ArrayLike,
    lead_time: ArrayLike,
    holding: ArrayLike,
    stockout: ArrayLike,
) -> ReorderPolicy:
    """Return the optimal whole-unit (r, Q) where demand is Poisson.

    Inputs: demand per unit of time, cost of an order, lead time in those units of time, cost of a unit held
    and of a unit waiting per unit of time. Raises `TableError` for values not above 0.

    Method: Federgruen & Zheng (1992), Operations Research 40: starting from the cheapest position, take in
    the cheaper neighbour as long as it costs less than the average so far. Fails for lead-time demand above
    about 700, where the probabilities underflow: use the normal.

    >>> best = reorder_policy_poisson(1.5, 100, 2, 20, 150)
    >>> float(best.reorder_point_units), float(best.order_units), float(best.cost.round(4))
    (3.0, 5.0, 107.9236)
    """
    shape, arrays = _arrays(
        demand_rate,
        fixed_order_cost,
        np.asarray(demand_rate, np.float64) * np.asarray(lead_time, np.float64),
        holding,
        stockout,
        np.zeros(()),
    )
    if (arrays[2] > 700).any():
        raise TableError("(r, Q): Poisson lead-time demand above 700; use `reorder_policy_normal`.")
    result = np.empty((len(arrays[0]), 3))
    rate, fixed, mean, h, p, _ = arrays
    _poisson_policies(rate, fixed, mean, h, p, result)
    return _policy(result, shape)
