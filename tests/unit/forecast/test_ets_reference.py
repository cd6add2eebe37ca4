"""The compiled recursions against statsmodels', with the same parameters and the same first states."""

import numpy as np
import pytest

from invopt.forecast.ets import ALL_FORMS, FORM_NAMES, ets_block
from invopt.forecast.ets.fit import ets_project, ets_states
from invopt.forecast.ets.scan import DAMPED, LANES, MULTIPLICATIVE, SEASONAL, TRENDED, new_lanes, scan

ALPHA, BETA, GAMMA, PHI, LEVEL, TREND = 0.31, 0.07, 0.12, 0.93, 9.5, 0.21
SEASON = 4


@pytest.fixture
def series():
    """Forty periods with level, trend and a season of four, far enough from zero for every form."""
    rng = np.random.default_rng(7)
    t = np.arange(40)
    return (10 + 0.1 * t) * np.array([1.2, 0.9, 0.8, 1.1])[t % 4] + rng.normal(0, 0.4, 40)


def first_season(form):
    if not form & SEASONAL:
        return np.zeros(SEASON)
    return np.array([1.15, 0.95, 0.85, 1.05]) if form & MULTIPLICATIVE else np.array([1.5, -0.5, -1.6, 0.6])


def gamma_of(form):
    """statsmodels updates a multiplicative season by y / l', the book by s (1 + gamma e): one at gamma 0."""
    return 0.0 if form & SEASONAL and form & MULTIPLICATIVE else GAMMA


def recursion_of(number):
    """(form, phi) of a number of FORM_NAMES: undamped trends are the damped ones at phi = 1."""
    return (number, PHI) if number < DAMPED else (2 * (number - DAMPED) + TRENDED, 1.0)


def reference(series, number):
    """statsmodels' fit object at the fixed parameters: (log-likelihood, forecast of six periods)."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    form, phi = recursion_of(number)
    multiplicative, trended, seasonal = (bool(form & part) for part in (MULTIPLICATIVE, TRENDED, SEASONAL))
    model = ETSModel(
        series,
        error="mul" if multiplicative else "add",
        trend="add" if trended else None,
        damped_trend=trended and phi < 1.0,
        seasonal=("mul" if multiplicative else "add") if seasonal else None,
        seasonal_periods=SEASON if seasonal else None,
    )
    values = {"smoothing_level": ALPHA, "initial_level": LEVEL}
    if trended:
        values |= {"smoothing_trend": BETA, "damping_trend": phi, "initial_trend": TREND}
    if seasonal:
        values["smoothing_seasonal"] = gamma_of(form)
        values |= {f"initial_seasonal.{j}": value for j, value in enumerate(first_season(form)[::-1])}
    fit = model.smooth([values[name] for name in model.param_names])
    return fit.llf, fit.forecast(6)


@pytest.mark.parametrize("number", range(12), ids=FORM_NAMES)
def test_likelihood_and_forecast_are_those_of_statsmodels(series, number):
    form, phi = recursion_of(number)
    season = first_season(form)
    level, trend, criterion = ets_states(form, series, ALPHA, BETA, gamma_of(form), phi, LEVEL, TREND, season)
    base, path = np.empty(6), np.empty(6)
    ets_project(form, series.size, phi, level, trend, season, base, path)
    log_likelihood, forecast = reference(series, number)
    n = series.size
    # Concentrating the variance out: -2 log L = n log(sum e² / n) + n (1 + log 2 pi) + 2 sum log |f|.
    ours = -0.5 * (criterion - n * np.log(n) + n * (1.0 + np.log(2.0 * np.pi)))
    assert ours == pytest.approx(log_likelihood, abs=1e-8)
    np.testing.assert_allclose(path, forecast, rtol=1e-8)


def test_multiplicative_season_follows_the_book(series):
    """ETS(M,Ad,M) written out as in Hyndman et al. (2008), table 2.3."""
    season = list(first_season(7))
    level, trend = LEVEL, TREND
    for t, y in enumerate(series):
        base = level + PHI * trend
        error = y / (base * season[t % SEASON]) - 1.0
        level, trend = base * (1 + ALPHA * error), PHI * trend + BETA * base * error
        season[t % SEASON] *= 1 + GAMMA * error
    ours = first_season(7)
    last = ets_states(7, series, ALPHA, BETA, GAMMA, PHI, LEVEL, TREND, ours)
    np.testing.assert_allclose([*last[:2], *ours], [level, trend, *season], rtol=1e-12)


@pytest.mark.parametrize("form", range(8), ids=FORM_NAMES[:8])
def test_each_lane_finds_the_criterion_of_a_single_pass(series, form):
    series = series / series.mean()
    series[5], series[17] = np.nan, np.nan
    lanes, criterion = new_lanes(SEASON), np.empty(LANES)
    season = first_season(form) if form & MULTIPLICATIVE else first_season(form) / 10
    alphas = np.linspace(0.05, 0.9, LANES)
    lanes.alpha[:], lanes.beta[:], lanes.gamma[:], lanes.phi[:] = alphas, BETA, 0.05, PHI
    lanes.level[:], lanes.trend[:], lanes.season[:] = 0.95, 0.01, season[:, None]
    scan(form, series.astype(np.float32), SEASON, lanes, criterion)
    for k in range(LANES):
        _, _, alone = ets_states(form, series, alphas[k], BETA, 0.05, PHI, 0.95, 0.01, season.copy())
        assert criterion[k] == pytest.approx(alone, abs=0.01)  # the search runs in single precision


def test_fitted_likelihood_is_near_statsmodels_optimum(series):
    """The search fixes the first season; on a clean series the forecasts nearly agree."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    path, form = ets_block(series[None, :], SEASON, 8)
    best = ETSModel(series, error="mul", trend="add", damped_trend=True, seasonal="mul", seasonal_periods=4)
    expected = best.fit(disp=False).forecast(8)
    assert form[0] & SEASONAL
    np.testing.assert_allclose(path[0], expected, rtol=0.05)


def test_unknown_periods_are_stepped_over_not_taken_for_zero():
    rng = np.random.default_rng(2)
    full = 20 + 5 * np.sin(2 * np.pi * np.arange(96) / 12) + rng.normal(0, 0.5, 96)
    gaps = full.copy()
    gaps[rng.choice(96, 20, replace=False)] = np.nan
    whole, _ = ets_block(full[None, :], 12, 12)
    gappy, _ = ets_block(gaps[None, :], 12, 12)
    np.testing.assert_allclose(gappy, whole, rtol=0.06)


def test_an_undamped_trend_is_found_where_growth_never_slows():
    y = 10.0 + 0.5 * np.arange(60) + np.random.default_rng(9).normal(0, 0.2, 60)
    path, form = ets_block(y[None, :], 1, 24, ALL_FORMS)
    assert FORM_NAMES[form[0]] in ("ETS(A,A,N)", "ETS(M,A,N)")
    np.testing.assert_allclose(path[0], 10.0 + 0.5 * np.arange(60, 84), rtol=0.03)


@pytest.mark.parametrize("season_length", [1, 4, 7, 12, 24, 52])
def test_every_season_length_is_found_where_it_is(season_length):
    t = np.arange(3 * season_length + 40)
    season = 1.0 + 0.4 * np.sin(2 * np.pi * t / season_length) * (season_length > 1)
    y = 20.0 * season + np.random.default_rng(season_length).normal(0, 0.4, t.size)
    path, form = ets_block(y[None, :], season_length, season_length)
    ahead = np.arange(t.size, t.size + season_length)
    truth = 20.0 * (1.0 + 0.4 * np.sin(2 * np.pi * ahead / season_length) * (season_length > 1))
    assert bool(form[0] & SEASONAL) == (season_length > 1)
    np.testing.assert_allclose(path[0], truth, rtol=0.08)
