"""One series under the lens: its decomposition and its best exponential smoothing, by statsmodels.

The night's forecasts come from compiled block methods; this is the slow second opinion for the one series a
planner asks about.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from invopt.errors import WorkspaceError
from invopt.report.plan import Plan
from invopt.report.series import FloatArray, History, history
from invopt.workspace import Workspace

_SHORTEST = 8  # periods below which nothing is fitted
_FORMS = (("A", "N", False), ("A", "A", False), ("A", "A", True))


@dataclass(frozen=True)
class Diagnosis:
    """What statsmodels finds in a series; shares are between 0 and 1, NaN where the history is too short.

    `trend_strength` and `season_strength`: one less the share of variance that the remainder keeps beside the
    trend, and beside the season (Wang, Smith & Hyndman 2006, Characteristic-based clustering for time series
    data). `form`: the exponential smoothing with the smallest AICc. `forecast`: its mean for the periods asked.
    `residual_autocorrelation`: of lag one; far from zero, the method leaves something unsaid.
    `residual_chance`: that residuals of an adequate method would be as correlated over ten lags as these, or more
    (Ljung & Box 1978). `parts`: what STL makes of the series, a row a period (period_start, units, trend_units,
    season_units, remainder_units), to be drawn in a notebook; None with less than two whole seasons.
    """

    periods: int
    missing: int
    trend_strength: float
    season_strength: float
    form: str
    aicc: float
    forecast: FloatArray
    residual_autocorrelation: float
    residual_chance: float
    parts: pd.DataFrame | None


def diagnose(past: History, season_length: int, horizon: int) -> Diagnosis | None:
    """Decompose one series and fit exponential smoothing to it; None with less than eight known periods.

    past: observed demand by period, outliers capped, wholly hidden periods filled with the mean of their
    neighbours (a lens, not the plan: the plan's own methods treat them as lower bounds). Seasonal forms are
    tried from two whole seasons of history on. Method: STL (Cleveland et al. 1990) with robust weights; ETS
    (Hyndman et al. 2008) with additive errors, the form chosen by AICc.

    >>> starts = np.arange("2025-01-06", "2025-04-28", 7, dtype="datetime64[D]")
    >>> units = 20.0 + np.arange(16.0)
    >>> nothing = np.full(16, np.nan)
    >>> found = diagnose(History(starts, units, nothing, nothing, np.zeros(16, dtype=bool)), 52, 2)
    >>> found.form, bool(found.forecast[1] > found.forecast[0] > 34)
    ('ETS(A,A,N)', True)
    """
    units = np.where(np.isnan(past.capped_units), past.units, past.capped_units)
    hidden = np.nan_to_num(past.out_share) >= 1.0
    known = np.flatnonzero(~hidden)
    if len(known) < _SHORTEST:
        return None
    filled = np.interp(np.arange(len(units)), known, units[known])
    seasons = len(filled) >= 2 * season_length and season_length > 1
    parts = _decomposed(past, filled, season_length) if seasons else None
    trend, season = (float("nan"), float("nan")) if parts is None else _strengths(parts)
    form, aicc, forecast, residuals = _best_smoothing(filled, season_length if seasons else 1, horizon)
    return Diagnosis(
        len(filled),
        int(hidden.sum()),
        trend,
        season,
        form,
        aicc,
        forecast,
        _autocorrelation(residuals),
        _chance(residuals),
        parts,
    )


def diagnose_sku(workspace: Workspace, sku_id: str, location_id: str, horizon: int = 6) -> Diagnosis | None:
    """Look into one SKU-location of the published plan, from a notebook; see `diagnose`.

    Raises `WorkspaceError` where there is no plan, or none of that SKU at that location.
    """
    snapshot = workspace.published
    if snapshot is None:
        raise WorkspaceError(f"{workspace.root} has no published plan yet. Make one with: invopt plan")
    plan = Plan.for_skus(snapshot, workspace.settings, [sku_id])
    if location_id not in set(plan.table("sku_location")["location_id"]):
        raise WorkspaceError(f"The plan of {plan.as_of} knows no SKU {sku_id!r} at {location_id!r}.")
    season_length = 52 if workspace.settings.business.period == "week" else 7
    return diagnose(history(plan, sku_id, location_id), season_length, horizon)


def diagnosis_lines(found: Diagnosis) -> list[str]:
    """The diagnosis in sentences."""
    lines = [f"{found.periods} periods, {found.missing} of them without any stock and filled in for this look."]
    if np.isnan(found.season_strength):
        lines.append("Less than two whole seasons: no decomposition.")
    else:
        lines.append(
            f"Strength of trend {found.trend_strength:.0%}, of season {found.season_strength:.0%} "
            "(0% none, 100% nothing else)."
        )
    ahead = ", ".join(f"{value:,.1f}" for value in found.forecast)
    lines.append(f"statsmodels prefers {found.form} (AICc {found.aicc:,.1f}); its next periods: {ahead}.")
    lines.append(
        f"Autocorrelation of its residuals {found.residual_autocorrelation:+.2f}"
        + (": something regular is left." if abs(found.residual_autocorrelation) > 2 / np.sqrt(found.periods) else ".")
    )
    if not np.isnan(found.residual_chance):
        lines.append(
            f"Chance of residuals as correlated as these from an adequate method: {found.residual_chance:.0%}."
        )
    return lines


def _decomposed(past: History, values: FloatArray, season_length: int) -> pd.DataFrame:
    from statsmodels.tsa.seasonal import STL

    parts = STL(values, period=season_length, robust=True).fit()
    return pd.DataFrame(
        {
            "period_start": past.starts.astype("datetime64[us]"),
            "units": values,
            "trend_units": parts.trend,
            "season_units": parts.seasonal,
            "remainder_units": parts.resid,
        }
    )


def _strengths(parts: pd.DataFrame) -> tuple[float, float]:
    rest = float(parts["remainder_units"].var(ddof=0))

    def strength(name: str) -> float:
        whole = float((parts[name] + parts["remainder_units"]).var(ddof=0))
        return max(0.0, 1.0 - rest / whole) if whole > 0 else 0.0

    return strength("trend_units"), strength("season_units")


def _chance(residuals: FloatArray) -> float:
    from statsmodels.stats.diagnostic import acorr_ljungbox

    lags = min(10, len(residuals) // 5)
    if lags < 1 or not np.var(residuals) > 0:
        return float("nan")
    return float(acorr_ljungbox(residuals, lags=[lags])["lb_pvalue"].iloc[0])


def _best_smoothing(values: FloatArray, season_length: int, horizon: int) -> tuple[str, float, FloatArray, FloatArray]:
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    best: tuple[str, float, FloatArray, FloatArray] | None = None
    seasonal_forms = (None, "add") if season_length > 1 else (None,)
    for error, trend, damped in _FORMS:
        for seasonal in seasonal_forms:
            model = ETSModel(
                values,
                error="add",
                trend=None if trend == "N" else "add",
                damped_trend=damped,
                seasonal=seasonal,
                seasonal_periods=season_length if seasonal else None,
            )
            with warnings.catch_warnings():
                # A form that does not converge loses by its AICc; that is no warning to the planner.
                warnings.simplefilter("ignore", ConvergenceWarning)
                warnings.simplefilter("ignore", RuntimeWarning)
                fitted = model.fit(disp=False)
            name = f"ETS({error},{'Ad' if damped else trend},{'A' if seasonal else 'N'})"
            if np.isfinite(fitted.aicc) and (best is None or fitted.aicc < best[1]):
                ahead = np.maximum(np.asarray(fitted.forecast(horizon), dtype=np.float64), 0.0)
                best = (name, float(fitted.aicc), ahead, np.asarray(fitted.resid, dtype=np.float64))
    if best is None:
        mean = float(values.mean())
        return "the mean, since no smoothing fits", float("nan"), np.full(horizon, mean), values - mean
    return best


def _autocorrelation(residuals: FloatArray) -> float:
    centred = residuals - residuals.mean()
    whole = float(centred @ centred)
    return float(centred[1:] @ centred[:-1]) / whole if whole > 0 else 0.0
