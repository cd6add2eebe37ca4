"""Forms as data: what may be decided on a page, with which fields; and the story of what was decided before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from invopt.decisions import UNDO
from invopt.review.actions import SPENDING
from invopt.review.journal import Topic
from invopt.review.web import Visit

ACTION_WORDS = {
    "approve": "approved", "change": "ordered", "reject": "rejected", "snooze": "snoozed", "reopen": "reopened",
    "send": "sent", "confirm": "date confirmed", "receive": "received", "close": "closed", "release": "released",
    "hold": "held", "grade": "graded", "set": "set", "override": "forecast overridden", "undo": "undone",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field of a form. kind: units, day, text, select, hidden or number."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    options: Sequence[tuple[str, str]] = ()
    required: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Ask:
    """A form for one action. An open one stands there; the others unfold."""

    title: str
    button: str
    subject: str
    key: str
    action: str
    version: str
    fields: Sequence[Field] = ()
    is_open: bool = False
    role: str = "planner"
    lede: str = ""
    hidden: Mapping[str, str] = field(default_factory=dict)

    def allowed(self, visit: Visit) -> bool:
        """Whether this user may do it."""
        return visit.user.may(self.role)


def reason(*, required: bool = False) -> Field:
    """The field for why."""
    return Field("reason", "Why" if required else "Why (optional)", required=required)


def until(visit: Visit, days: int | None, label: str = "Holds until (optional)") -> Field:
    """The field for the last day on which a decision holds, some days ahead by default."""
    value = (pd.Timestamp(visit.book.as_of) + pd.Timedelta(days=days)).date().isoformat() if days else ""
    return Field("expires_on", label, "day", value, required=days is not None)


def ask(visit: Visit, topic: Topic, title: str, button: str, action: str, *fields: Field, **more: Any) -> Ask:
    """A form about a topic, with the last decision that this page has seen."""
    role = "approver" if action in SPENDING else "planner"
    key = more.pop("key", topic[1])
    return Ask(title, button, topic[0], key, action, visit.desk.journal.version(topic), fields, role=role, **more)


def history(visit: Visit, *topics: Topic) -> list[dict[str, Any]]:
    """What was decided about something, newest first; the last act that stands can be undone."""
    rows = []
    for topic in topics:
        entries = visit.desk.journal.about(topic)
        standing = visit.desk.journal.standing_about(topic) if entries else None
        counts = set(standing["decision_id"]) if standing is not None else set()
        last = standing.iloc[-1]["decision_id"] if standing is not None and len(standing) else ""
        version = visit.desk.journal.version(topic)
        for entry in entries:
            rows.append(
                entry
                | {
                    "stands": entry["decision_id"] in counts,
                    "is_undo": entry["action"] == UNDO,
                    "can_undo": entry["decision_id"] == last
                    and visit.user.may("approver" if entry["action"] in SPENDING else "planner"),
                    "version": version,
                    "words": ACTION_WORDS.get(entry["action"], entry["action"]),
                    "value": value_in_words(entry, visit),
                    "at": entry["decided_at"].replace("T", " ")[:16],
                }
            )
    return sorted(rows, key=lambda row: row["decided_at"], reverse=True)


def value_in_words(entry: Mapping[str, Any], visit: Visit) -> str:
    """What a decision changed, for people."""
    import json

    before, after = entry.get("from_value"), entry.get("to_value")
    if not isinstance(after, str) or entry["action"] == UNDO:
        return ""
    try:
        value = json.loads(after)
    except json.JSONDecodeError:
        value = after
    if isinstance(value, dict) and "units" in value:
        text = f"{visit.book.words.units(float(value['units']))} units"
        if entry["action"] == "change" and value.get("supplier_id"):
            text += f" from {visit.book.supplier_name(value['supplier_id'])}"
        return text + (f" instead of {before}" if before not in (None, "0") and entry["action"] == "change" else "")
    if isinstance(value, dict) and "mode" in value:
        sign = f"{value['value']:+g}%" if value["mode"] == "percent" else f"{value['value']:g} units"
        return f"{sign}, {value.get('first_on')} to {value.get('last_on')}"
    return f"{before} → {value}" if before is not None else str(value).replace("_", " ")
