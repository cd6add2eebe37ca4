"""Check a packing from nothing but its placements: the referee shares no code with the players."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from invopt.shipping.packing.goods import Goods, IntArray


def packing_faults(
    goods: Goods,
    placements: IntArray,
    inner_mm: npt.ArrayLike,
    *,
    empty_g: int = 0,
    limit_g: int | None = None,
    least_support: float = 1.0,
) -> list[str]:
    """Everything that is wrong with one filled carton; an empty list for a good one.

    `placements` (units, 7): kind, x, y, z, extent along x, y, z in mm. Looked at: inside, overlap, extents
    that are a permitted rotation of the good, no more units than there are, support of the base, goods on
    something fragile, groups that may not meet, gross weight.

    >>> from invopt.shipping.packing.goods import Goods
    >>> import numpy as np
    >>> goods = Goods.of([[10, 10, 10]], 5, [2])
    >>> packing_faults(goods, np.array([[0, 0, 0, 0, 10, 10, 10], [0, 5, 0, 0, 10, 10, 10]]), [20, 10, 10])
    ['units 0 and 1 overlap']
    """
    faults: list[str] = []
    kind = placements[:, 0]
    low = placements[:, 1:4]
    high = low + placements[:, 4:7]
    for unit in np.flatnonzero((low < 0).any(axis=1) | (high > np.asarray(inner_mm)).any(axis=1)).tolist():
        faults.append(f"unit {unit} is not inside")
    for unit, (number, extent) in enumerate(zip(kind, placements[:, 4:7], strict=True)):
        if tuple(extent) not in _rotations(goods, int(number)):
            faults.append(f"unit {unit} has sides {extent.tolist()}, not a permitted rotation of its kind")
    used = np.bincount(kind, minlength=len(goods.quantity))
    faults += [f"kind {number}: {used[number]} units packed of {goods.quantity[number]}"
               for number in np.flatnonzero(used > goods.quantity)]  # fmt: skip
    groups = np.unique(goods.group[kind])
    if (groups != 0).sum() > 1:
        faults.append(f"groups {groups[groups != 0].tolist()} share a carton")
    gross = int(goods.weight_g[kind].sum()) + empty_g
    if limit_g is not None and gross > limit_g:
        faults.append(f"gross weight {gross} g exceeds {limit_g} g")

    for unit in range(len(placements)):
        others = np.flatnonzero(((low < high[unit]) & (high > low[unit])).all(axis=1))
        faults += [f"units {unit} and {other} overlap" for other in others if other > unit]
        across = np.minimum(high[:, :2], high[unit, :2]) - np.maximum(low[:, :2], low[unit, :2])
        shared = np.where((across > 0).all(axis=1), across.prod(axis=1), 0)
        below = (high[:, 2] == low[unit, 2]) & (shared > 0)
        if low[unit, 2] > 0:
            base = placements[unit, 4] * placements[unit, 5]
            if shared[below].sum() < least_support * base:
                faults.append(f"unit {unit} rests on {shared[below].sum() / base:.0%} of its base")
        if not goods.is_fragile[kind[unit]] and goods.is_fragile[kind[below]].any():
            faults.append(f"unit {unit} rests on something fragile")
    return faults


def _rotations(goods: Goods, kind: int) -> set[tuple[int, int, int]]:
    length, width, height = (int(side) for side in goods.sides_mm[kind])
    ways = [
        (length, width, height), (width, length, height), (length, height, width),
        (height, length, width), (width, height, length), (height, width, length),
    ]  # fmt: skip
    return {way for bit, way in enumerate(ways) if (int(goods.rotations[kind]) >> bit) & 1}
