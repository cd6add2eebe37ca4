"""Scores of point forecasts and of quantiles of sums, series by series, and their comparison in pairs."""

from __future__ import annotations

import numpy as np


def smape(actual: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """[n] mean over the horizon of 200 |y - f| / (|y| + |f|), per cent, as the M3 competition scored."""
    return np.nanmean(200 * np.abs(actual - mean) / (np.abs(actual) + np.abs(mean)), axis=1)


def naive_scale(train: np.ndarray, lag: int, power: int) -> np.ndarray:
    """[n] mean |change|^power over `lag` periods of the history, NaN left out; NaN where it is zero."""
    change = np.abs(train[:, lag:] - train[:, :-lag]) ** power
    count = (~np.isnan(change)).sum(axis=1)
    scale = np.nansum(change, axis=1) / np.maximum(count, 1)
    return np.where(scale > 0, scale, np.nan)


def rmsse(train: np.ndarray, actual: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """[n] root mean squared error over that of repeating the last value one step (M5)."""
    return np.sqrt(nanmean_rows((actual - mean) ** 2) / naive_scale(train, 1, 2))


def mase(train: np.ndarray, actual: np.ndarray, mean: np.ndarray, season: int) -> np.ndarray:
    """[n] mean absolute error over that of the seasonal naive on the history."""
    lag = season if train.shape[1] > season else 1
    return nanmean_rows(np.abs(actual - mean)) / naive_scale(train, lag, 1)


def nanmean_rows(values: np.ndarray) -> np.ndarray:
    """Mean of each row over what is known; NaN where nothing is."""
    count = (~np.isnan(values)).sum(axis=1)
    return np.where(count > 0, np.nansum(values, axis=1) / np.maximum(count, 1), np.nan)


def ratio_interval(ours: np.ndarray, theirs: np.ndarray, cluster: np.ndarray) -> tuple[float, float, float]:
    """Ratio of mean errors with the 95% bounds of a paired bootstrap that draws whole clusters (series)."""
    good = ~np.isnan(ours) & ~np.isnan(theirs)
    names, code = np.unique(cluster[good], return_inverse=True)
    ours_sum = np.bincount(code, ours[good])
    theirs_sum = np.bincount(code, theirs[good])
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(names), (1000, len(names)))
    ratios = ours_sum[draws].sum(axis=1) / theirs_sum[draws].sum(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(ours_sum.sum() / theirs_sum.sum()), float(low), float(high)
