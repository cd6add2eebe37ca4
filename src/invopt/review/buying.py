"""Decisions about what to buy: approve, change, reject, snooze, order once, split, send, confirm, receive, close."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pandas as pd

from invopt.decisions import NewDecision
from invopt.errors import InvoptError
from invopt.purchasing import decision_value, purchase_order_lines
from invopt.review.actions import (
    Decided,
    Form,
    day_of_form,
    expiry,
    offer,
    reason_of,
    simple,
    units_of_form,
    within_limit,
)
from invopt.review.book import Book
from invopt.review.desk import Desk
from invopt.review.journal import Topic, topic_of
from invopt.review.users import User

SUBJECT = "order_proposal"
OPEN_STATES = ("proposed", "rejected", "snoozed", "approved", "changed")  # until it is sent


def approve_many(desk: Desk, book: Book, user: User, chosen: list[tuple[str, str]], reason: str | None) -> Decided:
    """Approve proposals as they stand. `chosen` holds version and topic (SKU|location) of each.

    The user's limit holds for their sum, so that a large order is not approved in small pieces at once.
    """
    if not chosen:
        raise InvoptError("Choose at least one proposal.")
    made, seen, amounts = [], {}, dict[str, int]()
    for version, key in chosen:
        row = _proposal(book, key)
        if row["state"] not in ("proposed", "snoozed", "rejected"):
            raise InvoptError(f"{row['sku_id'][:60]} is {_words(row['state'])} already.")
        if not row["final_units"] > 0:
            raise InvoptError(f"{row['sku_id'][:60]}: nothing is proposed, so there is nothing to approve.")
        amounts[row["currency"]] = amounts.get(row["currency"], 0) + row["amount_minor"]
        value = decision_value(row["final_units"], facts(row))
        made.append(NewDecision(SUBJECT, row["proposal_id"], "approve", f"{row['final_units']:g}", value, reason))
        seen[topic_of(SUBJECT, row["proposal_id"])] = version
    for currency, amount in amounts.items():
        within_limit(user, amount, currency, book)
    return Decided(made, seen, f"{book.words.count(len(made), 'proposal')} approved, {book.words.sums(amounts)}.")


def _approve(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    row = _open(book, form)
    if not row["final_units"] > 0:
        raise InvoptError("Nothing is proposed: change the quantity instead.")
    within_limit(user, row["amount_minor"], row["currency"], book)
    value = decision_value(row["final_units"], facts(row))
    told = f"{_named(row)}: {book.words.units(row['final_units'])} approved."
    return _one(
        row, form, "approve", told, from_value=f"{row['final_units']:g}", to_value=value, until=expiry(form, book)
    )


def _change(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    row = _open(book, form)
    units = units_of_form(form, "units", "Units to order")
    _supplied(row)
    within_limit(user, cost(units, row["unit_cost_minor"]), row["currency"], book)
    told = f"{_named(row)}: {book.words.units(units)} instead of {book.words.units(row['final_units'])}."
    return _one(
        row, form, "change", told, from_value=f"{row['final_units']:g}", to_value=decision_value(units, facts(row)),
        until=expiry(form, book), needs_reason=True,
    )  # fmt: skip


def _reject(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    row = _open(book, form)
    until = expiry(form, book)
    told = f"{_named(row)} rejected{f' until {book.words.day(until)}' if until else ''}."
    return _one(row, form, "reject", told, until=until, needs_reason=True)


def _snooze(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    row = _open(book, form)
    until = expiry(form, book)
    if until is None:
        raise InvoptError("Say until which day it stays quiet.")
    return _one(row, form, "snooze", f"{_named(row)} stays quiet until {book.words.day(until)}.", until=until)


def _reopen(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    row = _open(book, form)
    return _one(row, form, "reopen", f"{_named(row)} is open again.")


def _once(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    """Order a quantity once, beside what the plan proposes; the next plan counts it as on order."""
    key = form.get("key", "")
    sku = book.skus.row(key)
    if sku is None:
        raise InvoptError("The plan does not know this SKU at this location.")
    units = units_of_form(form, "units", "Units to order once")
    offer_of = supplier_offer(book, sku["sku_id"], form.get("supplier_id", ""), units)
    within_limit(user, cost(units, offer_of["unit_cost_minor"]), offer_of["currency"], book)
    topic: Topic = (SUBJECT, key)
    row = {
        "sku_id": sku["sku_id"], "location_id": sku["location_id"], **offer_of,
        "order_on": pd.Timestamp(book.as_of), "expected_on": pd.NaT,
    }  # fmt: skip
    number = next_number(desk, book, topic)
    made = NewDecision(
        SUBJECT, f"{key}|{book.as_of.isoformat()}|{number}", "change", "0", decision_value(units, facts(row)),
        reason_of(form, needed=True), expiry(form, book),
    )  # fmt: skip
    told = f"{_named(row)}: {book.words.units(units)} ordered once from {book.supplier_name(offer_of['supplier_id'])}."
    return Decided([made], {topic: form.get("version", "-")}, told)


def _split(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    """Order a part as proposed, and the rest on another day or from another supplier."""
    row = _open(book, form)
    _supplied(row)
    first = units_of_form(form, "units", "Units of the first part")
    rest = round(row["final_units"] - first, 3)
    if rest <= 0:
        raise InvoptError(f"The first part must be less than {book.words.units(row['final_units'])} units.")
    supplier = form.get("supplier_id") or row["supplier_id"]
    other = supplier_offer(book, row["sku_id"], supplier, rest)
    day = day_of_form(form, "day", "Day of the second order") if form.get("day") else row["order_on"]
    if supplier == row["supplier_id"] and pd.Timestamp(day) == pd.Timestamp(row["order_on"]):
        raise InvoptError("The second part needs another day or another supplier.")
    total = cost(first, row["unit_cost_minor"]) + cost(rest, other["unit_cost_minor"])
    within_limit(user, total, row["currency"], book)
    shift = pd.Timestamp(day) - pd.Timestamp(row["order_on"])
    later = pd.Timestamp(row["expected_on"]) + shift if row["expected_on"] is not None else pd.NaT
    second = row | other | {"order_on": pd.Timestamp(day), "expected_on": later}
    topic = topic_of(SUBJECT, row["proposal_id"])
    number = next_number(desk, book, topic)
    reason = reason_of(form, needed=True)
    made = [
        NewDecision(SUBJECT, row["proposal_id"], "change", f"{row['final_units']:g}",
                    decision_value(first, facts(row)), reason),
        NewDecision(SUBJECT, f"{topic[1]}|{book.as_of.isoformat()}|{number}", "change", "0",
                    decision_value(rest, facts(second)), reason),
    ]  # fmt: skip
    told = (
        f"{_named(row)}: {book.words.units(first)} as proposed and {book.words.units(rest)} from "
        f"{book.supplier_name(supplier)} on {book.words.day(day)}."
    )
    return Decided(made, {topic: form.get("version", "-")}, told)


def send_order(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    """Say that a purchase order has left: every line of it."""
    number = form.get("purchase_order_id", "")
    drafts = drafts_now(desk, book)
    lines = drafts[drafts["purchase_order_id"] == number]
    if lines.empty:
        raise InvoptError("This purchase order was sent already, or nothing in it is approved any more.")
    if len(lines) != int(form.get("lines") or 0):
        raise InvoptError("Its lines have changed since the page was made. Look at them again, then send it.")
    keys = lines["proposal_id"].tolist()
    seen = {topic_of(SUBJECT, key): desk.journal.version(topic_of(SUBJECT, key)) for key in keys}
    made = [NewDecision(SUBJECT, key, "send", None, number, reason_of(form)) for key in keys]
    return Decided(made, seen, f"{number}: {book.words.count(len(made), 'line')} marked as sent.")


def _confirm(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    bought = _bought(desk, book, form, ("sent", "confirmed", "partly_received"))
    day = day_of_form(form, "day", "Arrival day")
    told = f"{_named(bought)}: expected on {book.words.day(day)}."
    return simple(SUBJECT, form, told=told, to_value=day.isoformat())


def _receive(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    bought = _bought(desk, book, form, ("sent", "confirmed", "partly_received"))
    units = units_of_form(form, "units", "Units received")
    told = f"{_named(bought)}: {book.words.units(units)} received."
    return simple(SUBJECT, form, told=told, from_value=f"{bought['open_units']:g}", to_value=f"{units:g}")


def _close(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    bought = _bought(desk, book, form, ("approved", "changed", "sent", "confirmed", "partly_received"))
    return simple(SUBJECT, form, told=f"{_named(bought)}: the rest is closed.", reason=reason_of(form, needed=True))


def drafts_now(desk: Desk, book: Book) -> pd.DataFrame:
    """The purchase orders that are to leave, as the decisions stand now (table `purchase_order_draft`)."""
    drafts = purchase_order_lines(desk.commitments(book), book.supplier)
    names = book.names.reindex(pd.MultiIndex.from_frame(drafts[["sku_id", "location_id"]]))
    return drafts.assign(product_name=names.astype("str").to_numpy())


def supplier_offer(book: Book, sku_id: str, supplier_id: str, units: float) -> dict[str, Any]:
    """The price at which a supplier sells so many units, from the terms in force."""
    terms = offers(book, sku_id)
    terms = terms[terms["supplier_id"] == supplier_id]
    if terms.empty:
        raise InvoptError(f"{supplier_id[:60] or 'Nobody'} does not sell {sku_id[:60]} on the day of the plan.")
    reached = terms[terms["from_units"] <= units]
    row = (reached if len(reached) else terms.head(1)).iloc[-1]
    return {"supplier_id": supplier_id, "unit_cost_minor": int(row["unit_cost_minor"]), "currency": row["currency"]}


def offers(book: Book, sku_id: str) -> pd.DataFrame:
    """Terms in force of everybody who sells a SKU, by supplier and quantity (rows of `supplier_term`)."""
    rows = book.of_sku("supplier_term", sku_id)
    today = pd.Timestamp(book.as_of)
    rows = rows[~(rows["valid_from_on"] > today) & ~(rows["valid_until_on"] < today)]
    if rows.empty and book.is_assumed_supplier:
        known = book.of_sku("order_proposal", sku_id)
        rows = known[["supplier_id", "sku_id", "unit_cost_minor", "currency"]].assign(from_units=0.0)
    return rows.sort_values(["supplier_id", "from_units"])


def next_number(desk: Desk, book: Book, topic: Topic) -> int:
    """The first number of the day that no order of this SKU and location has."""
    keys = [entry["key"] for entry in desk.journal.about(topic)]
    held = book.proposals.row(topic[1])
    keys += [held["proposal_id"]] if held else []
    found = [re.search(rf"\|{book.as_of.isoformat()}(?:\|(\d+))?$", key) for key in keys]
    return max([int(match.group(1) or 1) for match in found if match] + [1]) + 1


def facts(row: dict[str, Any]) -> pd.Series:
    """A row of a list as the table it came from has it: days as timestamps."""
    days = {name: pd.NaT if row[name] is None else pd.Timestamp(row[name]) for name in ("order_on", "expected_on")}
    return pd.Series(row | days, dtype=object)


def cost(units: float, unit_cost_minor: int) -> int:
    """Value of a quantity in minor units, rounded half up."""
    return (round(units * 1_000) * int(unit_cost_minor) + 500) // 1_000


def _one(
    row: dict[str, Any], form: Form, action: str, told: str, *, from_value: str | None = None,
    to_value: str | None = None, until: dt.date | None = None, needs_reason: bool = False,
) -> Decided:  # fmt: skip
    reason = reason_of(form, needed=needs_reason)
    made = NewDecision(SUBJECT, row["proposal_id"], action, from_value, to_value, reason, until)
    return Decided([made], {topic_of(SUBJECT, row["proposal_id"]): form.get("version", "-")}, told)


def _proposal(book: Book, key: str) -> dict[str, Any]:
    row = book.proposals.row(key)
    if row is None:
        raise InvoptError("The plan no longer proposes this; a new one was published. Go back to the list.")
    return row


def _open(book: Book, form: Form) -> dict[str, Any]:
    row = _proposal(book, form.get("key", ""))
    if row["state"] not in OPEN_STATES:
        raise InvoptError(f"It is {_words(row['state'])} already: change the purchase order with the supplier.")
    return row


def _supplied(row: dict[str, Any]) -> None:
    if row["supplier_id"] is None:
        raise InvoptError("No supplier sells it: bring the supplier's terms first.")


def _bought(desk: Desk, book: Book, form: Form, states: tuple[str, ...]) -> dict[str, Any]:
    rows = desk.commitments(book)
    rows = rows[rows["proposal_id"] == form.get("key", "")]
    if rows.empty:
        raise InvoptError("Nothing of this is being bought any more.")
    row: dict[str, Any] = dict(rows.iloc[0])
    if row["state"] not in states:
        raise InvoptError(f"It is {_words(row['state'])}: this comes later or is done.")
    return row


def _named(row: dict[str, Any]) -> str:
    return f"{row['sku_id'][:60]} at {row['location_id'][:40]}"


def _words(state: str) -> str:
    return state.replace("_", " ")


offer(
    SUBJECT,
    {
        "approve": _approve, "change": _change, "reject": _reject, "snooze": _snooze, "reopen": _reopen,
        "once": _once, "split": _split, "send": send_order, "confirm": _confirm, "receive": _receive, "close": _close,
    },
)  # fmt: skip
