"""The terms of purchase in force on a day: one line a supplier and SKU, with its price breaks in order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.purchasing.quantities import THOUSAND, UNLIMITED, Thousandths, round_down, round_up, thousandths
from invopt.purchasing.reasons import Reason, Reasons, where
from invopt.tables import SUPPLIER_TERM, check


@dataclass(frozen=True)
class TermsInForce:
    """The lines of every supplier on one day, as columns; a line is named by its position.

    `break_from` and `break_cost` hold the price breaks of all lines one after another: those of line i begin
    at `break_start[i]` and number `break_count[i]`, cheapest quantity first.
    """

    supplier_id: NDArray[np.object_]
    sku_id: NDArray[np.object_]
    currency: NDArray[np.object_]
    lead_time_days: NDArray[np.float64]  # NaN where the terms give none
    moq: Thousandths
    pack: Thousandths
    line_maximum: Thousandths
    is_preferred: NDArray[np.bool_]
    is_usable: NDArray[np.bool_]
    reasons: Reasons
    break_start: NDArray[np.int64]
    break_count: NDArray[np.int64]
    break_from: Thousandths
    break_cost: NDArray[np.int64]
    skus_known: frozenset[str]  # SKUs with terms on any day

    def unit_cost(self, line: NDArray[np.int64], quantity: Thousandths) -> NDArray[np.int64]:
        """Price of one unit when that quantity is ordered of each line: the last break it reaches."""
        start, count = self.break_start[line], self.break_count[line]
        cost = self.break_cost[start].copy()
        for step in range(1, int(count.max(initial=0))):
            at = np.minimum(start + step, len(self.break_cost) - 1)
            reached = (step < count) & (quantity >= self.break_from[at])
            cost = np.where(reached, self.break_cost[at], cost)
        return cost

    def highest_cost(self, line: NDArray[np.int64]) -> NDArray[np.int64]:
        """The dearest of each line's breaks."""
        if not len(self.break_start):
            return np.zeros(len(line), dtype=np.int64)
        return np.asarray(np.maximum.reduceat(self.break_cost, self.break_start)[line])

    def smallest_lot(self) -> Thousandths:
        """The least that one line may be ordered: the MOQ in whole packs, or a pack."""
        return np.maximum(round_up(self.moq, self.pack), self.pack)


def terms_in_force(terms: pd.DataFrame, as_of: dt.date) -> TermsInForce:
    """The terms of every supplier and SKU that hold on a day.

    `terms` is a SUPPLIER_TERM frame. Terms hold from `valid_from_on` to `valid_until_on`, both included,
    missing dates being open. Where two sets of terms of one supplier and SKU hold at once, the one that began
    last rules and the line says `two_terms_in_force`. MOQ, pack, line maximum and lead time are those of the
    set (where its breaks differ, the largest MOQ and pack and lead time and the smallest maximum). A missing
    pack is one unit, a pack of zero is read as one and named; a line maximum below the smallest lot makes the
    line unusable.

    Raises `TableError` where the frame does not match SUPPLIER_TERM.

    >>> rows = pd.DataFrame({
    ...     "supplier_id": "ACME", "sku_id": "A", "from_units": [0.0, 100.0], "unit_cost_minor": [500, 450],
    ...     "currency": "GBP", "lead_time_days": 7, "moq_units": 10.0, "pack_units": 6.0,
    ...     "line_maximum_units": None, "is_preferred": True, "valid_from_on": None, "valid_until_on": None})
    >>> found = terms_in_force(rows, dt.date(2026, 3, 2))
    >>> found.smallest_lot().tolist(), found.unit_cost(np.array([0, 0]), np.array([99_000, 100_000])).tolist()
    ([12000], [500, 450])
    """
    frame = check(terms, SUPPLIER_TERM)
    skus_known = frozenset(frame["sku_id"].unique().tolist())
    day = np.datetime64(as_of, "us")
    begins = frame["valid_from_on"].to_numpy().astype("datetime64[us]")
    ends = frame["valid_until_on"].to_numpy().astype("datetime64[us]")
    begun = np.where(np.isnat(begins), np.iinfo(np.int64).min, begins.astype(np.int64))
    holds = (begun <= day.astype(np.int64)) & (np.isnat(ends) | (ends >= day))
    frame, begun = frame[holds].reset_index(drop=True), begun[holds]
    frame, line, is_first, had_two = _one_set_a_line(frame, begun)
    starts = np.flatnonzero(is_first)
    first = frame.loc[starts]
    quantities = {
        "moq": _over(np.maximum, thousandths(frame["moq_units"].fillna(0.0)), starts),
        "pack": _over(np.maximum, thousandths(frame["pack_units"].fillna(1.0)), starts),
        "line_maximum": _over(np.minimum, _maximum(frame["line_maximum_units"]), starts),
    }
    reasons = where(had_two, Reason.TWO_TERMS_IN_FORCE) | where(quantities["pack"] <= 0, Reason.PACK_OF_ZERO)
    quantities["pack"] = np.where(quantities["pack"] <= 0, THOUSAND, quantities["pack"])
    smallest = np.maximum(round_up(quantities["moq"], quantities["pack"]), quantities["pack"])
    quantities["line_maximum"] = round_down(quantities["line_maximum"], quantities["pack"])
    is_infeasible = quantities["line_maximum"] < smallest
    currency = frame["currency"].to_numpy(dtype=object)
    differs = currency != currency[starts][line]
    is_mixed = _over(np.maximum, differs.astype(np.int64), starts) > 0
    reasons |= where(is_infeasible, Reason.LINE_MAXIMUM_INFEASIBLE) | where(is_mixed, Reason.CURRENCY_MISMATCH)
    preferred = frame["is_preferred"].fillna(False).to_numpy(dtype=bool)
    return TermsInForce(
        supplier_id=first["supplier_id"].to_numpy(dtype=object),
        sku_id=first["sku_id"].to_numpy(dtype=object),
        currency=currency[starts],
        lead_time_days=_over(np.fmax, frame["lead_time_days"].to_numpy(dtype=float, na_value=np.nan), starts),
        is_preferred=_over(np.maximum, preferred.astype(np.int64), starts) > 0,
        is_usable=~is_infeasible & ~is_mixed,
        reasons=reasons,
        break_start=starts,
        break_count=np.diff(np.append(starts, len(frame))),
        break_from=thousandths(frame["from_units"]),
        break_cost=frame["unit_cost_minor"].to_numpy(dtype=np.int64),
        skus_known=skus_known,
        **quantities,
    )


def _one_set_a_line(
    frame: pd.DataFrame, begun: NDArray[np.int64]
) -> tuple[pd.DataFrame, NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Sorted rows of the sets that rule, each row's line, whether it opens one, and which lines had two
    sets."""
    supplier = pd.factorize(frame["supplier_id"], sort=True)[0]
    sku = pd.factorize(frame["sku_id"], sort=True)[0]
    order = np.lexsort((frame["from_units"].to_numpy(), -begun.astype(np.float64), supplier, sku))
    supplier, sku, begun = supplier[order], sku[order], begun[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (supplier[1:] != supplier[:-1]) | (sku[1:] != sku[:-1])
    line = np.cumsum(is_first) - 1
    newest = begun[is_first][line] if len(order) else begun
    rules = begun == newest
    had_two = np.zeros(int(is_first.sum()), dtype=bool)
    had_two[line[~rules]] = True
    kept = frame.iloc[order[rules]].reset_index(drop=True)
    return kept, line[rules], is_first[rules], had_two


def _over(function: Any, values: NDArray[Any], starts: NDArray[np.int64]) -> NDArray[Any]:
    """A ufunc over the rows of each line."""
    return np.asarray(function.reduceat(values, starts)) if len(starts) else values[:0]


def _maximum(values: pd.Series) -> Thousandths:
    return np.where(values.isna(), UNLIMITED, thousandths(values.fillna(0.0)))
