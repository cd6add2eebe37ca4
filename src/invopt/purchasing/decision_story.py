"""The story of one proposal: every decision about it in its order, followed or refused."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

SUBJECT = "order_proposal"
FACTS = ("supplier_id", "sku_id", "location_id", "unit_cost_minor", "currency")  # a purchase needs all of them
DATES = ("order_on", "expected_on")  # and these where they are known
PROPOSAL_DAY = re.compile(r"\|\d{4}-\d{2}-\d{2}(\|\d+)?$")


@dataclass
class Story:
    """All decisions about one proposal, told in their order; quantities in thousandths."""

    proposal_id: str
    facts: dict[str, Any]
    state: str = "proposed"
    units: int = 0  # thousandths
    received: int = 0
    purchase_order_id: str | None = None
    approved_on: pd.Timestamp | None = None
    sent_on: pd.Timestamp | None = None
    confirmed_on: pd.Timestamp | None = None
    expires_on: pd.Timestamp | None = None
    decided_by: str = ""
    reason: str = ""
    refused: list[tuple[str, str, str, str]] = field(default_factory=list)


def in_order(decisions: pd.DataFrame) -> list[dict[str, Any]]:
    """Decisions as records, in the order in which they were made."""
    ordered: list[dict[str, Any]] = decisions.sort_values(["decided_at", "decision_id"]).to_dict("records")  # type: ignore[assignment]
    return ordered


def stories(decisions: pd.DataFrame, proposals: pd.DataFrame) -> list[Story]:
    """Tell the decisions (DECISION) about proposals, one story a proposal, in the order of the first of each."""
    rows = decisions[decisions["subject"] == SUBJECT]
    # The key may name the proposal or only its SKU|location.
    base = proposals["sku_id"] + "|" + proposals["location_id"]
    wanted = proposals[proposals["proposal_id"].isin(rows["key"]) | base.isin(rows["key"])]
    known = wanted.drop_duplicates("proposal_id", keep="last").set_index("proposal_id")
    told: dict[str, Story] = {}
    days = _days_proposed(known)
    for row in in_order(rows):
        key = _resolved(row["key"], row["decided_at"], days)
        story = told.setdefault(key, Story(key, _facts_of(key, known)))
        problem = _tell(story, row, known)
        if problem:
            story.refused.append((row["decision_id"], key, row["action"], problem))
        else:
            story.decided_by = row["decided_by"]
            story.reason = row["reason"] if isinstance(row["reason"], str) else ""
    return list(told.values())


def _days_proposed(known: pd.DataFrame) -> dict[str, list[str]]:
    """The days on which each SKU|location was proposed, oldest first."""
    found: dict[str, list[str]] = {}
    for proposal_id, sku, location in zip(known.index, known["sku_id"], known["location_id"], strict=True):
        base = f"{sku}|{location}"
        found.setdefault(base, []).append(proposal_id[len(base) + 1 :][:10])
    return {base: sorted(days) for base, days in found.items()}


def _resolved(key: str, decided_at: pd.Timestamp, days: dict[str, list[str]]) -> str:
    """The proposal a key means: SKU|location alone is the first proposal of the last day by the decision's."""
    if PROPOSAL_DAY.search(key):
        return key
    decided_on = decided_at.strftime("%Y-%m-%d")
    made = [day for day in days.get(key, []) if day <= decided_on]
    return f"{key}|{made[-1] if made else decided_on}"


def _facts_of(key: str, known: pd.DataFrame) -> dict[str, Any]:
    if key not in known.index:
        return {}
    row = known.loc[key]
    return {name: plain(row[name]) for name in (*FACTS, *DATES)}


def _tell(story: Story, row: dict[str, Any], known: pd.DataFrame) -> str:
    """Follow one decision; returns what is wrong with it, or nothing."""
    action, day = row["action"], row["decided_at"].normalize()
    is_sent = story.sent_on is not None
    if action in ("approve", "change"):
        if is_sent:
            return "it was already sent: change the purchase order with the supplier and record what is received"
        return _approve(story, row, known)
    if action in ("reject", "snooze", "reopen"):
        if is_sent:
            return "it was already sent: cancel it with the supplier, then close it"
        story.state = {"reject": "rejected", "snooze": "snoozed", "reopen": "proposed"}[action]
        story.approved_on, story.expires_on = None, day_of(row["expires_on"])
        return ""
    if action == "send":
        if story.approved_on is None or is_sent:
            return "it was already sent" if is_sent else "approve it before it is sent"
        story.sent_on, story.state = day, "sent"
        story.purchase_order_id = row["to_value"] if isinstance(row["to_value"], str) else story.proposal_id
        return ""
    if action in ("confirm", "receive", "close"):
        if not is_sent and action != "close":
            return "send it before it is confirmed or received"
        return _follow_up(story, action, row["to_value"])
    return f"unknown action {action!r}: approve, change, reject, snooze, reopen, send, confirm, receive or close"


def _approve(story: Story, row: dict[str, Any], known: pd.DataFrame) -> str:
    value = _value(row["to_value"])
    if value is None:
        return f"{row['to_value']!r} is no quantity: give units as a number"
    if "units" not in value:
        if row["action"] == "change":
            return "a change needs the new quantity as its value"
        if story.proposal_id not in known.index:
            return "its proposal is no longer at hand: give the quantity with the decision"
        value["units"] = known["final_units"].to_dict()[story.proposal_id]
    try:
        units = round(float(value.pop("units")) * 1_000)
    except (TypeError, ValueError, OverflowError):
        return f"{row['to_value']!r} holds no quantity: give units as a number"
    facts = story.facts | {name: value[name] for name in (*FACTS, *DATES) if name in value}
    missing = [name for name in FACTS if facts.get(name) is None]
    if missing:
        return f"{', '.join(missing)} unknown: approve it from a plan that holds the proposal"
    if units < 0:
        return "a quantity below zero cannot be bought"
    story.facts, story.units, story.approved_on = facts, units, row["decided_at"].normalize()
    story.expires_on = day_of(row["expires_on"])
    story.state = "changed" if row["action"] == "change" else "approved"
    return ""


def _follow_up(story: Story, action: str, value: object) -> str:
    if action == "close":
        story.state = "closed"
        return ""
    if action == "confirm":
        day = pd.to_datetime(value, errors="coerce") if isinstance(value, str) else pd.NaT
        if pd.isna(day):
            return f"{value!r} is no day: confirm with the arrival day as YYYY-MM-DD"
        story.confirmed_on = day
        story.state = "confirmed" if story.state == "sent" else story.state
        return ""
    got = _value(value)
    try:
        units = round(float((got or {})["units"]) * 1_000)
    except (KeyError, TypeError, ValueError, OverflowError):
        return f"{value!r} is no quantity: receive with the units that came"
    if units <= 0:
        return "a receipt needs a quantity above zero"
    story.received += units
    story.state = "closed" if story.received >= story.units else "partly_received"
    return ""


def _value(text: object) -> dict[str, Any] | None:
    """The parts of a `to_value`: JSON of `decision_value`, a bare number, or nothing at all."""
    if not isinstance(text, str) or not text.strip():
        return {}
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return None
    if isinstance(value, dict):
        return value
    return {"units": value} if isinstance(value, int | float) and not isinstance(value, bool) else None


def day_of(value: Any) -> pd.Timestamp | None:
    """A day, or None where there is none."""
    return None if pd.isna(value) else pd.Timestamp(value)


def plain(value: Any) -> object:
    """A value as JSON holds it: text, whole number, day as text, or nothing."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value if isinstance(value, str) else int(value)
