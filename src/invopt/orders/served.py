"""From the flows of the problem back to order lines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from invopt.orders.build import Built
from invopt.orders.problem import Ints
from invopt.probability.compiled import kernel


class Served(NamedTuple):
    """What lines get: one entry a line and location, in thousandths."""

    line: Ints
    location: Ints
    units: Ints


def per_line(built: Built, flow: Ints, lines: pd.DataFrame, units: Ints) -> Served:
    """Share out what each demand gets among its lines, in the sequence of their ids."""
    problem = built.arrays
    counts = np.diff(problem.first_cell)
    taken = np.flatnonzero(flow > 0)
    demand = np.repeat(np.arange(len(counts)), counts)[taken]
    option = problem.first_option[built.demands.order[demand]] + (taken - problem.first_cell[demand])
    demand_of_line = built.demands.line_demand
    sequence = np.argsort(demand_of_line, kind="stable")
    size = np.bincount(demand_of_line, minlength=len(counts))
    if (size > 1).any():
        shared = np.flatnonzero(size[demand_of_line] > 1)
        name_rank = np.zeros(len(demand_of_line), dtype=np.int64)
        name_rank[shared] = pd.factorize(lines["order_line_id"].iloc[built.line[shared]], sort=True)[0]
        sequence = np.lexsort((name_rank, demand_of_line))
    first_line = np.cumsum(size) - size
    need = units[built.line[sequence]]
    line, entry, part = _share_out(demand, flow[taken], first_line, need)
    return Served(built.line[sequence[line]], problem.option_location[option[entry]], part)


@kernel
def _share_out(demand: Ints, taken: Ints, first_line: Ints, need: Ints) -> tuple[Ints, Ints, Ints]:
    """Fill lines one after the other from the entries of their demand (entries are sorted by demand)."""
    most = len(demand) + len(need)
    line, entry, part = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    count = 0
    current = -1
    at = 0
    open_units = 0
    for index in range(len(demand)):
        if demand[index] != current:
            current = demand[index]
            at = first_line[current]
            open_units = need[at]
        units = taken[index]
        while units > 0:
            while open_units == 0:
                at += 1
                open_units = need[at]
            step = min(units, open_units)
            line[count], entry[count], part[count] = at, index, step
            count += 1
            units -= step
            open_units -= step
    return line[:count], entry[:count], part[:count]
