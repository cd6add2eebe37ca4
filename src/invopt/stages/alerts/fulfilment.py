"""Exceptions of orders on their way out and goods on their way back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.settings import Alerts
from invopt.stages.alerts.rows import day, joined, made, none, percent, plain, told


def hold_alerts(order_check: pd.DataFrame) -> pd.DataFrame:
    """Orders on hold. Worth: the value of the order."""
    held = order_check[order_check["outcome"] == "on_hold"]
    return made(
        "order_on_hold",
        "order",
        key=held["order_id"],
        worth=held["amount_minor"],
        currency=held["currency"],
        message=held["reason"],
        remedy=told("Check it; ", held["released_by"].astype("str").replace("", "a planner"), " may release it."),
    )


def backlog_alerts(backlog: pd.DataFrame, open_order_line: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Orders that wait for stock without a date, or beyond the date promised. Worth: the value that waits."""
    keys = ["order_id", "order_line_id"]
    frame = backlog.merge(open_order_line[[*keys, "promised_on"]], on=keys, how="left", validate="one_to_one")
    frame = frame[frame["cause"].isin(["no_stock", "capacity", "awaiting_complete"])]
    no_date = frame["available_on"].isna() & (frame["cause"] == "no_stock")
    broken = ~no_date & (frame["available_on"].fillna(as_of) > frame["promised_on"])
    frame = frame[no_date | broken]
    if frame.empty:
        return none()
    frame = frame.assign(no_date=no_date)
    lines = (
        frame.groupby(["order_id", "currency"], sort=True)
        .agg(
            worth=("amount_minor", "sum"),
            units=("waiting_units", "sum"),
            available=("available_on", "max"),
            promised=("promised_on", "min"),
            no_date=("no_date", "any"),
            reason=("reason", "first"),
        )
        .reset_index()
    )
    promised = told(", promised for ", day(lines["promised"])).where(lines["promised"].notna(), "")
    expected = told("goods expected ", day(lines["available"])).mask(lines["no_date"], "no date yet")
    return made(
        "promise_at_risk",
        "order",
        key=joined(lines["order_id"], lines["currency"]),
        worth=lines["worth"],
        currency=lines["currency"],
        message=told(plain(lines["units"]), " units wait", promised, "; ", expected, ". ", lines["reason"]),
        remedy="Tell the customer, offer another SKU or a part delivery.",
    )


def parcel_alerts(
    parcel: pd.DataFrame, shipment: pd.DataFrame, open_order_line: pd.DataFrame, order_line: pd.DataFrame
) -> pd.DataFrame:
    """Parcels with a problem, parcels that will break their promise, and parcels nobody can carry.

    Worth: the value of the order they carry; zero where the order is not known.
    """
    amounts = pd.concat(
        [
            open_order_line[["order_id", "amount_minor", "currency"]],
            order_line[["order_id", "amount_minor", "currency"]],
        ]
    )
    # An order that is partly open stands in both tables: the larger sum is the whole of it.
    source = np.repeat([0, 1], [len(open_order_line), len(order_line)])
    sums = amounts.groupby(["order_id", source]).agg(worth=("amount_minor", "sum"), currency=("currency", "first"))
    orders = sums.groupby(level=0).agg(worth=("worth", "max"), order_currency=("currency", "first")).reset_index()
    promised = open_order_line.groupby("order_id")["promised_on"].min().reset_index()

    trouble = shipment[shipment["problem"].fillna("") != ""].merge(orders, on="order_id", how="left")
    currency = _common_currency(open_order_line, order_line, parcel)
    sent = made(
        "parcel_problem",
        "parcel",
        key=trouble["tracking_number"],
        worth=trouble["worth"],
        currency=trouble["order_currency"].astype("str").fillna(currency),
        message=told(
            trouble["carrier_id"],
            ": ",
            trouble["problem"].str.replace("_", " "),
            "; last event ",
            day(trouble["last_event_at"]),
            ", promised ",
            day(trouble["promised_on"]),
            ".",
        ),
        remedy=trouble["next_step"],
    )
    leaving = parcel.merge(orders, on="order_id", how="left").merge(promised, on="order_id", how="left")
    late = leaving[leaving["promise_on"] > leaving["promised_on"]]
    after = made(
        "promise_at_risk",
        "parcel",
        key=late["parcel_id"],
        worth=late["worth"],
        currency=late["order_currency"].astype("str").fillna(currency),
        message=told(
            "Leaves ",
            day(late["ships_on"]),
            ", expected by ",
            day(late["promise_on"]),
            ", promised for ",
            day(late["promised_on"]),
            ".",
        ),
        remedy="Choose a faster service, or tell the customer.",
    )
    stuck = leaving[leaving["carrier_id"].isna()]
    uncarried = made(
        "no_carrier",
        "parcel",
        key=stuck["parcel_id"],
        worth=stuck["worth"],
        currency=stuck["order_currency"].astype("str").fillna(currency),
        message=told("No carrier takes this parcel. ", stuck["reason"]),
        remedy="Add a rate card that covers it, or repack.",
    )
    return pd.concat([sent, after, uncarried], ignore_index=True)


def return_alerts(
    authorisation: pd.DataFrame, rate: pd.DataFrame, sku_location: pd.DataFrame, rules: Alerts
) -> pd.DataFrame:
    """Returns that wait to be graded, and SKUs that come back too often. Worth: refunds due; value returned."""
    waiting = authorisation[authorisation["state"] == "received"]
    grade = made(
        "return_to_grade",
        "return",
        key=joined(waiting["return_id"], waiting["return_line_id"]),
        worth=waiting["refund_minor"],
        currency=waiting["currency"],
        message=told(
            plain(waiting["granted_units"]),
            " units of ",
            waiting["sku_id"],
            " have arrived and wait to be graded; the refund is due.",
        ),
        remedy="Grade the goods, then refund.",
    )
    prices = sku_location.groupby("sku_id").agg(price=("unit_price_minor", "max"), currency=("currency", "first"))
    often = rate[(rate["return_share"] > rules.return_share) & (rate["returned_units"] >= rules.return_units)]
    often = often.merge(prices, on="sku_id", how="inner", validate="one_to_one")
    back = made(
        "returns_piling_up",
        "sku",
        key=often["sku_id"],
        worth=often["returned_units"] * often["price"],
        currency=often["currency"],
        message=told(
            percent(often["return_share"]),
            " of the units sold come back (",
            plain(often["returned_units"]),
            " of ",
            plain(often["sold_units"]),
            ").",
        ),
        remedy="Read the reasons; mend the description, the size chart or the packing.",
    )
    return pd.concat([grade, back], ignore_index=True)


def _common_currency(*frames: pd.DataFrame) -> str:
    seen = pd.concat([frame["currency"].dropna() for frame in frames])
    return str(seen.mode().iloc[0]) if len(seen) else "XXX"  # ISO 4217: no currency involved
