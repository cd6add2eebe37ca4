"""What a lower bound says: expected demand of periods in which stock ran out."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from invopt.probability.compiled import BoolArray, FloatArray, kernel
from invopt.probability.normal import tail_hazard

ROUNDS: Final = 8
HALF_WINDOW: Final = 14  # periods either side over which the level counts as one


@kernel
def complete_censored(y: FloatArray, censored: BoolArray) -> None:
    """Replace each censored value of y [T] by its expectation given that demand was at least that much.

    Expectation-maximisation (Dempster, Laird & Rubin 1977) under a normal law around a local mean: mu_t is
    the mean of the completed values within HALF_WINDOW periods, the variance the mean square around it, plus
    the variance that censored values keep behind their bound; then E[Y | Y >= c] = mu + sd * hazard((c - mu)
    / sd). Nothing is moved downwards. A series with no uncensored period stays at its bounds, since nothing
    tells how far above them demand lay.
    """
    periods = y.size
    bound = y.copy()
    open_periods = 0
    for t in range(periods):
        if not math.isnan(y[t]) and not censored[t]:
            open_periods += 1
    if open_periods < 3:
        return
    hidden_variance = np.zeros(periods)
    total, count = np.empty(periods + 1), np.empty(periods + 1)
    total[0] = count[0] = 0.0
    for _ in range(ROUNDS):
        for t in range(periods):
            known = not math.isnan(y[t])
            total[t + 1] = total[t] + (y[t] if known else 0.0)
            count[t + 1] = count[t] + (1.0 if known else 0.0)
        squares = 0.0
        for t in range(periods):
            if not math.isnan(y[t]):
                low, high = max(0, t - HALF_WINDOW), min(periods, t + HALF_WINDOW + 1)
                mean = (total[high] - total[low]) / (count[high] - count[low])
                squares += (y[t] - mean) ** 2 + hidden_variance[t]
        deviation = math.sqrt(squares / max(count[periods], 1.0))
        if deviation <= 0.0:
            return
        for t in range(periods):
            if censored[t] and not math.isnan(y[t]):
                low, high = max(0, t - HALF_WINDOW), min(periods, t + HALF_WINDOW + 1)
                mean = (total[high] - total[low]) / (count[high] - count[low])
                z = (bound[t] - mean) / deviation
                hazard = tail_hazard(z)
                y[t] = max(bound[t], mean + deviation * hazard)
                hidden_variance[t] = deviation**2 * max(0.0, 1.0 + z * hazard - hazard * hazard)
