"""One run of the night: where its tables lie, which stages are done, and how they are read and written.

A run's identity is a hash of its as-of day, its settings and its inputs, so the same inputs find the same
run. Each stage writes its tables as Parquet chunks, every file whole or absent; then a small file says that
the stage is done. A killed run is taken up after its last finished stage and ends the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

import invopt
from invopt.calendars import start_of_day_utc
from invopt.database import DatabaseContext, open_database, over_parquet
from invopt.decisions import decision_frame, read_decisions, read_entries, standing
from invopt.errors import StageError
from invopt.settings import Settings
from invopt.settings.decided import decided_settings
from invopt.tables import RUN_TABLES, SKU_LOCATION, Table, check, empty
from invopt.workspace import Snapshot, Workspace, replace_text

Progress = Callable[[str], None]

_DETAILS = "run.json"
_DECISIONS = "decisions.jsonl"
_RETURN_POLICY = "return_policy.toml"
_ROW_GROUP = 65_536


def silent(_: str) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class Chunk:
    """A range of SKUs with all their locations; `index` orders the chunks of a run."""

    index: int
    first_sku_id: str
    last_sku_id: str


@dataclass(frozen=True)
class Run:
    """One run: the workspace, the day, the settings, and the folder of its tables."""

    workspace: Workspace
    as_of: dt.date
    run_id: str
    seen_until: dt.datetime  # UTC; nothing recorded at or after it is read
    progress: Progress = field(default=silent, compare=False)

    @cached_property
    def settings(self) -> Settings:
        """The workspace's settings, with what was decided about them at the desk."""
        return decided_settings(self.workspace.settings, self.standing_decisions(), self.as_of)

    @property
    def folder(self) -> Path:
        """Where the run's tables lie."""
        return self.workspace.runs / self.run_id

    @property
    def snapshot(self) -> Snapshot:
        """The run's tables, for readers."""
        return Snapshot(self.folder)

    def decisions(self) -> pd.DataFrame:
        """The decisions as they stood when the run began (table `decision`); later ones belong to the next run."""
        return read_decisions(self.folder / _DECISIONS)

    def standing_decisions(self) -> pd.DataFrame:
        """Those of them that nobody has undone: what a plan follows."""
        return standing(self.decisions())

    @property
    def return_policy_path(self) -> Path:
        """The return policy as it stood when the run began."""
        return self.folder / _RETURN_POLICY

    @property
    def plan_before(self) -> Snapshot | None:
        """The plan of an earlier day that this one is compared with."""
        name = details(self.folder).get("plan_before", "")
        return Snapshot(self.workspace.runs / name) if name and entry_exists(self.workspace.runs / name) else None

    def database(self) -> DatabaseContext:
        """The workspace's database, for one short piece of work."""
        return connect(self.workspace)

    def read(self, table: Table, chunk: Chunk | None = None) -> pd.DataFrame:
        """A table that an earlier stage of this run wrote; with `chunk`, the rows of its SKUs."""
        with self.tables(table) as db:
            if chunk is None:
                return db.frame(f"select * from {table.name}", table=table)
            return db.frame(
                f"select * from {table.name} where sku_id between $first and $last",
                {"first": chunk.first_sku_id, "last": chunk.last_sku_id},
                table=table,
            )

    def tables(self, *tables: Table) -> DatabaseContext:
        """A connection to no file in which tables of this run can be read by name."""
        return over_parquet(
            {table: self.snapshot.files(table.name) for table in tables},
            memory_limit_mb=self.settings.run.memory_limit_mb,
            folder=self.folder,
        )

    def write(self, table: Table, frame: pd.DataFrame, chunk: Chunk | None = None) -> None:
        """Write a table, or its chunk, in the order of its key, so that the same rows make the same file."""
        rows = check(frame, table).sort_values(list(table.key), kind="stable", ignore_index=True)
        path = self.path(table, chunk)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        # Small row groups: the app reads one SKU's rows and decodes little else.
        rows.to_parquet(part, index=False, compression="zstd", row_group_size=_ROW_GROUP)
        part.replace(path)

    def write_empty(self, table: Table) -> None:
        """Write a table without rows."""
        self.write(table, empty(table))

    def path(self, table: Table, chunk: Chunk | None = None) -> Path:
        """The Parquet file of a table and chunk."""
        return self.folder / table.name / f"{chunk.index if chunk else 0:06d}.parquet"

    def has(self, table: Table, chunk: Chunk) -> bool:
        """Whether a chunk was written before the run was interrupted."""
        return self.path(table, chunk).is_file()

    def chunks(self) -> Iterator[Chunk]:
        """Ranges of whole SKUs, each of about `run.chunk_series` SKU-locations."""
        with self.tables(SKU_LOCATION) as db:
            bounds = db.frame(
                "select bucket, min(sku_id) as first_sku_id, max(sku_id) as last_sku_id from ("
                "  select sku_id, min(position) // $size as bucket from sku_location group by sku_id"
                ") group by bucket order by bucket",
                {"size": self.settings.run.chunk_series},
            )
        for index, row in enumerate(bounds.itertuples(index=False)):
            yield Chunk(index, str(row.first_sku_id), str(row.last_sku_id))

    def is_done(self, stage: str) -> bool:
        """Whether a stage of this run has finished."""
        return self._done_file(stage).is_file()

    def mark_done(self, stage: str, seconds: float, made: tuple[Table, ...]) -> None:
        """Say that a stage has finished, after all its tables are whole."""
        entry = {"stage": stage, "seconds": round(seconds, 3), "rows": self.count(*made)}
        replace_text(self._done_file(stage), json.dumps(entry))

    def count(self, *tables: Table) -> int:
        """Rows of tables of this run, together."""
        with self.tables(*tables) as db:
            return sum(int(db.scalar(f"select count(*) from {table.name}")) for table in tables)

    def stage_entries(self) -> list[dict[str, Any]]:
        """Name, seconds and rows written of each finished stage, in the order in which they finished."""
        done = sorted(self.folder.glob("*.done"), key=lambda path: path.stat().st_mtime_ns)
        return [json.loads(path.read_text(encoding="utf-8")) for path in done]

    def stage_seconds(self) -> dict[str, float]:
        """How long each finished stage took."""
        return {entry["stage"]: float(entry["seconds"]) for entry in self.stage_entries()}

    def _done_file(self, stage: str) -> Path:
        return self.folder / f"{stage}.done"


def connect(workspace: Workspace) -> DatabaseContext:
    """The workspace's database, with its tables made, for one short piece of work."""
    limits = workspace.settings.run
    return open_database(
        workspace.database_path,
        memory_limit_mb=limits.memory_limit_mb,
        wait_seconds=limits.lock_wait_seconds,
    )


def begin(
    workspace: Workspace,
    as_of: dt.date,
    progress: Progress = silent,
    *,
    kind: str = "plan",
    seen_until: dt.datetime | None = None,
) -> Run:
    """The run of that day with the inputs as they stand now: a new one, or one to take up again."""
    with connect(workspace) as db:
        db.create_tables()
        files = db.frame("select file_id, recorded_at from ingested_file order by file_id")
        refused = db.frame("select file_name, reason from refused_file order by file_name")
    decisions = workspace.decisions_path.read_bytes()
    inputs = hashlib.sha256((files.to_csv(index=False) + refused.to_csv(index=False)).encode())
    inputs.update(decisions)
    return_policy = workspace.return_policy_path.read_bytes()
    inputs.update(return_policy)
    # A night compares itself with the plan of an earlier day; a part of a day builds on the last night.
    base = plan_before(workspace, as_of) if kind == "plan" else published_plan_id(workspace)
    stand = standing(decision_frame(read_entries(decisions, workspace.decisions_path)))
    settings = decided_settings(workspace.settings, stand, as_of)
    parts = (kind, as_of.isoformat(), settings.hash, inputs.hexdigest(), base, invopt.__version__)
    run_id = f"{as_of.isoformat()}-{kind}-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:12]}"
    moment = seen_until or start_of_day_utc(as_of, workspace.settings.business.time_zone)
    folder = workspace.runs / run_id
    if (folder / _DETAILS).is_file():  # taken up again: what it has seen stays what it was
        moment = dt.datetime.fromisoformat(details(folder)["seen_until"])
    else:
        folder.mkdir(parents=True, exist_ok=True)
        # A decision made from now on is an input of the next run: this one keeps what it began with.
        replace_text(folder / _DECISIONS, decisions.decode())
        replace_text(folder / _RETURN_POLICY, return_policy.decode())
        entry = {
            "kind": kind,
            "plan_id": run_id if kind == "plan" else base,
            "plan_before": base if kind == "plan" else "",
            "as_of": as_of.isoformat(),
            "seen_until": moment.isoformat(),
            "settings": settings.hash,
            "inputs": inputs.hexdigest()[:16],
        }
        replace_text(folder / _DETAILS, json.dumps(entry))
    return Run(workspace, as_of, run_id, moment, progress)


def published_run(workspace: Workspace, progress: Progress = silent) -> Run:
    """The run that is published, to look into its tables. Raises `StageError` where there is none."""
    published = workspace.published
    if published is None:
        raise StageError("There is no plan yet to look into. Make one with: invopt plan")
    entry = details(published.folder)
    return Run(
        workspace,
        dt.date.fromisoformat(entry["as_of"]),
        published.run_id,
        dt.datetime.fromisoformat(entry["seen_until"]),
        progress,
    )


def details(folder: Path) -> dict[str, str]:
    """What a run is: its kind, its day, what it has seen, and the plan that it builds on."""
    entry: dict[str, str] = json.loads((folder / _DETAILS).read_text(encoding="utf-8"))
    return entry


def plan_before(workspace: Workspace, as_of: dt.date) -> str:
    """The last night of an earlier day that was published, or empty where there is none (any more)."""
    if workspace.published is None:
        return ""
    folder = workspace.runs / published_plan_id(workspace)
    entry = details(folder)
    if entry["as_of"] >= as_of.isoformat():
        folder = workspace.runs / entry.get("plan_before", "")
    return folder.name if entry_exists(folder) and details(folder)["as_of"] < as_of.isoformat() else ""


def entry_exists(folder: Path) -> bool:
    """Whether a run of that folder is still there."""
    return (folder / _DETAILS).is_file()


def published_plan_id(workspace: Workspace) -> str:
    """The whole night under the published run: itself, or the one it was carried over from.

    Raises `StageError` where no night has been published yet.
    """
    published = workspace.published
    if published is None:
        raise StageError("There is no plan yet to build on. Make one with: invopt plan")
    return details(published.folder).get("plan_id", published.run_id)


def carry_over(run: Run, made: tuple[Table, ...]) -> None:
    """Link the published tables that this run does not make itself into it, so that readers find a whole plan."""
    published = run.workspace.published
    if published is None or published.run_id == run.run_id:
        return
    for table in RUN_TABLES:
        for source in published.files(table.name) if table not in made else ():
            _link(source, run.folder / table.name / source.name)


def _link(source: Path, target: Path) -> None:
    """Make `target` another name of the file `source`, in one step for whoever reads `target`."""
    if target.exists() and target.samefile(source):
        return
    target.parent.mkdir(exist_ok=True)
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.hardlink_to(source)
    part.replace(target)


def clock() -> float:
    """Seconds, for measuring how long a stage takes."""
    return time.perf_counter()
