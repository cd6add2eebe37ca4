"""Returns as uncertain supply: their covariance, and what it changes in the projection."""

from __future__ import annotations

import numpy as np

from invopt.inventory import Arrivals, DemandOutlook, LeadTimes, project, uncertain_supply


def test_drawn_one_after_the_other_they_have_their_variances_and_covariance() -> None:
    """100 units, each back in one of four periods or never: a multinomial, so Cov = -n p_i p_j."""
    n, share = 100, np.array([0.1, 0.15, 0.05, 0.1])
    covariance = n * (np.diag(share) - np.outer(share, share))
    cumulative = np.array([covariance[: k + 1, : k + 1].sum() for k in range(4)])
    variance, slope = uncertain_supply(np.zeros(4, np.int64), n * share, np.diag(covariance), cumulative)
    assert np.isclose(cumulative[-1], 100 * 0.4 * 0.6)
    rng = np.random.default_rng(0)
    beyond, drawn = np.zeros(200_000), []
    for k in range(4):
        units = n * share[k] + slope[k] * beyond + np.sqrt(variance[k]) * rng.standard_normal(len(beyond))
        beyond += units - n * share[k]
        drawn.append(units)
    rows = np.array(drawn)
    assert np.allclose(rows.var(axis=1), np.diag(covariance), rtol=0.02)
    assert np.isclose(rows.sum(axis=0).var(), cumulative[-1], rtol=0.02)


def test_each_series_begins_anew() -> None:
    row = np.array([0, 0, 1, 1])
    variance, slope = uncertain_supply(row, np.ones(4), np.array([2.0, 2.0, 3.0, 3.0]), np.array([2.0, 3.0, 3.0, 6.0]))
    assert slope.tolist() == [0.0, -0.25, 0.0, 0.0]
    assert variance.tolist() == [2.0, 2.0 - 0.0625 * 2.0, 3.0, 3.0]


def planned(variance: float, slope: float, units: float = 10.0) -> tuple[float, float]:
    """Need and returns of one SKU that sells 5 a day, with two lots of returns inside the interval."""
    outlook = DemandOutlook(np.full((1, 40), 5.0), np.zeros(1), np.zeros(1))
    arrivals = Arrivals(
        np.array([0, 2]), np.array([3.0, 8.0]), np.full(2, units), np.zeros(2), np.zeros(2), np.full(2, np.inf),
        np.ones(2, np.bool_), variance=np.full(2, variance), slope=np.array([0.0, slope]),
    )  # fmt: skip
    plan = project(outlook, 30.0, LeadTimes.certain(10), target_kind="cycle_service", target_share=0.98,
                   review_days=7.0, arrivals=arrivals, shortage_rule="backorders", paths=256)  # fmt: skip
    return float(plan.need_units[0]), float(plan.expected_returns_units[0])


def test_what_may_not_come_is_held_against_with_stock_and_the_mean_stays() -> None:
    certain, expected = planned(0.0, 0.0)
    uncertain, same = planned(60.0, 0.0)
    tied, _ = planned(60.0, -0.9)
    assert expected == same == 20.0
    assert uncertain > certain + 3
    # What comes late in one period comes in the next: together they are surer than apart.
    assert certain < tied < uncertain
