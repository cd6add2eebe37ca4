"""Policy stage: how much stock is right, chunk by chunk, from forecast, lead time, stock and what is due."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.calendars import WEEKDAY_NAMES
from invopt.inventory import (
    Arrivals,
    DemandOutlook,
    critical_ratio,
    expected_arrivals,
    series_seeds,
    uncertain_supply,
)
from invopt.settings import Settings
from invopt.stages.blocks import run_axis
from invopt.stages.periods import Axis
from invopt.stages.returns import stock_now
from invopt.stages.run import Chunk, Run
from invopt.stages.sourcing import Situations, Sourced, lead_rows, planned_sources, source
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
)

_KEY = ["sku_id", "location_id"]


def make_policy(run: Run) -> None:
    """Write the policy of every planned SKU-location."""
    axis = run_axis(run)
    sources = planned_sources(run)
    lead_time = run.read(LEAD_TIME)
    waiting = waiting_units(run)
    chunks = list(run.chunks())
    if not chunks:
        run.write_empty(POLICY)
    for chunk in chunks:
        if not run.has(POLICY, chunk):
            run.write(POLICY, chunk_policy(run, chunk, axis, sources, lead_time, waiting), chunk)


def waiting_units(run: Run) -> pd.Series:
    """Units that customers wait for, by SKU and location."""
    backlog = run.read(BACKLOG)
    # An order on hold is no need yet: a suspected fraud must not buy stock. Its release makes it one.
    is_need = ~backlog["cause"].isin(["rejected", "on_hold"])
    return backlog[is_need].groupby(_KEY)["waiting_units"].sum()


def chunk_policy(
    run: Run,
    chunk: Chunk,
    axis: Axis,
    sources: pd.DataFrame,
    lead_time: pd.DataFrame,
    waiting: pd.Series,
    *,
    more_target_share: float = 0.0,
) -> pd.DataFrame:
    """Table `policy` for one chunk; `more_target_share` is added to targets that come from costs, to ask "what if"."""
    settings = run.settings
    model = run.read(FORECAST_MODEL, chunk).sort_values(_KEY, ignore_index=True)
    keys = model[_KEY]
    index = pd.MultiIndex.from_frame(keys)
    facts = keys.merge(run.read(SKU_LOCATION, chunk), on=_KEY, how="left", validate="one_to_one")
    stock = keys.merge(stock_now(run, run.read(STOCK_POSITION, chunk)), on=_KEY, how="left", validate="one_to_one")
    mine = sources.reindex(index).reset_index(drop=True)
    lead = lead_rows(keys, mine["supplier_id"], lead_time, settings)
    outlook = demand_outlook(run, chunk, model, lead, axis)
    arrivals = with_returns(
        expected_arrivals(_reachable(run.read(INBOUND, chunk), index), lead, keys, pd.Timestamp(run.as_of)),
        run.read(EXPECTED_RETURN, chunk),
        index,
        axis,
    )
    target = targets(facts.assign(xyz_class=model["xyz_class"]), settings)
    if settings.policy.target_kind == "cost":
        target = np.clip(target + more_target_share, 0.01, 0.9999)
    situations = Situations(
        outlook,
        (stock["on_hand_units"] - stock["reserved_units"]).clip(lower=0).to_numpy(dtype=float),
        waiting.reindex(index).fillna(0.0).to_numpy(dtype=float),
        arrivals,
        target,
        series_seeds(keys["sku_id"], keys["location_id"]),
    )
    sourced = source(keys, mine, facts, lead_time, situations, lead, settings)
    return policy_rows(run, model, facts, stock, sourced, situations)


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
        unit=model["is_whole_units"].to_numpy(dtype=float),
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
    """The target of each SKU-location: of its segment or ABC class, or the critical ratio of its margin and cost."""
    policy = settings.policy
    if policy.target_kind != "cost":
        by_class = facts["abc_class"].map(policy.target_by_class).astype(float)
        segment = (facts["abc_class"].astype("str") + facts["xyz_class"].astype("str")).map(policy.target_by_segment)
        return np.asarray(segment.astype(float).fillna(by_class), dtype=float)
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
    sourced: Sourced,
    situations: Situations,
) -> pd.DataFrame:
    """Table `policy` from a projection and what went into it."""
    settings = run.settings
    lead, lots, result = sourced.lead, sourced.lots, sourced.result
    daily = result.expected_demand_units / np.maximum(result.protection_days, 1.0)
    free = (stock["on_hand_units"] - stock["reserved_units"]).clip(lower=0).to_numpy(dtype=float)
    position = free + result.on_order_due_units
    cover = _ratio(position, daily)
    cost = facts["unit_cost_minor"].to_numpy(dtype=float)
    margin = facts["unit_price_minor"].to_numpy(dtype=float) - cost
    mean_stock = np.maximum(result.mean_stock_units, 0.0)
    fill_rate = np.clip(result.implied_fill_rate, 0.0, 1.0)
    order_units = np.maximum(result.order_units, lots["lot_units"].to_numpy(dtype=float))
    sold_a_year = daily * fill_rate * 365.0
    value = mean_stock * cost
    reasons = pd.Series("", index=facts.index)
    for assumed, words in (
        (lead["is_assumed"], lead["reason"]),
        (stock["is_assumed"], stock["reason"]),
        (facts["is_cost_assumed"], pd.Series("cost assumed from price", index=facts.index)),
        (
            pd.Series(sourced.is_bridged, index=facts.index),
            pd.Series("a faster supplier bridges the shortage: the sales saved are worth its price", index=facts.index),
        ),
    ):
        reasons = reasons.where(~assumed, reasons + words + "; ")
    return pd.DataFrame(
        {
            "sku_id": model["sku_id"],
            "location_id": model["location_id"],
            "supplier_id": sourced.supplier.astype("str"),
            "abc_class": facts["abc_class"],
            "xyz_class": model["xyz_class"],
            "target_kind": settings.policy.target_kind,
            "target_share": situations.target,
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
            "economic_lot_units": lots["economic_lot_units"],
            "order_units": order_units,
            "on_order_due_units": result.on_order_due_units,
            "on_order_later_units": np.maximum(
                stock["on_order_units"].to_numpy(dtype=float) - result.on_order_due_units, 0.0
            ),
            "backorder_units": situations.backorders,
            "implied_cycle_service": np.clip(result.implied_cycle_service, 0.0, 1.0),
            "implied_fill_rate": fill_rate,
            "current_cycle_service": np.clip(result.current_cycle_service, 0.0, 1.0),
            "mean_stock_units": mean_stock,
            "mean_stock_minor": np.rint(value).astype(np.int64),
            "mean_cover_days": _ratio(mean_stock, daily),
            "orders_per_year": sold_a_year / order_units,
            "turns_per_year": _ratio(sold_a_year * cost, value),
            "gmroi": _ratio(sold_a_year * margin, value),
            "days_of_cover": cover,
            "stockout_in_days": pd.array(np.floor(result.stockout_in_days), dtype="Int64"),
            "currency": facts["currency"],
            "is_assumed": lead["is_assumed"] | stock["is_assumed"] | facts["is_cost_assumed"],
            "method": f"projection on {settings.policy.sample_paths} sample paths",
            "reason": reasons.str.removesuffix("; "),
        }
    )


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """One over the other; missing where there is nothing to divide by."""
    return np.asarray(np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0))


def _reachable(inbound: pd.DataFrame, index: pd.MultiIndex) -> pd.DataFrame:
    """Open orders of the SKU-locations that are planned."""
    row = index.get_indexer(pd.MultiIndex.from_frame(inbound[_KEY]))
    return inbound[row >= 0]
