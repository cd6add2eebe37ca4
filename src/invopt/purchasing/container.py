"""Keep each order within its supplier's containers, by volume and by weight, and fill the last one if
wished."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from invopt.purchasing.filling import Segments, segments, take_within
from invopt.purchasing.quantities import THOUSAND, Thousandths
from invopt.purchasing.reasons import Reason, where
from invopt.purchasing.workings import Workings

UNBOUNDED = np.inf


def fit_containers(
    quantity: Thousandths,
    workings: Workings,
    largest: Thousandths,
    group: NDArray[np.int64],
    container_m3: NDArray[np.float64],
    container_kg: NDArray[np.float64],
    most_containers: int,
    fill: bool,
) -> Thousandths:
    """Cut what does not fit, worst gain per room first; with `fill`, add what still earns in the last
    container.

    `container_m3` and `container_kg` have one entry an order, infinite where the supplier ships none. Rows
    without dimensions or weight take no room and say so.
    """
    bounded = np.isfinite(container_m3) | np.isfinite(container_kg)
    rows = np.flatnonzero((group >= 0) & bounded[np.maximum(group, 0)] & (np.maximum(quantity, largest) > 0))
    if not len(rows):
        return quantity
    orders, groups = len(container_m3), group[rows]
    volume, weight = np.nan_to_num(workings.unit_m3[rows]), np.nan_to_num(workings.unit_kg[rows])
    kept = quantity[rows].copy()
    for use, capacity in ((volume, container_m3), (weight, container_kg)):
        used = np.bincount(groups, weights=use * kept / THOUSAND, minlength=orders)
        room = most_containers * capacity
        over = np.flatnonzero((used > room * (1 + 1e-9))[groups] & (kept > 0))
        if len(over):
            taken, _ = take_within(
                _offer(workings, rows, over, np.zeros_like(kept), kept, use, groups), room, len(over)
            )
            kept[over] = taken
    cut = kept < quantity[rows]
    added = np.zeros(len(rows), dtype=bool)
    if fill:
        filled = _fill(
            workings,
            rows,
            kept,
            np.maximum(largest[rows], kept),
            volume,
            weight,
            groups,
            container_m3,
            container_kg,
            most_containers,
        )
        added = filled > kept
        kept = filled
    result = quantity.copy()
    result[rows] = kept
    unknown = (kept > 0) & (
        (np.isnan(workings.unit_m3[rows]) & np.isfinite(container_m3[groups]))
        | (np.isnan(workings.unit_kg[rows]) & np.isfinite(container_kg[groups]))
    )
    workings.reasons[rows] |= (
        where(cut, Reason.CONTAINER_CUT)
        | where(added, Reason.CONTAINER_FILLED)
        | where(unknown, Reason.DIMENSIONS_UNKNOWN)
    )
    return result


def _fill(
    workings: Workings,
    rows: NDArray[np.int64],
    kept: Thousandths,
    at_most: Thousandths,
    volume: NDArray[np.float64],
    weight: NDArray[np.float64],
    groups: NDArray[np.int64],
    container_m3: NDArray[np.float64],
    container_kg: NDArray[np.float64],
    most_containers: int,
) -> Thousandths:
    orders = len(container_m3)
    # A unit's share of a container by its scarcer measure: never too full, at times a little emptier than
    # could be.
    share = np.maximum(volume / container_m3[groups], weight / container_kg[groups])
    used = np.bincount(groups, weights=share * kept / THOUSAND, minlength=orders)
    begun = np.minimum(np.ceil(used - 1e-9), most_containers)
    open_rows = np.flatnonzero((at_most > kept) & (share > 0) & (begun[groups] > 0))
    if not len(open_rows):
        return kept
    offered = _offer(workings, rows, open_rows, kept, at_most, share, groups)
    earns = offered.gain > 0
    worthwhile = Segments(*(getattr(offered, name)[earns] for name in ("row", "lots", "lot", "use", "gain", "group")))
    added, _ = take_within(worthwhile, np.maximum(begun - used, 0.0), len(open_rows))
    filled = kept.copy()
    filled[open_rows] += added
    return filled


def _offer(
    workings: Workings,
    rows: NDArray[np.int64],
    some: NDArray[np.int64],
    low: Thousandths,
    high: Thousandths,
    use: NDArray[np.float64],
    groups: NDArray[np.int64],
) -> Segments:
    at = rows[some]
    return segments(
        workings.model.take(at),
        low[some],
        high[some],
        workings.smallest_lot[at],
        workings.pack[at],
        use[some],
        groups[some],
    )
