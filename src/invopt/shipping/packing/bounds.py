"""How few cartons could hold the goods: bounds that stop a search as soon as nothing better exists."""

from __future__ import annotations

import numpy as np

from invopt.probability.compiled import exact_kernel
from invopt.shipping.packing.goods import ORIENTATIONS, IntArray

#: Weights on volume against weight in the combined bound.
MIXTURES = 9


@exact_kernel
def fitting_sizes(
    sides: IntArray, weight: IntArray, rotations: IntArray, inner: IntArray, allowed_g: IntArray
) -> IntArray:
    """Mask of the carton sizes that hold one unit of each kind, alone; 0 where none does."""
    fits = np.zeros(len(weight), np.int64)
    for kind in range(len(weight)):
        for size in range(len(inner)):
            if weight[kind] > allowed_g[size]:
                continue
            for turn in range(6):
                if not (rotations[kind] >> turn) & 1:
                    continue
                if (
                    sides[kind, ORIENTATIONS[turn, 0]] <= inner[size, 0]
                    and sides[kind, ORIENTATIONS[turn, 1]] <= inner[size, 1]
                    and sides[kind, ORIENTATIONS[turn, 2]] <= inner[size, 2]
                ):
                    fits[kind] |= 1 << size
                    break
    return fits


@exact_kernel
def stacking_extent(sides: IntArray, rotations: IntArray, inner: IntArray, fits: IntArray) -> IntArray:
    """Per kind and axis, the length that a unit must take of the carton's middle line along that axis.

    A unit longer than half the carton in both other directions covers the middle line wherever it lies, so
    two such units never lie side by side: their extents along the axis add up. Zero where a unit can dodge.
    """
    extents = np.zeros((len(rotations), 3), np.int64)
    for kind in range(len(rotations)):
        for axis in range(3):
            one, other = (axis + 1) % 3, (axis + 2) % 3
            least = 1 << 60
            for size in range(len(inner)):
                if not (fits[kind] >> size) & 1:
                    continue
                for turn in range(6):
                    if not (rotations[kind] >> turn) & 1:
                        continue
                    a = sides[kind, ORIENTATIONS[turn, one]]
                    b = sides[kind, ORIENTATIONS[turn, other]]
                    c = sides[kind, ORIENTATIONS[turn, axis]]
                    if a > inner[size, one] or b > inner[size, other] or c > inner[size, axis]:
                        continue
                    if 2 * a <= inner[size, one] or 2 * b <= inner[size, other]:
                        least = 0
                    least = min(least, c)
            extents[kind, axis] = 0 if least == 1 << 60 else least
    return extents


@exact_kernel
def least_cartons(
    remaining: IntArray,
    volume: IntArray,
    weight: IntArray,
    fits: IntArray,
    extents: IntArray,
    inner: IntArray,
    allowed_g: IntArray,
    masks: IntArray,
) -> int:
    """Lower bound on the cartons that hold `remaining`.

    For every set of sizes in `masks` the kinds that fit nowhere else are weighed against the roomiest size
    of the set: volume, weight, mixtures of both, and the middle line of each axis.
    """
    bound = 0
    for mask in masks:
        total_volume = 0.0
        total_weight = 0.0
        lines = np.zeros(3, np.float64)
        for kind in range(len(weight)):
            if remaining[kind] > 0 and fits[kind] & ~mask == 0:
                total_volume += remaining[kind] * volume[kind]
                total_weight += remaining[kind] * weight[kind]
                for axis in range(3):
                    lines[axis] += remaining[kind] * extents[kind, axis]
        if total_volume == 0.0:
            continue
        most_volume = 0.0
        most_weight = 1.0
        longest = np.ones(3, np.float64)
        for size in range(len(inner)):
            if (mask >> size) & 1:
                room = float(inner[size, 0]) * inner[size, 1] * inner[size, 2]
                most_volume = max(most_volume, room)
                most_weight = max(most_weight, float(allowed_g[size]))
                for axis in range(3):
                    longest[axis] = max(longest[axis], float(inner[size, axis]))
        for axis in range(3):
            bound = max(bound, int(np.ceil(lines[axis] / longest[axis] - 1e-9)))
        for step in range(MIXTURES):
            share = step / (MIXTURES - 1)
            capacity = 0.0
            for size in range(len(inner)):
                if (mask >> size) & 1:
                    room = float(inner[size, 0]) * inner[size, 1] * inner[size, 2]
                    capacity = max(capacity, share * room / most_volume + (1 - share) * allowed_g[size] / most_weight)
            need = share * total_volume / most_volume + (1 - share) * total_weight / most_weight
            bound = max(bound, int(np.ceil(need / capacity - 1e-9)))
    if bound <= 1 and not _one_holds_all(remaining, volume, weight, fits, inner, allowed_g):
        return 2
    return max(bound, 1)


@exact_kernel
def _one_holds_all(
    remaining: IntArray,
    volume: IntArray,
    weight: IntArray,
    fits: IntArray,
    inner: IntArray,
    allowed_g: IntArray,
) -> bool:
    """Is there one size in which every kind fits, and whose volume and limit bear the sum?"""
    total_volume = 0
    total_weight = 0
    common = (1 << len(inner)) - 1
    for kind in range(len(weight)):
        if remaining[kind] > 0:
            total_volume += remaining[kind] * volume[kind]
            total_weight += remaining[kind] * weight[kind]
            common &= fits[kind]
    for size in range(len(inner)):
        room = inner[size, 0] * inner[size, 1] * inner[size, 2]
        if (common >> size) & 1 and total_volume <= room and total_weight <= allowed_g[size]:
            return True
    return False
