"""The forecast on the weeks of a plan that begins in the middle of one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from invopt.calendars import weekday
from invopt.errors import TableError
from invopt.purchasing.keys import positions
from invopt.settings import Settings
from invopt.tables import FORECAST, check

_KEY = ("sku_id", "location_id")
TAIL_PERIODS = 4  # the mean of so many last periods goes on after the forecast's end


def plan_edges(as_of: dt.date, settings: Settings) -> NDArray[np.int64]:
    """First day of each week of the plan and the day after its last, in days from the as-of day.

    >>> plan_edges(dt.date(2026, 3, 4), Settings())[:3].tolist()   # a Wednesday, weeks from Monday
    [0, 5, 12]
    """
    since_start = (int(weekday(np.datetime64(as_of, "D"))) - settings.business.week_start_index) % 7
    weeks = np.arange(settings.purchasing.forward_weeks + 1, dtype=np.int64) * 7 - since_start
    weeks[0] = 0
    return weeks


@dataclass(frozen=True)
class WeeklyDemand:
    """Expected demand from the as-of day to points in time, one row a policy row.

    `knots` are days from the as-of day, the first 0; `total[i, k]` is the demand of row i before knot k, linear
    between; `slope[i]` the units a day after the last knot. `cumulative` is the same at the edges of the plan.
    """

    knots: NDArray[np.float64]
    total: NDArray[np.float64]
    slope: NDArray[np.float64]
    cumulative: NDArray[np.float64]

    def before(self, days: ArrayLike) -> NDArray[np.float64]:
        """Demand of each row before a day (a number for all rows, or one a row), in units."""
        day = np.broadcast_to(np.asarray(days, dtype=float), (len(self.total),))
        return _read(self.knots, self.total, self.slope, day)

    def between(self, first: ArrayLike, last: ArrayLike) -> NDArray[np.float64]:
        """Demand of each row between two days, in units."""
        return self.before(last) - self.before(first)


def weekly_demand(
    policy: pd.DataFrame, forecast: pd.DataFrame, edges: NDArray[np.int64], as_of: dt.date
) -> WeeklyDemand:
    """Spread each period's mean evenly over its days and add it up from the as-of day on.

    `policy` gives the rows (`sku_id, location_id`), `forecast` is FORECAST, whose rows have the same periods for
    every SKU-location; rows of other SKU-locations are passed over. A policy row without a forecast is expected
    to sell nothing.

    Raises `TableError` where a SKU-location lacks periods that others have.
    """
    rows = check(forecast, FORECAST)
    today = np.datetime64(as_of, "D")
    starts = np.unique(rows["period_start"].to_numpy().astype("datetime64[D]"))
    if not len(starts):
        nothing = np.zeros((len(policy), 1))
        return WeeklyDemand(np.zeros(1), nothing, np.zeros(len(policy)), np.zeros((len(policy), len(edges))))
    begins = (starts - today).astype(np.int64)
    length = int(np.diff(begins).min()) if len(begins) > 1 else 7
    ends = np.append(begins[1:], begins[-1] + length)
    mean = _grid(policy, rows, starts)
    share = (ends - np.maximum(begins, 0)).clip(0) / (ends - begins)  # the begun period counts from today on
    knots = np.maximum(np.concatenate([begins[:1], ends]), 0).astype(float)
    total = np.concatenate([np.zeros((len(mean), 1)), np.cumsum(mean * share, axis=1)], axis=1)
    slope = mean[:, -TAIL_PERIODS:].sum(axis=1) / (ends - begins)[-TAIL_PERIODS:].sum()
    cumulative = np.empty((len(policy), len(edges)))
    for index, edge in enumerate(edges.tolist()):
        cumulative[:, index] = _read(knots, total, slope, np.full(len(policy), float(edge)))
    return WeeklyDemand(knots, total, slope, cumulative)


def _grid(policy: pd.DataFrame, rows: pd.DataFrame, starts: NDArray[np.datetime64]) -> NDArray[np.float64]:
    row = positions(rows, policy, _KEY) if len(policy) else np.full(len(rows), -1)
    period = np.searchsorted(starts, rows["period_start"].to_numpy().astype("datetime64[D]"))
    known = row >= 0
    mean: NDArray[np.float64] = np.full((len(policy), len(starts)), np.nan)
    mean[row[known], period[known]] = rows["mean_units"].to_numpy(dtype=float)[known]
    missing = np.isnan(mean)
    gaps = np.flatnonzero(missing.any(axis=1) & ~missing.all(axis=1))
    if len(gaps):
        raise TableError(
            f"forecast: {len(gaps)} SKU-locations lack periods that others have, first: "
            f"{policy.loc[gaps[:3], list(_KEY)].to_dict('records')}. Forecast all of them over one horizon."
        )
    return np.where(missing, 0.0, mean)


def _read(
    knots: NDArray[np.float64], total: NDArray[np.float64], slope: NDArray[np.float64], day: NDArray[np.float64]
) -> NDArray[np.float64]:
    left = np.clip(np.searchsorted(knots, day, side="right") - 1, 0, max(len(knots) - 2, 0))
    right = np.minimum(left + 1, len(knots) - 1)
    width = knots[right] - knots[left]
    part = np.clip(np.divide(day - knots[left], width, out=np.zeros(len(day)), where=width > 0), 0.0, 1.0)
    rows = np.arange(len(total))
    inside = total[rows, left] + part * (total[rows, right] - total[rows, left])
    return np.asarray(inside + slope * np.maximum(day - knots[-1], 0.0))
