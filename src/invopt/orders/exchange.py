"""Compiled: improve a plan by letting two or three orders that want the same stock choose anew together."""

from __future__ import annotations

import numpy as np

from invopt.orders.choice import best_choice, move_stock
from invopt.orders.problem import Floats, Ints, Problem
from invopt.probability.compiled import kernel

MOST_PARTNERS = 24


@kernel
def users_of_cells(problem: Problem, members: Ints) -> tuple[Ints, Ints]:
    """Orders that could take from each cell, in compressed rows: first entry of each cell, orders."""
    count = np.zeros(len(problem.available) + 1, dtype=np.int64)
    for order in members:
        for entry in range(_first_entry(problem, order), _first_entry(problem, order + 1)):
            if problem.cell[entry] >= 0:
                count[problem.cell[entry] + 1] += 1
    first = np.cumsum(count)
    at = first[:-1].copy()
    users = np.zeros(first[-1], dtype=np.int64)
    for order in members:
        for entry in range(_first_entry(problem, order), _first_entry(problem, order + 1)):
            place = problem.cell[entry]
            if place >= 0:
                users[at[place]] = order
                at[place] += 1
    return first, users


@kernel
def exchange(
    problem: Problem, sequence: Ints, first_user: Ints, users: Ints, left: Ints, flow: Ints, cost: Floats,
    passes: int, most_trials: int,
) -> None:  # fmt: skip
    """Pairs: an order that finds a cell short chooses first, one that holds of it chooses again; kept if cheaper.

    Where the second order loses more than the first gains, a third that holds what the second now wants is
    asked in the same way. Costs never rise, stock is never overdrawn. `most_trials` bounds the work.
    """
    turn = 0
    trials = 0
    for _ in range(passes):
        gained = 0.0
        for one in sequence:
            for entry in range(_first_entry(problem, one), _first_entry(problem, one + 1)):
                place = problem.cell[entry]
                if place < 0 or problem.available[place] == 0:
                    continue
                demand = _demand_of(problem, one, entry)
                if flow[entry] >= problem.units[demand] or left[place] >= problem.units[demand] - flow[entry]:
                    continue
                size = first_user[place + 1] - first_user[place]
                tried = 0
                turn += 1
                for step in range(size):
                    other = users[first_user[place] + (step + turn) % size]
                    if other == one or not _holds(problem, other, place, flow):
                        continue
                    tried += 1
                    if tried > MOST_PARTNERS:
                        break
                    trials += 1
                    if trials > most_trials:
                        return
                    gain = _try_together(problem, one, other, first_user, users, left, flow, cost, turn)
                    if gain > 0.0:
                        gained += gain
                        break
        if gained <= 1e-6:
            return


@kernel
def _try_together(
    problem: Problem, one: int, other: int, first_user: Ints, users: Ints, left: Ints, flow: Ints, cost: Floats,
    turn: int,
) -> float:  # fmt: skip
    """Gain of letting `one`, then `other`, and perhaps a third choose anew; 0 where it does not pay."""
    one_flow, other_flow = _flow_of(problem, one, flow), _flow_of(problem, other, flow)
    before = cost[one] + cost[other]
    move_stock(problem, one, 1, flow, left)
    move_stock(problem, other, 1, flow, left)
    one_cost = best_choice(problem, one, left, problem.worth, flow)
    move_stock(problem, one, -1, flow, left)
    other_cost = best_choice(problem, other, left, problem.worth, flow)
    move_stock(problem, other, -1, flow, left)
    gain = before - one_cost - other_cost
    if gain > 1e-6:
        cost[one], cost[other] = one_cost, other_cost
        return float(gain)
    if one_cost < cost[one] - 1e-6:
        gain = _try_third(problem, one, other, one_cost, gain, first_user, users, left, flow, cost, turn)
        if gain > 0.0:
            return float(gain)
    move_stock(problem, one, 1, flow, left)
    move_stock(problem, other, 1, flow, left)
    _restore(problem, one, one_flow, flow)
    _restore(problem, other, other_flow, flow)
    move_stock(problem, one, -1, flow, left)
    move_stock(problem, other, -1, flow, left)
    return 0.0


@kernel
def _try_third(
    problem: Problem, one: int, other: int, one_cost: float, gain: float, first_user: Ints, users: Ints,
    left: Ints, flow: Ints, cost: Floats, turn: int,
) -> float:  # fmt: skip
    """`one` keeps its new choice; `other` chooses before a third that holds what it wants."""
    for entry in range(_first_entry(problem, other), _first_entry(problem, other + 1)):
        place = problem.cell[entry]
        if place < 0 or problem.available[place] == 0:
            continue
        demand = _demand_of(problem, other, entry)
        if flow[entry] >= problem.units[demand] or left[place] >= problem.units[demand] - flow[entry]:
            continue
        size = first_user[place + 1] - first_user[place]
        tried = 0
        for step in range(size):
            third = users[first_user[place] + (step + turn) % size]
            if third in (other, one) or not _holds(problem, third, place, flow):
                continue
            tried += 1
            if tried > 4:
                break
            second_flow, third_flow = _flow_of(problem, other, flow), _flow_of(problem, third, flow)
            move_stock(problem, other, 1, flow, left)
            move_stock(problem, third, 1, flow, left)
            second_cost = best_choice(problem, other, left, problem.worth, flow)
            move_stock(problem, other, -1, flow, left)
            third_cost = best_choice(problem, third, left, problem.worth, flow)
            move_stock(problem, third, -1, flow, left)
            total = cost[one] + cost[other] + cost[third] - one_cost - second_cost - third_cost
            if total > 1e-6:
                cost[one], cost[other], cost[third] = one_cost, second_cost, third_cost
                return float(total)
            move_stock(problem, other, 1, flow, left)
            move_stock(problem, third, 1, flow, left)
            _restore(problem, other, second_flow, flow)
            _restore(problem, third, third_flow, flow)
            move_stock(problem, other, -1, flow, left)
            move_stock(problem, third, -1, flow, left)
    return 0.0


@kernel
def _first_entry(problem: Problem, order: int) -> int:
    return int(problem.first_cell[problem.first_demand[order]])


@kernel
def _demand_of(problem: Problem, order: int, entry: int) -> int:
    candidates = problem.first_option[order + 1] - problem.first_option[order]
    return int(problem.first_demand[order] + (entry - _first_entry(problem, order)) // candidates)


@kernel
def _holds(problem: Problem, order: int, place: int, flow: Ints) -> bool:
    for entry in range(_first_entry(problem, order), _first_entry(problem, order + 1)):
        if problem.cell[entry] == place and flow[entry] > 0:
            return True
    return False


@kernel
def _flow_of(problem: Problem, order: int, flow: Ints) -> Ints:
    return flow[_first_entry(problem, order) : _first_entry(problem, order + 1)].copy()


@kernel
def _restore(problem: Problem, order: int, kept: Ints, flow: Ints) -> None:
    flow[_first_entry(problem, order) : _first_entry(problem, order + 1)] = kept
