"""Which supplier order each row belongs to, and what that order has to respect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.purchasing.reasons import Reason, where
from invopt.purchasing.workings import Workings
from invopt.settings import Settings


@dataclass(frozen=True)
class OrderGroups:
    """One order a supplier and location; `group` and the flags have one entry a row, the rest one an
    order."""

    group: NDArray[np.int64]  # -1 where the row has no supplier
    is_open: NDArray[np.bool_]  # its supplier takes an order within the horizon
    in_budget: NDArray[np.bool_]
    minimum_minor: NDArray[np.int64]
    fixed_order_cost_minor: NDArray[np.int64]
    container_m3: NDArray[np.float64]
    container_kg: NDArray[np.float64]
    container_pallets: NDArray[np.float64]


def order_groups(policy: pd.DataFrame, workings: Workings, suppliers: pd.DataFrame, settings: Settings) -> OrderGroups:
    """Group the rows by supplier and location and look up minimum, order cost and container of each group.

    A minimum in another currency than the supplier's terms is not applied and the rows say
    `minimum_currency`.
    """
    has_line = workings.line >= 0
    names = workings.calendar.supplier_id
    receiving = pd.factorize(policy["location_id"], sort=True)
    joint = workings.supplier * max(len(receiving[1]), 1) + receiving[0]
    codes, found = pd.factorize(joint[has_line], sort=True)
    group = np.full(len(policy), -1, dtype=np.int64)
    group[has_line] = codes
    supplier_of = np.asarray(found, dtype=np.int64) // max(len(receiving[1]), 1)

    facts = suppliers.set_index("supplier_id").reindex(pd.Index(names, dtype="str"))
    minimum = facts["minimum_order_minor"].fillna(0).to_numpy(dtype=np.int64)
    fixed = facts["fixed_order_cost_minor"].fillna(0).to_numpy(dtype=np.int64)
    currency = policy["currency"].to_numpy(dtype=object)
    is_open = np.zeros(len(policy), dtype=bool)
    if len(names):
        is_open = has_line & ~np.isnat(workings.calendar.order_on[workings.supplier])
        stated = facts["currency"].to_numpy(dtype=object)[workings.supplier]
        differs = has_line & pd.notna(stated) & (stated != currency) & (minimum[workings.supplier] > 0)
        workings.reasons |= where(differs, Reason.MINIMUM_CURRENCY)
        minimum = np.where(np.bincount(workings.supplier[differs], minlength=len(names)) > 0, 0, minimum)
    buying = settings.purchasing
    volume = np.array([buying.container_m3_by_supplier.get(name, np.inf) for name in names.tolist()])
    load = np.array([buying.container_kg_by_supplier.get(name, np.inf) for name in names.tolist()])
    places = np.array([buying.container_pallets_by_supplier.get(name, np.inf) for name in names.tolist()])
    if not len(supplier_of):  # no supplier at all: one order without limits, which no row belongs to
        supplier_of = np.zeros(1, dtype=np.int64)
        minimum, fixed = np.zeros(1, np.int64), np.zeros(1, np.int64)
        volume, load, places = np.full((3, 1), np.inf)
    return OrderGroups(
        group=group,
        is_open=is_open,
        in_budget=currency == settings.business.currency,
        minimum_minor=minimum[supplier_of],
        fixed_order_cost_minor=fixed[supplier_of],
        container_m3=volume[supplier_of],
        container_kg=load[supplier_of],
        container_pallets=places[supplier_of],
    )
