"""What people decided about returns: goods counted and graded, returns granted or refused, work ended."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from invopt.errors import InvoptError
from invopt.tables import DECISION, RETURN_LINE, check
from invopt.tables.returns import DISPOSITIONS, GRADES

#: Action -> what `to_value` holds.
ACTIONS = {
    "grant": "nothing: the policy is overruled",
    "refuse": "nothing: the policy is overruled",
    "label": "nothing: the label was given out",
    "scan": "nothing: the carrier took the parcel",
    "receive": "units|location, and |SKU where another arrived than announced",
    "grade": "grade, and |where the photograph lies",
    "dispose": "disposition",
    "refund": "nothing: the money went back",
    "send": "nothing: the replacement of an exchange was sent",
    "refurbished": "done or failed",
}
_STAMPS = {"label": "labelled_on", "scan": "scanned_on", "receive": "received_on", "grade": "graded_on",
           "refund": "refunded_on"}  # fmt: skip
_KEYS = ["return_id", "return_line_id"]


class ReturnDecisions(NamedTuple):
    """RETURN_LINE with what people recorded, and their other decisions, the last one of each kind and line.

    `overrides`: `action` (grant, refuse), `decided_by`, `reason`. `dispositions`: `disposition`, `decided_by`.
    `sent`: exchanges that were sent. `ended`: `result` of work orders. Each has `return_id, return_line_id`.
    """

    lines: pd.DataFrame
    overrides: pd.DataFrame
    dispositions: pd.DataFrame
    sent: pd.DataFrame
    ended: pd.DataFrame


def decision_key(return_id: str, return_line_id: str) -> str:
    """The key under which a return line is decided about."""
    return f"{return_id}|{return_line_id}"


def check_decision(action: str, value: str | None) -> None:
    """Raises `InvoptError` where a decision about a return cannot be meant.

    >>> check_decision("grade", "as_new|IMG_4711.jpg")
    """
    parts = (value or "").split("|")
    if action not in ACTIONS:
        raise InvoptError(f"return: {action!r} is no action. Known: {', '.join(ACTIONS)}.")
    if action == "grade" and parts[0] not in GRADES:
        raise InvoptError(f"return: {parts[0]!r} is no grade. Known: {', '.join(GRADES)}.")
    if action == "dispose" and value not in DISPOSITIONS:
        raise InvoptError(f"return: {value!r} is no disposition. Known: {', '.join(DISPOSITIONS)}.")
    if action == "refurbished" and value not in ("done", "failed"):
        raise InvoptError(f"return: work ends as done or failed, not as {value!r}.")
    if action == "receive":
        units = pd.to_numeric(parts[0], errors="coerce")
        if not units >= 0 or len(parts) < 2 or not parts[1]:
            raise InvoptError(f"return: {value!r} is no receipt; write units|location, e.g. 2|LEEDS.")


def apply_decisions(return_lines: pd.DataFrame, decisions: pd.DataFrame, as_of: np.datetime64) -> ReturnDecisions:
    """Lay people's decisions over the returns as they came in.

    `return_lines` is RETURN_LINE, `decisions` DECISION; those of subject `return` count, in the order in which they
    were made, the last of each kind. What a person recorded goes before what the export says of the same step, and
    the same decision twice changes nothing. A decision about a return that is not there is left out: the export that
    names it may still come. `as_of` is the day of the plan: a step recorded later happened by then at the latest, as
    the decisions that a plan begins with are part of what it knows.
    """
    lines = check(return_lines, RETURN_LINE)
    made = check(decisions, DECISION)
    made = made[(made["subject"] == "return") & made["action"].isin(list(ACTIONS))]
    at = pd.MultiIndex.from_frame(lines[_KEYS])
    parts = made["key"].str.rpartition("|")
    row = at.get_indexer(pd.MultiIndex.from_arrays([parts[0], parts[2]])) if len(made) else np.zeros(0, np.int64)
    made = made.assign(row=row)[row >= 0].reset_index(drop=True)
    made[_KEYS] = lines[_KEYS].to_numpy()[made["row"].to_numpy()]
    made["day"] = made["decided_at"].dt.normalize().clip(upper=pd.Timestamp(as_of))
    lines = _recorded(lines, made)
    overrides = _last(made, ("grant", "refuse"))
    dispositions = _last(made, ("dispose",)).rename(columns={"to_value": "disposition"})
    ended = _last(made, ("refurbished",)).rename(columns={"to_value": "result"})
    return ReturnDecisions(
        check(lines, RETURN_LINE), overrides[[*_KEYS, "action", "decided_by", "reason"]],
        dispositions[[*_KEYS, "disposition", "decided_by"]], _last(made, ("send",))[_KEYS], ended[[*_KEYS, "result"]],
    )  # fmt: skip


def _last(made: pd.DataFrame, actions: tuple[str, ...]) -> pd.DataFrame:
    return made[made["action"].isin(actions)].drop_duplicates(_KEYS, keep="last").reset_index(drop=True)


def _recorded(lines: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """Steps, counts and grades as people recorded them."""
    lines = lines.copy()
    for action, column in _STAMPS.items():
        said = _last(made, (action,))
        if said.empty:
            continue
        rows, value = said["row"].to_numpy(), said["to_value"].fillna("").str.split("|").tolist()
        lines.loc[rows, column] = said["day"].to_numpy()
        if action == "receive":
            lines.loc[rows, "received_units"] = [float(parts[0]) for parts in value]
            lines.loc[rows, "location_id"] = _part(value, 1)
            lines.loc[rows, "received_sku_id"] = _part(value, 2)
        elif action == "grade":
            lines.loc[rows, "grade"] = _part(value, 0)
            lines.loc[rows, "photo_reference"] = _part(value, 1)
    return lines


def _part(values: list[list[str]], place: int) -> pd.api.extensions.ExtensionArray:
    return pd.array([parts[place] if len(parts) > place else None for parts in values], dtype="str")
