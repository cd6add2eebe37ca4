"""Blocks: many units of one kind set against each other to form one cuboid without a gap.

A container of some hundred units becomes a puzzle of a dozen blocks, which a tree search can look through
(Eley 2002; Fanslau & Bortfeldt 2010 call these simple blocks).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invopt.shipping.packing.goods import ORIENTATIONS, Goods, IntArray


@dataclass(frozen=True)
class Blocks:
    """All simple blocks of some goods in a container, largest volume first, one row a block."""

    extent: IntArray
    kind: IntArray
    units: IntArray
    turn: IntArray
    volume: IntArray


def simple_blocks(goods: Goods, inner: IntArray) -> Blocks:
    """Every nx x ny x nz arrangement of one kind in one orientation that the container and the stock allow.

    `inner` is (3,) in mm. Arrangements of equal extent and kind are kept once.
    """
    found: dict[tuple[int, int, int, int], tuple[int, int]] = {}
    for kind in range(len(goods.weight_g)):
        for turn in range(6):
            if not (int(goods.rotations[kind]) >> turn) & 1:
                continue
            unit = goods.sides_mm[kind, ORIENTATIONS[turn]]
            most = np.minimum(inner // unit, goods.quantity[kind])
            counts = np.stack(np.meshgrid(*(np.arange(1, m + 1) for m in most), indexing="ij"), -1)
            counts = counts.reshape(-1, 3)
            units = counts.prod(axis=1)
            for arrangement, total in zip(
                counts[units <= goods.quantity[kind]] * unit, units[units <= goods.quantity[kind]], strict=True
            ):
                found.setdefault((kind, *map(int, arrangement)), (int(total), turn))  # type: ignore[arg-type]
    rows = sorted(found.items(), key=lambda item: (-item[0][1] * item[0][2] * item[0][3], item[0]))
    extent = np.array([key[1:] for key, _ in rows], np.int64).reshape(-1, 3)
    return Blocks(
        extent,
        np.array([key[0] for key, _ in rows], np.int64),
        np.array([value[0] for _, value in rows], np.int64),
        np.array([value[1] for _, value in rows], np.int64),
        extent.prod(axis=1),
    )


def reachable_lengths(goods: Goods, inner: IntArray) -> IntArray:
    """For each axis and each length, the most of it that a row of units can use: (3, longest side + 1).

    A subset sum over the sides that may lie along the axis. What is left of a space beyond it is waste.
    """
    longest = int(inner.max())
    reach = np.zeros((3, longest + 1), np.int64)
    for axis in range(3):
        possible = np.zeros(longest + 1, bool)
        possible[0] = True
        for kind in range(len(goods.weight_g)):
            mask = int(goods.rotations[kind])
            lengths = {int(goods.sides_mm[kind, ORIENTATIONS[t, axis]]) for t in range(6) if (mask >> t) & 1}
            for length in lengths:
                for total in range(length, longest + 1):
                    possible[total] |= possible[total - length]
        reach[axis] = np.maximum.accumulate(np.where(possible, np.arange(longest + 1), 0))
    return reach
