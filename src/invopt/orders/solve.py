"""Solve the allocation: alone where nobody competes, exactly in small groups, by prices in large ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from invopt.orders.choice import choose_again, choose_each, choose_in_turn
from invopt.orders.exact import exact_flow
from invopt.orders.exchange import exchange, users_of_cells
from invopt.orders.groups import competing_groups, possible_use, taken_by
from invopt.orders.prices import keep_better, price_rounds
from invopt.orders.problem import Floats, Ints, Problem
from invopt.settings.orders import Orders
from invopt.tables import ALLOCATION_BOUND, check

EXCHANGE_PASSES = 20
MOST_TRIALS = 1_000_000  # exchanges looked at in one search
TRIALS_PER_ORDER = 150
ORDER_ROUNDS = 3_000_000  # orders times rounds of the price search, about
FEWEST_ROUNDS = 100
MOST_SHAKES = 40
SHAKEN_ORDERS = 2_000  # orders times shakes, about
SHAKEN_SHARE = 0.15
CLOSED_GAP = 1e-6  # a plan this close to its bound (as a share of cost) needs no exact solution


class Solution(NamedTuple):
    """What each order takes from each cell, its cost, its group, prices of stock, and the bounds."""

    flow: Ints
    cost: Floats
    group: Ints
    price: Floats
    bounds: pd.DataFrame


def solve(problem: Problem, sequence: Ints, settings: Orders, *, is_exact_allowed: bool = True) -> Solution:
    """The plan of all orders; `sequence` lists them by priority. `bounds` is ALLOCATION_BOUND."""
    orders = len(problem.first_demand) - 1
    everyone = np.arange(orders, dtype=np.int64)
    flow = np.zeros(len(problem.cell), dtype=np.int64)
    cost = np.zeros(orders)
    choose_each(problem, everyone, problem.available, problem.worth, flow, cost)
    group = competing_groups(problem, possible_use(problem), taken_by(problem, everyone, flow))
    groups = int(group.max(initial=0))
    bound = np.zeros(groups + 1)
    method = np.full(groups + 1, "prices", dtype=object)
    method[0] = "independent"
    bound[0] = cost[group == 0].sum()
    price = np.zeros(len(problem.available))
    if groups:
        members = everyone[group > 0]
        competing = sequence[group[sequence] > 0]
        left = problem.available.copy()
        choose_in_turn(problem, competing, left, problem.worth, flow, cost)
        choose_again(problem, competing, left, flow, cost, 2)
        best_plan = np.asarray(np.bincount(group[members], cost[members], groups + 1), dtype=np.float64)
        rounds = min(settings.price_rounds, max(FEWEST_ROUNDS, ORDER_ROUNDS // len(members)))
        found, price = price_rounds(problem, members, competing, group, groups, rounds, left, flow, cost, best_plan)
        bound[1:] = found[1:]
        _shake(problem, competing, group, left, flow, cost)
        if is_exact_allowed:
            _solve_small(problem, competing, group, settings, flow, cost, bound, method)
    return Solution(flow, cost, group, price, _bounds(group, cost, bound, method))


def _shake(problem: Problem, competing: Ints, group: Ints, left: Ints, flow: Ints, cost: Floats) -> None:
    """Exchanges between orders; then some orders give up what they have, all choose anew, the better plan stays."""
    members = np.sort(competing)
    groups = int(group.max())
    first_user, users = users_of_cells(problem, members)
    trials = min(TRIALS_PER_ORDER * len(members), MOST_TRIALS)
    exchange(problem, competing, first_user, users, left, flow, cost, EXCHANGE_PASSES, trials)
    best_plan = np.asarray(np.bincount(group[members], cost[members], groups + 1), dtype=np.float64)
    for number in range(min(MOST_SHAKES, SHAKEN_ORDERS // len(members))):
        rng = np.random.default_rng(number)  # the same plan in every run
        shaken = rng.permutation(competing)[: max(2, int(len(competing) * SHAKEN_SHARE))]
        trial_flow, trial_cost = flow.copy(), cost.copy()
        _clear(problem, shaken, trial_flow)
        trial_left = problem.available - taken_by(problem, members, trial_flow)
        choose_in_turn(problem, shaken, trial_left, problem.worth, trial_flow, trial_cost)
        choose_again(problem, competing, trial_left, trial_flow, trial_cost, 2)
        exchange(problem, competing, first_user, users, trial_left, trial_flow, trial_cost, EXCHANGE_PASSES, trials)
        keep_better(problem, members, group, groups, trial_flow, trial_cost, flow, cost, best_plan)


def _solve_small(
    problem: Problem, competing: Ints, group: Ints, settings: Orders, flow: Ints, cost: Floats, bound: Floats,
    method: np.ndarray,
) -> None:  # fmt: skip
    """Replace the plan of each small group whose gap is open by the exact one."""
    by_group = competing[np.argsort(group[competing], kind="stable")]
    starts = np.searchsorted(group[by_group], np.arange(1, len(bound) + 1))
    for number in range(1, len(bound)):
        members = by_group[starts[number - 1] : starts[number]]
        planned = float(cost[members].sum())
        if planned - bound[number] <= CLOSED_GAP * abs(planned):
            method[number] = "exact"
            continue
        if len(members) > settings.exact_orders:
            continue
        answer = exact_flow(problem, np.sort(members), settings.exact_nodes)
        if answer is None:
            continue
        entries, taken, lower = answer
        bound[number] = max(bound[number], min(lower, planned))
        trial_flow, trial_cost = flow.copy(), cost.copy()
        _clear(problem, members, trial_flow)
        trial_flow[entries] = taken
        used = taken_by(problem, members, trial_flow)
        if (used > problem.available).any():
            continue  # rounding to thousandths overdrew a cell: the plan by prices stands
        choose_again(problem, members, problem.available - used, trial_flow, trial_cost, 2)
        exact_cost = float(trial_cost[members].sum())
        if exact_cost <= planned:
            flow[:], cost[:] = trial_flow, trial_cost
            planned = exact_cost
        if planned - bound[number] <= CLOSED_GAP * abs(planned):
            method[number] = "exact"


def _clear(problem: Problem, members: Ints, flow: Ints) -> None:
    first = problem.first_cell[problem.first_demand[members]]
    last = problem.first_cell[problem.first_demand[members + 1]]
    for start, end in zip(first.tolist(), last.tolist(), strict=True):
        flow[start:end] = 0


def _bounds(group: Ints, cost: Floats, bound: Floats, method: np.ndarray) -> pd.DataFrame:
    count = len(bound)
    total = np.bincount(group, cost, minlength=count)
    lower = np.minimum(bound, total)
    gap = np.divide(total - lower, total, out=np.zeros(count), where=total > 0)
    frame = pd.DataFrame(
        {
            "group_number": np.arange(count), "orders": np.bincount(group, minlength=count),
            "method": method, "cost_minor": total, "bound_minor": lower, "gap_share": gap,
        }
    )  # fmt: skip
    return check(frame[frame["orders"] > 0], ALLOCATION_BOUND)
