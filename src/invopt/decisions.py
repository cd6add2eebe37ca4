"""Human decisions: one line each in an append-only file, safe on disk before anyone is told that it counts.

A decision made while a night runs is never lost and never waits: the file is only ever appended to, and the
next run reads it as an input.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invopt.errors import InvoptError
from invopt.tables import DECISION, check, empty

if TYPE_CHECKING:
    import pandas as pd

UNDO = "undo"


def append_decision(
    path: Path,
    *,
    subject: str,
    key: str,
    action: str,
    decided_by: str,
    decided_at: dt.datetime,
    from_value: str | None = None,
    to_value: str | None = None,
    reason: str | None = None,
    expires_on: dt.date | None = None,
) -> str:
    """Append one decision and return its id; when this returns, the decision is on disk.

    `key` joins the parts of what is decided with `|`, e.g. `A-1|LEEDS` for a proposal; `decided_at` is UTC.
    """
    made = NewDecision(subject, key, action, from_value, to_value, reason, expires_on)
    return append_decisions(path, [made], decided_by=decided_by, decided_at=decided_at)[0]


@dataclass(frozen=True)
class NewDecision:
    """A decision that is about to be made; who and when are given with `append_decisions`."""

    subject: str
    key: str
    action: str
    from_value: str | None = None
    to_value: str | None = None
    reason: str | None = None
    expires_on: dt.date | None = None


def append_decisions(
    path: Path,
    made: Sequence[NewDecision],
    *,
    decided_by: str,
    decided_at: dt.datetime,
    unless: Callable[[], None] | None = None,
) -> list[str]:
    """Append decisions that belong together, all of them or none, and return their ids.

    `unless` is called while nobody else can append, and stops it all by raising: there a writer looks
    whether what it has seen is still so.
    """
    entries = [
        {
            "decision_id": uuid.uuid4().hex,
            "subject": one.subject,
            "key": one.key,
            "action": one.action,
            "from_value": one.from_value,
            "to_value": one.to_value,
            "reason": one.reason,
            "decided_by": decided_by,
            "decided_at": decided_at.replace(tzinfo=None).isoformat(timespec="microseconds"),
            "expires_on": one.expires_on.isoformat() if one.expires_on else None,
        }
        for one in made
    ]
    lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    # One write of whole lines under O_APPEND and a lock: two processes neither tear each other's lines nor
    # decide on what the other has just changed.
    with path.open("ab", buffering=0) as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        if unless is not None:
            unless()
        _end_torn_line(path, file.fileno())
        file.write(lines.encode())
        os.fsync(file.fileno())
    return [str(entry["decision_id"]) for entry in entries]


def standing(decisions: pd.DataFrame) -> pd.DataFrame:
    """The decisions without those that were undone, and without the undoing.

    `decisions` is DECISION. A decision of action `undo` names in its key the `decision_id` that no longer counts;
    an undoing can be undone itself. Overrides of the forecast are kept with their undoing: what they did to past
    forecasts is still scored.
    """
    rows = decisions.sort_values(["decided_at", "decision_id"], ascending=False)
    undone: set[str] = set()
    is_undo = (rows["action"] == UNDO) & (rows["subject"] != "forecast_override")
    for decision_id, key in zip(rows.loc[is_undo, "decision_id"], rows.loc[is_undo, "key"], strict=True):
        if decision_id not in undone:
            undone.add(key)
    counts = decisions["decision_id"].isin(undone) | decisions.index.isin(is_undo[is_undo].index)
    return decisions[~counts].reset_index(drop=True)


def read_decisions(path: Path) -> pd.DataFrame:
    """All decisions in the order in which they were made (table `decision`).

    A last line that a crash cut short was never acknowledged and is passed over; a broken line before it
    raises `InvoptError` with its number, since a decision must not vanish.
    """
    return decision_frame(read_entries(path.read_bytes() if path.exists() else b"", path))


def read_entries(content: bytes, path: Path) -> list[dict[str, Any]]:
    """The decisions in the bytes of a decision file, or of its end from the beginning of a line on.

    Raises `InvoptError` as `read_decisions` does; `path` is for its message.
    """
    lines = content.split(b"\n")
    entries = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entries.append(json.loads(line))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            if number == len(lines):  # no newline after it: cut short by a crash
                continue
            if line.endswith(_TORN):
                continue
            raise InvoptError(
                f"{path}, line {number}: not a decision ({error}). Restore the line from a backup, or delete "
                "it if it was never meant to be there."
            ) from error
    return entries


def decision_frame(entries: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Decisions as they stand in the file, as table `decision`."""
    import pandas as pd

    if not entries:
        return empty(DECISION)
    frame = pd.DataFrame(entries)
    frame["decided_at"] = pd.to_datetime(frame["decided_at"])
    frame["expires_on"] = pd.to_datetime(frame["expires_on"])
    return check(frame[list(DECISION.names)], DECISION)


_TORN = b" #cut short by a crash"


def _end_torn_line(path: Path, descriptor: int) -> None:
    """Close a line that a crash cut short, so that the next decision starts on its own line."""
    if os.fstat(descriptor).st_size == 0:
        return
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            os.write(descriptor, _TORN + b"\n")
