"""Which supplier a SKU is bought from at a location: landed cost and lead time, with a preference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.purchasing.keys import positions
from invopt.purchasing.quantities import THOUSAND, thousandths
from invopt.purchasing.reasons import Reason, Reasons, where
from invopt.purchasing.terms import TermsInForce
from invopt.settings import Settings

DAYS_IN_YEAR = 365.0


@dataclass(frozen=True)
class SupplierChoice:
    """The line of terms chosen for each SKU-location (-1 for none), and what was known when choosing.

    `faster_line` is the line of least landed cost among those that deliver at least a day sooner (-1 for none).
    """

    line: NDArray[np.int64]
    lead_time_days: NDArray[np.float64]
    landed_cost_minor: NDArray[np.float64]
    alternatives: NDArray[np.int64]
    reasons: Reasons
    faster_line: NDArray[np.int64]
    faster_landed_minor: NDArray[np.float64]


def choose_suppliers(
    sku_location: pd.DataFrame,
    terms: TermsInForce,
    settings: Settings,
    lead_time: pd.DataFrame | None = None,
    planned_supplier_id: pd.Series | None = None,
) -> SupplierChoice:
    """Choose, for each SKU and location, the supplier with the lowest landed cost.

    The landed cost of a unit is its price at the quantity usually bought (a review period's demand, at least
    the smallest lot) plus the value tied up over the lead time: price x (1 + holding rate x lead time / 365).
    The preferred supplier is left only where another is cheaper by more than `purchasing.preference_share`;
    equal costs go to the shorter lead time, then to the first in alphabetical order. Where
    `planned_supplier_id` names a supplier (the policy was made for it) and its terms are usable, it stays.

    `sku_location` needs `sku_id, location_id, currency, last_year_units`; `lead_time` is a LEAD_TIME frame,
    whose mean comes before the stated days of the terms, and those before `lead_time.assumed_days`.

    A SKU-location without a usable line gets line -1 and the reason: `no_supplier`, `terms_not_in_force`,
    `currency_mismatch` or `line_maximum_infeasible`.
    """
    count = len(sku_location)
    row, line = _candidates(sku_location, terms)
    currency = sku_location["currency"].to_numpy(dtype=object)
    is_foreign = terms.currency[line] != currency[row]
    is_usable = terms.is_usable[line] & ~is_foreign
    refused = terms.reasons[line] | where(is_foreign, Reason.CURRENCY_MISMATCH)
    reasons = np.zeros(count, dtype=np.int64)
    np.bitwise_or.at(reasons, row[~is_usable], refused[~is_usable])
    row, line = row[is_usable], line[is_usable]

    lead_days, is_assumed = _lead_days(sku_location, row, line, terms, settings, lead_time)
    yearly = sku_location["last_year_units"].to_numpy(dtype=float)[row]
    usual = np.maximum(thousandths(yearly * settings.policy.review_days / DAYS_IN_YEAR), terms.smallest_lot()[line])
    price = terms.unit_cost(line, usual).astype(float)
    landed = price * (1.0 + settings.policy.holding_rate_per_year * lead_days / DAYS_IN_YEAR)
    ranked = np.where(terms.is_preferred[line], landed / (1.0 + settings.purchasing.preference_share), landed)
    is_planned = np.zeros(len(row), dtype=bool)
    if planned_supplier_id is not None:
        is_planned = terms.supplier_id[line] == planned_supplier_id.to_numpy(dtype=object)[row]

    order = np.lexsort((line, lead_days, ranked, ~is_planned, row))
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = row[order][1:] != row[order][:-1]
    best = order[opens]
    chosen = np.full(count, -1, dtype=np.int64)
    chosen[row[best]] = line[best]
    result_lead = np.full(count, np.nan)
    result_lead[row[best]] = lead_days[best]
    result_cost = np.full(count, np.nan)
    result_cost[row[best]] = landed[best]
    has_line = chosen >= 0
    # The reasons of lines that were refused matter only where none is left.
    reasons[has_line] = terms.reasons[chosen[has_line]]
    reasons[row[best]] |= where(is_assumed[best], Reason.LEAD_TIME_ASSUMED)
    if planned_supplier_id is not None:
        named = planned_supplier_id.notna().to_numpy() & has_line
        kept = np.zeros(count, dtype=bool)
        kept[row[best]] = is_planned[best]
        reasons |= where(named & ~kept, Reason.SUPPLIER_REPLACED)
    silent = np.flatnonzero(~has_line & (reasons == 0))
    if len(silent):
        is_known = sku_location["sku_id"].iloc[silent].isin(terms.skus_known).to_numpy()
        reasons[silent] = np.where(is_known, int(Reason.TERMS_NOT_IN_FORCE), int(Reason.NO_SUPPLIER))
    faster, faster_cost = np.full(count, -1, dtype=np.int64), np.full(count, np.nan)
    sooner = order[lead_days[order] <= result_lead[row[order]] - 1.0]
    opens = np.ones(len(sooner), dtype=bool)
    opens[1:] = row[sooner][1:] != row[sooner][:-1]
    first = sooner[opens]
    faster[row[first]], faster_cost[row[first]] = line[first], landed[first]
    alternatives = np.bincount(row, minlength=count)
    return SupplierChoice(chosen, result_lead, result_cost, alternatives, reasons, faster, faster_cost)


def _candidates(sku_location: pd.DataFrame, terms: TermsInForce) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pair of a SKU-location row and a line of terms of its SKU. The lines are sorted by SKU."""
    opens = np.ones(len(terms.sku_id), dtype=bool)
    opens[1:] = terms.sku_id[1:] != terms.sku_id[:-1]
    first = np.flatnonzero(opens)
    lines_of_sku = np.diff(np.append(first, len(terms.sku_id)))
    at = pd.Index(terms.sku_id[first], dtype="str").get_indexer(pd.Index(sku_location["sku_id"], dtype="str"))
    known = np.flatnonzero(at >= 0)
    repeats = lines_of_sku[at[known]]
    row = np.repeat(known, repeats)
    step = np.arange(len(row)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return row, np.repeat(first[at[known]], repeats) + step


def _lead_days(
    sku_location: pd.DataFrame,
    row: NDArray[np.int64],
    line: NDArray[np.int64],
    terms: TermsInForce,
    settings: Settings,
    lead_time: pd.DataFrame | None,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    days = terms.lead_time_days[line]
    if lead_time is not None and len(lead_time):
        pairs = pd.DataFrame(
            {
                "supplier_id": pd.Series(terms.supplier_id[line], dtype="str"),
                "sku_id": sku_location["sku_id"].take(row).reset_index(drop=True),
                "location_id": sku_location["location_id"].take(row).reset_index(drop=True),
            }
        )
        at = positions(pairs, lead_time, ("supplier_id", "sku_id", "location_id"))
        measured = lead_time["mean_days"].to_numpy(dtype=float)[np.maximum(at, 0)]
        days = np.where(at >= 0, measured, days)
    is_assumed = np.isnan(days)
    return np.where(is_assumed, float(settings.lead_time.assumed_days), days), is_assumed


def unit_costs(
    terms: TermsInForce, line: NDArray[np.int64], quantity: NDArray[np.int64], own_cost: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Price at a quantity, and the SKU's own cost where there is no line or the line gives no price."""
    if not len(terms.sku_id):
        return own_cost
    stated = terms.unit_cost(np.maximum(line, 0), np.maximum(quantity, THOUSAND))
    return np.where((line >= 0) & (stated > 0), stated, own_cost)
