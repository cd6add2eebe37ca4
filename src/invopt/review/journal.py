"""The decision file as the app sees it: read once, then only what was appended since, and appended to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

import pandas as pd

from invopt.decisions import UNDO, NewDecision, append_decisions, decision_frame, read_entries, standing
from invopt.errors import InvoptError
from invopt.purchasing.decision_story import PROPOSAL_DAY

Entry = dict[str, Any]
Topic = tuple[str, str]  # subject, and key without the day of a proposal


class Overtaken(InvoptError):
    """Somebody else decided about the same thing after the page was made; nothing was written."""


class Journal:
    """All decisions in memory, by what they are about."""

    def __init__(self, path: Path) -> None:
        """Read the file as it stands."""
        self.path = path
        self.entries: list[Entry] = []
        self._by_topic: dict[Topic, list[Entry]] = {}
        self._topic_of: dict[str, Topic] = {}
        self._read_bytes = 0
        self._changed: set[Topic] = set()
        self._lock = RLock()
        self.refresh()

    def changes(self) -> set[Topic]:
        """Read what was appended since; returns what was decided about since this was last asked."""
        with self._lock:
            self.refresh()
            changed, self._changed = self._changed, set()
            return changed

    def refresh(self) -> None:
        """Read what was appended since, by this app or any other."""
        with self._lock:
            size = self.path.stat().st_size if self.path.exists() else 0
            if size == self._read_bytes:
                return
            with self.path.open("rb") as file:
                file.seek(self._read_bytes)
                content = file.read()
            whole = content[: content.rfind(b"\n") + 1]  # a line that is still being written waits
            self._read_bytes += len(whole)
            self._changed |= {self._note(entry) for entry in read_entries(whole, self.path)}

    def _note(self, entry: Entry) -> Topic:
        undone = self._topic_of.get(entry["key"]) if entry["action"] == UNDO else None
        topic = undone or topic_of(entry["subject"], entry["key"])
        self.entries.append(entry)
        self._topic_of[entry["decision_id"]] = topic
        self._by_topic.setdefault(topic, []).append(entry)
        return topic

    def topics(self, subject: str) -> list[Topic]:
        """Everything of a subject that was ever decided about."""
        with self._lock:
            return [topic for topic in self._by_topic if topic[0] == subject]

    def about(self, topic: Topic) -> list[Entry]:
        """All decisions about one thing, undone ones and undoings included, oldest first."""
        with self._lock:
            return list(self._by_topic.get(topic, ()))

    def standing_about(self, topic: Topic) -> pd.DataFrame:
        """The decisions about one thing that nobody has undone (table `decision`)."""
        return standing(decision_frame(self.about(topic)))

    def all_standing(self) -> pd.DataFrame:
        """Every decision that nobody has undone (table `decision`)."""
        with self._lock:
            return standing(decision_frame(self.entries))

    def version(self, topic: Topic) -> str:
        """The last decision about one thing; "-" before the first. Pages carry it: nobody overwrites blindly."""
        with self._lock:
            known = self._by_topic.get(topic)
            return str(known[-1]["decision_id"]) if known else "-"

    def find(self, decision_id: str) -> tuple[Topic, Entry] | None:
        """A decision by its id, with what it is about."""
        with self._lock:
            topic = self._topic_of.get(decision_id)
            if topic is None:
                return None
            return topic, next(one for one in self._by_topic[topic] if one["decision_id"] == decision_id)

    def append(
        self, made: Sequence[NewDecision], seen: Mapping[Topic, str], *, decided_by: str, decided_at: dt.datetime
    ) -> list[str]:
        """Write decisions that belong together. Raises `Overtaken` where a topic has moved on from `seen`."""

        def unless() -> None:
            self.refresh()
            for topic, version in seen.items():
                if self.version(topic) != version:
                    raise Overtaken(self._what_happened(topic))

        with self._lock:
            ids = append_decisions(self.path, made, decided_by=decided_by, decided_at=decided_at, unless=unless)
        return ids

    def _what_happened(self, topic: Topic) -> str:
        last = self.about(topic)[-1]
        why = f" ({last['reason']})" if last.get("reason") else ""
        return (
            f"{last['decided_by']} decided about this a moment ago: {last['action']}{why}. Nothing of yours was "
            "written. Look at it as it is now, and decide again if you still want to."
        )


def topic_of(subject: str, key: str) -> Topic:
    """What a decision is about; proposals of one SKU and location are one topic, whatever their day."""
    return subject, PROPOSAL_DAY.sub("", key) if subject == "order_proposal" else key
