"""What must hold of every order the inventory room asks for, whatever the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from invopt.inventory import (
    Arrivals,
    DemandOutlook,
    LeadTimes,
    min_max_policy,
    project,
    reorder_policy_poisson,
    silver_meal,
    wagner_whitin,
)

SIZE = 12


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    """A dozen SKU-locations of any kind: slow, fast, lumpy, overstocked, with orders on the way."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    scale = draw(st.sampled_from([0.05, 1.0, 30.0, 2000.0]))
    count = draw(st.integers(0, 15))
    return {
        "demand": DemandOutlook(
            scale * rng.gamma(0.7, 1.0, (SIZE, 12)), rng.gamma(1.0, 0.5, SIZE), rng.gamma(1.0, 0.05, SIZE), 7, 3
        ),
        "on_hand_units": np.floor(scale * rng.gamma(0.5, 6.0, SIZE)),
        "lead_times": LeadTimes(np.log(rng.uniform(1, 40, SIZE)), rng.choice([0.0, 0.3], SIZE), np.full(SIZE, 5.0)),
        "arrivals": Arrivals.certain(
            rng.integers(0, SIZE, count), rng.integers(0, 40, count), rng.integers(1, 9, count), SIZE
        ),
        "seeds": rng.integers(0, 2**63, SIZE).astype(np.uint64),
        "target_kind": draw(st.sampled_from(["cycle_service", "fill_rate", "cost"])),
        "shortage_rule": draw(st.sampled_from(["lost_sales", "backorders"])),
    }


@given(situations(), st.floats(0.3, 0.98))
def test_a_higher_target_never_needs_less(situation: dict[str, Any], target: float) -> None:
    low = project(**situation, target_share=target)
    high = project(**situation, target_share=target + 0.015)
    assert (high.need_units >= low.need_units).all()
    assert (low.need_units >= 0).all()
    assert np.isfinite(low.frame().drop(columns="stockout_in_days").to_numpy()).all()


@given(situations(), st.integers(1, SIZE - 1))
def test_partition_changes_no_bit(situation: dict[str, Any], cut: int) -> None:
    whole = project(**situation).frame()
    for rows in (slice(0, cut), slice(cut, SIZE)):
        due = situation["arrivals"]
        index = np.arange(SIZE)[rows]
        spans = [np.arange(due.start[i], due.start[i + 1]) for i in index]
        taken = np.concatenate(spans).astype(int)
        part = project(
            demand=DemandOutlook(
                situation["demand"].mean_units[rows], situation["demand"].dispersion[rows],
                situation["demand"].level_variance[rows], 7, 3,
            ),
            on_hand_units=situation["on_hand_units"][rows],
            lead_times=LeadTimes(
                situation["lead_times"].log_location_days[rows], situation["lead_times"].log_scale[rows],
                situation["lead_times"].degrees_of_freedom[rows],
            ),
            arrivals=Arrivals(
                np.concatenate([[0], np.cumsum([len(span) for span in spans])]).astype(np.int64),
                due.day[taken], due.units[taken], due.age_days[taken], due.log_scale[taken],
                due.degrees_of_freedom[taken], due.is_return[taken],
            ),
            seeds=situation["seeds"][rows],
            target_kind=situation["target_kind"],
            shortage_rule=situation["shortage_rule"],
        ).frame()  # fmt: skip
        expected = whole.iloc[rows].reset_index(drop=True)
        assert (part.to_numpy() == expected.to_numpy()).all() or part.equals(expected)


@given(situations())
def test_the_target_is_met_by_what_is_ordered(situation: dict[str, Any]) -> None:
    situation["target_kind"] = "fill_rate" if situation["target_kind"] == "fill_rate" else "cycle_service"
    plan = project(**situation, target_share=0.9)
    implied = plan.implied_fill_rate if situation["target_kind"] == "fill_rate" else plan.implied_cycle_service
    assert (implied >= 0.9 - 1e-3).all()


@given(st.lists(st.floats(0, 200), min_size=1, max_size=9), st.floats(0.1, 500), st.floats(0.01, 5))
def test_wagner_whitin_is_never_beaten_and_serves_all(demand: list[float], fixed: float, holding: float) -> None:
    best, heuristic = wagner_whitin(demand, fixed, holding), silver_meal(demand, fixed, holding)
    assert best.cost <= heuristic.cost * (1 + 1e-9)
    assert (np.cumsum(best.order_units) >= np.cumsum(demand) - 1e-6).all()
    assert np.isclose(best.order_units.sum(), sum(demand))
    # Its own price for the plan, by simulation.
    stock = np.cumsum(best.order_units) - np.cumsum(demand)
    assert np.isclose(best.cost, fixed * (best.order_units > 0).sum() + holding * stock.sum(), atol=1e-6)


def average_cost(s: int, upper: int, pmf: np.ndarray, rate: Any, fixed: float) -> float:
    """Long-run cost per period of (s, S) by the stationary distribution of the position after ordering."""
    positions = np.arange(s + 1, upper + 1)
    count = len(positions)
    move = np.zeros((count, count))
    order_share = np.zeros(count)
    for i, y in enumerate(positions):
        for d, p in enumerate(pmf):
            after = y - d
            if after <= s:
                move[i, -1] += p
                order_share[i] += p
            else:
                move[i, after - s - 1] += p
    system = np.vstack([move.T - np.eye(count), np.ones(count)])
    share = np.linalg.lstsq(system, np.append(np.zeros(count), 1.0), rcond=None)[0]
    return float(share @ (np.array([rate(y) for y in positions]) + fixed * order_share))


@given(
    st.floats(0.3, 6), st.sampled_from([0.0, 0.4]), st.floats(0.5, 40), st.floats(0.2, 2), st.floats(1, 20),
    st.integers(0, 2),
)  # fmt: skip
def test_min_max_is_the_best_pair_by_enumeration(
    mean: float, dispersion: float, fixed: float, holding: float, stockout: float, lead: int
) -> None:
    from scipy.stats import nbinom, poisson

    def distribution(periods: int) -> Any:
        if dispersion == 0:
            return poisson(mean * periods)
        shape = periods / dispersion
        return nbinom(shape, shape / (shape + mean * periods))

    counts = np.arange(400)
    one, ahead = distribution(1).pmf(counts), distribution(lead + 1).pmf(counts)

    def rate(y: int) -> float:
        return float((ahead * (holding * np.maximum(y - counts, 0) + stockout * np.maximum(counts - y, 0))).sum())

    policy = min_max_policy(mean, fixed, holding, stockout, dispersion=dispersion, lead_time_periods=lead)
    s, upper = int(policy.reorder_level_units), int(policy.order_up_to_units)
    assert np.isclose(policy.cost, average_cost(s, upper, one, rate, fixed), rtol=1e-6)
    for other_s in range(s - 2, s + 3):
        for other_upper in range(max(upper - 3, other_s + 1), upper + 4):
            assert policy.cost <= average_cost(other_s, other_upper, one, rate, fixed) * (1 + 1e-9)


@given(st.floats(0.05, 30), st.floats(1, 300), st.floats(0.2, 4), st.floats(0.5, 20), st.floats(1, 200))
def test_reorder_policy_is_the_best_pair_nearby(
    rate: float, fixed: float, lead_time: float, holding: float, stockout: float
) -> None:
    from scipy.stats import poisson

    best = reorder_policy_poisson(rate, fixed, lead_time, holding, stockout)
    r, quantity = int(best.reorder_point_units), int(best.order_units)
    demand = np.arange(600)
    pmf = poisson.pmf(demand, rate * lead_time)
    levels = np.arange(r - 3, r + quantity + 8)
    cost = np.array(
        [(pmf * (holding * np.maximum(y - demand, 0) + stockout * np.maximum(demand - y, 0))).sum() for y in levels]
    )

    def average(start: int, count: int) -> float:
        at = start + 1 - levels[0]
        return float((fixed * rate + cost[at : at + count].sum()) / count)

    assert np.isclose(best.cost, average(r, quantity), rtol=1e-6)
    for start in range(r - 2, r + 3):
        for count in range(max(quantity - 3, 1), quantity + 4):
            assert best.cost <= average(start, count) * (1 + 1e-9)
