"""Theta against statsmodels, and dynamic Theta against plain Python written from its paper."""

import numpy as np
import pytest

from invopt.forecast.dynamic_theta import LANES, QUICKEST_ALPHA, dynamic_theta
from invopt.forecast.level import ALPHAS, PRIOR_SHARE, SLOWEST_ALPHA, _gather, _line, smooth


@pytest.fixture
def series():
    """A hundred and fifty periods of a drifting level: so long that how smoothing started is forgotten."""
    rng = np.random.default_rng(11)
    return 40 + 0.3 * np.arange(150) + np.cumsum(rng.normal(0, 1, 150)) + rng.normal(0, 3, 150)


def test_theta_at_fixed_parameters_is_that_of_statsmodels(series):
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fit = ThetaModel(series, deseasonalize=False, use_test=False, method="auto").fit(use_mle=False)
    slope, _ = _line(series)
    assert slope == pytest.approx(fit.params["b0"], rel=1e-8)
    alpha = float(fit.params["alpha"])
    sums = np.empty((ALPHAS, 9))
    _gather(series, slope, np.full(ALPHAS, alpha), sums)
    level, lag, w = sums[0, 6], sums[0, 8], 0.5  # theta = 2
    ours = level + w * (lag + slope * np.arange(6))
    np.testing.assert_allclose(ours, fit.forecast(6, theta=2.0), rtol=1e-8)


def test_fitted_theta_is_near_that_of_statsmodels(series):
    """Within 2%: the share of the line is fitted here and one half there."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    expected = ThetaModel(series, deseasonalize=False, use_test=False).fit().forecast(6, theta=2.0)
    _, _, level, first, step = smooth(series)
    np.testing.assert_allclose(level + first + step * np.arange(6), expected, rtol=0.02)


def one_by_one(y, alpha, level, w, horizon):
    """Dynamic Theta by the paper's recursions: (squared one-step errors, forecasts)."""
    errors, forecasts = [], []
    mean, intercept, slope = 0.0, 0.0, 0.0
    for t in range(1, y.size + horizon + 1):
        lag = (1 - alpha) ** (t - 1) * intercept + (1 - (1 - alpha) ** t) / alpha * slope
        mu = level + w * lag
        if t > y.size:
            forecasts.append(mu)
            value = mu
        else:
            value = y[t - 1]
            errors.append((value - mu) ** 2)
        level = alpha * value + (1 - alpha) * level
        before = mean
        mean = ((t - 1) * mean + value) / t
        slope = 0.0 if t == 1 else ((t - 2) * slope + 6.0 / t * (value - before)) / (t + 1)
        intercept = mean - (t + 1) / 2 * slope
    return np.array(errors), np.array(forecasts)


def test_dynamic_theta_is_the_best_of_its_candidates_by_the_papers_recursion():
    rng = np.random.default_rng(4)
    y = 20 + 0.4 * np.arange(60) + rng.normal(0, 2, 60)
    best = (np.inf, np.empty(0))
    for k in range(LANES):
        alpha = SLOWEST_ALPHA + (QUICKEST_ALPHA - SLOWEST_ALPHA) * (k / (LANES - 1)) ** 2
        base = np.sqrt(one_by_one(y, alpha, 0.0, 0.0, 0)[0])
        # Errors are linear in first level and w: take them apart by finite steps of one.
        signed = [residuals(y, alpha, *at) for at in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))]
        np.testing.assert_allclose(np.abs(signed[0]), base)
        by_level, by_w = signed[0] - signed[1], signed[0] - signed[2]
        cc, cd, dd = by_level @ by_level, by_level @ by_w, by_w @ by_w
        cr, dr = by_level @ signed[0], by_w @ signed[0]
        prior = PRIOR_SHARE * dd
        w = np.clip((dr - cd * cr / cc + 0.5 * prior) / (dd - cd * cd / cc + prior), 0, 1)
        level = (cr - w * cd) / cc
        errors, path = one_by_one(y, alpha, level, w, 5)
        if errors.sum() < best[0]:
            best = (errors.sum(), path)
    path = np.empty(5)
    dynamic_theta(y, path)
    np.testing.assert_allclose(path, best[1], rtol=1e-8)


def residuals(y, alpha, level, w):
    """Signed one-step errors of the recursion."""
    out, mean, intercept, slope = [], 0.0, 0.0, 0.0
    for t, value in enumerate(y, start=1):
        lag = (1 - alpha) ** (t - 1) * intercept + (1 - (1 - alpha) ** t) / alpha * slope
        out.append(value - level - w * lag)
        level = alpha * value + (1 - alpha) * level
        before, mean = mean, ((t - 1) * mean + value) / t
        slope = 0.0 if t == 1 else ((t - 2) * slope + 6.0 / t * (value - before)) / (t + 1)
        intercept = mean - (t + 1) / 2 * slope
    return np.array(out)


def test_dynamic_theta_steps_over_gaps_and_abstains_on_too_little():
    y = 5.0 + 2.0 * np.arange(40)
    holed = y.copy()
    holed[[3, 9, 10, 25, 38]] = np.nan
    whole, gappy, few = np.empty(4), np.empty(4), np.empty(4)
    dynamic_theta(y, whole)
    dynamic_theta(holed, gappy)
    dynamic_theta(y[:5], few)
    np.testing.assert_allclose(whole, 5.0 + 2.0 * np.arange(40, 44), rtol=0.05)
    np.testing.assert_allclose(gappy, whole, rtol=0.03)
    assert np.all(np.isnan(few))
