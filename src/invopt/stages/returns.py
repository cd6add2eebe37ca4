"""Returns stage: the policy's answer, where goods go, and what is still to be expected back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.returns import (
    ReturnHistory,
    ReturnModel,
    ReturnPolicy,
    authorise,
    dispose,
    expected_returns,
    fit_returns,
    with_dispositions,
)
from invopt.stages.blocks import run_axis
from invopt.stages.run import Run
from invopt.tables import (
    DISPOSAL,
    EXPECTED_RETURN,
    KIT_COMPONENT,
    ORDER_LINE,
    PRODUCT,
    RETURN_AUTHORISATION,
    RETURN_COHORT,
    RETURN_LINE,
    RETURN_RATE,
    RETURN_SUMMARY,
    RETURNED_SALE,
    SHIPMENT,
    SKU_LOCATION,
    STOCK_POSITION,
    empty,
)

_KEY = ["sku_id", "location_id"]
_COHORT = [*_KEY, "clock_on"]


def answer_returns(run: Run) -> None:
    """Write the answer to every return, the disposition of what was graded, and the expected returns."""
    lines, products = run.read(RETURN_LINE), run.read(PRODUCT)
    as_of = np.datetime64(run.as_of, "D")
    answers = authorise(
        lines,
        run.read(ORDER_LINE),
        run.read(SHIPMENT),
        products,
        ReturnPolicy.read(run.workspace.return_policy_path),
        run.settings.returns,
        as_of,
        kits=run.read(KIT_COMPONENT),
    )
    disposals = dispose(lines, products, cover(run), run.settings.returns, run.settings.policy.holding_rate_per_year)
    run.write(RETURN_AUTHORISATION, with_dispositions(answers, disposals))
    run.write(DISPOSAL, disposals)
    run.write(RETURN_SUMMARY, summary(lines, products, run.settings.demand.default_category))
    history = return_history(run)
    model = fit_returns(history, lines, products, run.settings.returns, as_of)
    run.write(RETURN_RATE, model.rates)
    run.write(EXPECTED_RETURN, returns_ahead(run, history, model, as_of))


def return_history(run: Run) -> ReturnHistory:
    """Cohorts of sales with what came back of each; the clock of a unit starts on its day of sale."""
    sold, returned = run.read(RETURN_COHORT), run.read(RETURNED_SALE)
    back = returned.groupby(_COHORT)["units"].sum().rename("returned_units").reset_index()
    sold = sold.merge(back, on=_COHORT, how="left", validate="one_to_one")
    sold["returned_units"] = np.minimum(sold["returned_units"].fillna(0.0), sold["sold_units"])
    matched = returned.merge(sold[_COHORT], on=_COHORT, how="inner", validate="many_to_one")
    unmatched = float(returned["units"].sum() - matched["units"].sum())
    return ReturnHistory(sold, matched, 0.0, unmatched)


def returns_ahead(run: Run, history: ReturnHistory, model: ReturnModel, as_of: np.datetime64) -> pd.DataFrame:
    """Table `expected_return`: by period, as far as anything sold can still come back."""
    if history.sold.empty:
        return empty(EXPECTED_RETURN)
    axis = run_axis(run)
    ends = axis.forecast_starts + np.timedelta64(axis.period_days, "D")
    reach = as_of + np.timedelta64(run.settings.returns.maximum_lag_days, "D")
    count = max(1, int((axis.forecast_starts < reach).sum()))
    starts = axis.forecast_starts[:count].copy()
    starts[0] = as_of  # days of the first period that have passed bring nothing more
    rows = expected_returns(model, history, starts, ends[count - 1], as_of)
    planned = run.read(SKU_LOCATION)
    planned = planned.loc[planned["is_planned"], _KEY]
    return rows.merge(planned, on=_KEY, how="inner", validate="many_to_one")


def cover(run: Run) -> pd.DataFrame:
    """Days that the stock on hand would last at last year's rate, by SKU and location."""
    known = run.read(SKU_LOCATION).merge(run.read(STOCK_POSITION), on=_KEY, validate="one_to_one")
    rate = known["last_year_units"] / 365.0
    return known[_KEY].assign(days_of_cover=known["on_hand_units"] / rate.where(rate > 0))


def summary(lines: pd.DataFrame, products: pd.DataFrame, default_category: str) -> pd.DataFrame:
    """Table `return_summary`: returns by category and reason."""
    if lines.empty:
        return empty(RETURN_SUMMARY)
    rows = lines.merge(products[["sku_id", "category_id"]], on="sku_id", how="left", validate="many_to_one")
    rows["category_id"] = rows["category_id"].fillna(default_category)
    rows["return_reason"] = rows["return_reason"].fillna("unknown")
    grouped = rows.groupby(["category_id", "return_reason"])["returned_units"]
    return grouped.agg(returns="count", returned_units="sum").reset_index()
