"""Which SKUs should be in stock how surely: the exchange curve between stock value and service of the whole range.

One price for a unit short, the same for all SKUs, gives the mix that no other mix of equal stock value beats. Moving
the price draws the curve; a budget or a fill rate picks the point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from invopt.errors import InfeasibleError, TableError
from invopt.inventory.loss import negative_binomial_loss, negative_binomial_quantile

Floats = NDArray[np.float64]

_ROUNDS = 60


@dataclass(frozen=True)
class ServiceMix:
    """One entry per SKU: level, its cycle service and fill rate; and the totals of the whole range.

    `stock_value` is the value of all levels at cost, `fill_rate` the share of weighted demand served, `price` what a
    weighted unit short costs relative to holding one unit of money in stock for the interval.
    """

    level_units: Floats
    cycle_service: Floats
    fill_rate_by_sku: Floats
    stock_value: float
    fill_rate: float
    price: float


def service_mix(
    mean_units: ArrayLike,
    dispersion: ArrayLike,
    unit_cost: ArrayLike,
    *,
    weight: ArrayLike = 1.0,
    budget: float | None = None,
    fill_rate: float | None = None,
) -> ServiceMix:
    """Return the levels that lose least for a stock budget, or tie up least stock for a fill rate of the whole range.

    Inputs, a value per SKU: mean demand of the protection interval and dispersion k (variance mean + k mean^2), cost
    of a unit, and `weight`, what a unit short counts: 1 for units, price for revenue, margin for margin lost. Exactly
    one of `budget` (value of all levels at cost) and `fill_rate` (share of weighted demand).

    Raises `InfeasibleError` for a fill rate outside (0, 1) or a negative budget, `TableError` for bad figures.

    Method: minimise sum c S + price x sum w E(D - S)+, whose optimum is P(D > S) <= c / (price w) for each SKU
    (Lagrange; Silver, Pyke & Thomas, 4th ed., section 6.11 on exchange curves); the price is found by bisection.
    With whole units the curve has steps: a budget is never exceeded, a fill rate never missed, each by less than the
    SKUs of one price. Fails to see that SKUs are bought together: a basket missing one item counts one item.

    >>> mix = service_mix([10.0, 10.0], [0.1, 0.1], [1.0, 50.0], fill_rate=0.95)
    >>> bool(mix.cycle_service[0] > mix.cycle_service[1]), bool(mix.fill_rate >= 0.95)
    (True, True)
    """
    mean, k, cost, w = _inputs(mean_units, dispersion, unit_cost, weight)
    if (budget is None) == (fill_rate is None):
        raise InfeasibleError("service mix: give either a budget or a fill rate, not both and not neither.")
    if budget is not None and budget < 0:
        raise InfeasibleError(f"service mix: the budget {budget} is negative.")
    if fill_rate is not None and not 0 < fill_rate < 1:
        raise InfeasibleError(f"service mix: a fill rate of {fill_rate} is outside (0, 1).")
    ratio = cost / np.maximum(w, 1e-300)
    low, high = np.log(ratio.min()) - 1.0, np.log(ratio.max()) + np.log(1e9)
    for _ in range(_ROUNDS):
        middle = 0.5 * (low + high)
        mix = _at_price(float(np.exp(middle)), mean, k, cost, w)
        enough = mix.stock_value > budget if budget is not None else mix.fill_rate >= float(fill_rate or 0.0)
        low, high = (low, middle) if enough else (middle, high)
    # A budget is approached from below, a fill rate from above.
    return _at_price(float(np.exp(low if budget is not None else high)), mean, k, cost, w)


def exchange_curve(
    mean_units: ArrayLike,
    dispersion: ArrayLike,
    unit_cost: ArrayLike,
    *,
    weight: ArrayLike = 1.0,
    points: int = 25,
) -> pd.DataFrame:
    """Return the curve from hardly any stock to hardly any shortage: price, stock_value, fill_rate, cycle_service.

    Inputs as in `service_mix`; one row a price, ascending; cycle_service is the mean over SKUs.

    >>> curve = exchange_curve([10.0, 2.0], [0.1, 0.5], [1.0, 50.0], points=5)
    >>> bool(curve["fill_rate"].is_monotonic_increasing and curve["stock_value"].is_monotonic_increasing)
    True
    """
    mean, k, cost, w = _inputs(mean_units, dispersion, unit_cost, weight)
    ratio = cost / np.maximum(w, 1e-300)
    rows = []
    for price in np.geomspace(ratio.min(), 1000.0 * ratio.max(), points):
        mix = _at_price(float(price), mean, k, cost, w)
        rows.append((price, mix.stock_value, mix.fill_rate, float(mix.cycle_service.mean())))
    return pd.DataFrame(rows, columns=["price", "stock_value", "fill_rate", "cycle_service"])


def _inputs(
    mean_units: ArrayLike, dispersion: ArrayLike, unit_cost: ArrayLike, weight: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, np.float64)) for x in (
        mean_units, dispersion, unit_cost, weight)))  # fmt: skip
    mean, k, cost, w = arrays
    if not ((mean >= 0) & (k >= 0) & (cost > 0) & (w >= 0)).all() or not mean.sum() > 0 or not w.max() > 0:
        raise TableError("service mix: demand, dispersion and weight must not be negative, unit cost above 0.")
    return mean, k, cost, w


def _at_price(price: float, mean: Floats, k: Floats, cost: Floats, w: Floats) -> ServiceMix:
    share = np.clip(1.0 - cost / np.maximum(price * w, 1e-300), 0.0, 1.0 - 1e-12)
    level = np.where(share > 0, negative_binomial_quantile(share, mean, k), 0.0)
    short = negative_binomial_loss(level, mean, k)
    by_sku = 1.0 - short / np.maximum(mean, 1e-300)
    # P(D <= S) from the first difference of the loss: L(S) - L(S + 1) = P(D > S).
    service = 1.0 - (short - negative_binomial_loss(level + 1.0, mean, k))
    return ServiceMix(
        level,
        service,
        np.where(mean > 0, by_sku, 1.0),
        float((level * cost).sum()),
        float(1.0 - (w * short).sum() / (w * mean).sum()),
        price,
    )
