"""Stages in a row, each supplying the next: echelon base-stock levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from invopt.errors import TableError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SerialPlan:
    """Echelon base-stock level of each stage, first the one that meets customers, and cost per period."""

    echelon_units: Floats
    cost: float


def serial_system(
    mean_per_period: float,
    echelon_holding: Sequence[float],
    lead_time_periods: Sequence[float],
    stockout: float,
    *,
    dispersion: float = 0.0,
    review_periods: float = 1.0,
) -> SerialPlan:
    """Return the optimal echelon base-stock levels of a serial system, exactly, for whole-unit demand.

    Inputs, stages from the customer upwards: mean demand of a period and its dispersion k (variance mean + k mean^2,
    0 for Poisson), echelon holding cost h of each stage per unit and period, lead times, cost of a unit that waits for
    a period, and the review period (0 for continuous review). Comes back: levels in units (echelon stock: at the stage
    and everywhere below it, less backorders) and the expected cost of a period. Raises `TableError` for bad figures.

    Method: Clark & Scarf (1960), Management Science 6, in the form of Chen & Zheng (1994), Management Science 40;
    Snyder & Shen, 2nd ed., eq. 6.12-6.14: C^_j(x) = h_j x + C_j-1(x), C_j(y) = E C^_j(y - D over L_j), S_j its
    minimum, C_j(x) = C_j(min(S_j, x)); demand of the review is met by the lowest stage. Fails for lost sales.

    >>> serial_system(5.0, [3.0, 2.0, 2.0], [1, 1, 2], 37.12).echelon_units.tolist()
    [15.0, 20.0, 31.0]
    """
    h, lead = _stages(mean_per_period, echelon_holding, lead_time_periods, stockout)
    if not dispersion >= 0:
        raise TableError("serial system: dispersion must not be negative.")
    periods = float(lead.sum() + review_periods)
    sd = float(np.sqrt(mean_per_period * periods * (1 + dispersion * mean_per_period)))
    most = int(np.ceil(mean_per_period * periods + 9 * sd + 10 + 20 * dispersion * mean_per_period))

    def probabilities(span: float) -> Floats:
        return _count_probabilities(mean_per_period * span, dispersion / span, most)

    return _levels(probabilities, h, lead, stockout, review_periods, most, 1.0)


def serial_system_normal(
    mean_per_period: float,
    sd_per_period: float,
    echelon_holding: Sequence[float],
    lead_time_periods: Sequence[float],
    stockout: float,
    *,
    review_periods: float = 1.0,
    steps_per_sd: int = 40,
) -> SerialPlan:
    """Return the optimal echelon base-stock levels for normal demand, on a grid of a fortieth of its deviation.

    Inputs and method as in `serial_system`. Fails where the deviation is not small against the mean: a normal goes
    negative.

    >>> plan = serial_system_normal(5.0, 1.0, [3.0, 2.0, 2.0], [1, 1, 2], 37.12, review_periods=0)
    >>> plan.echelon_units.round(1).tolist()
    [6.5, 12.0, 22.7]
    """
    h, lead = _stages(mean_per_period, echelon_holding, lead_time_periods, stockout)
    if not sd_per_period > 0:
        raise TableError("serial system: the standard deviation must be above 0.")
    step = sd_per_period / steps_per_sd
    periods = float(lead.sum() + review_periods)
    most = int(np.ceil((mean_per_period * periods + 7 * sd_per_period * np.sqrt(periods)) / step)) + 1

    def probabilities(span: float) -> Floats:
        edges = (np.arange(most + 2) - 0.5) * step
        below = ndtr((edges - mean_per_period * span) / (sd_per_period * np.sqrt(span)))
        return np.asarray(np.diff(below))

    return _levels(probabilities, h, lead, stockout, review_periods, most, step)


def serial_system_approximate(
    mean_per_period: float,
    sd_per_period: ArrayLike,
    echelon_holding: Sequence[float],
    lead_time_periods: Sequence[float],
    stockout: float,
    *,
    review_periods: float = 1.0,
) -> Floats:
    """Return echelon base-stock levels as the mean of two newsvendors each, for normal demand.

    Stages from the customer upwards. With D over L_1 + ... + L_j and the review, level j is the mean of its quantiles
    at (p + sum of h above j) / (p + sum of all h) and (p + sum of h above j) / (p + sum of h from j up).
    Source: Shang & Song (2003), Management Science 49; Snyder & Shen, 2nd ed., section 6.2.4.

    >>> levels = serial_system_approximate(5, 1, [3, 2, 2], [1, 1, 2], 37.12, review_periods=0)
    >>> levels.round(2).tolist()
    [6.49, 12.03, 22.63]
    """
    h, lead = _stages(mean_per_period, echelon_holding, lead_time_periods, stockout)
    span = np.cumsum(lead) + review_periods
    above = h.sum() - np.cumsum(h)
    low = ndtri((stockout + above) / (stockout + h.sum()))
    high = ndtri((stockout + above) / (stockout + above + h))
    sd = np.asarray(sd_per_period, np.float64)
    return np.asarray(mean_per_period * span + 0.5 * (low + high) * sd * np.sqrt(span))


def _stages(
    mean: float, echelon_holding: Sequence[float], lead_time_periods: Sequence[float], stockout: float
) -> tuple[Floats, Floats]:
    h, lead = np.asarray(echelon_holding, np.float64), np.asarray(lead_time_periods, np.float64)
    if len(h) != len(lead):
        raise TableError(f"serial system: {len(h)} holding costs for {len(lead)} lead times.")
    if not (mean > 0 and stockout > 0 and (h > 0).all() and (lead > 0).all()):
        raise TableError("serial system: demand, costs and lead times must be above 0.")
    return h, lead


def _levels(
    probabilities: Callable[[float], Floats],
    h: Floats,
    lead: Floats,
    stockout: float,
    review_periods: float,
    most: int,
    step: float,
) -> SerialPlan:
    """Return the levels of all stages on a grid of `step`, from `-2 most` to `most` steps."""
    x = np.arange(-2 * most, most + 1) * step
    # A unit that waits also sheds what it would have cost to hold: local holding costs add up.
    cost_below = (stockout + h.sum()) * np.maximum(-x, 0.0)
    levels = []
    for stage in range(len(h)):
        span = float(lead[stage]) + (review_periods if stage == 0 else 0.0)
        expected = _after_demand(h[stage] * x + cost_below, probabilities(span))
        at = int(np.argmin(expected))
        levels.append(x[at])
        # More than its own level never reaches the stage from above.
        cost_below = np.where(np.arange(len(x)) >= at, expected[at], expected)
    return SerialPlan(np.array(levels), float(expected[at]))


def _count_probabilities(mean: float, dispersion: float, most: int) -> Floats:
    d = np.arange(1, most + 1)
    if dispersion > 1e-9:
        shape = 1.0 / dispersion
        ratio = mean / (mean + shape)
        first, steps = -shape * np.log1p(mean / shape), np.log((shape + d - 1) * ratio / d)
    else:
        first, steps = -mean, np.log(mean / d)
    return np.asarray(np.exp(np.concatenate([[first], first + np.cumsum(steps)])))


def _after_demand(cost: Floats, pmf: Floats) -> Floats:
    """Return E cost(x - D) for each x; below the grid the cost continues along its last slope."""
    slope = cost[0] - cost[1]
    reach = len(pmf)
    extended = np.concatenate([cost[0] + slope * np.arange(reach - 1, 0, -1), cost])
    return np.asarray(np.convolve(extended, pmf)[reach - 1 : reach - 1 + len(cost)])
