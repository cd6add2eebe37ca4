"""Publish a finished run: its tables into the database in one short transaction, then the readers' pointer.

Killed between the two, the next run of the same inputs repeats this step and nothing else.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd

import invopt
from invopt.database import Database, quoted
from invopt.stages.ledger import release_void
from invopt.stages.run import Run, connect, details, published_plan_id
from invopt.tables import RESERVATION, RUN, RUN_TABLES, STAGE_TIME, Table
from invopt.workspace import Workspace

_REMOVED = "removed-"


def publish(run: Run) -> None:
    """Make `run` the plan that the database, the report, the app and notebooks show."""
    with run.database() as db:
        if db.scalar("select run_id from current_run") != run.run_id:
            _into_database(run, db)
    run.workspace.publish(run.run_id)


def _into_database(run: Run, db: Database) -> None:
    """Put the run's tables and books into the database and point it at them, all in one transaction."""
    for table in RUN_TABLES:
        db.parquet_view(f"{table.name}_made", run.snapshot.files(table.name), table)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with db.transaction():
        _forget(db, run.run_id, (*RUN_TABLES, RUN, STAGE_TIME))
        for table in RUN_TABLES:
            names = ", ".join(quoted(name) for name in table.names)
            db.execute(
                f"insert into {quoted(table.name)} (run_id, {names}) "
                f"select $run_id, {names} from {quoted(table.name + '_made')}",
                {"run_id": run.run_id},
            )
        db.append("run", _run_row(run))
        db.append("stage_time", _stage_times(run))
        # Decisions are never changed, only followed by others: the file holds all that were ever made.
        db.execute("delete from decision")
        db.append("decision", run.decisions())
        release_void(db, run.read(RESERVATION), run.seen_until)
        db.execute("delete from current_run")
        db.execute("insert into current_run values ($run_id, $now)", {"run_id": run.run_id, "now": now})


def _run_row(run: Run) -> pd.DataFrame:
    entry = details(run.folder)
    return pd.DataFrame(
        {
            "run_id": [run.run_id],
            "as_of_on": [pd.Timestamp(run.as_of)],
            "settings_hash": [entry["settings"]],
            "inputs_hash": [entry["inputs"]],
            "version": [invopt.__version__],
        }
    )


def _stage_times(run: Run) -> pd.DataFrame:
    return pd.DataFrame(run.stage_entries())[["stage", "seconds", "rows"]].assign(run_id=run.run_id)


def _forget(db: Database, run_id: str, tables: tuple[Table, ...]) -> None:
    for table in tables:
        db.execute(f"delete from {quoted(table.name)} where run_id = $run_id", {"run_id": run_id})


def prune(workspace: Workspace, keep: int) -> list[str]:
    """Remove all but the newest `keep` runs of each kind; the published one and the plan under it stay."""
    for folder in workspace.runs.glob(f"{_REMOVED}*"):  # what a killed run left half removed
        shutil.rmtree(folder)
    published = workspace.published
    current = {published.run_id, published_plan_id(workspace)} if published else set()
    by_kind: dict[str, list[Path]] = {}
    for path in sorted(workspace.runs.glob("*/run.json"), key=lambda path: -path.stat().st_mtime_ns):
        by_kind.setdefault(details(path.parent)["kind"], []).append(path.parent)
    old = [folder for folders in by_kind.values() for folder in folders[keep:] if folder.name not in current]
    if not old:
        return []
    with connect(workspace) as db, db.transaction():
        for folder in old:
            _forget(db, folder.name, RUN_TABLES)
    for folder in old:
        # Renamed first: a folder half removed would look like a run whose stages are done.
        shutil.rmtree(folder.rename(folder.with_name(_REMOVED + folder.name)))
    return [folder.name for folder in old]
