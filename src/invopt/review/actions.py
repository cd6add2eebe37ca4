"""What a person at the desk may decide: each action checked, written as decisions, and told in a sentence."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from invopt.decisions import UNDO, NewDecision
from invopt.errors import InvoptError
from invopt.money import digits
from invopt.purchasing.line_decisions import receipt_value
from invopt.review.book import Book
from invopt.review.desk import Desk
from invopt.review.journal import Entry, Topic, topic_of
from invopt.review.users import User
from invopt.settings.decided import DECIDABLE, value_of, with_values
from invopt.tables.returns import GRADES

Form = Mapping[str, str]
SPENDING = ("approve", "change", "once", "split", "set")
LONGEST_REASON = 2_000


class NotAllowed(InvoptError):
    """The role or the limit of this user does not reach so far."""


@dataclass(frozen=True)
class Decided:
    """What was asked for: the decisions to write, what was seen before, and the sentence that says so."""

    made: list[NewDecision]
    seen: dict[Topic, str]
    told: str


def decide(desk: Desk, book: Book, user: User, form: Form, now: dt.datetime) -> str:
    """Do what a form asks for and say so. `now` is UTC.

    The form holds `subject`, `key`, `action`, `version` (the last decision that the page showed) and what the
    action needs. Raises `NotAllowed` for a role or limit that is too small, `Overtaken` where somebody else was
    quicker, `InvoptError` for a value that is missing or wrong.
    """
    subject, action = form.get("subject", ""), form.get("action", "")
    made = _ACTIONS.get((subject, action), _ACTIONS.get(("", action)))
    if made is None:
        raise InvoptError(f"There is no action {action!r} for {subject!r}.")
    require(user, "approver" if action in SPENDING else "planner")
    decided = made(desk, book, user, form)
    desk.journal.append(decided.made, decided.seen, decided_by=user.name, decided_at=now)
    return decided.told


def require(user: User, role: str) -> None:
    """Raise `NotAllowed` for a user who may not do what `role` may."""
    if not user.may(role):
        raise NotAllowed(f"{user.name} is a {user.role}; this needs a {role}. Ask one of them.")


def within_limit(user: User, amount_minor: int, currency: str, book: Book) -> None:
    """Raise `NotAllowed` for an amount above the user's limit, or in a currency that the limit does not know."""
    if user.limit_minor is None:
        return
    if currency != book.currency:
        raise NotAllowed(f"The limit of {user.name} is in {book.currency}, this order in {currency}.")
    if amount_minor > user.limit_minor:
        amount, limit = book.words.money(amount_minor, currency), book.words.money(user.limit_minor, currency)
        raise NotAllowed(f"{amount} is above the limit of {user.name}, {limit}. Ask an approver with a higher one.")


def reason_of(form: Form, *, needed: bool = False) -> str | None:
    """The reason given. Raises `InvoptError` where one is needed and missing."""
    reason = form.get("reason", "").strip()[:LONGEST_REASON]
    if needed and not reason:
        raise InvoptError("Say why, for those who ask later.")
    return reason or None


def day_of_form(form: Form, name: str, words: str) -> dt.date:
    """A day that has to be given."""
    try:
        return dt.date.fromisoformat(form.get(name, ""))
    except ValueError as error:
        raise InvoptError(f"{words}: {form.get(name, '')!r} is no day; write one like 2026-03-16.") from error


def expiry(form: Form, book: Book) -> dt.date | None:
    """The last day on which a decision holds, where one is given."""
    if not form.get("expires_on"):
        return None
    day = day_of_form(form, "expires_on", "Holds until")
    if day < book.as_of:
        raise InvoptError(f"Holds until {day}: that is before the day of the plan, {book.as_of}.")
    return day


def units_of_form(form: Form, name: str, words: str, *, least: float = 0.001) -> float:
    """A quantity that has to be given, in thousandths at the finest."""
    try:
        units = round(float(form.get(name, "").replace(",", "")), 3)
    except ValueError as error:
        raise InvoptError(f"{words}: {form.get(name, '')!r} is no quantity.") from error
    if not math.isfinite(units) or not least <= units <= 1e9:
        raise InvoptError(f"{words}: {units:g} is out of range.")
    return units


def simple(subject: str, form: Form, *, told: str, **values: Any) -> Decided:
    """One decision about what the form names."""
    key, action = form.get("key", ""), form.get("action", "")
    topic = topic_of(subject, key)
    made = NewDecision(subject, key, action, reason=values.pop("reason", None) or reason_of(form), **values)
    return Decided([made], {topic: form.get("version", "-")}, told)


def _snooze_alert(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    _known(book.alerts.row(form.get("key", "")))
    until = expiry(form, book)
    if until is None:
        raise InvoptError("Say until which day it stays quiet.")
    return simple("alert", form, told=f"Quiet until {book.words.day(until)}.", expires_on=until)


def _reopen_alert(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    _known(book.alerts.row(form.get("key", "")))
    return simple("alert", form, told="Back in the inbox.")


def _release(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    order = _known(book.holds.row(form.get("key", "")))
    told = f"Order {order['order_id'][:80]} is released; the next run allocates it."
    return simple("order", form, told=told, reason=reason_of(form, needed=True), expires_on=expiry(form, book))


def _hold(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    order = _known(book.holds.row(form.get("key", "")))
    told = f"Order {order['order_id'][:80]} is held again."
    return simple("order", form, told=told, reason=reason_of(form, needed=True), expires_on=expiry(form, book))


def _grade(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    line = _known(book.returns.row(form.get("key", "")))
    grade = form.get("grade", "")
    if grade not in GRADES:
        raise InvoptError(f"A grade is one of {', '.join(GRADES).replace('_', ' ')}.")
    told = f"Graded {grade.replace('_', ' ')}; the next run says what happens to the goods and refunds."
    return simple("return", form, told=told, from_value=line.get("grade"), to_value=grade)


def _confirm_line(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    line = _known(book.lines.row(form.get("key", "")))
    day = day_of_form(form, "day", "Arrival day")
    before = line["confirmed_on"].date().isoformat() if line["confirmed_on"] else None
    told = f"Expected on {book.words.day(day)}."
    return simple(
        "purchase_order_line", form, told=told, from_value=before, to_value=day.isoformat(),
        expires_on=expiry(form, book),
    )  # fmt: skip


def _receive_line(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    line = _known(book.lines.row(form.get("key", "")))
    units = units_of_form(form, "units", "Units received")
    told = f"{book.words.units(units)} received; the stock count brings them into stock."
    return simple(
        "purchase_order_line", form, told=told, from_value=f"{float(line['open_units']):g}",
        to_value=receipt_value(units),
    )  # fmt: skip


def _set(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    now = desk.settings(book)
    made, seen, told = [], {}, []
    for key in DECIDABLE:
        if key not in form or form[key] == "":
            continue
        value = setting_value(form, key, book.currency)
        before = value_of(now, key)
        if value == before:
            continue
        with_values(now, {key: value})  # out of range: raises before anything is written
        made.append(
            NewDecision("setting", key, "set", json.dumps(before), json.dumps(value), reason_of(form, needed=True),
                        expiry(form, book))
        )  # fmt: skip
        topic = topic_of("setting", key)
        seen[topic] = form.get(f"version {key}", "-")
        told.append(f"{key} {before:g} → {value:g}")
    if not made:
        raise InvoptError("Nothing was changed.")
    return Decided(made, seen, f"{'; '.join(told)}: the next plan goes by it.")


def setting_value(form: Form, key: str, currency: str) -> float:
    """A setting's value as a form gives it: shares as percentages."""
    number = units_of_form(form, key, key, least=0.0)
    if key.startswith("policy.target_by_class.") or key == "policy.holding_rate_per_year":
        return round(number / 100, 6)
    return round(number * 10 ** digits(currency)) if key == "purchasing.budget_minor" else int(number)


def _undo(desk: Desk, book: Book, user: User, form: Form) -> Decided:
    found = desk.journal.find(form.get("decision_id", ""))
    if found is None:
        raise InvoptError("That decision is not known any more.")
    topic, entry = found
    if entry["action"] in SPENDING:
        require(user, "approver")
    standing = desk.journal.standing_about(topic)
    together = _made_together(standing.to_dict("records"), entry)
    last = standing.iloc[-1] if len(standing) else None
    if entry["decision_id"] not in set(standing["decision_id"]):
        raise InvoptError("That decision was undone already.")
    if last is None or last["decision_id"] not in together:
        raise InvoptError("Something was decided after it: undo that first.")
    subject = entry["subject"]
    made = [NewDecision(subject, one, UNDO, reason=reason_of(form)) for one in sorted(together)]
    return Decided(made, {topic: form.get("version", desk.journal.version(topic))}, f"Undone: {entry['action']}.")


def _made_together(standing: list[dict[Any, Any]], entry: Entry) -> set[str]:
    """Decisions of one moment by one person are one act: both parts of a split are undone together."""
    row = next((one for one in standing if one["decision_id"] == entry["decision_id"]), None)
    if row is None:
        return set()
    moment = (row["decided_by"], row["decided_at"])
    return {str(one["decision_id"]) for one in standing if (one["decided_by"], one["decided_at"]) == moment}


def _known(row: dict[str, Any] | None) -> dict[str, Any]:
    if row is None:
        raise InvoptError("The plan no longer holds this; a new one was published. Go back to the list.")
    return row


Action = Callable[[Desk, Book, User, Form], Decided]
_ACTIONS: dict[tuple[str, str], Action] = {
    ("alert", "snooze"): _snooze_alert,
    ("alert", "reopen"): _reopen_alert,
    ("order", "release"): _release,
    ("order", "hold"): _hold,
    ("return", "grade"): _grade,
    ("purchase_order_line", "confirm"): _confirm_line,
    ("purchase_order_line", "receive"): _receive_line,
    ("setting", "set"): _set,
    ("", UNDO): _undo,
}


def offer(subject: str, actions: Mapping[str, Action]) -> None:
    """Make the actions of a subject known."""
    _ACTIONS.update({(subject, name): action for name, action in actions.items()})
