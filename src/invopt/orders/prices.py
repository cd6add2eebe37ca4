"""Prices on contested stock: a lower bound on any plan's cost, and plans close to it.

Lagrangian relaxation of the stock constraints. With a price on each cell the orders part company: each takes
its cheapest choice, prices included, and

    bound = sum of the orders' costs - sum of price x available

is below the cost of every plan (Fisher 1981, Management Science 27(1)). Prices follow the subgradient
(taken - available) with Polyak's step towards the best plan found, group by group; every few rounds the
prices make a plan: orders choose in turn, those first that have most to lose, then choose again without
prices until nobody gains.
"""

from __future__ import annotations

import numpy as np

from invopt.orders.choice import best_choice, choose_again, choose_in_turn
from invopt.orders.groups import taken_by
from invopt.orders.problem import Floats, Ints, Problem
from invopt.probability.compiled import kernel

PLAN_EVERY = 15
AGAIN_PASSES = 4
PATIENCE = 8  # rounds without a better bound after which the step is halved


@kernel
def price_rounds(
    problem: Problem, members: Ints, sequence: Ints, group: Ints, groups: int, rounds: int, left: Ints,
    flow: Ints, cost: Floats, best_plan: Floats,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Improve the plan in `flow`, `cost`, `best_plan` and return the bound of each group and the prices.

    `members` are the orders of groups above 0, `sequence` the same by priority; `left` is what the plan
    leaves.
    """
    cells = len(problem.available)
    price = np.zeros(cells)
    best_price = np.zeros(cells)
    cell_group = _group_of_cells(problem, members, group)
    own = np.full(groups + 1, 1.0)
    stale = np.zeros(groups + 1, dtype=np.int64)
    bound = np.full(groups + 1, -np.inf)
    trial_flow = np.zeros(len(flow), dtype=np.int64)
    trial_cost = np.zeros(len(cost))
    alone = np.zeros(len(cost))
    for turn in range(rounds):
        dual = np.zeros(groups + 1)
        for order in members:
            alone[order] = best_choice(problem, order, problem.available, problem.worth + price, trial_flow)
            dual[group[order]] += alone[order]
        excess = taken_by(problem, members, trial_flow) - problem.available
        steepness = np.zeros(groups + 1)
        for place in range(cells):
            inside = cell_group[place]
            if inside > 0:
                dual[inside] -= price[place] * problem.available[place]
                if excess[place] > 0 or price[place] > 0:
                    steepness[inside] += float(excess[place]) ** 2
        for number in range(1, groups + 1):
            if turn == 0 or dual[number] > bound[number] + 1e-9 * abs(bound[number]):
                bound[number] = dual[number]
                stale[number] = 0
            else:
                stale[number] += 1
                if stale[number] >= PATIENCE:
                    own[number] *= 0.6
                    stale[number] = 0
        for place in range(cells):
            inside = cell_group[place]
            if inside > 0 and dual[inside] == bound[inside]:
                best_price[place] = price[place]
        if turn % PLAN_EVERY == PLAN_EVERY - 1 or turn == rounds - 1 or turn == 0:
            regret = np.zeros(len(sequence))
            for index in range(len(sequence)):
                order = sequence[index]
                regret[index] = _regret(problem, order, alone[order])
            by_regret = sequence[np.argsort(-regret, kind="mergesort")]
            for chosen in (sequence, by_regret):
                trial_left = problem.available.copy()
                choose_in_turn(problem, chosen, trial_left, problem.worth + price, trial_flow, trial_cost)
                choose_again(problem, sequence, trial_left, trial_flow, trial_cost, AGAIN_PASSES)
                keep_better(problem, members, group, groups, trial_flow, trial_cost, flow, cost, best_plan)
        finished = True
        for number in range(1, groups + 1):
            gap = best_plan[number] - bound[number]
            if gap > 1e-7 * abs(best_plan[number]) + 1e-6:
                finished = False
        if finished:
            break
        for place in range(cells):
            inside = cell_group[place]
            if inside > 0 and steepness[inside] > 0 and (excess[place] > 0 or price[place] > 0):
                step = own[inside] * (1.05 * best_plan[inside] - dual[inside]) / steepness[inside]
                price[place] = max(0.0, price[place] + step * excess[place])
    left[:] = problem.available - taken_by(problem, members, flow)
    return bound, best_price


@kernel
def _regret(problem: Problem, order: int, cost: float) -> float:
    """What an order loses if it is left waiting, relative to its size."""
    nothing = 0.0
    size = 0
    for demand in range(problem.first_demand[order], problem.first_demand[order + 1]):
        nothing += problem.units[demand] * problem.shortage[demand]
        size += problem.units[demand]
    return (nothing - cost) / max(size, 1)


@kernel
def _group_of_cells(problem: Problem, members: Ints, group: Ints) -> Ints:
    found = np.zeros(len(problem.available), dtype=np.int64)
    for order in members:
        candidates = problem.first_option[order + 1] - problem.first_option[order]
        for demand in range(problem.first_demand[order], problem.first_demand[order + 1]):
            for entry in range(problem.first_cell[demand], problem.first_cell[demand] + candidates):
                if problem.cell[entry] >= 0:
                    found[problem.cell[entry]] = group[order]
    return found


@kernel
def keep_better(
    problem: Problem, members: Ints, group: Ints, groups: int, trial_flow: Ints, trial_cost: Floats,
    flow: Ints,
    cost: Floats, best_plan: Floats,
) -> None:  # fmt: skip
    """Take over the trial's plan for each group in which it is cheaper."""
    total = np.zeros(groups + 1)
    for order in members:
        total[group[order]] += trial_cost[order]
    for order in members:
        if total[group[order]] < best_plan[group[order]] - 1e-9:
            cost[order] = trial_cost[order]
            candidates = problem.first_option[order + 1] - problem.first_option[order]
            first = problem.first_cell[problem.first_demand[order]]
            last = problem.first_cell[problem.first_demand[order + 1] - 1] + candidates
            flow[first:last] = trial_flow[first:last]
    for number in range(1, groups + 1):
        best_plan[number] = min(best_plan[number], total[number])
