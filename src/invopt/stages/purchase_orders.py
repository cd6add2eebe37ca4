"""What people decide about proposals, checked before it counts, and the purchase orders that follow from it."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from invopt.decisions import append_decision, read_decisions
from invopt.documents.purchase_order import purchase_order_json, purchase_order_pdf
from invopt.documents.tables import write_csv, write_workbook
from invopt.errors import InvoptError, WorkspaceError
from invopt.purchasing import commitments, decision_value, purchase_order_lines, terms_in_force
from invopt.stages.run import details
from invopt.tables import DECISION, PURCHASE_ORDER_DRAFT, check
from invopt.workspace import Workspace

ACTIONS = ("approve", "change", "reject", "snooze", "reopen", "send", "confirm", "receive", "close")
_FILE_COLUMNS = ("proposal_id", "action", "value", "reason", "decided_by", "expires_on")


@dataclass(frozen=True)
class Wish:
    """One decision about a proposal before it is recorded; `value` is the quantity, order number or day it needs."""

    proposal_id: str
    action: str
    decided_by: str
    value: str | None = None
    reason: str | None = None
    expires_on: dt.date | None = None


def record_decisions(workspace: Workspace, wishes: list[Wish], now: dt.datetime) -> None:
    """Append decisions about proposals, all of them or none.

    An approval or change is completed from its proposal, so that it stands when the run that made it is pruned.
    `now` is UTC. Raises `InvoptError` naming every decision that could not be followed: an unknown proposal, a
    receipt of what was never sent, a change without a quantity.
    """
    proposals = workspace.table("order_proposal")
    known = set(proposals["proposal_id"])
    rows: list[dict[str, Any]] = []
    for number, wish in enumerate(wishes):
        # A moment each: decisions count in the order of their moments.
        at = now + dt.timedelta(microseconds=number)
        value = wish.value
        if wish.action in ("approve", "change"):
            if wish.proposal_id not in known:
                raise InvoptError(
                    f"{wish.proposal_id!r} is no proposal of the published plan. "
                    "See them with: invopt table order_proposal"
                )
            proposal = proposals[proposals["proposal_id"] == wish.proposal_id].iloc[0]
            value = decision_value(_units(value, wish, float(proposal["final_units"])), proposal)
        rows.append(
            {
                "decision_id": f"new {number:06d}", "subject": "order_proposal", "key": wish.proposal_id,
                "action": wish.action, "from_value": None, "to_value": value, "reason": wish.reason,
                "decided_by": wish.decided_by, "decided_at": at, "expires_on": wish.expires_on,
            }
        )  # fmt: skip
    made = pd.DataFrame(rows, columns=list(DECISION.names))
    for column in ("decided_at", "expires_on"):
        made[column] = pd.to_datetime(made[column])
    made = check(made, DECISION)
    before = read_decisions(workspace.decisions_path)
    # A proposal need not be known to be rejected or snoozed, but nothing can be decided about one that never was.
    told = set(before["key"])
    unknown = [w.proposal_id for w in wishes if w.proposal_id not in known and w.proposal_id not in told]
    if unknown:
        raise InvoptError(
            f"{unknown[0]!r} is no proposal of the published plan, and nothing was decided about it before. "
            "See them with: invopt table order_proposal"
        )
    _, refused = commitments(pd.concat([before, made], ignore_index=True), proposals, now.date())
    refused = refused[refused["decision_id"].str.startswith("new ")]
    if len(refused):
        first = "; ".join(f"{row.action} {row.key}: {row.reason}" for row in refused.head(5).itertuples())
        raise InvoptError(f"{len(refused)} of {len(wishes)} decisions cannot be followed, so none is recorded. {first}")
    for row in rows:
        append_decision(
            workspace.decisions_path,
            subject="order_proposal",
            key=row["key"],
            action=row["action"],
            decided_by=row["decided_by"],
            decided_at=row["decided_at"],
            to_value=row["to_value"],
            reason=row["reason"],
            expires_on=row["expires_on"],
        )


def read_wishes(path: Path, decided_by: str) -> list[Wish]:
    """Decisions from a CSV file with the columns proposal_id and action, and where needed value, reason, decided_by
    and expires_on (YYYY-MM-DD).

    Raises `InvoptError` naming the line and what is wrong with it: nothing of such a file counts.
    """
    try:
        rows = pd.read_csv(path, dtype="str", encoding="utf-8-sig", keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InvoptError(f"{path}: cannot be read as CSV in UTF-8 ({error}).") from error
    strange = [name for name in rows.columns if name not in _FILE_COLUMNS]
    if strange or "proposal_id" not in rows.columns or "action" not in rows.columns:
        raise InvoptError(
            f"{path}: its columns are {', '.join(rows.columns)}; give proposal_id and action, and where needed "
            f"{', '.join(_FILE_COLUMNS[2:])}."
        )
    wishes = []
    for line, row in enumerate(rows.to_dict("records"), start=2):
        action = row["action"].strip().lower()
        if action not in ACTIONS:
            raise InvoptError(f"{path}, line {line}: {row['action']!r} is no action; they are {', '.join(ACTIONS)}.")
        until = row.get("expires_on", "").strip()
        try:
            expires_on = dt.date.fromisoformat(until) if until else None
        except ValueError as error:
            raise InvoptError(f"{path}, line {line}: {until!r} is no date; write one like 2026-03-16.") from error
        wishes.append(
            Wish(
                # Our own exports put an apostrophe before a text that a spreadsheet would run.
                row["proposal_id"].strip().removeprefix("'"),
                action,
                row.get("decided_by", "").strip() or decided_by,
                row.get("value", "").strip() or None,
                row.get("reason", "").strip() or None,
                expires_on,
            )
        )
    return wishes


def orders_to_send(workspace: Workspace) -> pd.DataFrame:
    """Lines of the purchase orders that are approved and not sent, as decided by now (PURCHASE_ORDER_DRAFT).

    Prices are in the currency of the supplier's terms. Raises `WorkspaceError` where nothing is published.
    """
    published = workspace.published
    if published is None:
        raise WorkspaceError(f"{workspace.root} has no published plan yet. Make one with: invopt plan")
    as_of = dt.date.fromisoformat(str(details(published.folder)["as_of"])[:10])
    committed, _ = commitments(read_decisions(workspace.decisions_path), workspace.table("order_proposal"), as_of)
    terms = terms_in_force(workspace.table("supplier_term"), as_of)
    return purchase_order_lines(committed, workspace.table("supplier"), workspace.table("product"), terms)


def write_purchase_orders(workspace: Workspace) -> list[Path]:
    """Write each purchase order that is to leave as CSV, Excel, PDF and JSON; returns the paths, order by order.

    They lie in `exports/purchase_orders`, named by the order's number; the same approvals write the same files.
    """
    folder = workspace.exports / "purchase_orders"
    folder.mkdir(parents=True, exist_ok=True)
    name = workspace.settings.business.name
    paths = []
    for number, lines in orders_to_send(workspace).groupby("purchase_order_id", sort=True):
        stem = folder / re.sub(r"[^A-Za-z0-9._-]+", "_", str(number))
        lines = lines.reset_index(drop=True)
        write_csv([lines], PURCHASE_ORDER_DRAFT, stem.with_name(stem.name + ".csv"))
        write_workbook(
            {PURCHASE_ORDER_DRAFT: lines},
            stem.with_name(stem.name + ".xlsx"),
            notes={"purchase order": str(number), "from": name},
        )
        _write(stem.with_name(stem.name + ".pdf"), purchase_order_pdf(lines, name))
        _write(stem.with_name(stem.name + ".json"), purchase_order_json(lines, name).encode())
        paths += [stem.with_name(stem.name + ending) for ending in (".csv", ".xlsx", ".pdf", ".json")]
    return paths


def _units(value: str | None, wish: Wish, proposed: float) -> float:
    if value is None and wish.action == "approve":
        return proposed
    try:
        return float(json.loads(value or ""))
    except (ValueError, TypeError) as error:
        raise InvoptError(f"{wish.action} {wish.proposal_id}: {value!r} is no quantity; give units.") from error


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
