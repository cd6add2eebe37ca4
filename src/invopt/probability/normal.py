"""The normal distribution, compiled: quantile, density over tail, and the mean beyond a bound."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from invopt.probability.compiled import FloatArray, elementwise, exact_kernel

ROOT_TWO: Final = math.sqrt(2.0)
ROOT_TWO_PI: Final = math.sqrt(2.0 * math.pi)

# Rational approximations of Acklam (2003): centre and tail, relative error below 1.2e-9 before the
# Halley step, which brings it to machine precision.
_CENTRE_TOP: Final = np.array(
    [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690, -30.66479806614716,
     2.506628277459239]
)  # fmt: skip
_CENTRE_BOTTOM: Final = np.array(
    [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1.0]
)
_TAIL_TOP: Final = np.array(
    [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
     2.938163982698783]
)  # fmt: skip
_TAIL_BOTTOM: Final = np.array([0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1.0])


@exact_kernel
def _polynomial(coefficients: FloatArray, x: float) -> float:
    total = 0.0
    for coefficient in coefficients:
        total = total * x + coefficient
    return total


@exact_kernel
def normal_quantile(probability: float) -> float:
    """z with Phi(z) = probability."""
    if not (0.0 < probability < 1.0):
        if probability == 0.0:
            return -math.inf
        return math.inf if probability == 1.0 else math.nan
    tail = min(probability, 1.0 - probability)
    if tail < 0.02425:
        q = math.sqrt(-2.0 * math.log(tail))
        z = _polynomial(_TAIL_TOP, q) / _polynomial(_TAIL_BOTTOM, q)
        if probability > 0.5:
            z = -z
    else:
        q = probability - 0.5
        z = q * _polynomial(_CENTRE_TOP, q * q) / _polynomial(_CENTRE_BOTTOM, q * q)
    error = 0.5 * math.erfc(-z / ROOT_TWO) - probability
    step = error * ROOT_TWO_PI * math.exp(0.5 * z * z)
    return z - step / (1.0 + 0.5 * z * step)


@exact_kernel
def tail_hazard(z: float) -> float:
    """phi(z) / (1 - Phi(z)): the mean of a standard normal beyond z."""
    if z > 25.0:  # the tail underflows; its asymptote does not
        return z + 1.0 / z
    return 2.0 * math.exp(-0.5 * z * z) / (ROOT_TWO_PI * math.erfc(z / ROOT_TWO))


@elementwise
def mean_beyond(mean: float, deviation: float, bound: float) -> float:
    """E[X | X >= bound] of a normal variable: what a lower bound says of the value behind it."""
    if deviation <= 0.0:
        return max(mean, bound)
    return mean + deviation * tail_hazard((bound - mean) / deviation)
