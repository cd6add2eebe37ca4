"""Scores of a backtest against the same figures worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from invopt.forecast import DemandBlock, estimate_pools, score_origin, summary
from invopt.settings import Forecast

SETTINGS = Forecast()
HORIZON = 4


@pytest.fixture(scope="module")
def panel():
    """Forty weekly series, Poisson and gappy, sixty weeks; the last four are the future."""
    rng = np.random.default_rng(5)
    level = np.concatenate([rng.uniform(3, 20, 25), rng.uniform(0.2, 0.8, 15)])
    return rng.poisson(level[:, None] * np.ones(64)).astype(float)


@pytest.fixture(scope="module")
def scored(panel):
    past = DemandBlock(panel[:, :60].copy(), np.zeros(40, dtype=np.int64), HORIZON)
    actual = panel[:, 60:].copy()
    actual[3, 1] = np.nan  # a stockout
    pools = estimate_pools([past], SETTINGS)
    rows = score_origin(past, actual, pools, SETTINGS, np.random.default_rng(1).random(40))
    return past, actual, pools, rows


def test_the_moving_average_by_hand(scored):
    past, actual, _, rows = scored
    rmsse, mase, absolute, signed = [], [], [], []
    for series, came in zip(past.demand, actual, strict=True):
        error = series[-13:].mean() - came[~np.isnan(came)]
        rmsse.append(np.sqrt((error**2).mean() / (np.diff(series) ** 2).mean()))
        mase.append(np.abs(error).mean() / np.abs(series[52:] - series[:-52]).mean())
        absolute.append(np.abs(error).sum())
        signed.append(error.sum())
    ours = summary(rows).set_index("method").loc["moving average"]
    assert ours["series"] == 40
    assert ours["rmsse"] == pytest.approx(np.mean(rmsse))
    assert ours["mase"] == pytest.approx(np.mean(mase))
    assert ours["wape"] == pytest.approx(np.sum(absolute) / np.nansum(actual))
    assert ours["bias_share"] == pytest.approx(np.sum(signed) / np.nansum(actual))


def test_quantiles_of_the_moving_average_are_those_of_its_own_past(scored):
    """Pinball at 0.9 of the four weeks' sum, from every past origin that has thirteen weeks before it."""
    past, actual, _, rows = scored
    losses = []
    for series, came in zip(past.demand, actual, strict=True):
        if np.isnan(came).any():
            continue
        errors = [series[t : t + 4].sum() - 4 * series[t - 13 : t].mean() for t in range(13, 57)]
        quantile = max(4 * series[-13:].mean() + np.quantile(errors, 0.9), 0.0)
        short = came.sum() - quantile
        losses.append(max(0.9 * short, -0.1 * short) / (4 * np.sqrt((np.diff(series) ** 2).mean())))
    assert summary(rows).set_index("method").loc["moving average", "pinball_90"] == pytest.approx(np.mean(losses))


def test_every_method_stands_beside_the_default(scored):
    _, _, _, rows = scored
    table = summary(rows).set_index("method")
    assert {"invopt", "seasonal naive", "moving average", "voice: ets", "voice: tsb"} <= set(table.index)
    assert table["rmsse"].is_monotonic_increasing
    assert table.loc["invopt", ["pinball_50", "pinball_90", "coverage_90"]].notna().all()
    assert table.loc["voice: ets", "pinball_90"] is not None
    assert np.isnan(table.loc["voice: ets", "pinball_90"])
    # Steady Poisson demand: whoever averages beats whoever repeats.
    assert table.loc["invopt", "rmsse"] < table.loc["seasonal naive", "rmsse"]
    by_pattern = summary(rows, by_pattern=True)
    assert by_pattern.groupby("method")["series"].sum().loc["invopt"] == 40


def test_parts_add_up(scored):
    """Scoring the series in two halves gives the same table."""
    past, actual, pools, rows = scored
    uniform = np.random.default_rng(1).random(40)
    halves = [
        score_origin(past.rows(part), actual[part], pools, SETTINGS, uniform[part])
        for part in (slice(0, 17), slice(17, 40))
    ]
    pd.testing.assert_frame_equal(summary(pd.concat(halves)), summary(rows))


def test_too_short_and_unchanging_series_are_left_out():
    demand = np.full((3, 30), np.nan)
    demand[0] = 5.0  # never changes: nothing to scale by
    demand[1, -5:] = [1, 2, 3, 2, 1]  # five periods
    demand[2] = np.tile([1.0, 3.0, 2.0], 10)
    past = DemandBlock(demand, np.zeros(3, dtype=np.int64), 2, season_length=1)
    rows = score_origin(past, np.ones((3, 2)), estimate_pools([past], SETTINGS), SETTINGS, np.full(3, 0.5))
    assert (summary(rows).set_index("method").loc[["invopt", "moving average"], "series"] == 1).all()
