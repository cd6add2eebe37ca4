"""Exceptions of supply: orders on the way, short suppliers, orders below a supplier's minimum."""

from __future__ import annotations

import pandas as pd

from invopt.settings import Alerts
from invopt.stages.alerts.rows import day, joined, made, none, percent, plain, told

_KIND = {"chase": "late_order", "expedite": "late_order", "delay": "order_too_early", "reduce": "order_too_large",
         "cancel": "order_not_needed"}  # fmt: skip
_DO = {"chase": "Ask the supplier for a date for ", "expedite": "Ask the supplier to bring forward ",
       "delay": "Ask the supplier to deliver later: ", "reduce": "Reduce the order by ",
       "cancel": "Cancel "}  # fmt: skip


def advice_alerts(advice: pd.DataFrame) -> pd.DataFrame:
    """What should be done about orders on the way. Worth: that of the advice."""
    if advice.empty:
        return none()
    is_dated = advice["advised_on"].notna() & advice["advice"].isin(["chase", "expedite", "delay"])
    until = told(", wanted on ", day(advice["advised_on"])).where(is_dated, "")
    remedy = told(advice["advice"].map(_DO), plain(advice["advised_units"]), " units of purchase order ")
    rows = made(
        "order",
        "purchase_order_line",
        key=joined(advice["purchase_order_id"], advice["purchase_order_line_id"], advice["advice"]),
        worth=advice["worth_minor"],
        currency=advice["currency"],
        message=told(
            advice["sku_id"],
            " from ",
            advice["supplier_id"],
            ", expected ",
            day(advice["expected_on"]),
            ": ",
            advice["reason"],
        ),
        remedy=told(remedy, advice["purchase_order_id"], until, "."),
    )
    return rows.assign(alert_kind=advice["advice"].map(_KIND).astype("str"))


def short_supplier_alerts(
    lead_time: pd.DataFrame, inbound: pd.DataFrame, sku_location: pd.DataFrame, rules: Alerts
) -> pd.DataFrame:
    """Suppliers expected to deliver less than ordered. Worth: the margin of what is on order and will not come."""
    keys = ["sku_id", "location_id"]
    prices = sku_location[[*keys, "unit_price_minor", "unit_cost_minor", "currency"]]
    frame = inbound.merge(
        lead_time[["supplier_id", *keys, "fill_share", "is_assumed"]],
        on=["supplier_id", *keys],
        how="inner",
        validate="many_to_one",
    ).merge(prices, on=keys, how="inner", validate="many_to_one")
    frame = frame[(frame["fill_share"] < rules.short_fill_share) & ~frame["is_assumed"]]
    if frame.empty:
        return none()
    frame["short_units"] = (1 - frame["fill_share"]) * frame["open_units"]
    margin = (frame["unit_price_minor"] - frame["unit_cost_minor"]).clip(lower=0)
    frame["worth"] = frame["short_units"] * margin
    sums = (
        frame.groupby(["supplier_id", "currency"])
        .agg(short=("short_units", "sum"), open=("open_units", "sum"), worth=("worth", "sum"))
        .reset_index()
    )
    share = 1 - sums["short"] / sums["open"].where(sums["open"] > 0)
    return made(
        "short_supplier",
        "supplier",
        key=joined(sums["supplier_id"], sums["currency"]),
        worth=sums["worth"],
        currency=sums["currency"],
        message=told(
            "Of ",
            plain(sums["open"]),
            " units on order about ",
            plain(sums["short"].round()),
            " are not expected to come (",
            percent(share.fillna(1.0)),
            " of an order is usually delivered).",
        ),
        remedy="Ask for the missing units, or order them elsewhere.",
    )


def supplier_order_alerts(supplier_order: pd.DataFrame, proposal: pd.DataFrame) -> pd.DataFrame:
    """Orders below a supplier's minimum, and needs that nobody can fill.

    Worth: what is missing to the minimum; the gain that is forgone.
    """
    below = supplier_order[~supplier_order["meets_minimum"] & (supplier_order["lines"] > 0)]
    short = below["minimum_order_minor"] - below["amount_minor"]
    minimum = made(
        "below_minimum_order",
        "supplier",
        key=joined(below["supplier_id"], below["location_id"], day(below["order_on"])),
        worth=short,
        currency=below["currency"],
        message=told(
            "The order of ",
            day(below["order_on"]),
            " stays ",
            percent(short / below["minimum_order_minor"].where(below["minimum_order_minor"] > 0)),
            " below the supplier's minimum. ",
            below["reason"],
        ),
        remedy="Add lines, agree an exception, or wait for the next order day.",
    )
    stuck = proposal[
        (proposal["binding_constraint"] == "no_supplier")
        & (proposal["final_units"] <= 0)
        & (proposal["need_units"] > 0)
    ]
    unsold = made(
        "cannot_buy",
        "sku_location",
        key=joined(stuck["sku_id"], stuck["location_id"]),
        worth=stuck["gain_minor"],
        currency=stuck["currency"],
        message=told(
            plain(stuck["need_units"]), " units are needed and no supplier can deliver them. ", stuck["reason"]
        ),
        remedy="Add a supplier's terms, or set the SKU to run_down.",
    )
    return pd.concat([minimum, unsold], ignore_index=True)


def refused_decision_alerts(refused: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Decisions that could not be followed. They carry no worth: what they were worth, only their maker knows."""
    return made(
        "decision_refused",
        "decision",
        key=joined(refused["key"], refused["decision_id"]),
        worth=pd.Series(0.0, index=refused.index),
        currency=pd.Series(currency, index=refused.index),
        message=told("The decision to ", refused["action"], " was not followed. ", refused["reason"]),
        remedy="Decide again on the proposal as it stands.",
    )
