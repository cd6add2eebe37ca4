"""Run inside benchmarks/.peers: statsforecast's models over a Parquet file of series, timed or scored.

The file holds one row a series: `series` (name), `values` (list of floats, the training part). Two jobs:

- `time`: seconds that one model takes over all series, after a warm-up, on two processes.
- `forecast`: mean path of every model, and quantiles of sums: point sum plus the empirical quantile of the
  model's own rolling cumulative errors inside the training part (fitted once at the first of the origins).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import (
    IMAPA,
    TSB,
    AutoCES,
    AutoETS,
    AutoTheta,
    CrostonSBA,
    DynamicOptimizedTheta,
    SeasonalNaive,
    WindowAverage,
)

warnings.filterwarnings("ignore")


def models_of(names: list[str], season: int, window: int) -> list[object]:
    """The named models; one that fails on a series is replaced there by simple smoothing."""
    made = {
        "AutoETS": lambda: AutoETS(season_length=season, model="ZZZ"),
        "AutoTheta": lambda: AutoTheta(season_length=season),
        "DynamicOptimizedTheta": lambda: DynamicOptimizedTheta(season_length=season),
        "CES": lambda: AutoCES(season_length=season),
        "SBA": lambda: CrostonSBA(alias="SBA"),
        "TSB": lambda: TSB(alpha_d=0.2, alpha_p=0.2, alias="TSB"),
        "IMAPA": lambda: IMAPA(alias="IMAPA"),
        "SeasonalNaive": lambda: SeasonalNaive(season_length=season),
        "WindowAverage": lambda: WindowAverage(window_size=window),
    }
    return [made[name]() for name in names]


def long_frame(path: Path) -> pd.DataFrame:
    """One row a series and period, as statsforecast wants it."""
    rows = pd.read_parquet(path)
    lengths = rows["values"].map(len).to_numpy()
    return pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(rows)), lengths),
            "ds": np.concatenate([np.arange(length) for length in lengths]),
            "y": np.concatenate(rows["values"].to_list()).astype(float),
        }
    )


def forecast(arguments: argparse.Namespace) -> None:
    """Write a Parquet file: series, model, mean (list), and quantiles (list of lists, sums by levels)."""
    frame = long_frame(arguments.series)
    lengths, levels = json.loads(arguments.lengths), json.loads(arguments.levels)
    parts = []
    for name in arguments.models.split(","):
        started = time.perf_counter()
        print(f"{name} …", file=sys.stderr, flush=True)
        model = models_of([name], arguments.season, arguments.window)
        engine = StatsForecast(
            models=model, freq=1, n_jobs=arguments.processes,
            fallback_model=AutoETS(season_length=1, model="ANN", alias=name),
        )  # fmt: skip
        ahead = engine.forecast(df=frame, h=arguments.horizon)
        column = next(c for c in ahead.columns if c not in ("unique_id", "ds"))
        paths = ahead.sort_values(["unique_id", "ds"])[column].to_numpy().reshape(-1, arguments.horizon)
        quantiles = [[]] * len(paths)
        if arguments.origins:
            past = engine.cross_validation(
                df=frame, h=arguments.horizon, n_windows=arguments.origins,
                step_size=arguments.step, refit=name in ("SBA", "TSB", "IMAPA", "SeasonalNaive", "WindowAverage"),
            ).sort_values(["unique_id", "cutoff", "ds"])  # fmt: skip
            error = (past["y"] - past[column]).to_numpy()
            error = error.reshape(len(paths), arguments.origins, arguments.horizon).cumsum(axis=2)
            sums = paths.cumsum(axis=1)
            quantiles = [
                [list(sums[i, h - 1] + np.quantile(error[i, :, h - 1], levels)) for h in lengths]
                for i in range(len(paths))
            ]
        parts.append(
            pd.DataFrame({"series": np.arange(len(paths)), "model": name, "mean": list(paths), "quantiles": quantiles})
        )
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    pd.concat(parts).to_parquet(arguments.out)


def timing(arguments: argparse.Namespace) -> None:
    """Print seconds of one model over all series on two processes, its functions compiled before."""
    frame = long_frame(arguments.series)
    warm = frame[frame["unique_id"] < 4]
    for _ in range(1):
        StatsForecast(models=models_of([arguments.models], arguments.season, 4), freq=1, n_jobs=2).forecast(
            df=warm, h=arguments.horizon
        )
    started = time.perf_counter()
    StatsForecast(models=models_of([arguments.models], arguments.season, 4), freq=1, n_jobs=2).forecast(
        df=frame, h=arguments.horizon
    )
    print(json.dumps({"seconds": time.perf_counter() - started, "series": int(frame["unique_id"].nunique())}))


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("job", choices=["time", "forecast"])
    parser.add_argument("series", type=Path)
    parser.add_argument("--models", required=True)
    parser.add_argument("--season", type=int, default=1)
    parser.add_argument("--window", type=int, default=4)
    parser.add_argument("--horizon", type=int, required=True)
    parser.add_argument("--origins", type=int, default=0)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--lengths", default="[]")
    parser.add_argument("--levels", default="[]")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    {"time": timing, "forecast": forecast}[arguments.job](arguments)


if __name__ == "__main__":
    main()
