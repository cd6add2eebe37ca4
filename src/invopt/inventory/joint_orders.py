"""Several SKUs on one order: a common cycle, each SKU every so many cycles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from invopt.errors import TableError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class JointPlan:
    """Years between orders, each SKU's multiple of it and order quantity, and the cost of a year."""

    cycle_years: float
    multiples: NDArray[np.int64]
    order_units: Floats
    cost_per_year: float


def joint_replenishment(
    demand_per_year: ArrayLike,
    order_cost: float,
    line_cost: ArrayLike,
    holding_cost_per_unit_year: ArrayLike,
) -> JointPlan:
    """Return the common cycle T and whole multiples k of least cost for SKUs that share an order.

    Inputs: demand per SKU, cost A of an order whatever it holds, cost a of each line, cost h of a unit held a year.
    Raises `TableError` where one is not above 0 (a line may cost nothing).

    Cost (A + sum a / k) / T + sum h D k T / 2. For a given T the best k is the smallest with k (k + 1) >= 2 a /
    (h D T^2) (Goyal 1974), and between the values of T where some k changes the cost is convex, so that every stretch
    between bounds on T is looked at. Exact among strict cycles, in which every order is placed (Wildeman, Frenk &
    Dekker 1997, EJOR 99). Fails for random demand: it sets the rhythm, not the safety stock.

    >>> plan = joint_replenishment([1000, 1000, 100], 100.0, [5, 5, 5], [2, 2, 2])
    >>> plan.multiples.tolist(), round(plan.cycle_years, 3)
    ([1, 1, 1], 0.234)
    """
    d, a, h = np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, np.float64)) for x in (
        demand_per_year, line_cost, holding_cost_per_unit_year)))  # fmt: skip
    if not ((d > 0) & (h > 0) & (a >= 0)).all() or not order_cost > 0:
        raise TableError("joint replenishment: demand, order cost and holding cost must be above 0.")
    hold = h * d
    longest = float(np.sqrt(2 * (order_cost + a.sum()) / hold.sum()))
    together = float(np.sqrt(2 * (order_cost + a.sum()) * hold.sum()))
    # A cycle below A / (cost of ordering all together) spends more on orders alone.
    shortest = order_cost / together
    edges = [shortest, longest]
    for line, rate in zip(a, hold, strict=True):
        most = int(np.ceil(np.sqrt(2 * line / (rate * shortest**2)))) + 1
        k = np.arange(1, most + 1)
        edges.extend(np.sqrt(2 * line / (rate * k * (k + 1))))
    points = np.unique(np.clip(edges, shortest, longest))
    best: tuple[float, float, NDArray[np.int64]] | None = None
    for low, high in zip(points, np.append(points[1:], points[-1]), strict=True):
        k = _multiples(0.5 * (low + high), a, hold)
        cycle = float(np.clip(np.sqrt(2 * (order_cost + (a / k).sum()) / (hold * k).sum()), low, high))
        cost = float((order_cost + (a / k).sum()) / cycle + (hold * k).sum() * cycle / 2)
        if best is None or cost < best[0]:
            best = (cost, cycle, k)
    assert best is not None
    cost, cycle, k = best
    return JointPlan(cycle, k, np.asarray(d * k * cycle), cost)


def _multiples(cycle: float, line_cost: Floats, hold: Floats) -> NDArray[np.int64]:
    """Return the smallest k with k (k + 1) >= 2 a / (h D T^2)."""
    wanted = 2 * line_cost / (hold * cycle * cycle)
    return np.maximum(np.ceil(-0.5 + np.sqrt(0.25 + wanted) - 1e-12), 1).astype(np.int64)
