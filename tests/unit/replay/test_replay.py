"""Replay: the books, what a rule may know, and what it costs to know more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invopt.errors import TableError
from invopt.replay import (
    DefaultForecast,
    Opening,
    Shop,
    Situation,
    base_stock,
    cost_saving,
    lost_sales_projection,
    packed,
    perfect_foresight,
    play,
    seasonal_average,
    stock_at_fill_rate,
    summary,
    weeks_of_cover,
)


def shop(demand: list[list[float]] | np.ndarray, lead: int = 1, order_cost: float = 0.0) -> Shop:
    """A shop of units that cost 10, hold at 1 a period and lose 5."""
    rows = np.asarray(demand, np.float64)
    ones = np.ones(len(rows))
    return Shop(
        rows, 10 * ones, 5 * ones, ones, order_cost * ones, np.full(len(rows), lead), 0 * ones, ones,
        np.zeros(len(rows), np.int64),
    )  # fmt: skip


def noisy(size: int = 20, periods: int = 80, seed: int = 0) -> Shop:
    """SKUs of different speed with a common season."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(1.0, 4.0, size)[:, None] * (1 + 0.4 * np.sin(np.arange(periods) * 2 * np.pi / 52))
    return shop(rng.poisson(rate).astype(float), lead=2)


def test_the_books_of_three_periods() -> None:
    """Stock 4, one unit due next period; demand 3, 3, 3; five ordered at once, arriving a period later."""
    asked = []

    def rule(situation: Situation) -> np.ndarray:
        asked.append((situation.period, situation.stock.copy(), situation.due[:, 0].copy()))
        return np.array([5.0]) if situation.period == 1 else np.array([0.0])

    one = shop([[9, 3, 3, 3]])
    played = play(one, rule, 1, 4, opening=Opening(np.array([4.0]), np.array([[0.0, 1.0]])))
    assert [(p, s[0], d[0]) for p, s, d in asked] == [(1, 4.0, 1.0), (2, 7.0, 0.0), (3, 4.0, 0.0)]
    assert played.closing.tolist() == [[1.0, 4.0, 1.0]]
    assert played.short.sum() == 0
    assert played.receipts.tolist() == [[0.0, 6.0, 0.0]]
    costs = played.costs()
    assert costs["holding"].tolist() == [[1.0, 4.0, 1.0]]


def test_lost_sales_do_not_come_back_and_backorders_do() -> None:
    def once(situation: Situation) -> np.ndarray:
        return np.array([6.0]) if situation.period == 1 else np.array([0.0])

    one = shop([[0, 4, 4, 0]])
    lost = play(one, once, 1, 4, opening=Opening(np.array([1.0])))
    waits = play(one, once, 1, 4, opening=Opening(np.array([1.0])), shortage_rule="backorders")
    assert lost.short.tolist() == [[3.0, 0.0, 0.0]]
    assert lost.closing.tolist() == [[0.0, 2.0, 2.0]]
    assert waits.closing.tolist() == [[-3.0, -1.0, -1.0]]
    assert waits.short.tolist() == [[3.0, 1.0, 0.0]]


def test_orders_are_raised_to_minimum_and_packs_for_every_rule() -> None:
    assert packed(np.array([0.0, 1.0, 7.0]), np.full(3, 5.0), np.full(3, 4.0)).tolist() == [0.0, 8.0, 8.0]


def test_last_order_round() -> None:
    played = play(shop([[5.0] * 6]), lambda s: np.array([5.0]), 1, 6, last_order=2)
    assert (played.ordered > 0).sum() == 2


@pytest.mark.parametrize("name", ["cover", "base_stock", "projection"])
def test_poisoned_future_changes_nothing(name: str) -> None:
    """Every order up to a period is the same when all that comes after it is another world."""
    truth = noisy()
    poisoned = truth.demand.copy()
    poisoned[:, 70:] = 1000.0 - poisoned[:, 70:]

    def orders(world: Shop) -> np.ndarray:
        forecast = DefaultForecast(6)
        rule = {
            "cover": weeks_of_cover(2),
            "base_stock": base_stock(forecast),
            "projection": lost_sales_projection(forecast),
        }[name]
        return play(world, rule, 60, 80).ordered

    ours, theirs = orders(truth), orders(replace(truth, demand=poisoned))
    # The order of period 70 is placed before that period's demand.
    assert (ours[:, :11] == theirs[:, :11]).all()
    assert (ours[:, 11:] != theirs[:, 11:]).any()


def test_a_rule_cannot_reach_past_its_period() -> None:
    seen = []

    def nosy(situation: Situation) -> np.ndarray:
        seen.append((situation.period, situation.shop.demand.shape[1], situation.shop.demand.base is None))
        return np.zeros(situation.shop.size)

    play(noisy(), nosy, 60, 63)
    assert seen == [(60, 60, True), (61, 61, True), (62, 62, True)]


def test_foresight_loses_nothing_it_could_have_served_and_costs_least() -> None:
    truth = noisy()
    played = {
        "foresight": play(truth, perfect_foresight(truth), 50, 80, count_from=56),
        "projection": play(truth, lost_sales_projection(DefaultForecast(6)), 50, 80, count_from=56),
        "cover": play(truth, weeks_of_cover(1), 50, 80, count_from=56),
    }
    assert played["foresight"].fill_rate() == 1.0
    table = summary(played).set_index("rule")["total_cost"]
    assert table["foresight"] < table["projection"]
    assert table["foresight"] < table["cover"]


def test_saving_is_paired_and_its_interval_holds_the_share() -> None:
    truth = noisy(60)
    rng = np.random.default_rng(1)
    cheap = play(truth, weeks_of_cover(1), 50, 80, count_from=56)
    dear = play(truth, weeks_of_cover(20), 50, 80, count_from=56)
    saving = cost_saving(cheap, dear, rng)
    assert saving.low < saving.share < saving.high
    assert saving.share == pytest.approx(1 - cheap.total_cost().sum() / dear.total_cost().sum())
    assert cost_saving(cheap, cheap, rng).share == 0


def test_curve_is_read_between_its_points_only() -> None:
    truth = noisy()
    curve = [play(truth, weeks_of_cover(w), 50, 80, count_from=56) for w in (0, 2, 6)]
    middle = (curve[0].fill_rate() + curve[1].fill_rate()) / 2
    assert curve[0].stock_value() < stock_at_fill_rate(curve, middle) < curve[1].stock_value()
    assert np.isnan(stock_at_fill_rate(curve, 0.01))


def test_seasonal_average_repeats_last_years_season() -> None:
    """A common season of two halves, 1 and 3, over two years: the half to come is forecast as last year's."""
    year = np.repeat([1.0, 3.0], 26)
    world = shop(np.tile(year, (5, 2))[:, :104])
    assert seasonal_average(world, 20)[0, 3:].mean() == pytest.approx(1.0, abs=0.15)
    assert seasonal_average(world.until(78), 20)[0, 3:].mean() == pytest.approx(3.0, abs=0.4)


def test_impossible_windows_and_answers() -> None:
    with pytest.raises(TableError, match="do not lie"):
        play(noisy(), weeks_of_cover(1), 60, 99)
    with pytest.raises(TableError, match="finite"):
        play(noisy(), lambda s: np.full(s.shop.size, np.nan), 60, 62)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from(["lost_sales", "backorders"]), st.integers(0, 4))
def test_units_are_conserved(seed: int, shortage: str, lead: int) -> None:
    rng = np.random.default_rng(seed)
    world = replace(
        shop(rng.poisson(3.0, (8, 40)).astype(float), order_cost=4.0),
        lead_periods=np.full(8, lead),
        pack=np.full(8, 3.0),
    )
    opening = Opening(rng.poisson(6.0, 8).astype(float))
    played = play(world, lambda s: rng.poisson(3.0, 8).astype(float), 20, 40, opening=opening, shortage_rule=shortage)  # type: ignore[arg-type]
    served = played.demand.sum(axis=1) - (played.short.sum(axis=1) if shortage == "lost_sales" else 0)
    came = played.ordered[:, : 20 - lead].sum(axis=1) if lead else played.ordered.sum(axis=1)
    assert np.allclose(opening.stock + came - served, played.closing[:, -1])
    assert (played.ordered % 3 == 0).all()
