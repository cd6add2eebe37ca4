"""Returns as supply: resaleable units still to come back, with their variance."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from invopt.calendars import Dates
from invopt.errors import TableError
from invopt.returns.fit import ReturnModel
from invopt.returns.history import ReturnHistory
from invopt.returns.sold import Floats, Ints, sums
from invopt.tables import EXPECTED_RETURN, check

SMALLEST_MEAN = 1e-6  # units; less is not worth a row


def expected_returns(
    model: ReturnModel,
    history: ReturnHistory,
    period_starts: Dates,
    end_on: np.datetime64,
    as_of: np.datetime64,
    future_sales: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """EXPECTED_RETURN: resaleable units by SKU, location and period, out of what has been sold before
    `as_of`.

    `period_starts` are the first days of the periods, ascending, the first not before `as_of`; the last
    period ends before `end_on`. Of n units of a cohort that have not come back by age a, each comes back
    inside a period with

        pi = p (W(end) - W(start)) / (1 - p W(a)),   W the sum of lag weights

    and is fit for sale with the resaleable share s: mean n s pi, variance c n s pi (1 - s pi) with c the
    mean size of a return line (binomial thinning; c = 1 for single units). Periods are not independent: a
    unit that comes back in one cannot in another (covariance -n pi_i pi_j), so `cumulative_variance_units2` is
    less than the sum of the variances: from it `inventory.uncertain_supply` has the covariance. For another
    interval call `expected_over`, never add variances.
    """
    starts = np.asarray(period_starts, dtype="datetime64[D]")
    edges = np.append(starts, np.asarray(end_on, dtype="datetime64[D]"))
    if (np.diff(edges) <= np.timedelta64(0, "D")).any() or (len(starts) and starts[0] < as_of):
        raise TableError("expected_return: period starts must ascend, from the as-of day on, and end before end_on.")
    cohorts = _Cohorts(model, history, as_of, future_sales)
    parts = []
    first = np.full(len(cohorts.left), edges[0])
    for start, end in pairwise(edges):
        mean, variance = cohorts.inside(np.full(len(cohorts.left), start), np.full(len(cohorts.left), end))
        total, spread = cohorts.by_place(mean), cohorts.by_place(variance)
        until_then = cohorts.by_place(cohorts.inside(first, np.full(len(cohorts.left), end))[1])
        rows = np.flatnonzero(total > SMALLEST_MEAN)
        skus, locations = cohorts.places["sku_id"].array[rows], cohorts.places["location_id"].array[rows]
        columns = (
            skus,
            locations,
            np.full(len(rows), start, dtype="datetime64[us]"),
            total[rows],
            spread[rows],
            until_then[rows],
        )
        parts.append(pd.DataFrame(dict(zip(EXPECTED_RETURN.names, columns, strict=True))))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(EXPECTED_RETURN.names))
    return check(frame.sort_values(["sku_id", "location_id", "period_start"], ignore_index=True), EXPECTED_RETURN)


def expected_over(
    model: ReturnModel, history: ReturnHistory, intervals: pd.DataFrame, as_of: np.datetime64,
    future_sales: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Resaleable units expected back inside one interval for each SKU and location, covariance between days
    included.

    `intervals` has `sku_id, location_id, first_on, end_on` (the day after the last), one row a SKU and
    location. Returns the same rows with `mean_units` and `variance_units2`: with P the share that comes back
    anywhere inside the interval, n s P and c n s P (1 - s P), which is the sum of the days' variances and
    covariances.
    """
    cohorts = _Cohorts(model, history, as_of, future_sales)
    keys = ["sku_id", "location_id"]
    at = pd.MultiIndex.from_frame(intervals[keys]).get_indexer(pd.MultiIndex.from_frame(cohorts.places))
    asked = np.append(np.arange(len(intervals)), -1)[at]  # row of each place; -1 where nobody asked
    row = asked[cohorts.place]
    used = row >= 0
    starts = np.full(len(row), as_of, dtype="datetime64[D]")
    ends = starts.copy()
    starts[used] = intervals["first_on"].to_numpy(dtype="datetime64[D]")[row[used]]
    ends[used] = intervals["end_on"].to_numpy(dtype="datetime64[D]")[row[used]]
    mean, variance = cohorts.inside(starts, ends)
    return intervals.assign(
        mean_units=sums(row[used], mean[used], len(intervals)),
        variance_units2=sums(row[used], variance[used], len(intervals)),
    )


class _Cohorts:
    """Units sold and not yet back, with the share that still will be, and when."""

    def __init__(
        self, model: ReturnModel, history: ReturnHistory, as_of: np.datetime64, future_sales: pd.DataFrame | None
    ) -> None:
        longest = model.lag.shape[1] - 1
        known = history.sold.assign(is_future=False)
        if future_sales is not None and len(future_sales):
            known = pd.concat([known, _future(future_sales, model.delay_days)], ignore_index=True)
        clock = known["clock_on"].to_numpy(dtype="datetime64[D]")
        age = (as_of - clock).astype(np.int64) - 1
        sold = known[age < longest]
        self.is_future = sold["is_future"].to_numpy(dtype=bool)
        self.clock = clock[age < longest]
        self.age = age[age < longest]
        sku = pd.Index(model.rates["sku_id"]).get_indexer(sold["sku_id"])
        if (sku < 0).any():
            raise TableError("return_rate: a sold SKU has no rate; fit on the same history.")
        self.seen = np.concatenate([np.zeros((len(model.lag), 1)), np.cumsum(model.lag, axis=1)], axis=1)
        self.category = model.category[sku]
        self.share = _shares(model, sku, sold)
        self.resaleable = model.rates["resaleable_share"].to_numpy()[sku]
        self.clump = model.clump_units
        self.left = (sold["sold_units"] - sold["returned_units"]).to_numpy()
        keys = pd.MultiIndex.from_frame(sold[["sku_id", "location_id"]])
        self.place, names = pd.factorize(keys, sort=True)
        self.places = pd.DataFrame(list(names), columns=["sku_id", "location_id"]).astype("str")

    def inside(self, starts: Dates, ends: Dates) -> tuple[Floats, Floats]:
        """Mean and variance of what each cohort sends back from `starts` until before `ends`."""
        most = self.seen.shape[1] - 1
        first = np.clip((starts - self.clock).astype(np.int64), 0, most)
        last = np.clip((ends - self.clock).astype(np.int64), first, most)
        known = np.clip(self.age + 1, 0, most)
        by_now = self.seen[self.category, known]
        until = self.seen[self.category, last] - self.seen[self.category, np.maximum(first, known)]
        chance = self.share * np.maximum(until, 0.0) / np.maximum(1.0 - self.share * by_now, 1e-12)
        chance = np.clip(chance, 0.0, 1.0) * self.resaleable
        mean = self.left * chance
        # Sales to come are random themselves: a thinned Poisson keeps its variance equal to its mean.
        return mean, self.clump * mean * np.where(self.is_future, 1.0, 1.0 - chance)

    def by_place(self, values: Floats) -> Floats:
        """Sums by SKU and location."""
        return sums(self.place, values, len(self.places))


def _shares(model: ReturnModel, sku: Ints, sold: pd.DataFrame) -> Floats:
    """Share that comes back of each cohort: of its SKU and channel where both are known, else of its SKU."""
    share: Floats = model.rates["return_share"].to_numpy()[sku]
    if model.channels is None or "channel" not in sold:
        return share
    known = pd.Index(model.channels["channel"].unique())
    channel = known.get_indexer(sold["channel"])
    leaf = pd.Index(model.rates["sku_id"]).get_indexer(model.channels["sku_id"]) * len(known)
    leaf = leaf + known.get_indexer(model.channels["channel"])
    at = pd.Index(leaf).get_indexer(pd.Index(sku * len(known) + channel))
    found = (channel >= 0) & (at >= 0)
    return np.where(found, model.channels["return_share"].to_numpy()[np.maximum(at, 0)], share)


def _future(future_sales: pd.DataFrame, delay_days: float) -> pd.DataFrame:
    """Expected sales as cohorts whose clock starts when they will have arrived."""
    clock = future_sales["sold_on"].to_numpy(dtype="datetime64[D]") + np.timedelta64(round(delay_days), "D")
    return pd.DataFrame(
        {
            "sku_id": future_sales["sku_id"], "location_id": future_sales["location_id"],
            "clock_on": clock.astype("datetime64[us]"), "sold_units": future_sales["mean_units"],
            "returned_units": 0.0, "is_future": True,
        }
    )  # fmt: skip
