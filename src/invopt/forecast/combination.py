"""How the voices are averaged: weights by pattern, from past forecasts, shrunk to equal voices."""

from __future__ import annotations

from typing import Final

import numpy as np

from invopt.forecast.pattern import NO_DEMAND
from invopt.forecast.voices import ETS, IMAPA, LONG, SBA, SES, SHORT, THETA, TSB, VOICES
from invopt.probability.compiled import FloatArray, IntArray

STEPS: Final = 400


def equal_weights() -> FloatArray:
    """[patterns, V] weights before anything has been seen of this business; each row sums to 1."""
    weights = np.zeros((NO_DEMAND, len(VOICES)))
    weights[:2, [ETS, THETA]] = 0.3
    weights[:2, [SES, LONG]] = 0.15
    weights[:2, SHORT] = 0.1
    weights[2:, [ETS, SES, LONG, SBA, TSB, IMAPA]] = 1.0 / 6.0
    return weights


def voice_weights(weights: FloatArray, pattern: IntArray, path: FloatArray) -> FloatArray:
    """[n, V] weights of each series by its pattern; the share of a voice that abstains goes to the others."""
    rows = weights[np.minimum(pattern, NO_DEMAND - 1)]
    given = np.where(np.isnan(path[:, :, 0]), 0.0, rows)
    total = given.sum(axis=1, keepdims=True)
    shares: FloatArray = np.divide(given, total, out=np.zeros_like(given), where=total > 0.0)
    return shares


def weighted(weights: FloatArray, paths: FloatArray) -> FloatArray:
    """[n, H] average of paths [n, V, H] under weights [n, V]; an abstention has weight 0."""
    average: FloatArray = np.einsum("nv,nvh->nh", weights, np.nan_to_num(paths))
    return average


def learnt_weights(
    path: FloatArray, actual: FloatArray, scale: FloatArray, pattern: IntArray, prior_series: float
) -> FloatArray:
    """[patterns, V] weights that would have served past forecasts best.

    path [r, V, H] and actual [r, H] (NaN where not to be scored) of past forecasts, scale [r] the squared
    error of a naive forecast, pattern [r]. Minimises, over weights that are positive and sum to 1, the mean
    of root mean squared scaled errors sqrt(w'Ew), each linearised around the prior weights w0:
    sum of w'Ew / (2 sqrt(w0'E w0)) (the outer-product form of Bates & Granger 1969), by exponentiated
    gradient. The result moves from w0 to the minimum by r / (r + prior_series).
    """
    prior = equal_weights()
    result = prior.copy()
    for code in range(NO_DEMAND):
        voices = np.flatnonzero(prior[code] > 0.0)
        rows = np.flatnonzero((pattern == code) & ~np.isnan(path[:, voices, 0]).any(axis=1))
        if rows.size == 0:
            continue
        error = path[rows][:, voices] - actual[rows][:, None, :]
        scored = ~np.isnan(actual[rows])
        error = (
            np.where(scored[:, None, :], error, 0.0)
            / np.sqrt(scale[rows] * scored.sum(axis=1))[:, None, None]
        )
        cross = np.einsum("rvh,ruh->rvu", error, error)
        start = prior[code, voices]
        root = np.sqrt(np.maximum(np.einsum("v,rvu,u->r", start, cross, start), 1e-6))
        best = _least_on_simplex((cross / root[:, None, None]).mean(axis=0), start)
        trust = rows.size / (rows.size + prior_series) if prior_series > 0.0 else 1.0
        result[code, voices] = (1.0 - trust) * start + trust * best
    return result


def _least_on_simplex(quadratic: FloatArray, start: FloatArray) -> FloatArray:
    """Weights of least w'Qw by exponentiated gradient: they stay positive and sum to 1 at every step."""
    weights: FloatArray = start / start.sum()
    rate = 2.0 / max(float(np.abs(quadratic).max()), 1e-12)
    for _ in range(STEPS):
        gradient = quadratic @ weights
        weights = weights * np.exp(-rate * (gradient - gradient.min()))
        weights /= weights.sum()
    return weights
