"""The gain of a pack against sums over the distribution, and the engine against every possible choice."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from invopt.purchasing.filling import segments, take_to_reach, take_within
from invopt.purchasing.gain import GainModel, expected_sales


@pytest.mark.parametrize(("mean", "sd"), [(0.3, 0.9), (4.0, 3.0), (50.0, 12.0), (6.0, 6.0**0.5), (5.0, 1.0)])
def test_expected_sales_are_the_sum_over_the_distribution(mean: float, sd: float) -> None:
    variance = sd * sd
    law = (
        stats.nbinom(mean * mean / (variance - mean), mean / variance)
        if variance > mean * (1 + 1e-9)
        else stats.poisson(mean)
    )
    demand = np.arange(2_000)
    weights = law.pmf(demand)
    for level in (0.0, 1.0, 2.0, 3.5, 7.0, 40.0, 90.25):
        expected = float((np.minimum(demand, level) * weights).sum())
        found = expected_sales(np.array([mean]), np.array([sd]), np.array([level]))[0]
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_backorder_is_a_certain_sale_and_no_demand_sells_nothing() -> None:
    assert expected_sales(np.array([3.0]), np.array([2.0]), np.array([-4.0]))[0] == -4.0
    assert expected_sales(np.array([0.0]), np.array([0.0]), np.array([5.0]))[0] == 0.0


def model(seed: int, rows: int) -> GainModel:
    rng = np.random.default_rng(seed)
    mean = rng.uniform(1, 8, rows)
    return GainModel(
        position=rng.integers(-1, 5, rows).astype(float),
        demand_mean=mean,
        demand_sd=np.sqrt(mean * rng.uniform(1.0, 3.0, rows)),
        rate_per_day=mean / 14,
        lead_time_days=np.full(rows, 7.0),
        margin_minor=rng.uniform(50, 900, rows),
        cost_minor=rng.uniform(100, 900, rows),
        carrying_rate_per_year=0.3,
    )


def choices(lots: np.ndarray) -> itertools.product:  # type: ignore[type-arg]
    return itertools.product(*(range(int(count) + 1) for count in lots))


def quantity_of(lots: int, first: int, pack: int) -> int:
    return 0 if lots == 0 else first + (lots - 1) * pack


@pytest.mark.parametrize("seed", range(12))
def test_gains_fall_from_pack_to_pack(seed: int) -> None:
    found = model(seed, 5)
    steps = np.arange(30.0)
    gains = np.array([found.between(np.full(5, low), np.full(5, low + 1)) for low in steps])
    assert (np.diff(gains, axis=0) <= 1e-6).all()


@pytest.mark.parametrize("seed", range(12))
def test_under_a_budget_the_engine_misses_the_best_choice_by_less_than_a_lump(seed: int) -> None:
    rows, rng = 3, np.random.default_rng(seed)
    found = model(seed, rows)
    pack, first = rng.integers(1, 3, rows) * 1_000, rng.integers(1, 4, rows)
    first = pack * first
    high = first + pack * 3
    cost = found.cost_minor
    budget = float(0.5 * (high / 1_000 * cost).sum())
    offered = segments(found, np.zeros(rows, np.int64), high, first, pack, cost, np.zeros(rows, np.int64))
    taken, _ = take_within(offered, np.array([budget]), rows)
    assert (taken / 1_000 * cost).sum() <= budget + 1e-6

    def gain(quantity: np.ndarray) -> float:  # type: ignore[type-arg]
        return float(found.between(np.zeros(rows), quantity / 1_000).sum())

    best = max(
        gain(q)
        for lots in choices(np.full(rows, 4))
        if ((q := np.array([quantity_of(n, first[i], pack[i]) for i, n in enumerate(lots)])) / 1_000 * cost).sum()
        <= budget
    )
    largest_lump = float((offered.gain).max())
    assert gain(taken) <= best + 1e-6 or (offered.gain < 0).any()
    assert gain(taken) >= best - largest_lump - 1e-6


def test_with_equal_lumps_the_engine_finds_the_best_choice() -> None:
    rows = 4
    found = model(3, rows)
    found = GainModel(**{**found.__dict__, "cost_minor": np.full(rows, 100.0)})
    pack = np.full(rows, 1_000)
    high = np.full(rows, 4_000)
    offered = segments(
        found, np.zeros(rows, np.int64), high, pack, pack, np.full(rows, 100.0), np.zeros(rows, np.int64)
    )
    taken, gained = take_within(offered, np.array([700.0]), rows)
    best = max(
        float(found.between(np.zeros(rows), np.array(lots, float)).sum())
        for lots in choices(np.full(rows, 4))
        if sum(lots) == 7
    )
    assert taken.sum() == 7_000
    assert gained[0] == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_reaching_a_minimum_costs_at_most_a_lump_more_than_the_best_choice(seed: int) -> None:
    rows, rng = 3, np.random.default_rng(seed + 100)
    found = model(seed, rows)
    found = GainModel(**{**found.__dict__, "position": found.position + 25.0})  # all is surplus: every lot loses
    pack = rng.integers(1, 3, rows) * 1_000
    low, high = np.zeros(rows, np.int64), pack * 4
    cost = found.cost_minor
    short = float(0.4 * (high / 1_000 * cost).sum())
    offered = segments(found, low, high, pack, pack, cost, np.zeros(rows, np.int64))
    taken, _, still = take_to_reach(offered, np.array([short]), rows)
    assert still[0] <= 0
    assert (taken / 1_000 * cost).sum() >= short - 1e-6

    def loss(quantity: np.ndarray) -> float:  # type: ignore[type-arg]
        return -float(found.between(np.zeros(rows), quantity / 1_000).sum())

    best = min(
        loss(q) for lots in choices(np.full(rows, 4)) if ((q := np.array(lots) * pack) / 1_000 * cost).sum() >= short
    )
    assert loss(taken) <= best - float(offered.gain.min()) + 1e-6


def test_what_cannot_be_reached_is_said() -> None:
    found = model(1, 2)
    pack = np.array([1_000, 1_000])
    offered = segments(found, np.zeros(2, np.int64), pack, pack, pack, np.array([10.0, 10.0]), np.zeros(2, np.int64))
    taken, _, still = take_to_reach(offered, np.array([25.0]), 2)
    assert taken.sum() == 2_000
    assert still[0] == pytest.approx(5.0)
