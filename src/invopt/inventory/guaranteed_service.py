"""Where to hold safety stock in a tree of stages: the guaranteed-service model.

Each stage promises its followers a service time; what it must cover itself is its net replenishment time,
inbound service time + processing time - promised service time.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from invopt.errors import InfeasibleError, TableError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ServiceTimes:
    """Promised service time, net replenishment time and safety stock of each stage, and the cost of all.

    Each mapping goes from stage to an array with an entry per SKU; times are in periods.
    """

    service_time: dict[Hashable, NDArray[np.int64]]
    net_replenishment_time: dict[Hashable, NDArray[np.int64]]
    safety_stock_units: dict[Hashable, Floats]
    cost: Floats


def guaranteed_service_tree(
    arcs: Sequence[tuple[Hashable, Hashable]],
    processing_time: Mapping[Hashable, int],
    holding_cost: Mapping[Hashable, ArrayLike],
    demand_sd: Mapping[Hashable, ArrayLike],
    *,
    safety_factor: ArrayLike = 1.645,
    inbound_service_time: Mapping[Hashable, int] | None = None,
    outbound_service_time: Mapping[Hashable, int] | None = None,
) -> ServiceTimes:
    """Return the service times of least holding cost in a tree of stages, for one SKU or many on the same
    tree.

    Inputs: `arcs` from supplying to supplied stage; whole `processing_time` per stage; `holding_cost` per
    unit and period of time at each stage; `demand_sd` of a period at the stages that meet customers;
    `safety_factor` z; service times promised from outside to first stages (0 unless given) and the longest
    that customers of last stages accept (0 unless given). Costs and spreads may be arrays with an entry per
    SKU.

    Raises `TableError` where the arcs are no tree or a stage lacks a figure, `InfeasibleError` where a
    customer's service time cannot be kept.

    Method: minimise sum h z sd sqrt(SI + T - S) over service times by dynamic programming from the leaves
    inwards (Graves & Willems 2000, M&SOM 2; Snyder & Shen, 2nd ed., section 6.3). Demands of different
    customers are taken as independent. Fails where demand exceeds the bound z sd sqrt(t): the model holds
    that the rest is met by other means.

    >>> tree = guaranteed_service_tree(
    ...     [(1, 3), (3, 2), (3, 4)], {1: 2, 2: 1, 3: 1, 4: 1}, {1: 1, 2: 3, 3: 2, 4: 3}, {2: 1, 4: 1},
    ...     safety_factor=1, inbound_service_time={1: 1}, outbound_service_time={2: 0, 4: 1})
    >>> float(tree.cost[0].round(4))
    8.2779
    """
    stages = list(processing_time)
    before: dict[Hashable, list[Hashable]] = {stage: [] for stage in stages}
    after: dict[Hashable, list[Hashable]] = {stage: [] for stage in stages}
    for source, target in arcs:
        if source not in after or target not in before:
            raise TableError(f"tree of stages: arc {source!r} -> {target!r} names a stage without processing time.")
        after[source].append(target)
        before[target].append(source)
    order = _leaves_inwards(stages, before, after)
    inbound, outbound = inbound_service_time or {}, outbound_service_time or {}

    sd = _internal_spread(stages, after, demand_sd)
    cost_rate = {stage: np.atleast_1d(np.asarray(holding_cost[stage], np.float64)) for stage in stages}
    z = np.atleast_1d(np.asarray(safety_factor, np.float64))
    size = np.broadcast_shapes(z.shape, *(x.shape for x in cost_rate.values()), *(x.shape for x in sd.values()))[0]
    longest = _longest_reach(stages, before, processing_time, inbound)
    horizon = max(longest.values()) + 1

    # best[stage][:, t]: least cost of the subtree that hangs on `stage` away from its parent, when the
    # service time on the arc to the parent is t: what the stage promises where the parent follows it, what
    # it gets where the parent precedes it.
    best: dict[Hashable, Floats] = {}
    choice: dict[Hashable, NDArray[np.int64]] = {}
    position = {stage: k for k, stage in enumerate(order)}
    parent: dict[Hashable, tuple[Hashable, bool] | None] = {}
    tables: dict[Hashable, Floats] = {}
    for stage in order:
        later_after = [x for x in after[stage] if position[x] > position[stage]]
        later_before = [x for x in before[stage] if position[x] > position[stage]]
        parent[stage] = (later_after[0], True) if later_after else ((later_before[0], False) if later_before else None)
        table = _stage_cost(stage, processing_time[stage], cost_rate[stage] * z * sd[stage], horizon, size)
        # table[sku, SI, S]
        for child in before[stage]:
            if position[child] < position[stage]:
                table = table + np.minimum.accumulate(best[child], axis=1)[:, :, None]
        for child in after[stage]:
            if position[child] < position[stage]:
                # A follower may count on more time than promised, never on less.
                reverse = best[child][:, ::-1]
                table = table + np.minimum.accumulate(reverse, axis=1)[:, ::-1][:, None, :]
        if not before[stage]:
            table[:, : inbound.get(stage, 0), :] = np.inf
        if not after[stage]:
            table[:, :, outbound.get(stage, 0) + 1 :] = np.inf
        tables[stage] = table
        link = parent[stage]
        if link is None:
            root_cost = table.reshape(size, -1).min(axis=1)
        elif link[1]:
            best[stage], choice[stage] = table.min(axis=1), table.argmin(axis=1)
        else:
            best[stage], choice[stage] = table.min(axis=2), table.argmin(axis=2)
    if not np.isfinite(root_cost).all():
        raise InfeasibleError("tree of stages: no service times keep the promises to customers; allow them longer.")
    return _read_back(
        order,
        before,
        after,
        position,
        parent,
        tables,
        best,
        processing_time,
        z * np.ones(size),
        sd,
        root_cost,
    )


def _stage_cost(stage: Hashable, processing: int, rate: Floats, horizon: int, size: int) -> Floats:
    """Return holding cost by inbound time and promised time; infinite where the promise needs no stock at
    all."""
    if processing < 0 or processing != int(processing):
        raise TableError(f"tree of stages: processing time of {stage!r} must be whole and not negative.")
    t = np.arange(horizon)
    net = t[:, None] + processing - t[None, :]
    cost = np.where(net >= 0, np.sqrt(np.maximum(net, 0)), np.inf)
    return np.asarray(
        np.broadcast_to(rate, (size,))[:, None, None] * np.where(np.isinf(cost), 1, cost)
        + np.where(np.isinf(cost), np.inf, 0.0)
    )


def _leaves_inwards(
    stages: Sequence[Hashable],
    before: Mapping[Hashable, Sequence[Hashable]],
    after: Mapping[Hashable, Sequence[Hashable]],
) -> list[Hashable]:
    """Return the stages so that each has at most one neighbour later in the list; raise where that cannot
    be."""
    degree = {stage: len(before[stage]) + len(after[stage]) for stage in stages}
    if sum(degree.values()) != 2 * (len(stages) - 1):
        raise TableError("tree of stages: arcs must connect all stages without a cycle (one arc fewer than stages).")
    order: list[Hashable] = []
    left = set(stages)
    while left:
        leaf = next((stage for stage in stages if stage in left and degree[stage] <= 1), None)
        if leaf is None:
            raise TableError("tree of stages: the arcs contain a cycle.")
        left.remove(leaf)
        order.append(leaf)
        for other in (*before[leaf], *after[leaf]):
            degree[other] -= 1
    return order


def _internal_spread(
    stages: Sequence[Hashable],
    after: Mapping[Hashable, Sequence[Hashable]],
    demand_sd: Mapping[Hashable, ArrayLike],
) -> dict[Hashable, Floats]:
    """Return the spread of demand at each stage: its own customers' and its followers', independent."""
    variance: dict[Hashable, Floats] = {}

    def total(stage: Hashable) -> Floats:
        if stage not in variance:
            own = np.atleast_1d(np.asarray(demand_sd.get(stage, 0.0), np.float64)) ** 2
            variance[stage] = sum((total(follower) for follower in after[stage]), own)
        return variance[stage]

    return {stage: np.sqrt(total(stage)) for stage in stages}


def _longest_reach(
    stages: Sequence[Hashable],
    before: Mapping[Hashable, Sequence[Hashable]],
    processing_time: Mapping[Hashable, int],
    inbound: Mapping[Hashable, int],
) -> dict[Hashable, int]:
    """Return the longest time a stage could need when nobody before it held stock."""
    reach: dict[Hashable, int] = {}

    def upto(stage: Hashable) -> int:
        if stage not in reach:
            reach[stage] = processing_time[stage] + max(
                [inbound.get(stage, 0), *(upto(source) for source in before[stage])]
            )
        return reach[stage]

    return {stage: upto(stage) for stage in stages}


def _read_back(
    order: list[Hashable],
    before: Mapping[Hashable, Sequence[Hashable]],
    after: Mapping[Hashable, Sequence[Hashable]],
    position: Mapping[Hashable, int],
    parent: Mapping[Hashable, tuple[Hashable, bool] | None],
    tables: Mapping[Hashable, Floats],
    best: Mapping[Hashable, Floats],
    processing_time: Mapping[Hashable, int],
    z: Floats,
    sd: Mapping[Hashable, Floats],
    cost: Floats,
) -> ServiceTimes:
    """Fix the root's times, then each child's given what its parent chose, outwards."""
    size = len(cost)
    rows = np.arange(size)
    got: dict[Hashable, NDArray[np.int64]] = {}
    promised: dict[Hashable, NDArray[np.int64]] = {}
    for stage in reversed(order):
        table, link = tables[stage], parent[stage]
        horizon = table.shape[1]
        if link is None:
            flat = table.reshape(size, -1).argmin(axis=1)
            got[stage], promised[stage] = flat // horizon, flat % horizon
            continue
        other, follows = link
        if follows:
            # The parent gets `got[other]` at most: the cheapest promise up to it.
            allowed = np.where(np.arange(horizon)[None, :] <= got[other][:, None], best[stage], np.inf)
            promised[stage] = allowed.argmin(axis=1)
            got[stage] = table[rows, :, promised[stage]].argmin(axis=1)
        else:
            allowed = np.where(np.arange(horizon)[None, :] >= promised[other][:, None], best[stage], np.inf)
            got[stage] = allowed.argmin(axis=1)
            promised[stage] = table[rows, got[stage], :].argmin(axis=1)
    net = {stage: got[stage] + processing_time[stage] - promised[stage] for stage in order}
    stock = {stage: z * sd[stage] * np.sqrt(net[stage]) for stage in order}
    return ServiceTimes(promised, net, stock, cost)
