"""Forecasts: the distribution of demand for every series, fast and calibrated."""

from invopt.forecast.block import ALONE, BlockForecast, DemandBlock
from invopt.forecast.override_decisions import DecidedOverride, Override, decided_overrides
from invopt.forecast.pipeline import forecast_block
from invopt.forecast.pools import PastForecasts, Pools, estimate_from_past, estimate_pools
from invopt.forecast.seasons import Seasons, SeasonStatistics, estimate_seasons
from invopt.forecast.voices import VOICES

__all__ = [
    "ALONE",
    "VOICES",
    "BlockForecast",
    "DecidedOverride",
    "DemandBlock",
    "Override",
    "PastForecasts",
    "Pools",
    "SeasonStatistics",
    "Seasons",
    "decided_overrides",
    "estimate_from_past",
    "estimate_pools",
    "estimate_seasons",
    "forecast_block",
]
