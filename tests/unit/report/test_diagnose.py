"""statsmodels' second opinion on one series: it finds what was put in, and its parts add up."""

import numpy as np

from invopt.report.diagnose import diagnose, diagnosis_lines
from invopt.report.series import History


def past(units):
    starts = np.datetime64("2025-01-06") + 7 * np.arange(len(units)).astype("timedelta64[D]")
    nothing = np.full(len(units), np.nan)
    return History(starts, units, nothing, nothing, np.zeros(len(units), dtype=bool))


def test_a_season_and_a_trend_are_found_and_the_parts_add_up():
    t = np.arange(70)
    noise = np.random.default_rng(2).normal(0, 1, 70)
    found = diagnose(past(40 + 0.5 * t + 10 * np.sin(2 * np.pi * t / 7) + noise), 7, 7)
    assert found.form.startswith("ETS(A,A")
    assert found.form.endswith("A)")
    assert found.season_strength > 0.9
    assert found.trend_strength > 0.9
    parts = found.parts
    np.testing.assert_allclose(
        parts["trend_units"] + parts["season_units"] + parts["remainder_units"], parts["units"], atol=1e-9
    )
    assert parts["period_start"].iloc[0].date().isoformat() == "2025-01-06"
    assert 0.0 <= found.residual_chance <= 1.0
    assert any("Chance of residuals as correlated" in line for line in diagnosis_lines(found))


def test_what_is_left_over_is_told():
    """A wave that no form of ETS without a season can follow stays in the residuals."""
    t = np.arange(60)
    found = diagnose(past(50 + 20 * np.sin(2 * np.pi * t / 4)), 1, 4)
    assert found.parts is None
    assert found.residual_chance < 0.01


def test_too_little_to_say():
    assert diagnose(past(np.arange(6.0)), 52, 4) is None
