"""Forecasts: the distribution of demand for every series, fast and calibrated."""

from invopt.forecast.backtest import score_origin, summary
from invopt.forecast.block import ALONE, BlockForecast, DemandBlock
from invopt.forecast.decomposition import decompose_block, decomposition_forecast
from invopt.forecast.event_calendar import Event, Series, Timeline, holiday_events, promotion_events
from invopt.forecast.event_effects import EventEffects, estimate_effects, no_effects
from invopt.forecast.override_decisions import DecidedOverride, Override, decided_overrides
from invopt.forecast.override_effects import Change, ForecastCells, apply_overrides, matched_rows, override_rows
from invopt.forecast.pipeline import forecast_block
from invopt.forecast.pools import PastForecasts, Pools, estimate_from_past, estimate_pools
from invopt.forecast.seasons import Seasons, SeasonStatistics, estimate_seasons
from invopt.forecast.value_added import forecast_value_added
from invopt.forecast.voices import VOICES

__all__ = [
    "ALONE",
    "VOICES",
    "BlockForecast",
    "Change",
    "DecidedOverride",
    "DemandBlock",
    "Event",
    "EventEffects",
    "ForecastCells",
    "Override",
    "PastForecasts",
    "Pools",
    "SeasonStatistics",
    "Seasons",
    "Series",
    "Timeline",
    "apply_overrides",
    "decided_overrides",
    "decompose_block",
    "decomposition_forecast",
    "estimate_effects",
    "estimate_from_past",
    "estimate_pools",
    "estimate_seasons",
    "forecast_block",
    "forecast_value_added",
    "holiday_events",
    "matched_rows",
    "no_effects",
    "override_rows",
    "promotion_events",
    "score_origin",
    "summary",
]
