"""From a need to a quantity that one order line may have: smallest quantity, packs, line maximum, price
break."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from invopt.purchasing.quantities import THOUSAND, Thousandths, round_down, round_up, thousandths
from invopt.purchasing.terms import TermsInForce

DAYS_IN_YEAR = 365.0


@dataclass(frozen=True)
class Lots:
    """What each step made of the need."""

    at_least_moq: Thousandths
    economic: Thousandths
    in_packs: Thousandths
    within_maximum: Thousandths


def lot_sizes(
    need: Thousandths,
    moq: Thousandths,
    pack: Thousandths,
    line_maximum: Thousandths,
    economic_lot: Thousandths | int = 0,
) -> Lots:
    """Raise each need to MOQ and economic lot, round it up to packs, cut it to the largest line; no need stays none.

    All quantities are whole thousandths of a unit; the maximum has to be whole packs and not below the MOQ.

    >>> found = lot_sizes(*(np.array([value]) for value in (13_000, 10_000, 6_000, 12_000)))
    >>> found.in_packs.tolist(), found.within_maximum.tolist()
    ([18000], [12000])
    """
    at_least = np.where(need > 0, np.maximum(need, moq), 0)
    economic = np.where(at_least > 0, np.maximum(at_least, economic_lot), 0)
    in_packs = round_up(economic, pack)
    return Lots(at_least, economic, in_packs, np.minimum(in_packs, line_maximum))


def price_break_quantity(
    quantity: Thousandths,
    line: NDArray[np.int64],
    terms: TermsInForce,
    largest: Thousandths,
    rate_per_day: NDArray[np.float64],
    carrying_rate_per_year: float,
) -> Thousandths:
    """Raise each quantity to the price break that saves most after holding, where one does.

    All-units discount: at a break the whole line becomes cheaper. Buying e units beyond the need at unit
    price c brings them forward by k / rate days for the k-th, so it costs carrying rate x c x e^2 / (2 rate x
    365) and saves (price at the need - c) on every unit of the line, the e units being bought at the dearer
    price otherwise. No break above `largest` (line maximum, maximum cover) is taken, and none of a SKU that
    does not move.

    Method: the one-order comparison of Hadley & Whitin (1963, section 2-11), for a quantity that is given.
    """
    best, best_saving = quantity.copy(), np.zeros(len(quantity))
    rows = np.flatnonzero((quantity > 0) & (rate_per_day > 0.0) & (terms.break_count[line] > 1))
    if not len(rows):
        return best
    now, lines, rate = quantity[rows], line[rows], rate_per_day[rows]
    price_now = terms.unit_cost(lines, now).astype(float)
    for step in range(1, int(terms.break_count[lines].max())):
        at = np.minimum(terms.break_start[lines] + step, len(terms.break_cost) - 1)
        raised = round_up(np.maximum(terms.break_from[at], now), terms.pack[lines])
        price = terms.break_cost[at].astype(float)
        extra = (raised - now) / THOUSAND
        holding = carrying_rate_per_year * price * extra * extra / (2.0 * rate * DAYS_IN_YEAR)
        saving = (price_now - price) * raised / THOUSAND - holding
        takes = (
            (step < terms.break_count[lines])
            & (raised > now)
            & (raised <= largest[rows])
            & (saving > best_saving[rows])
        )
        best[rows] = np.where(takes, raised, best[rows])
        best_saving[rows] = np.where(takes, saving, best_saving[rows])
    return best


def cover_limit(
    position: Thousandths, rate_per_day: NDArray[np.float64], days: NDArray[np.float64], pack: Thousandths
) -> Thousandths:
    """The largest whole number of packs that keeps position and order within so many days of demand."""
    room = thousandths(rate_per_day * days) - position
    return np.maximum(round_down(room, pack), 0)
