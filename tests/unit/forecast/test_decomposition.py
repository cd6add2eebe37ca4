"""The compiled decomposition against statsmodels' STL, and what it does with unknown periods."""

import numpy as np
import pytest

from invopt.errors import ForecastError
from invopt.forecast.decomposition import decompose_block, decomposition_forecast


def seasonal(season_length, periods, seed=3):
    rng = np.random.default_rng(seed)
    t = np.arange(periods)
    return 50 + 0.1 * t + 9 * np.sin(2 * np.pi * t / season_length) + rng.normal(0, 2, periods)


@pytest.mark.parametrize(("season_length", "periods"), [(4, 30), (7, 100), (12, 61), (24, 120), (52, 156), (52, 104)])
def test_trend_and_season_are_those_of_statsmodels(season_length, periods):
    from statsmodels.tsa.seasonal import STL

    y = seasonal(season_length, periods)
    reference = STL(y, period=season_length).fit()
    trend, season = decompose_block(y[None, :], season_length)
    np.testing.assert_allclose(trend[0], reference.trend, atol=1e-8)
    np.testing.assert_allclose(season[0], reference.seasonal, atol=1e-8)


def test_unknown_periods_are_bridged_and_hardly_move_the_rest():
    y = seasonal(12, 96)
    gaps = y.copy()
    gaps[[5, 17, 29, 40, 41, 42, 70]] = np.nan
    whole, gappy = decompose_block(y[None, :], 12), decompose_block(gaps[None, :], 12)
    assert np.all(np.isfinite(gappy[0]))
    assert np.all(np.isfinite(gappy[1]))
    np.testing.assert_allclose(gappy[0] + gappy[1], whole[0] + whole[1], atol=4.0)


def test_a_position_of_the_season_that_is_never_known_is_still_defined():
    y = seasonal(7, 70)
    y[3::7] = np.nan
    trend, season = decompose_block(y[None, :], 7)
    assert np.all(np.isfinite(trend + season))


def test_too_short_a_history_abstains_and_no_season_is_an_error():
    trend, _ = decompose_block(np.ones((1, 7)), 4)
    assert np.all(np.isnan(trend))
    assert np.all(np.isnan(decomposition_forecast(np.ones((1, 7)), 4, 3)))
    with pytest.raises(ForecastError, match="at least 2"):
        decompose_block(np.ones((1, 7)), 1)


def test_the_forecast_repeats_the_season_on_the_level():
    t = np.arange(72)
    y = 100 + 20 * np.cos(2 * np.pi * t / 12)
    ahead = np.arange(72, 84)
    path = decomposition_forecast(y[None, :], 12, 12)
    np.testing.assert_allclose(path[0], 100 + 20 * np.cos(2 * np.pi * ahead / 12), atol=0.5)
