"""The negative binomial of whole units, compiled: mean mu and variance mu + k mu² (k = 0 is Poisson).

Quantities come from one recursion over the probabilities, p(x + 1) = p(x) (x + r) / (x + 1) * w with r = 1/k
and w = k mu / (1 + k mu), which is exact and needs no special function after its first term. Where the
distribution spreads over more than `WIDE` units the gamma of equal moments, read between the counts, stands
in: the step of one unit is then below a thousandth of the spread.
"""

from __future__ import annotations

import math
from typing import Final

from invopt.probability.compiled import elementwise, exact_kernel
from invopt.probability.gamma import regularised_gamma, standard_gamma_quantile

WIDE: Final = 2000.0  # standard deviation, units, above which the gamma of equal moments stands in
SMALLEST_DISPERSION: Final = 1e-10  # below it the distribution is Poisson to the last digit that matters


@exact_kernel
def _log_probability(count: float, mean: float, dispersion: float) -> float:
    if dispersion < SMALLEST_DISPERSION:
        return count * math.log(mean) - mean - math.lgamma(count + 1.0)
    r = 1.0 / dispersion
    chance = math.lgamma(count + r) - math.lgamma(r) - math.lgamma(count + 1.0)
    return (
        chance
        - r * math.log1p(dispersion * mean)
        + count * (math.log(dispersion * mean) - math.log1p(dispersion * mean))
    )


@exact_kernel
def _ratio(count: float, mean: float, dispersion: float) -> float:
    """p(count + 1) / p(count)."""
    if dispersion < SMALLEST_DISPERSION:
        return mean / (count + 1.0)
    return (1.0 + count * dispersion) * mean / ((count + 1.0) * (1.0 + dispersion * mean))


@exact_kernel
def _first_count(mean: float, dispersion: float) -> float:
    """Zero, or where its probability is too small for a double, 9.5 standard deviations below the mean."""
    if _log_probability(0.0, mean, dispersion) > -600.0:
        return 0.0
    deviation = math.sqrt(mean + dispersion * mean * mean)
    return max(0.0, math.floor(mean - 9.5 * deviation))


@exact_kernel
def _wide(mean: float, dispersion: float) -> bool:
    return mean + dispersion * mean * mean > WIDE * WIDE


@elementwise
def negative_binomial_cdf(count: float, mean: float, dispersion: float) -> float:
    """P(X <= count).

    Inputs broadcast: `count` units (any real; the part behind the point is ignored), `mean` units >= 0,
    `dispersion` >= 0 without unit (variance = mean + dispersion * mean²). NaN where an input is out of range.

    >>> float(negative_binomial_cdf(0.0, 1.0, 1.0))
    0.5
    """
    if not mean >= 0.0 or not dispersion >= 0.0 or math.isnan(count):
        return math.nan
    if count < 0.0:
        return 0.0
    if mean == 0.0 or count == math.inf:
        return 1.0
    count = math.floor(count)
    if _wide(mean, dispersion):
        shape = mean / (1.0 + dispersion * mean)
        return regularised_gamma(shape, (count + 0.5) * shape / mean)
    x = _first_count(mean, dispersion)
    if count < x:
        return 0.0
    term = math.exp(_log_probability(x, mean, dispersion))
    total = term
    while x < count:
        term *= _ratio(x, mean, dispersion)
        total += term
        x += 1.0
        if x > mean and term < 1e-18:
            break
    return min(1.0, total)


@elementwise
def negative_binomial_quantile(probability: float, mean: float, dispersion: float) -> float:
    """The smallest count with P(X <= count) >= probability.

    Inputs broadcast: `probability` 0-1, `mean` units >= 0, `dispersion` >= 0 (variance = mean + dispersion *
    mean²). Infinite at probability 1, NaN where an input is out of range.

    >>> negative_binomial_quantile([0.5, 0.9, 0.99], 1.0, 1.0).tolist()
    [0.0, 3.0, 6.0]
    """
    if not mean >= 0.0 or not dispersion >= 0.0 or not (0.0 <= probability <= 1.0):
        return math.nan
    if mean == 0.0 or probability == 0.0:
        return 0.0
    if probability == 1.0:
        return math.inf
    if _wide(mean, dispersion):
        shape = mean / (1.0 + dispersion * mean)
        return max(0.0, math.ceil(standard_gamma_quantile(probability, shape) * mean / shape - 0.5))
    x = _first_count(mean, dispersion)
    term = math.exp(_log_probability(x, mean, dispersion))
    total = term
    target = probability - 1e-14  # the rounding of the sum must not push the answer one unit up
    while total < target:
        term *= _ratio(x, mean, dispersion)
        total += term
        x += 1.0
        if x > mean and term < 1e-18:  # the rest of the sum is below what a double can add
            break
    return x


@elementwise
def negative_binomial_expected_short(stock: float, mean: float, dispersion: float) -> float:
    """E[(X - stock)+]: units short on average when `stock` units face the demand X.

    By the identity E[(X - s)+] = mean - s + sum over x <= s of (s - x) p(x), exact for any real `stock`.
    Inputs broadcast as for `negative_binomial_cdf`.

    >>> round(float(negative_binomial_expected_short(1.0, 1.0, 1.0)), 12)
    0.5
    """
    if not mean >= 0.0 or not dispersion >= 0.0 or math.isnan(stock):
        return math.nan
    if stock <= 0.0:
        return mean - stock
    if mean == 0.0:
        return 0.0
    if _wide(mean, dispersion):
        shape = mean / (1.0 + dispersion * mean)
        z = stock * shape / mean
        return mean * (1.0 - regularised_gamma(shape + 1.0, z)) - stock * (1.0 - regularised_gamma(shape, z))
    x = _first_count(mean, dispersion)
    if stock < x:
        return mean - stock
    term = math.exp(_log_probability(x, mean, dispersion))
    left_over = (stock - x) * term
    while x + 1.0 <= stock:
        term *= _ratio(x, mean, dispersion)
        x += 1.0
        left_over += (stock - x) * term
        if x > mean and term < 1e-18:
            break
    # Past the last term that counts, the true answer is below 1e-16 of the stock.
    return max(0.0, mean - stock + left_over)
