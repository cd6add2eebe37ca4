"""What an override was worth: the error of the forecast before and after it, beside repeating the last period."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.tables import FORECAST_VALUE_ADDED, check

_LEVELS = (("override", "override_id"), ("author", "decided_by"), ("category", "category_id"))


def forecast_value_added(scored: pd.DataFrame) -> pd.DataFrame:
    """Table `forecast_value_added` from overridden forecasts beside what came.

    scored: a row an override, SKU, location and period that has passed, with override_id, decided_by, category_id,
    naive_units, baseline_units, overridden_units, and actual_units, the demand (periods that a stockout hid left
    out). Method: WAPE = sum |forecast - demand| / sum demand, at each step of naive, baseline and override (Gilliland
    2010, The Business Forecasting Deal: forecast value added). An override is judged against the forecast it found,
    which earlier overrides may have changed. Shares are missing where nothing was ordered.

    >>> row = {"override_id": "o", "decided_by": "ann", "category_id": "c"}
    >>> row |= {"naive_units": 4.0, "baseline_units": 8.0, "overridden_units": 11.0, "actual_units": 10.0}
    >>> table = forecast_value_added(pd.DataFrame([row]))
    >>> table.query("level == 'all'")[["statistical_gain", "override_gain"]].round(2).values.tolist()
    [[0.4, 0.1]]
    """
    if scored.empty:
        return check(pd.DataFrame(columns=list(FORECAST_VALUE_ADDED.names)), FORECAST_VALUE_ADDED)
    parts = [_judged(scored, "all", pd.Series("", index=scored.index))]
    parts += [_judged(scored, level, scored[column]) for level, column in _LEVELS]
    return check(pd.concat(parts, ignore_index=True), FORECAST_VALUE_ADDED)


def _judged(scored: pd.DataFrame, level: str, group: pd.Series) -> pd.DataFrame:
    actual = scored["actual_units"]
    errors = {name: scored[f"{name}_units"] - actual for name in ("naive", "baseline", "overridden")}
    closer = errors["overridden"].abs() < errors["baseline"].abs()
    figures = pd.DataFrame(
        {
            "periods": 1,
            "actual_units": actual,
            **{f"{name}_absolute": error.abs() for name, error in errors.items()},
            "baseline_signed": errors["baseline"],
            "override_signed": errors["overridden"],
            "closer": closer.astype(float),
        }
    )
    sums = figures.groupby(group.astype("str").to_numpy(), sort=True).sum()
    demand = sums["actual_units"].where(sums["actual_units"] > 0.0, np.nan)
    naive, baseline, override = (sums[f"{name}_absolute"] / demand for name in ("naive", "baseline", "overridden"))
    return pd.DataFrame(
        {
            "level": level,
            "level_id": sums.index.astype("str"),
            "periods": sums["periods"],
            "actual_units": sums["actual_units"],
            "naive_wape": naive,
            "baseline_wape": baseline,
            "override_wape": override,
            "baseline_bias_share": sums["baseline_signed"] / demand,
            "override_bias_share": sums["override_signed"] / demand,
            "statistical_gain": naive - baseline,
            "override_gain": baseline - override,
            "better_share": sums["closer"] / sums["periods"],
        }
    ).reset_index(drop=True)
