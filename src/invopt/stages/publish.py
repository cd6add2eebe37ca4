"""Publish a finished run: its tables into the database in one short transaction, then the readers' pointer.

Killed between the two, the next run of the same inputs repeats this step and nothing else.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pandas as pd

import invopt
from invopt.database import quoted
from invopt.stages.run import Run, connect
from invopt.tables import RUN_TABLES
from invopt.workspace import Workspace


def publish(run: Run) -> None:
    """Make `run` the plan that the database, the report, the app and notebooks show."""
    details = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    entry = {
        "run_id": run.run_id,
        "as_of_on": pd.Timestamp(run.as_of),
        "settings_hash": details["settings"],
        "inputs_hash": details["inputs"],
        "version": invopt.__version__,
    }
    seconds = run.stage_seconds()
    times = pd.DataFrame({"run_id": run.run_id, "stage": list(seconds), "seconds": list(seconds.values()), "rows": 0})
    with run.database() as db:
        for table in RUN_TABLES:
            db.parquet_view(f"{table.name}_made", run.snapshot.files(table.name), table)
        with db.transaction():
            for table in RUN_TABLES:
                names = ", ".join(quoted(name) for name in table.names)
                db.execute(f"delete from {quoted(table.name)} where run_id = $run_id", {"run_id": run.run_id})
                db.execute(
                    f"insert into {quoted(table.name)} (run_id, {names}) "
                    f"select $run_id, {names} from {quoted(table.name + '_made')}",
                    {"run_id": run.run_id},
                )
            for book in ("run", "stage_time"):
                db.execute(f"delete from {quoted(book)} where run_id = $run_id", {"run_id": run.run_id})
            db.append("run", pd.DataFrame([entry]))
            db.append("stage_time", times)
            db.execute("delete from current_run")
            db.execute(
                "insert into current_run values ($run_id, $now)",
                {"run_id": run.run_id, "now": dt.datetime.now(dt.UTC).replace(tzinfo=None)},
            )
    run.workspace.publish(run.run_id)


def prune(workspace: Workspace, keep: int) -> list[str]:
    """Remove all but the newest `keep` runs of each kind; the published one stays."""
    published = workspace.published
    current = published.run_id if published else None
    by_kind: dict[str, list[Path]] = {}
    for details in sorted(workspace.runs.glob("*/run.json"), key=lambda path: -path.stat().st_mtime_ns):
        kind = json.loads(details.read_text(encoding="utf-8"))["kind"]
        by_kind.setdefault(kind, []).append(details.parent)
    old = [path for paths in by_kind.values() for path in paths[keep:] if path.name != current]
    if not old:
        return []
    with connect(workspace) as db, db.transaction():
        for path in old:
            for table in RUN_TABLES:
                db.execute(f"delete from {quoted(table.name)} where run_id = $run_id", {"run_id": path.name})
    for path in old:
        shutil.rmtree(path)
    return [path.name for path in old]
