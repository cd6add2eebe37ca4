"""Planners' overrides in the night: their part of the forecast, and what earlier ones were worth.

Part of the forecast stage. An absolute override of a category is shared among SKUs of every chunk, so overrides come
after all baselines: the chunks that they touch are written once more. What is written follows from the baseline's
parts, which stay beside the override, so doing it again after a kill changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from invopt.calendars import WEEKDAY_NAMES
from invopt.database import statement
from invopt.forecast import (
    Change,
    ForecastCells,
    apply_overrides,
    decided_overrides,
    forecast_value_added,
    matched_rows,
    override_rows,
)
from invopt.probability import DemandDistribution, sum_over_interval
from invopt.stages.periods import Axis
from invopt.stages.run import Chunk, Run
from invopt.tables import (
    DEMAND,
    FORECAST,
    FORECAST_MODEL,
    FORECAST_OVERRIDE,
    FORECAST_VALUE_ADDED,
    OVERRIDE_FORECAST,
    PROMOTION,
    SKU_LOCATION,
    empty,
)
from invopt.workspace import Snapshot

_KEY = ["sku_id", "location_id"]
_PARTS = ["level_units", "trend_units", "season_units", "event_units"]
_KEPT_DAYS = 730  # overridden forecasts are judged over about two years
QUANTILES = (("p10_units", 0.1), ("p50_units", 0.5), ("p90_units", 0.9))


def follow_overrides(run: Run, axis: Axis) -> None:
    """Write the overrides' part of the forecast, the list of overrides, and the value that earlier ones added."""
    decided = decided_overrides(run.decisions())
    past = _past_records(run)
    if not decided and past.empty:
        for table in (FORECAST_OVERRIDE, OVERRIDE_FORECAST, FORECAST_VALUE_ADDED):
            run.write_empty(table)
        return
    promotions = run.read(PROMOTION)
    known = run.read(SKU_LOCATION).sort_values("position", ignore_index=True)
    standing = [entry for entry in decided if entry.override is not None and entry.stands(run.as_of)]
    wanted = np.zeros(len(known), dtype=np.bool_)
    unplanned: dict[str, str] = {}
    for entry in standing:
        assert entry.override is not None
        found = matched_rows(entry.override, known, promotions)
        wanted |= found
        if not (found & known["is_planned"].to_numpy()).any():
            unplanned[entry.override_id] = _why_unplanned(known[found])
    keys = known.loc[wanted & known["is_planned"].to_numpy(), [*_KEY, "category_id"]].reset_index(drop=True)
    chunks = _chunks_of(run, keys)
    cells = _cells(run, chunks, keys, axis)
    changes = apply_overrides(cells, standing, promotions, run.as_of)
    _rewrite(run, chunks, cells, changes)
    last_day = (axis.forecast_starts[-1] + np.timedelta64(axis.period_days - 1, "D")).astype(object)
    run.write(FORECAST_OVERRIDE, override_rows(decided, changes, last_day, run.as_of, promotions, unplanned))
    run.write(OVERRIDE_FORECAST, _records(run, axis, cells, changes, past))
    with run.tables(OVERRIDE_FORECAST, DEMAND) as db:
        scored = db.frame(statement("blocks/scored_override"), {"stop_on": str(axis.stop_on)})
    run.write(FORECAST_VALUE_ADDED, forecast_value_added(scored))


def period_quantiles(distribution: DemandDistribution) -> dict[str, np.ndarray]:
    """[n, H] each of the forecast's quantile columns: those of single periods."""
    horizon = distribution.mean.shape[1]
    return {
        name: np.column_stack(
            [
                sum_over_interval(distribution, period, period + 1).quantile(probability)
                for period in range(horizon)
            ]
        )
        for name, probability in QUANTILES
    }  # fmt: skip


def _why_unplanned(found: pd.DataFrame) -> str:
    if found.empty:
        return "no SKU-location of that name is known"
    first = found.iloc[0]
    return f"{first['sku_id']} at {first['location_id']} is not planned: {first['excuse']}"


def _chunks_of(run: Run, keys: pd.DataFrame) -> list[Chunk]:
    """The chunks that hold any of the keys."""
    skus = np.sort(keys["sku_id"].unique()) if len(keys) else np.empty(0, dtype=object)
    found = []
    for chunk in run.chunks():
        inside = (skus >= chunk.first_sku_id) & (skus <= chunk.last_sku_id)
        if inside.any():
            found.append(chunk)
    return found


def _cells(run: Run, chunks: Sequence[Chunk], keys: pd.DataFrame, axis: Axis) -> ForecastCells:
    """The baselines of `keys`, in their order."""
    index = pd.MultiIndex.from_frame(keys[_KEY])
    baseline = np.zeros((len(keys), axis.horizon))
    profile = np.zeros((len(keys), 7))
    for chunk in chunks:
        rows = run.read(FORECAST, chunk)
        place = index.get_indexer(pd.MultiIndex.from_frame(rows[_KEY]))
        rows, place = rows[place >= 0], place[place >= 0]
        period = np.searchsorted(axis.forecast_starts, rows["period_start"].to_numpy(dtype="datetime64[D]"))
        baseline[place, period] = _baseline(rows)
        model = run.read(FORECAST_MODEL, chunk)
        row = index.get_indexer(pd.MultiIndex.from_frame(model[_KEY]))
        names = [f"weekly_profile_{name.lower()}" for name in WEEKDAY_NAMES]
        profile[row[row >= 0]] = model.loc[row >= 0, names].to_numpy()
    return ForecastCells(keys, baseline, profile, axis.forecast_starts, axis.period_days)


def _baseline(rows: pd.DataFrame) -> np.ndarray:
    """The mean without any override, added up in the order in which the forecast adds its parts."""
    total = rows[_PARTS[0]].to_numpy()
    for name in _PARTS[1:]:
        total = total + rows[name].to_numpy()
    return np.asarray(np.maximum(total, 0.0))


def _rewrite(run: Run, chunks: Sequence[Chunk], cells: ForecastCells, changes: Sequence[Change]) -> None:
    """Write the chunks' forecasts once more, with the overrides' part, the mean it gives, and its quantiles.

    The spread stays relative: dispersion and level variance are factors of the mean, so an override that doubles
    the mean doubles the deviation of all but the Poisson part.
    """
    if not changes:
        return
    mean = cells.baseline.copy()
    for change in changes:
        mean[change.rows] = change.after
    touched = np.unique(np.concatenate([change.rows for change in changes]))
    part = (mean - cells.baseline)[touched]
    index = pd.MultiIndex.from_frame(cells.keys.loc[touched, _KEY])
    for chunk in chunks:
        rows = run.read(FORECAST, chunk).sort_values([*_KEY, "period_start"], ignore_index=True)
        model = run.read(FORECAST_MODEL, chunk)
        row = index.get_indexer(pd.MultiIndex.from_frame(rows[_KEY]))
        here = row >= 0
        if not here.any():
            continue
        period = np.searchsorted(cells.starts, rows.loc[here, "period_start"].to_numpy(dtype="datetime64[D]"))
        place = row[here]
        overridden = np.maximum(_baseline(rows[here]) + part[place, period], 0.0)
        rows.loc[here, "override_units"] = part[place, period]
        rows.loc[here, "mean_units"] = overridden
        own = index.get_indexer(pd.MultiIndex.from_frame(model[_KEY]))
        spread = model[own >= 0]
        means = np.zeros((len(index), cells.starts.size))
        means[place, period] = overridden
        distribution = DemandDistribution(
            means[own[own >= 0]],
            np.where(spread["is_whole_units"], 1.0, 0.0),
            spread["dispersion"].to_numpy(dtype=float),
            spread["level_variance"].to_numpy(dtype=float),
            spread["level_growth"].to_numpy(dtype=float),
        )
        for name, values in period_quantiles(distribution).items():
            figures = np.zeros_like(means)
            figures[own[own >= 0]] = values
            rows.loc[here, name] = figures[place, period]
        run.write(FORECAST, rows, chunk)


def _past_records(run: Run) -> pd.DataFrame:
    """Overridden forecasts that the plan before this one handed on."""
    before = run.plan_before
    if before is None or not before.files(OVERRIDE_FORECAST.name):
        return empty(OVERRIDE_FORECAST)
    rows = Snapshot(before.folder).table(OVERRIDE_FORECAST.name)
    return rows[rows["period_start"] >= pd.Timestamp(run.as_of) - pd.Timedelta(days=_KEPT_DAYS)]


def _records(run: Run, axis: Axis, cells: ForecastCells, changes: Sequence[Change], past: pd.DataFrame) -> pd.DataFrame:
    """Table `override_forecast`: what was handed on, and the periods that an override meets for the first time.

    A period that has not begun is judged only while its override stands.
    """
    as_of = pd.Timestamp(run.as_of)
    standing = {change.override_id for change in changes}
    kept = past[(past["period_start"] < as_of) | past["override_id"].isin(standing)]
    parts = [kept]
    if changes:
        naive = _last_period(run, axis, cells.keys)
        ahead = axis.forecast_starts >= np.datetime64(run.as_of, "D")
        for change in changes:
            row, period = np.nonzero((change.before != change.after) & ahead[None, :])
            keys = cells.keys.iloc[change.rows[row]]
            parts.append(
                pd.DataFrame(
                    {
                        "override_id": change.override_id,
                        "sku_id": keys["sku_id"].to_numpy(),
                        "location_id": keys["location_id"].to_numpy(),
                        "period_start": axis.forecast_starts[period].astype("datetime64[us]"),
                        "period_days": axis.period_days,
                        "made_on": as_of,
                        "category_id": keys["category_id"].to_numpy(),
                        "decided_by": change.decided_by,
                        "naive_units": naive[change.rows[row]],
                        "baseline_units": change.before[row, period],
                        "overridden_units": change.after[row, period],
                    }
                )
            )
    filled = [part for part in parts if len(part)]
    if not filled:
        return empty(OVERRIDE_FORECAST)
    # The first plan that followed an override is judged: later ones know more.
    return pd.concat(filled, ignore_index=True).drop_duplicates(list(OVERRIDE_FORECAST.key), keep="first")


def _last_period(run: Run, axis: Axis, keys: pd.DataFrame) -> np.ndarray:
    """[n] units ordered in the last full period before the forecast."""
    first = axis.stop_on - np.timedelta64(axis.period_days, "D")
    with run.tables(DEMAND) as db:
        rows = db.frame(
            "select sku_id, location_id, cast(sum(ordered_units - cancelled_units) as double) as units from demand "
            "where demand_on >= cast($first as date) and demand_on < cast($stop as date) group by all",
            {"first": str(first), "stop": str(axis.stop_on)},
        )
    found = rows.set_index(_KEY)["units"].reindex(pd.MultiIndex.from_frame(keys[_KEY]))
    return np.asarray(found.fillna(0.0).clip(lower=0.0).to_numpy(dtype=float))
