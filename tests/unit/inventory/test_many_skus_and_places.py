"""What concerns several SKUs, places or ages at once, against brute force and published answers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from invopt.errors import InfeasibleError, TableError
from invopt.inventory import (
    exchange_curve,
    expected_outdating,
    guaranteed_service_tree,
    joint_replenishment,
    newsvendor_poisson,
    perishable_need,
    rebalance,
    serial_system,
    serial_system_approximate,
    serial_system_normal,
    service_mix,
)


def test_serial_system_of_the_textbook() -> None:
    """Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 6.1: levels, cost and the heuristic."""
    best = serial_system_normal(5.0, 1.0, [3.0, 2.0, 2.0], [1, 1, 2], 37.12, review_periods=0)
    assert best.echelon_units == pytest.approx([6.49, 12.02, 22.71], abs=0.05)
    assert best.cost == pytest.approx(47.65, rel=1e-3)
    near = serial_system_approximate(5, 1, [3, 2, 2], [1, 1, 2], 37.12, review_periods=0)
    # The heuristic's levels as computed by an independent implementation (stockpyl).
    assert near == pytest.approx([6.490881, 12.027435, 22.634032], abs=1e-5)


def test_one_stage_is_a_newsvendor_over_its_lead_time() -> None:
    plan = serial_system(5.0, [2.0], [3], 18.0)
    season = newsvendor_poisson(20.0, 2.0, 18.0)
    assert plan.echelon_units[0] == season.stock_units
    assert plan.cost == pytest.approx(float(season.expected_cost), rel=1e-6)


def test_longer_chain_holds_more_and_costs_more() -> None:
    short = serial_system(5.0, [1.0, 1.0], [1, 2], 20.0, dispersion=0.3)
    longer = serial_system(5.0, [1.0, 1.0], [1, 4], 20.0, dispersion=0.3)
    assert longer.echelon_units[1] > short.echelon_units[1]
    assert longer.cost > short.cost


@given(st.integers(0, 500))
def test_joint_replenishment_by_enumeration(seed: int) -> None:
    """All multiples up to 8 of three SKUs, each at its best cycle."""
    rng = np.random.default_rng(seed)
    d, a, h = rng.uniform(10, 5000, 3), rng.uniform(0.5, 60, 3), rng.uniform(0.2, 5, 3)
    order = float(rng.uniform(5, 200))
    plan = joint_replenishment(d, order, a, h)
    best = min(
        np.sqrt(2 * (order + (a / k).sum()) * (h * d * k).sum())
        for k in (np.array(k) for k in itertools.product(range(1, 9), repeat=3))
    )
    assert plan.cost_per_year <= best * (1 + 1e-9)
    own = (order + (a / plan.multiples).sum()) / plan.cycle_years
    assert plan.cost_per_year == pytest.approx(own + (h * plan.order_units).sum() / 2)


def test_joint_replenishment_refuses_free_orders() -> None:
    with pytest.raises(TableError):
        joint_replenishment([10.0], 0.0, [1.0], [1.0])


@given(st.integers(0, 500), st.floats(0.7, 0.99))
def test_no_pair_swap_beats_the_service_mix(seed: int, wanted: float) -> None:
    """Moving one unit of stock from any SKU to any other cannot save money at the same or a better fill rate."""
    rng = np.random.default_rng(seed)
    mean, cost = rng.uniform(0.5, 12, 6), rng.uniform(1, 40, 6)
    mix = service_mix(mean, 0.2, cost, fill_rate=wanted)
    assert mix.fill_rate >= wanted
    law = nbinom(5.0, 5.0 / (5.0 + mean))
    gain_up = law.sf(mix.level_units)
    loss_down = np.where(mix.level_units > 0, law.sf(mix.level_units - 1), np.inf)
    for up, down in itertools.permutations(range(6), 2):
        assert not (gain_up[up] >= loss_down[down] + 1e-9 and cost[up] < cost[down] * (1 - 1e-9))


def test_budget_is_not_exceeded_and_buys_service() -> None:
    mean, cost = np.array([5.0, 5.0, 1.0]), np.array([1.0, 10.0, 100.0])
    poor, rich = (service_mix(mean, 0.1, cost, budget=b) for b in (60.0, 600.0))
    assert poor.stock_value <= 60 < rich.stock_value <= 600
    assert poor.fill_rate < rich.fill_rate
    assert (exchange_curve(mean, 0.1, cost)["stock_value"].diff().dropna() >= 0).all()


@pytest.mark.parametrize("ask", [{}, {"budget": 1.0, "fill_rate": 0.9}, {"fill_rate": 1.0}, {"budget": -1.0}])
def test_impossible_mix(ask: dict[str, float]) -> None:
    with pytest.raises(InfeasibleError):
        service_mix([1.0], 0.0, [1.0], **ask)  # type: ignore[arg-type]


def test_ageing_by_hand() -> None:
    """Three batches of 2 units; 1 a day is asked for. Oldest first one unit expires a day; newest first, more."""
    stock, demand = [[2.0, 2.0, 2.0]], [[1.0, 1.0, 1.0]]
    assert expected_outdating(stock, demand).tolist() == [[1.0, 1.0, 1.0]]
    assert expected_outdating(stock, demand, withdrawal="newest_first").tolist() == [[2.0, 2.0, 0.0]]


def test_expiring_stock_is_ordered_anew() -> None:
    """Six units for three days of one each and a safety stock of two: enough, unless they expire today."""
    fresh = perishable_need([[0.0, 0.0, 0.0, 6.0]], 0.0, [[1.0, 1.0, 1.0]], 3, 2.0)
    old = perishable_need([[6.0, 0.0, 0.0, 0.0]], 0.0, [[1.0, 1.0, 1.0]], 3, 2.0)
    assert fresh.tolist() == [0.0]
    assert old.tolist() == [4.0]


@given(st.integers(0, 300), st.floats(0.1, 3.0))
def test_rebalancing_is_the_best_split(seed: int, cost: float) -> None:
    """Two places, every split tried: expected sales less transfers cannot be improved."""
    rng = np.random.default_rng(seed)
    stock, mean = rng.integers(0, 9, 2).astype(float), rng.uniform(0.2, 6, 2)
    moved = rebalance([stock], [mean], 0.0, [5.0], cost)[0]
    counts = np.arange(80)

    def worth(first: float) -> float:
        places = np.array([first, stock.sum() - first])
        sales = sum((poisson.pmf(counts, m) * np.minimum(counts, s)).sum() for m, s in zip(mean, places, strict=True))
        return float(5.0 * sales - cost * abs(first - stock[0]))

    after = stock[0] - moved[0, 1] + moved[1, 0]
    assert worth(after) == pytest.approx(max(worth(x) for x in range(int(stock.sum()) + 1)))
    assert min(moved[0, 1], moved[1, 0]) == 0


def test_no_lane_and_dear_lanes_move_nothing() -> None:
    assert rebalance([[10, 0]], [[1.0, 8.0]], 0.0, [5.0], np.inf).sum() == 0
    assert rebalance([[10, 0]], [[1.0, 8.0]], 0.0, [5.0], 5.0).sum() == 0


@given(st.integers(0, 400))
def test_guaranteed_service_by_enumeration(seed: int) -> None:
    """A tree of four stages: every combination of promised times tried."""
    rng = np.random.default_rng(seed)
    arcs = [("a", "b"), ("b", "c"), ("b", "d")]
    time = {stage: int(rng.integers(0, 4)) for stage in "abcd"}
    cost = {stage: float(rng.uniform(0.5, 5)) for stage in "abcd"}
    sd = {"c": float(rng.uniform(0.5, 3)), "d": float(rng.uniform(0.5, 3))}
    spread = {"c": sd["c"], "d": sd["d"], "b": np.hypot(sd["c"], sd["d"]), "a": np.hypot(sd["c"], sd["d"])}
    limit = {"c": 0, "d": 1}
    tree = guaranteed_service_tree(arcs, time, cost, sd, safety_factor=1.0, outbound_service_time={"c": 0, "d": 1})
    best = np.inf
    for s_a, s_b in itertools.product(range(0, 4), range(0, 8)):
        for s_c, s_d in itertools.product(range(limit["c"] + 1), range(limit["d"] + 1)):
            net = {
                "a": time["a"] - s_a, "b": s_a + time["b"] - s_b, "c": s_b + time["c"] - s_c,
                "d": s_b + time["d"] - s_d,
            }  # fmt: skip
            if min(net.values()) >= 0:
                best = min(best, sum(cost[x] * spread[x] * np.sqrt(net[x]) for x in net))
    assert tree.cost[0] == pytest.approx(best)
    held = sum(cost[str(x)] * tree.safety_stock_units[x][0] for x in "abcd")
    assert held == pytest.approx(best)


def test_arcs_that_are_no_tree() -> None:
    with pytest.raises(TableError, match="cycle"):
        guaranteed_service_tree([(1, 2), (2, 3), (1, 3)], {1: 1, 2: 1, 3: 1}, {1: 1, 2: 1, 3: 1}, {3: 1})
