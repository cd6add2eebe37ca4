"""What would have sold: demand of periods in which stock was out for a part of the selling time."""

from __future__ import annotations

import math
from typing import Final

import numba
import numpy as np

from invopt.probability.compiled import FloatArray, block_kernel, kernel

ROUNDS: Final = 25
TOLERANCE: Final = 1e-6  # relative change of the level at which the rounds end
SMALLEST_EXPOSURE: Final = 0.02  # share of the selling time below which a period tells nothing: it is unknown


@kernel
def _unit_of(sales: FloatArray, exposure: FloatArray) -> float:
    """One unit in the scale of `sales` [T]: the least difference between two sales of periods never sold out.

    Whole units give 1, packs their size, figures scaled by the publisher one scaled unit. At least a
    hundredth of the mean, below which it says nothing any more.
    """
    size, total = 0, 0.0
    sizes = np.zeros(sales.size + 1)  # one entry stays zero: selling nothing is a size as well
    for t in range(sales.size):
        if not math.isnan(sales[t]) and exposure[t] >= 1.0:
            size += 1
            sizes[size] = sales[t]
            total += sales[t]
    if total <= 0.0:
        return 1.0
    sizes = np.sort(sizes[: size + 1])
    least = sizes[size]
    for t in range(size):
        step = sizes[t + 1] - sizes[t]
        if step > 1e-6 * sizes[size]:
            least = min(least, step)
    unit: float = max(least, 0.01 * total / size)
    return unit


@block_kernel
def _recover(
    sales: FloatArray,
    exposure: FloatArray,
    profile: FloatArray,
    phase: int,
    order_size: FloatArray,
    recovered: FloatArray,
    level: FloatArray,
) -> None:
    periods = sales.shape[1]
    for i in numba.prange(sales.shape[0]):
        total, seen = 0.0, 0.0
        for t in range(periods):
            if not math.isnan(sales[i, t]) and exposure[i, t] >= SMALLEST_EXPOSURE:
                factor = profile[i, (phase + t) % profile.shape[1]]
                total += sales[i, t]
                seen += exposure[i, t] * factor
        if seen <= 0.0:
            level[i] = np.nan
            continue
        rate = total / seen
        unit = max(_unit_of(sales[i], exposure[i]), order_size[i])
        for _ in range(ROUNDS):
            # How much whole days differ: moments of full days and parts alike, each given its exposure.
            squares, weight = 0.0, 0.0
            for t in range(periods):
                if math.isnan(sales[i, t]) or exposure[i, t] < SMALLEST_EXPOSURE:
                    continue
                mean = rate * exposure[i, t] * profile[i, (phase + t) % profile.shape[1]]
                squares += (sales[i, t] - mean) ** 2 - unit * mean
                weight += mean * mean
            dispersion = max(0.0, squares / weight) if weight > 0.0 else 0.0
            before, total, seen = rate, 0.0, 0.0
            for t in range(periods):
                recovered[i, t] = np.nan
                if math.isnan(sales[i, t]) or exposure[i, t] < SMALLEST_EXPOSURE:
                    continue
                factor = profile[i, (phase + t) % profile.shape[1]]
                mean = rate * factor
                busy = (unit + dispersion * sales[i, t]) / (unit + dispersion * mean * exposure[i, t])
                recovered[i, t] = sales[i, t] + (1.0 - exposure[i, t]) * mean * busy
                total += recovered[i, t]
                seen += factor
            rate = total / seen
            if abs(rate - before) <= TOLERANCE * before:
                break
        level[i] = rate


def order_size(units: FloatArray, order_lines: FloatArray) -> FloatArray:
    """Units by which demand jumps when an order comes, [n]: E[X²] / E[X] of the units X of an order line.

    units, order_lines: [n, T] per period, NaN unknown. Both moments follow from sums: m = sum units / sum lines, and
    the variance of X is sum (units - m lines)² / sum lines. Zero where nothing sold.

    >>> order_size(np.array([[2.0, 6.0, 0.0]]), np.array([[1.0, 3.0, 0.0]])).tolist()
    [2.0]
    """
    lines = np.where(np.isnan(units), 0.0, np.nan_to_num(order_lines))
    total, count = np.nan_to_num(units).sum(axis=1), lines.sum(axis=1)
    known = (total > 0.0) & (count > 0.0)
    mean = np.divide(total, count, out=np.zeros_like(total), where=known)
    squares = ((np.nan_to_num(units) - mean[:, None] * lines) ** 2).sum(axis=1)
    spread = np.divide(squares, total, out=np.zeros_like(total), where=known)  # variance over mean, counts cancelled
    return np.where(known, mean + spread, 0.0)


def recovered_demand(
    sales: FloatArray,
    out_of_stock_share: FloatArray,
    profile: FloatArray | None = None,
    phase: int = 0,
    orders_of: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Expected demand of each period, given what sold while stock lasted; and its level.

    sales: [n, T] units, NaN unknown. out_of_stock_share: [n, T] 0-1 of the period's *demand-weighted*
    selling time without stock (an hour that brings a tenth of a day's orders counts a tenth). profile: [n,
    m] factors around 1 of the place in the week or season, place `phase` first; None: all alike. orders_of:
    [n] units by which demand jumps, from `order_size`; None: one unit. Returns demand [n, T] (NaN where the
    share leaves nothing to learn from) and the mean level [n] in units per period of factor 1.

    Method: orders (of size u: `orders_of`, or one unit as found from the data) come as a Poisson process
    whose rate is the level times the profile times a gamma factor of mean 1 and variance k, the period's own
    busyness. A stockout ends the observation but does not select it, so the likelihood is that of the
    exposure p alone, and by expectation-maximisation

        E[demand | sales s] = s + (1 - p) mu (u + k s) / (u + k mu p)

    A day that sold fast before it sold out was busy, and its unseen part is credited with that. Masking such
    days, or taking sales for demand, both fall short, because busy days are those that sell out. Where one large
    order emptied the shelf, the rest of the period is no busier than another, which is why the size of orders
    counts: with it k is what periods differ by beyond that. Fails where
    the share is wrong, or where customers came back next day (they are counted twice).

    >>> demand, level = recovered_demand(np.array([[4.0, 2.0, 4.0]]), np.array([[0.0, 0.5, 0.0]]))
    >>> demand.round(6).tolist(), level.round(6).tolist()
    ([[4.0, 4.0, 4.0]], [4.0])
    """
    rows = sales.shape[0]
    factors = np.ones((rows, 1)) if profile is None else np.ascontiguousarray(profile)
    recovered, level = np.full(sales.shape, np.nan), np.empty(rows)
    exposure = 1.0 - np.clip(np.nan_to_num(out_of_stock_share), 0.0, 1.0)
    sizes = np.zeros(rows) if orders_of is None else np.ascontiguousarray(orders_of)
    _recover(np.ascontiguousarray(sales), exposure, factors, phase, sizes, recovered, level)
    return recovered, level
