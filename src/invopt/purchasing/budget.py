"""Spend a limited budget on the packs that earn most for the money."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from invopt.purchasing.filling import segments, take_within
from invopt.purchasing.quantities import Thousandths, amount_minor
from invopt.purchasing.reasons import Reason, where
from invopt.purchasing.workings import Workings


def within_budget(
    quantity: Thousandths,
    workings: Workings,
    group: NDArray[np.int64],
    minimum_minor: NDArray[np.int64],
    budget_minor: int,
    counts: NDArray[np.bool_],
) -> Thousandths:
    """Cut the proposals to a budget, worst gain for the money first; the amounts never exceed it.

    `counts` marks the rows in the budget's currency; the others say that they are outside it. An order that
    the cut leaves below its supplier's minimum is dropped whole, the least rewarding first, and its money
    spent on the others. The reasons are added to `workings`.
    """
    bought = quantity > 0
    workings.reasons |= where(bought & ~counts, Reason.BUDGET_CURRENCY)
    rows = np.flatnonzero(bought & counts)
    amounts = amount_minor(quantity, workings.unit_cost(quantity))
    if int(amounts[rows].sum()) <= budget_minor:
        return quantity
    is_dropped = np.zeros(len(minimum_minor), dtype=bool)
    while True:
        open_rows = rows[~is_dropped[group[rows]]]
        kept = _cut(quantity, workings, open_rows, budget_minor)
        value = _order_values(kept, workings, group, len(minimum_minor))
        below = np.flatnonzero((value > 0) & (value < minimum_minor))
        if not len(below):
            break
        is_dropped[_least_rewarding(below, kept, workings, group, value)] = True
    kept[bought & ~counts] = quantity[bought & ~counts]
    cut = kept < quantity
    broken = cut & (group >= 0) & is_dropped[np.maximum(group, 0)]
    workings.reasons |= where(broken, Reason.BUDGET_BREAKS_MINIMUM) | where(cut & ~broken, Reason.BUDGET_CUT)
    return kept


def _cut(quantity: Thousandths, workings: Workings, rows: NDArray[np.int64], budget_minor: int) -> Thousandths:
    """Quantities of `rows` that fit the budget, zero elsewhere."""
    prices = workings.unit_cost(quantity)
    dearest = np.maximum(workings.terms.highest_cost(np.maximum(workings.line, 0)), prices)
    # A cut quantity can fall below its price break. Then the dearest price of each line is counted instead,
    # which keeps the sum within the budget whatever is cut.
    for price in (prices, dearest):
        offered = segments(
            workings.model.take(rows),
            np.zeros(len(rows), dtype=np.int64),
            quantity[rows],
            workings.smallest_lot[rows],
            workings.pack[rows],
            price[rows].astype(float),
            np.zeros(len(rows), dtype=np.int64),
        )
        # Each row's amount is rounded to a minor unit, half of one at most above the product.
        capacity = np.array([max(budget_minor - 0.5 * len(rows) * _has_fractions(quantity, rows), 0.0)])
        taken, _ = take_within(offered, capacity, len(rows))
        kept = np.zeros_like(quantity)
        kept[rows] = taken
        if int(amount_minor(kept, workings.unit_cost(kept)).sum()) <= budget_minor:
            break
    return kept


def _has_fractions(quantity: Thousandths, rows: NDArray[np.int64]) -> bool:
    return bool((quantity[rows] % 1000 != 0).any())


def _order_values(
    quantity: Thousandths, workings: Workings, group: NDArray[np.int64], orders: int
) -> NDArray[np.float64]:
    rows = np.flatnonzero((group >= 0) & (quantity > 0))
    amounts = amount_minor(quantity, workings.unit_cost(quantity))[rows]
    values: NDArray[np.float64] = np.bincount(group[rows], weights=amounts.astype(float), minlength=orders).astype(
        np.float64
    )
    return values


def _least_rewarding(
    below: NDArray[np.int64],
    quantity: Thousandths,
    workings: Workings,
    group: NDArray[np.int64],
    value: NDArray[np.float64],
) -> NDArray[np.int64]:
    """The order below its minimum that earns least for its money; half of them where there are many."""
    rows = np.flatnonzero((group >= 0) & (quantity > 0))
    gain = workings.model.take(rows).between(np.zeros(len(rows)), quantity[rows] / 1000.0)
    earned = np.bincount(group[rows], weights=gain, minlength=len(value))
    ranked = below[np.argsort(earned[below] / value[below], kind="stable")]
    return ranked[: 1 if len(ranked) <= 20 else len(ranked) // 2]
