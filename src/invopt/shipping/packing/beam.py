"""Beam search over blocks for one container: the compiled part.

A node is a partial loading. Its children put one of the best blocks into the space nearest to a corner of
the container; a child is judged by completing it greedily, so that every node yields a whole loading
(Araya & Riff 2014). Blocks are ranked by their volume plus what the rest of the space can still use
(Zhu & Lim 2012).
"""

from __future__ import annotations

import numpy as np

from invopt.probability.compiled import exact_kernel
from invopt.shipping.packing.goods import BoolArray, IntArray
from invopt.shipping.packing.spaces import cut

#: Free spaces and blocks of one partial loading; what exceeds them is dropped, never wrong.
SPACES = 192
STEPS = 256
#: Columns of a step: block, x, y, z.
BLOCK = 0


@exact_kernel
def _nearest_space(spaces: IntArray, count: int, inner: IntArray, is_based: bool) -> tuple[int, int]:
    """The space whose corner lies nearest to a corner of the container, and which corner (bits x, y, z)."""
    best_row = -1
    best_corner = 0
    best_distance = np.int64(1 << 60)
    best_volume = np.int64(0)
    for row in range(count):
        space = spaces[row]
        distance = np.int64(0)
        corner = 0
        for axis in range(3):
            near = space[axis]
            far = inner[axis] - space[axis + 3]
            if axis == 2 and is_based:
                far = near
            if far < near:
                corner |= 1 << axis
                distance += far
            else:
                distance += near
        volume = (space[3] - space[0]) * (space[4] - space[1]) * (space[5] - space[2])
        if distance < best_distance or (distance == best_distance and volume > best_volume):
            best_row = row
            best_corner = corner
            best_distance = distance
            best_volume = volume
    return best_row, best_corner


@exact_kernel
def _rank_blocks(
    space: IntArray,
    remaining: IntArray,
    extent: IntArray,
    kind: IntArray,
    units: IntArray,
    volume: IntArray,
    reach: IntArray,
    best: IntArray,
    best_score: IntArray,
    wanted: int,
) -> int:
    """The `wanted` best blocks for a space, best first, into `best`; returns how many fit."""
    room_x = space[3] - space[0]
    room_y = space[4] - space[1]
    room_z = space[5] - space[2]
    room = room_x * room_y * room_z
    found = 0
    for block in range(len(kind)):
        if volume[block] > room or units[block] > remaining[kind[block]]:
            continue
        # Blocks come largest first: once even a wasteless one could not enter the list, none can.
        if found == wanted and volume[block] + room <= best_score[found - 1]:
            break
        x, y, z = extent[block]
        if x > room_x or y > room_y or z > room_z:
            continue
        usable = (x + reach[0, room_x - x]) * (y + reach[1, room_y - y]) * (z + reach[2, room_z - z])
        score = volume[block] + usable
        if found == wanted and score <= best_score[found - 1]:
            continue
        slot = found if found < wanted else wanted - 1
        while slot > 0 and best_score[slot - 1] < score:
            best_score[slot] = best_score[slot - 1]
            best[slot] = best[slot - 1]
            slot -= 1
        best_score[slot] = score
        best[slot] = block
        if found < wanted:
            found += 1
    return found


@exact_kernel
def _place(
    spaces: IntArray,
    count: int,
    pieces: IntArray,
    row: int,
    corner: int,
    extent: IntArray,
    smallest_side: int,
    is_based: bool,
    bounds: IntArray,
) -> int:
    """Put a block into a corner of a space; `bounds` receives where it lies."""
    for axis in range(3):
        if (corner >> axis) & 1:
            bounds[axis] = spaces[row, axis + 3] - extent[axis]
        else:
            bounds[axis] = spaces[row, axis]
        bounds[axis + 3] = bounds[axis] + extent[axis]
    return cut(spaces, count, pieces, bounds, smallest_side, is_based)


@exact_kernel
def _complete(
    spaces: IntArray,
    count: int,
    remaining: IntArray,
    packed: int,
    steps: IntArray,
    step_count: int,
    inner: IntArray,
    extent: IntArray,
    kind: IntArray,
    units: IntArray,
    volume: IntArray,
    reach: IntArray,
    smallest_side: int,
    is_based: bool,
    pieces: IntArray,
) -> tuple[int, int]:
    """Finish a loading greedily in place; returns (packed volume, number of steps)."""
    best = np.zeros(1, np.int64)
    best_score = np.zeros(1, np.int64)
    bounds = np.zeros(6, np.int64)
    while count > 0 and step_count < STEPS:
        row, corner = _nearest_space(spaces, count, inner, is_based)
        if _rank_blocks(spaces[row], remaining, extent, kind, units, volume, reach, best, best_score, 1) == 0:
            count -= 1
            spaces[row] = spaces[count]
            continue
        block = best[0]
        count = _place(spaces, count, pieces, row, corner, extent[block], smallest_side, is_based, bounds)
        remaining[kind[block]] -= units[block]
        packed += volume[block]
        steps[step_count, BLOCK] = block
        steps[step_count, 1:] = bounds[:3]
        step_count += 1
    return packed, step_count


@exact_kernel
def search_beam(
    inner: IntArray,
    quantity: IntArray,
    extent: IntArray,
    kind: IntArray,
    units: IntArray,
    volume: IntArray,
    reach: IntArray,
    smallest_side: int,
    is_based: bool,
    width: int,
    best_steps: IntArray,
) -> tuple[int, int, int]:
    """One pass of a beam of `width`: returns (packed volume, steps written, loadings completed)."""
    kinds = len(quantity)
    children = width * width
    spaces = np.zeros((width, SPACES, 6), np.int64)
    counts = np.zeros(width, np.int64)
    remaining = np.zeros((width, kinds), np.int64)
    packed = np.zeros(width, np.int64)
    steps = np.zeros((width, STEPS, 4), np.int64)
    child_spaces = np.zeros((children, SPACES, 6), np.int64)
    child_counts = np.zeros(children, np.int64)
    child_remaining = np.zeros((children, kinds), np.int64)
    child_packed = np.zeros(children, np.int64)
    child_steps = np.zeros((children, 4), np.int64)
    child_parent = np.zeros(children, np.int64)
    outcome = np.zeros(children, np.int64)
    parent_steps = np.zeros((width, STEPS, 4), np.int64)
    pieces = np.zeros((4 * SPACES, 6), np.int64)
    trial_spaces = np.zeros((SPACES, 6), np.int64)
    trial_remaining = np.zeros(kinds, np.int64)
    trial_steps = np.zeros((STEPS, 4), np.int64)
    ranked = np.zeros(width, np.int64)
    ranked_score = np.zeros(width, np.int64)
    bounds = np.zeros(6, np.int64)

    spaces[0, 0, 3:] = inner
    counts[0] = 1
    remaining[0] = quantity
    alive = 1
    depth = 0
    best_volume = 0
    best_count = 0
    completed = 0
    while alive > 0 and depth < STEPS:
        made = 0
        for node in range(alive):
            found = 0
            row = 0
            corner = 0
            while counts[node] > 0:
                row, corner = _nearest_space(spaces[node], counts[node], inner, is_based)
                found = _rank_blocks(
                    spaces[node, row], remaining[node], extent, kind, units, volume, reach,
                    ranked, ranked_score, width,
                )  # fmt: skip
                if found > 0:
                    break
                counts[node] -= 1
                spaces[node, row] = spaces[node, counts[node]]
            for choice in range(found):
                block = ranked[choice]
                count = counts[node]
                child_spaces[made, :count] = spaces[node, :count]
                count = _place(
                    child_spaces[made], count, pieces, row, corner, extent[block], smallest_side, is_based, bounds
                )
                child_counts[made] = count
                child_remaining[made] = remaining[node]
                child_remaining[made, kind[block]] -= units[block]
                child_packed[made] = packed[node] + volume[block]
                child_parent[made] = node
                child_steps[made, BLOCK] = block
                child_steps[made, 1:] = bounds[:3]
                trial_spaces[:count] = child_spaces[made, :count]
                trial_remaining[:] = child_remaining[made]
                trial_steps[:depth] = steps[node, :depth]
                trial_steps[depth] = child_steps[made]
                total, total_steps = _complete(
                    trial_spaces, count, trial_remaining, child_packed[made], trial_steps, depth + 1, inner,
                    extent, kind, units, volume, reach, smallest_side, is_based, pieces,
                )  # fmt: skip
                completed += 1
                outcome[made] = total
                if total > best_volume:
                    best_volume = total
                    best_count = total_steps
                    best_steps[:total_steps] = trial_steps[:total_steps]
                made += 1
        if made == 0:
            break
        order = np.argsort(-outcome[:made], kind="mergesort")
        parent_steps[:alive, :depth] = steps[:alive, :depth]
        is_taken = np.zeros(made, np.bool_)
        alive = _survivors(order, outcome, child_packed, width, is_taken)
        slot = 0
        for child in order:
            if not is_taken[child]:
                continue
            count = child_counts[child]
            spaces[slot, :count] = child_spaces[child, :count]
            counts[slot] = count
            remaining[slot] = child_remaining[child]
            packed[slot] = child_packed[child]
            steps[slot, :depth] = parent_steps[child_parent[child], :depth]
            steps[slot, depth] = child_steps[child]
            slot += 1
        depth += 1
    return best_volume, best_count, completed


@exact_kernel
def _survivors(order: IntArray, outcome: IntArray, packed: IntArray, width: int, is_taken: BoolArray) -> int:
    """Mark the best children; of children with the same outcome and volume so far one is enough."""
    taken = 0
    previous = -1
    for child in order:
        if taken == width:
            break
        if previous >= 0 and outcome[child] == outcome[previous] and packed[child] == packed[previous]:
            continue
        is_taken[child] = True
        previous = child
        taken += 1
    return taken
