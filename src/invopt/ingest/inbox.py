"""Files into the workspace: those named, or what lies in the inbox, which then moves to the archive.

A file moves only after its transaction is committed. Killed in between, it is found in the inbox again, is
known by its content, changes nothing and moves then.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from invopt.database import Database, open_database
from invopt.errors import IngestError, MemoryShort
from invopt.ingest.formats import fingerprint
from invopt.ingest.intake import FileReport, take_in
from invopt.ingest.staging import Progress
from invopt.workspace import Workspace

# Taking files in stays below a gigabyte as a whole; only a very large file may use all that the settings allow.
_MEMORY_MB = 600
_LARGE_BYTES = 1_000_000_000


def ingest_files(
    workspace: Workspace, paths: Sequence[Path], progress: Progress | None = None, *, table_name: str = "",
    now: dt.datetime | None = None,
) -> list[FileReport]:  # fmt: skip
    """Take in the files named, in that order; each in a transaction of its own.

    A file that cannot be taken in becomes a report with its `problem`, and the others go on. `progress` is
    called with a file's name and the rows read so far; `table_name` says what the files hold where their
    names do not; `now` (UTC) defaults to the clock. Raises `DatabaseBusy` where another process holds the
    database.
    """
    with _database(workspace, paths) as database:
        return [
            report
            for path in paths
            for report in _take(database, workspace, path, progress or _silent, table_name, now)
        ]


def ingest_inbox(
    workspace: Workspace, progress: Progress | None = None, *, now: dt.datetime | None = None
) -> list[FileReport]:
    """Take in what lies in the inbox, in the order of the names, and archive it; what is refused stays there.

    Names that begin with a dot, and those that end in `.part` or `.tmp`, are files still being copied:
    they wait. The table `refused_file` holds those that were refused and are still there.
    """
    reports: list[FileReport] = []
    paths = waiting(workspace)
    with _database(workspace, paths) as database:
        for path in paths:
            found = _take(database, workspace, path, progress or _silent, "", now)
            reports += found
            if not any(report.problem for report in found):
                archive(workspace, path)
        _keep_refused(database, workspace, reports, now)
    return reports


def waiting(workspace: Workspace) -> list[Path]:
    """The files in the inbox that are whole, in the order of their names."""
    return sorted(
        path for path in workspace.inbox.iterdir()
        if not path.name.startswith(".") and path.suffix not in (".part", ".tmp", ".crdownload")
    )  # fmt: skip


def archive(workspace: Workspace, path: Path) -> Path:
    """Move a file that was taken in to the archive, under its name behind the hash of its content."""
    target = workspace.archive / f"{fingerprint(path).sha256[:12]}_{path.name}"
    try:
        path.replace(target)
    except OSError:  # the archive lies on another disk
        part = target.with_name(target.name + ".part")
        shutil.copyfile(path, part)
        with part.open("rb") as copied:
            os.fsync(copied.fileno())
        part.replace(target)
        path.unlink()
    return target


def _take(
    database: Database,
    workspace: Workspace,
    path: Path,
    progress: Progress,
    table_name: str,
    now: dt.datetime | None,
) -> list[FileReport]:
    try:
        return take_in(database, path, workspace.settings, _moment(now), progress, table_name=table_name)
    except (IngestError, MemoryShort) as error:
        return [FileReport(path.name, problem=str(error))]


def _keep_refused(database: Database, workspace: Workspace, reports: list[FileReport], now: dt.datetime | None) -> None:
    """Make `refused_file` what the inbox is: a file that left it is forgotten, an old one keeps its date."""
    refused = {report.file_name: report.problem for report in reports if report.problem}
    known = set(database.execute("select file_name, reason from refused_file").fetchall())
    with database.transaction():
        for name, _ in known - set(refused.items()):
            database.execute("delete from refused_file where file_name = $name", {"name": name})
        for name, reason in sorted(set(refused.items()) - known):
            database.execute(
                "insert into refused_file (file_name, file_bytes, reason, recorded_at) "
                "values ($name, $bytes, $reason, $now)",
                {
                    "name": name,
                    "bytes": (workspace.inbox / name).stat().st_size,
                    "reason": reason,
                    "now": _moment(now),
                },
            )


@contextmanager
def _database(workspace: Workspace, paths: Sequence[Path]) -> Iterator[Database]:
    run = workspace.settings.run
    is_large = any(path.is_file() and path.stat().st_size > _LARGE_BYTES for path in paths)
    with open_database(
        workspace.database_path,
        memory_limit_mb=run.memory_limit_mb if is_large else min(run.memory_limit_mb, _MEMORY_MB),
        wait_seconds=run.lock_wait_seconds,
    ) as database:
        database.create_tables()
        yield database


def _moment(now: dt.datetime | None) -> dt.datetime:
    return now or dt.datetime.now(dt.UTC).replace(tzinfo=None)


def _silent(_: str, __: int) -> None:
    """Show progress to nobody."""
