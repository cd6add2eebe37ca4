"""What people decided about proposals: who may go on, who waits, and what is being bought."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from invopt.tables import DECISION, INBOUND, ORDER_COMMITMENT, ORDER_PROPOSAL, REFUSED_DECISION, check, empty

SUBJECT = "order_proposal"
_DAY = re.compile(r"\|\d{4}-\d{2}-\d{2}(\|\d+)?$")
FACTS = ("supplier_id", "sku_id", "location_id", "unit_cost_minor", "currency")


@dataclass
class _Story:
    """All decisions about one proposal, told in their order."""

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


def decision_value(units: float, proposal: pd.Series | None = None) -> str:
    """The `to_value` of an approval or change: a quantity and, from a proposal's row, all that the purchase
    needs.

    A decision written so stands by itself: the run that made the proposal may be pruned. A bare number is
    understood as well, and is completed from the proposals that are at hand.

    >>> decision_value(12)
    '{"units": 12}'
    """
    value: dict[str, Any] = {"units": int(units) if float(units).is_integer() else float(units)}
    if proposal is not None:
        value |= {name: _plain(proposal[name]) for name in FACTS}
    return json.dumps(value)


def commitments(decisions: pd.DataFrame, proposals: pd.DataFrame, as_of: dt.date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was approved and where it stands, and the decisions that could not be followed.

    `decisions` is DECISION (rows of subject `order_proposal`, key the proposal's id, or SKU|location for the last
    proposal made by that day), `proposals` is
    ORDER_PROPOSAL rows of the published plans they were made on (needed only for decisions without
    `decision_value`). Decisions are followed in the order of `decided_at`, then `decision_id`:

    approve (quantity as `to_value`, else the proposal's) | change (quantity) | reject | snooze | reopen ->
    send (purchase order id) -> confirm (arrival day) -> receive (units, again and again) -> close. Only
    approved or changed proposals are sent, and only those sent are confirmed and received. An approval that
    carries `expires_on` lapses after that day unless it was sent.

    Returns ORDER_COMMITMENT and REFUSED_DECISION.
    """
    stories = _stories(check(decisions, DECISION), proposals)
    today = pd.Timestamp(as_of)
    rows, refused = [], []
    for story in stories:
        refused += story.refused
        if story.approved_on is None:
            continue
        lapsed = story.sent_on is None and story.expires_on is not None and story.expires_on < today
        done = story.state in ("closed", "rejected", "snoozed", "proposed") or lapsed
        rows.append(
            {
                "proposal_id": story.proposal_id,
                "purchase_order_id": story.purchase_order_id,
                **story.facts,
                "approved_units": story.units / 1_000,
                "received_units": story.received / 1_000,
                "open_units": 0.0 if done else max(story.units - story.received, 0) / 1_000,
                "approved_on": story.approved_on,
                "sent_on": story.sent_on,
                "confirmed_on": story.confirmed_on,
                "state": story.state,
                "decided_by": story.decided_by,
                "reason": "the approval lapsed before it was sent" if lapsed else story.reason,
            }
        )
    found = check(pd.DataFrame(rows, columns=list(ORDER_COMMITMENT.names)), ORDER_COMMITMENT)
    names = list(REFUSED_DECISION.names)
    return found, check(pd.DataFrame(refused, columns=names), REFUSED_DECISION)


def commitments_as_inbound(committed: pd.DataFrame, purchase_order_lines: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """The open commitments as INBOUND rows, so that the next plan proposes only what is left.

    A commitment whose purchase order has come back as a PURCHASE_ORDER_LINE of the same order and SKU is left
    out: the line, with its receipts, is now the truth.
    """
    rows = check(committed, ORDER_COMMITMENT)
    rows = rows[rows["open_units"] > 0]
    known = set(
        zip(purchase_order_lines["purchase_order_id"], purchase_order_lines["sku_id"], strict=True)
        if len(purchase_order_lines)
        else ()
    )
    is_known = [pair in known for pair in zip(rows["purchase_order_id"], rows["sku_id"], strict=True)]
    rows = rows[[not value for value in is_known]]
    if rows.empty:
        return empty(INBOUND)
    ordered = rows["sent_on"].fillna(rows["approved_on"])
    frame = pd.DataFrame(
        {
            "purchase_order_id": rows["purchase_order_id"].fillna("approved, not sent"),
            "purchase_order_line_id": rows["proposal_id"],
            "supplier_id": rows["supplier_id"],
            "sku_id": rows["sku_id"],
            "location_id": rows["location_id"],
            "open_units": rows["open_units"],
            "ordered_on": ordered,
            "confirmed_on": rows["confirmed_on"],
            "age_days": (pd.Timestamp(as_of) - ordered).dt.days.clip(lower=0).astype(float),
        }
    )
    return check(frame, INBOUND)


def apply_decisions(proposals: pd.DataFrame, decisions: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """The proposals with the state that decisions gave them.

    `proposals` is one plan's ORDER_PROPOSAL, `decisions` DECISION. A decision about a proposal's id sets its
    state and, for a change, its quantity (`decision_change_units`). A rejection or snooze that carries
    `expires_on` also holds for the later proposals of the same SKU and location until that day.

    Approvals that were counted as on order when the plan was made are no part of it: what is proposed then is
    what is left, under an id of its own.
    """
    result = check(proposals, ORDER_PROPOSAL).copy()
    rows = check(decisions, DECISION)
    told = {story.proposal_id: story for story in _stories(rows, result)}
    today = pd.Timestamp(as_of)
    standing = _standing(rows, today)
    base = result["sku_id"] + "|" + result["location_id"]
    own = result["proposal_id"].isin(told.keys())
    held = base.isin(standing.keys()) & ~own
    result.loc[held, "state"] = base[held].map(standing)
    for index in result.index[own]:
        story = told[str(result.loc[index, "proposal_id"])]
        if story.state == "snoozed" and story.expires_on is not None and story.expires_on < today:
            continue
        result.loc[index, "state"] = story.state
        if story.approved_on is not None:
            _follow(result, index, story)
    return check(result, ORDER_PROPOSAL)


def _follow(proposals: pd.DataFrame, index: Any, story: _Story) -> None:
    """Write an approved quantity into its proposal; the change is a term of its own."""
    row: dict[str, Any] = proposals.loc[index].to_dict()
    proposed = round((row["final_units"] - row["decision_change_units"]) * 1_000)
    proposals.loc[index, "decision_change_units"] = (story.units - proposed) / 1_000
    proposals.loc[index, "final_units"] = story.units / 1_000
    proposals.loc[index, "amount_minor"] = (story.units * row["unit_cost_minor"] + 500) // 1_000
    if story.units != proposed:
        proposals.loc[index, "binding_constraint"] = "decision"


def _standing(decisions: pd.DataFrame, today: pd.Timestamp) -> dict[str, str]:
    """Rejections and snoozes that still hold, by SKU and location; the last decision about a SKU rules."""
    states = {"reject": "rejected", "snooze": "snoozed", "reopen": "", "approve": "", "change": ""}
    found: dict[str, str] = {}
    rows = decisions[(decisions["subject"] == SUBJECT) & decisions["action"].isin(states)]
    ordered: list[dict[str, Any]] = _records(rows)
    for row in ordered:
        base, last_day = _base(row["key"]), _day(row["expires_on"])
        if states[row["action"]] and last_day is not None and last_day >= today:
            found[base] = states[row["action"]]
        else:
            found.pop(base, None)
    return found


def _records(decisions: pd.DataFrame) -> list[dict[str, Any]]:
    ordered: list[dict[str, Any]] = decisions.sort_values(["decided_at", "decision_id"]).to_dict("records")  # type: ignore[assignment]
    return ordered


def _base(proposal_id: str) -> str:
    """SKU|location of a proposal's id, which ends in a day and perhaps a number."""
    return _DAY.sub("", proposal_id)


def _stories(decisions: pd.DataFrame, proposals: pd.DataFrame) -> list[_Story]:
    rows = decisions[decisions["subject"] == SUBJECT]
    # The key may name the proposal or only its SKU|location.
    base = proposals["sku_id"] + "|" + proposals["location_id"]
    wanted = proposals[proposals["proposal_id"].isin(rows["key"]) | base.isin(rows["key"])]
    known = wanted.drop_duplicates("proposal_id", keep="last").set_index("proposal_id")
    stories: dict[str, _Story] = {}
    days = _days_proposed(known)
    for row in _records(rows):
        key = _resolved(row["key"], row["decided_at"], days)
        story = stories.setdefault(key, _Story(key, _facts_of(key, known)))
        problem = _tell(story, row, known)
        if problem:
            story.refused.append((row["decision_id"], key, row["action"], problem))
        else:
            story.decided_by = row["decided_by"]
            story.reason = row["reason"] if isinstance(row["reason"], str) else ""
    return list(stories.values())


def _days_proposed(known: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """The proposals of each SKU|location as (day, id), oldest first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for proposal_id, sku, location in zip(known.index, known["sku_id"], known["location_id"], strict=True):
        base = f"{sku}|{location}"
        found.setdefault(base, []).append((proposal_id[len(base) + 1 :], proposal_id))
    return {base: sorted(pairs) for base, pairs in found.items()}


def _resolved(key: str, decided_at: pd.Timestamp, days: dict[str, list[tuple[str, str]]]) -> str:
    """The proposal a key means: SKU|location alone is the last proposal made by the day of the decision."""
    if _DAY.search(key):
        return key
    day = decided_at.strftime("%Y-%m-%d")
    made = [proposal_id for proposed_on, proposal_id in days.get(key, []) if proposed_on[:10] <= day]
    return made[-1] if made else f"{key}|{day}"


def _facts_of(key: str, known: pd.DataFrame) -> dict[str, Any]:
    if key not in known.index:
        return {}
    row = known.loc[key]
    return {name: _plain(row[name]) for name in FACTS}


def _tell(story: _Story, row: dict[str, Any], known: pd.DataFrame) -> str:
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
        story.approved_on, story.expires_on = None, _day(row["expires_on"])
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


def _approve(story: _Story, row: dict[str, Any], known: pd.DataFrame) -> str:
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
    facts = story.facts | {name: value[name] for name in FACTS if name in value}
    missing = [name for name in FACTS if facts.get(name) is None]
    if missing:
        return f"{', '.join(missing)} unknown: approve it from a plan that holds the proposal"
    if units < 0:
        return "a quantity below zero cannot be bought"
    story.facts, story.units, story.approved_on = facts, units, row["decided_at"].normalize()
    story.expires_on = _day(row["expires_on"])
    story.state = "changed" if row["action"] == "change" else "approved"
    return ""


def _follow_up(story: _Story, action: str, value: object) -> str:
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


def _day(value: Any) -> pd.Timestamp | None:
    return None if pd.isna(value) else pd.Timestamp(value)


def _plain(value: Any) -> object:
    if pd.isna(value):
        return None
    return value if isinstance(value, str) else int(value)
