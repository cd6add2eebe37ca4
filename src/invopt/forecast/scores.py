"""How well each method forecast the past of this business: what the combination is worth, and against which naive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from invopt.forecast.pattern import PATTERNS
from invopt.forecast.voices import VOICES
from invopt.probability.compiled import BoolArray, FloatArray
from invopt.tables import FORECAST_SCORE, check, empty

if TYPE_CHECKING:
    from invopt.forecast.pools import PastForecasts

COMBINATION = "combination"


def past_scores(past: PastForecasts, combined: FloatArray) -> pd.DataFrame:
    """Table `forecast_score`: error and bias of each method by class of demand, and over all.

    past: forecasts from past origins beside what came, of r series and origins; combined [r, H]: the combination of
    the same. A method that abstains from a series is judged on the others, and `combination_wape` is the
    combination's error on just those, so that the difference is forecast value added (Gilliland 2010, The Business
    Forecasting Deal). WAPE = sum |forecast - demand| / sum demand over all periods that are known and not censored.

    The weights of the combination were learnt from these very forecasts, a handful of weights from hundreds of
    forecasts: its error is flattered a little. Empty where the history is too short for any past origin.
    """
    if not len(past.pattern):
        return empty(FORECAST_SCORE)
    known = ~np.isnan(past.actual)
    groups = [("all", np.ones(len(past.pattern), dtype=bool))]
    groups += [(name, past.pattern == code) for code, name in enumerate(PATTERNS)]
    paths = [(COMBINATION, combined)] + [(name, past.path[:, place]) for place, name in enumerate(VOICES)]
    rows = [
        _score(name, method, path, combined, past.actual, known & here[:, None] & ~np.isnan(path))
        for name, here in groups
        for method, path in paths
    ]
    return check(pd.DataFrame([row for row in rows if row["forecasts"]]), FORECAST_SCORE)


def _score(
    name: str, method: str, path: FloatArray, combined: FloatArray, actual: FloatArray, judged: BoolArray
) -> dict[str, object]:
    came = actual[judged]
    demand = float(came.sum())
    missed = path[judged] - came

    def share(value: float) -> float:
        return value / demand if demand > 0 else float("nan")

    return {
        "demand_class": name,
        "method": method,
        "forecasts": int(judged.any(axis=1).sum()),
        "actual_units": demand,
        "wape": share(float(np.abs(missed).sum())),
        "bias_share": share(float(missed.sum())),
        "combination_wape": share(float(np.abs(combined[judged] - came).sum())),
    }
