"""Human decisions: one line each in an append-only file, safe on disk before anyone is told that it counts.

A decision made while a night runs is never lost and never waits: the file is only ever appended to, and the
next run reads it as an input.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from invopt.errors import InvoptError
from invopt.tables import DECISION, check, empty

if TYPE_CHECKING:
    import pandas as pd


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
    entry = {
        "decision_id": uuid.uuid4().hex,
        "subject": subject,
        "key": key,
        "action": action,
        "from_value": from_value,
        "to_value": to_value,
        "reason": reason,
        "decided_by": decided_by,
        "decided_at": decided_at.replace(tzinfo=None).isoformat(timespec="microseconds"),
        "expires_on": expires_on.isoformat() if expires_on else None,
    }
    line = json.dumps(entry, ensure_ascii=False) + "\n"
    # One write of a whole line under O_APPEND: two processes cannot tear each other's lines.
    with path.open("ab", buffering=0) as file:
        _end_torn_line(path, file.fileno())
        file.write(line.encode())
        os.fsync(file.fileno())
    return str(entry["decision_id"])


def read_decisions(path: Path) -> pd.DataFrame:
    """All decisions in the order in which they were made (table `decision`).

    A last line that a crash cut short was never acknowledged and is passed over; a broken line before it
    raises `InvoptError` with its number, since a decision must not vanish.
    """
    import pandas as pd

    lines = path.read_bytes().split(b"\n") if path.exists() else []
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
