"""The time axis of a run: full periods of history before the as-of day, and the periods that are forecast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invopt.calendars import Dates, days_in, period_start
from invopt.settings import Settings


@dataclass(frozen=True)
class Axis:
    """Periods of history and of the forecast.

    The as-of day may lie inside a period; its days before the as-of day are then no full period of history, and
    the forecast begins with the whole period that holds the day, `first_day` days into it.
    """

    first_on: np.datetime64  # first day of the first period of history
    stop_on: np.datetime64  # first day of the first forecast period
    history: int  # periods
    horizon: int  # periods
    spread_horizon: int  # periods over which uncertainty is measured
    period_days: int
    first_day: int  # days of the first forecast period that have passed

    @classmethod
    def of(cls, as_of: np.datetime64, first_demand_on: np.datetime64, settings: Settings) -> Axis:
        """The axis of a run whose history begins on `first_demand_on`."""
        business, days = settings.business, days_in(settings.business.period)
        stop = period_start(as_of, business.period, business.week_start_index)
        first = period_start(first_demand_on, business.period, business.week_start_index)
        known = int((stop - first).astype(np.int64)) // days
        history = max(1, min(known, settings.demand.history_periods))
        return cls(
            first_on=np.datetime64(str(stop - np.timedelta64(history * days, "D")), "D"),
            stop_on=np.datetime64(str(stop), "D"),
            history=history,
            horizon=settings.forecast.horizon_periods,
            spread_horizon=min(settings.forecast.horizon_periods, max(1, settings.forecast.spread_days // days)),
            period_days=days,
            first_day=int((as_of - stop).astype(np.int64)),
        )

    @property
    def forecast_starts(self) -> Dates:
        """First day of each forecast period."""
        return self.stop_on + np.arange(self.horizon) * np.timedelta64(self.period_days, "D")

    @property
    def history_starts(self) -> Dates:
        """First day of each period of history."""
        return self.first_on + np.arange(self.history) * np.timedelta64(self.period_days, "D")

    @property
    def season_length(self) -> int:
        """Periods of the season: a year of weeks, or a week of days."""
        return 52 if self.period_days == 7 else 7

    @property
    def phase(self) -> int:
        """Place of the first period in its season."""
        if self.period_days == 7:
            day_of_year = (self.first_on - self.first_on.astype("datetime64[Y]")).astype(np.int64)
            return int(day_of_year) // 7 % 52
        return int((self.first_on.astype(np.int64) + 3) % 7)

    @property
    def yearly_phase(self) -> int | None:
        """Day of the year (0-364) of the first period, for days; weeks carry the year as their season."""
        if self.period_days == 7:
            return None
        return int((self.first_on - self.first_on.astype("datetime64[Y]")).astype(np.int64)) % 365
