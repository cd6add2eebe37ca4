"""Keep each order within its supplier's containers, by volume, weight and pallets, and fill the last one if wished."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from invopt.purchasing.filling import Segments, segments, take_within
from invopt.purchasing.orders_of_rows import OrderGroups
from invopt.purchasing.quantities import THOUSAND, Thousandths
from invopt.purchasing.reasons import Reason, where
from invopt.purchasing.workings import Workings


@dataclass(frozen=True)
class _Measure:
    """One way of running out of room: what a unit of each row takes (NaN unknown), and what an order's container holds
    (infinite where it is not asked)."""

    use: NDArray[np.float64]
    capacity: NDArray[np.float64]


def fit_containers(
    quantity: Thousandths,
    workings: Workings,
    largest: Thousandths,
    groups: OrderGroups,
    most_containers: int,
    fill: bool,
) -> Thousandths:
    """Cut what does not fit, worst gain per room first; with `fill`, add what still earns in the last container.

    Room is volume, weight and pallet places, each as far as the supplier's container names it. Rows without
    dimensions, weight or pallet take no room and say so.
    """
    measures = (
        _Measure(workings.unit_m3, groups.container_m3),
        _Measure(workings.unit_kg, groups.container_kg),
        _Measure(workings.unit_pallets, groups.container_pallets),
    )
    bounded = np.logical_or.reduce([np.isfinite(measure.capacity) for measure in measures])
    own = groups.group
    rows = np.flatnonzero((own >= 0) & bounded[np.maximum(own, 0)] & (np.maximum(quantity, largest) > 0))
    if not len(rows):
        return quantity
    orders, group = len(bounded), own[rows]
    kept = quantity[rows].copy()
    for measure in measures:
        use = np.nan_to_num(measure.use[rows])
        used = np.bincount(group, weights=use * kept / THOUSAND, minlength=orders)
        room = most_containers * measure.capacity
        over = np.flatnonzero((used > room * (1 + 1e-9))[group] & (kept > 0))
        if len(over):
            offer = _offer(workings, rows, over, np.zeros_like(kept), kept, use, group)
            kept[over], _ = take_within(offer, room, len(over))
    cut = kept < quantity[rows]
    added = np.zeros(len(rows), dtype=bool)
    if fill:
        at_most = np.maximum(largest[rows], kept)
        filled = _fill(workings, rows, kept, at_most, measures, group, most_containers)
        added = filled > kept
        kept = filled
    result = quantity.copy()
    result[rows] = kept
    unknown = np.logical_or.reduce(
        [np.isnan(measure.use[rows]) & np.isfinite(measure.capacity[group]) for measure in measures]
    )
    workings.reasons[rows] |= (
        where(cut, Reason.CONTAINER_CUT)
        | where(added, Reason.CONTAINER_FILLED)
        | where(unknown & (kept > 0), Reason.DIMENSIONS_UNKNOWN)
    )
    return result


def _fill(
    workings: Workings,
    rows: NDArray[np.int64],
    kept: Thousandths,
    at_most: Thousandths,
    measures: tuple[_Measure, ...],
    group: NDArray[np.int64],
    most_containers: int,
) -> Thousandths:
    # A unit's share of a container by its scarcest measure: never too full, at times a little emptier than could be.
    share = np.maximum.reduce([np.nan_to_num(measure.use[rows]) / measure.capacity[group] for measure in measures])
    used = np.bincount(group, weights=share * kept / THOUSAND, minlength=len(measures[0].capacity))
    begun = np.minimum(np.ceil(used - 1e-9), most_containers)
    open_rows = np.flatnonzero((at_most > kept) & (share > 0) & (begun[group] > 0))
    if not len(open_rows):
        return kept
    offered = _offer(workings, rows, open_rows, kept, at_most, share, group)
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
