"""The exact plan of a small group of competing orders, by mixed-integer programming (HiGHS)."""

from __future__ import annotations

import numpy as np

from invopt.orders.problem import BACKORDER, HOLD_UNTIL_COMPLETE, THOUSANDTHS, Ints, Problem


def exact_flow(problem: Problem, members: Ints, nodes: int) -> tuple[Ints, Ints, float] | None:
    """What the orders `members` take in the cheapest plan: entries of `flow`, thousandths, and a lower bound.

    Variables: units x from a cell, y whether a parcel leaves a candidate, s further parcels of an order, z
    whether an order that waits for completeness leaves. Minimise parcels + units + splits + units left
    waiting; x <= y x what could be taken, the x of a cell <= available, the x of a demand <= (with z: =) its
    units, s >= sum of y - 1, sum of y <= the most parcels. With y and z fixed what remains is a transport
    problem, so x is whole where stock and orders are. `nodes` bounds the search (never the clock, so that a
    rerun answers the same); None where no plan was found inside it.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    rows = _Rows()
    for order in members.tolist():
        rows.add_order(problem, order)
    rows.close_cells(problem)
    count = len(rows.cost)
    matrix = csr_array((rows.value, (rows.row, rows.column)), shape=(len(rows.lower), count), dtype=np.float64)
    result = milp(
        np.array(rows.cost),
        integrality=np.array(rows.is_whole, dtype=np.int64),
        bounds=Bounds(np.zeros(count), np.array(rows.most)),
        constraints=LinearConstraint(matrix, np.array(rows.lower), np.array(rows.upper)),
        options={"node_limit": nodes, "mip_rel_gap": 1e-7},
    )
    if result.x is None:
        return None
    entries = np.array(rows.entry, dtype=np.int64)
    taken = np.rint(result.x[np.array(rows.entry_variable, dtype=np.int64)] * THOUSANDTHS).astype(np.int64)
    bound = result.mip_dual_bound if result.mip_dual_bound is not None else -np.inf
    return entries, np.maximum(taken, 0), float(bound) + rows.constant


class _Rows:
    """Columns and rows of the program while it is put together."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.most: list[float] = []
        self.is_whole: list[bool] = []
        self.entry: list[int] = []
        self.entry_variable: list[int] = []
        self.row: list[int] = []
        self.column: list[int] = []
        self.value: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.of_cell: dict[int, list[int]] = {}
        self.constant = 0.0

    def variable(self, cost: float, most: float, is_whole: bool) -> int:
        self.cost.append(cost)
        self.most.append(most)
        self.is_whole.append(is_whole)
        return len(self.cost) - 1

    def constraint(self, terms: list[tuple[int, float]], lower: float, upper: float) -> None:
        index = len(self.lower)
        for column, value in terms:
            self.row.append(index)
            self.column.append(column)
            self.value.append(value)
        self.lower.append(lower)
        self.upper.append(upper)

    def add_order(self, problem: Problem, order: int) -> None:
        start, end = int(problem.first_option[order]), int(problem.first_option[order + 1])
        parcel = [self.variable(float(problem.fixed[item]), 1.0, True) for item in range(start, end)]
        complete = self.variable(0.0, 1.0, True) if problem.policy[order] == HOLD_UNTIL_COMPLETE else None
        for demand in range(int(problem.first_demand[order]), int(problem.first_demand[order + 1])):
            self._add_demand(problem, demand, start, parcel, complete)
        if len(parcel) > 1:
            most = 1 if problem.policy[order] == BACKORDER else problem.maximum_parcels
            self.constraint([(item, 1.0) for item in parcel], -np.inf, float(min(most, len(parcel))))
            further = self.variable(problem.split, float(len(parcel)), False)
            self.constraint([(further, 1.0), *((item, -1.0) for item in parcel)], -1.0, np.inf)

    def _add_demand(self, problem: Problem, demand: int, start: int, parcel: list[int], complete: int | None) -> None:
        units = int(problem.units[demand]) / THOUSANDTHS
        shortage = float(problem.shortage[demand]) * THOUSANDTHS
        self.constant += units * shortage
        terms: list[tuple[int, float]] = []
        for option, used in enumerate(parcel):
            entry = int(problem.first_cell[demand]) + option
            place = int(problem.cell[entry])
            if place < 0 or problem.available[place] <= 0:
                continue
            most = min(units, int(problem.available[place]) / THOUSANDTHS)
            taken = self.variable(
                float(problem.unit[start + option] + problem.worth[place]) * THOUSANDTHS - shortage, most, False
            )
            self.entry.append(entry)
            self.entry_variable.append(taken)
            self.of_cell.setdefault(place, []).append(taken)
            self.constraint([(taken, 1.0), (used, -most)], -np.inf, 0.0)
            terms.append((taken, 1.0))
        if complete is not None:
            self.constraint([*terms, (complete, -units)], 0.0, 0.0)
        elif terms:
            self.constraint(terms, -np.inf, units)

    def close_cells(self, problem: Problem) -> None:
        for place, variables in self.of_cell.items():
            if len(variables) > 1:
                limit = int(problem.available[place]) / THOUSANDTHS
                self.constraint([(item, 1.0) for item in variables], -np.inf, limit)
