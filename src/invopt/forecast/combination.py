"""How the voices are averaged: weights by pattern, from past forecasts, shrunk to equal voices."""

from __future__ import annotations

from typing import Final

import numpy as np

from invopt.forecast.pattern import NO_DEMAND
from invopt.forecast.voices import (
    DYNAMIC,
    ETS,
    IMAPA,
    INTERMITTENT,
    LONG,
    QUICK_TSB,
    SBA,
    SES,
    SHORT,
    THETA,
    TSB,
    VOICES,
)
from invopt.probability.compiled import FloatArray, IntArray

STEPS: Final = 150
RATE: Final = 4.0  # of the exponentiated gradient; errors are in units of a naive forecast


def equal_weights() -> FloatArray:
    """[patterns, V] weights before any forecast of this business has been judged; each row sums to 1."""
    weights = np.zeros((NO_DEMAND, len(VOICES)))
    for voice, smooth, gappy in (
        (ETS, 0.20, 0.05),
        (THETA, 0.20, 0.05),
        (DYNAMIC, 0.10, 0.10),
        (SES, 0.15, 0.10),
        (SHORT, 0.10, 0.05),
        (LONG, 0.10, 0.10),
        (SBA, 0.00, 0.05),  # never forgets a product that stopped selling
        (TSB, 0.10, 0.20),
        (QUICK_TSB, 0.05, 0.15),
        (IMAPA, 0.00, 0.15),
    ):
        weights[:INTERMITTENT, voice], weights[INTERMITTENT:, voice] = smooth, gappy
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
    known = np.nan_to_num(paths)
    average: FloatArray = np.zeros((paths.shape[0], paths.shape[2]))
    # A voice at a time, so that the sum runs in one order however many series a block holds.
    for voice in range(paths.shape[1]):
        average += weights[:, voice, None] * known[:, voice]
    return average


def learnt_weights(
    path: FloatArray, actual: FloatArray, scale: FloatArray, pattern: IntArray, prior_series: float
) -> FloatArray:
    """[patterns, V] weights that would have served past forecasts best.

    path [r, V, H] and actual [r, H] (NaN where not to be scored) of past forecasts, scale [r] the squared
    error of a naive forecast, pattern [r]. Minimises the mean over forecasts of the root mean squared scaled
    error, sqrt(w'Ew) with E the cross products of the voices' errors (Bates & Granger 1969), over weights
    that are positive and sum to 1, by exponentiated gradient from the prior; the result is then drawn back
    towards the prior, to which `prior_series` forecasts are worth as much as all r.
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
        error = np.where(scored[:, None, :], error, 0.0) / np.sqrt(scale[rows] * scored.sum(axis=1))[:, None, None]
        cross = np.einsum("rvh,ruh->rvu", error, error)
        start = prior[code, voices]
        best = _least_on_simplex(cross, start)
        trust = rows.size / (rows.size + prior_series) if prior_series > 0.0 else 1.0
        result[code, voices] = (1.0 - trust) * start + trust * best
    return result


def _least_on_simplex(cross: FloatArray, start: FloatArray) -> FloatArray:
    """Weights of the least mean sqrt(w'Ew), E in cross [r, V, V]; they stay positive and sum to 1."""
    weights: FloatArray = start / start.sum()
    for _ in range(STEPS):
        error = cross @ weights  # [r, V]
        root = np.sqrt(np.maximum(error @ weights, 1e-6))
        gradient = (error / root[:, None]).mean(axis=0)
        spread = float(gradient.max() - gradient.min())
        if spread < 1e-6:
            break
        weights = weights * np.exp(-RATE * (gradient - gradient.min()))
        weights /= weights.sum()
    return weights
