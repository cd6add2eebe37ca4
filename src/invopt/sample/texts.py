"""Columns of text and time for many rows at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from invopt.sample.spec import ShopSpec

TIME_ZONE = "Europe/London"


def numbered(prefix: str, numbers: np.ndarray) -> pd.Series:
    """The prefix followed by each number, as text."""
    written = pc.cast(pa.array(numbers), pa.large_string())
    if prefix:
        written = pc.binary_join_element_wise(
            pa.scalar(prefix, pa.large_string()), written, pa.scalar("", pa.large_string())
        )
    return pd.Series(pd.array(written, dtype="str"))


def chosen(codes: np.ndarray, choices: Sequence[str] | np.ndarray) -> pd.Series:
    """The choice at each code; missing where the code is -1."""
    return pd.Series(pd.Categorical.from_codes(codes.astype(np.int64), categories=pd.Index(list(choices))))


def looked_up(positions: np.ndarray, values: np.ndarray) -> pd.Series:
    """The text of a short list, which may repeat itself, at each position; missing where that is -1."""
    codes, unique = pd.factorize(values)
    return chosen(np.where(positions >= 0, codes[positions], -1), [str(value) for value in unique])


def days_to_dates(spec: ShopSpec, days: np.ndarray, missing: np.ndarray | None = None) -> pd.Series:
    """Dates from positions in the history."""
    dates = np.datetime64(spec.starts_on, "D") + days.astype("timedelta64[D]")
    if missing is not None:
        dates = np.where(missing, np.datetime64("NaT", "D"), dates)
    return pd.Series(dates.astype("datetime64[us]"))


def local_to_utc(spec: ShopSpec, days: np.ndarray, seconds: np.ndarray, missing: np.ndarray | None = None) -> pd.Series:
    """UTC moments from days and local seconds of the day; no second lies in the hours when clocks change."""
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    zone = ZoneInfo(TIME_ZONE)
    offsets = []
    for day in range(first, last + 1):
        noon = dt.datetime.combine(spec.starts_on + dt.timedelta(days=day), dt.time(12), tzinfo=zone)
        offset = noon.utcoffset()
        assert offset is not None
        offsets.append(int(offset.total_seconds()))
    offset_seconds = np.array(offsets, dtype=np.int64)[days - first]
    moments = (
        np.datetime64(spec.starts_on, "s")
        + days.astype("timedelta64[D]")
        + (seconds - offset_seconds).astype("timedelta64[s]")
    )
    if missing is not None:
        moments = np.where(missing, np.datetime64("NaT", "s"), moments)
    return pd.Series(moments.astype("datetime64[us]"))
