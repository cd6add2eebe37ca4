"""The pattern of a series: how often it sells, how much its sizes vary (Syntetos et al. 2005)."""

from __future__ import annotations

import math
from typing import Final

from invopt.probability.compiled import FloatArray, kernel

PATTERNS: Final = ("smooth", "erratic", "intermittent", "lumpy", "none")
NO_DEMAND: Final = 4
INTERVAL_BOUND: Final = 1.32  # mean periods between sales (ADI) above which demand is intermittent
SIZE_BOUND: Final = 0.49  # squared coefficient of variation of the sizes above which it is erratic


@kernel
def pattern_of(y: FloatArray) -> int:
    """Index into PATTERNS for y [T], which begins with the first sale; NaN periods count for nothing."""
    known, sales, total, squares = 0, 0, 0.0, 0.0
    for t in range(y.size):
        if not math.isnan(y[t]):
            known += 1
            if y[t] > 0.0:
                sales += 1
                total += y[t]
                squares += y[t] * y[t]
    if sales == 0:
        return NO_DEMAND
    mean = total / sales
    variation = max(0.0, squares / sales / (mean * mean) - 1.0)
    return (1 if variation > SIZE_BOUND else 0) + (2 if known > INTERVAL_BOUND * sales else 0)
