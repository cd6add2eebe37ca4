"""Sums over intervals: their moments against the equation written out, and against their own sample paths."""

import numpy as np
import pytest

from invopt.probability import DemandDistribution, sample_paths, sum_over_interval


@pytest.fixture
def three():
    """A wild mover, a Poisson with an uncertain level, one sold by weight; means rise over the horizon."""
    mean = np.linspace(1.0, 12.0, 30).reshape(3, 10)
    return DemandDistribution(
        mean, np.array([1.0, 1.0, 0.0]), np.array([0.3, 0.0, 0.4]), np.array([0.1, 0.05, 0.02]),
        np.array([0.02, 0.0, 0.03]),
    )  # fmt: skip


def written_out(d, row, start, stop):
    """Var S as the double sum over periods of the covariances in the module's first paragraph."""
    t = np.arange(start, stop)
    mu = d.mean[row, t]
    level = d.level_variance[row] + d.level_growth[row] * np.minimum.outer(t + 1, t + 1)
    own = d.unit[row] * mu + d.dispersion[row] * mu**2 * (1 + np.diag(level))
    return own.sum() + mu @ level @ mu


def test_variance_is_the_sum_of_all_covariances(three):
    total = sum_over_interval(three, 2, 9)
    expected = [written_out(three, row, 2, 9) for row in range(3)]
    np.testing.assert_allclose(total.mean, three.mean[:, 2:9].sum(axis=1))
    # Wandering before the interval moves it as a whole: periods 1 and 2 count in min(s, t).
    np.testing.assert_allclose(total.variance, expected, rtol=1e-12)


def test_paths_have_the_moments_and_quantiles_of_the_sum(three):
    total = sum_over_interval(three, 0, 6)
    sums = sample_paths(np.random.default_rng(3), three, paths=40_000).sum(axis=2, where=np.arange(10) < 6)
    np.testing.assert_allclose(sums.mean(axis=1), total.mean, rtol=0.02)
    np.testing.assert_allclose(sums.var(axis=1), total.variance, rtol=0.06)
    np.testing.assert_allclose(np.quantile(sums, 0.95, axis=1), total.quantile(0.95), rtol=0.05)


def test_half_a_period_has_half_its_mean_and_half_its_noise():
    one = np.ones(1)
    noisy = DemandDistribution(np.full((1, 2), 8.0), one, 0.5 * one, 0 * one, 0 * one)
    half, whole = sum_over_interval(noisy, 0, 0.5), sum_over_interval(noisy, 0, 1)
    assert half.mean[0] == pytest.approx(whole.mean[0] / 2)
    assert half.variance[0] == pytest.approx(whole.variance[0] / 2)


def test_units_short_fall_from_the_mean_to_nothing(three):
    total = sum_over_interval(three, 0, 10)
    np.testing.assert_allclose(total.expected_short(0.0), total.mean)
    assert np.all(total.expected_short(1e4) < 1e-6)


def test_an_interval_that_ends_before_it_begins_is_refused(three):
    with pytest.raises(ValueError, match="start <= stop"):
        sum_over_interval(three, 3, 2)
