"""What people decided about proposals: who may go on, who waits, and what is being bought."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd

from invopt.purchasing.decision_story import (
    DATES,
    FACTS,
    PROPOSAL_DAY,
    SUBJECT,
    Story,
    day_of,
    in_order,
    plain,
    stories,
)
from invopt.tables import DECISION, INBOUND, ORDER_COMMITMENT, ORDER_PROPOSAL, REFUSED_DECISION, check, empty


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
        value |= {name: plain(proposal[name]) for name in (*FACTS, *DATES)}
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
    today = pd.Timestamp(as_of)
    rows: list[dict[str, Any]] = []
    refused: list[tuple[str, str, str, str]] = []
    for story in stories(check(decisions, DECISION), proposals):
        refused += story.refused
        if story.approved_on is None:
            continue
        lapsed = story.sent_on is None and story.expires_on is not None and story.expires_on < today
        done = story.state in ("closed", "rejected", "snoozed", "proposed") or lapsed
        rows.append(
            {
                "proposal_id": story.proposal_id,
                "purchase_order_id": story.purchase_order_id,
                **{name: story.facts[name] for name in FACTS},
                **{name: day_of(story.facts.get(name)) for name in DATES},
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
    # Decided after the day that is planned (a past day planned again): it counts as ordered on that day.
    ordered = rows["sent_on"].fillna(rows["approved_on"]).clip(upper=pd.Timestamp(as_of))
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
    told = {story.proposal_id: story for story in stories(rows, result)}
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


def _follow(proposals: pd.DataFrame, index: Any, story: Story) -> None:
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
    ordered: list[dict[str, Any]] = in_order(rows)
    for row in ordered:
        base, last_day = _base(row["key"]), day_of(row["expires_on"])
        if states[row["action"]] and last_day is not None and last_day >= today:
            found[base] = states[row["action"]]
        else:
            found.pop(base, None)
    return found


def _base(proposal_id: str) -> str:
    """SKU|location of a proposal's id, which ends in a day and perhaps a number."""
    return PROPOSAL_DAY.sub("", proposal_id)
