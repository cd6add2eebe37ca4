"""What to do about orders on the way: chase, expedite, delay, cancel or reduce, each with its worth."""

# mypy: allow-untyped-calls
from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.probability.compiled import kernel
from invopt.purchasing.arrivals import expected_arrivals
from invopt.purchasing.keys import positions
from invopt.purchasing.workings import KEY
from invopt.settings import Settings
from invopt.tables import INBOUND, OPEN_ORDER_ADVICE, POLICY, SKU_LOCATION, STOCK_POSITION, check

LONGEST_WAIT_DAYS = 1_825.0
DAYS_IN_YEAR = 365.0
# A certain lead time that has passed tells nothing about how much longer: this spread of log days is used
# then.
LEAST_LOG_SCALE = 0.05


def advise_open_orders(
    inbound: pd.DataFrame,
    policy: pd.DataFrame,
    stock_position: pd.DataFrame,
    sku_location: pd.DataFrame,
    lead_time: pd.DataFrame,
    settings: Settings,
    as_of: dt.date,
) -> pd.DataFrame:
    """Advice on open purchase order lines, one row a line and advice.

    Frames of INBOUND, POLICY, STOCK_POSITION, SKU_LOCATION and LEAD_TIME. The lines of a SKU-location are
    played forward in the order of their expected arrival at the mean demand rate, stock never below zero
    where sales are lost. A line is expected on the day its supplier confirmed, or, where it is unconfirmed or
    that day has passed, at the median of its lead time given its age: F^-1((1 + F(age)) / 2) of the Student-t
    on log days.

    - chase: past its day by `purchasing.chase_after_days`, or unconfirmed after `confirm_within_days`; worth
    the
      margin that the wait loses.
    - expedite: stock runs out before it comes; worth the margin of the units short, at most the line's.
    - cancel or reduce: what lies beyond `surplus_cover_days` of demand once it has come; worth the holding
    and
      obsolescence of those units until they would sell, at most their cost.
    - delay: stock stays above the safety stock for more than a review after it comes; worth the holding
    saved.

    Returns OPEN_ORDER_ADVICE, most worth first within a line's key order. What a supplier charges for
    changing an order is not known here, so worth is gross. Raises `TableError` for a frame that does not
    match its table.
    """
    lines = check(inbound, INBOUND)
    lines = lines[lines["open_units"] > 0].reset_index(drop=True)
    policy, skus = check(policy, POLICY), check(sku_location, SKU_LOCATION)
    facts = _facts(lines, policy, check(stock_position, STOCK_POSITION), skus, settings)
    today = np.datetime64(as_of, "D")
    age = lines["age_days"].to_numpy(dtype=float)
    when = expected_arrivals(lines, lead_time, facts["lead_time_days"], settings, as_of)
    due, wait, expected = when.due_on, when.wait_days, when.expected_on
    confirmed = lines["confirmed_on"].to_numpy().astype("datetime64[D]")
    is_past = due < today

    flow = _play(lines, wait, facts)
    open_units = lines["open_units"].to_numpy(dtype=float)
    carrying = settings.policy.holding_rate_per_year + settings.purchasing.obsolescence_rate_per_year
    lost = np.minimum(flow["short"], open_units)
    parts = []

    late = is_past & ((today - due).astype(float) >= settings.purchasing.chase_after_days)
    silent = np.isnat(confirmed) & (age >= settings.purchasing.confirm_within_days) & ~late
    margin = facts["margin"]
    parts.append(
        _part(
            lines,
            late,
            "chase",
            open_units,
            expected,
            None,
            lost * margin,
            facts,
            "it is past its day; expected now by what such orders take once they are so old",
        )
    )
    parts.append(
        _part(
            lines,
            silent,
            "chase",
            open_units,
            expected,
            None,
            lost * margin,
            facts,
            "the supplier has not confirmed it",
        )
    )

    out_day = today + np.maximum(np.floor(flow["runs_out_in"]), 1.0).astype("timedelta64[D]")
    early = (lost > 0) & (out_day < expected)
    parts.append(
        _part(
            lines,
            early,
            "expedite",
            np.minimum(np.ceil(lost), open_units),
            expected,
            out_day,
            lost * margin,
            facts,
            "stock runs out before it comes",
        )
    )

    rate, cost = facts["rate"], facts["cost"]
    keep = rate * settings.purchasing.surplus_cover_days
    excess = np.clip(flow["stock_at_arrival"] + open_units - keep, 0.0, open_units)
    excess = np.where(excess >= open_units, open_units, np.floor(excess))
    wait_years = np.where(rate > 0, (keep + excess / 2) / np.where(rate > 0, rate, 1.0), LONGEST_WAIT_DAYS)
    wait_years = np.minimum(wait_years, LONGEST_WAIT_DAYS) / DAYS_IN_YEAR
    surplus_worth = excess * cost * np.minimum(carrying * wait_years, 1.0)
    worthwhile = (excess > 0) & (surplus_worth >= settings.purchasing.smallest_advice_minor)
    whole = worthwhile & (excess >= open_units)
    why = f"it would lie beyond {settings.purchasing.surplus_cover_days} days of demand"
    parts.append(_part(lines, whole, "cancel", excess, expected, None, surplus_worth, facts, why))
    parts.append(_part(lines, worthwhile & ~whole, "reduce", excess, expected, None, surplus_worth, facts, why))

    spare = flow["stock_at_arrival"] - np.maximum(facts["safety"], 0.0)
    days = np.where(rate > 0, np.floor(spare / np.where(rate > 0, rate, 1.0)), 0.0)
    days = np.clip(days, 0.0, LONGEST_WAIT_DAYS)
    saved = open_units * cost * carrying * days / DAYS_IN_YEAR
    delays = ~worthwhile & (days > settings.policy.review_days) & (saved >= settings.purchasing.smallest_advice_minor)
    later = expected + days.astype("timedelta64[D]")
    parts.append(
        _part(
            lines,
            delays,
            "delay",
            open_units,
            expected,
            later,
            saved,
            facts,
            "stock stays above the safety stock until then",
        )
    )
    result = pd.concat(parts, ignore_index=True)
    order = ["sku_id", "location_id", "purchase_order_id", "purchase_order_line_id", "advice"]
    return check(result.sort_values(order, kind="stable", ignore_index=True), OPEN_ORDER_ADVICE)


def _facts(
    lines: pd.DataFrame, policy: pd.DataFrame, stock: pd.DataFrame, skus: pd.DataFrame, settings: Settings
) -> dict[str, NDArray[Any]]:
    """What each line's SKU-location needs, has, costs and earns; a SKU that is not planned needs nothing."""

    def column(frame: pd.DataFrame, name: str, missing: float) -> NDArray[np.float64]:
        at = positions(lines, frame, KEY)
        if not len(frame):
            return np.full(len(lines), missing)
        return np.where(at >= 0, frame[name].to_numpy(dtype=float)[np.maximum(at, 0)], missing)

    days = column(policy, "protection_days", 0.0)
    rate = np.where(days > 0, column(policy, "expected_demand_units", 0.0) / np.where(days > 0, days, 1.0), 0.0)
    cost, price = column(skus, "unit_cost_minor", 0.0), column(skus, "unit_price_minor", 0.0)
    assumed = cost * settings.purchasing.assumed_margin_share
    at = positions(lines, skus, KEY)
    currency = np.full(len(lines), settings.business.currency, dtype=object)
    if len(skus):
        currency = np.where(at >= 0, skus["currency"].to_numpy(dtype=object)[np.maximum(at, 0)], currency)
    free = np.maximum(column(stock, "on_hand_units", 0.0) - column(stock, "reserved_units", 0.0), 0.0)
    at_policy = positions(lines, policy, KEY)
    waits = np.zeros(len(lines), dtype=bool)
    if len(policy):
        waits = (policy["shortage_rule"] == "backorders").to_numpy()[np.maximum(at_policy, 0)] & (at_policy >= 0)
    return {
        "rate": rate,
        "stock": free - column(policy, "backorder_units", 0.0),
        "safety": column(policy, "safety_stock_units", 0.0),
        "lead_time_days": column(policy, "lead_time_days", float(settings.lead_time.assumed_days)),
        "cost": cost,
        "margin": np.where(price > 0, np.maximum(price - cost, 0.0), assumed),
        "currency": currency,
        "waits": waits,
    }


def _play(
    lines: pd.DataFrame, wait: NDArray[np.float64], facts: dict[str, NDArray[Any]]
) -> dict[str, NDArray[np.float64]]:
    """Play each SKU-location forward through its arrivals at the mean rate."""
    sku, location = (pd.factorize(lines[name], sort=True)[0] for name in KEY)
    order = np.lexsort((np.arange(len(lines)), wait, location, sku))
    key = (sku * (location.max(initial=0) + 1) + location)[order]
    short, runs_out, at_arrival = _play_kernel(
        key,
        wait[order],
        lines["open_units"].to_numpy(dtype=float)[order],
        facts["rate"][order],
        facts["stock"][order],
        facts["waits"][order],
    )
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return {"short": short[back], "runs_out_in": runs_out[back], "stock_at_arrival": at_arrival[back]}


@kernel
def _play_kernel(key, wait, open_units, rate, start, waits):  # type: ignore[no-untyped-def]
    count = len(key)
    short, runs_out, at_arrival = np.zeros(count), np.full(count, 1e6), np.zeros(count)
    stock, day = 0.0, 0.0
    for index in range(count):
        if index == 0 or key[index] != key[index - 1]:
            stock, day = start[index], 0.0
        left = stock - rate[index] * (wait[index] - day)
        if left < 0.0 and (rate[index] > 0.0 or stock < 0.0):
            runs_out[index] = day + max(stock, 0.0) / rate[index] if rate[index] > 0.0 else day
            short[index] = -left
            if not waits[index]:
                left = 0.0
        at_arrival[index] = left
        stock = left + open_units[index]
        day = wait[index]
    return short, runs_out, at_arrival


def _part(
    lines: pd.DataFrame,
    chosen: NDArray[np.bool_],
    advice: str,
    advised: NDArray[np.float64],
    expected: NDArray[np.datetime64],
    advised_on: NDArray[np.datetime64] | None,
    worth: NDArray[np.float64],
    facts: dict[str, NDArray[Any]],
    reason: str,
) -> pd.DataFrame:
    rows = lines.loc[chosen, ["purchase_order_id", "purchase_order_line_id", "supplier_id", *KEY]]
    return rows.assign(
        advice=advice,
        open_units=lines.loc[chosen, "open_units"],
        advised_units=np.round(advised[chosen], 3),
        expected_on=expected[chosen].astype("datetime64[us]"),
        advised_on=np.datetime64("NaT", "us") if advised_on is None else advised_on[chosen].astype("datetime64[us]"),
        worth_minor=np.rint(worth[chosen]).astype(np.int64),
        currency=facts["currency"][chosen],
        reason=reason,
    )
