"""Simple methods against plain Python written from their papers."""

import numpy as np
import pytest

from invopt.forecast.intermittent import croston, imapa, tsb
from invopt.forecast.level import smooth
from invopt.forecast.pattern import PATTERNS, pattern_of


def squared_error(y, alpha):
    """Least sum of squared one-step errors over the first level, for one alpha."""
    rest, weight, errors, weights = 0.0, 1.0, [], []
    for value in y:
        errors.append(value - rest)
        weights.append(weight)
        rest += alpha * (value - rest)
        weight *= 1 - alpha
    start = np.dot(errors, weights) / np.dot(weights, weights)
    return np.sum((np.array(errors) - start * np.array(weights)) ** 2), rest + weight * start


def test_simple_smoothing_finds_the_best_alpha_on_a_fine_grid():
    rng = np.random.default_rng(5)
    y = 30 + np.cumsum(rng.normal(0, 1, 80)) + rng.normal(0, 2, 80)
    grid = np.linspace(0.1, 0.98, 400)
    best = min((squared_error(y, alpha) for alpha in grid), key=lambda pair: pair[0])
    level, alpha, *_ = smooth(y)
    assert squared_error(y, alpha)[0] <= best[0] * 1.001
    assert level == pytest.approx(squared_error(y, alpha)[1], rel=1e-9)


def test_theta_follows_a_straight_line_at_half_its_slope_or_more():
    y = 5.0 + 2.0 * np.arange(30)
    _, _, level, first, step = smooth(y)
    assert level + first == pytest.approx(5.0 + 2.0 * 30, rel=0.05)
    assert 0.9 <= step <= 2.0


def test_gaps_in_a_line_do_not_bend_theta():
    y = 5.0 + 2.0 * np.arange(40)
    gaps = y.copy()
    gaps[[3, 9, 10, 25, 38]] = np.nan
    whole, holed = smooth(y), smooth(gaps)
    assert holed[2] + holed[3] == pytest.approx(whole[2] + whole[3], rel=0.03)


def test_croston_on_a_steady_rhythm_is_size_over_interval():
    y = np.tile([0.0, 0.0, 6.0], 20)
    assert croston(y, False) == pytest.approx(2.0)
    assert croston(y, True) == pytest.approx(2.0, rel=0.16)  # SBA takes alpha / 2 off


def test_unknown_periods_do_not_lengthen_an_interval():
    y = np.tile([0.0, 0.0, 6.0], 20)
    y[[6, 7]] = np.nan
    assert croston(np.insert(y, 30, [np.nan] * 9), False) == pytest.approx(croston(y, False))


def test_tsb_fades_when_sales_stop_and_croston_does_not():
    y = np.concatenate([np.tile([0.0, 5.0], 20), np.zeros(30)])
    assert tsb(y, 0.1, 0.1) < 0.5 * croston(y, False)


def test_imapa_of_constant_demand_is_the_constant():
    assert imapa(np.full(40, 3.0)) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        ([5, 6, 5, 4, 5, 6], "smooth"),
        ([5, 60, 1, 4, 90, 6], "erratic"),
        ([5, 0, 0, 5, 0, 4], "intermittent"),
        ([5, 0, 0, 90, 0, 4], "lumpy"),
        ([0, 0], "none"),
    ],
)
def test_patterns_by_interval_and_size(y, expected):
    assert PATTERNS[pattern_of(np.array(y, dtype=float))] == expected
