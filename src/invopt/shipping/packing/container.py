"""Fill one container, pallet or large carton as full as possible from more goods than it holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invopt.shipping.packing.beam import STEPS, search_beam
from invopt.shipping.packing.blocks import reachable_lengths, simple_blocks
from invopt.shipping.packing.goods import ORIENTATIONS, Goods, IntArray


@dataclass(frozen=True)
class Loading:
    """What lies where in a container: `placements` (units, 7) as kind, x, y, z and extents, in mm."""

    placements: IntArray
    fill_share: float
    effort_spent: int


def load_container(
    goods: Goods, inner_mm: npt.ArrayLike, *, effort: int = 20_000, must_be_supported: bool = True
) -> Loading:
    """Fill a container with the goods that use most of its volume.

    `inner_mm` (3,) are the container's inner sides. `effort` bounds the number of loadings completed: beams
    of width 1, 2, 4, ... are run until the next would exceed it, and the best loading is kept, so the same
    effort gives the same loading on any machine. With `must_be_supported` every base rests wholly on the
    floor or on other goods. Weight, fragility and groups are not looked at: `pack_goods` does that.

    Method: simple blocks, maximal spaces and beam search with greedy completion (Araya & Riff, Computers &
    Operations Research 43, 2014); block choice after Zhu & Lim (EJOR 223, 2012). It is weakest where every
    unit differs from every other: there are no blocks then.

    >>> goods = Goods.of([[50, 50, 50]], 100, [20])
    >>> load_container(goods, [100, 100, 200]).fill_share
    1.0
    """
    inner = np.asarray(inner_mm, np.int64)
    blocks = simple_blocks(goods, inner)
    if len(blocks.kind) == 0:
        return Loading(np.zeros((0, 7), np.int64), 0.0, 0)
    reach = reachable_lengths(goods, inner)
    smallest_side = int(goods.sides_mm.min())
    best_volume, best_steps, spent, width, last = 0, np.zeros((0, 4), np.int64), 0, 1, 0
    # A pass of twice the width completes about four times as many loadings.
    while spent == 0 or spent + 4 * last <= effort:
        steps = np.zeros((STEPS, 4), np.int64)
        volume, count, last = search_beam(
            inner, goods.quantity, blocks.extent, blocks.kind, blocks.units, blocks.volume, reach,
            smallest_side, must_be_supported, width, steps,
        )  # fmt: skip
        if volume > best_volume:
            best_volume, best_steps = volume, steps[:count].copy()
        spent += last
        width *= 2
        if best_volume == inner.prod() or best_volume == (goods.sides_mm.prod(1) * goods.quantity).sum():
            break
    placements = [
        _units_of(goods, int(blocks.kind[block]), int(blocks.turn[block]), blocks.extent[block], np.array(at))
        for block, *at in best_steps.tolist()
    ]
    return Loading(
        np.concatenate(placements) if placements else np.zeros((0, 7), np.int64),
        best_volume / float(inner.prod()),
        spent,
    )


def _units_of(goods: Goods, kind: int, turn: int, extent: IntArray, at: IntArray) -> IntArray:
    """The units of a block, one row a unit."""
    unit = goods.sides_mm[kind, ORIENTATIONS[turn]]
    cells = np.stack(np.meshgrid(*(np.arange(n) for n in extent // unit), indexing="ij"), -1).reshape(-1, 3)
    rows = np.empty((len(cells), 7), np.int64)
    rows[:, 0] = kind
    rows[:, 1:4] = at + cells * unit
    rows[:, 4:7] = unit
    return rows
