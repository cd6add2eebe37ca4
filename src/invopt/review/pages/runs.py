"""Runs and data quality: what was planned when, how long it took, what was read, refused and assumed."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from invopt.review.asking import ACTION_WORDS, history, value_in_words
from invopt.review.journal import topic_of
from invopt.review.render import show
from invopt.review.web import Visit

_SHOWN = 200


def runs(visit: Visit) -> Response:
    """The runs that are kept, the stages of the one shown, and the quality of what it was made from."""
    snapshot, words = visit.book.snapshot, visit.book.words
    rejected = snapshot.table("rejected_row")
    reasons = rejected.groupby(["file_name", "column_name", "reason"]).size().sort_values(ascending=False).head(50)
    files = snapshot.table("ingested_file").sort_values("recorded_at", ascending=False)
    return show(
        visit,
        "runs.html",
        runs=_runs(visit),
        stages=_stages(visit),
        files=[
            (row["file_name"], row["table_name"], words.number(row["rows_read"]), words.number(row["rows_accepted"]),
             words.number(row["rows_rejected"]), words.number(row["rows_known"]))
            for row in files.head(_SHOWN).to_dict("records")
        ],
        rejected=[(*index, words.number(int(number))) for index, number in reasons.items()],  # type: ignore[misc]
        rejected_total=words.number(len(rejected)),
        assumptions=[
            (row["topic"].replace("_", " "), row["assumed_value"], words.number(row["rows"]), row["meaning"])
            for row in snapshot.table("assumption").to_dict("records")
        ],
        refused=snapshot.table("refused_decision").head(_SHOWN).to_dict("records"),
        files_total=words.number(len(files)),
    )  # fmt: skip


def decisions(visit: Visit) -> Response:
    """Every decision, newest first, with those that no longer stand."""
    entries = visit.desk.journal.entries
    number = int(visit.asked("page", "1")) if visit.asked("page", "1").isdigit() else 1
    newest = list(reversed(entries))[(number - 1) * _SHOWN : number * _SHOWN]
    rows: list[dict[str, Any]] = []
    for entry in newest:
        topic = visit.desk.journal.find(entry["decision_id"])
        told = history(visit, topic[0] if topic else topic_of(entry["subject"], entry["key"]))
        rows.append(next(row for row in told if row["decision_id"] == entry["decision_id"]))
    return show(
        visit, "decisions.html", rows=rows, total=visit.book.words.number(len(entries)),
        later=number > 1 and number - 1, earlier=number * _SHOWN < len(entries) and number + 1,
        action_words=ACTION_WORDS, told=value_in_words,
    )  # fmt: skip


def _runs(visit: Visit) -> list[dict[str, Any]]:
    found = []
    for path in visit.desk.workspace.runs.glob("*/run.json"):
        try:
            entry = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError):  # pruned or being made just now
            continue
        seconds = sum(float(stage["seconds"]) for stage in _done(path.parent))
        found.append(
            {
                "run_id": path.parent.name, "kind": entry["kind"], "as_of": entry["as_of"],
                "seconds": visit.book.words.units(round(seconds, 1)), "is_shown": path.parent.name == visit.book.run_id,
                "at": path.stat().st_mtime,
            }
        )  # fmt: skip
    return sorted(found, key=lambda row: -row["at"])[:50]


def _stages(visit: Visit) -> list[tuple[str, str, str]]:
    words = visit.book.words
    return [(entry["stage"], words.units(round(float(entry["seconds"]), 2)), words.number(int(entry["rows"])))
            for entry in _done(visit.book.snapshot.folder)]  # fmt: skip


def _done(folder: Any) -> list[dict[str, Any]]:
    entries = []
    for path in sorted(folder.glob("*.done"), key=lambda path: path.stat().st_mtime_ns):
        try:
            entries.append(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, json.JSONDecodeError):
            continue
    return entries
