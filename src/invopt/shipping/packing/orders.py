"""Divide one order over as few cartons as possible, then over the cheapest of that number.

Depth-first over (carton size, start) with a lower bound on what is left: a carton is filled by one of the
starts of `filling`, and the branch is cut when the rest cannot fit into the cartons that remain. Orders too
large to search get their fullest cartons first, until what is left is small enough.
"""

from __future__ import annotations

import numpy as np

from invopt.probability.compiled import exact_kernel
from invopt.shipping.packing.bounds import fitting_sizes, least_cartons, stacking_extent
from invopt.shipping.packing.filling import fill_carton
from invopt.shipping.packing.goods import BoolArray, IntArray
from invopt.shipping.packing.spaces import CAPACITY
from invopt.shipping.packing.starts import CLASSIC, draw_starts

#: Cartons looked at together; larger orders are peeled down to this many first.
DEPTH = 4
#: Units in one carton.
MOST_UNITS = 1000
#: Columns of a result row: carton within the order, size, then those of a placement.
CARTON, SIZE = 0, 1


@exact_kernel
def _fullness(
    before: IntArray, after: IntArray, volume: IntArray, weight: IntArray, most_volume: float, most_g: float
) -> float:
    """How much of the scarcer of room and weight a carton took off an order."""
    taken_volume = 0.0
    taken_weight = 0.0
    for kind in range(len(weight)):
        taken = before[kind] - after[kind]
        taken_volume += taken * volume[kind]
        taken_weight += taken * weight[kind]
    return max(taken_volume / most_volume, taken_weight / most_g)


@exact_kernel
def pack_order(
    sides: IntArray,
    weight: IntArray,
    quantity: IntArray,
    rotations: IntArray,
    is_fragile: BoolArray,
    group: IntArray,
    inner: IntArray,
    empty_g: IntArray,
    limit_g: IntArray,
    cost: IntArray,
    stock: IntArray,
    least_support: float,
    budget: int,
    result: IntArray,
) -> int:
    """Pack one order; returns the rows written to `result` (units, 9), one a unit placed.

    Units that fit into no carton in stock get no row. `stock` is counted down. `result` columns: carton,
    size, kind, x, y, z, extent along x, y, z.
    """
    sizes = len(inner)
    allowed_g = limit_g - empty_g
    volume = sides[:, 0] * sides[:, 1] * sides[:, 2]
    remaining = quantity.copy()
    cheapest_first = np.argsort(cost, kind="mergesort")
    # Most orders are solved by the classic starts; the shaken ones are drawn when they are needed.
    sequences, visit_units, turns, rules = draw_starts(sides, weight, quantity, rotations, is_fragile, 0)
    starts = len(rules)
    has_shaken = False

    units = min(int(quantity.sum()), MOST_UNITS)
    placed = np.zeros((DEPTH, units, 7), np.int64)
    best_placed = np.zeros((units, 7), np.int64)
    placed_count = np.zeros(DEPTH, np.int64)
    chosen = np.zeros(DEPTH, np.int64)
    option = np.zeros(DEPTH, np.int64)
    left = np.zeros((DEPTH + 1, len(weight)), np.int64)
    after = np.zeros(len(weight), np.int64)
    spaces = np.zeros((CAPACITY, 6), np.int64)
    pieces = np.zeros((4 * CAPACITY, 6), np.int64)

    rows = 0
    cartons = 0
    while True:
        in_stock = np.where(stock > 0, allowed_g, -1)
        fits = fitting_sizes(sides, weight, rotations, inner, in_stock)
        remaining = np.where(fits > 0, remaining, 0)
        if remaining.sum() == 0:
            return rows
        extents = stacking_extent(sides, rotations, inner, fits)
        masks = np.unique(np.append(fits[remaining > 0], (1 << sizes) - 1))
        bound = least_cartons(remaining, volume, weight, fits, extents, inner, in_stock, masks)
        found = 0
        for attempt in range(4):
            target = bound + attempt // 2
            if target > DEPTH:
                break
            if attempt == 1 and not has_shaken:
                sequences, visit_units, turns, rules = draw_starts(
                    sides, weight, quantity, rotations, is_fragile, budget // 4
                )
                starts = len(rules)
                has_shaken = True
            left[0] = remaining
            level = 0
            option[0] = 0
            fills = 0
            while level >= 0 and fills < budget:
                is_last = level == target - 1
                # A last carton inside a deeper search tries only the classic starts: there are many such.
                level_starts = min(starts, CLASSIC) if is_last and level > 0 else starts
                if option[level] >= sizes * level_starts:
                    level -= 1
                    if level >= 0:
                        stock[chosen[level]] += 1
                    continue
                # The last carton is the cheapest that takes all; the earlier ones try the roomiest first.
                if is_last:
                    rank, start = option[level] // level_starts, option[level] % level_starts
                else:
                    rank, start = sizes - 1 - option[level] % sizes, option[level] // sizes
                size = cheapest_first[rank]
                option[level] += 1
                if stock[size] <= 0:
                    continue
                if is_last:
                    could_hold = True
                    for kind in range(len(weight)):
                        if left[level, kind] > 0 and not (fits[kind] >> size) & 1:
                            could_hold = False
                            break
                    if (
                        not could_hold
                        or (left[level] * weight).sum() > allowed_g[size]
                        or (left[level] * volume).sum() > inner[size, 0] * inner[size, 1] * inner[size, 2]
                    ):
                        option[level] = (rank + 1) * level_starts
                        continue
                left[level + 1] = left[level]
                count = fill_carton(
                    inner[size], allowed_g[size], sides, weight, turns[start], is_fragile, group,
                    left[level + 1], sequences[start], visit_units[start], rules[start], least_support, is_last,
                    spaces, pieces, placed[level],
                )  # fmt: skip
                fills += 1
                rest = left[level + 1].sum()
                if count == 0 or (is_last and rest > 0):
                    continue
                chosen[level] = size
                placed_count[level] = count
                if rest == 0:
                    found = level + 1
                    break
                if (
                    least_cartons(left[level + 1], volume, weight, fits, extents, inner, in_stock, masks)
                    > target - level - 1
                ):
                    continue
                stock[size] -= 1
                level += 1
                option[level] = 0
            if found > 0:
                break
            for upper in range(level):
                stock[chosen[upper]] += 1
        if found > 0:
            stock[chosen[found - 1]] -= 1
            for level in range(found):
                for unit in range(placed_count[level]):
                    result[rows, CARTON] = cartons
                    result[rows, SIZE] = chosen[level]
                    result[rows, 2:] = placed[level, unit]
                    rows += 1
                cartons += 1
            return rows

        # Too many cartons to search, or no luck: commit the fullest single carton and look again.
        most_volume = 1.0
        most_g = 1.0
        for size in range(sizes):
            if stock[size] > 0:
                most_volume = max(most_volume, float(inner[size, 0] * inner[size, 1] * inner[size, 2]))
                most_g = max(most_g, float(allowed_g[size]))
        best_fullness = -1.0
        best_size = 0
        best_count = 0
        for size in range(sizes):
            if stock[size] <= 0:
                continue
            for start in range(starts):
                after[:] = remaining
                count = fill_carton(
                    inner[size], allowed_g[size], sides, weight, turns[start], is_fragile, group,
                    after, sequences[start], visit_units[start], rules[start], least_support, False,
                    spaces, pieces, placed[0],
                )  # fmt: skip
                fullness = _fullness(remaining, after, volume, weight, most_volume, most_g)
                if count > 0 and fullness > best_fullness:
                    best_fullness = fullness
                    best_size = size
                    best_count = count
                    best_placed[:count] = placed[0, :count]
        # Where many more of the same would follow, take them at once; half stays for better mixtures.
        after[:] = 0
        for unit in range(best_count):
            after[best_placed[unit, 0]] += 1
        repeats = stock[best_size]
        for kind in range(len(weight)):
            if after[kind] > 0:
                repeats = min(repeats, remaining[kind] // after[kind])
        for _ in range(max(1, repeats // 2)):
            stock[best_size] -= 1
            for unit in range(best_count):
                result[rows, CARTON] = cartons
                result[rows, SIZE] = best_size
                result[rows, 2:] = best_placed[unit]
                remaining[best_placed[unit, 0]] -= 1
                rows += 1
            cartons += 1
