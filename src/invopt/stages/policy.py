"""Policy stage: how much stock is right, chunk by chunk, from forecast, lead time, stock and what is due."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.calendars import WEEKDAY_NAMES
from invopt.inventory import (
    Arrivals,
    DemandOutlook,
    LeadTimes,
    Projection,
    critical_ratio,
    expected_arrivals,
    project,
    series_seeds,
    uncertain_supply,
)
from invopt.purchasing import choose_suppliers, terms_in_force
from invopt.settings import Settings
from invopt.stages.blocks import run_axis
from invopt.stages.periods import Axis
from invopt.stages.returns import stock_now
from invopt.stages.run import Chunk, Run
from invopt.stages.supply import usable_terms
from invopt.tables import (
    BACKLOG,
    EXPECTED_RETURN,
    FORECAST,
    FORECAST_MODEL,
    INBOUND,
    LEAD_TIME,
    POLICY,
    SKU_LOCATION,
    STOCK_POSITION,
    SUPPLIER_TERM,
)

_KEY = ["sku_id", "location_id"]


def make_policy(run: Run) -> None:
    """Write the policy of every planned SKU-location."""
    axis = run_axis(run)
    suppliers = planned_suppliers(run)
    lead_time = run.read(LEAD_TIME)
    backlog = run.read(BACKLOG)
    # An order on hold is no need yet: a suspected fraud must not buy stock. Its release makes it one.
    is_need = ~backlog["cause"].isin(["rejected", "on_hold"])
    waiting = backlog[is_need].groupby(_KEY)["waiting_units"].sum()
    chunks = list(run.chunks())
    if not chunks:
        run.write_empty(POLICY)
    for chunk in chunks:
        if not run.has(POLICY, chunk):
            run.write(POLICY, chunk_policy(run, chunk, axis, suppliers, lead_time, waiting), chunk)


def planned_suppliers(run: Run) -> pd.DataFrame:
    """The supplier each planned SKU-location is to come from, indexed by SKU and location; missing for none."""
    known = run.read(SKU_LOCATION)
    planned = known[known["is_planned"]].reset_index(drop=True)
    terms = terms_in_force(usable_terms(run.read(SUPPLIER_TERM), planned, run.settings), run.as_of)
    choice = choose_suppliers(planned, terms, run.settings, run.read(LEAD_TIME))
    supplier = pd.Series(pd.NA, index=planned.index, dtype="str")
    found = choice.line >= 0
    supplier[found] = terms.supplier_id[choice.line[found]]
    return planned[_KEY].assign(supplier_id=supplier).set_index(_KEY)


def chunk_policy(
    run: Run,
    chunk: Chunk,
    axis: Axis,
    suppliers: pd.DataFrame,
    lead_time: pd.DataFrame,
    waiting: pd.Series,
) -> pd.DataFrame:
    """Table `policy` for one chunk."""
    settings = run.settings
    model = run.read(FORECAST_MODEL, chunk).sort_values(_KEY, ignore_index=True)
    keys = model[_KEY]
    index = pd.MultiIndex.from_frame(keys)
    facts = keys.merge(run.read(SKU_LOCATION, chunk), on=_KEY, how="left", validate="one_to_one")
    stock = keys.merge(stock_now(run, run.read(STOCK_POSITION, chunk)), on=_KEY, how="left", validate="one_to_one")
    supplier = suppliers["supplier_id"].reindex(index).reset_index(drop=True)
    lead = lead_rows(keys, supplier, lead_time, settings)
    outlook = demand_outlook(run, chunk, model, lead, axis)
    arrivals = with_returns(
        expected_arrivals(_reachable(run.read(INBOUND, chunk), index), lead, keys, pd.Timestamp(run.as_of)),
        run.read(EXPECTED_RETURN, chunk),
        index,
        axis,
    )
    backorders = waiting.reindex(index).fillna(0.0).to_numpy(dtype=float)
    target = targets(facts, settings)
    review = float(settings.policy.review_days)
    result = project(
        outlook,
        (stock["on_hand_units"] - stock["reserved_units"]).clip(lower=0).to_numpy(dtype=float),
        LeadTimes(
            lead["log_location_days"].to_numpy(dtype=float),
            lead["log_scale"].to_numpy(dtype=float),
            lead["degrees_of_freedom"].to_numpy(dtype=float),
        ),
        target_kind=settings.policy.target_kind,  # type: ignore[arg-type]
        target_share=target,
        review_days=review,
        shortage_rule=settings.policy.shortage_rule,  # type: ignore[arg-type]
        backorder_units=backorders,
        arrivals=arrivals,
        seeds=series_seeds(keys["sku_id"], keys["location_id"]),
        paths=settings.policy.sample_paths,
    )
    return policy_rows(run, model, facts, stock, supplier, lead, result, backorders, target)


def lead_rows(keys: pd.DataFrame, supplier: pd.Series, lead_time: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Lead time of the planned supplier for each key; where there is none, the setting, marked as assumed."""
    wanted = keys.assign(supplier_id=supplier.fillna(""))
    rows = wanted.merge(lead_time, on=["supplier_id", *_KEY], how="left", validate="one_to_one")
    missing = rows["log_scale"].isna()
    assumed = {
        "mean_days": float(settings.lead_time.assumed_days),
        "log_location_days": float(np.log(max(settings.lead_time.assumed_days, 0.5))),
        "log_scale": settings.lead_time.assumed_log_scale,
        "degrees_of_freedom": settings.lead_time.least_degrees_of_freedom,
    }
    for name, value in assumed.items():
        rows.loc[missing, name] = value
    rows.loc[missing, "is_assumed"] = True
    rows.loc[missing, "reason"] = f"no supplier: the setting, {settings.lead_time.assumed_days} days"
    rows["is_assumed"] = rows["is_assumed"].astype(bool)
    return rows


def demand_outlook(run: Run, chunk: Chunk, model: pd.DataFrame, lead: pd.DataFrame, axis: Axis) -> DemandOutlook:
    """The stored forecast as the projection takes it; the level's uncertainty is that of the interval."""
    forecast = run.read(FORECAST, chunk).sort_values([*_KEY, "period_start"])
    mean = forecast["mean_units"].to_numpy(dtype=float).reshape(len(model), axis.horizon)
    periods = (lead["mean_days"].to_numpy(dtype=float) + run.settings.policy.review_days) / axis.period_days
    periods = np.maximum(periods, 1.0)
    # A level that wanders by v1 a period adds v1 (n + 1)(2n + 1) / 6n to the variance of n equal periods.
    wander = (periods + 1.0) * (2.0 * periods + 1.0) / (6.0 * periods)
    level = model["level_variance"] + model["level_growth"] * wander
    shares = None
    if axis.period_days == 7:
        profile = model[[f"weekly_profile_{name.lower()}" for name in WEEKDAY_NAMES]].to_numpy(dtype=float)
        shares = np.roll(profile, -run.settings.business.week_start_index, axis=1)
    return DemandOutlook(
        np.ascontiguousarray(mean),
        model["dispersion"].to_numpy(dtype=float),
        level.to_numpy(dtype=float),
        days_per_period=axis.period_days,
        first_day=axis.first_day,
        day_shares=shares,
    )


def with_returns(arrivals: Arrivals, returns: pd.DataFrame, index: pd.MultiIndex, axis: Axis) -> Arrivals:
    """Add the expected returns of each period, in its middle, as uncertain supply, the periods tied together."""
    row = index.get_indexer(pd.MultiIndex.from_frame(returns[_KEY]))
    returns, row = returns[row >= 0], row[row >= 0]
    returns = returns.assign(row=row).sort_values(["row", "period_start"], kind="stable")
    row = returns["row"].to_numpy()
    if not len(returns):
        return arrivals
    as_of = axis.stop_on + np.timedelta64(axis.first_day, "D")
    starts = returns["period_start"].to_numpy().astype("datetime64[D]")
    day = (starts - as_of).astype(np.int64) + axis.period_days / 2
    count = len(returns)
    rows = np.concatenate([np.repeat(np.arange(len(index)), np.diff(arrivals.start)), row])
    order = np.argsort(rows, kind="stable")

    def joined(ours: NDArray[np.generic], theirs: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.concatenate([ours, theirs])[order]

    mean = returns["mean_units"].to_numpy(dtype=float)
    variance, slope = uncertain_supply(
        row,
        mean,
        returns["variance_units2"].to_numpy(dtype=float),
        returns["cumulative_variance_units2"].to_numpy(dtype=float),
    )
    zeros, none = np.zeros(count), np.zeros(len(arrivals.units))
    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(index)))]).astype(np.int64)
    return Arrivals(
        start,
        joined(arrivals.day, np.maximum(day, 0.0)),  # type: ignore[arg-type]
        joined(arrivals.units, mean),  # type: ignore[arg-type]
        joined(arrivals.age_days, zeros),  # type: ignore[arg-type]
        joined(arrivals.log_scale, zeros),  # type: ignore[arg-type]
        joined(arrivals.degrees_of_freedom, np.full(count, np.inf)),  # type: ignore[arg-type]
        joined(arrivals.is_return, np.ones(count, dtype=np.bool_)),  # type: ignore[arg-type]
        variance=joined(none, variance),  # type: ignore[arg-type]
        slope=joined(none, slope),  # type: ignore[arg-type]
    )


def targets(facts: pd.DataFrame, settings: Settings) -> NDArray[np.float64]:
    """The target of each SKU-location: of its ABC class, or the critical ratio of its own margin and cost."""
    policy = settings.policy
    if policy.target_kind != "cost":
        return np.asarray(facts["abc_class"].map(policy.target_by_class), dtype=float)
    margin = (facts["unit_price_minor"] - facts["unit_cost_minor"]).clip(lower=0).to_numpy(dtype=float)
    cost = facts["unit_cost_minor"].to_numpy(dtype=float)
    ratio = critical_ratio(margin, cost, policy.holding_rate_per_year, policy.review_days)
    # Neither certainty nor nothing at all is a target that stock can have.
    return np.asarray(np.clip(ratio, 0.01, 0.999))


def policy_rows(
    run: Run,
    model: pd.DataFrame,
    facts: pd.DataFrame,
    stock: pd.DataFrame,
    supplier: pd.Series,
    lead: pd.DataFrame,
    result: Projection,
    backorders: NDArray[np.float64],
    target: NDArray[np.float64],
) -> pd.DataFrame:
    """Table `policy` from a projection and what went into it."""
    settings = run.settings
    daily = result.expected_demand_units / np.maximum(result.protection_days, 1.0)
    free = (stock["on_hand_units"] - stock["reserved_units"]).clip(lower=0).to_numpy(dtype=float)
    position = free + result.on_order_due_units
    cover = np.divide(position, daily, out=np.full(len(daily), np.nan), where=daily > 0)
    reasons = pd.Series("", index=facts.index)
    for assumed, words in (
        (lead["is_assumed"], lead["reason"]),
        (stock["is_assumed"], stock["reason"]),
        (facts["is_cost_assumed"], pd.Series("cost assumed from price", index=facts.index)),
    ):
        reasons = reasons.where(~assumed, reasons + words + "; ")
    return pd.DataFrame(
        {
            "sku_id": model["sku_id"],
            "location_id": model["location_id"],
            "supplier_id": supplier.astype("str"),
            "abc_class": facts["abc_class"],
            "xyz_class": model["xyz_class"],
            "target_kind": settings.policy.target_kind,
            "target_share": target,
            "shortage_rule": settings.policy.shortage_rule,
            "review_days": float(settings.policy.review_days),
            "lead_time_days": lead["mean_days"].to_numpy(dtype=float),
            "protection_days": result.protection_days,
            "expected_demand_units": result.expected_demand_units,
            "demand_sd_units": result.demand_sd_units,
            "expected_lost_units": result.expected_lost_units,
            "expected_returns_units": result.expected_returns_units,
            "target_level_units": np.maximum(result.target_level_units, 0.0),
            "safety_stock_units": result.safety_stock_units,
            "reorder_point_units": np.maximum(result.target_level_units, 0.0),
            "need_units": result.need_units,
            "on_order_due_units": result.on_order_due_units,
            "on_order_later_units": np.maximum(
                stock["on_order_units"].to_numpy(dtype=float) - result.on_order_due_units, 0.0
            ),
            "backorder_units": backorders,
            "implied_cycle_service": np.clip(result.implied_cycle_service, 0.0, 1.0),
            "implied_fill_rate": np.clip(result.implied_fill_rate, 0.0, 1.0),
            "current_cycle_service": np.clip(result.current_cycle_service, 0.0, 1.0),
            "mean_stock_units": np.maximum(result.mean_stock_units, 0.0),
            "mean_stock_minor": np.rint(
                np.maximum(result.mean_stock_units, 0.0) * facts["unit_cost_minor"].to_numpy(dtype=float)
            ).astype(np.int64),
            "days_of_cover": cover,
            "stockout_in_days": pd.array(np.floor(result.stockout_in_days), dtype="Int64"),
            "currency": facts["currency"],
            "is_assumed": lead["is_assumed"] | stock["is_assumed"] | facts["is_cost_assumed"],
            "method": f"projection on {settings.policy.sample_paths} sample paths",
            "reason": reasons.str.removesuffix("; "),
        }
    )


def _reachable(inbound: pd.DataFrame, index: pd.MultiIndex) -> pd.DataFrame:
    """Open orders of the SKU-locations that are planned."""
    row = index.get_indexer(pd.MultiIndex.from_frame(inbound[_KEY]))
    return inbound[row >= 0]
