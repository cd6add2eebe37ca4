"""Moving stock between locations where it is worth more than the move costs."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import ArrayLike, NDArray

from invopt.errors import TableError
from invopt.probability.compiled import block_kernel, kernel

Floats = NDArray[np.float64]


@kernel
def _tails(mean, dispersion, tails):
    """Fill P(D > y) for y = 0, 1, ..."""
    shape = 1.0 / dispersion if dispersion > 1e-9 else 1e9
    if mean <= 0.0:
        tails[:] = 0.0
        return
    if shape < 1e8:
        ratio = mean / (mean + shape)
        first = ratio * shape
        pmf = np.exp(-shape * np.log1p(mean / shape))
    else:
        ratio = 0.0
        first = mean
        pmf = np.exp(-mean)
    tail = 1.0
    for y in range(len(tails)):
        tail = max(tail - pmf, 0.0)
        tails[y] = tail
        pmf *= (first + ratio * y) / (y + 1.0)


@block_kernel
def _moves(stock, mean, dispersion, margin, cost, batch):
    skus, places = stock.shape
    moved = np.zeros((skus, places, places))
    for i in prange(skus):
        left = np.floor(stock[i])
        most = int(left.sum()) + int(batch[i]) + 1
        tails = np.zeros((places, most))
        for a in range(places):
            _tails(mean[i, a], dispersion[i, a], tails[a])
        while True:
            best_gain = 1e-9
            source, target = -1, -1
            for a in range(places):
                if left[a] < batch[i]:
                    continue
                given = 0.0
                for unit in range(int(batch[i])):
                    given += tails[a, int(left[a]) - 1 - unit]
                for b in range(places):
                    if b == a or not np.isfinite(cost[i, a, b]):
                        continue
                    got = 0.0
                    for unit in range(int(batch[i])):
                        got += tails[b, int(left[b]) + unit]
                    gain = margin[i] * (got - given) - cost[i, a, b] * batch[i]
                    if gain > best_gain:
                        best_gain, source, target = gain, a, b
            if source < 0:
                break
            left[source] -= batch[i]
            left[target] += batch[i]
            moved[i, source, target] += batch[i]
    return moved


def rebalance(
    stock_units: ArrayLike,
    mean_units: ArrayLike,
    dispersion: ArrayLike,
    lost_margin: ArrayLike,
    transfer_cost: ArrayLike,
    *,
    batch_units: ArrayLike = 1,
) -> Floats:
    """Return units to move from each location to each other, [SKU, from, to].

    Inputs: `stock_units` [SKU, location] free to move (whole units count); `mean_units` and `dispersion` k [SKU,
    location] of demand until the next receipt (variance mean + k mean^2); `lost_margin` per unit and SKU;
    `transfer_cost` of a unit, one figure or [from, to] or [SKU, from, to], infinite where there is no lane;
    `batch_units` moved at a time. Raises `TableError` for bad figures.

    Method: a batch is worth margin x (probability that it sells there - probability that it would have sold here)
    less its transfer; the best batch moves first, until none gains. Expected sales are concave in stock, so that with
    one transfer cost no other plan does better; with unequal lanes it stops where no single batch gains. Stock is
    conserved and never goes in a circle, since every move must gain. Fails to see receipts: mean demand must end
    where the next one arrives.

    >>> rebalance([[10, 0]], [[2.0, 3.0]], [[0.0, 0.0]], [5.0], 0.5)[0].tolist()
    [[0.0, 5.0], [0.0, 0.0]]
    """
    stock = np.atleast_2d(np.asarray(stock_units, np.float64))
    skus, places = stock.shape
    mean, k = (np.broadcast_to(np.asarray(x, np.float64), stock.shape) for x in (mean_units, dispersion))
    margin, batch = (np.broadcast_to(np.asarray(x, np.float64), (skus,)) for x in (lost_margin, batch_units))
    cost = np.broadcast_to(np.asarray(transfer_cost, np.float64), (skus, places, places))
    figures = (stock, mean, k, margin)
    if not all((np.isfinite(x) & (x >= 0)).all() for x in figures) or np.isnan(cost).any() or (cost < 0).any():
        raise TableError("rebalancing: stock, demand, margin and transfer cost must not be negative or missing.")
    if not ((batch >= 1) & (batch == np.floor(batch))).all():
        raise TableError("rebalancing: batches must be whole and at least 1.")
    arrays = (np.require(x, np.float64, ["C", "W"]) for x in (stock, mean, k, margin, cost, batch))
    a, b, c, d, e, f = arrays
    return np.asarray(_moves(a, b, c, d, e, f))
