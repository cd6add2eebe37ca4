"""What series share: seasons that are none stay flat, good voices gain weight, distributions cover what comes."""

import numpy as np
import pytest

from invopt.forecast import DemandBlock, estimate_pools, forecast_block
from invopt.forecast.combination import equal_weights, learnt_weights
from invopt.forecast.voices import ETS, IMAPA, LONG, VOICES
from invopt.probability import coverage, randomised_pit, sum_over_interval
from invopt.settings import Forecast


def test_a_drift_that_all_series_share_is_no_yearly_season():
    """Three years of a common random walk: whatever harmonics fit it, its years do not agree on them."""
    rng = np.random.default_rng(3)
    walk = np.exp(np.cumsum(rng.normal(0.0, 0.02, 160)))
    block = DemandBlock(rng.poisson(20.0 * walk, (80, 160)).astype(float), np.zeros(80, dtype=np.int64), horizon=8)
    cycle = estimate_pools([block], Forecast()).seasons.cycle[0]
    assert np.abs(cycle - 1.0).max() < 0.12


def test_the_voice_that_was_right_gains_weight_and_no_other_way_round():
    rng = np.random.default_rng(5)
    actual = rng.normal(100.0, 10.0, (400, 6))
    path = actual[:, None, :] + rng.normal(0.0, 8.0, (400, len(VOICES), 6))
    path[:, LONG] = actual + rng.normal(0.0, 1.0, (400, 6))
    scale, pattern = np.full(400, 100.0), np.zeros(400, dtype=np.int64)
    weights = learnt_weights(path, actual, scale, pattern, prior_series=0.0)
    # Independent errors of variance 1 and 64 are best weighed by the inverse (Bates & Granger 1969).
    others = np.count_nonzero(equal_weights()[0]) - 1
    assert weights[0, LONG] == pytest.approx(1.0 / (1.0 + others / 64.0), abs=0.02)
    assert weights[0].sum() == pytest.approx(1.0)
    assert weights[0, IMAPA] == 0.0  # no voice for demand without gaps
    np.testing.assert_array_equal(weights[3], equal_weights()[3])  # a pattern never seen keeps the assumption
    drawn_back = learnt_weights(path, actual, scale, pattern, prior_series=1e9)
    assert drawn_back[0, ETS] == pytest.approx(equal_weights()[0, ETS], abs=1e-4)


def test_periods_not_to_be_scored_do_not_move_the_weights():
    rng = np.random.default_rng(6)
    actual = rng.normal(50.0, 5.0, (100, 4))
    path = actual[:, None, :] + rng.normal(0.0, 3.0, (100, len(VOICES), 4))
    hidden, absurd = actual.copy(), path.copy()
    hidden[:, 3] = np.nan
    absurd[:, :, 3] += 1e6 * np.arange(len(VOICES))[None, :]
    scale, pattern = np.full(100, 25.0), np.zeros(100, dtype=np.int64)
    np.testing.assert_allclose(
        learnt_weights(absurd, hidden, scale, pattern, 10.0), learnt_weights(path, hidden, scale, pattern, 10.0)
    )


def test_nine_in_ten_sums_stay_below_the_ninety_per_cent_quantile():
    """Three hundred slow and quick series of known kind; coverage by randomised PIT within its own error."""
    rng = np.random.default_rng(8)
    level = 10.0 ** rng.uniform(-0.8, 1.5, 300)
    demand = rng.poisson(level[:, None] * rng.gamma(2.0, 0.5, (300, 112))).astype(float)
    block = DemandBlock(demand[:, :104], np.zeros(300, dtype=np.int64), horizon=8)
    settings = Forecast()
    forecast = forecast_block(block, estimate_pools([block], settings), settings)
    total = sum_over_interval(forecast.distribution, 0, 8)
    came = demand[:, 104:].sum(axis=1)
    pit = randomised_pit(total.cdf(came - 1), total.cdf(came), rng.random(300))
    for level_asked in (0.5, 0.9, 0.95):
        share, error = coverage(pit, level_asked, np.arange(300))
        assert abs(share - level_asked) < 0.02 + 2.5 * max(error, 0.01)


def test_a_weekly_and_a_yearly_season_are_found_together():
    """Three years of days: Saturdays sell double, July half as much again as January."""
    t = np.arange(3 * 365)
    weekday = np.array([0.8, 0.8, 0.8, 0.9, 1.0, 1.7, 1.0])
    yearly = 1.0 - 0.4 * np.cos(2 * np.pi * t / 365)
    demand = np.random.default_rng(12).poisson(30.0 * weekday[t % 7] * yearly, (20, t.size)).astype(float)
    block = DemandBlock(demand, np.zeros(20, dtype=np.int64), horizon=28, season_length=7, period="day", yearly_phase=0)
    seasons = estimate_pools([block], Forecast()).seasons
    np.testing.assert_allclose(seasons.cycle[0], weekday / weekday.mean(), atol=0.03)
    np.testing.assert_allclose(seasons.yearly[0], yearly[:365], atol=0.08)
