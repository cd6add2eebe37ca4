"""One file into the books: recognised, staged, judged and appended in one transaction, or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path

from invopt.database import Database
from invopt.errors import IngestError
from invopt.ingest import formats
from invopt.ingest.formats import Fingerprint, Sheet
from invopt.ingest.known import next_recorded_at
from invopt.ingest.macros import create_macros
from invopt.ingest.readers import Reading, reading
from invopt.ingest.refusals import refused_orders, resolve, write_refused
from invopt.ingest.staging import Progress, load, parts, stage
from invopt.ingest.versions import append_versions
from invopt.settings import Settings

# Tried on the times that a file writes otherwise, to name the setting that would read them.
_WAYS_OF_WRITING = (
    "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%d/%m/%Y", "%m/%d/%Y",
    "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y %H:%M", "%m/%d/%y %H:%M", "%d/%m/%y", "%m/%d/%y", "%d %b %Y %H:%M",
    "%d %b %Y", "%Y%m%d", "%Y%m%d%H%M%S", "%Y/%m/%d %H:%M",
)  # fmt: skip


@dataclass(frozen=True)
class FileReport:
    """What became of one file (or sheet, or part of one): read = accepted + rejected + known.

    `problem` says why a file was refused whole; then nothing of it was taken in and the counts are zero.
    """

    file_name: str
    sheet: str = ""
    source: str = ""
    table_name: str = ""
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_known: int = 0
    rows_withdrawn: int = 0
    seconds: float = 0.0
    problem: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Arrival:
    """A file on its way in."""

    path: Path
    found: Fingerprint
    settings: Settings
    now: dt.datetime
    progress: Progress


def take_in(database: Database, path: Path, settings: Settings, now: dt.datetime, progress: Progress, *,
            table_name: str = "") -> list[FileReport]:  # fmt: skip
    """Take one file in, all of its sheets in one transaction; a report for each of their parts.

    Raises `IngestError` where the file cannot be read, is not recognised, or too much of it would be refused;
    then the database is as it was.
    """
    found = formats.fingerprint(path)
    known = _known_whole(database, path.name, found)
    if known:
        return known
    create_macros(database)
    ingest = settings.ingest
    sheets = formats.sheets(path, found, encoding=ingest.encoding, delimiter=ingest.delimiter)
    arrival = _Arrival(path, found, settings, now, progress)
    with database.transaction():
        reports: list[FileReport] = []
        for sheet, read in _recognised(sheets, path, settings, table_name, reports):
            reports += _take_sheet(database, arrival, sheet, read)
    _drop_temporary(database)
    return reports


def _recognised(
    sheets: list[Sheet], path: Path, settings: Settings, table_name: str, reports: list[FileReport]
) -> list[tuple[Sheet, Reading]]:
    """The sheets with how to read them. Of several sheets some may be notes: those are reported and
    passed over.
    """
    understood, problems = [], []
    for sheet in sheets:
        where = f"{path.name}, sheet {sheet.name}" if sheet.name else path.name
        try:
            understood.append((sheet, reading(sheet, where, settings, table_name=table_name)))
        except IngestError as error:
            problems.append(error)
            reports.append(FileReport(path.name, sheet.name, notes=[f"not taken in: {error}"]))
    if not understood:
        raise problems[0]
    return understood


def _take_sheet(database: Database, arrival: _Arrival, sheet: Sheet, read: Reading) -> list[FileReport]:
    where = f"{arrival.path.name}, sheet {sheet.name}" if sheet.name else arrival.path.name
    load(database, sheet, read, where, arrival.progress)
    return [_take_part(database, arrival, sheet, read, part) for part in parts(database)]


def _take_part(database: Database, arrival: _Arrival, sheet: Sheet, read: Reading, part: str) -> FileReport:
    started = time.monotonic()
    name, settings, table = arrival.path.name, arrival.settings, read.table
    label = " ".join(text for text in (sheet.name, part) if text)
    file_id = _file_id(arrival.found, label)
    recorded_at = next_recorded_at(database, arrival.now)
    arrival.progress(f"{name} {label}".strip() + ": checking", 0)
    rows_read = stage(database, sheet, read, part, settings, arrival.now)
    before = _ledger(database, file_id)
    if before is not None:
        # Read again: only what was refused then is looked at, everything else is known.
        for staged in ("staged", "refused"):
            database.execute(
                f"delete from {staged} where line_number not in "
                "(select line_number from rejected_row where file_id = $file_id)",
                {"file_id": file_id},
            )
    refused_orders(database, table)
    rejected = int(database.scalar("select count(*) from refused"))
    _refuse_spoilt(database, name, rows_read, rejected, settings)
    counts = append_versions(database, table, file_id, recorded_at, settings, withdraw=before is None)
    write_refused(database, table, file_id, name, recorded_at)
    resolve(database, table, file_id)
    accepted_before = 0 if before is None else before[0]
    report = FileReport(
        name, label, read.source, table.name, rows_read, counts.accepted, rejected,
        rows_read - counts.accepted - rejected, counts.withdrawn, time.monotonic() - started,
        notes=[*sheet.notes, *read.notes],
    )  # fmt: skip
    _write_ledger(database, report, file_id, arrival.found.size_bytes, recorded_at, accepted_before)
    return report


def _refuse_spoilt(database: Database, name: str, rows_read: int, rejected: int, settings: Settings) -> None:
    ingest = settings.ingest
    if rejected <= max(ingest.rejected_rows_allowed, ingest.maximum_rejected_share * rows_read):
        return
    reasons = database.execute(
        "select column_name, bad_value, reason, count(*) as rows, min(line_number) as first_line "
        "from refused "
        "group by column_name, reason, bad_value order by rows desc, first_line limit 3"
    ).fetchall()
    shown = "; ".join(
        f"line {line}: {column or 'the row'} {'' if value is None else repr(value) + ' '}{reason}"
        for column, value, reason, _, line in reasons
    )
    raise IngestError(
        f"{name}: {rejected:,} of {rows_read:,} rows would be refused, more than "
        "ingest.maximum_rejected_share = "
        f"{ingest.maximum_rejected_share:g} allows, so nothing was taken in. First: {shown}."
        f"{_fitting_formats(database)}"
    )


def _fitting_formats(database: Database) -> str:
    """Which way of writing fits every time that was refused, for the settings; empty where none does."""
    is_time = "reason like 'is no time%'"
    if not database.scalar(f"select count(*) from refused where {is_time}"):
        return ""
    fitting = [
        form for form in _WAYS_OF_WRITING
        if not database.scalar(
            f"select count(*) from refused where {is_time} and try_strptime(bad_value, $form) is null", {"form": form}
        )
    ]  # fmt: skip
    lines = " or ".join(f'timestamp_format = "{form}"' for form in fitting)
    return f" Every refused time fits, under [ingest] in settings.toml: {lines}." if fitting else ""


def _known_whole(database: Database, name: str, found: Fingerprint) -> list[FileReport]:
    """Reports from the ledger where this very content was taken in before and nothing of it is still
    refused.
    """
    rows = database.execute(
        "select sheet, source, table_name, rows_read from ingested_file where starts_with(file_id, $content) "
        "and not exists (select 1 from rejected_row where starts_with(rejected_row.file_id, $content)) "
        "order by recorded_at, file_id",
        {"content": _content_id(found)},
    ).fetchall()
    return [
        FileReport(name, sheet, source, table, read, 0, 0, read, notes=["taken in before: nothing changes"])
        for sheet, source, table, read in rows
    ]


def _ledger(database: Database, file_id: str) -> tuple[int, int] | None:
    row = database.execute(
        "select rows_accepted, rows_known from ingested_file where file_id = $file_id", {"file_id": file_id}
    ).fetchone()
    return None if row is None else (int(row[0]), int(row[1]))


def _write_ledger(
    database: Database,
    report: FileReport,
    file_id: str,
    size_bytes: int,
    recorded_at: dt.datetime,
    accepted_before: int,
) -> None:
    accepted = report.rows_accepted + accepted_before
    database.execute("delete from ingested_file where file_id = $file_id", {"file_id": file_id})
    database.execute(
        "insert into ingested_file values ($file_id, $file_name, $sheet, $source, $table_name, $file_bytes, "
        "$rows_read, $rows_accepted, $rows_rejected, $rows_known, $recorded_at)",
        {
            "file_id": file_id,
            "file_name": report.file_name,
            "sheet": report.sheet,
            "source": report.source,
            "table_name": report.table_name,
            "file_bytes": size_bytes,
            "rows_read": report.rows_read,
            "rows_accepted": accepted,
            "rows_rejected": report.rows_rejected,
            "rows_known": report.rows_read - accepted - report.rows_rejected,
            "recorded_at": recorded_at,
        },
    )


def _content_id(found: Fingerprint) -> str:
    return found.sha256[:32]


def _file_id(found: Fingerprint, label: str) -> str:
    """The content's hash, and the sheet's behind it, so that all of a file's parts share a beginning."""
    return _content_id(found) + (hashlib.sha256(label.encode()).hexdigest()[:8] if label else "")


def _drop_temporary(database: Database) -> None:
    for name in ("raw_sheet", "staged", "stored", "refused", "repeated"):
        database.execute(f"drop table if exists {name}")
