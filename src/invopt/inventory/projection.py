"""The default policy: project stock to the arrival of an order placed now, then order the least that is
enough.

Under lost sales a base-stock level overbuys, because demand that finds no stock does not wait for the next
delivery. So each sample path is rolled forward, stock <- max(stock + arrivals - demand, 0), to the arrival
of the order placed now; the order is the smallest quantity that meets the target over the cycle from its
arrival to the arrival of the next one. Customers who wait (backorders) are the same projection without the
maximum.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from invopt.errors import InfeasibleError, TableError
from invopt.inventory import _projection_kernel as kernel
from invopt.inventory import _quantity_kernel as quantity
from invopt.inventory.projection_inputs import Arrivals, DemandOutlook, Floats, LeadTimes, owned

TargetKind = Literal["cycle_service", "plain_cycle_service", "fill_rate", "cost"]
ShortageRule = Literal["lost_sales", "backorders"]

_KINDS = {
    "cycle_service": quantity.CYCLE_SERVICE,
    "plain_cycle_service": quantity.PLAIN_CYCLE_SERVICE,
    "fill_rate": quantity.FILL_RATE,
    "cost": quantity.CRITICAL_RATIO,
}

# Generating vectors of rank-1 lattices, found component by component for the P2 criterion with equal
# weights 1/4.
_GENERATORS = {
    64: (1, 11, 17, 7, 31, 5, 25, 9, 23, 19, 27, 15, 21, 13, 3, 29),
    128: (1, 29, 37, 47, 61, 11, 53, 21, 51, 9, 57, 45, 13, 3, 49, 31),
    256: (1, 95, 115, 61, 77, 91, 123, 83, 35, 75, 71, 101, 27, 15, 127, 99),
    1024: (1, 451, 715, 67, 493, 277, 57, 893, 157, 723, 69, 975, 547, 323, 863, 419),
    4096: (1, 2539, 1833, 893, 2891, 3329, 839, 4067, 1991, 3947, 335, 4055, 201, 2939, 1859, 1867),
}
_BRANCHES = 2
# The declared grain of quantities.
_FRACTION = 0.001
_COUNTED_COLUMNS = [
    kernel.NEED, kernel.TARGET_LEVEL, kernel.EXPECTED_DEMAND, kernel.EXPECTED_LOST, kernel.ON_ORDER_DUE,
    kernel.RETURNS_DUE, kernel.STOCK_AT_ARRIVAL, kernel.CYCLE_DEMAND, kernel.IMPLIED_STOCK, kernel.ORDER_UNITS,
    kernel.DEMAND_SD,
]  # fmt: skip


def uncertain_supply(
    row: NDArray[np.int64], mean: Floats, variance: Floats, cumulative_variance: Floats
) -> tuple[Floats, Floats]:
    """Variance and slope of each period's supply given what came in the periods before it.

    Entries are sorted by `row` (SKU-location) and period; `variance` is that of a period alone,
    `cumulative_variance` that of all periods up to it together, so that their covariance is known:
    Cov(R_k, C_(k-1)) = (Var C_k - Var C_(k-1) - Var R_k) / 2, with C_k = R_1 + ... + R_k. Drawn one after the
    other with

        slope_k = Cov(R_k, C_(k-1)) / Var C_(k-1),   variance_k = Var R_k - slope_k^2 Var C_(k-1)

    every period and every sum from now on has its mean and its variance (linear regression on the sum so far).

    >>> row, mean = np.zeros(2, np.int64), np.array([6.0, 4.0])
    >>> variance, slope = uncertain_supply(row, mean, np.array([5.0, 4.0]), np.array([5.0, 8.0]))
    >>> slope.tolist(), variance.tolist()
    ([0.0, -0.1], [5.0, 3.95])
    """
    same = np.concatenate([[False], row[1:] == row[:-1]])
    before = np.where(same, np.concatenate([[0.0], cumulative_variance[:-1]]), 0.0)
    covariance = np.where(before > 0, (cumulative_variance - before - variance) / 2.0, 0.0)
    slope = np.divide(covariance, before, out=np.zeros(len(mean)), where=before > 0)
    return np.maximum(variance - slope * slope * before, 0.0), slope


@dataclass(frozen=True)
class Projection:
    """One entry per SKU-location: what to order, the terms of that quantity, and what it implies.

    target_level = expected_demand - expected_lost - expected_returns + safety_stock, and need = max(0,
    target_level - on hand - on order due + backorders), both exactly; expected_returns counts resaleable
    units inside the interval. What is implied is what the policy keeps up in the long run, whatever lies there
    today: service, fill rate and mean stock over the cycles that a lot of `order_units` lasts; with a given quantity
    (`imply`) it is that of the one cycle. `current_cycle_service` is that of today's stock if nothing is ordered.
    """

    need_units: Floats
    target_level_units: Floats
    safety_stock_units: Floats
    protection_days: Floats
    expected_demand_units: Floats
    demand_sd_units: Floats
    expected_lost_units: Floats
    expected_returns_units: Floats
    on_order_due_units: Floats
    stock_at_arrival_units: Floats
    cycle_demand_units: Floats
    implied_cycle_service: Floats
    implied_fill_rate: Floats
    current_cycle_service: Floats
    mean_stock_units: Floats
    order_units: Floats
    stockout_in_days: Floats
    beyond_horizon_share: Floats

    def rows(self, index: NDArray[np.intp]) -> Projection:
        """The projection of some SKU-locations, in the order of `index`."""
        return Projection(*(getattr(self, field.name)[index] for field in fields(self)))

    def replaced(self, index: NDArray[np.intp], other: Projection) -> Projection:
        """A copy in which the SKU-locations of `index` are those of `other`."""
        merged = []
        for field in fields(self):
            values = getattr(self, field.name).copy()
            values[index] = getattr(other, field.name)
            merged.append(values)
        return Projection(*merged)

    def frame(self) -> pd.DataFrame:
        """Return the projection as a frame, a row per SKU-location."""
        return pd.DataFrame({field.name: getattr(self, field.name) for field in fields(self)})


def series_seeds(*keys: pd.Series | NDArray[np.object_]) -> NDArray[np.uint64]:
    """Return a seed for each SKU-location from its keys alone: no split of the work changes its paths.

    >>> import pandas as pd
    >>> seeds = series_seeds(pd.Series(["A", "B"]), pd.Series(["LEEDS", "LEEDS"]))
    >>> int(seeds[1]) == int(series_seeds(pd.Series(["B"]), pd.Series(["LEEDS"]))[0])
    True
    """
    seeds = np.zeros(len(keys[0]), np.uint64)
    for key in keys:
        hashed = pd.util.hash_array(np.asarray(key, dtype=object), categorize=True)
        seeds = seeds * np.uint64(0x100000001B3) ^ hashed
    return seeds


def critical_ratio(
    lost_margin: ArrayLike, unit_cost: ArrayLike, holding_rate_year: ArrayLike, cycle_days: ArrayLike
) -> Floats:
    """Return the probability of no stockout that balances a lost sale against stock kept one cycle longer.

    Inputs: margin lost with a unit not sold and cost of a unit (one currency), holding cost as a share of
    cost a year, days between two arrivals. Source: the newsvendor's critical ratio underage / (underage +
    overage) with overage = unit cost x holding rate x cycle / 365, since what is left over serves the next
    cycle. A margin of zero or less gives 0: a SKU that loses nothing when out of stock needs no stock.

    >>> round(float(critical_ratio(9.0, 365.0, 1.0, 1.0)), 3)
    0.9
    """
    underage = np.maximum(np.asarray(lost_margin, np.float64), 0.0)
    cycle_cost = np.asarray(unit_cost, np.float64) * np.asarray(holding_rate_year) * np.asarray(cycle_days) / 365.0
    total = underage + cycle_cost
    return np.asarray(np.where(total > 0, underage / np.where(total > 0, total, 1.0), 0.0), np.float64)


def project(
    demand: DemandOutlook,
    on_hand_units: ArrayLike,
    lead_times: LeadTimes,
    *,
    target_kind: TargetKind | NDArray[np.str_] = "cycle_service",
    target_share: ArrayLike = 0.95,
    review_days: ArrayLike = 7.0,
    shortage_rule: ShortageRule | NDArray[np.str_] = "lost_sales",
    backorder_units: ArrayLike = 0.0,
    arrivals: Arrivals | None = None,
    lot_units: ArrayLike = 0.0,
    economic_units: ArrayLike | None = None,
    step_units: ArrayLike = 1.0,
    seeds: NDArray[np.uint64] | None = None,
    paths: int = 64,
) -> Projection:
    """Return the smallest order that meets the target in the cycle it will serve, for each SKU-location.

    Inputs: `on_hand_units` at the opening of the as-of day and `backorder_units` (customers waiting), the demand
    outlook, the lead time of an order placed now, `arrivals` on the way, `review_days` until the next order, and
    `lot_units`, the quantity that is ordered at once where that is more than a cycle's demand, with `economic_units`
    its economic order quantity; orders are whole multiples of `step_units`. `seeds` come from `series_seeds`; without
    them rows are seeded by their number, which a split of the work would change. Arrays have a value per
    SKU-location; single values hold for all.

    Targets, `target_share`:
    - cycle_service: the probability that nobody is turned away in a cycle in which anybody asks;
    - plain_cycle_service: the textbook's, which counts the cycles in which nobody asks as well;
    - fill_rate: the share of demand served in the cycle; with lots, of the whole lot, counting what is lost before
      it arrives;
    - cost: the critical ratio of one cycle's review, see `critical_ratio`. A unit is ordered while its chance of a
      sale in the cycle, times what is lost without it, outweighs holding it for as long as it lies there: its place
      in the stock / cycle demand (one unit at least), in cycles and one at least; with lots the order is placed when
      waiting one more review would cost more than the lot's average cost of that time, G(y) >= g in the words of
      Federgruen & Zheng (1992), Operations Research 40.

    Timing: goods due on a day are there before its demand; the order placed now arrives after a lead time
    of L days at the opening of day L, the next one at the opening of day review + L'.

    Returns a `Projection`; quantities are whole units, thousandths where demand comes in fractions. Raises
    `InfeasibleError` for a target outside (0, 1).

    Method: de Kok & Meijer (arXiv 2304.06936), with sample paths from a rotated lattice and the last
    cycle's demand integrated exactly (counts up to a mean of 100, above it a gamma of the same mean and
    variance). A random lead time is drawn anew for the next order, which cannot overtake this one. Fails to
    see: a stockout inside the cycle that ends with an earlier order's arrival before the cycle does; units
    that arrive inside the cycle count only as far as demand after them asks for them.

    >>> import numpy as np
    >>> outlook = DemandOutlook(np.full((1, 8), 5.0), np.zeros(1), np.zeros(1))
    >>> plan = project(
    ...     outlook, 12.0, LeadTimes.certain(2), target_kind="cost", target_share=0.9, review_days=1)
    >>> int(plan.need_units[0])
    7
    """
    size = demand.size
    if paths not in _GENERATORS:
        raise InfeasibleError(f"projection: {paths} sample paths; choose one of {sorted(_GENERATORS)}.")
    share = _column(target_share, size, "target_share")
    bad = ~((share > 0.0) & (share < 1.0))
    if bad.any():
        raise InfeasibleError(
            f"projection: {int(bad.sum())} targets lie outside (0, 1), first {share[bad][0]} at row "
            f"{int(np.flatnonzero(bad)[0])}. No stock guarantees all demand; ask for 0.999 at most."
        )
    kind = _codes(target_kind, size, _KINDS, "target_kind")
    lost = _codes(shortage_rule, size, {"lost_sales": 1, "backorders": 0}, "shortage_rule")
    return _run(
        demand,
        on_hand_units,
        lead_times,
        kind,
        share,
        np.zeros(size),
        owned(lost == 1, np.bool_),
        review_days,
        backorder_units,
        arrivals,
        lot_units,
        lot_units if economic_units is None else economic_units,
        step_units,
        seeds,
        paths,
    )


def imply(
    demand: DemandOutlook,
    on_hand_units: ArrayLike,
    lead_times: LeadTimes,
    order_units: ArrayLike,
    *,
    review_days: ArrayLike = 7.0,
    shortage_rule: ShortageRule | NDArray[np.str_] = "lost_sales",
    backorder_units: ArrayLike = 0.0,
    arrivals: Arrivals | None = None,
    lot_units: ArrayLike = 0.0,
    seeds: NDArray[np.uint64] | None = None,
    paths: int = 64,
) -> Projection:
    """Return what given order quantities imply: the projection of `project` with the quantity fixed.

    Inputs as in `project`, with `order_units` in place of a target: what is left after minimums, packs and
    budget, or a planner's own figure. `need_units` repeats it.

    >>> import numpy as np
    >>> outlook = DemandOutlook(np.full((1, 8), 5.0), np.zeros(1), np.zeros(1))
    >>> plan = imply(outlook, 12.0, LeadTimes.certain(2), 6, review_days=1)
    >>> bool(0.85 < plan.implied_cycle_service[0] < 0.99)
    True
    """
    size = demand.size
    lost = _codes(shortage_rule, size, {"lost_sales": 1, "backorders": 0}, "shortage_rule")
    return _run(
        demand,
        on_hand_units,
        lead_times,
        np.full(size, quantity.GIVEN_QUANTITY, np.int64),
        np.full(size, 0.5),
        _column(order_units, size, "order_units"),
        owned(lost == 1, np.bool_),
        review_days,
        backorder_units,
        arrivals,
        lot_units,
        lot_units,
        1.0,
        seeds,
        paths,
    )


def _run(
    demand: DemandOutlook,
    on_hand_units: ArrayLike,
    lead_times: LeadTimes,
    kind: NDArray[np.int64],
    share: Floats,
    given_units: Floats,
    is_lost: NDArray[np.bool_],
    review_days: ArrayLike,
    backorder_units: ArrayLike,
    arrivals: Arrivals | None,
    lot_units: ArrayLike,
    economic_units: ArrayLike,
    step_units: ArrayLike,
    seeds: NDArray[np.uint64] | None,
    paths: int,
) -> Projection:
    size = demand.size
    due = Arrivals.none(size) if arrivals is None else arrivals
    if len(due.start) != size + 1:
        raise TableError(f"projection: arrivals are for {len(due.start) - 1} SKU-locations, demand for {size}.")
    # The kernel counts: fractions are counted in thousandths of a unit, where a count is as good as a gamma.
    grain = np.ones(size) if demand.unit is None else np.where(demand.unit > 0, 1.0, _FRACTION)
    of_arrival = np.repeat(grain, np.diff(due.start))
    on_hand = _column(on_hand_units, size, "on_hand_units") / grain
    backorders = _column(backorder_units, size, "backorder_units") / grain
    lots = _column(lot_units, size, "lot_units") / grain
    economic = _column(economic_units, size, "economic_units") / grain
    steps = _column(step_units, size, "step_units") / grain
    result = kernel.project_block(
        owned(demand.mean_units / grain[:, None]),
        _column(demand.dispersion, size, "dispersion"),
        _column(demand.level_variance, size, "level_variance"),
        demand.first_day,
        demand.days_per_period,
        demand.shares(),
        on_hand,
        backorders,
        owned(due.start, np.int64),
        owned(due.day),
        owned(due.units / of_arrival),
        owned(due.age_days),
        owned(due.log_scale),
        owned(due.degrees_of_freedom),
        owned(due.is_return, np.bool_),
        owned(np.zeros(len(due.units)) if due.variance is None else due.variance / of_arrival**2),
        owned(np.zeros(len(due.units)) if due.slope is None else due.slope),
        _column(lead_times.log_location_days, size, "log_location_days"),
        _column(lead_times.log_scale, size, "log_scale"),
        _column(lead_times.degrees_of_freedom, size, "degrees_of_freedom", may_be_infinite=True),
        _column(review_days, size, "review_days"),
        lots,
        owned((lots + economic * economic / np.maximum(lots, 1e-12)) / 2),
        owned(steps),
        kind,
        share,
        owned(given_units / grain),
        is_lost,
        np.arange(size, dtype=np.uint64) if seeds is None else owned(seeds, np.uint64),
        paths,
        _BRANCHES,
        np.array(_GENERATORS[paths], np.int64),
    )
    result[:, _COUNTED_COLUMNS] *= grain[:, None]
    level = result[:, kernel.TARGET_LEVEL]
    expected = result[:, kernel.EXPECTED_DEMAND]
    lost_units = result[:, kernel.EXPECTED_LOST]
    returns = result[:, kernel.RETURNS_DUE]
    target_level = level - returns
    return Projection(
        need_units=result[:, kernel.NEED],
        target_level_units=target_level,
        safety_stock_units=target_level - expected + lost_units + returns,
        protection_days=result[:, kernel.PROTECTION_DAYS],
        expected_demand_units=expected,
        demand_sd_units=result[:, kernel.DEMAND_SD],
        expected_lost_units=lost_units,
        expected_returns_units=returns,
        on_order_due_units=result[:, kernel.ON_ORDER_DUE],
        stock_at_arrival_units=result[:, kernel.STOCK_AT_ARRIVAL],
        cycle_demand_units=result[:, kernel.CYCLE_DEMAND],
        implied_cycle_service=result[:, kernel.IMPLIED_CYCLE_SERVICE],
        implied_fill_rate=result[:, kernel.IMPLIED_FILL_RATE],
        current_cycle_service=result[:, kernel.CURRENT_CYCLE_SERVICE],
        mean_stock_units=result[:, kernel.IMPLIED_STOCK],
        order_units=result[:, kernel.ORDER_UNITS],
        stockout_in_days=np.where(result[:, kernel.STOCKOUT_DAY] < 0, np.nan, result[:, kernel.STOCKOUT_DAY]),
        beyond_horizon_share=result[:, kernel.BEYOND_HORIZON_SHARE],
    )


def _column(values: ArrayLike, size: int, name: str, *, may_be_infinite: bool = False) -> Floats:
    """Return a contiguous value per SKU-location; refuse what is missing or of another length."""
    array = np.asarray(values, np.float64)
    if array.ndim > 1 or (array.ndim == 1 and len(array) not in (1, size)):
        raise TableError(f"projection: {name} has shape {array.shape}, expected one value or {size}.")
    bad = np.isnan(array) if may_be_infinite else ~np.isfinite(array)
    if bad.any():
        raise TableError(f"projection: {int(bad.sum())} values of {name} are missing or infinite.")
    return owned(np.broadcast_to(array, (size,)))


def _codes(values: str | NDArray[np.str_], size: int, known: dict[str, int], name: str) -> NDArray[np.int64]:
    names = pd.Series(np.broadcast_to(np.asarray(values, dtype=object), (size,)))
    codes = names.map(known)
    if codes.isna().any():
        raise TableError(f"projection: {name} {names[codes.isna()].iloc[0]!r} is none of {sorted(known)}.")
    return owned(codes.to_numpy(), np.int64)
