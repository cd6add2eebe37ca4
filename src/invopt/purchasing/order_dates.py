"""When a supplier takes the order and when the goods arrive: order days, holidays and shutdowns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.calendars import Dates, WorkingCalendar, parse_weekdays
from invopt.errors import SettingsError
from invopt.purchasing.reasons import Reason, Reasons

HORIZON_DAYS = 1_100  # the longest lead time a setting allows (two years), a year of shutdowns beside it


@dataclass(frozen=True)
class SupplierCalendar:
    """Order days and working spells of suppliers, one row each, from the as-of day on.

    `extra_days` is how long the supplier keeps the shop waiting beyond the next review before it takes an
    order. `open_rank[s, d]` counts the days outside shutdowns before day d, and `open_day[s, k]` is the k-th
    of them.
    """

    supplier_id: NDArray[np.object_]
    as_of: np.datetime64
    order_on: Dates  # NaT where it takes no order within the horizon
    extra_days: NDArray[np.int64]
    reasons: Reasons
    open_rank: NDArray[np.int32]
    open_day: NDArray[np.int32]

    def arrival(
        self, supplier: NDArray[np.int64], lead_time_days: NDArray[np.float64], receiving: WorkingCalendar
    ) -> Dates:
        """Expected day of arrival: the lead time counted in days outside shutdowns, then to a working day.

        A lead time measured from receipts holds ordinary weekends and holidays; a shutdown is not in it.
        """
        on = self.order_on[supplier]
        known = ~np.isnat(on)
        start = np.where(known, (np.where(known, on, self.as_of) - self.as_of).astype(np.int64), 0)
        days = np.clip(np.ceil(np.nan_to_num(lead_time_days)), 0, HORIZON_DAYS).astype(np.int64)
        rank = np.minimum(self.open_rank[supplier, start] + days, self.open_day.shape[1] - 1)
        arrives = self.as_of + self.open_day[supplier, rank].astype("timedelta64[D]")
        result = receiving.next_open(arrives)
        result[~known] = np.datetime64("NaT")
        return result


def supplier_calendars(
    suppliers: pd.DataFrame,
    closures: pd.DataFrame,
    supplier_id: NDArray[np.object_],
    as_of: dt.date,
    review_days: int,
) -> SupplierCalendar:
    """The calendar of each supplier named, from SUPPLIER and SUPPLIER_CLOSURE frames.

    The order day is the as-of day or the first later day on which the supplier takes orders: one of its order
    weekdays, no public holiday of its country, outside its closures. A supplier that is not in the frame,
    names an unknown weekday or country takes orders Monday to Friday, with `supplier_calendar_unknown`.

    >>> suppliers = pd.DataFrame({"supplier_id": ["ACME"], "order_weekdays": ["Mon"], "country": [None]})
    >>> closures = pd.DataFrame(
    ...     {"supplier_id": ["ACME"], "starts_on": ["2026-03-09"], "ends_on": ["2026-03-13"]})
    >>> names = np.array(["ACME"], dtype=object)
    >>> found = supplier_calendars(suppliers, closures, names, dt.date(2026, 3, 1), 7)
    >>> found.order_on.astype(str).tolist(), found.extra_days.tolist()
    (['2026-03-02'], [7])
    """
    start = np.datetime64(as_of, "D")
    days = start + np.arange(HORIZON_DAYS)
    count = len(supplier_id)
    order_on = np.full(count, np.datetime64("NaT"), dtype="datetime64[D]")
    extra = np.zeros(count, dtype=np.int64)
    reasons = np.zeros(count, dtype=np.int64)
    rank = np.zeros((count, len(days)), dtype=np.int32)
    nth = np.zeros((count, len(days)), dtype=np.int32)
    facts: dict[str, dict[str, Any]] = suppliers.set_index("supplier_id")[["order_weekdays", "country"]].to_dict(
        "index"
    )  # type: ignore[assignment]
    spells = dict(list(closures.groupby("supplier_id")))
    seen: dict[tuple[object, ...], tuple[NDArray[np.bool_], bool]] = {}
    for index, name in enumerate(supplier_id.tolist()):
        kind = tuple(facts[name].values()) if name in facts else ()
        if kind not in seen:
            seen[kind] = _order_days(facts.get(name), days)
        takes_orders, is_known = seen[kind]
        is_open = np.ones(len(days), dtype=bool)
        if name in spells:
            begins = spells[name]["starts_on"].to_numpy().astype("datetime64[D]")
            ends = spells[name]["ends_on"].to_numpy().astype("datetime64[D]")
            for first, last in zip(begins, ends, strict=True):
                is_open &= (days < first) | (days > last)
        possible = np.flatnonzero(takes_orders & is_open)
        rank[index] = np.cumsum(is_open) - is_open
        open_days = np.flatnonzero(is_open)
        nth[index] = open_days[-1] if len(open_days) else len(days) - 1
        nth[index, : len(open_days)] = open_days
        reasons[index] = 0 if is_known else int(Reason.SUPPLIER_CALENDAR_UNKNOWN)
        if not len(possible):
            reasons[index] |= int(Reason.SUPPLIER_CLOSED)
            continue
        order_on[index] = days[possible[0]]
        due = possible[0] + review_days
        later = possible[possible >= due]
        extra[index] = (later[0] if len(later) else len(days)) - due
    return SupplierCalendar(supplier_id, start, order_on, extra, reasons, rank, nth)


def _order_days(facts: dict[str, Any] | None, days: Dates) -> tuple[NDArray[np.bool_], bool]:
    years = [int(str(day)[:4]) for day in (days[0], days[-1])]
    if facts is None:
        return WorkingCalendar().is_open(days), False
    weekdays, country = facts["order_weekdays"], facts["country"]
    try:
        calendar = WorkingCalendar.of(
            country if isinstance(country, str) else None,
            *years,
            open_weekdays=parse_weekdays(weekdays if isinstance(weekdays, str) else None),
        )
    except SettingsError:
        return WorkingCalendar().is_open(days), False
    return calendar.is_open(days), True
