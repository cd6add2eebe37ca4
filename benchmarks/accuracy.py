"""Accuracy of the default forecast beside seasonal naive, moving average and statsforecast's models.

python benchmarks/accuracy.py [--sets m3 m5 …] [--series 2000]

One table a set: error (sMAPE on M3, RMSSE elsewhere), pinball loss of the sums over a quarter, half and the
whole of the horizon, their coverage, and the ratio of our error to each peer's with its bootstrap bounds.
Peers run on a seeded sample of at most `--series` series; our forecast is scored on the same ones, with what series
share (seasons, the mix of methods, calibration) learnt from the histories of the whole set. A peer's quantile of
a sum is its point sum plus the empirical quantile of its own
cumulative errors at twenty rolling origins inside the history.
"""

from __future__ import annotations

import argparse
import json
import math
import time

import numpy as np
import pandas as pd
from datasets import SETS, Origin
from peers.environment import forecasts
from scores import mase, ratio_interval, rmsse, smape
from stockouts import recovery_figures

from invopt.forecast import estimate_pools, forecast_block
from invopt.probability import coverage, pinball_loss, randomised_pit, sum_over_interval
from invopt.settings import Forecast

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
STATISTICAL = ("AutoETS", "AutoTheta", "DynamicOptimizedTheta", "CES")
PEERS = (*STATISTICAL, "SBA", "TSB", "IMAPA", "SeasonalNaive", "WindowAverage")
OURS, ENSEMBLE = "invopt", "median ensemble"


def lengths_of(horizon: int) -> list[int]:
    """Sums that are scored: over a quarter, half and the whole of the horizon."""
    return sorted({math.ceil(horizon / 4), math.ceil(horizon / 2), horizon})


def peer_answers(origin: Origin, with_sums: bool) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Mean [n, H] and quantiles of sums [n, lengths, levels] of each peer, the ensemble included."""
    options: dict[str, object] = {
        "models": ",".join(PEERS),
        "season": origin.season,
        "window": 13 if origin.period == "week" else 28,
        "horizon": origin.horizon,
    }
    if with_sums:
        options |= {
            "origins": 20, "step": 1, "lengths": json.dumps(lengths_of(origin.horizon)),
            "levels": json.dumps(LEVELS, separators=(",", ":")),
        }  # fmt: skip
    frame = forecasts(origin.histories(), origin.name, **options)
    answers = {}
    shape = (-1, len(lengths_of(origin.horizon)), len(LEVELS))
    for name, rows in frame.groupby("model"):
        rows = rows.sort_values("series")
        quantiles = np.array([]) if not with_sums else np.array(
            [[list(one) for one in row] for row in rows["quantiles"]]
        ).reshape(shape)  # fmt: skip
        answers[name] = (np.vstack(rows["mean"]), quantiles)
    members = [answers[name] for name in STATISTICAL]
    answers[ENSEMBLE] = tuple(np.median([member[part] for member in members], axis=0) for part in range(2))
    return answers


def our_answer(origin: Origin, with_sums: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Mean, quantiles of sums, PIT of sums [n, lengths], and the seconds they took."""
    started = time.perf_counter()
    settings = Forecast()
    pools = estimate_pools([origin.block(everyone=True)], settings)
    forecast = forecast_block(origin.block(), pools, settings)
    seconds = time.perf_counter() - started
    quantiles, pits = [], []
    uniform = np.random.default_rng(1).random(len(origin.train))
    for length in lengths_of(origin.horizon) if with_sums else []:
        total = sum_over_interval(forecast.distribution, 0, length)
        came = origin.actual[:, :length].sum(axis=1)
        below = np.where(total.unit > 0, total.cdf(came - 1), total.cdf(came))
        quantiles.append(np.stack([total.quantile(level) for level in LEVELS], axis=1))
        pits.append(randomised_pit(below, total.cdf(came), uniform))
    if not with_sums:
        return forecast.mean, np.array([]), np.array([]), seconds
    return forecast.mean, np.stack(quantiles, axis=1), np.stack(pits, axis=1), seconds


def pinballs(origin: Origin, quantiles: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """[n, levels] pinball of the sums, over naive scale and length, averaged over the lengths."""
    losses = []
    for place, length in enumerate(lengths_of(origin.horizon)):
        came = origin.actual[:, :length].sum(axis=1)
        loss = pinball_loss(came[:, None], quantiles[:, place], np.array(LEVELS)[None, :])
        losses.append(loss / (scale[:, None] * length))
    return np.nanmean(losses, axis=0)


def score_set(name: str, origins: list[Origin]) -> dict[str, float]:
    """Print the table of one set and return its figures."""
    point_only = name == "m3"
    errors: dict[str, list[np.ndarray]] = {}
    losses: dict[str, list[np.ndarray]] = {}
    scaled: dict[str, list[np.ndarray]] = {}
    pits, volumes, keys = [], [], []
    for origin in origins:
        answers = peer_answers(origin, not point_only)
        mean, quantiles, pit, seconds = our_answer(origin, not point_only)
        answers[OURS] = (mean, quantiles)
        print(f"{origin.name}: {len(mean)} series, ours took {seconds:.2f} s", flush=True)
        scale = np.sqrt(np.maximum(np.nanmean(np.diff(origin.train, axis=1) ** 2, axis=1), 1e-12))
        for model, (path, sums) in answers.items():
            error = smape(origin.actual, path) if point_only else rmsse(origin.train, origin.actual, path)
            errors.setdefault(model, []).append(error)
            scaled.setdefault(model, []).append(mase(origin.train, origin.actual, path, origin.season))
            if not point_only:
                losses.setdefault(model, []).append(pinballs(origin, sums, scale))
        keys.append(origin.key if not point_only else origin.key + 10_000 * len(keys))
        if not point_only:
            pits.append(pit)
            volumes.append(np.nanmean(origin.train, axis=1))
    cluster = np.concatenate(keys)
    joined = {model: np.concatenate(parts) for model, parts in errors.items()}
    pinball = {model: np.nanmean(np.concatenate(parts), axis=0) for model, parts in losses.items()}
    rows = []
    for model in sorted(joined, key=lambda m: np.nanmean(joined[m])):
        ratio = ratio_interval(joined[OURS], joined[model], cluster)
        row = {
            "model": model,
            "sMAPE" if point_only else "RMSSE": np.nanmean(joined[model]),
            "MASE": np.nanmean(np.concatenate(scaled[model])),
            "ours / its": ratio[0],
            "upper": ratio[2],
        }
        row |= {f"pinball {level}": value for level, value in zip(LEVELS, pinball.get(model, []), strict=False)}
        rows.append(row)
    table = pd.DataFrame(rows).set_index("model")
    print(table.round(4).to_string(), flush=True)
    peers = [model for model in joined if model != OURS]
    best = min(peers, key=lambda m: np.nanmean(joined[m]))
    figures = {
        f"{name}_error": float(np.nanmean(joined[OURS])),
        f"{name}_error_best_peer": float(np.nanmean(joined[best])),
        f"{name}_ratio_upper": ratio_interval(joined[OURS], joined[best], cluster)[2],
    }
    if point_only:
        return figures
    for place, level in ((2, 90), (3, 95)):
        figures[f"{name}_pinball{level}"] = float(pinball[OURS][place])
        figures[f"{name}_pinball{level}_best_peer"] = float(min(pinball[m][place] for m in peers))
    return figures | coverage_table(name, np.concatenate(pits), np.concatenate(volumes), cluster)


def coverage_table(name: str, pit: np.ndarray, volume: np.ndarray, cluster: np.ndarray) -> dict[str, float]:
    """Print coverage of the sums by tercile of training mean; return that of all sums together."""
    cut = np.quantile(volume, [1 / 3, 2 / 3])
    tercile = (volume[:, None] > cut).sum(axis=1)
    figures = {}
    lengths = pit.shape[1]
    for level in (0.9, 0.95):
        cells = []
        for part in range(3):
            member = np.repeat(tercile == part, lengths) & ~np.isnan(pit.ravel())
            share, error = coverage(pit.ravel()[member], level, np.repeat(cluster, lengths)[member])
            fits = abs(share - level) <= 0.02 + 2 * error
            cells.append(f"{share:.3f} ± {error:.3f} {'ok' if fits else 'OUT'}")
        known = ~np.isnan(pit.ravel())
        share, error = coverage(pit.ravel()[known], level, np.repeat(cluster, lengths)[known])
        print(f"coverage {level:.0%}: slow {cells[0]}, middle {cells[1]}, quick {cells[2]}; all {share:.3f}")
        figures[f"{name}_coverage{round(100 * level)}"] = share
    return figures


def whole_m3() -> float:
    """Our sMAPE over all 3,003 series, whatever the sample that peers ran on."""
    errors = []
    for origin in SETS["m3"](10_000):
        error = smape(origin.actual, our_answer(origin, with_sums=False)[0])
        print(f"{origin.name}: {len(error)} series, sMAPE {error.mean():.3f}")
        errors.append(error)
    return float(np.concatenate(errors).mean())


def main() -> None:
    """Score the sets asked for and print all figures as the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--series", type=int, default=2000)
    arguments = parser.parse_args()
    figures: dict[str, float] = {}
    for name in arguments.sets:
        figures |= score_set(name, SETS[name](arguments.series))
    if "m3" in arguments.sets:
        figures["m3_smape"] = whole_m3()
    if "freshretail" in arguments.sets:
        figures |= recovery_figures()
    print(json.dumps({key: round(value, 5) for key, value in figures.items()}))


if __name__ == "__main__":
    main()
