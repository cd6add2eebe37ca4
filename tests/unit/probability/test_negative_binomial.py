"""Compiled counts against scipy's, which is slow and right."""

import numpy as np
import pytest
from scipy import stats

from invopt.probability import (
    gamma_cdf,
    gamma_expected_short,
    gamma_quantile,
    mean_beyond,
    negative_binomial_cdf,
    negative_binomial_expected_short,
    negative_binomial_quantile,
)


@pytest.fixture
def cases():
    """Means from a thousandth to thousands of units, dispersions from steady to wild, all levels."""
    rng = np.random.default_rng(11)
    mean = 10.0 ** rng.uniform(-3, 3.3, 5000)
    return mean, 10.0 ** rng.uniform(-3, 1, 5000), rng.uniform(0.001, 0.9995, 5000)


def test_quantiles_are_those_of_scipy_to_the_unit(cases):
    mean, k, level = cases
    expected = stats.nbinom.ppf(level, 1 / k, 1 / (1 + k * mean))
    exact = negative_binomial_quantile(level, mean, k)
    narrow = mean + k * mean**2 < 2000.0**2
    np.testing.assert_array_equal(exact[narrow], expected[narrow])
    # Beyond that the gamma of equal moments stands in: within a thousandth of the spread.
    spread = np.sqrt(mean + k * mean**2)
    assert np.abs(exact - expected)[~narrow].max(initial=0.0) < 0.01 * spread[~narrow].max(initial=1.0)


def test_cdf_is_that_of_scipy(cases):
    mean, k, _ = cases
    count = np.floor(mean * 1.7)
    narrow = mean + k * mean**2 < 2000.0**2
    expected = stats.nbinom.cdf(count, 1 / k, 1 / (1 + k * mean))
    np.testing.assert_allclose(negative_binomial_cdf(count, mean, k)[narrow], expected[narrow], atol=1e-10)


def test_no_dispersion_is_poisson():
    level = np.array([0.1, 0.5, 0.9, 0.999])
    for mean in (0.2, 5.0, 150.0, 30_000.0):
        np.testing.assert_array_equal(negative_binomial_quantile(level, mean, 0.0), stats.poisson.ppf(level, mean))


@pytest.mark.parametrize("stock", [0.0, 0.5, 3.0, 7.25, 40.0])
def test_units_short_are_the_sum_over_the_tail(stock):
    mean, k = 6.0, 0.7
    x = np.arange(3000)
    expected = np.sum(np.maximum(x - stock, 0.0) * stats.nbinom.pmf(x, 1 / k, 1 / (1 + k * mean)))
    assert float(negative_binomial_expected_short(stock, mean, k)) == pytest.approx(expected, abs=1e-10)


def test_more_stock_is_never_more_short_even_where_the_stand_in_takes_over():
    stock = np.linspace(0.0, 3e5, 400)
    short = negative_binomial_expected_short(stock, 50_000.0, 0.4)
    assert np.all(np.diff(short) <= 1e-9)
    assert short[0] == 50_000.0


def test_gamma_is_scipys(cases):
    mean, k, level = cases
    law = stats.gamma(1 / k, scale=mean * k)
    np.testing.assert_allclose(gamma_quantile(level, mean, k), law.ppf(level), rtol=1e-8)
    value = mean * 1.3
    np.testing.assert_allclose(gamma_cdf(value, mean, k), law.cdf(value), atol=1e-11)
    expected = mean * stats.gamma.sf(value, 1 / k + 1, scale=mean * k) - value * law.sf(value)
    np.testing.assert_allclose(gamma_expected_short(value, mean, k), expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("probability", "mean", "k"), [(1.5, 1, 1), (0.5, -1, 1), (0.5, 1, -1), (np.nan, 1, 1)])
def test_nonsense_gives_nan_not_a_number(probability, mean, k):
    assert np.isnan(negative_binomial_quantile(probability, mean, k))


def test_what_is_not_known_has_no_probability():
    for distribution in (negative_binomial_cdf, gamma_cdf, gamma_expected_short, negative_binomial_expected_short):
        assert np.isnan(distribution(np.nan, 2.0, 0.5))


def test_mean_beyond_a_bound_is_that_of_the_truncated_normal():
    bound = np.array([-3.0, 0.0, 1.0, 4.0, 60.0])
    expected = stats.truncnorm.mean(bound, np.inf)
    np.testing.assert_allclose(mean_beyond(0.0, 1.0, bound), expected, rtol=1e-4)
