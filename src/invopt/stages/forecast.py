"""Forecast stage: pools first, since they are what SKUs share; then chunk by chunk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from invopt.calendars import WEEKDAY_NAMES
from invopt.database import statement
from invopt.demand import weekly_profiles, xyz_class
from invopt.demand.cleaning import BEFORE_FIRST_SALE, PARTLY_OUT
from invopt.forecast import BlockForecast, estimate_pools, forecast_block
from invopt.stages.blocks import ChunkDemand, ChunkDemands, load_chunk, run_axis
from invopt.stages.events import learn_events
from invopt.stages.overrides import follow_overrides, period_quantiles
from invopt.stages.periods import Axis
from invopt.stages.run import Chunk, Run
from invopt.tables import CLEANED_DEMAND, DEMAND, EVENT_EFFECT, FORECAST, FORECAST_MODEL, FORECAST_SCORE, SKU_LOCATION

PROFILE_DAYS = 365  # weekdays are learnt from the last year


def make_forecast(run: Run) -> None:
    """Write the forecast of every planned SKU-location, the model behind it, and what was cleaned."""
    axis = run_axis(run)
    demands = ChunkDemands(run, axis)
    pending = [chunk for chunk in demands.chunks if not run.has(FORECAST_MODEL, chunk)]
    if not demands.chunks:
        for table in (CLEANED_DEMAND, EVENT_EFFECT, FORECAST, FORECAST_MODEL, FORECAST_SCORE):
            run.write_empty(table)
    if pending:
        forecast_chunks(run, axis, demands, pending)
    follow_overrides(run, axis)


def forecast_chunks(run: Run, axis: Axis, demands: ChunkDemands, pending: list[Chunk]) -> None:
    """Write the baseline of the chunks that are not whole yet."""
    profiles = learn_weekdays(run, axis, demands.groups)
    events = learn_events(run, axis, demands.groups, profiles)
    demands = replace(demands, events=events)
    run.progress("seasons and spreads that SKUs share")
    pools = estimate_pools(demands, run.settings.forecast)
    run.write(FORECAST_SCORE, pools.scores)
    dormant_after = run.settings.demand.dormant_after_days // axis.period_days
    for done, chunk in enumerate(pending, start=1):
        demand = load_chunk(run, chunk, axis)
        forecast = forecast_block(
            demand.block(axis, demands.groups, events=events),
            pools,
            run.settings.forecast,
            dormant_after_periods=dormant_after,
        )
        run.write(CLEANED_DEMAND, demand.changes(axis), chunk)
        run.write(FORECAST, forecast_rows(demand, forecast, axis), chunk)
        rows = model_rows(demand, forecast, profiles, demands.groups)
        run.write(FORECAST_MODEL, rows, chunk)  # last: it says that the chunk is whole
        run.progress(f"forecast {done} of {len(pending)} chunks")


def learn_weekdays(run: Run, axis: Axis, groups: pd.Index) -> np.ndarray:
    """Share of a week's demand on each weekday, a row a category, shrunk to the shop's own."""
    stop = np.datetime64(run.as_of, "D")
    with run.tables(DEMAND, SKU_LOCATION) as db:
        rows = db.frame(
            statement("blocks/weekday_demand"),
            {"first_on": str(stop - np.timedelta64(PROFILE_DAYS, "D")), "stop_on": str(stop)},
        )
    lines = np.zeros((len(groups), 7))
    lines[groups.get_indexer(pd.Index(rows["category_id"])), rows["weekday"]] = rows["order_lines"]
    return weekly_profiles(lines)


def forecast_rows(demand: ChunkDemand, forecast: BlockForecast, axis: Axis) -> pd.DataFrame:
    """Table `forecast`: a row a series and future period."""
    count, horizon = forecast.mean.shape
    columns = {
        "mean_units": forecast.mean,
        "level_units": forecast.level,
        "trend_units": forecast.trend,
        "season_units": forecast.season,
        "event_units": forecast.events,
        "override_units": np.zeros((count, horizon)),
    }
    columns |= period_quantiles(forecast.distribution)
    keys = demand.keys.loc[demand.keys.index.repeat(horizon)]
    rows = {name: values.ravel() for name, values in columns.items()}
    return pd.DataFrame(
        {
            "sku_id": keys["sku_id"].to_numpy(),
            "location_id": keys["location_id"].to_numpy(),
            "period_start": np.tile(axis.forecast_starts, count),
            **rows,
        }
    )


def censored_share(demand: ChunkDemand) -> np.ndarray:
    """Share of the periods since the first sale in which stock was out for a part, completed or not."""
    known = demand.clean.reason != BEFORE_FIRST_SALE
    hidden = (demand.clean.reason >= PARTLY_OUT) | demand.clean.censored
    return np.asarray((hidden & known).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def reasons(demand: ChunkDemand, forecast: BlockForecast) -> np.ndarray:
    """Why each method, and whose history stands behind it where it is not the SKU's own."""
    whose = demand.keys["takes_after"].fillna("").to_numpy(dtype=object)
    inherited = (demand.keys["relation"] == "successor").to_numpy()
    words = np.where(inherited, "; takes on the history of ", "; history before its first sale lent by ")
    borrowed = np.array(
        [f"{word}{name}" if name else "" for word, name in zip(words, whose, strict=True)], dtype=object
    )
    return np.asarray(forecast.reason.astype(object) + borrowed)


def model_rows(demand: ChunkDemand, forecast: BlockForecast, profiles: np.ndarray, groups: pd.Index) -> pd.DataFrame:
    """Table `forecast_model`: a row a series, with all that a policy needs of its distribution."""
    distribution = forecast.distribution
    profile = profiles[groups.get_indexer(pd.Index(demand.keys["category_id"]))]
    return pd.DataFrame(
        {
            "sku_id": demand.keys["sku_id"],
            "location_id": demand.keys["location_id"],
            "demand_class": forecast.demand_class,
            "xyz_class": xyz_class(demand.clean.demand),
            "method": forecast.method,
            "reason": reasons(demand, forecast),
            "dispersion": distribution.dispersion,
            "level_variance": distribution.level_variance,
            "level_growth": distribution.level_growth,
            "is_whole_units": distribution.unit > 0,
            "history_periods": forecast.history_periods,
            "censored_share": censored_share(demand),
            **{f"weekly_profile_{name.lower()}": profile[:, index] for index, name in enumerate(WEEKDAY_NAMES)},
            "wape": forecast.wape,
            "bias_share": forecast.bias,
        }
    )
