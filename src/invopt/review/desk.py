"""What the desk stands on: the published run, the decisions since, and both brought up to date on every visit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from threading import Lock, Thread
from typing import Any

import pandas as pd

from invopt.decisions import decision_frame, read_decisions, standing
from invopt.errors import WorkspaceError
from invopt.purchasing import apply_decisions, commitments
from invopt.report.plan import as_of_day
from invopt.review.book import Book
from invopt.review.journal import Journal, Topic
from invopt.settings import Settings
from invopt.settings.decided import decided_settings
from invopt.tables import ORDER_PROPOSAL, empty
from invopt.workspace import Snapshot, Workspace

_SUBJECTS = ("order_proposal", "alert", "order", "return", "purchase_order_line")


class Desk:
    """The published snapshot and the decision file. Nothing else is read, and only decisions are written."""

    def __init__(self, workspace: Workspace) -> None:
        """Load the published run. Raises `WorkspaceError` where there is none yet."""
        self.workspace = workspace
        self.journal = Journal(workspace.decisions_path)
        self._lock = Lock()
        self._loading: Thread | None = None
        self._committed: tuple[int, str, pd.DataFrame] | None = None
        published = workspace.published
        if published is None:
            raise WorkspaceError(f"{workspace.root} has no published plan yet. Make one with: invopt plan")
        self._book = self._read(published)

    def book(self) -> Book:
        """The run to show. When another was published, it is read beside; until then the one before stays."""
        published = self.workspace.published
        with self._lock:
            is_new = published is not None and published.run_id != self._book.run_id
            if is_new and (self._loading is None or not self._loading.is_alive()):
                self._loading = Thread(target=self._replace, args=(published,), daemon=True)
                self._loading.start()
            self._apply(self._book, self.journal.changes())
            return self._book

    def settings(self, book: Book) -> Settings:
        """The settings that the next plan will go by, as the decisions stand now."""
        workspace = Workspace(self.workspace.root)  # read again: the file may have been edited meanwhile
        return decided_settings(workspace.settings, self.journal.all_standing(), book.as_of)

    def commitments(self, book: Book) -> pd.DataFrame:
        """What is being bought as the decisions stand now (table `order_commitment`)."""
        made = len(self.journal.entries)
        if self._committed is None or self._committed[:2] != (made, book.run_id):
            found, _ = commitments(self.journal.all_standing(), empty(ORDER_PROPOSAL), book.as_of)
            self._committed = (made, book.run_id, found)
        return self._committed[2]

    def _replace(self, published: Snapshot) -> None:
        book = self._read(published)
        with self._lock:
            self.journal.changes()
            self._apply_all(book)
            self._book = book

    def _read(self, published: Snapshot) -> Book:
        book = Book(published, self._settings_of(published))
        self._apply_all(book)
        return book

    def _settings_of(self, published: Snapshot) -> Settings:
        """The settings of the run: those of the file, with the decisions that it began with."""
        made_on = published.folder / "decisions.jsonl"
        return decided_settings(self.workspace.settings, standing(read_decisions(made_on)), as_of_day(published))

    def _apply_all(self, book: Book) -> None:
        self._apply(book, [topic for subject in _SUBJECTS for topic in self.journal.topics(subject)])

    def _apply(self, book: Book, topics: Iterable[Topic]) -> None:
        """Bring the rows that some decisions are about up to date."""
        proposals = []
        for subject, key in topics:
            if subject == "order_proposal":
                proposals.append(key)
            elif subject in _SUBJECTS:
                self._apply_one(book, subject, key)
        wanted = [key for key in proposals if key in book.proposals.index]
        if wanted:
            self._apply_proposals(book, wanted)

    def _apply_proposals(self, book: Book, keys: list[str]) -> None:
        places = [book.proposals.index[key] for key in keys]
        rows = undecided(book.proposal_frame.iloc[places])
        known = [self.journal.about(("order_proposal", key)) for key in keys]
        decisions = standing(decision_frame([entry for entries in known for entry in entries]))
        decided = apply_decisions(rows, decisions, book.as_of)
        names = ["state", "final_units", "amount_minor"]
        for key, (state, units, amount) in zip(keys, decided[names].itertuples(index=False, name=None), strict=True):
            book.proposals.change(key, str(state), {"final_units": float(units), "amount_minor": int(amount)})

    def _apply_one(self, book: Book, subject: str, key: str) -> None:
        entries = self.journal.standing_about((subject, key))
        valid = entries[entries["expires_on"].isna() | (entries["expires_on"] >= pd.Timestamp(book.as_of))]
        last: dict[str, Any] | None = None if valid.empty else dict(valid.iloc[-1])
        if subject == "alert":
            book.alerts.change(key, "snoozed" if last and last["action"] == "snooze" else "open")
        elif subject == "order":
            book.holds.change(key, "released" if last and last["action"] == "release" else "open")
        elif subject == "return":
            graded = last is not None and last["action"] == "grade"
            book.returns.change(key, "graded" if graded else "open", {"grade": last["to_value"]} if last else None)
        else:
            self._apply_line(book, key, valid)

    def _apply_line(self, book: Book, key: str, decisions: pd.DataFrame) -> None:
        values: dict[str, Any] = {}
        state = "open"
        line = book.lines.row(key)
        if line is None:
            return
        for row in decisions.to_dict("records"):
            if row["action"] == "confirm":
                day = pd.to_datetime(row["to_value"], errors="coerce")
                values["confirmed_on"] = None if pd.isna(day) else day.to_pydatetime()
                state = "confirmed" if state == "open" else state
            elif row["action"] == "receive":
                try:
                    left = max(float(row["from_value"]) - float(json.loads(row["to_value"])["units"]), 0.0)
                except (KeyError, TypeError, ValueError):
                    continue
                values["open_units"] = left
                state = "partly_received" if left > 0 else "received"
        book.lines.change(key, state, values)


def undecided(proposals: pd.DataFrame) -> pd.DataFrame:
    """Proposals as the plan made them, before any decision (table `order_proposal`)."""
    rows = proposals.copy()
    rows["final_units"] = (rows["final_units"] - rows["decision_change_units"]).round(3)
    rows["decision_change_units"] = 0.0
    units = (rows["final_units"] * 1_000).round().astype("int64")
    rows["amount_minor"] = (units * rows["unit_cost_minor"] + 500) // 1_000
    rows["state"] = "proposed"
    return rows
