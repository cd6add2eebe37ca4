"""When an open order will come: as confirmed, or by its lead time given how old it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.calendars import Dates
from invopt.purchasing.keys import positions
from invopt.settings import Settings
from invopt.tables import LEAD_TIME, check

LONGEST_WAIT_DAYS = 1_825.0
# A certain lead time that has passed tells nothing about how much longer: this spread of log days is used then.
LEAST_LOG_SCALE = 0.05
ASSUMED_FREEDOM = 30.0


@dataclass(frozen=True)
class ExpectedArrivals:
    """For each line: the day it was due, the days to wait from today (at least 1 where overdue), the day expected."""

    due_on: Dates
    wait_days: NDArray[np.float64]
    expected_on: Dates


def expected_arrivals(
    lines: pd.DataFrame,
    lead_time: pd.DataFrame,
    planned_lead_days: NDArray[np.float64],
    settings: Settings,
    as_of: dt.date,
) -> ExpectedArrivals:
    """Expected arrival of each INBOUND line.

    A line comes on the day its supplier confirmed. Where it is unconfirmed, or that day has passed, it comes at
    the median of its lead time given its age, F^-1((1 + F(age)) / 2) of the Student-t on log days in LEAD_TIME,
    and never today. A line whose supplier has no LEAD_TIME row takes `planned_lead_days` with the spread
    `lead_time.assumed_log_scale`.
    """
    from scipy.special import stdtr, stdtrit

    rows = check(lead_time, LEAD_TIME)
    at = positions(lines, rows, ("supplier_id", "sku_id", "location_id"))

    def column(name: str, missing: NDArray[np.float64]) -> NDArray[np.float64]:
        if not len(rows):
            return missing
        return np.where(at >= 0, rows[name].to_numpy(dtype=float)[np.maximum(at, 0)], missing)

    count = len(lines)
    age = lines["age_days"].to_numpy(dtype=float)
    location = column("log_location_days", np.log(np.maximum(planned_lead_days, 1.0)))
    scale = np.maximum(column("log_scale", np.full(count, settings.lead_time.assumed_log_scale)), LEAST_LOG_SCALE)
    freedom = np.maximum(column("degrees_of_freedom", np.full(count, ASSUMED_FREEDOM)), 1.0)
    freedom = np.where(np.isfinite(freedom), freedom, 1e6)
    z = (np.log(np.maximum(age, 0.5)) - location) / scale
    # The upper tail in place of 1 - F keeps its digits where the order is very old.
    survives = stdtr(freedom, -z)
    total = np.exp(location - scale * stdtrit(freedom, np.maximum(survives / 2.0, 1e-12)))
    remaining = np.clip(total - age, 0.0, LONGEST_WAIT_DAYS)

    today = np.datetime64(as_of, "D")
    confirmed = lines["confirmed_on"].to_numpy().astype("datetime64[D]")
    ordered = lines["ordered_on"].to_numpy().astype("datetime64[D]")
    days = np.clip(np.ceil(np.exp(location)), 0.0, LONGEST_WAIT_DAYS)
    due = np.where(np.isnat(confirmed), ordered + days.astype("timedelta64[D]"), confirmed)
    stands = ~np.isnat(confirmed) & (confirmed >= today)
    wait = np.where(stands, (due - today).astype(float), np.maximum(np.ceil(remaining), 1.0))
    return ExpectedArrivals(due, wait, today + wait.astype("timedelta64[D]"))
