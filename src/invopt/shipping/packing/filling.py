"""Fill one carton: set units one after the other into its maximal empty spaces.

A start is a sequence of the kinds and a rule for the place. Several cheap starts beat one clever one: an
order of ten units takes some microseconds, and the mix of goods decides which start wins.
"""

from __future__ import annotations

import numpy as np

from invopt.probability.compiled import exact_kernel
from invopt.shipping.packing.goods import ORIENTATIONS, BoolArray, IntArray
from invopt.shipping.packing.spaces import cut, open_carton

#: Rules for the place of a unit: lowest top first; tightest fit; room for most of its kind.
LOWEST, TIGHTEST, MOST_ALIKE = 0, 1, 2
RULES = 3

#: Bits of a kind's mask above its orientations: begin with the far end of a space along x, along y; and let
#: the middle stand in for the far end. They let a sheet lie where goods on both sides can rest on it.
MIDDLE_X, MIDDLE_Y, FAR_X, FAR_Y = 1 << 6, 1 << 7, 1 << 8, 1 << 9

#: Columns of a placement: kind, position x y z, extent x y z.
KIND, X, Y, Z, DX, DY, DZ = range(7)


@exact_kernel
def _may_stand(
    placed: IntArray,
    count: int,
    is_fragile: BoolArray,
    unit_is_fragile: bool,
    place: IntArray,
    least_support: float,
) -> bool:
    """Is enough of the base supported, and does nothing that is not fragile rest on something fragile?"""
    x, y, z, dx, dy, dz = place
    support = 0
    for row in range(count):
        bottom = placed[row, Z]
        top = bottom + placed[row, DZ]
        if top != z and bottom != z + dz:
            continue
        width = min(x + dx, placed[row, X] + placed[row, DX]) - max(x, placed[row, X])
        depth = min(y + dy, placed[row, Y] + placed[row, DY]) - max(y, placed[row, Y])
        if width <= 0 or depth <= 0:
            continue
        row_is_fragile = is_fragile[placed[row, KIND]]
        if top == z:
            if row_is_fragile and not unit_is_fragile:
                return False
            support += width * depth
        elif unit_is_fragile and not row_is_fragile:
            return False
    return bool(z == 0 or support >= least_support * dx * dy)


@exact_kernel
def _score(space: IntArray, extent: IntArray, remaining: int, rule: int) -> float:
    """How badly a unit of this extent would lie in this space; smaller is better."""
    room_x = space[3] - space[0]
    room_y = space[4] - space[1]
    room_z = space[5] - space[2]
    near = 1e-3 * (space[0] + space[1]) + 1e-7 * space[1]
    top = space[2] + extent[2]
    if rule == LOWEST:
        return float(top * 1e3 + near)
    if rule == TIGHTEST:
        gaps = min(room_x - extent[0], room_y - extent[1], room_z - extent[2])
        return float(gaps * 1e4 + top + near)
    across = (room_x // extent[0]) * (room_y // extent[1])
    layers = room_z // extent[2]
    fitting = min(remaining, across * layers)
    used = -(-fitting // max(across, 1)) * extent[2]
    return float(-fitting * 1e6 + (space[2] + used) * 1e2 + near)


@exact_kernel
def fill_carton(
    inner: IntArray,
    allowed_g: int,
    sides: IntArray,
    weight: IntArray,
    rotations: IntArray,
    is_fragile: BoolArray,
    group: IntArray,
    remaining: IntArray,
    sequence: IntArray,
    visit_units: IntArray,
    rule: int,
    least_support: float,
    must_take_all: bool,
    spaces: IntArray,
    pieces: IntArray,
    placed: IntArray,
) -> int:
    """Place what fits of `remaining` into one carton; returns how many units were placed.

    `sequence` names the kinds to visit, `visit_units` how many units to set at each visit. `remaining`
    (kinds) is counted down, `placed` (units, 7) filled. With `must_take_all` it gives up at the
    first unit without a place: the caller has no use for a carton that holds only a part.
    """
    space_count = open_carton(spaces, inner[0], inner[1], inner[2])
    smallest_side = 1 << 60
    for kind in range(len(weight)):
        if remaining[kind] > 0:
            smallest_side = min(smallest_side, int(sides[kind].min()))
    count = 0
    carton_group = 0
    place = np.empty(6, np.int64)
    best = np.empty(6, np.int64)
    extent = np.empty(3, np.int64)
    bounds = np.empty(6, np.int64)
    for visit in range(len(sequence)):
        kind = sequence[visit]
        visit_left = visit_units[visit]
        if group[kind] != 0 and carton_group != 0 and group[kind] != carton_group:
            if must_take_all and remaining[kind] > 0:
                return count
            continue
        while visit_left > 0 and remaining[kind] > 0 and count < len(placed):
            best_score = np.inf
            if weight[kind] <= allowed_g:
                for row in range(space_count):
                    space = spaces[row]
                    for turn in range(6):
                        if not (rotations[kind] >> turn) & 1:
                            continue
                        fits = True
                        for axis in range(3):
                            extent[axis] = sides[kind, ORIENTATIONS[turn, axis]]
                            if extent[axis] > space[axis + 3] - space[axis]:
                                fits = False
                                break
                        if not fits:
                            continue
                        score = _score(space, extent, remaining[kind], rule)
                        if score >= best_score:
                            continue
                        place[2] = space[2]
                        place[3:] = extent
                        # The near corner if the unit may stand there, else the next that lets it.
                        for corner in range(4):
                            slack_x = space[3] - space[0] - extent[0]
                            slack_y = space[4] - space[1] - extent[1]
                            if rotations[kind] & MIDDLE_X:
                                slack_x //= 2
                            if rotations[kind] & MIDDLE_Y:
                                slack_y //= 2
                            place[0] = space[0] + slack_x * ((corner ^ (rotations[kind] >> 8)) & 1)
                            place[1] = space[1] + slack_y * (((corner >> 1) ^ (rotations[kind] >> 9)) & 1)
                            if _may_stand(placed, count, is_fragile, is_fragile[kind], place, least_support):
                                best_score = score
                                best[:] = place
                                break
            if best_score == np.inf:
                if must_take_all:
                    return count
                break
            placed[count, KIND] = kind
            for axis in range(3):
                placed[count, X + axis] = best[axis]
                placed[count, DX + axis] = best[axis + 3]
                bounds[axis] = best[axis]
                bounds[axis + 3] = best[axis] + best[axis + 3]
            count += 1
            remaining[kind] -= 1
            visit_left -= 1
            allowed_g -= weight[kind]
            if group[kind] != 0:
                carton_group = group[kind]
            space_count = cut(spaces, space_count, pieces, bounds, smallest_side, False)
    return count
