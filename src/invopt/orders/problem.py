"""The allocation problem as arrays: orders, what they need, where it could come from, what that costs."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.settings.orders import SHORTAGE_POLICIES, Orders

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

THOUSANDTHS = 1_000
MOST_CANDIDATES = 12  # locations looked at per order; the cheapest ones where there are more
SPLIT, HOLD_UNTIL_COMPLETE, BACKORDER = range(3)


class Problem(NamedTuple):
    """Orders in their canonical sequence, in compressed rows; compiled functions take it as it is.

    Order `o` has the demands `first_demand[o]:first_demand[o + 1]` (one a SKU) and the candidate locations
    `first_option[o]:first_option[o + 1]`. Demand `d` meets candidate `k` in cell `cell[first_cell[d] + k]`, a
    SKU at a location, or -1 where it holds none; `worth` is what a thousandth there is worth to later orders.
    Units are thousandths; costs are minor units of money, those
    a unit are for a thousandth.
    """

    first_demand: Ints
    first_option: Ints
    first_cell: Ints
    cell: Ints
    units: Ints
    shortage: Floats
    fixed: Floats
    unit: Floats
    option_location: Ints
    policy: Ints
    available: Ints
    worth: Floats
    split: float
    maximum_parcels: int
    masks: Ints
    first_mask: Ints
    last_single_mask: Ints


class Demands(NamedTuple):
    """Order lines of one SKU in one order, merged: they compete for the same stock."""

    order: Ints  # order of each demand, sorted
    sku: Ints
    units: Ints
    shortage: Floats
    line_demand: Ints  # demand of each line


def thousandths(values: pd.Series) -> Ints:
    """Units as whole thousandths, in which sums are exact."""
    return np.asarray(np.rint(values.to_numpy(dtype=np.float64) * THOUSANDTHS).astype(np.int64))


def merge_lines(order: Ints, sku: Ints, units: Ints, shortage: Floats, skus: int) -> Demands:
    """One demand per order and SKU; its shortage cost is the mean of its lines', weighted by units."""
    key = order * np.int64(skus) + sku
    unique, line_demand = np.unique(key, return_inverse=True)
    total = np.zeros(len(unique), dtype=np.int64)
    np.add.at(total, line_demand, units)
    # Sorted before summing: the last bit of the mean must not depend on the order of the rows.
    sequence = np.lexsort((shortage, units, line_demand))
    weighted = np.bincount(line_demand[sequence], (shortage * units)[sequence], minlength=len(unique))
    mean = np.divide(weighted, total, out=np.zeros(len(unique)), where=total > 0)
    return Demands(unique // skus, unique % skus, total, mean, line_demand.astype(np.int64))


def subsets(maximum_parcels: int) -> tuple[Ints, Ints, Ints]:
    """Sets of candidates as bit masks, for each number of candidates, single ones first."""
    masks: list[int] = []
    first, last_single = [0], [0]
    for candidates in range(1, MOST_CANDIDATES + 1):
        first.append(len(masks))
        for size in range(1, min(maximum_parcels, candidates) + 1):
            masks += [sum(1 << item for item in chosen) for chosen in combinations(range(candidates), size)]
            if size == 1:
                last_single.append(len(masks))
    first.append(len(masks))
    return (
        np.array(masks, dtype=np.int64), np.array(first, dtype=np.int64), np.array(last_single,
        dtype=np.int64)
    )  # fmt: skip


def shortage_per_thousandth(lines: pd.DataFrame, settings: Orders, as_of: np.datetime64) -> Floats:
    """Cost of leaving a thousandth of a unit waiting: margin and goodwill, weighted by promise, payment,
    age.
    """
    units = lines["ordered_units"].to_numpy(dtype=np.float64)
    amount = lines["amount_minor"].to_numpy(dtype=np.float64)
    price = np.divide(amount, units, out=np.zeros(len(lines)), where=units > 0)
    cost = np.maximum(price, 0.0) * settings.lost_margin_share + settings.unserved_unit_minor
    return np.asarray(cost * priority_weight(lines, settings, as_of) / THOUSANDTHS)


def priority_weight(lines: pd.DataFrame, settings: Orders, as_of: np.datetime64) -> Floats:
    """How much more a waiting unit of each line counts than one of an unpaid order of today, without a
    promise.
    """
    promised = lines["promised_on"].to_numpy(dtype="datetime64[D]")
    days_left = (promised - as_of).astype(np.float64)
    days_left[np.isnat(promised)] = np.inf
    promise = np.where(days_left <= 0, settings.overdue_weight, 1.0)
    promise = np.where((days_left > 0) & (days_left <= 3), settings.due_soon_weight, promise)
    paid = np.where((lines["payment_state"] == "paid").to_numpy(dtype=bool), settings.paid_weight, 1.0)
    age = (as_of - lines["ordered_at"].to_numpy(dtype="datetime64[D]")).astype(np.float64)
    aged: Floats = 1.0 + settings.age_weight_per_day * np.clip(age, 0.0, 30.0)
    return promise * paid * aged


def policy_codes(channels: pd.Series, settings: Orders) -> Ints:
    """What each order does where it cannot leave whole, as an index of `SHORTAGE_POLICIES`."""
    codes = np.full(len(channels), SHORTAGE_POLICIES.index(settings.shortage_policy), dtype=np.int64)
    for channel, policy in settings.shortage_policy_by_channel.items():
        is_meant = (channels == channel).fillna(False).to_numpy(dtype=bool)
        codes[is_meant] = SHORTAGE_POLICIES.index(policy)
    return codes
