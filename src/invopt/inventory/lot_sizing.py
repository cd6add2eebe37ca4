"""Lot sizes for demand that is known and changes from period to period."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import ArrayLike, NDArray

from invopt.errors import TableError
from invopt.probability.compiled import block_kernel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LotPlan:
    """Units to receive at the opening of each period (SKU x period), and the plan's cost per SKU."""

    order_units: Floats
    cost: Floats


@block_kernel
def _wagner_whitin(demand, fixed, holding, orders, costs):
    n, periods = demand.shape
    for i in prange(n):
        best = np.full(periods + 1, np.inf)
        last = np.zeros(periods + 1, np.int64)
        best[0] = 0.0
        for start in range(periods):
            # An order at the opening of `start` that lasts to the close of `end`.
            cost = best[start] + fixed[i]
            for end in range(start, periods):
                cost += holding[i] * (end - start) * demand[i, end]
                if cost < best[end + 1]:
                    best[end + 1] = cost
                    last[end + 1] = start
            if demand[i, start] == 0.0 and best[start] < best[start + 1]:
                best[start + 1] = best[start]
                last[start + 1] = -1
        end = periods
        while end > 0:
            if last[end] < 0:
                end -= 1
                continue
            for t in range(last[end], end):
                orders[i, last[end]] += demand[i, t]
            end = last[end]
        costs[i] = best[periods]


@block_kernel
def _silver_meal(demand, fixed, holding, orders, costs):
    n, periods = demand.shape
    for i in prange(n):
        start = 0
        while start < periods:
            if demand[i, start] == 0.0:
                start += 1
                continue
            cost = fixed[i]
            end = start
            while end + 1 < periods:
                longer = cost + holding[i] * (end + 1 - start) * demand[i, end + 1]
                if longer / (end + 2 - start) > cost / (end + 1 - start):
                    break
                cost = longer
                end += 1
            for t in range(start, end + 1):
                orders[i, start] += demand[i, t]
            costs[i] += cost
            start = end + 1


def _prepared(demand: ArrayLike, fixed: ArrayLike, holding: ArrayLike) -> tuple[bool, Floats, Floats, Floats]:
    array = np.asarray(demand, np.float64)
    rows = np.require(np.atleast_2d(array), np.float64, ["C", "W"])
    k, h = (np.require(np.broadcast_to(x, (len(rows),)), np.float64, ["C", "W"]) for x in (fixed, holding))
    if not ((rows >= 0).all() and (k >= 0).all() and (h >= 0).all()):
        raise TableError("lot sizing: demand, fixed cost and holding cost must not be negative or missing.")
    return array.ndim == 1, rows, k, h


def _plan(orders: Floats, costs: Floats, *, is_single: bool) -> LotPlan:
    return LotPlan(orders[0], costs[0]) if is_single else LotPlan(orders, costs)


def wagner_whitin(demand: ArrayLike, fixed_order_cost: ArrayLike, holding: ArrayLike) -> LotPlan:
    """Return the plan of least cost that meets known demand on time.

    Inputs: `demand` in units, SKUs in rows and periods in columns (or one SKU's periods), cost of an order,
    cost of a unit held from one period to the next. Raises `TableError` for negative or missing values.

    Method: dynamic programme over the last order, f(t) = min over s of f(s) + K + holding of s..t (Wagner &
    Whitin 1958, Management Science 5). Exact. Fails to be steady: a new period can change the whole plan.

    >>> plan = wagner_whitin([90, 120, 80, 70], 500, 2)
    >>> plan.order_units.tolist(), float(plan.cost)
    ([210.0, 0.0, 150.0, 0.0], 1380.0)
    """
    is_single, rows, k, h = _prepared(demand, fixed_order_cost, holding)
    orders, costs = np.zeros_like(rows), np.zeros(len(rows))
    _wagner_whitin(rows, k, h, orders, costs)
    return _plan(orders, costs, is_single=is_single)


def silver_meal(demand: ArrayLike, fixed_order_cost: ArrayLike, holding: ArrayLike) -> LotPlan:
    """Return the plan that stretches each order while its cost per period falls.

    Inputs and errors as in `wagner_whitin`. Method: Silver & Meal (1973), Production and Inventory
    Management 14. A heuristic: no bound, but earlier orders do not change when later periods are added.

    >>> silver_meal([90, 120, 80, 70], 500, 2).order_units.tolist()
    [290.0, 0.0, 0.0, 70.0]
    """
    is_single, rows, k, h = _prepared(demand, fixed_order_cost, holding)
    orders, costs = np.zeros_like(rows), np.zeros(len(rows))
    _silver_meal(rows, k, h, orders, costs)
    return _plan(orders, costs, is_single=is_single)
