"""Compiled: the cheapest set of locations for one order, given the stock left and prices on it."""

from __future__ import annotations

import numpy as np

from invopt.orders.problem import BACKORDER, HOLD_UNTIL_COMPLETE, Floats, Ints, Problem
from invopt.probability.compiled import kernel


@kernel
def cost_of_mask(problem: Problem, order: int, mask: int, keep: bool, left: Ints, price: Floats, flow: Ints) -> float:
    """Cost of serving an order from the candidates in `mask`; `keep` writes what is taken into `flow`.

    Once the candidates are fixed the demands are independent of each other: each takes from its cheapest cell
    first, as long as that is cheaper than leaving the unit waiting.
    """
    start = problem.first_option[order]
    candidates = problem.first_option[order + 1] - start
    must_complete = problem.policy[order] == HOLD_UNTIL_COMPLETE
    cost = 0.0
    used = 0
    for demand in range(problem.first_demand[order], problem.first_demand[order + 1]):
        need = problem.units[demand]
        base = problem.first_cell[demand]
        tried = 0
        while need > 0:
            best = -1
            best_cost = np.inf if must_complete else problem.shortage[demand]
            for option in range(candidates):
                bit = 1 << option
                if mask & bit and not tried & bit:
                    place = problem.cell[base + option]
                    if place >= 0 and left[place] > 0:
                        here = problem.unit[start + option] + price[place]
                        if here < best_cost:
                            best_cost = here
                            best = option
            if best < 0:
                break
            place = problem.cell[base + best]
            take = min(need, left[place])
            cost += take * best_cost
            need -= take
            tried |= 1 << best
            used |= 1 << best
            if keep:
                flow[base + best] = take
        if need > 0:
            if must_complete:
                return np.inf
            cost += need * problem.shortage[demand]
    parcels = 0
    for option in range(candidates):
        if used & (1 << option):
            cost += problem.fixed[start + option]
            parcels += 1
    if parcels > 1:
        cost += problem.split * (parcels - 1)
    return cost


@kernel
def _fixed_cost(problem: Problem, order: int, mask: int) -> float:
    """Parcels and splits if every candidate in `mask` is used."""
    start = problem.first_option[order]
    cost = -problem.split
    for option in range(problem.first_option[order + 1] - start):
        if mask & (1 << option):
            cost += problem.fixed[start + option] + problem.split
    return cost


@kernel
def best_choice(problem: Problem, order: int, left: Ints, price: Floats, flow: Ints) -> float:
    """Cost of an order's cheapest choice; what it takes is written into `flow`, zeros elsewhere."""
    candidates = problem.first_option[order + 1] - problem.first_option[order]
    best_cost = 0.0
    for demand in range(problem.first_demand[order], problem.first_demand[order + 1]):
        best_cost += problem.units[demand] * problem.shortage[demand]
        base = problem.first_cell[demand]
        flow[base : base + candidates] = 0
    if candidates == 0:
        return best_cost
    first = problem.first_mask[candidates]
    last = problem.first_mask[candidates + 1]
    if problem.policy[order] == BACKORDER:
        last = problem.last_single_mask[candidates]
    best = 0
    for index in range(first, last):
        mask = problem.masks[index]
        if _fixed_cost(problem, order, mask) >= best_cost:
            continue  # a part of the set that costs less was or will be looked at by itself
        cost = cost_of_mask(problem, order, mask, False, left, price, flow)
        if cost < best_cost - 1e-9:
            best_cost = cost
            best = mask
    if best:
        cost_of_mask(problem, order, best, True, left, price, flow)
    return best_cost


@kernel
def move_stock(problem: Problem, order: int, sign: int, flow: Ints, left: Ints) -> None:
    """Take (sign -1) or give back (sign 1) what an order's flow says."""
    candidates = problem.first_option[order + 1] - problem.first_option[order]
    for demand in range(problem.first_demand[order], problem.first_demand[order + 1]):
        for entry in range(problem.first_cell[demand], problem.first_cell[demand] + candidates):
            if flow[entry] > 0:
                left[problem.cell[entry]] += sign * flow[entry]


@kernel
def choose_each(problem: Problem, members: Ints, left: Ints, price: Floats, flow: Ints, cost: Floats) -> None:
    """Each order's cheapest choice as if it were alone with the stock in `left`, which stays untouched."""
    for order in members:
        cost[order] = best_choice(problem, order, left, price, flow)


@kernel
def choose_in_turn(problem: Problem, sequence: Ints, left: Ints, price: Floats, flow: Ints, cost: Floats) -> None:
    """Each order's cheapest choice of what the ones before it left; `left` shrinks accordingly."""
    for order in sequence:
        cost[order] = best_choice(problem, order, left, price, flow)
        move_stock(problem, order, -1, flow, left)


@kernel
def choose_again(problem: Problem, sequence: Ints, left: Ints, flow: Ints, cost: Floats, passes: int) -> None:
    """Let each order choose again from what is left and its own until nobody gains; costs never rise."""
    for _ in range(passes):
        gained = 0.0
        for order in sequence:
            move_stock(problem, order, 1, flow, left)
            new_cost = best_choice(problem, order, left, problem.worth, flow)
            move_stock(problem, order, -1, flow, left)
            gained += cost[order] - new_cost
            cost[order] = new_cost
        if gained <= 1e-6:
            return
