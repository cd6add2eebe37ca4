"""What a projection starts from: expected demand, lead times, and what is on its way, a row per SKU-location."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from invopt.errors import TableError

Floats = NDArray[np.float64]


def owned(values: NDArray[Any], dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Return a contiguous writable array: numba compiles anew for every mix of writable and read-only arguments."""
    return np.require(values, dtype, ["C_CONTIGUOUS", "WRITEABLE"])


@dataclass(frozen=True)
class DemandOutlook:
    """What customers are expected to want, SKU-locations in rows and periods in columns.

    `mean_units` (n, periods) starts with the period that holds the as-of day, `first_day` days into it. A
    period has mean mu, variance mu + `dispersion` mu^2, and all periods share a gamma factor of mean 1 and
    variance `level_variance` (what is not known about the level). Demand of part of a week follows
    `day_shares` ((7,) or (n, 7), adding up to 1); without them the days are alike. Beyond the last period
    the mean of the last four weeks continues, and the result says how much of the interval that was.
    `unit` (n) is 1 where demand comes in whole units and 0 where it comes in fractions (a gamma, without the mu of
    whole units in its variance); whole units without it.
    """

    mean_units: Floats
    dispersion: Floats
    level_variance: Floats
    days_per_period: int = 1
    first_day: int = 0
    day_shares: Floats | None = None
    unit: Floats | None = None

    def __post_init__(self) -> None:
        """Refuse shapes and values that no demand can have."""
        if self.mean_units.ndim != 2 or self.mean_units.shape[1] == 0:
            raise TableError("demand outlook: mean_units needs a row per SKU-location and a column per period.")
        if not 0 <= self.first_day < self.days_per_period:
            raise TableError(
                f"demand outlook: first_day {self.first_day} is outside a period of {self.days_per_period} days."
            )
        for name in ("mean_units", "dispersion", "level_variance"):
            values = getattr(self, name)
            bad = ~(np.isfinite(values) & (values >= 0))
            if bad.any():
                raise TableError(
                    f"demand outlook: {int(bad.sum())} values of {name} are negative or missing, first at "
                    f"row {int(np.argwhere(bad)[0][0])}. Leave out SKU-locations without a forecast."
                )

    @property
    def size(self) -> int:
        """The number of SKU-locations."""
        return int(self.mean_units.shape[0])

    def rows(self, index: NDArray[np.intp]) -> DemandOutlook:
        """The outlook of some SKU-locations, in the order of `index`."""
        shares = self.day_shares
        if shares is not None and shares.ndim == 2 and len(shares) == self.size:
            shares = shares[index]
        return replace(
            self,
            mean_units=self.mean_units[index],
            dispersion=self.dispersion[index],
            level_variance=self.level_variance[index],
            day_shares=shares,
            unit=None if self.unit is None else self.unit[index],
        )

    def shares(self) -> Floats:
        """Return the share of a period's demand that falls on each of its days, a row for all or one each."""
        if self.day_shares is None:
            return np.full((1, self.days_per_period), 1.0 / self.days_per_period)
        shares = np.atleast_2d(np.asarray(self.day_shares, np.float64))
        if shares.shape[1] != self.days_per_period or shares.shape[0] not in (1, self.size):
            raise TableError(f"demand outlook: day_shares of shape {shares.shape} fit neither one row nor each row.")
        return owned(shares)


@dataclass(frozen=True)
class LeadTimes:
    """Days from order to receipt: log days are location + scale x Student-t; scale 0 is a certain lead
    time."""

    log_location_days: Floats
    log_scale: Floats
    degrees_of_freedom: Floats

    def rows(self, index: NDArray[np.intp]) -> LeadTimes:
        """The lead times of some SKU-locations, in the order of `index`."""
        return LeadTimes(self.log_location_days[index], self.log_scale[index], self.degrees_of_freedom[index])

    @classmethod
    def certain(cls, days: ArrayLike) -> LeadTimes:
        """Return lead times known to the day; 0 means that goods arrive before the next demand."""
        days = np.atleast_1d(np.asarray(days, np.float64))
        return cls(np.log(np.maximum(days, 1e-9)), np.zeros(len(days)), np.full(len(days), np.inf))


@dataclass(frozen=True)
class Arrivals:
    """What is already on its way, those of SKU-location i in `start[i]:start[i + 1]`.

    `day` is when each is expected, in days from the as-of day; negative where it is overdue. `age_days`
    counts from its order, and age + day, its expected duration, is the median of a log-Student-t of scale
    `log_scale`: the arrival is drawn given that it has not come by now. Returns that customers send back
    arrive too, in the order of their days, and how many is uncertain: `variance` is the variance of each given
    what came before it (0 or left out: `units` is certain), `slope` how many more are expected of it for each
    unit that came beyond expectation before (see `uncertain_supply`).
    """

    start: NDArray[np.int64]
    day: Floats
    units: Floats
    age_days: Floats
    log_scale: Floats
    degrees_of_freedom: Floats
    is_return: NDArray[np.bool_]
    variance: Floats | None = None
    slope: Floats | None = None

    def rows(self, index: NDArray[np.intp]) -> Arrivals:
        """What is on its way to some SKU-locations, in the order of `index`."""
        count = np.diff(self.start)[index]
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        at = np.repeat(self.start[index] - start[:-1], count) + np.arange(start[-1])
        given: dict[str, Any] = {
            column.name: getattr(self, column.name) for column in fields(self) if column.name != "start"
        }
        chosen: dict[str, Any] = {name: None if column is None else column[at] for name, column in given.items()}
        return replace(self, start=start, **chosen)

    @classmethod
    def none(cls, size: int) -> Arrivals:
        """Return the arrivals of SKU-locations with nothing on the way."""
        empty = np.zeros(0)
        return cls(np.zeros(size + 1, np.int64), empty, empty, empty, empty, empty, np.zeros(0, np.bool_))

    @classmethod
    def certain(cls, row: ArrayLike, day: ArrayLike, units: ArrayLike, size: int) -> Arrivals:
        """Return arrivals known to the day, from each one's row of SKU-location, its day and its units."""
        rows = np.asarray(row, np.int64)
        order = np.argsort(rows, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=size))]).astype(np.int64)
        zeros = np.zeros(len(rows))
        return cls(
            start,
            np.asarray(day, np.float64)[order],
            np.asarray(units, np.float64)[order],
            zeros,
            zeros,
            np.full(len(rows), np.inf),
            np.zeros(len(rows), np.bool_),
        )
