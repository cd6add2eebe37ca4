"""Goods with a shelf life: what will expire before it sells, and ordering with that in mind."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from typing import Literal

import numpy as np
from numba import prange
from numpy.typing import ArrayLike, NDArray

from invopt.errors import TableError
from invopt.probability.compiled import block_kernel

Floats = NDArray[np.float64]


@block_kernel
def _expired(stock, demand, is_oldest_first):
    sizes, life = stock.shape
    result = np.zeros((sizes, demand.shape[1]))
    for i in prange(sizes):
        left = stock[i].copy()
        for day in range(demand.shape[1]):
            asked = demand[i, day]
            # After `day` days a batch with remaining life r can still be sold while r > day.
            for step in range(life):
                batch = step if is_oldest_first else life - 1 - step
                taken = min(asked, left[batch])
                left[batch] -= taken
                asked -= taken
            if day < life:
                result[i, day] = left[day]
                left[day] = 0.0
    return result


def expected_outdating(
    stock_by_remaining_days: ArrayLike,
    demand_per_day: ArrayLike,
    *,
    withdrawal: Literal["oldest_first", "newest_first"] = "oldest_first",
) -> Floats:
    """Return units expected to expire at the close of each coming day, for each SKU.

    Inputs: `stock_by_remaining_days` [n, m], units whose last day of sale is today, tomorrow, ...; `demand_per_day`
    [n, days] expected demand. Customers or pickers take the oldest or the newest first. Comes back [n, days].
    Raises `TableError` for negative or missing figures.

    Method: estimated withdrawal and ageing, Broekmeulen & van Donselaar (2009), Computers & Operations Research 36:
    batches are aged against expected demand. Fails where demand is very uneven: a quiet day expires more than the
    expectation shows.

    >>> expected_outdating([[3.0, 2.0]], [[1.0, 1.0]]).tolist()
    [[2.0, 1.0]]
    """
    stock = np.require(np.atleast_2d(np.asarray(stock_by_remaining_days, np.float64)), None, ["C", "W"])
    demand = np.require(np.atleast_2d(np.asarray(demand_per_day, np.float64)), None, ["C", "W"])
    if len(stock) != len(demand) or not ((stock >= 0).all() and (demand >= 0).all()):
        raise TableError("perishables: stock and demand need a row per SKU, none negative or missing.")
    return np.asarray(_expired(stock, demand, withdrawal == "oldest_first"))


def perishable_need(
    stock_by_remaining_days: ArrayLike,
    on_order_units: ArrayLike,
    demand_per_day: ArrayLike,
    protection_days: ArrayLike,
    safety_stock_units: ArrayLike,
    *,
    withdrawal: Literal["oldest_first", "newest_first"] = "oldest_first",
) -> Floats:
    """Return units to order so that what is left after expiry still covers the protection interval.

    need = expected demand of the interval + safety stock - (stock + on order - units expected to expire within it),
    at least 0. Inputs as in `expected_outdating`, the rest a value per SKU; `protection_days` whole, at most the days
    of demand given. Source: Broekmeulen & van Donselaar (2009), the EWA policy.

    >>> perishable_need([[3.0, 2.0]], 0.0, [[1.0, 1.0]], 2, 1.0).tolist()
    [1.0]
    """
    expired = expected_outdating(stock_by_remaining_days, demand_per_day, withdrawal=withdrawal)
    demand = np.atleast_2d(np.asarray(demand_per_day, np.float64))
    days = np.broadcast_to(np.asarray(protection_days, np.int64), (len(demand),))
    if (days > demand.shape[1]).any():
        raise TableError(f"perishables: protection of {days.max()} days, but demand for {demand.shape[1]} is given.")
    inside = np.arange(demand.shape[1])[None, :] < days[:, None]
    stock = np.atleast_2d(np.asarray(stock_by_remaining_days, np.float64)).sum(axis=1)
    available = stock + np.asarray(on_order_units, np.float64) - (expired * inside).sum(axis=1)
    wanted = (demand * inside).sum(axis=1) + np.asarray(safety_stock_units, np.float64)
    return np.asarray(np.maximum(wanted - available, 0.0))
