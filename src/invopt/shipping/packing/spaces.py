"""Free space of a carton as its maximal empty cuboids.

A space is a row (x0, y0, z0, x1, y1, z1) in millimetres. The rows overlap on purpose: each is the largest
empty cuboid around its place, so whatever fits anywhere fits in one of them. Placing a cuboid cuts every
space that it touches and drops the pieces that lie inside another (Lai & Chan 1997, Parreno et al. 2008).
"""

from __future__ import annotations

import numpy as np

from invopt.probability.compiled import exact_kernel
from invopt.shipping.packing.goods import IntArray

#: Rows reserved per carton. Beyond it pieces are dropped: room is lost, a packing never becomes wrong.
CAPACITY = 768


@exact_kernel
def _is_inside_another(spaces: IntArray, piece: IntArray, count: int) -> bool:
    for row in range(count):
        if (
            spaces[row, 0] <= piece[0]
            and spaces[row, 1] <= piece[1]
            and spaces[row, 2] <= piece[2]
            and spaces[row, 3] >= piece[3]
            and spaces[row, 4] >= piece[4]
            and spaces[row, 5] >= piece[5]
        ):
            return True
    return False


@exact_kernel
def open_carton(spaces: IntArray, x: int, y: int, z: int) -> int:
    """Make the whole inside of a carton the only space; returns the number of spaces, 1."""
    spaces[0, 0] = spaces[0, 1] = spaces[0, 2] = 0
    spaces[0, 3] = x
    spaces[0, 4] = y
    spaces[0, 5] = z
    return 1


@exact_kernel
def cut(
    spaces: IntArray,
    count: int,
    pieces: IntArray,
    block: IntArray,
    smallest_side: int,
    base_is_supported: bool,
) -> int:
    """Take `block` (six bounds) out of the free space in place; returns the new number of spaces.

    Pieces thinner than `smallest_side` hold nothing and are dropped. With `base_is_supported` the space
    above the block is as wide as the block's own top, so that whatever is later set on the floor of any
    space stands on it with its whole base.
    """
    kept = 0
    fresh = 0
    for row in range(count):
        if (
            spaces[row, 3] <= block[0]
            or spaces[row, 0] >= block[3]
            or spaces[row, 4] <= block[1]
            or spaces[row, 1] >= block[4]
            or spaces[row, 5] <= block[2]
            or spaces[row, 2] >= block[5]
        ):
            if kept != row:
                for bound in range(6):
                    spaces[kept, bound] = spaces[row, bound]
            kept += 1
            continue
        for axis in range(3):
            for is_above in range(2):
                if is_above == 1:
                    low, high = block[axis + 3], spaces[row, axis + 3]
                else:
                    low, high = spaces[row, axis], block[axis]
                if high - low < smallest_side or fresh >= pieces.shape[0]:
                    continue
                if axis == 2 and is_above == 0 and base_is_supported:
                    continue
                for bound in range(6):
                    pieces[fresh, bound] = spaces[row, bound]
                pieces[fresh, axis] = low
                pieces[fresh, axis + 3] = high
                if axis == 2 and base_is_supported:
                    for side in range(2):
                        pieces[fresh, side] = max(pieces[fresh, side], block[side])
                        pieces[fresh, side + 3] = min(pieces[fresh, side + 3], block[side + 3])
                    if (
                        pieces[fresh, 3] - pieces[fresh, 0] < smallest_side
                        or pieces[fresh, 4] - pieces[fresh, 1] < smallest_side
                    ):
                        continue
                fresh += 1
    return _keep_maximal(spaces, kept, pieces, fresh)


@exact_kernel
def _keep_maximal(spaces: IntArray, kept: int, pieces: IntArray, fresh: int) -> int:
    """Append the pieces that lie in no other space; an untouched space is never inside a piece."""
    untouched = kept
    for piece in range(fresh):
        if _is_inside_another(spaces, pieces[piece], untouched):
            continue
        is_inside = False
        for other in range(fresh):
            if other == piece:
                continue
            is_within = True
            is_equal = True
            for side in range(3):
                if pieces[other, side] > pieces[piece, side] or pieces[other, side + 3] < pieces[piece, side + 3]:
                    is_within = False
                    break
                if pieces[other, side] != pieces[piece, side] or pieces[other, side + 3] != pieces[piece, side + 3]:
                    is_equal = False
            # Of equal pieces the first stays.
            if is_within and (not is_equal or other < piece):
                is_inside = True
                break
        if not is_inside and kept < spaces.shape[0]:
            for bound in range(6):
                spaces[kept, bound] = pieces[piece, bound]
            kept += 1
    return kept


def scratch() -> tuple[IntArray, IntArray]:
    """Arrays for the spaces of one carton and for the pieces of one cut."""
    return np.zeros((CAPACITY, 6), np.int64), np.zeros((4 * CAPACITY, 6), np.int64)
