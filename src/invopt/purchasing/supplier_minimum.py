"""Bring each supplier's order to the value it accepts, or put it off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from invopt.purchasing.filling import segments, take_to_reach
from invopt.purchasing.quantities import THOUSAND, Thousandths, amount_minor
from invopt.purchasing.reasons import Reason, where
from invopt.purchasing.workings import Workings

ROUNDS = 6  # filling can reach a price break, which lowers the value again


def reach_minimums(
    quantity: Thousandths,
    workings: Workings,
    largest: Thousandths,
    group: NDArray[np.int64],
    minimum_minor: NDArray[np.int64],
    fixed_order_cost_minor: NDArray[np.int64],
) -> Thousandths:
    """Fill each order that is below its supplier's minimum with the packs that cost least to hold.

    `group` is the order (supplier and location) of each row, -1 for none; `minimum_minor` and
    `fixed_order_cost_minor` have one entry an order; `largest` is the most of each row that may be bought.
    An order is postponed where the whole of it, filled, earns less than its fixed cost: waiting is cheaper;
    or where even everything that may be bought stays below the minimum. The reasons are added to `workings`.
    """
    orders = len(minimum_minor)
    short_orders = _values(quantity, workings, group, orders) < minimum_minor
    has_lines = np.bincount(group[(group >= 0) & (quantity > 0)], minlength=orders) > 0
    treated = short_orders & has_lines
    rows = np.flatnonzero((group >= 0) & treated[np.maximum(group, 0)])
    if not len(rows):
        return quantity
    filled, at_most = quantity[rows].copy(), np.maximum(largest[rows], quantity[rows])
    groups, model = group[rows], workings.model.take(rows)
    is_infeasible = np.zeros(orders, dtype=bool)
    for _ in range(ROUNDS):
        price = _prices(filled, workings, rows)
        value = np.bincount(groups, weights=amount_minor(filled, price).astype(float), minlength=orders)
        short = np.where(treated & ~is_infeasible, minimum_minor - value, 0.0)
        if not (short > 0).any():
            break
        active = np.flatnonzero(short[groups] > 0)
        offered = segments(
            model.take(active),
            filled[active],
            at_most[active],
            workings.smallest_lot[rows][active],
            workings.pack[rows][active],
            price[active].astype(float),
            groups[active],
        )
        added, _, still = take_to_reach(offered, short, len(active))
        filled[active] += added
        is_infeasible |= still > 0
    price = _prices(filled, workings, rows)
    value = np.bincount(groups, weights=amount_minor(filled, price).astype(float), minlength=orders)
    is_infeasible |= treated & (value < minimum_minor)
    gain = model.between(np.zeros(len(rows)), filled / THOUSAND)
    earned = np.bincount(groups, weights=gain, minlength=orders) - fixed_order_cost_minor
    is_postponed = treated & ~is_infeasible & (earned < 0)
    dropped = (is_infeasible | is_postponed)[groups]
    result = quantity.copy()
    result[rows] = np.where(dropped, 0, filled)
    changed = result[rows] != quantity[rows]
    workings.reasons[rows] |= (
        where(changed & is_infeasible[groups], Reason.MINIMUM_INFEASIBLE)
        | where(changed & is_postponed[groups], Reason.MINIMUM_POSTPONED)
        | where(changed & ~dropped, Reason.MINIMUM_FILLED)
    )
    return result


def _prices(quantity: Thousandths, workings: Workings, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    reached = np.maximum(quantity, workings.smallest_lot[rows])
    whole = np.zeros(len(workings.line), dtype=np.int64)
    whole[rows] = reached
    return workings.unit_cost(whole)[rows]


def _values(quantity: Thousandths, workings: Workings, group: NDArray[np.int64], orders: int) -> NDArray[np.float64]:
    bought = np.flatnonzero((group >= 0) & (quantity > 0))
    amount = amount_minor(quantity, workings.unit_cost(quantity))[bought]
    # Sums of whole minor units far below 2^53 are exact in doubles, so their order does not matter.
    values: NDArray[np.float64] = np.bincount(group[bought], weights=amount.astype(float), minlength=orders).astype(
        np.float64
    )
    return values
