"""From what was ordered to what was wanted: each change with its reason, the raw figure untouched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from invopt.demand.outliers import capped_outliers
from invopt.demand.stockouts import order_size, recovered_demand
from invopt.errors import TableError
from invopt.probability.compiled import BoolArray, FloatArray

REASONS: Final = ("as observed", "before first sale", "outlier", "partly out of stock", "out of stock")
AS_OBSERVED, BEFORE_FIRST_SALE, OUTLIER, PARTLY_OUT, OUT = range(len(REASONS))


@dataclass(frozen=True)
class CleanDemand:
    """Demand of n series over T periods as a forecast may use it.

    - demand: [n, T] units; NaN where unknown.
    - censored: [n, T] True where it is only a lower bound.
    - reason: [n, T] index into REASONS: why it differs from what was observed.
    """

    demand: FloatArray
    censored: BoolArray
    reason: NDArray[np.int8]


def clean_demand(
    observed: FloatArray,
    *,
    outlier_multiple: float,
    season_length: int = 1,
    out_of_stock_share: FloatArray | None = None,
    is_censored: BoolArray | None = None,
    profile: FloatArray | None = None,
    phase: int = 0,
    order_lines: FloatArray | None = None,
) -> CleanDemand:
    """Clean a block of observed demand.

    observed: [n, T] units per period, gross, >= 0, NaN unknown. out_of_stock_share: [n, T] 0-1, NaN where not
    known (then nothing is scaled); is_censored: [n, T] periods known to be lower bounds by no known share.
    profile, phase: see `recovered_demand`. order_lines: [n, T] orders behind the units, where known: a stockout
    after one bulk order says less of the rest of its period than one after many.

    In this order: periods before the first sale are no history; outliers are capped; periods partly out of
    stock are completed by their expectation, so they are no bounds any more; periods out of stock from
    opening are unknown. What `is_censored` names without a share stays, marked as a bound for the forecast.

    Raises TableError for negative or infinite demand, naming the rows.

    >>> clean = clean_demand(np.array([[0.0, 0.0, 3.0, 0.0]]), outlier_multiple=6.0)
    >>> clean.demand.tolist(), clean.reason.tolist()
    ([[nan, nan, 3.0, 0.0]], [[1, 1, 0, 0]])
    """
    bad = np.flatnonzero((np.isinf(observed) | (observed < 0.0)).any(axis=1))
    if bad.size:
        raise TableError(
            f"demand: {bad.size} series with negative or infinite demand, first rows: "
            f"{', '.join(map(str, bad[:5]))}. Returns and corrections are not demand: keep them apart."
        )
    reason = np.zeros(observed.shape, dtype=np.int8)
    sold = np.cumsum(np.nan_to_num(observed) > 0.0, axis=1) > 0
    reason[~sold] = BEFORE_FIRST_SALE
    demand = np.where(sold, observed, np.nan)
    capped = capped_outliers(demand, outlier_multiple, season_length)
    reason[capped < demand] = OUTLIER
    demand = capped
    censored = np.zeros(observed.shape, dtype=np.bool_) if is_censored is None else is_censored & sold
    if out_of_stock_share is not None:
        affected = (np.nan_to_num(out_of_stock_share) > 0.0) & ~np.isnan(demand)
        rows = np.flatnonzero(affected.any(axis=1))
        if rows.size:
            factors = None if profile is None else profile[rows]
            sizes = None if order_lines is None else order_size(demand[rows], order_lines[rows])
            demand[rows], _ = recovered_demand(demand[rows], out_of_stock_share[rows], factors, phase, sizes)
        # A capped period that was also out of stock keeps the reason of its larger change.
        reason[affected & ~np.isnan(demand) & (reason == AS_OBSERVED)] = PARTLY_OUT
        reason[affected & np.isnan(demand)] = OUT
        censored &= ~affected
    return CleanDemand(demand, censored, reason)
