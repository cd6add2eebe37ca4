"""The rows of the order proposal: terms, changes, dates and reasons of every step put together."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.calendars import WorkingCalendar
from invopt.purchasing.quantities import Thousandths, amount_minor, units
from invopt.purchasing.reasons import ASSUMED, Reason, where, words
from invopt.purchasing.workings import KEY, Workings
from invopt.settings import Settings
from invopt.tables import ORDER_PROPOSAL, check

# The columns of change in the order in which the steps act, each with the name of its constraint.
CHANGES = (
    ("transfer_change_units", "transfer"),
    ("commitment_change_units", "commitment"),
    ("closure_change_units", "closure"),
    ("supplier_change_units", "no_supplier"),
    ("moq_change_units", "moq"),
    ("economic_change_units", "economic_lot"),
    ("pack_change_units", "pack"),
    ("line_maximum_change_units", "line_maximum"),
    ("price_break_change_units", "price_break"),
    ("lifecycle_change_units", "lifecycle"),
    ("cover_change_units", "maximum_cover"),
    ("damping_change_units", "damping"),
    ("order_minimum_change_units", "minimum_order_value"),
    ("container_change_units", "container"),
    ("budget_change_units", "budget"),
)


def proposal_rows(
    policy: pd.DataFrame,
    workings: Workings,
    changes: dict[str, Thousandths],
    final: Thousandths,
    urgency: NDArray[np.object_],
    kept: NDArray[np.int64],
    settings: Settings,
    as_of: dt.date,
    commitments: pd.DataFrame | None,
) -> pd.DataFrame:
    """ORDER_PROPOSAL rows of the policy rows in `kept`, sorted by SKU and location."""
    w = workings
    keys = policy[list(KEY)].take(kept).reset_index(drop=True)
    quantity, line = final[kept], w.line[kept]
    cost = w.unit_cost(np.maximum(final, w.smallest_lot))[kept]
    has_line = line >= 0
    supplier = np.full(len(kept), None, dtype=object)
    supplier[has_line] = w.terms.supplier_id[line[has_line]]
    sends, arrives = _dates(workings, kept, settings)
    until = np.where(np.isnat(arrives), w.lead_time_days[kept], (arrives - np.datetime64(as_of, "D")).astype(float))
    rate = w.rate_per_day[kept]
    left = np.maximum((w.position[kept] + quantity) / 1_000.0 - rate * until, 0.0)
    stacked = np.stack([changes[name][kept] for name, _ in CHANGES])
    strongest = np.abs(stacked).argmax(axis=0)
    labels = np.array([label for _, label in CHANGES], dtype=object)
    binding = np.where(np.abs(stacked).max(axis=0, initial=0) > 0, labels[strongest], "none")
    reasons = w.reasons[kept] | where(
        (quantity > 0) & (policy["on_order_later_units"].to_numpy(dtype=float)[kept] > 0),
        Reason.PULL_IN_FIRST,
    )
    cover = np.where(rate > 0, left / np.where(rate > 0, rate, 1.0), np.nan)
    gain = w.model.take(kept).between(np.zeros(len(kept)), quantity / 1_000.0)
    reasons |= where((quantity > 0) & (cover > w.cover_days[kept]), Reason.OVERSHOOT)
    # Lots, breaks and minimums have their own reasons: only the need itself is held against what it earns.
    asked = w.model.take(kept).between(np.zeros(len(kept)), w.sums["need_units"][kept] / 1_000.0)
    reasons |= where((quantity > 0) & (asked < 0), Reason.TARGET_COSTS_MORE)
    columns = {
        "proposal_id": _proposal_ids(keys, as_of, commitments),
        "sku_id": keys["sku_id"],
        "location_id": keys["location_id"],
        "supplier_id": pd.Series(supplier, index=keys.index, dtype="str"),
        "order_on": sends,
        "expected_on": arrives,
        **{name: units(values[kept]) for name, values in w.sums.items()},
        **{name: units(values[kept]) for name, values in changes.items()},
        "decision_change_units": 0.0,
        "final_units": units(quantity),
        "binding_constraint": binding,
        "unit_cost_minor": cost,
        "amount_minor": amount_minor(quantity, cost),
        "currency": policy["currency"].take(kept).reset_index(drop=True),
        "days_of_cover": cover,
        "gain_minor": gain,
        "urgency": urgency[kept],
        "state": "proposed",
        "is_assumed": (reasons & ASSUMED) != 0,
        "reason": words(reasons),
    }
    frame = pd.DataFrame(columns, index=keys.index)
    return check(frame.sort_values(list(KEY), kind="stable", ignore_index=True), ORDER_PROPOSAL)


def _dates(
    workings: Workings, kept: NDArray[np.int64], settings: Settings
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Day to send and day of arrival of each kept row; missing where no supplier takes it."""
    calendar = workings.calendar
    sends = np.full(len(kept), np.datetime64("NaT"), dtype="datetime64[D]")
    arrives = sends.copy()
    has_line = workings.line[kept] >= 0
    if has_line.any():
        rows = kept[has_line]
        first = int(str(calendar.as_of)[:4])
        receiving = WorkingCalendar.of(settings.business.country, first, first + 4)
        sends[has_line] = calendar.order_on[workings.supplier[rows]]
        arrives[has_line] = calendar.arrival(workings.supplier[rows], workings.lead_time_days[rows], receiving)
    return sends, arrives


def _proposal_ids(keys: pd.DataFrame, as_of: dt.date, commitments: pd.DataFrame | None) -> pd.Series:
    ids = keys["sku_id"] + "|" + keys["location_id"] + f"|{as_of.isoformat()}"
    if commitments is None or not len(commitments):
        return ids
    same_day = commitments[commitments["proposal_id"].str.contains(f"|{as_of.isoformat()}", regex=False)]
    base = same_day["sku_id"] + "|" + same_day["location_id"] + f"|{as_of.isoformat()}"
    # An order placed by hand has a number of its own, so the numbers of a day may have gaps.
    last = same_day["proposal_id"].str.extract(r"\|(\d{1,9})$")[0].astype("float64").fillna(1.0)
    earlier = ids.map(last.groupby(base.to_numpy()).max()).fillna(0).astype("int64")
    return ids.where(earlier == 0, ids + "|" + (earlier + 1).astype("str"))
