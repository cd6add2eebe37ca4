"""Compiled distribution functions that the inventory kernels call once per path or per grid point.

Scalar functions for use inside other compiled code. They trade the last digits for speed where a sample
path does not need them; each docstring gives its error.
"""

from __future__ import annotations

import math

from invopt.probability.compiled import kernel

_SQRT_HALF = math.sqrt(0.5)


@kernel
def normal_cdf(z: float) -> float:
    """Return P(Z <= z) for a standard normal Z."""
    return 0.5 * math.erfc(-z * _SQRT_HALF)


@kernel
def normal_pdf(z: float) -> float:
    """Return the standard normal density at z."""
    return 0.3989422804014327 * math.exp(-0.5 * z * z)


@kernel
def normal_quantile(share: float) -> float:
    """Return z with P(Z <= z) = share, to machine precision for 0 < share < 1.

    Rational start (Abramowitz & Stegun 26.2.23, error below 4.5e-4), then two Halley steps on the exact
    cdf.
    """
    if share <= 0.0:
        return -math.inf
    if share >= 1.0:
        return math.inf
    lower = min(share, 1.0 - share)
    t = math.sqrt(-2.0 * math.log(lower))
    z = -(
        t
        - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1.0 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t)
    )
    for _ in range(2):
        step = (0.5 * math.erfc(-z * _SQRT_HALF) - lower) / (0.3989422804014327 * math.exp(-0.5 * z * z))
        z -= step / (1.0 + 0.5 * z * step)
    return z if share < 0.5 else -z


@kernel
def student_from_normal(z: float, degrees_of_freedom: float) -> float:
    """Return the Student-t value at the same probability as the normal value z.

    Cornish-Fisher expansion to the third order (Abramowitz & Stegun 26.7.5): increasing in z, 2% short at
    the 99th percentile with 3 degrees of freedom, 0.1% with 6. Infinite degrees of freedom give z.
    """
    if not degrees_of_freedom < 1e6:
        return z
    n = max(degrees_of_freedom, 2.0)
    z2 = z * z
    return z * (
        1.0
        + (z2 + 1.0) / (4.0 * n)
        + ((5.0 * z2 + 16.0) * z2 + 3.0) / (96.0 * n * n)
        + (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / (384.0 * n * n * n)
    )


@kernel
def normal_from_student(t: float, degrees_of_freedom: float) -> float:
    """Return the normal value at the same probability as this Student-t value."""
    low, high = -12.0, 12.0
    for _ in range(44):
        middle = 0.5 * (low + high)
        if student_from_normal(middle, degrees_of_freedom) < t:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def gamma_cdf(shape: float, x: float) -> float:
    """Return P(G <= x) for a gamma variable of unit scale: series below shape + 1, then a fraction."""
    if x <= 0.0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = 1.0 / shape
        total = term
        n = shape
        for _ in range(10_000):
            n += 1.0
            term *= x / n
            total += term
            if term < total * 1e-13:
                break
        return min(front * total, 1.0)
    b = x + 1.0 - shape
    c = 1e300
    d = 1.0 / b
    h = d
    for i in range(1, 10_000):
        a = -i * (i - shape)
        b += 2.0
        d = a * d + b
        if abs(d) < 1e-300:
            d = 1e-300
        c = b + a / c
        if abs(c) < 1e-300:
            c = 1e-300
        d = 1.0 / d
        delta = d * c
        h *= delta
        if abs(delta - 1.0) < 1e-13:
            break
    return max(1.0 - front * h, 0.0)


@kernel
def gamma_draw(shape: float, z: float, u_boost: float) -> float:
    """Return a gamma value of mean 1 from a standard normal z and, for shapes below 1, a uniform.

    Wilson and Hilferty's cube (1931), within 1% between the 10th and 99th percentile for shapes of at least
    1; smaller shapes use G(a) = G(a + 1) U^(1/a), which is exact, with the second uniform.
    """
    a = shape if shape >= 1.0 else shape + 1.0
    ninth = 1.0 / (9.0 * a)
    root = 1.0 - ninth + z * math.sqrt(ninth)
    value = root * root * root if root > 0.0 else 0.0
    if shape >= 1.0:
        return value
    return float(value * (a / shape) * u_boost ** (1.0 / shape))


@kernel
def count_draw(mean: float, shape: float, u: float) -> float:
    """Return the u-quantile of a negative binomial of this mean and gamma shape (infinite: Poisson).

    Exact inversion of the pmf recursion p(d+1) = p(d) (r + d) q / (d + 1); its work grows with the mean, so
    it is meant for means up to about a hundred.
    """
    if mean <= 0.0:
        return 0.0
    if shape < 1e8:
        ratio = mean / (mean + shape)
        first = ratio * shape
        pmf = math.exp(-shape * math.log1p(mean / shape))
    else:
        ratio = 0.0
        first = mean
        pmf = math.exp(-mean)
    cdf = pmf
    d = 0.0
    while cdf < u and d < 20_000.0:
        pmf *= (first + ratio * d) / (d + 1.0)
        d += 1.0
        cdf += pmf
    return d
