"""The whole forecast: bad input, parts that add up, and answers that no neighbour changes."""

import dataclasses

import numpy as np
import pytest

from invopt.errors import ForecastError
from invopt.forecast import DemandBlock, Pools, estimate_pools, forecast_block
from invopt.probability import sum_over_interval
from invopt.settings import Forecast

SETTINGS = Forecast()


@pytest.fixture(scope="module")
def shop():
    """Sixty weekly series of two groups with a shared season: quick, slow and gappy ones, some with holes."""
    rng = np.random.default_rng(1)
    t = np.arange(130)
    season = np.stack([1 + 0.4 * np.sin(2 * np.pi * t / 52), 1 - 0.4 * np.sin(2 * np.pi * t / 52)])
    group = np.arange(60) % 2
    level = 10.0 ** rng.uniform(-0.7, 1.7, 60)
    demand = rng.poisson(level[:, None] * season[group]).astype(float)
    demand[5, 40:50] = np.nan
    return DemandBlock(demand, group.astype(np.int64), horizon=13)


@pytest.fixture(scope="module")
def pools(shop):
    return estimate_pools([shop], SETTINGS)


def test_parts_add_up_and_stay_in_range(shop, pools):
    forecast = forecast_block(shop, pools, SETTINGS)
    parts = forecast.level + forecast.trend + forecast.season + forecast.events
    np.testing.assert_allclose(parts, forecast.mean, rtol=1e-12)
    assert np.all(forecast.mean >= 0.0)
    largest = np.nanmax(shop.demand, axis=1, keepdims=True)
    assert np.all(forecast.mean <= SETTINGS.mean_ceiling * largest)


def test_cutting_the_block_changes_no_bit(shop, pools):
    whole = forecast_block(shop, pools, SETTINGS)
    for rows in (slice(0, 17), slice(17, 60)):
        part = forecast_block(shop.rows(rows), pools, SETTINGS)
        np.testing.assert_array_equal(part.mean, whole.mean[rows])
        np.testing.assert_array_equal(part.distribution.dispersion, whole.distribution.dispersion[rows])
        np.testing.assert_array_equal(part.method, whole.method[rows])


def test_pools_do_not_depend_on_how_series_are_cut_into_blocks(shop, pools):
    cut = estimate_pools([shop.rows(slice(0, 23)), shop.rows(slice(23, 60))], SETTINGS)
    np.testing.assert_array_equal(cut.seasons.cycle, pools.seasons.cycle)
    np.testing.assert_array_equal(cut.weights, pools.weights)
    for field in dataclasses.fields(pools.calibration):
        np.testing.assert_array_equal(getattr(cut.calibration, field.name), getattr(pools.calibration, field.name))


def test_order_of_series_does_not_matter(shop, pools):
    order = np.random.default_rng(0).permutation(60)
    shuffled = forecast_block(shop.rows(order), pools, SETTINGS)
    np.testing.assert_array_equal(shuffled.mean, forecast_block(shop, pools, SETTINGS).mean[order])


def test_a_thousand_times_the_demand_is_a_thousand_times_the_mean(shop, pools):
    large = DemandBlock(shop.demand * 1024.0, shop.group, horizon=13)
    np.testing.assert_allclose(
        forecast_block(large, pools, SETTINGS).mean,
        1024.0 * forecast_block(shop, pools, SETTINGS).mean,
        rtol=1e-9,
    )


def test_pooled_season_is_recovered(pools):
    t = np.arange(52)
    np.testing.assert_allclose(pools.seasons.cycle[0], 1 + 0.4 * np.sin(2 * np.pi * t / 52), atol=0.15)
    np.testing.assert_allclose(pools.seasons.cycle[1], 1 - 0.4 * np.sin(2 * np.pi * t / 52), atol=0.15)
    np.testing.assert_array_equal(pools.seasons.cycle[2], np.ones(52))


def one(values, **fields):
    return DemandBlock(np.array([values], dtype=float), np.array([-1]), horizon=4, **fields)


@pytest.mark.parametrize(
    ("values", "season", "mean"),
    [
        ([np.nan] * 30, 1, 0.0),
        ([0.0] * 60, 1, 0.0),
        ([7.0], 1, 7.0),
        ([3.0] * 40, 1, 3.0),
        ([3.0] * 40, 52, 3.0),
        ([1e12] * 40, 1, 1e12),
        ([np.nan] * 20 + [5.0] * 2, 1, 5.0),
        ([4.0, np.nan, 4.0] * 12, 1, 4.0),
    ],
    ids=["all unknown", "all zero", "one", "constant", "shorter than a season", "huge", "two known", "gaps"],
)
def test_odd_histories_have_a_defined_forecast(values, season, mean):
    block = one(values, season_length=season)
    forecast = forecast_block(block, Pools.untaught(block), SETTINGS)
    np.testing.assert_allclose(forecast.mean, mean, rtol=1e-6)
    total = sum_over_interval(forecast.distribution, 0, 4)
    assert np.all(np.isfinite(total.quantile(0.95)))
    assert forecast.method[0]
    assert forecast.reason[0]


@pytest.mark.parametrize(("value", "word"), [(np.inf, "infinite"), (-1.0, "negative")])
def test_impossible_demand_names_its_row(value, word):
    demand = np.ones((3, 20))
    demand[2, 4] = value
    with pytest.raises(ForecastError, match=f"{word}.*First rows: 2"):
        DemandBlock(demand, np.zeros(3, dtype=np.int64), horizon=4)


def test_a_spike_cannot_carry_the_mean_beyond_the_ceiling():
    values = np.concatenate([np.full(20, 1.0), 2.0 ** np.arange(10)])
    block = DemandBlock(values[None, :], np.array([-1]), horizon=52, season_length=1)
    assert forecast_block(block, Pools.untaught(block), SETTINGS).mean.max() <= 3.0 * 512.0


def test_a_dormant_series_gets_zero_and_says_so():
    block = one([5.0] * 20 + [0.0] * 60, season_length=1)
    forecast = forecast_block(block, Pools.untaught(block), SETTINGS, dormant_after_periods=52)
    assert forecast.demand_class[0] == "dormant"
    assert forecast.method[0] == "zero"
    assert np.all(forecast.mean == 0.0)


def test_a_newcomer_takes_the_typical_level_of_its_group(shop, pools):
    empty = DemandBlock(np.full((1, 130), np.nan), np.array([0]), horizon=13)
    forecast = forecast_block(empty, pools, SETTINGS)
    assert forecast.method[0] == "typical level of the group"
    assert forecast.mean.mean() == pytest.approx(pools.seasons.newcomer[0], rel=0.4)


def test_lower_bounds_lift_the_forecast_and_raise_no_alarm_elsewhere():
    rng = np.random.default_rng(4)
    demand = rng.poisson(20.0, (1, 80)).astype(float)
    stock = 18.0
    sold = np.minimum(demand, stock)
    bound = demand > stock
    mean = {}
    for name, censored in (("bounds", bound), ("sales", None)):
        block = DemandBlock(sold, np.array([-1]), horizon=4, season_length=1, censored=censored)
        mean[name] = forecast_block(block, Pools.untaught(block), SETTINGS).mean.mean()
    assert mean["sales"] < 18.0
    assert abs(mean["bounds"] - 20.0) < 0.5 * abs(mean["sales"] - 20.0)


def test_events_are_their_own_part():
    lift = np.ones((1, 44))
    lift[0, 40:42] = 2.0
    block = one([10.0] * 40, season_length=1, event_lift=lift)
    forecast = forecast_block(block, Pools.untaught(block), SETTINGS)
    np.testing.assert_allclose(forecast.mean, [[20.0, 20.0, 10.0, 10.0]], rtol=1e-9)
    np.testing.assert_allclose(forecast.events, [[10.0, 10.0, 0.0, 0.0]], rtol=1e-9)


def test_a_group_the_pools_do_not_hold_is_an_error(shop, pools):
    stranger = DemandBlock(shop.demand[:1], np.array([9]), horizon=13)
    with pytest.raises(ForecastError, match="groups that the pools do not hold"):
        forecast_block(stranger, pools, SETTINGS)
