"""Members drawn to their total: never negative, never out of proportion, and only as far as the total earned it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invopt.forecast.reconciliation import learn_trust, reconcile, totals


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(1, 5), st.integers(0, 10_000), st.floats(0, 1))
def test_the_total_lands_between_both_forecasts_and_shares_stay(members, groups, seed, trust):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, members)
    mean = rng.gamma(0.5, 4.0, (members, 3))
    total = rng.gamma(2.0, 10.0, (groups, 3))
    moved = reconcile(mean, group, total, np.full(groups, trust))
    assert (moved >= 0.0).all()
    held = totals(mean, group, groups)
    wanted = np.where(held > 0.0, held + trust * (total - held), 0.0)
    np.testing.assert_allclose(totals(moved, group, groups), wanted, rtol=1e-9, atol=1e-9)
    shares = mean / held[group]
    np.testing.assert_allclose(moved, shares * wanted[group], rtol=1e-9, atol=1e-9)


def test_it_is_the_weighted_least_squares_solution():
    """Brute force: minimise sum (x - b)² / v + (sum x - T)² / V with v in proportion to b."""
    b, target, per_unit, of_total = np.array([2.0, 6.0, 12.0]), 26.0, 1.5, 20.0
    v = per_unit * b
    solution = np.linalg.solve(np.diag(1 / v) + np.ones((3, 3)) / of_total, b / v + target / of_total)
    trust = v.sum() / (v.sum() + of_total)
    ours = reconcile(b[:, None], np.zeros(3, dtype=np.int64), np.array([[target]]), np.array([trust]))
    np.testing.assert_allclose(ours.ravel(), solution)


def test_trust_is_earned():
    rng = np.random.default_rng(1)
    actual = rng.uniform(50, 150, (6, 8))
    good, bad = actual * rng.normal(1, 0.02, actual.shape), actual * rng.normal(1, 0.3, actual.shape)
    assert learn_trust(bad, good, actual).min() > 0.8
    assert learn_trust(good, bad, actual).max() < 0.2
    assert learn_trust(good, good, actual).tolist() == [0.0] * 8


def test_a_group_that_expects_nothing_stays_at_nothing():
    moved = reconcile(np.zeros((2, 1)), np.array([0, 0]), np.array([[5.0]]), np.ones(1))
    assert moved.tolist() == [[0.0], [0.0]]
    assert totals(np.array([[np.nan], [2.0]]), np.array([0, 0]), 1) == pytest.approx(2.0)
