"""One engine for supplier minimum, container and budget: lumps in the order of what they earn for what they
use.

A *segment* is a run of equal lots of one row: the first lot (the smallest that may be ordered) or further
packs. Gains are concave, so the segments of a row come in falling order of gain per unit used, and sorting
all segments by it gives the Lagrangian optimum; only the last lump can miss it.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from invopt.probability.compiled import kernel
from invopt.purchasing.gain import GainModel
from invopt.purchasing.quantities import THOUSAND, Thousandths

# Rows with more packs than this have them grouped: ranked together, still taken one by one. Few rows get many
# segments, a million rows few, so that memory stays bounded.
FEWEST_SEGMENTS_A_ROW = 8
SEGMENTS_IN_ALL = 400_000


@dataclass(frozen=True)
class Segments:
    """Runs of equal lots, best first within each group; `use` and `gain` are those of one lot."""

    row: NDArray[np.int64]
    lots: NDArray[np.int64]
    lot: Thousandths
    use: NDArray[np.float64]
    gain: NDArray[np.float64]
    group: NDArray[np.int64]


def segments(
    model: GainModel,
    low: Thousandths,
    high: Thousandths,
    smallest_lot: Thousandths,
    pack: Thousandths,
    use_per_unit: NDArray[np.float64],
    group: NDArray[np.int64],
) -> Segments:
    """The lots that lead each row from `low` to `high`, sorted by group and falling gain per unit used.

    A row at zero starts with its smallest lot; everything above comes in packs. `high - low` less that first
    lot has to be whole packs. A lot that uses nothing comes first. Equal ranks keep the order of rows.
    """
    first = np.where((low == 0) & (high > 0), np.minimum(smallest_lot, high), 0)
    packs = np.maximum(high - low - first, 0) // pack
    runs = np.minimum(packs, max(FEWEST_SEGMENTS_A_ROW, SEGMENTS_IN_ALL // max(len(low), 1)))
    has_first = (first > 0).astype(np.int64)
    count = runs + has_first
    row = np.repeat(np.arange(len(low)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) - has_first[row]
    is_first = step < 0
    safe_runs = np.maximum(runs[row], 1)
    begins = np.maximum(step, 0) * packs[row] // safe_runs
    ends = np.where(is_first, begins, (step + 1) * packs[row] // safe_runs)
    bottom = np.where(is_first, low[row], low[row] + first[row] + begins * pack[row])
    lots = np.where(is_first, 1, ends - begins)
    lot = np.where(is_first, first[row], pack[row])
    top = bottom + lots * lot
    gain = model.take(row).between(bottom / THOUSAND, top / THOUSAND) / lots
    use = use_per_unit[row] * lot / THOUSAND
    density = np.where(use > 0.0, gain / np.where(use > 0.0, use, 1.0), np.inf)
    order = np.lexsort((step, row, -density, group[row]))
    return Segments(row[order], lots[order], lot[order], use[order], gain[order], group[row][order])


def take_within(found: Segments, capacity: NDArray[np.float64], rows: int) -> tuple[Thousandths, NDArray[np.float64]]:
    """Take the best lots of each group while they fit its capacity.

    Returns the quantity added to each row (thousandths) and the gain taken in each group. A row whose next
    lot does not fit takes no further one; smaller lots of other rows still may.
    """
    taken: tuple[Thousandths, NDArray[np.float64]] = _take_within(
        found.row,
        found.lots,
        found.lot,
        found.use,
        found.gain,
        found.group,
        capacity.astype(np.float64),
        rows,
    )
    return taken


def take_to_reach(
    found: Segments, shortfall: NDArray[np.float64], rows: int
) -> tuple[Thousandths, NDArray[np.float64], NDArray[np.float64]]:
    """Take the best lots of each group until their use reaches its shortfall, then give back what is not
    needed.

    Returns the quantity added to each row (thousandths), the gain taken in each group (mostly negative), and
    what is still short in each (positive where even all lots together do not reach it).
    """
    taken: tuple[Thousandths, NDArray[np.float64], NDArray[np.float64]] = _take_to_reach(
        found.row,
        found.lots,
        found.lot,
        found.use,
        found.gain,
        found.group,
        shortfall.astype(np.float64),
        rows,
    )
    return taken


@kernel
def _take_within(row, lots, lot, use, gain, group, capacity, rows):  # type: ignore[no-untyped-def]
    left = capacity.copy()
    added = np.zeros(rows, dtype=np.int64)
    gained = np.zeros(len(capacity))
    is_closed = np.zeros(rows, dtype=np.bool_)
    for index in range(len(row)):
        r, g = row[index], group[index]
        if is_closed[r]:
            continue
        taken = lots[index]
        if use[index] > 0.0:
            # A billionth of a lot absorbs the rounding of sums, so that what fits exactly is taken.
            fits = np.floor(left[g] / use[index] + 1e-9)
            if fits < taken:
                taken = max(np.int64(fits), 0)
                is_closed[r] = True
        added[r] += taken * lot[index]
        left[g] -= taken * use[index]
        gained[g] += taken * gain[index]
    return added, gained


@kernel
def _take_to_reach(row, lots, lot, use, gain, group, shortfall, rows):  # type: ignore[no-untyped-def]
    short = shortfall.copy()
    added = np.zeros(rows, dtype=np.int64)
    gained = np.zeros(len(shortfall))
    taken = np.zeros(len(row), dtype=np.int64)
    for index in range(len(row)):
        g = group[index]
        if short[g] <= 0.0 or use[index] <= 0.0:
            continue
        taken[index] = min(lots[index], np.int64(np.ceil(short[g] / use[index] - 1e-9)))
        short[g] -= taken[index] * use[index]
    # The last lot may have overshot by so much that an earlier one is not needed: give back the worst first,
    # and of each row only its last lots.
    kept_above = np.zeros(rows, dtype=np.bool_)
    for index in range(len(row) - 1, -1, -1):
        r, g = row[index], group[index]
        if taken[index] == 0:
            continue
        if not kept_above[r] and short[g] < 0.0 and gain[index] < 0.0:
            spare = min(taken[index], np.int64(np.floor(-short[g] / use[index] + 1e-9)))
            taken[index] -= spare
            short[g] += spare * use[index]
        if taken[index] > 0:
            kept_above[r] = True
        added[r] += taken[index] * lot[index]
        gained[g] += taken[index] * gain[index]
    return added, gained, short
