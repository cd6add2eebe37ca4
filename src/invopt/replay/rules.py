"""Ordering rules to be played against each other. Each returns a `Rule`: situation in, units out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from invopt.inventory import Arrivals, DemandOutlook, LeadTimes, project, uncertain_supply
from invopt.inventory.projection import ShortageRule, TargetKind
from invopt.replay.engine import Rule, Situation
from invopt.replay.outlooks import Outlook, seasonal_average
from invopt.replay.shop import Floats, Shop


def weeks_of_cover(periods: float) -> Rule:
    """Order up to the seasonal average of the lead time, the review and so many periods of cover."""

    def rule(situation: Situation) -> Floats:
        shop = situation.shop
        ahead = np.maximum(shop.lead_periods + 1.0 + periods, 0.0)
        expected = seasonal_average(shop, int(np.ceil(ahead.max())) + 1)
        reach = np.clip(ahead[:, None] - np.arange(expected.shape[1])[None, :], 0.0, 1.0)
        wanted: Floats = np.ceil((expected * reach).sum(axis=1) - situation.position - 1e-9)
        return np.maximum(wanted, 0.0)

    return rule


def lost_sales_projection(
    outlook: Outlook,
    kind: TargetKind = "cost",
    *,
    target: float | Floats = 0.95,
    scale: float = 1.0,
    unit_value: float | None = None,
) -> Rule:
    """The default policy.

    For cost, `scale` multiplies each SKU's odds margin : holding. With `unit_value` every unit short costs that much,
    whatever its SKU: for a fill rate of all units together this is the mix of least stock value, and `unit_value` its
    price on the exchange curve. For the other kinds `target` holds for all SKUs, or one for each.
    """

    def rule(situation: Situation) -> Floats:
        shop = situation.shop
        share = np.array(np.broadcast_to(target, (shop.size,)), np.float64)
        if kind == "cost":
            margin = shop.lost_margin if unit_value is None else np.full(shop.size, unit_value)
            odds = scale * margin / shop.holding_cost
            share = np.clip(odds / (1.0 + odds), 0.01, 0.9999)
        return _projected(situation, outlook(shop), kind, share, "lost_sales", lots=True)

    return rule


# Returns to come as known at the opening of a period: [n, H] mean, variance, and variance of all up to each period.
Supply = Callable[[int], tuple[Floats, Floats, Floats]]


def expecting_returns(outlook: Outlook, supply: Supply, kind: TargetKind = "cost", *, target: float = 0.95) -> Rule:
    """The default policy with expected returns as uncertain supply: what comes back in a period serves the next one."""

    def rule(situation: Situation) -> Floats:
        shop = situation.shop
        share: Floats = np.full(shop.size, target)
        if kind == "cost":
            odds = shop.lost_margin / shop.holding_cost
            share = np.clip(odds / (1.0 + odds), 0.01, 0.9999)
        arrivals = with_supply(situation, *supply(situation.period))
        return _projected(situation, outlook(shop), kind, share, "lost_sales", lots=True, arrivals=arrivals)

    return rule


def netting_returns(outlook: Outlook, came_back: Floats, kind: TargetKind = "cost", *, target: float = 0.95) -> Rule:
    """The default policy of a shop that books returns as negative sales: they come off the demand it learns from."""

    def rule(situation: Situation) -> Floats:
        shop = situation.shop
        period = shop.demand.shape[1]
        net = replace(shop, demand=np.maximum(shop.demand - came_back[:, :period], 0.0))
        share: Floats = np.full(shop.size, target)
        if kind == "cost":
            odds = shop.lost_margin / shop.holding_cost
            share = np.clip(odds / (1.0 + odds), 0.01, 0.9999)
        return _projected(situation, outlook(net), kind, share, "lost_sales", lots=True)

    return rule


def with_supply(situation: Situation, mean: Floats, variance: Floats, cumulative: Floats) -> Arrivals:
    """What is on order and what is expected back, the latter uncertain, sorted by SKU-location."""
    ordered, ahead = np.nonzero(situation.due)
    row, column = np.nonzero(mean > 0)
    spread, slope = uncertain_supply(row, mean[row, column], variance[row, column], cumulative[row, column])
    rows = np.concatenate([ordered, row])
    order = np.argsort(rows, kind="stable")
    count, zeros = len(row), np.zeros(len(rows))
    none = np.zeros(len(ordered))

    def joined(ours: Floats, theirs: Floats) -> Floats:
        return np.asarray(np.concatenate([ours, theirs])[order])

    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=situation.shop.size))]).astype(np.int64)
    return Arrivals(
        start,
        joined((ahead + 1).astype(np.float64), (column + 1).astype(np.float64)),
        joined(situation.due[ordered, ahead], mean[row, column]),
        zeros,
        zeros,
        np.full(len(rows), np.inf),
        np.concatenate([np.zeros(len(ordered), np.bool_), np.ones(count, np.bool_)])[order],
        variance=joined(none, spread),
        slope=joined(none, slope),
    )


def base_stock(outlook: Outlook, kind: TargetKind = "cost", *, target: float = 0.95, scale: float = 1.0) -> Rule:
    """Backorder base-stock from the same forecast: order up to the quantile of demand over lead time and review.

    For cost the quantile is margin : (margin + holding over the cycle that a lot lasts), its odds times `scale`; for
    fill rate the expected shortage of the interval is held against the larger of lot and review demand.
    """

    def rule(situation: Situation) -> Floats:
        shop = situation.shop
        expected = outlook(shop)
        share: Floats = np.full(shop.size, target)
        if kind == "cost":
            rate = np.maximum(expected.mean_units.mean(axis=1), 1e-9)
            cycle = np.maximum(situation.lot / rate, 1.0)
            odds = scale * shop.lost_margin / (shop.holding_cost * cycle)
            share = np.clip(odds / (1.0 + odds), 0.01, 0.9999)
        if kind == "fill_rate":
            return _shortage_base_stock(situation, expected, target)
        return _interval_quantile(situation, expected, share)

    return rule


def perfect_foresight(truth: Shop) -> Rule:
    """What nobody can do: order exactly what will be asked for until the next order arrives, as late as possible."""

    def rule(situation: Situation) -> Floats:
        wanted = np.zeros(truth.size)
        ends = situation.period + truth.lead_periods + 1
        for lead in np.unique(truth.lead_periods):
            rows = truth.lead_periods == lead
            stock = situation.stock[rows].copy()
            for ahead in range(int(lead)):
                at = situation.period + ahead
                asked = truth.demand[rows, at] if at < truth.demand.shape[1] else 0.0
                stock = np.maximum(stock - asked, 0.0) + situation.due[rows, ahead]
            at = int(ends[rows][0]) - 1
            asked = truth.demand[rows, at] if at < truth.demand.shape[1] else np.zeros(rows.sum())
            wanted[rows] = np.maximum(asked - stock, 0.0)
        return wanted

    return rule


def _arrivals(situation: Situation) -> Arrivals:
    rows, ahead = np.nonzero(situation.due)
    return Arrivals.certain(rows, ahead + 1.0, situation.due[rows, ahead], situation.shop.size)


def _seeds(shop: Shop) -> np.ndarray:
    # Fixed per row: a SKU's paths do not change from one period to the next.
    return np.arange(shop.size, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def _projected(
    situation: Situation, outlook: DemandOutlook, kind: TargetKind, share: Floats, rule: ShortageRule, *, lots: bool,
    arrivals: Arrivals | None = None,
) -> Floats:  # fmt: skip
    shop = situation.shop
    plan = project(
        outlook,
        np.maximum(situation.stock, 0.0),
        LeadTimes.certain(shop.lead_periods),
        target_kind=kind,
        target_share=share,
        review_days=1.0,
        shortage_rule=rule,
        backorder_units=np.maximum(-situation.stock, 0.0),
        arrivals=_arrivals(situation) if arrivals is None else arrivals,
        lot_units=situation.lot if lots else 0.0,
        economic_units=situation.economic if lots else 0.0,
        seeds=_seeds(shop),
    )
    return plan.need_units


def _interval_quantile(situation: Situation, outlook: DemandOutlook, share: Floats) -> Floats:
    """Order up to the share-quantile of demand over lead time + 1: nothing arrives in the way of it."""
    shop = situation.shop
    position = situation.position
    plan = project(
        outlook,
        np.maximum(position, 0.0),
        LeadTimes.certain(np.zeros(shop.size)),
        target_kind="plain_cycle_service",
        target_share=share,
        review_days=shop.lead_periods + 1.0,
        shortage_rule="backorders",
        backorder_units=np.maximum(-position, 0.0),
        seeds=_seeds(shop),
    )
    return plan.need_units


def _shortage_base_stock(situation: Situation, outlook: DemandOutlook, target: float) -> Floats:
    """Order up to the level whose expected shortage over lead time + 1 is (1 - target) of lot or review demand."""
    shop = situation.shop
    position = situation.position
    periods = shop.lead_periods + 1
    inside = np.arange(outlook.mean_units.shape[1])[None, :] < periods[:, None]
    interval = np.maximum((outlook.mean_units * inside).sum(axis=1), 1e-12)
    per_order = np.maximum(situation.lot, interval / periods)
    # The projection's fill rate is held against the demand of its cycle, here the whole interval.
    share = np.clip(1.0 - (1.0 - target) * per_order / interval, 1e-6, 1.0 - 1e-6)
    plan = project(
        outlook,
        np.maximum(position, 0.0),
        LeadTimes.certain(np.zeros(shop.size)),
        target_kind="fill_rate",
        target_share=share,
        review_days=periods.astype(np.float64),
        shortage_rule="backorders",
        backorder_units=np.maximum(-position, 0.0),
        seeds=_seeds(shop),
    )
    return plan.need_units
