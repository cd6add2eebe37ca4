"""Exceptions of stock: out, soon out, too much, dead."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.money import digits
from invopt.settings import Alerts, Policy
from invopt.stages.alerts.rows import day, joined, made, none, plain, told


def stockout_alerts(planned: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """SKUs that are out of stock, and SKUs that will be before the earliest arrival.

    Worth: the margin on the units expected to be lost before an order of today can arrive, and on customers'
    orders that wait.
    """
    free = planned["on_hand_units"].fillna(0.0) - planned["reserved_units"].fillna(0.0)
    # Nobody has counted an assumed stock: it is not known to be out.
    is_counted = ~planned["is_stock_assumed"].fillna(True).astype(bool)
    # A SKU that is being run down is meant to sell out.
    wanted = (planned["expected_demand_units"] > 0) & is_counted & (planned["lifecycle"] == "active")
    margin = (planned["unit_price_minor"] - planned["unit_cost_minor"]).clip(lower=0)
    hurt = planned["expected_lost_units"] + planned["backorder_units"]
    out = wanted & (free <= 0)
    lost = plain(planned["expected_lost_units"])
    waits = told("; customers wait for ", plain(planned["backorder_units"]))
    waiting = waits.where(planned["backorder_units"] > 0, "")
    arrival = _arrival(planned, as_of)
    remedy = _remedy(planned)
    stocked_out = made(
        "stocked_out",
        "sku_location",
        key=joined(planned["sku_id"], planned["location_id"]),
        worth=hurt * margin,
        currency=planned["currency"],
        message=told(
            "Out of stock",
            waiting,
            "; ",
            lost,
            " units of demand may be lost before an order of today arrives. ",
            arrival,
        ),
        remedy=remedy,
    )
    days = planned["stockout_in_days"].astype("Float64").astype("float64")
    soon = wanted & ~out & (planned["expected_lost_units"] * margin >= 1) & (days <= planned["lead_time_days"])
    will = made(
        "will_stock_out",
        "sku_location",
        key=joined(planned["sku_id"], planned["location_id"]),
        worth=hurt * margin,
        currency=planned["currency"],
        message=told(
            "Runs out in about ",
            plain(days),
            " days, before the lead time of ",
            plain(planned["lead_time_days"].round()),
            " days; ",
            lost,
            " units may be lost. ",
            arrival,
        ),
        remedy=remedy,
    )
    return pd.concat([stocked_out[out], will[soon]], ignore_index=True)


def surplus_alerts(
    planned: pd.DataFrame, cover_days: int, policy: Policy, obsolescence_rate: float = 0.0
) -> pd.DataFrame:
    """Stock that exceeds the set days of demand. Worth: what a year of holding the excess costs.

    The remedy names the discount a unit that costs no more than letting the excess lie until it has sold: cost x
    (holding + obsolescence a year) x the mean wait of the excess, at most the cost.
    """
    daily = planned["expected_demand_units"] / planned["protection_days"].where(planned["protection_days"] > 0)
    keep = np.maximum(daily * cover_days, planned["target_level_units"])
    excess = (planned["on_hand_units"] - keep).clip(lower=0)
    value = excess * planned["unit_cost_minor"]
    chosen = (daily > 0) & (excess >= 1)
    wait_years = (keep + excess / 2) / daily.where(daily > 0) / 365.0
    waiting = planned["unit_cost_minor"] * (wait_years * (policy.holding_rate_per_year + obsolescence_rate)).clip(
        upper=1
    )
    discount = pd.Series(
        [
            f"{amount / 10 ** digits(code):.{digits(code)}f}"
            for amount, code in zip(waiting.fillna(0.0), planned["currency"], strict=True)
        ],
        index=planned.index,
        dtype="str",
    )
    rows = made(
        "surplus",
        "sku_location",
        key=joined(planned["sku_id"], planned["location_id"]),
        worth=value * policy.holding_rate_per_year,
        currency=planned["currency"],
        message=told(
            plain(excess.round()),
            " of ",
            plain(planned["on_hand_units"]),
            " units are more than ",
            f"{cover_days} days of demand; at ",
            plain(daily),
            " a day the stock lasts ",
            plain((planned["on_hand_units"] / daily).round()),
            " days.",
        ),
        remedy=told(
            "Sell down: up to ",
            discount,
            " ",
            planned["currency"],
            " off a unit costs less than letting it lie. Or return it, or move it.",
        ),
    )
    return rows[chosen.fillna(False)]


def dead_stock_alerts(
    sku_location: pd.DataFrame, stock_position: pd.DataFrame, rules: Alerts, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Stock that nobody has ordered for long. Worth: its value at cost."""
    keys = ["sku_id", "location_id"]
    frame = sku_location.merge(stock_position[[*keys, "on_hand_units"]], on=keys, how="inner", validate="one_to_one")
    idle = (as_of - frame["last_demand_on"]).dt.days.astype("float64")
    frame = frame[(frame["on_hand_units"] > 0) & (idle.isna() | (idle > rules.dead_after_days))]
    if frame.empty:
        return none()
    since = told("last order on ", day(frame["last_demand_on"])).where(
        frame["last_demand_on"].notna(), "it was never ordered"
    )
    return made(
        "dead_stock",
        "sku_location",
        key=joined(frame["sku_id"], frame["location_id"]),
        worth=frame["on_hand_units"] * frame["unit_cost_minor"],
        currency=frame["currency"],
        message=told(plain(frame["on_hand_units"]), " units lie there; ", since, "."),
        remedy="Mark down, bundle, or write off; set its lifecycle to run_down.",
    )


def _arrival(planned: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    on_order = planned["on_order_units"].fillna(0.0) > 0
    due = planned["next_arrival_on"]
    text = pd.Series("Nothing is on order.", index=planned.index, dtype="str")
    text = text.mask(on_order, "An order is on its way, without a confirmed date.")
    text = text.mask(on_order & (due >= as_of), told("Next arrival confirmed for ", day(due), "."))
    return text.mask(on_order & (due < as_of), told("An arrival confirmed for ", day(due), " is overdue."))


def _remedy(planned: pd.DataFrame) -> pd.Series:
    text = pd.Series("Move stock from another location, or offer another SKU.", planned.index, dtype="str")
    text = text.mask(planned["on_order_units"] > 0, "Expedite what is on order, or move stock from another location.")
    text = text.mask(planned["supplier_id"].isna(), "No supplier is known: add one to the supplier terms.")
    order = told(
        "Order ", plain(planned["final_units"]), " from ", planned["supplier_id"], " on ", day(planned["order_on"]),
        ", expected ", day(planned["expected_on"]), ".",
    )  # fmt: skip
    return text.mask((planned["final_units"] > 0) & planned["supplier_id"].notna(), order)
