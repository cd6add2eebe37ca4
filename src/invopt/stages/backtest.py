"""Backtest of a workspace's own history: forecasts from rolling origins, each from what was known before it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from invopt.errors import StageError
from invopt.forecast import estimate_pools, score_origin
from invopt.stages.blocks import ChunkDemands, load_chunk, run_axis
from invopt.stages.events import measure_events
from invopt.stages.forecast import learn_weekdays
from invopt.stages.periods import Axis
from invopt.stages.run import Progress, Run, published_run, silent
from invopt.workspace import Workspace

LEAST_HISTORY = 16  # periods before the first origin
KEPT = 8  # backtests whose parts stay on disk


def backtest_history(
    workspace: Workspace,
    *,
    origins: int = 4,
    horizon: int | None = None,
    step: int | None = None,
    until: np.datetime64 | None = None,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Forecast the published plan's history from `origins` past origins; rows as `invopt.forecast.summary` takes them.

    horizon: periods to forecast, default those over which the plan measures uncertainty. step: periods between
    origins, default the horizon. until: day before which the last tested period ends, default the plan's own day.
    Cleaning, seasons, events, weights and calibration are learnt anew at each origin from what lies before it;
    SKU-locations are those that the plan plans, and promotions those known today. Periods that a stockout hid, and
    those before a SKU's own first sale, are not scored. Every origin and chunk is kept on disk when it is done, so
    that a stopped backtest goes on where it was.

    Raises `StageError` without a plan, or where the history is too short for the origins asked for.
    """
    run = published_run(workspace, progress)
    axis = run_axis(run)
    length = axis.spread_horizon if horizon is None else horizon
    stride = length if step is None else step
    last = axis.history
    if until is not None:
        last = min(last, int((until - axis.first_on).astype(np.int64)) // axis.period_days)
    cuts = [last - length - back * stride for back in range(origins)][::-1]
    if cuts[0] < LEAST_HISTORY:
        raise StageError(
            f"{origins} origins of {length} periods, {stride} apart, leave {max(cuts[0], 0)} periods before the "
            f"first of them, and {LEAST_HISTORY} are needed. Ask for fewer origins or a shorter horizon."
        )
    folder = _folder(workspace, run, cuts, length)
    demands = ChunkDemands(run, axis)
    profiles = learn_weekdays(run, axis, demands.groups)
    parts = []
    for number, cut in enumerate(cuts, start=1):
        past = before(axis, cut, length)
        progress(f"origin {number} of {len(cuts)}: {past.stop_on}, {length} periods")
        parts += _score_origin(run, axis, past, demands, profiles, folder)
    return pd.concat(parts, ignore_index=True)


def before(axis: Axis, cut: int, horizon: int) -> Axis:
    """The axis as it was after the first `cut` periods of the history."""
    stop = axis.first_on + np.timedelta64(cut * axis.period_days, "D")
    return replace(axis, stop_on=stop, history=cut, horizon=horizon, spread_horizon=horizon, first_day=0)


def _score_origin(
    run: Run, axis: Axis, past: Axis, demands: ChunkDemands, profiles: np.ndarray, folder: Path
) -> list[pd.DataFrame]:
    paths = [folder / f"{past.stop_on}-{chunk.index:06d}.parquet" for chunk in demands.chunks]
    if not all(path.is_file() for path in paths):
        events = measure_events(run, past, demands.groups, profiles)
        known_then = replace(demands, axis=past, events=events)
        pools = estimate_pools(known_then, run.settings.forecast)
        for place, (chunk, path) in enumerate(zip(demands.chunks, paths, strict=True)):
            if path.is_file():
                continue
            block = known_then[place]
            came = load_chunk(run, chunk, axis)
            span = slice(past.history, past.history + past.horizon)
            actual = np.where(came.is_sure, came.observed, np.nan)[:, span]
            # One draw a SKU-location, whatever the chunks.
            positions = came.keys["position"].to_numpy()
            draws = np.random.default_rng(past.history).random(int(positions.max(initial=0)) + 1)
            scores = score_origin(block, actual, pools, run.settings.forecast, draws[positions])
            part = path.with_suffix(".part")
            scores.assign(origin=pd.Timestamp(str(past.stop_on))).to_parquet(part, index=False)
            part.replace(path)
            run.progress(f"  {place + 1} of {len(paths)} chunks")
    return [pd.read_parquet(path) for path in paths]


def _folder(workspace: Workspace, run: Run, cuts: list[int], horizon: int) -> Path:
    """Where the parts of this backtest lie; those of older ones are removed."""
    asked = "|".join([run.run_id, workspace.settings.hash, str(horizon), *map(str, cuts)])
    home = workspace.root / "backtests"
    folder = home / hashlib.sha256(asked.encode()).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    others = sorted((path for path in home.iterdir() if path != folder), key=lambda path: -path.stat().st_mtime_ns)
    for old in others[KEPT - 1 :]:
        for path in old.iterdir():
            path.unlink()
        old.rmdir()
    return folder
