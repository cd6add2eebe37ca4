"""The days on which the made-up warehouses and carriers work."""

from __future__ import annotations

import datetime as dt

import numpy as np

from invopt.sample.spec import ShopSpec

CLOSED_MONTH_DAYS = ((1, 1), (12, 25), (12, 26))
MARGIN_DAYS = 60  # parcels of the last days arrive after the history


def is_working(spec: ShopSpec) -> np.ndarray:
    """Per day of the history and some weeks after it: Monday to Friday, but for three holidays."""
    days = [spec.starts_on + dt.timedelta(days=day) for day in range(spec.days + MARGIN_DAYS)]
    return np.array([day.weekday() < 5 and (day.month, day.day) not in CLOSED_MONTH_DAYS for day in days])


def next_working(spec: ShopSpec) -> np.ndarray:
    """The first working day on or after each day."""
    working = is_working(spec)
    found = np.where(working, np.arange(len(working)), len(working) - 1)
    nearest: np.ndarray = np.minimum.accumulate(found[::-1])[::-1]
    return nearest


def add_working_days(spec: ShopSpec, days: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """The day that is so many working days after each day."""
    working = np.flatnonzero(is_working(spec))
    position = np.searchsorted(working, days, side="right") - 1 + steps
    landed: np.ndarray = working[np.clip(position, 0, len(working) - 1)]
    return landed
