"""Scores of past forecasts: judged on the same periods, censored and unknown ones left out."""

from __future__ import annotations

import numpy as np
import pytest

from invopt.forecast.pools import PastForecasts
from invopt.forecast.scores import past_scores
from invopt.forecast.spread import SPREAD_FIGURES
from invopt.forecast.voices import NAIVE, SES, VOICES


def past(path: np.ndarray, actual: np.ndarray, pattern: list[int]) -> PastForecasts:
    count = len(pattern)
    return PastForecasts(
        path, actual, np.ones(count), np.array(pattern), np.ones(count), np.ones(count, dtype=bool),
        np.ones((count, len(SPREAD_FIGURES))), np.ones(count, dtype=np.int64),
    )  # fmt: skip


def test_a_method_is_compared_on_the_forecasts_it_made() -> None:
    """Two series by hand: the naive method abstains from the second, so it is judged on the first alone."""
    path = np.full((2, len(VOICES), 2), np.nan)
    path[0, NAIVE], path[:, SES] = [8.0, 14.0], [[10.0, 10.0], [5.0, 5.0]]
    actual = np.array([[10.0, 10.0], [4.0, np.nan]])
    combined = np.array([[11.0, 10.0], [6.0, 6.0]])
    rows = past_scores(past(path, actual, [0, 3]), combined).set_index(["demand_class", "method"])
    naive = rows.loc[("all", "seasonal naive")]
    assert (naive["forecasts"], naive["actual_units"]) == (1, 20.0)
    assert (naive["wape"], naive["combination_wape"]) == pytest.approx((6 / 20, 1 / 20))
    assert naive["bias_share"] == pytest.approx(2 / 20)
    ours = rows.loc[("all", "combination")]
    assert ours["wape"] == ours["combination_wape"] == pytest.approx(3 / 24)
    assert rows.loc[("all", "ses"), "wape"] == pytest.approx(1 / 24)
    assert ("lumpy", "seasonal naive") not in rows.index
    assert ("all", "tsb") not in rows.index
    assert rows.loc[("lumpy", "combination"), "wape"] == pytest.approx(2 / 4)


def test_series_without_demand_have_no_share() -> None:
    rows = past_scores(past(np.zeros((1, len(VOICES), 2)), np.zeros((1, 2)), [2]), np.zeros((1, 2)))
    assert rows["wape"].isna().all()
    assert (rows["actual_units"] == 0).all()


def test_no_past_is_no_score() -> None:
    assert past_scores(PastForecasts.none(4), np.empty((0, 4))).empty
