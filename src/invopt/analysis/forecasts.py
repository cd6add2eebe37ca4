"""The forecast's methods beside each other: what each says of the weeks ahead, and what it said in the past."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from invopt.errors import WorkspaceError
from invopt.forecast import VOICES, DemandBlock, Pools, estimate_pools, forecast_block
from invopt.forecast.combination import voice_weights
from invopt.forecast.voices import run_voices
from invopt.stages.blocks import ChunkDemand, ChunkDemands, load_chunk, run_axis
from invopt.stages.events import learn_events
from invopt.stages.forecast import learn_weekdays
from invopt.stages.periods import Axis
from invopt.stages.run import Chunk, Run

COMBINATION = "combination"


@dataclass(frozen=True)
class Methods:
    """The methods behind a run's forecast, asked again for one SKU-location at a time."""

    run: Run

    @cached_property
    def axis(self) -> Axis:
        """Periods of history and of the forecast."""
        return run_axis(self.run)

    @cached_property
    def demands(self) -> ChunkDemands:
        """All demand, a chunk at a time, with what promotions and holidays do to it."""
        plain = ChunkDemands(self.run, self.axis)
        profiles = learn_weekdays(self.run, self.axis, plain.groups)
        return replace(plain, events=learn_events(self.run, self.axis, plain.groups, profiles))

    @cached_property
    def pools(self) -> Pools:
        """Seasons and weights that SKUs share, learnt again as the night learns them, with hindsight."""
        return estimate_pools(self.demands, self.run.settings.forecast)

    def ahead(self, sku_id: str, location_id: str, periods_ago: int) -> pd.DataFrame:
        """What `AnalysisWorkspace.forecast_methods` returns."""
        demand, row = self._demand(sku_id, location_id)
        whole = self._block(demand)
        past, start = self._until(whole, periods_ago)
        voices = run_voices(past, self.pools.seasons.factors(past), self.run.settings.forecast)
        settings = self.run.settings
        dormant_after = settings.demand.dormant_after_days // self.axis.period_days
        found = forecast_block(past, self.pools, settings.forecast, dormant_after_periods=dormant_after)
        mean = found.distribution.mean
        shown = past.horizon if periods_ago == 0 else min(periods_ago, past.horizon)
        lift = np.ones(past.horizon)
        if past.event_lift is not None:
            lift = past.event_lift[row, past.demand.shape[1] :]
        step = np.timedelta64(self.axis.period_days, "D")
        frame = pd.DataFrame({"period_start": (start + np.arange(shown) * step).astype("datetime64[us]")})
        if periods_ago:
            came = whole.demand.shape[1] - periods_ago + np.arange(shown)
            frame["actual_units"] = demand.observed[row, came]
            frame["is_censored"] = demand.clean.censored[row, came]
        frame[COMBINATION] = mean[row, :shown]
        for number, name in enumerate(VOICES):
            frame[name] = voices.path[row, number, :shown] * lift[:shown]
        return frame.dropna(axis="columns", how="all")

    def weights(self, sku_id: str, location_id: str) -> pd.Series:
        """How much each method counts in the combination of one SKU-location; sums to 1."""
        demand, row = self._demand(sku_id, location_id)
        block = self._block(demand)
        voices = run_voices(block, self.pools.seasons.factors(block), self.run.settings.forecast)
        shares = voice_weights(self.pools.weights, voices.pattern, voices.path)[row]
        named = pd.Series(shares, index=pd.Index(VOICES, name="method"), name="weight")
        return named[named > 0].sort_values(ascending=False)

    def _demand(self, sku_id: str, location_id: str) -> tuple[ChunkDemand, int]:
        demand = load_chunk(self.run, Chunk(0, sku_id, sku_id), self.axis)
        places = demand.keys["location_id"].tolist()
        if location_id not in places:
            raise WorkspaceError(f"{sku_id!r} at {location_id!r} is not planned, so no method forecasts it.")
        return demand, places.index(location_id)

    def _block(self, demand: ChunkDemand) -> DemandBlock:
        return demand.block(self.axis, self.demands.groups, events=self.demands.events)

    def _until(self, whole: DemandBlock, periods_ago: int) -> tuple[DemandBlock, np.datetime64]:
        step = np.timedelta64(self.axis.period_days, "D")
        if not 0 <= periods_ago < whole.demand.shape[1]:
            raise WorkspaceError(
                f"{periods_ago} periods ago nothing was known: the history has {whole.demand.shape[1]} periods."
            )
        return whole.until(whole.demand.shape[1] - periods_ago), self.axis.stop_on - periods_ago * step
