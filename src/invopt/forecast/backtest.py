"""Forecasts from past origins beside what came: every method on the same series, and two that need no forecaster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from invopt.forecast.block import BlockForecast, DemandBlock
from invopt.forecast.pattern import PATTERNS
from invopt.forecast.pipeline import forecast_block
from invopt.forecast.pools import Pools
from invopt.forecast.voices import VOICES, run_voices
from invopt.probability import pinball_loss, randomised_pit, sum_over_interval
from invopt.probability.compiled import BoolArray, FloatArray, IntArray
from invopt.settings.forecasting import Forecast

DEFAULT: Final = "invopt"
SEASONAL_NAIVE: Final = "seasonal naive"
MOVING_AVERAGE: Final = "moving average"
LEVELS: Final = (0.5, 0.9, 0.95)
FEWEST_PERIODS: Final = 8  # known periods of history below which a series is not scored
PAST_SUMS: Final = 52  # origins inside the history whose errors make the quantiles of the plain methods
_SUMS: Final = ("series", "rmsse", "mase", "absolute", "signed", "units", "sums", "covered_90", "covered_95")
_PINBALLS: Final = tuple(f"pinball_{round(100 * level)}" for level in LEVELS)


@dataclass(frozen=True)
class _Answer:
    """One method: mean [n, H]; quantiles of the sum over the horizon [n, levels] and its PIT [n], or None."""

    mean: FloatArray
    quantiles: FloatArray | None = None
    pit: FloatArray | None = None


def score_origin(
    past: DemandBlock, actual: FloatArray, pools: Pools, settings: Forecast, uniform: FloatArray
) -> pd.DataFrame:
    """Sums of scores of every method at one origin: a row a method and pattern of demand.

    past: what was known before the origin (n series, horizon H); actual: [n, H] what came, NaN where it is not to be
    scored (a stockout hid it); pools: learnt from what was known then; uniform: [n] draws in 0-1 for the PIT. Series
    with less than eight known periods, or without any change to scale errors by, are left out.

    Scores a series: RMSSE = sqrt(mean e² / mean squared one-step change of its history), MASE = mean |e| / mean
    absolute change over a season (Hyndman & Koehler 2006); and of the sum over the horizon, where all of it is known,
    pinball losses over the scale and length, and whether the 90% and 95% quantiles held it. Columns that `summary`
    understands; sums of several calls add up.

    The quantiles of the two plain methods are their sums plus the empirical quantiles of their own past errors; the
    single methods behind the default have no distribution of their own.
    """
    forecast = forecast_block(past, pools, settings)
    voices = run_voices(past, pools.seasons.factors(past), settings)
    lift = 1.0 if past.event_lift is None else past.event_lift[:, None, past.demand.shape[1] :]
    paths = voices.path * lift
    naive, average = _plain(past, settings)
    answers = {DEFAULT: _default(forecast, actual, uniform), SEASONAL_NAIVE: naive, MOVING_AVERAGE: average}
    answers |= {f"voice: {name}": _Answer(paths[:, place]) for place, name in enumerate(VOICES)}
    step = _mean_change(past.demand, 1, 2)
    lag = past.season_length if past.demand.shape[1] > past.season_length else 1
    usable = (voices.known >= FEWEST_PERIODS) & (step > 0.0) & ~np.isnan(actual).all(axis=1)
    season = _mean_change(past.demand, lag, 1)
    parts = []
    for method, answer in answers.items():
        rows = usable & ~np.isnan(answer.mean).any(axis=1)
        parts.append(_sums(method, answer, actual, step, season, rows, voices.pattern))
    return pd.concat(parts, ignore_index=True)


def summary(scores: pd.DataFrame, *, by_pattern: bool = False) -> pd.DataFrame:
    """The table of a backtest from the rows of `score_origin`: a row a method (and pattern), best RMSSE first.

    Columns: series (forecasts scored), rmsse, mase, wape (sum |e| / sum of demand), bias_share (sum e / sum of
    demand; positive is too much), pinball_50/90/95 and coverage_90/95 of the sum over the horizon; missing where a
    method has none.
    """
    keys = ["pattern", "method"] if by_pattern else ["method"]
    sums = scores.groupby(keys, sort=True)[[*_SUMS, *_PINBALLS]].sum(min_count=1)
    demand = sums["units"].where(sums["units"] > 0.0)
    count = sums["sums"].where(sums["sums"] > 0.0)
    table = pd.DataFrame(
        {
            "series": sums["series"].astype("int64"),
            "rmsse": sums["rmsse"] / sums["series"],
            "mase": sums["mase"] / sums["series"],
            "wape": sums["absolute"] / demand,
            "bias_share": sums["signed"] / demand,
            **{name: sums[name] / count for name in _PINBALLS},
            "coverage_90": sums["covered_90"] / count,
            "coverage_95": sums["covered_95"] / count,
        }
    ).reset_index()
    return table.sort_values([*keys[:-1], "rmsse", "method"], ignore_index=True)


def _default(forecast: BlockForecast, actual: FloatArray, uniform: FloatArray) -> _Answer:
    total = sum_over_interval(forecast.distribution, 0, actual.shape[1])
    came = np.nan_to_num(actual).sum(axis=1)
    below = np.where(total.unit > 0.0, total.cdf(came - 1.0), total.cdf(came))
    quantiles = np.stack([total.quantile(level) for level in LEVELS], axis=1)
    return _Answer(forecast.mean, quantiles, randomised_pit(below, total.cdf(came), uniform))


def _plain(past: DemandBlock, settings: Forecast) -> tuple[_Answer, _Answer]:
    """Repeat the last season; and the mean of the long window: what a spreadsheet does."""
    demand, horizon = past.demand, past.horizon
    periods = demand.shape[1]
    window = min(settings.long_average_weeks * past.periods_per_week, periods)
    level = _mean(demand[:, periods - window :])
    season = past.season_length if periods >= past.season_length else 1
    place = periods - season + np.arange(horizon) % season
    repeated = np.where(np.isnan(demand[:, place]), level[:, None], demand[:, place])
    average = np.repeat(level[:, None], horizon, axis=1)
    return (
        _with_quantiles(repeated, demand, season, season, horizon),
        _with_quantiles(average, demand, window, 1, horizon),
    )


def _with_quantiles(mean: FloatArray, demand: FloatArray, window: int, season: int, horizon: int) -> _Answer:
    """Quantiles of the sum from errors of the same method at past origins.

    The method is the mean of the `window` periods before (season 1), or those periods repeated (season = window).
    """
    periods = demand.shape[1]
    known = ~np.isnan(demand)
    total = np.concatenate([np.zeros((len(demand), 1)), np.cumsum(np.where(known, demand, 0.0), axis=1)], axis=1)
    count = np.concatenate([np.zeros((len(demand), 1)), np.cumsum(known, axis=1)], axis=1)

    def mean_of(first: IntArray, stop: IntArray) -> FloatArray:
        number = count[:, stop] - count[:, first]
        enough = 2.0 * number >= stop - first
        result: FloatArray = np.divide(
            total[:, stop] - total[:, first], number, out=np.full(number.shape, np.nan), where=enough & (number > 0.0)
        )
        return result

    origin = np.arange(max(window, periods - horizon - PAST_SUMS + 1), periods - horizon + 1)
    point = mean.sum(axis=1)
    if origin.size < 2:
        return _Answer(mean)
    came = horizon * mean_of(origin, origin + horizon)
    length = min(horizon, season) if season > 1 else window
    said = horizon * mean_of(origin - window, origin - window + length)
    errors = came - said
    few = (~np.isnan(errors)).sum(axis=1) < 2
    errors[few] = 0.0
    quantiles = point[:, None] + np.nanquantile(errors, LEVELS, axis=1).T
    quantiles[few] = np.nan
    return _Answer(mean, np.maximum(quantiles, 0.0))


def _sums(
    method: str,
    answer: _Answer,
    actual: FloatArray,
    step: FloatArray,
    season: FloatArray,
    rows: BoolArray,
    pattern: IntArray,
) -> pd.DataFrame:
    error = answer.mean - actual
    known = np.maximum((~np.isnan(error)).sum(axis=1), 1)
    squares, absolute = np.nansum(error**2, axis=1) / known, np.nansum(np.abs(error), axis=1)
    whole = rows & ~np.isnan(actual).any(axis=1)
    figures: dict[str, FloatArray] = {
        "series": rows.astype(np.float64),
        "rmsse": np.sqrt(squares / np.where(step > 0.0, step, 1.0)),
        "mase": absolute / known / np.where(season > 0.0, season, np.sqrt(np.where(step > 0.0, step, 1.0))),
        "absolute": absolute,
        "signed": np.nansum(error, axis=1),
        "units": np.nansum(actual, axis=1),
    }
    result = {name: np.bincount(pattern[rows], values[rows], len(PATTERNS)) for name, values in figures.items()}
    told = {name: np.full(len(PATTERNS), np.nan) for name in ("sums", "covered_90", "covered_95", *_PINBALLS)}
    if answer.quantiles is not None:
        whole &= ~np.isnan(answer.quantiles).any(axis=1)
        came = actual[whole].sum(axis=1)
        scale = np.sqrt(step[whole]) * actual.shape[1]
        told["sums"] = np.bincount(pattern[whole], minlength=len(PATTERNS)).astype(np.float64)
        for place, level in enumerate(LEVELS):
            loss = pinball_loss(came, answer.quantiles[whole, place], level) / scale
            told[_PINBALLS[place]] = np.bincount(pattern[whole], loss, len(PATTERNS))
            if level >= 0.9:
                held = answer.pit[whole] <= level if answer.pit is not None else came <= answer.quantiles[whole, place]
                name = f"covered_{round(100 * level)}"
                told[name] = np.bincount(pattern[whole], held.astype(np.float64), len(PATTERNS))
    frame = pd.DataFrame({"method": method, "pattern": list(PATTERNS), **result, **told})
    return frame[frame["series"] > 0.0]


def _mean(values: FloatArray) -> FloatArray:
    known = ~np.isnan(values)
    mean: FloatArray = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean


def _mean_change(demand: FloatArray, lag: int, power: int) -> FloatArray:
    """[n] mean |change|^power over `lag` known periods; 0 where there is none."""
    change = np.abs(demand[:, lag:] - demand[:, :-lag]) ** power
    return np.asarray(np.nansum(change, axis=1) / np.maximum((~np.isnan(change)).sum(axis=1), 1))
