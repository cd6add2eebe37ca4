"""Compiled: which orders compete for stock, found as connected groups."""

from __future__ import annotations

import numpy as np

from invopt.orders.problem import Ints, Problem
from invopt.probability.compiled import kernel


@kernel
def possible_use(problem: Problem) -> Ints:
    """Thousandths of each cell that would be taken if every order took all it could from it."""
    use = np.zeros(len(problem.available), dtype=np.int64)
    for order in range(len(problem.first_demand) - 1):
        candidates = problem.first_option[order + 1] - problem.first_option[order]
        for demand in range(problem.first_demand[order], problem.first_demand[order + 1]):
            for entry in range(problem.first_cell[demand], problem.first_cell[demand] + candidates):
                if problem.cell[entry] >= 0:
                    use[problem.cell[entry]] += problem.units[demand]
    return use


@kernel
def _root(parent: Ints, item: int) -> int:
    while parent[item] != item:
        parent[item] = parent[parent[item]]
        item = parent[item]
    return item


@kernel
def competing_groups(problem: Problem, use: Ints, taken: Ints) -> Ints:
    """Group of each order; 0 where what the orders would take alone fits together.

    Orders are linked by the cells that could run out (`use` above what is available). A group in which no
    cell is overdrawn by what each would take alone (`taken`) needs no further look: nobody can do better.
    Groups are numbered from 1 in the sequence of their first orders.
    """
    orders = len(problem.first_demand) - 1
    parent = np.arange(orders)
    first_user = np.full(len(use), -1, dtype=np.int64)
    is_overdrawn = np.zeros(orders, dtype=np.bool_)
    for order in range(orders):
        candidates = problem.first_option[order + 1] - problem.first_option[order]
        for demand in range(problem.first_demand[order], problem.first_demand[order + 1]):
            for entry in range(problem.first_cell[demand], problem.first_cell[demand] + candidates):
                place = problem.cell[entry]
                if place < 0 or use[place] <= problem.available[place]:
                    continue
                if taken[place] > problem.available[place]:
                    is_overdrawn[order] = True
                if first_user[place] < 0:
                    first_user[place] = order
                else:
                    one, other = _root(parent, order), _root(parent, first_user[place])
                    if one < other:
                        parent[other] = one
                    elif other < one:
                        parent[one] = other
    contested = np.zeros(orders, dtype=np.bool_)
    for order in range(orders):
        if is_overdrawn[order]:
            contested[_root(parent, order)] = True
    group = np.zeros(orders, dtype=np.int64)
    number = np.zeros(orders, dtype=np.int64)
    count = 0
    for order in range(orders):
        root = _root(parent, order)
        if contested[root]:
            if number[root] == 0:
                count += 1
                number[root] = count
            group[order] = number[root]
    return group


@kernel
def taken_by(problem: Problem, members: Ints, flow: Ints) -> Ints:
    """Thousandths that the flows of some orders take from each cell."""
    taken = np.zeros(len(problem.available), dtype=np.int64)
    for order in members:
        candidates = problem.first_option[order + 1] - problem.first_option[order]
        for demand in range(problem.first_demand[order], problem.first_demand[order + 1]):
            for entry in range(problem.first_cell[demand], problem.first_cell[demand] + candidates):
                if flow[entry] > 0:
                    taken[problem.cell[entry]] += flow[entry]
    return taken
