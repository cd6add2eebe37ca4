"""Draft the messages that the day's events call for: one a cause, the same cause never twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from invopt.messages.templates import language_for, render, written_day, written_money
from invopt.money import to_major
from invopt.settings import Business
from invopt.tables import MESSAGE, check, empty

_KIND_OF_PROBLEM = {
    "late": "parcel_late",
    "stuck": "parcel_stuck",
    "failed": "delivery_failed",
    "returned_to_sender": "parcel_returned",
    "lost": "parcel_lost",
    "damaged": "parcel_damaged",
}
_LINE = ["return_id", "return_line_id"]
_STEPS = ("requested_on", "scanned_on", "received_on", "graded_on", "refunded_on")
_NAMED_BY_STATE = ("return_granted", "return_refused", "return_received")
#: What a draft is made from: kind, key, cause (part of its identity), order_id, variables.
_Wish = tuple[str, str, str, str | None, dict[str, Any]]


def draft_messages(
    shipment: pd.DataFrame,
    backlog: pd.DataFrame,
    returns: pd.DataFrame,
    return_line: pd.DataFrame,
    customers: pd.DataFrame,
    business: Business,
    as_of: dt.date,
    *,
    forget_after_days: int = 30,
    exchange: pd.DataFrame | None = None,
    label: pd.DataFrame | None = None,
    reminder_days: int = 0,
) -> pd.DataFrame:
    """Table `message`: what to tell customers about parcels in trouble, goods that wait, and returns.

    `shipment`, `backlog`, `returns` (`return_authorisation`) and `return_line` are the tables; `customers` has
    order_id, customer_id, ship_to_name, ship_to_country, one row an order. The id is made of kind, key and cause, so a
    trouble that lasts is drafted again with the same id, and an outbox that has sent it does not repeat it.
    Each step of a return has its message: granted or refused, label out, on its way, received, counted otherwise than
    announced, graded, refunded; one is reminded `reminder_days` before it expires, and told when it has. `exchange`
    (`return_exchange`) tells what is kept for whom, `label` (`return_label`) how the parcel is handed over.
    Parcels without news and returns without a step for `forget_after_days` are history, not news. The
    recipient is the customer_id where that is a mail address, as most shops export it.
    """
    known = {row["order_id"]: row for row in customers.to_dict("records")}
    since = pd.Timestamp(as_of) - pd.Timedelta(days=forget_after_days)
    shipment = shipment[shipment["last_event_at"] >= since]
    returns = returns.merge(return_line[[*_STEPS, *_LINE]], on=_LINE, validate="one_to_one")
    # A return that was not used is news on the day it is closed, a whole authorisation after its request.
    last_step = returns[list(_STEPS)].max(axis=1)
    extra = (returns["state"] == "closed").astype("int64") * forget_after_days
    returns = returns[(last_step + pd.to_timedelta(extra, unit="D") >= since) | (returns["expires_on"] >= since)]
    rows = [
        _row(wish, known.get(wish[3] or "", {}), business, as_of)
        for wish in (*_of_shipments(shipment), *_of_backlog(backlog), *_of_returns(returns, as_of, reminder_days),
                     *_of_exchanges(exchange, returns), *_of_labels(label, returns))
    ]  # fmt: skip
    if not rows:
        return empty(MESSAGE)
    return check(pd.DataFrame(rows).drop_duplicates("message_id")[list(MESSAGE.names)], MESSAGE)


def _of_shipments(shipment: pd.DataFrame) -> Iterator[_Wish]:
    for row in shipment[shipment["problem"] != ""].to_dict("records"):
        kind, order = _KIND_OF_PROBLEM[row["problem"]], _text(row["order_id"])
        variables = {"order_id": order or row["tracking_number"], "tracking_number": row["tracking_number"],
                     "carrier": row["carrier_id"]}  # fmt: skip
        cause = f"{row['last_event_at']:%Y-%m-%d}"
        if kind == "parcel_late":
            variables["promised_on"] = row["promised_on"]
            cause = f"{row['promised_on']:%Y-%m-%d}"
        elif kind == "parcel_stuck":
            variables["last_event_on"] = row["last_event_at"]
        yield kind, row["tracking_number"], cause, order, variables


def _of_backlog(backlog: pd.DataFrame) -> Iterator[_Wish]:
    dated = backlog[(backlog["cause"] == "no_stock") & backlog["available_on"].notna()]
    for row in dated.to_dict("records"):
        variables = {"order_id": row["order_id"], "article": row["sku_id"], "available_on": row["available_on"]}
        key = f"{row['order_id']}/{row['order_line_id']}"
        yield "order_waiting", key, f"{row['available_on']:%Y-%m-%d}", row["order_id"], variables


def _of_returns(returns: pd.DataFrame, as_of: dt.date, reminder_days: int) -> Iterator[_Wish]:
    today = pd.Timestamp(as_of)
    for row in returns.to_dict("records"):
        known: dict[str, Any] = {name: row[name] for name in ("order_id", "return_id", "sku_id")}
        refund = {"refund": (int(row["credit_minor"] or row["refund_minor"]), row["currency"])}
        waits = row["state"] == "authorised" and pd.notna(row["expires_on"])
        steps: list[tuple[str, dict[str, Any]]] = []
        if row["state"] == "refused":
            steps.append(("return_refused", {"answer": row["reason"].rstrip(".")}))
        elif row["state"] == "closed" and "not used in time" in row["reason"]:
            steps.append(("return_expired", {}))
        elif row["state"] == "refunded":
            steps.append(("return_refunded", refund))
        elif row["count_path"] in ("fewer", "more", "other") and row["state"] in ("received", "graded"):
            steps.append(("return_miscounted", {"units": f"{row['granted_units']:g}"}))
        elif row["state"] in ("received", "graded"):
            steps.append((f"return_{row['state']}", refund))
        elif row["state"] == "authorised" and pd.notna(row["scanned_on"]):
            steps.append(("return_scanned", {}))
        elif row["state"] == "authorised":
            steps.append(("return_granted", {"units": f"{row['granted_units']:g}", **refund}))
        if waits and 0 <= (row["expires_on"] - today).days <= reminder_days:
            steps.append(("return_reminder", {"expires_on": row["expires_on"]}))
        for kind, more in steps:
            cause = row["state"] if kind in _NAMED_BY_STATE else kind.removeprefix("return_")
            yield kind, f"{row['return_id']}/{row['return_line_id']}", cause, row["order_id"], known | more


def _of_exchanges(exchange: pd.DataFrame | None, returns: pd.DataFrame) -> Iterator[_Wish]:
    if exchange is None:
        return
    kinds = {"reserved": "exchange_reserved", "due": "exchange_due", "timed_out": "exchange_released",
             "no_stock": "exchange_impossible", "no_price": "exchange_impossible"}  # fmt: skip
    for row in exchange.merge(returns[_LINE], on=_LINE, validate="one_to_one").to_dict("records"):
        if row["state"] in kinds:
            variables = {
                "order_id": row["order_id"], "return_id": row["return_id"], "sku_id": row["sku_id"],
                "until_on": row["reserved_until_on"],
            }  # fmt: skip
            key = f"{row['return_id']}/{row['return_line_id']}"
            yield kinds[row["state"]], key, row["state"], row["order_id"], variables


def _of_labels(label: pd.DataFrame | None, returns: pd.DataFrame) -> Iterator[_Wish]:
    if label is None:
        return
    for row in label[label["return_id"].isin(returns["return_id"]) & label["carrier_id"].notna()].to_dict("records"):
        kind = "return_drop_off" if row["hand_over"] == "drop_off" else "return_pick_up"
        variables = {
            "order_id": row["order_id"], "return_id": row["return_id"], "carrier": row["carrier_id"],
            "until_on": row["valid_until_on"],
        }  # fmt: skip
        yield kind, row["return_id"], "labelled", row["order_id"], variables


def _row(wish: _Wish, customer: Mapping[Any, Any], business: Business, as_of: dt.date) -> dict[str, Any]:
    kind, key, cause, order_id, variables = wish
    country = _text(customer.get("ship_to_country")) or business.country
    language, assumed = language_for(country, business.locale)
    customer_id = _text(customer.get("customer_id"))
    recipient = customer_id if customer_id and "@" in customer_id else None
    written = {name: _written(value, language) for name, value in variables.items()}
    name = _text(customer.get("ship_to_name")) or ""
    text = render(kind, language, written, shop=business.name, customer_name=name)
    notes = [assumed, "" if recipient else "no mail address is known"]
    return {
        "message_id": f"{kind}:{key}:{cause}", "kind": kind, "key": key, "order_id": order_id,
        "customer_id": customer_id, "recipient": recipient, "language": language, "subject": text.subject,
        "text_body": text.text_body, "html_body": text.html_body, "drafted_on": pd.Timestamp(as_of),
        "reason": "; ".join(note for note in notes if note),
    }  # fmt: skip


def _written(value: Any, language: str) -> str:
    if isinstance(value, dt.date | dt.datetime):
        return written_day(value, language)
    if isinstance(value, tuple):
        minor, currency = value
        return written_money(str(to_major(minor, currency)), currency, language)
    return str(value)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
