"""Whatever comes in gets a defined forecast within what its history can bear, or an error that names it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invopt.errors import ForecastError
from invopt.forecast import ALONE, DemandBlock, Pools, forecast_block
from invopt.forecast.decomposition import decomposition_forecast
from invopt.forecast.ets import ALL_FORMS, ets_block
from invopt.probability import sample_paths, sum_over_interval
from invopt.settings import Forecast

SETTINGS = Forecast()


def forecast_alone(demand, season_length=4, horizon=5, **fields):
    demand = np.atleast_2d(np.asarray(demand, dtype=float))
    block = DemandBlock(demand, np.full(len(demand), ALONE), horizon, season_length, **fields)
    return forecast_block(block, Pools.untaught(block), SETTINGS)


STRANGE = {
    "all unknown": np.full(40, np.nan),
    "all zero": np.zeros(40),
    "one observation": np.concatenate([np.full(39, np.nan), [6.0]]),
    "one sale long ago": np.concatenate([[6.0], np.zeros(39)]),
    "constant": np.full(40, 5.0),
    "huge": np.full(40, 1e12) * np.linspace(0.5, 1.5, 40),
    "tiny": np.full(40, 1e-9),
    "gaps": np.where(np.arange(40) % 3, np.nan, 4.0),
    "shorter than a season": np.array([3.0, 1.0, 2.0]),
    "one spike": np.where(np.arange(40) == 20, 1e6, 1.0),
    "growth that doubles": 2.0 ** np.arange(40),
    "collapse": np.concatenate([np.full(30, 100.0), np.zeros(10)]),
    "unknown at the end": np.concatenate([np.full(30, 7.0), np.full(10, np.nan)]),
    "season of zeros": np.tile([0.0, 0.0, 0.0, 9.0], 10),
}


@pytest.mark.parametrize("values", STRANGE.values(), ids=STRANGE)
def test_strange_histories_have_a_forecast_that_their_range_can_bear(values):
    forecast = forecast_alone(values)
    largest = max(np.nan_to_num(values).max(), 0.0)
    assert np.all(np.isfinite(forecast.mean))
    assert np.all((forecast.mean >= 0.0) & (forecast.mean <= SETTINGS.mean_ceiling * largest + 1e-12))
    total = sum_over_interval(forecast.distribution, 0, 5)
    quantile = [total.quantile(level)[0] for level in (0.1, 0.5, 0.9, 0.99)]
    assert np.all(np.isfinite(quantile))
    assert quantile == sorted(quantile)
    assert np.all(np.isfinite(sample_paths(np.random.default_rng(1), forecast.distribution, 3)))
    assert all(text[0] for text in (forecast.method, forecast.reason, forecast.demand_class))


@pytest.mark.parametrize("values", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("season_length", [1, 4])
def test_single_methods_bear_them_too(values, season_length):
    path, form = ets_block(values[None, :], season_length, 5, ALL_FORMS)
    assert (form[0] >= 0) == bool(np.all(np.isfinite(path)))
    if season_length > 1:
        path = decomposition_forecast(values[None, :], season_length, 5)
        assert np.all(np.isfinite(path)) or np.all(np.isnan(path))


@pytest.mark.parametrize(("value", "word"), [(np.inf, "infinite"), (-np.inf, "infinite"), (-3.0, "negative")])
def test_what_cannot_be_demand_is_refused_by_row(value, word):
    demand = np.ones((5, 12))
    demand[[1, 3], 7] = value
    with pytest.raises(ForecastError, match=f"2 series with {word} demand.*First rows: 1, 3"):
        DemandBlock(demand, np.zeros(5, dtype=np.int64), 4)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"period": "month"}, "'week' or 'day', found 'month'"),
        ({"season_length": 0}, "at least 1"),
        ({"horizon": 0}, "at least 1"),
        ({"censored": np.zeros((5, 3), dtype=bool)}, "censored has shape"),
        ({"event_lift": np.zeros((5, 16))}, "5 series with an event lift"),
    ],
)
def test_a_block_that_does_not_fit_together_is_refused(fields, message):
    fields = {"horizon": 4} | fields
    with pytest.raises(ForecastError, match=message):
        DemandBlock(np.ones((5, 12)), np.zeros(5, dtype=np.int64), **fields)


def test_whole_numbers_of_another_type_are_refused():
    with pytest.raises(ForecastError, match="float64"):
        DemandBlock(np.ones((2, 5), dtype=np.int64), np.zeros(2, dtype=np.int64), 4)


histories = st.lists(
    st.one_of(st.just(np.nan), st.just(0.0), st.integers(0, 60).map(float), st.floats(0.0, 1e9)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=50, deadline=None)
@given(values=histories, season_length=st.sampled_from([1, 4, 7]))
def test_no_history_makes_a_forecast_leave_its_range(values, season_length):
    forecast = forecast_alone(values, season_length)
    top = SETTINGS.mean_ceiling * np.nan_to_num(np.array(values)).max()
    assert np.all((forecast.mean >= 0.0) & (forecast.mean <= top * (1 + 1e-12)))


@settings(max_examples=30, deadline=None)
@given(values=histories, power=st.integers(-8, 20))
def test_another_unit_changes_the_unit_of_the_forecast_alone(values, power):
    """Powers of two scale exactly; below a billionth of a unit the floors against division by zero bite."""
    values = np.where(np.array(values) < 1e-3, 0.0, np.array(values))
    plain, scaled = forecast_alone(values), forecast_alone(values * 2.0**power)
    np.testing.assert_allclose(scaled.mean, plain.mean * 2.0**power, rtol=1e-9, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.lists(st.integers(0, 30), min_size=24, max_size=24), min_size=2, max_size=6), data=st.data())
def test_company_and_order_change_no_bit(rows, data):
    demand = np.array(rows, dtype=float)
    order = np.array(data.draw(st.permutations(range(len(demand)))))
    cut = data.draw(st.integers(1, len(demand) - 1))
    whole = forecast_alone(demand).mean
    np.testing.assert_array_equal(forecast_alone(demand[order]).mean, whole[order])
    np.testing.assert_array_equal(
        np.vstack([forecast_alone(demand[:cut]).mean, forecast_alone(demand[cut:]).mean]), whole
    )
