"""Whether and when a sold unit comes back: a split-population lag model with recent sales right-censored."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invopt.returns.sold import Floats, Ints, sums


class LagFit(NamedTuple):
    """By group: share of units that ever come back, and the distribution of their lags (rows sum to 1)."""

    share: Floats
    lag: Floats
    exposure: Floats
    returned: Floats


def fit_lags(
    sold_group: Ints, sold_age: Ints, sold_units: Floats, back_group: Ints, back_age: Ints, back_lag: Ints,
    back_units: Floats, groups: int, longest: int,
) -> LagFit:  # fmt: skip
    """Split-population model by group, from cohorts of sales and returns; no distribution is assumed.

    `*_age` counts days since the clock started at which a unit has been observed (0: its first day),
    `back_lag` the day on which it came back (at most its age). A share p of units comes back with lag
    weights w_d, the rest never; units sold lately have not been seen for long and are right-censored. The
    nonparametric maximum likelihood of p and w is the Kaplan-Meier curve with its plateau (Maller & Zhou
    1996, Survival Analysis with Long-Term Survivors, ch. 4):

        h_d = returns at lag d / units at risk at d,   S_d = prod (1 - h_i),   p = 1 - S_longest,   p w_d =
        S_(d-1) - S_d

    Days on which nobody is at risk add nothing: where no sale is `longest` days old yet, later returns are
    unseen and p is a lower bound.

    >>> fit = fit_lags(np.zeros(1, int), np.array([9]), np.array([100.0]), np.zeros(2, int), np.array([9, 9]),
    ...                np.array([0, 2]), np.array([10.0, 5.0]), 1, 3)
    >>> fit.share.round(3).tolist(), fit.lag[0].round(3).tolist()
    ([0.15], [0.667, 0.0, 0.333, 0.0])
    """
    size = longest + 1
    sold = _table(sold_group, np.minimum(sold_age, longest), sold_units, groups, size)
    inside = back_lag <= longest
    events = _table(back_group[inside], back_lag[inside], back_units[inside], groups, size)
    ages = _table(back_group[inside], np.minimum(back_age[inside], longest), back_units[inside], groups, size)
    sold_old_enough = np.cumsum(sold[:, ::-1], axis=1)[:, ::-1]
    back_before = np.cumsum(events, axis=1) - events
    back_younger = np.cumsum(ages, axis=1) - ages
    at_risk = sold_old_enough - back_before + back_younger
    hazard = np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0)
    survival = np.cumprod(1.0 - np.clip(hazard, 0.0, 1.0), axis=1)
    step = np.concatenate([np.ones((groups, 1)), survival[:, :-1]], axis=1) - survival
    share = step.sum(axis=1)
    lag = np.divide(step, share[:, None], out=np.zeros_like(step), where=share[:, None] > 0)
    seen = np.cumsum(lag, axis=1)
    return LagFit(share, lag, (sold * seen).sum(axis=1), events.sum(axis=1))


def shrink_lags(fit: LagFit, pooled: Floats, weight: float) -> Floats:
    """Each group's lag weights pulled towards the pooled ones, which count as `weight` returns."""
    own = fit.returned[:, None]
    return (own * fit.lag + weight * pooled[None, :]) / np.maximum(own + weight, 1e-12)


def assumed_lags(mean: float, longest: int) -> Floats:
    """Lag weights of mean `mean` days where none are known: a gamma of shape 2, cut at `longest`.

    >>> weights = assumed_lags(10.0, 200)
    >>> round(float((weights * np.arange(201)).sum()), 1)
    10.0
    """
    days = np.arange(longest + 1) + 0.5
    density = days * np.exp(-2.0 * days / (mean + 0.5))
    return np.asarray(density / density.sum())


def _table(group: Ints, column: Ints, weight: Floats, groups: int, size: int) -> Floats:
    return sums(group * size + column, weight, groups * size).reshape(groups, size)
