"""What a location can pick today, and on which day the rest of its work leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.calendars import Dates, WorkingCalendar
from invopt.orders.coded import Coded
from invopt.orders.problem import Ints
from invopt.orders.served import Served
from invopt.tables import LOCATION, check


def release_day(
    served: Served, coded: Coded, locations: pd.DataFrame | None, calendar: WorkingCalendar | None,
    as_of: np.datetime64, busy_lines: pd.Series | None = None,
) -> Dates:  # fmt: skip
    """Day on which each entry of `served` is released, by `pick_lines_per_day` of its location.

    Orders queue by priority at each location, all their lines there together; an order is begun on the day on
    which the lines before it leave room; later days are working days of `calendar` (every day for None). A
    location without a figure has no limit; one with 0 releases nothing (a missing day). `busy_lines` counts by
    location the lines that are being picked already, which go before.
    """
    day = np.full(len(served.line), as_of, dtype="datetime64[D]")
    if locations is None or len(served.line) == 0:
        return day
    locations = check(locations, LOCATION)
    limit = _limits(coded, locations)
    limited = np.flatnonzero(limit[served.location] >= 0)
    if len(limited) == 0:
        return day
    location, order = served.location[limited], coded.order[served.line[limited]]
    queue = np.lexsort((coded.rank[order], location))
    key = location[queue] * np.int64(len(coded.order_names)) + order[queue]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    lines = np.diff(np.r_[first, len(key)])
    task_location = location[queue][first]
    before = np.cumsum(lines) - lines
    opens = np.r_[True, task_location[1:] != task_location[:-1]]
    before -= np.repeat(before[opens], np.diff(np.r_[np.flatnonzero(opens), len(first)]))
    before += _busy(coded, busy_lines)[task_location]
    per_day = limit[task_location]
    later = np.where(per_day > 0, before // np.maximum(per_day, 1), 0)
    calendar = calendar or WorkingCalendar(open_weekdays=tuple(range(7)))
    task_day = np.where(later == 0, as_of, calendar.add_days(np.full(len(first), as_of), later))
    task_day[per_day == 0] = np.datetime64("NaT")
    day[limited[queue]] = np.repeat(task_day, lines)
    return day


def _busy(coded: Coded, busy_lines: pd.Series | None) -> Ints:
    lines = np.zeros(len(coded.location_names), dtype=np.int64)
    if busy_lines is not None and len(busy_lines):
        at = coded.location_names.get_indexer(pd.Index(busy_lines.index))
        lines[at[at >= 0]] = busy_lines.to_numpy(dtype=np.int64)[at >= 0]
    return lines


def _limits(coded: Coded, locations: pd.DataFrame) -> Ints:
    limit = np.full(len(coded.location_names), -1, dtype=np.int64)
    at = coded.location_names.get_indexer(pd.Index(locations["location_id"]))
    lines = locations["pick_lines_per_day"].fillna(-1).to_numpy(dtype=np.int64)
    limit[at[at >= 0]] = lines[at >= 0]
    return limit
