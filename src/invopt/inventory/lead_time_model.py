"""The lead-time model: days from order to receipt, learnt from purchase orders, each supplier and SKU
lending to the next.

Model, on y = log(days): an order line of supplier s and SKU g takes y = m_g + e, with m_g ~ N(m_s,
between-SKU variance), m_s ~ N(m, between-supplier variance), and a spread of e that is itself shrunk SKU ->
supplier -> all. The predictive distribution of the next order is a Student-t. An open order is not dropped:
it has lasted at least its age, and enters as a right-censored observation. Leaving the slow ones out is why
naive quantiles are short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, ndtr, polygamma

from invopt.errors import TableError
from invopt.settings import LeadTime

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# A same-day receipt has a lead time of half a day, since the logarithm of zero is of no use.
_SHORTEST_DAYS = 0.5
_SHARE_OF_MEAN = 0.25


def censored_moments(mean: Floats, sd: Floats, lower: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of normal values known only to exceed `lower` (element by element).

    With a = (lower - mean) / sd and h the normal hazard at a: mean + sd h, and sd^2 (1 + a h - h^2).

    >>> import numpy as np
    >>> mean, variance = censored_moments(np.array([0.0]), np.array([1.0]), np.array([0.0]))
    >>> float(mean[0].round(4)), float(variance[0].round(4))
    (0.7979, 0.3634)
    """
    a = (lower - mean) / sd
    tail = ndtr(-a)
    density = np.exp(-0.5 * a * a) / np.sqrt(2.0 * np.pi)
    # Far in the tail the hazard approaches a + 1/a; the ratio itself would be 0/0.
    far = tail < 1e-12
    hazard = np.where(far, a + 1.0 / np.maximum(a, 1.0), density / np.where(far, 1.0, tail))
    return mean + sd * hazard, sd * sd * np.maximum(1.0 + a * hazard - hazard * hazard, 0.0)


def prior_degrees(variances: Floats, degrees: Floats, most: float = 200.0) -> float:
    """Return how many observations the spread of the others is worth when estimating one group's variance.

    Method of moments on the log of the sample variances (Smyth 2004, Statistical Applications in Genetics
    and Molecular Biology 3): var(log s^2) less the part that sampling explains is trigamma(d0 / 2). Groups
    that do not differ give `most`. Inputs: sample variances and their degrees of freedom, one a group.
    """
    usable = (degrees >= 2) & (variances > 0)
    if usable.sum() < 3:
        return most
    s2, d = variances[usable], degrees[usable]
    weight = 1.0 / polygamma(1, d / 2.0)
    e = np.log(s2) - digamma(d / 2.0) + np.log(d / 2.0)
    centre = np.average(e, weights=weight)
    excess = np.average((e - centre) ** 2 - polygamma(1, d / 2.0), weights=weight)
    if excess <= float(polygamma(1, most / 2.0)):
        return most
    low, high = 0.1, most / 2.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if polygamma(1, middle) > excess else (low, middle)
    return 2.0 * low


@dataclass(frozen=True)
class LeadTimeModel:
    """A fitted lead-time model; groups are supplier x SKU, numbered as in `fit`.

    Arrays have one entry per group, supplier or (last) all together: location, scale and degrees of freedom
    of the predictive Student-t of log days, and how many receipts and open orders stand behind it.
    """

    group_location: Floats
    group_scale: Floats
    group_degrees: Floats
    group_receipts: Integers
    group_open: Integers
    supplier_location: Floats
    supplier_scale: Floats
    supplier_degrees: Floats
    supplier_receipts: Integers
    supplier_open: Integers
    overall: tuple[float, float, float]


def _weighted(values: Floats, groups: Integers, size: int) -> Floats:
    return np.bincount(groups, values, minlength=size).astype(np.float64)


def _nonnegative(numerator: float, denominator: float) -> float:
    return max(numerator / denominator, 0.0) if denominator > 1e-9 else 0.0


def _shortest_days(duration: Floats, w: Floats, s: Integers, suppliers: int) -> Floats:
    """Return the fewest days that count as different for each supplier: a share of its mean lead time.

    On the log scale a same-day receipt among orders of 100 days would weigh like one of many years, and
    stock is planned for the slow end: below this the exact number of days says nothing about it.
    """
    counted = w * (duration > 0)
    mean = _weighted(counted * duration, s, suppliers) / np.maximum(_weighted(counted, s, suppliers), 1e-12)
    return np.maximum(_SHARE_OF_MEAN * mean, _SHORTEST_DAYS)


def fit(
    days: ArrayLike,
    is_open: ArrayLike,
    group: ArrayLike,
    supplier_of_group: ArrayLike,
    weight: ArrayLike | None = None,
    settings: LeadTime | None = None,
    rounds: int = 12,
) -> LeadTimeModel:
    """Fit the three levels to observed and right-censored lead times.

    Inputs, one entry an order line: `days` from order to receipt (age so far where `is_open`), `group` the
    number of its supplier x SKU pair, `weight` what it counts (older ones less). `supplier_of_group` gives
    the number of each group's supplier. Raises `TableError` for negative days, or where nothing has been
    received.

    Method: expectation-maximisation over the censored lines, and within each round moment estimates of the
    variance within pairs, between SKUs and between suppliers (Searle, Casella & McCulloch, Variance
    Components, ch. 3), posterior means by precision weighting, variances shrunk by Smyth's (2004) prior
    degrees of freedom. Fails where lead times move: a weight by age follows them only slowly.

    >>> import numpy as np
    >>> model = fit([10, 12, 11, 9, 30, 28], [False] * 6, [0, 0, 0, 0, 1, 1], [0, 1])
    >>> np.exp(model.group_location).round(0).tolist()
    [10.0, 29.0]
    """
    chosen = settings or LeadTime()
    duration = np.asarray(days, np.float64)
    censored = np.asarray(is_open, np.bool_)
    g = np.asarray(group, np.int64)
    s_of_g = np.asarray(supplier_of_group, np.int64)
    if (duration < 0).any() or not np.isfinite(duration).all():
        raise TableError("lead times: negative or missing days. Excuse those order lines before fitting.")
    if censored.all():
        raise TableError("lead times: nothing has been received yet; use the assumed lead time.")
    w = np.ones(len(duration)) if weight is None else np.asarray(weight, np.float64)
    groups, suppliers = len(s_of_g), int(s_of_g.max()) + 1
    s = s_of_g[g]
    bound = np.log(np.maximum(duration, _shortest_days(duration, w, s, suppliers)[s]))
    y, spread = bound.copy(), np.zeros(len(bound))

    n_g, n_s, n = _weighted(w, g, groups), _weighted(w, s, suppliers), float(w.sum())
    squared_g = _weighted(w * w, g, groups)
    for round_number in range(rounds):
        # The parts of the variance, from inside out.
        mean_g = _weighted(w * y, g, groups) / np.maximum(n_g, 1e-12)
        squares_g = _weighted(w * ((y - mean_g[g]) ** 2 + spread), g, groups)
        degrees_g = np.maximum(n_g - squared_g / np.maximum(n_g, 1e-12), 0.0)
        within = max(_nonnegative(squares_g.sum(), degrees_g.sum()), 1e-4)
        mean_s = _weighted(n_g * mean_g, s_of_g, suppliers) / np.maximum(n_s, 1e-12)
        used_g, used_s = n_g > 0, n_s > 0
        between_g = _nonnegative(
            float((n_g * (mean_g - mean_s[s_of_g]) ** 2).sum()) - (used_g.sum() - used_s.sum()) * within,
            n - float((_weighted(n_g**2, s_of_g, suppliers)[used_s] / n_s[used_s]).sum()),
        )
        # Posterior of each supplier's mean, then of each pair's.
        precision_g = np.where(used_g, 1.0 / (between_g + within / np.maximum(n_g, 1e-12)), 0.0)
        precision_s = _weighted(precision_g, s_of_g, suppliers)
        best_s = _weighted(precision_g * mean_g, s_of_g, suppliers) / np.maximum(precision_s, 1e-12)
        noise_s = 1.0 / precision_s[used_s]
        between_s = 0.0
        if used_s.sum() > 1:
            between_s = max(float(np.var(best_s[used_s], ddof=1) - noise_s.mean()), 0.0)
        precision_all = 1.0 / (between_s + noise_s)
        overall = float((precision_all * best_s[used_s]).sum() / precision_all.sum())
        overall_variance = 1.0 / float(precision_all.sum())
        prior_s = 1.0 / max(between_s, 1e-9)
        location_s = (precision_s * best_s + prior_s * overall) / (precision_s + prior_s)
        variance_s = 1.0 / (precision_s + prior_s)
        prior_g = 1.0 / max(between_g, 1e-9)
        own_g = n_g / within
        location_g = (own_g * mean_g + prior_g * location_s[s_of_g]) / (own_g + prior_g)
        shrunk = prior_g / (own_g + prior_g)
        variance_g = 1.0 / (own_g + prior_g) + shrunk**2 * variance_s[s_of_g]

        # Spread: each supplier's shrunk to all, each pair's shrunk to its supplier.
        squares_s = _weighted(squares_g, s_of_g, suppliers)
        degrees_s = _weighted(degrees_g, s_of_g, suppliers)
        prior_degrees_s = prior_degrees(squares_s / np.maximum(degrees_s, 1e-12), degrees_s)
        spread_s = (prior_degrees_s * within + squares_s) / (prior_degrees_s + degrees_s)
        prior_degrees_g = prior_degrees(squares_g / np.maximum(degrees_g, 1e-12) / spread_s[s_of_g] * within, degrees_g)
        spread_g = (prior_degrees_g * spread_s[s_of_g] + squares_g) / (prior_degrees_g + degrees_g)
        if round_number + 1 == rounds or not censored.any():
            break
        expected, variance = censored_moments(location_g[g][censored], np.sqrt(spread_g)[g][censored], bound[censored])
        y[censored], spread[censored] = expected, variance

    least, widest = chosen.least_degrees_of_freedom, chosen.greatest_log_scale
    return LeadTimeModel(
        group_location=location_g,
        group_scale=np.minimum(np.sqrt(spread_g + variance_g), widest),
        group_degrees=np.maximum(np.minimum(prior_degrees_g, prior_degrees_s + degrees_s[s_of_g]) + degrees_g, least),
        group_receipts=np.bincount(g[~censored], minlength=groups),
        group_open=np.bincount(g[censored], minlength=groups),
        supplier_location=location_s,
        supplier_scale=np.minimum(np.sqrt(spread_s + between_g + variance_s), widest),
        supplier_degrees=np.maximum(np.minimum(prior_degrees_g, prior_degrees_s + degrees_s), least),
        supplier_receipts=np.bincount(s[~censored], minlength=suppliers),
        supplier_open=np.bincount(s[censored], minlength=suppliers),
        overall=(
            overall,
            min(float(np.sqrt(within + between_g + between_s + overall_variance)), widest),
            max(min(prior_degrees_s, prior_degrees_g), least),
        ),
    )
