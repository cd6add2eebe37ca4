"""The answer of allocation as tables: what leaves from where, and what waits, why, until when."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.calendars import Dates
from invopt.orders.availability import receipt_for
from invopt.orders.build import Built
from invopt.orders.coded import Coded
from invopt.orders.problem import THOUSANDTHS, Ints
from invopt.orders.served import Served
from invopt.orders.solve import Solution
from invopt.tables import ALLOCATION, BACKLOG, check

_LEFT_FROM = np.array(
    [
        "cheapest place that serves the order",
        "several places: none serves it whole for less",
        "chosen together with the orders that want the same stock",
        "several places, chosen together with the orders that want the same stock",
    ],
    dtype=object,
)
_ASSUMED = "; parcel costs are assumed"


def allocation_frame(
    lines: pd.DataFrame,
    coded: Coded,
    built: Built,
    solution: Solution,
    served: Served,
    is_today: NDArray[np.bool_],
    parcel_costs: pd.DataFrame,
) -> pd.DataFrame:
    """ALLOCATION of what is released today; the reason names the service whose cost was reckoned with."""
    line, location, units = (part[is_today] for part in served)
    order = coded.order[line]
    places = len(coded.location_names)
    used = np.unique(coded.order[served.line] * np.int64(places) + served.location) // max(places, 1)
    is_split = (np.bincount(used, minlength=len(coded.order_names)) > 1)[order]
    problem_order = np.searchsorted(built.order, order)
    code = is_split.astype(np.int64) + 2 * (solution.group[problem_order] > 0)
    texts = np.concatenate([_LEFT_FROM, _LEFT_FROM + _ASSUMED])
    way = _ways(coded, order, location, parcel_costs)
    frame = pd.DataFrame(
        {
            "order_id": lines["order_id"].array[line], "order_line_id": lines["order_line_id"].array[line],
            "sku_id": lines["sku_id"].array[line], "location_id": coded.location_names[location],
            "allocated_units": units / THOUSANDTHS, "is_split": is_split,
            "reason": pd.array(texts[code + 4 * built.is_cost_assumed[problem_order]] + way, dtype="str"),
        }
    )  # fmt: skip
    sequence = np.lexsort((location, line, coded.order[line]))
    return check(frame.iloc[sequence], ALLOCATION)


def _ways(coded: Coded, order: Ints, location: Ints, parcel_costs: pd.DataFrame) -> NDArray[np.object_]:
    """ "; with <service and weight>" of each entry whose order and location have a parcel cost; empty otherwise."""
    places = np.int64(max(len(coded.location_names), 1))
    known = coded.order_names.get_indexer(pd.Index(parcel_costs["order_id"]))
    key = known * places + coded.location_names.get_indexer(pd.Index(parcel_costs["location_id"]))
    rows = np.argsort(key, kind="stable")
    at = np.searchsorted(key[rows], order * places + location)
    text = np.append(("; " + parcel_costs["reason"]).where(parcel_costs["reason"] != "", "").to_numpy(object)[rows], "")
    key = np.append(key[rows], -2)
    at = np.minimum(at, len(text) - 1)
    return np.where(key[at] == order * places + location, text[at], "")


def backlog_frame(
    lines: pd.DataFrame, coded: Coded, built: Built, solution: Solution, served: Served, day: Dates,
    is_today: NDArray[np.bool_], receipts: pd.DataFrame | None,
) -> pd.DataFrame:  # fmt: skip
    """BACKLOG: every unit that is not allocated, with one cause a line; stock before capacity."""
    count = len(lines)
    planned = np.bincount(served.line, served.units, minlength=count).astype(np.int64)
    today = np.bincount(served.line[is_today], served.units[is_today], minlength=count).astype(np.int64)
    waiting = coded.units - today
    row = np.flatnonzero(waiting > 0)
    row = row[np.lexsort((row, coded.rank[coded.order[row]]))]
    outcome = coded.outcome[coded.order[row]]
    short = coded.units[row] - planned[row]
    cause = np.where(outcome == "accepted", "no_stock", outcome)
    reason = np.where(outcome == "accepted", "", coded.check_reason[coded.order[row]])
    available_on = np.full(len(row), np.datetime64("NaT"), dtype="datetime64[D]")

    is_capacity = (outcome == "accepted") & (short == 0)
    cause[is_capacity] = "capacity"
    reason[is_capacity] = "more lines than the location can pick today"
    last_day = np.full(count, np.datetime64("NaT"), dtype="datetime64[D]")
    later = np.flatnonzero(~is_today & ~np.isnat(day))
    last_day[served.line[later]] = day[later]
    available_on[is_capacity] = last_day[row[is_capacity]]

    is_short = np.flatnonzero((outcome == "accepted") & (short > 0))
    cause[is_short], reason[is_short] = _why_short(coded, built, solution, row[is_short], short[is_short])
    is_empty = is_short[cause[is_short] == "no_stock"]
    _date_from_receipts(lines, row, short, is_empty, receipts, available_on, reason)
    _wait_for_the_rest(coded, row, cause, available_on)
    units = waiting[row]
    amount = lines["amount_minor"].to_numpy()[row] * (units / coded.units[row])
    frame = pd.DataFrame(
        {
            "order_id": lines["order_id"].array[row], "order_line_id": lines["order_line_id"].array[row],
            "sku_id": lines["sku_id"].array[row], "location_id": lines["location_id"].array[row],
            "waiting_units": units / THOUSANDTHS, "amount_minor": np.rint(amount).astype(np.int64),
            "currency": lines["currency"].array[row], "cause": cause.astype(str),
            "available_on": available_on.astype("datetime64[us]"), "reason": reason.astype(str),
        }
    )  # fmt: skip
    return check(frame, BACKLOG)


def _why_short(
    coded: Coded, built: Built, solution: Solution, row: Ints, short: Ints
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Cause and reason of lines that the plan leaves short."""
    problem = built.arrays
    left = problem.available - np.bincount(
        problem.cell[solution.flow > 0], solution.flow[solution.flow > 0], minlength=len(problem.available)
    ).astype(np.int64)
    demand_of_row = np.full(len(coded.order), -1, dtype=np.int64)
    demand_of_row[built.line] = built.demands.line_demand
    demand = demand_of_row[row]
    counts = np.diff(problem.first_cell)
    entry_demand = np.repeat(np.arange(len(counts)), counts)
    has_cell = problem.cell >= 0
    reachable = np.bincount(entry_demand[has_cell], left[problem.cell[has_cell]], minlength=len(counts))[demand]
    anywhere = np.bincount(coded.stock_sku, left, minlength=len(coded.sku_names))[built.demands.sku[demand]]
    policy = problem.policy[built.demands.order[demand]]
    cause = np.where((reachable >= short) & (policy > 0), "awaiting_complete", "no_stock").astype(object)
    reason = np.full(len(row), "no stock left", dtype=object)
    reason[reachable > 0] = "sending it from there costs more than letting it wait"
    reason[(reachable == 0) & (anywhere > 0)] = "stock only at places that cannot send it"
    reason[cause == "awaiting_complete"] = "waits for the rest of its order"
    cause[(reachable >= short) & (policy == 0)] = "awaiting_complete"
    return cause, reason


def _date_from_receipts(
    lines: pd.DataFrame, row: Ints, short: Ints, is_empty: Ints, receipts: pd.DataFrame | None,
    available_on: Dates,
    reason: NDArray[np.object_],
) -> None:  # fmt: skip
    if receipts is None or len(is_empty) == 0:
        reason[is_empty] = reason[is_empty] + "; nothing on order"
        return
    waiting = pd.DataFrame(
        {"sku_id": lines["sku_id"].array[row[is_empty]], "waiting_units": short[is_empty] / THOUSANDTHS}
    )
    at = receipt_for(waiting, receipts)
    found = at >= 0
    available_on[is_empty[found]] = receipts["expected_on"].to_numpy(dtype="datetime64[D]")[at[found]]
    order_name = receipts["purchase_order_id"].to_numpy(dtype=object)[at[found]]
    why = receipts["reason"].to_numpy(dtype=object)[at[found]]
    reason[is_empty[found]] = reason[is_empty[found]] + "; on purchase order " + order_name + " (" + why + ")"
    reason[is_empty[~found]] = reason[is_empty[~found]] + "; nothing on order that is not already spoken for"


def _wait_for_the_rest(coded: Coded, row: Ints, cause: NDArray[np.object_], available_on: Dates) -> None:
    """A line that waits for its order is there when the last of the order is."""
    order = coded.order[row]
    latest = np.full(len(coded.order_names), np.iinfo(np.int64).min)
    empty = np.flatnonzero(cause == "no_stock")
    days = available_on[empty].astype("datetime64[D]")
    known = np.where(np.isnat(days), np.iinfo(np.int64).max, days.astype(np.int64))
    np.maximum.at(latest, order[empty], known)
    waits = np.flatnonzero(cause == "awaiting_complete")
    day = latest[order[waits]]
    is_known = (day > np.iinfo(np.int64).min) & (day < np.iinfo(np.int64).max)
    available_on[waits[is_known]] = day[is_known].astype("datetime64[D]")
