"""What a further unit earns: margin it saves before the next order could come, less waiting on the shelf."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from invopt.probability import negative_binomial_expected_short

Reals = NDArray[np.float64]
DAYS_IN_YEAR = 365.0
LONGEST_WAIT_DAYS = 1_825.0  # a unit that waits longer than five years costs no more than one that waits five


@dataclass(frozen=True)
class GainModel:
    """What is known of each row (all arrays of one length; quantities in units, money in minor units).

    `position` is what is there and due before this order, less backorders. The gain of raising the order of a
    row from a to b units is the integral over u from position + a to position + b of

        margin x P(D > u) - cost x (holding + obsolescence per year) x wait(u) / 365,

    where D is the demand of the interval that this order has to cover (so that P(D > u) is the probability
    that the u-th unit is sold before the next order could bring it) and wait(u) = u / rate - lead time days
    is how long the u-th unit lies on the shelf once it has come, at least 0 and at most five years. The
    integrand falls with u, so gains are concave: taking packs in the order of their gain is optimal but for
    the last lump. D is negative binomial by its mean and variance (Poisson where the variance is not above
    the mean).

    It overstates the gain of the first units where demand of the interval before this order's arrival has
    already been lost; it is a ranking, not a forecast of profit.
    """

    position: Reals
    demand_mean: Reals
    demand_sd: Reals
    rate_per_day: Reals
    lead_time_days: Reals
    margin_minor: Reals
    cost_minor: Reals
    carrying_rate_per_year: float

    def take(self, rows: NDArray[np.int64]) -> GainModel:
        """The model of some rows, repeated as often as they are named."""
        columns: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, value in columns.items():
            columns[name] = value[rows] if isinstance(value, np.ndarray) else value
        return GainModel(**columns)

    def between(self, low: Reals, high: Reals) -> Reals:
        """Gain, in minor units, of raising each row's order from `low` to `high` units."""
        return self._up_to(self.position + high) - self._up_to(self.position + low)

    def _up_to(self, level: Reals) -> Reals:
        sold = expected_sales(self.demand_mean, self.demand_sd, level)
        waiting = _waiting_days(level, self.rate_per_day, self.lead_time_days)
        carrying = self.carrying_rate_per_year / DAYS_IN_YEAR * self.cost_minor
        return self.margin_minor * sold - carrying * waiting


def expected_sales(mean: Reals, sd: Reals, level: Reals) -> Reals:
    """E[min(D, x)] of a negative-binomial demand D, by its mean and standard deviation; `level` x in units.

    E[min(D, x)] = mean - E[(D - x)+], linear between whole numbers; below zero it is x itself: a unit that
    fills a backorder is sold. A variance that is not above the mean makes D Poisson.

    >>> expected_sales(np.array([2.0]), np.array([2.0]), np.array([1.0])).round(6).tolist()   # 1 - P(D = 0)
    [0.75]
    """
    square = np.square(mean)
    dispersion = np.divide(np.maximum(np.square(sd) - mean, 0.0), square, out=np.zeros_like(square), where=square > 0.0)
    return np.where(level <= 0.0, level, mean - negative_binomial_expected_short(level, mean, dispersion))


def _waiting_days(level: Reals, rate: Reals, lead_time_days: Reals) -> Reals:
    """Integral from 0 to `level` of the days that each unit waits on the shelf, in unit-days."""
    is_moving = rate > 0.0
    safe_rate = np.where(is_moving, rate, 1.0)
    waited = np.maximum(level - safe_rate * lead_time_days, 0.0)
    longest = safe_rate * LONGEST_WAIT_DAYS
    short = np.minimum(waited, longest)
    moving = short * short / (2.0 * safe_rate) + (waited - short) * LONGEST_WAIT_DAYS
    return np.where(is_moving, moving, np.maximum(level, 0.0) * LONGEST_WAIT_DAYS)
