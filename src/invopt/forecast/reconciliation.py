"""Forecasts of SKUs drawn towards the forecast of their total, as far as the total has forecast better."""

from __future__ import annotations

from typing import Final

import numpy as np

from invopt.probability.compiled import FloatArray, IntArray

PRIOR_FORECASTS: Final = 6.0  # past totals to which the shop's common trust is worth as much as a group's own


def totals(values: FloatArray, group: IntArray, groups: int) -> FloatArray:
    """[G, H] sums of values [n, H] by group [n]; what is unknown (NaN) counts for nothing."""
    sums = [np.bincount(group, np.nan_to_num(column), groups) for column in values.T]
    return np.asarray(np.stack(sums, axis=1), dtype=np.float64)


def reconcile(mean: FloatArray, group: IntArray, total: FloatArray, trust: FloatArray) -> FloatArray:
    """Means [n, H] of the members of groups, moved towards the forecast totals [G, H] of their groups.

    group: [n] code, 0 … G - 1. trust: [G] between 0 (the sum of the members stands) and 1 (the total does).

    Method: weighted least squares reconciliation of a sum and its members (Wickramasuriya, Athanasopoulos & Hyndman
    2019, MinT) with independent errors. With the members' variances proportional to their means, as those of counts
    are, and V that of the total,

        b' = b (1 + g (T / B - 1)),    B = sum b,    g = sum v / (sum v + V)

    so nothing becomes negative, shares within a group stay, and the reconciled total is B + g (T - B). A group whose
    members expect nothing stays at nothing. Several ways of adding up (category, location) are applied one after
    the other. Fails where a total moves because its mix does.

    >>> mean, total = np.array([[2.0], [6.0]]), np.array([[12.0]])
    >>> reconcile(mean, np.array([0, 0]), total, np.array([0.5])).ravel().tolist()
    [2.5, 7.5]
    """
    groups = total.shape[0]
    held = totals(mean, group, groups)
    ratio = np.divide(total, held, out=np.ones_like(held), where=held > 0.0)
    factor = np.maximum(1.0 + trust[:, None] * (ratio - 1.0), 0.0)
    result: FloatArray = mean * factor[group]
    return result


def learn_trust(bottom_up: FloatArray, total: FloatArray, actual: FloatArray) -> FloatArray:
    """[G] trust in the forecasts of totals, from past forecasts of them.

    bottom_up, total, actual: [r, G] sums over the horizon at r past origins: of the members' forecasts, of the
    total's, and what came. The g that would have served best,  sum d e / sum d²  with d = T - B and e = A - B, over
    all groups together (each scaled by what came), then each group's own drawn to it; between 0 and 1.

    >>> learn_trust(np.array([[8.0], [8.0]]), np.array([[12.0], [10.0]]), np.array([[12.0], [10.0]])).round(1).tolist()
    [1.0]
    """
    scale = np.maximum(actual.mean(axis=0), 1e-9)
    d, e = (total - bottom_up) / scale, (actual - bottom_up) / scale
    square = float((d * d).mean())
    if square <= 0.0:
        return np.zeros(actual.shape[1])
    common = min(max(float((d * e).mean()) / square, 0.0), 1.0)
    prior = PRIOR_FORECASTS * square
    own = ((d * e).sum(axis=0) + prior * common) / ((d * d).sum(axis=0) + prior)
    return np.asarray(np.clip(own, 0.0, 1.0), dtype=np.float64)
