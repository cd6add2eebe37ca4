"""The gamma distribution, compiled: the continuous counterpart of the negative binomial."""

from __future__ import annotations

import math

from invopt.probability.compiled import elementwise, exact_kernel
from invopt.probability.normal import normal_quantile


@exact_kernel
def regularised_gamma(shape: float, x: float) -> float:
    """P(shape, x), the regularised lower incomplete gamma function.

    Series below shape + 1, Lentz's continued fraction above (Abramowitz & Stegun 6.5.29 and 6.5.31).
    """
    if x <= 0.0:
        return 0.0
    if x == math.inf:
        return 1.0
    log_scale = shape * math.log(x) - x - math.lgamma(shape)
    steps = 200 + int(8.0 * math.sqrt(shape))
    if x < shape + 1.0:
        term = 1.0 / shape
        total = term
        for i in range(1, steps):
            term *= x / (shape + i)
            total += term
            if term < total * 1e-16:
                break
        return min(1.0, total * math.exp(log_scale))
    tiny = 1e-300
    b = x + 1.0 - shape
    c = 1.0 / tiny
    d = 1.0 / b
    fraction = d
    for i in range(1, steps):
        a = -i * (i - shape)
        b += 2.0
        d = a * d + b
        d = 1.0 / (tiny if abs(d) < tiny else d)
        c = b + a / c
        c = tiny if abs(c) < tiny else c
        fraction *= d * c
        if abs(d * c - 1.0) < 1e-16:
            break
    return max(0.0, 1.0 - math.exp(log_scale) * fraction)


@exact_kernel
def standard_gamma_quantile(probability: float, shape: float) -> float:
    """x with P(shape, x) = probability: Wilson-Hilferty start, Newton steps kept inside a bracket."""
    if not (0.0 <= probability <= 1.0) or not shape > 0.0:
        return math.nan
    if probability == 0.0:
        return 0.0
    if probability == 1.0:
        return math.inf
    z = normal_quantile(probability)
    root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))
    x = shape * root * root * root
    if root <= 0.2:  # the left tail, where P(shape, x) is close to x^shape / Gamma(shape + 1)
        x = math.exp((math.log(probability) + math.lgamma(shape + 1.0)) / shape)
    low, high = 0.0, math.inf
    for _ in range(60):
        error = regularised_gamma(shape, x) - probability
        if error > 0.0:
            high = x
        else:
            low = x
        if x > 0.0:
            log_density = (shape - 1.0) * math.log(x) - x - math.lgamma(shape)
            step = error * math.exp(-log_density) if log_density > -700.0 else math.inf
        else:
            return 0.0  # below the smallest double
        following = x - step
        if not low < following < high:
            following = 0.5 * (low + high) if high < math.inf else 2.0 * x
        if abs(following - x) <= 1e-14 * x:
            return following
        x = following
    return x


@elementwise
def gamma_cdf(value: float, mean: float, dispersion: float) -> float:
    """P(X <= value) of a gamma variable with the given mean and variance dispersion * mean²."""
    if not mean >= 0.0 or not dispersion >= 0.0 or math.isnan(value):
        return math.nan
    if mean == 0.0 or dispersion == 0.0:
        return 1.0 if value >= mean else 0.0
    shape = 1.0 / dispersion
    return regularised_gamma(shape, value * shape / mean)


@elementwise
def gamma_quantile(probability: float, mean: float, dispersion: float) -> float:
    """The value that a gamma variable (variance dispersion * mean²) does not exceed with `probability`."""
    if not mean >= 0.0 or not dispersion >= 0.0:
        return math.nan
    if mean == 0.0 or dispersion == 0.0:
        return mean
    shape = 1.0 / dispersion
    return standard_gamma_quantile(probability, shape) * mean / shape


@elementwise
def gamma_expected_short(stock: float, mean: float, dispersion: float) -> float:
    """E[(X - s)+] = mean (1 - P(shape + 1, x)) - s (1 - P(shape, x)), with x = s shape / mean."""
    if not mean >= 0.0 or not dispersion >= 0.0 or math.isnan(stock):
        return math.nan
    if stock <= 0.0:
        return mean - stock
    if mean == 0.0 or dispersion == 0.0:
        return max(0.0, mean - stock)
    shape = 1.0 / dispersion
    x = stock * shape / mean
    return mean * (1.0 - regularised_gamma(shape + 1.0, x)) - stock * (1.0 - regularised_gamma(shape, x))
