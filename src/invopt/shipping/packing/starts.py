"""Starts for filling a carton: in which sequence, by which rule and which way up.

The first starts are the classic ones (largest volume, longest, widest base, heaviest, highest first; each
under each rule). The further ones disturb them: sequences shaken, kinds divided over two visits, goods held
to one of their orientations. The disturbance comes from a counter, so the same order always gets the same.
"""

from __future__ import annotations

import numpy as np

from invopt.probability.compiled import exact_kernel
from invopt.shipping.packing.filling import FAR_X, FAR_Y, MIDDLE_X, MIDDLE_Y, RULES
from invopt.shipping.packing.goods import UPRIGHT, BoolArray, FloatArray, IntArray

SEQUENCES = 5
CLASSIC = SEQUENCES * RULES
#: Where a shaken start may put a kind: at a far end, or in the middle.
ALIGNMENTS = (
    FAR_X,
    FAR_Y,
    FAR_X | FAR_Y,
    FAR_X | MIDDLE_X,
    FAR_Y | MIDDLE_Y,
    FAR_X | MIDDLE_X | FAR_Y | MIDDLE_Y,
)


@exact_kernel
def _keys(sides: IntArray, weight: IntArray, rotations: IntArray, sequence: int) -> FloatArray:
    """What a classic sequence sorts by, descending, as a positive float per kind."""
    key = np.empty(len(weight), np.float64)
    for kind in range(len(weight)):
        a, b, c = float(sides[kind, 0]), float(sides[kind, 1]), float(sides[kind, 2])
        volume = a * b * c
        if sequence == 0:
            key[kind] = volume
        elif sequence == 1:
            key[kind] = max(a, b, c) + 1e-9 * volume
        elif sequence == 2:
            base = a * b if rotations[kind] == UPRIGHT else volume / min(a, b, c)
            key[kind] = base + 1e-6 * volume
        elif sequence == 3:
            key[kind] = weight[kind] + 1e-9 * volume
        else:
            key[kind] = min(a, b, c) + 1e-9 * volume
    return key


@exact_kernel
def _next(state: int) -> int:
    """One step of a 31-bit Lehmer generator (Park & Miller 1988)."""
    return (state * 48271) % 2147483647


@exact_kernel
def draw_starts(
    sides: IntArray,
    weight: IntArray,
    quantity: IntArray,
    rotations: IntArray,
    is_fragile: BoolArray,
    shaken: int,
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Starts of one order: the classic ones and `shaken` more.

    Returns, a row a start: the kinds to visit (2 x kinds), the units to set at each visit, the allowed
    orientations per kind, and the rule. Fragile kinds come last in every sequence, to lie on top.
    """
    kinds = len(weight)
    rows = CLASSIC + shaken
    sequences = np.zeros((rows, 2 * kinds), np.int64)
    visit_units = np.zeros((rows, 2 * kinds), np.int64)
    turns = np.zeros((rows, kinds), np.int64)
    rules = np.zeros(rows, np.int64)
    key = np.empty(2 * kinds, np.float64)
    units = np.empty(2 * kinds, np.int64)
    state = 20011
    count = 0
    for number in range(rows):
        is_classic = number < CLASSIC
        base_key = _keys(sides, weight, rotations, (number // RULES) % SEQUENCES)
        rules[count] = number % RULES
        turns[count] = rotations
        for kind in range(kinds):
            key[kind], key[kinds + kind] = base_key[kind], 0.0
            units[kind], units[kinds + kind] = quantity[kind], quantity[kind]
            if is_classic:
                units[kinds + kind] = 0
            else:
                state = _next(state)
                key[kind] *= 0.4 + 1.2 * (state % 1000) / 1000.0
                state = _next(state)
                key[kinds + kind] = base_key[kind] * (state % 1000) / 1000.0
                if quantity[kind] > 1 and state % 3 > 0:
                    state = _next(state)
                    units[kind] = 1 + state % quantity[kind]
                state = _next(state)
                if state % 2 == 0:
                    wished = 1 << (state // 2 % (2 if rotations[kind] == UPRIGHT else 6))
                    if rotations[kind] & wished:
                        turns[count, kind] = wished
                state = _next(state)
                if state % 3 == 0:
                    turns[count, kind] |= ALIGNMENTS[state // 3 % len(ALIGNMENTS)]
            if is_fragile[kind]:
                key[kind] -= 1e30
                key[kinds + kind] -= 1e30
        order = np.argsort(-key, kind="mergesort")
        for visit in range(2 * kinds):
            part = order[visit]
            sequences[count, visit] = part % kinds
            visit_units[count, visit] = units[part]
        is_new = True
        for earlier in range(count):
            if (
                rules[earlier] == rules[count]
                and np.array_equal(sequences[earlier], sequences[count])
                and np.array_equal(visit_units[earlier], visit_units[count])
                and np.array_equal(turns[earlier], turns[count])
            ):
                is_new = False
                break
        if is_new:
            count += 1
    return sequences[:count], visit_units[:count], turns[:count], rules[:count]
