"""What goes into a forecast and what comes out: arrays of series by period, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from invopt.errors import ForecastError
from invopt.probability import DemandDistribution
from invopt.probability.compiled import BoolArray, FloatArray, IntArray

ALONE = -1  # group of a series that shares its season with no other


@dataclass(frozen=True)
class DemandBlock:
    """Cleaned demand of n series over the same T periods, the last being the one before the forecast.

    - demand: [n, T] units per period, >= 0; NaN is unknown, never zero.
    - group: [n] code of the pool whose season a series shares (its category), or ALONE.
    - horizon: periods to forecast.
    - season_length: periods of the season: 52 for weeks, 7 for days; 1 for none.
    - period: 'week' or 'day', which turns settings in weeks into periods.
    - phase: position in the season of the first period, 0 … season_length - 1.
    - yearly_phase: day of the year (0-364) of the first period, for days; None leaves the yearly index out.
    - censored: [n, T] True where stock ran out: demand is at least the figure. None: nowhere.
    - spread_horizon: periods over which uncertainty is measured, about what a decision covers; None: the horizon.
    - whole: [n] True where demand comes in whole units although cleaning left fractions; None: judged by the figures.
    - event_lift: [n, T + horizon] factor of holidays, promotions and price on demand, 1 for none; or None.

    Raises ForecastError for shapes that do not fit, and for infinite or negative demand, naming the rows.
    """

    demand: FloatArray
    group: IntArray
    horizon: int
    season_length: int = 52
    period: Literal["week", "day"] = "week"
    phase: int = 0
    yearly_phase: int | None = None
    censored: BoolArray | None = None
    event_lift: FloatArray | None = None
    whole: BoolArray | None = None
    spread_horizon: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no method could bear; name the rows."""
        if self.demand.ndim != 2 or self.demand.dtype != np.float64:
            raise ForecastError("demand block: demand must be a float64 array of series by periods.")
        rows, periods = self.demand.shape
        expected = {
            "group": (rows,),
            "censored": (rows, periods),
            "whole": (rows,),
            "event_lift": (rows, periods + self.horizon),
        }
        for name, shape in expected.items():
            array = getattr(self, name)
            if array is not None and array.shape != shape:
                raise ForecastError(f"demand block: {name} has shape {array.shape}, expected {shape}.")
        if self.horizon < 1 or self.season_length < 1:
            raise ForecastError("demand block: horizon and season_length must be at least 1.")
        if self.period not in ("week", "day"):
            raise ForecastError(f"demand block: period is 'week' or 'day', found {self.period!r}.")
        _refuse_rows(np.isinf(self.demand).any(axis=1), "infinite demand; write NaN for what is unknown")
        _refuse_rows((self.demand < 0.0).any(axis=1), "negative demand; returns and corrections are not demand")
        if self.event_lift is not None:
            bad = ~(np.isfinite(self.event_lift) & (self.event_lift > 0.0)).all(axis=1)
            _refuse_rows(bad, "an event lift that is not a positive number; write 1 for no effect")

    @property
    def spread_periods(self) -> int:
        """Periods over which the level's uncertainty is measured."""
        return self.horizon if self.spread_horizon is None else self.spread_horizon

    @property
    def periods_per_week(self) -> int:
        """1 for weeks, 7 for days."""
        return 7 if self.period == "day" else 1

    def rows(self, index: NDArray[np.intp] | slice) -> DemandBlock:
        """Some series of the block, in the order of `index`."""
        return self._replaced(
            demand=self.demand[index],
            group=self.group[index],
            censored=None if self.censored is None else self.censored[index],
            event_lift=None if self.event_lift is None else self.event_lift[index],
            whole=None if self.whole is None else self.whole[index],
        )

    def until(self, periods: int) -> DemandBlock:
        """The block as it was known after its first `periods` periods."""
        return self._replaced(
            demand=np.ascontiguousarray(self.demand[:, :periods]),
            group=self.group,
            censored=None if self.censored is None else self.censored[:, :periods],
            event_lift=None if self.event_lift is None else self.event_lift[:, : periods + self.horizon],
            whole=self.whole,
        )

    def _replaced(
        self,
        *,
        demand: FloatArray,
        group: IntArray,
        censored: BoolArray | None,
        event_lift: FloatArray | None,
        whole: BoolArray | None,
    ) -> DemandBlock:
        return DemandBlock(
            demand=demand,
            group=group,
            horizon=self.horizon,
            season_length=self.season_length,
            period=self.period,
            phase=self.phase,
            yearly_phase=self.yearly_phase,
            censored=censored,
            event_lift=event_lift,
            whole=whole,
            spread_horizon=self.spread_horizon,
        )


@dataclass(frozen=True)
class BlockForecast:
    """The forecast of a block: n series in the order of the block, H periods ahead.

    - distribution: mean [n, H] and what is needed for moments, quantiles and paths of any interval.
    - level, trend, season, events: [n, H] units; their sum is the mean.
    - demand_class, method, reason: [n] texts.
    - history_periods: [n] known periods since the first sale; censored_share: [n] of them, 0-1.
    - wape, bias: [n] one-step error of the level in the past: sum of |error| and of (forecast - demand), over
      the sum of demand; NaN where there was too little to measure.
    """

    distribution: DemandDistribution
    level: FloatArray
    trend: FloatArray
    season: FloatArray
    events: FloatArray
    demand_class: NDArray[np.str_]
    method: NDArray[np.str_]
    reason: NDArray[np.str_]
    history_periods: IntArray
    censored_share: FloatArray
    wape: FloatArray
    bias: FloatArray

    @property
    def mean(self) -> FloatArray:
        """[n, H] expected units per period."""
        return self.distribution.mean


def _refuse_rows(bad: NDArray[np.bool_] | np.bool_, complaint: str) -> None:
    rows = np.flatnonzero(bad)
    if rows.size:
        first = ", ".join(map(str, rows[:5]))
        raise ForecastError(f"demand block: {rows.size} series with {complaint}. First rows: {first}.")
