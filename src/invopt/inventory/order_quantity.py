"""How much to order at once when demand is steady: economic order and production quantities.

Every function takes arrays with a value per SKU, or single numbers. D is demand per year, K the cost of
placing and receiving one order, h the cost of holding one unit for a year, all money in one currency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from invopt.errors import TableError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LotSize:
    """Quantity to order at once, and the cost of a year at that quantity; one entry per SKU."""

    order_units: Floats
    cost_per_year: Floats


def _positive(**named: ArrayLike) -> list[Floats]:
    arrays = [np.asarray(values, np.float64) for values in named.values()]
    for name, values in zip(named, arrays, strict=True):
        bad = ~(values > 0)
        if bad.any():
            raise TableError(
                f"order quantity: {int(bad.sum())} values of {name} are zero, negative or missing; every one "
                "must be above 0. Plan those SKUs without a lot size."
            )
    return arrays


def economic_order_quantity(
    demand_per_year: ArrayLike, fixed_order_cost: ArrayLike, holding_cost_per_unit_year: ArrayLike
) -> LotSize:
    """Return the quantity that balances ordering and holding: Q = sqrt(2 K D / h), cost sqrt(2 K D h).

    Raises `TableError` where an input is not above 0. Source: Harris (1913); Snyder & Shen, Fundamentals of
    Supply Chain Theory, 2nd ed., eq. 3.4-3.5. Purchase cost is left out. Fails where demand is lumpy or
    seasonal.

    >>> lot = economic_order_quantity(1300, 8, 0.225)
    >>> float(lot.order_units.round(2)), float(lot.cost_per_year.round(2))
    (304.05, 68.41)
    """
    d, k, h = _positive(
        demand_per_year=demand_per_year,
        fixed_order_cost=fixed_order_cost,
        holding_cost_per_unit_year=holding_cost_per_unit_year,
    )
    return LotSize(np.sqrt(2 * k * d / h), np.sqrt(2 * k * d * h))


def economic_order_quantity_with_backorders(
    demand_per_year: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost_per_unit_year: ArrayLike,
    backorder_cost_per_unit_year: ArrayLike,
) -> tuple[LotSize, Floats]:
    """Return the lot where customers may wait at a cost p per unit and year, and the share of demand that
    waits.

    Q = sqrt(2 K D (h + p) / (h p)), cost sqrt(2 K D h p / (h + p)), share x = h / (h + p). Source: Snyder &
    Shen, 2nd ed., section 3.5 (eq. 3.27-3.29).

    >>> lot, share = economic_order_quantity_with_backorders(1300, 8, 0.225, 5)
    >>> float(lot.order_units.round(2)), float(share.round(4))
    (310.81, 0.0431)
    """
    d, k, h, p = _positive(
        demand_per_year=demand_per_year,
        fixed_order_cost=fixed_order_cost,
        holding_cost_per_unit_year=holding_cost_per_unit_year,
        backorder_cost_per_unit_year=backorder_cost_per_unit_year,
    )
    lot = LotSize(np.sqrt(2 * k * d * (h + p) / (h * p)), np.sqrt(2 * k * d * h * p / (h + p)))
    return lot, np.asarray(h / (h + p))


def economic_production_quantity(
    demand_per_year: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost_per_unit_year: ArrayLike,
    production_per_year: ArrayLike,
) -> LotSize:
    """Return the lot of goods that arrive at a finite rate: the economic quantity with h (1 - D / rate).

    Raises `TableError` where production is not faster than demand. Source: Taft (1918); Snyder & Shen, 2nd
    ed., section 3.7 (eq. 3.36).

    >>> lot = economic_production_quantity(1300, 8, 0.225, 1700)
    >>> float(lot.order_units.round(1))
    626.8
    """
    d, k, h, rate = _positive(
        demand_per_year=demand_per_year,
        fixed_order_cost=fixed_order_cost,
        holding_cost_per_unit_year=holding_cost_per_unit_year,
        production_per_year=production_per_year,
    )
    if (rate <= d).any():
        raise TableError("order quantity: production_per_year must exceed demand_per_year, or stock never grows.")
    return economic_order_quantity(d, k, h * (1 - d / rate))


def economic_order_quantity_all_units(
    demand_per_year: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_rate_year: ArrayLike,
    from_units: ArrayLike,
    unit_costs: ArrayLike,
) -> LotSize:
    """Return the cheapest quantity where reaching a break lowers the price of every unit; purchases included.

    Inputs: `holding_rate_year` as a share of unit cost; `from_units` and `unit_costs` with the breaks in
    the last axis, ascending, the first from 0: one list for all SKUs or a row each, missing breaks as NaN.
    For each price c the cost K D / Q + i c Q / 2 + c D is least at its own economic quantity or at the edge
    of its range. Source: Hadley & Whitin (1963); Snyder & Shen, 2nd ed., section 3.4.2.

    >>> lot = economic_order_quantity_all_units(1000, 200, 0.2, [0, 200, 500], [500, 475, 450])
    >>> float(lot.order_units), float(lot.cost_per_year)
    (500.0, 472900.0)
    """
    d, k, i = (
        x[..., None]
        for x in _positive(
            demand_per_year=demand_per_year,
            fixed_order_cost=fixed_order_cost,
            holding_rate_year=holding_rate_year,
        )
    )
    start, cost = _breaks(from_units, unit_costs)
    end = _next_break(start)
    best = np.clip(np.sqrt(2 * k * d / (i * cost)), np.maximum(start, 1e-12), np.maximum(end - 1e-9, start))
    total = k * d / best + i * cost * best / 2 + cost * d
    return _cheapest(best, total)


def economic_order_quantity_incremental(
    demand_per_year: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_rate_year: ArrayLike,
    from_units: ArrayLike,
    unit_costs: ArrayLike,
) -> LotSize:
    """Return the cheapest quantity where a break lowers the price of the units beyond it alone.

    Inputs as in `economic_order_quantity_all_units`. Buying Q in range j costs R_j + c_j Q, where R_j is
    what the dearer first units cost extra, so that R_j joins the fixed cost: Q_j = sqrt(2 (K + R_j) D / (i
    c_j)). Source: Hadley & Whitin (1963); Snyder & Shen, 2nd ed., section 3.4.3.

    >>> lot = economic_order_quantity_incremental(1300, 8, 0.3, [0, 400, 800], [0.75, 0.72, 0.68])
    >>> float(lot.order_units.round(1)), float(lot.cost_per_year.round(2))
    (304.0, 1043.41)
    """
    d, k, i = (
        x[..., None]
        for x in _positive(
            demand_per_year=demand_per_year,
            fixed_order_cost=fixed_order_cost,
            holding_rate_year=holding_rate_year,
        )
    )
    start, cost = _breaks(from_units, unit_costs)
    saved = np.concatenate([np.zeros_like(cost[..., :1]), -np.diff(cost, axis=-1)], axis=-1)
    extra = np.cumsum(np.nan_to_num(saved * start), axis=-1)
    best = np.sqrt(2 * (k + extra) * d / (i * cost))
    total = (k + extra) * d / best + i * (extra + cost * best) / 2 + cost * d
    inside = (best >= start) & (best < _next_break(start))
    # The optimum is an interior minimum of some range: total cost has no minimum at a break.
    return _cheapest(best, np.where(inside, total, np.nan))


def _breaks(from_units: ArrayLike, unit_costs: ArrayLike) -> tuple[Floats, Floats]:
    start, cost = np.asarray(from_units, np.float64), np.asarray(unit_costs, np.float64)
    steps, falls = np.diff(start, axis=-1), np.diff(cost, axis=-1)
    if start.shape != cost.shape or (start[..., 0] != 0).any() or (steps <= 0).any() or (falls > 0).any():
        raise TableError("price breaks: quantities must rise from 0, and prices must not rise with them.")
    return start, np.where(np.isnan(start), np.nan, cost)


def _next_break(start: Floats) -> Floats:
    end = np.concatenate([start[..., 1:], np.full_like(start[..., :1], np.inf)], axis=-1)
    return np.where(np.isnan(end), np.inf, end)


def _cheapest(best: Floats, total: Floats) -> LotSize:
    at = np.nanargmin(total, axis=-1)[..., None]
    chosen = np.take_along_axis(np.broadcast_to(best, total.shape), at, axis=-1)[..., 0]
    return LotSize(chosen, np.take_along_axis(total, at, axis=-1)[..., 0])
