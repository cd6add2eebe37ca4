"""A chunk's demand as arrays: planned SKU-locations by full periods, cleaned, with what each change was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.calendars import Dates
from invopt.database import statement
from invopt.demand import REASONS, CleanDemand, between_two_lives, clean_demand, lent_history
from invopt.forecast import DemandBlock, EventEffects, Series, Timeline
from invopt.stages.periods import Axis
from invopt.stages.run import Chunk, Run
from invopt.tables import CLEANED_DEMAND, DEMAND, SKU_LOCATION, SUCCESSION, empty

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ShopEvents:
    """What promotions and holidays do to the demand of each category, and when."""

    effects: EventEffects
    timeline: Timeline


@dataclass(frozen=True)
class ChunkDemand:
    """Demand of one chunk: `keys` names the rows (planned SKU-locations), the arrays are rows by periods."""

    keys: pd.DataFrame  # sku_id, location_id, category_id, position, last_demand_on, takes_after, relation
    observed: FloatArray
    clean: CleanDemand
    whole: NDArray[np.bool_]  # demand comes in whole units
    is_sure: NDArray[np.bool_]  # the figure is the SKU's own demand, none of it lent or hidden by a stockout

    def series(self, groups: pd.Index) -> Series:
        """Which SKU and category each row is of."""
        codes = groups.get_indexer(pd.Index(self.keys["category_id"])).astype(np.int64)
        return Series(self.keys["sku_id"].to_numpy(dtype=object), codes, tuple(groups))

    def block(
        self, axis: Axis, groups: pd.Index, horizon: int | None = None, events: ShopEvents | None = None
    ) -> DemandBlock:
        """The chunk as the forecast takes it; series of a category share their season.

        The means reach the plan's whole horizon; uncertainty is measured over what an order covers. `events` is
        what promotions and holidays do.
        """
        series = self.series(groups)
        periods = axis.horizon if horizon is None else horizon
        lift = None if events is None else events.effects.lifts(series, events.timeline)
        return DemandBlock(
            demand=self.clean.demand,
            group=series.group,
            horizon=periods,
            event_lift=None if lift is None else np.ascontiguousarray(lift[:, : axis.history + periods]),
            spread_horizon=axis.spread_horizon,
            season_length=axis.season_length,
            period="week" if axis.period_days == 7 else "day",
            phase=axis.phase,
            yearly_phase=axis.yearly_phase,
            censored=self.clean.censored,
            # What cleaning leaves behind the decimal point is an expectation, not half a unit sold.
            whole=self.whole,
        )

    def changes(self, axis: Axis) -> pd.DataFrame:
        """Table `cleaned_demand`: each period since the first sale whose figure was changed, and why."""
        row, period = np.nonzero(self.clean.reason > 1)
        if not row.size:
            return empty(CLEANED_DEMAND)
        keys = self.keys.iloc[row]
        return pd.DataFrame(
            {
                "sku_id": keys["sku_id"].to_numpy(),
                "location_id": keys["location_id"].to_numpy(),
                "period_start": axis.history_starts[period],
                "observed_units": self.observed[row, period],
                "cleaned_units": self.clean.demand[row, period],
                "reason": np.array(REASONS, dtype=object)[self.clean.reason[row, period]],
            }
        )


@dataclass(frozen=True)
class ChunkDemands(Sequence[DemandBlock]):
    """All chunks of a run as a sequence that loads one at a time, so that memory follows the chunk."""

    run: Run
    axis: Axis
    events: ShopEvents | None = None

    @cached_property
    def chunks(self) -> list[Chunk]:
        """The chunks of the run."""
        return list(self.run.chunks())

    @cached_property
    def groups(self) -> pd.Index:
        """The categories, in order."""
        with self.run.tables(SKU_LOCATION) as db:
            found = db.frame("select distinct category_id from sku_location order by category_id")
        categories: pd.Index = pd.Index(found["category_id"])
        return categories

    def __len__(self) -> int:
        """How many chunks there are."""
        return len(self.chunks)

    def __getitem__(self, index: int) -> DemandBlock:  # type: ignore[override]  # one at a time, never a slice
        """The block of one chunk, as the pools are learnt from it."""
        if index >= len(self.chunks):
            raise IndexError(index)
        demand = load_chunk(self.run, self.chunks[index], self.axis)
        return demand.block(self.axis, self.groups, self.axis.spread_horizon, self.events)


def run_axis(run: Run) -> Axis:
    """The time axis of a run, from the first order of any planned SKU."""
    with run.tables(SKU_LOCATION) as db:
        first = db.scalar("select min(first_demand_on) from sku_location where is_planned")
    as_of = np.datetime64(run.as_of, "D")
    return Axis.of(as_of, as_of if first is None else np.datetime64(first, "D"), run.settings)


def load_chunk(run: Run, chunk: Chunk, axis: Axis) -> ChunkDemand:
    """Read and clean one chunk's demand."""
    return _load(run, axis, {"first": chunk.first_sku_id, "last": chunk.last_sku_id, "stride": 1})


def load_sample(run: Run, axis: Axis, most: int) -> ChunkDemand:
    """Read and clean the demand of evenly spaced SKU-locations, about `most` of them where there are more."""
    with run.tables(SKU_LOCATION) as db:
        found = db.frame("select min(sku_id) as first, max(sku_id) as last, count(*) as n from sku_location")
    count = int(found["n"].iloc[0])
    return _load(
        run, axis, {"first": found["first"].iloc[0], "last": found["last"].iloc[0], "stride": max(1, -(-count // most))}
    )


def _load(run: Run, axis: Axis, bounds: dict[str, Any]) -> ChunkDemand:
    with run.tables(DEMAND, SKU_LOCATION, SUCCESSION) as db:
        keys = db.frame(
            "select sku_id, location_id, category_id, position, first_demand_on, last_demand_on, takes_after, relation "
            "from sku_location left join (select sku_id, min(predecessor_sku_id) as takes_after, "
            "  arg_min(relation, predecessor_sku_id) as relation from succession group by sku_id) using (sku_id) "
            "where is_planned and sku_id between $first and $last and position % $stride = 0 order by position",
            bounds,
        )
        found = db.arrays(
            statement("blocks/period_demand"),
            bounds
            | {
                "first_on": str(axis.first_on),
                "stop_on": str(axis.stop_on),
                "period_days": axis.period_days,
            },
        )
    row = np.searchsorted(keys["position"].to_numpy(), found["position"])
    period = found["period"].astype(np.int64)
    shape = (len(keys), axis.history)
    observed, out_share, order_lines = (np.zeros(shape) for _ in range(3))
    lent, lent_out, lent_lines = (np.zeros(shape) for _ in range(3))
    is_censored = np.zeros(shape, dtype=np.bool_)
    observed[row, period] = np.maximum(np.ma.filled(found["units"], 0.0), 0.0)
    order_lines[row, period] = np.ma.filled(found["order_lines"], 0.0)
    lent_lines[row, period] = np.ma.filled(found["lent_order_lines"], 0.0)
    out_share[row, period] = np.minimum(np.ma.filled(found["out_of_stock_share"], 0.0), 1.0)
    is_censored[row, period] = np.ma.filled(found["is_censored"], False)
    lent[row, period] = np.maximum(np.ma.filled(found["lent_units"], 0.0), 0.0)
    lent_out[row, period] = np.minimum(np.ma.filled(found["lent_out_of_stock_share"], 0.0), 1.0)
    whole = ((observed == np.floor(observed)) & (lent == np.floor(lent))).all(axis=1)
    is_sure = (out_share == 0.0) & ~is_censored
    if lent.any():
        observed, taken = lent_history(observed, lent)
        out_share = np.where(taken, lent_out, out_share)
        is_sure &= ~taken
        order_lines = np.where(taken, lent_lines, order_lines)
    is_inherited, is_own = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    is_inherited[row, period] = np.ma.filled(found["is_inherited"], False)
    if is_inherited.any():
        is_own[row, period] = np.ma.filled(found["is_own"], False)
        observed[between_two_lives(is_inherited, is_own)] = np.nan
    is_sure &= ~np.isnan(observed)
    clean = clean_demand(
        observed,
        outlier_multiple=run.settings.demand.outlier_multiple,
        season_length=axis.season_length,
        out_of_stock_share=out_share,
        is_censored=is_censored,
        phase=axis.phase,
        order_lines=order_lines,
    )
    return ChunkDemand(keys, observed, clean, whole, is_sure)


def idle_periods(last_demand_on: Dates, axis: Axis) -> NDArray[np.int64]:
    """Whole periods since the last order."""
    return (axis.stop_on - last_demand_on.astype("datetime64[D]")).astype(np.int64) // axis.period_days
