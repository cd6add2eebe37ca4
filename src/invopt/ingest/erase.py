"""Remove a person from everything the workspace holds, while every order, unit and sum stays.

Files first, the database last: it is the database that knows which orders are the person's, so an erasure that was
killed finds them again and ends the same. What becomes empty are the columns declared personal (and the postcode of
tracking events); the order itself stays, without anyone in it. Drafted messages about the person are deleted whole.

Not reached: what was sent or copied elsewhere, and the shop's own system. Who was erased is kept as a hash, so a
later export that still names the person is blanked as soon as it has been taken in (`forget_again`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from invopt import database
from invopt.calendars import start_of_day_utc
from invopt.database import Database, open_database, quoted
from invopt.errors import IngestError, InvoptError
from invopt.ingest import formats
from invopt.ingest.formats.blanking import blank
from invopt.ingest.formats.person import Person, spelled
from invopt.ingest.readers import reading
from invopt.settings import Settings
from invopt.tables import ORDER_LINE, RUN_TABLES, TABLES, Table
from invopt.workspace import Workspace

_ARCHIVED = re.compile(r"^[0-9a-f]{12}_")


@dataclass(frozen=True)
class Erasure:
    """What was blanked, by place; `left` names files that still hold the person and why they were not touched."""

    orders: int
    archived_rows: int
    rejected_rows: int
    messages: int
    snapshot_rows: int
    database_rows: int
    left: tuple[str, ...]


def erase_customer(workspace: Workspace, customer_id: str) -> Erasure:
    """Remove one customer, named as the shop names them (compared without regard to case).

    Raises `InvoptError` for an empty id, `WorkspaceBusy` while a run holds the workspace.
    """
    if not customer_id.strip():
        raise InvoptError("erase: name a customer, as order_line.customer_id has it.")
    with workspace.lock():
        return _erase(workspace, spelled(customer_id), _orders(workspace, customer_id=spelled(customer_id)))


def forget_again(workspace: Workspace) -> int:
    """Erase anew whom a file has named again after they were erased; returns the orders blanked.

    The caller holds the workspace's lock. Killed half way, the next call finds what is left.
    """
    blanked = 0
    for customer_id in _named_again(workspace, "customer", _CUSTOMERS):
        blanked += _erase(workspace, customer_id, _orders(workspace, customer_id=customer_id)).orders
    orders = _named_again(workspace, "order", _NAMED_ORDERS)
    return blanked + (_erase(workspace, None, orders).orders if orders else 0)


# Ids as they are compared, of every customer that the database names and of every order that names anyone.
_CUSTOMERS = (
    "select lower(trim(customer_id)) as id from order_line "
    "union select lower(trim(json_extract_string(raw_row, '$.customer_id'))) from rejected_row"
)
_NAMED_ORDERS = "select lower(order_id) as id from order_line where " + " or ".join(
    f"{quoted(column.name)} is not null" for column in ORDER_LINE.columns if column.personal
)


def _named_again(workspace: Workspace, subject: str, ids: str) -> set[str]:
    with _open(workspace) as db:
        found = db.execute(
            f"select distinct id from ({ids}) "
            "where sha256(id) in (select subject_hash from erased_person where subject = $subject)",
            {"subject": subject},
        ).fetchall()
    return {str(row[0]) for row in found}


def erase_expired(workspace: Workspace, today: dt.date) -> Erasure:
    """Remove everyone from the orders older than the setting `retention.personal_days`."""
    last_day = today - dt.timedelta(days=workspace.settings.retention.personal_days)
    before = start_of_day_utc(last_day, workspace.settings.business.time_zone)
    with workspace.lock():
        return _erase(workspace, None, _orders(workspace, before=before))


def _erase(workspace: Workspace, customer_id: str | None, orders: set[str]) -> Erasure:
    person = Person(customer_id, orders)
    archived, left = _archive(workspace, person)
    messages = _messages(workspace, person)
    snapshots = _snapshots(workspace, person)
    with _open(workspace) as db:
        _name_orders(db, person)
        with db.transaction():
            _remember(db, person)
            rejected = _rejected(db, person)
            rows = sum(_table(db, table) for table in (ORDER_LINE, *RUN_TABLES) if _blanked(table))
            rows += _count(db, "update tracking_event set to_postcode = null where lower(order_id) in "
                               "(select order_id from erased_order) and to_postcode is not null")  # fmt: skip
    if rows or rejected:
        database.rewrite(workspace.database_path)
    left += list(_still_named(workspace, person))
    return Erasure(len(orders), archived, rejected, messages, snapshots, rows, tuple(left))


def _orders(workspace: Workspace, *, customer_id: str | None = None, before: dt.datetime | None = None) -> set[str]:
    """The orders of a customer, or those before a moment that still name anyone."""
    named = " or ".join(f"{quoted(column.name)} is not null" for column in ORDER_LINE.columns if column.personal)
    with _open(workspace) as db:
        if customer_id is not None:
            found = db.execute(
                "select distinct lower(order_id) from order_line where lower(trim(customer_id)) = $customer_id",
                {"customer_id": customer_id},
            )
        else:
            found = db.execute(
                f"select distinct lower(order_id) from order_line where ordered_at < $before and ({named})",
                {"before": before},
            )
        return {str(row[0]) for row in found.fetchall()}


def _archive(workspace: Workspace, person: Person) -> tuple[int, list[str]]:
    changed, left = 0, []
    for path in sorted(workspace.archive.iterdir()):
        if path.suffix == ".part":
            path.unlink()
            continue
        try:
            changed += _archived_file(path, person, workspace.settings)
        except IngestError as error:
            left.append(f"archive/{path.name} could not be read: {error}")
    return changed, left


def _archived_file(path: Path, person: Person, settings: Settings) -> int:
    found = formats.fingerprint(path)
    ingest = settings.ingest
    concerned = []
    for sheet in formats.sheets(path, found, encoding=ingest.encoding, delimiter=ingest.delimiter):
        name = _ARCHIVED.sub("", path.name)
        try:
            read = reading(sheet, f"{name}, sheet {sheet.name}" if sheet.name else name, settings)
        except IngestError:
            continue  # a sheet that was not taken in; whether it names the person is looked at in the end
        names = [read.aliases.get(column, column) for column in sheet.columns]
        theirs = person.within(names, read.customer_columns, read.order_column, read.personal_columns)
        if theirs.can_be_found:
            concerned.append((sheet, theirs, read.aliases))
    if not concerned:
        return 0
    part = path.with_name(path.name + ".part")
    changed = blank(path, part, found, concerned, encoding=ingest.encoding)
    if changed:
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    else:
        part.unlink()
    return changed


def _messages(workspace: Workspace, person: Person) -> int:
    """Delete the drafted messages that name the customer or one of the orders, as a word of their own."""
    names = sorted({*person.orders, *([person.customer_id] if person.customer_id else [])}, key=len, reverse=True)
    if not names:
        return 0
    deleted = 0
    for path in sorted(path for path in workspace.outbox.rglob("*") if path.is_file()):
        text = path.read_bytes().decode("utf-8", "replace").casefold()
        if any(re.search(rf"(?<![\w@.-]){re.escape(word)}(?![\w@-])", text) for word in names if word in text):
            path.unlink()
            deleted += 1
    return deleted


def _snapshots(workspace: Workspace, person: Person) -> int:
    """Blank the person in the Parquet tables of every run, published or not."""
    rows = 0
    for table in (table for table in TABLES.values() if _blanked(table)):
        for path in sorted(workspace.runs.glob(f"*/{table.name}/*.parquet")):
            with database.in_memory() as db:
                _name_orders(db, person)
                db.execute(f"create temp table {quoted(table.name)} as select * from read_parquet($path)",
                           {"path": str(path)})  # fmt: skip
                changed = _table(db, table)
                if changed:
                    db.to_parquet(f"select * from {quoted(table.name)}", path)
                    rows += changed
    return rows


def _blanked(table: Table) -> list[str]:
    """The columns of a table that say who somebody is."""
    names = [column.name for column in table.columns if column.personal]
    if table.name == "tracking_event":
        names.append("to_postcode")
    return names if "order_id" in table.names else []


def _name_orders(db: Database, person: Person) -> None:
    import pandas as pd

    db.execute("create or replace temp table erased_order (order_id varchar)")
    db.append("erased_order", pd.DataFrame({"order_id": pd.Series(sorted(person.orders), dtype="str")}))
    db.execute("create or replace temp table erased_customer as select cast($id as varchar) as customer_id",
               {"id": person.customer_id})  # fmt: skip


def _remember(db: Database, person: Person) -> None:
    """Keep whom a request erased, as hashes; orders that merely grew old may be named again and grow old again."""
    if person.customer_id is None:
        return
    for subject, ids in (("customer", {person.customer_id}), ("order", person.orders)):
        for name in sorted(ids):
            db.execute(
                "insert into erased_person select $subject, $hash, now() at time zone 'UTC' where not exists "
                "(from erased_person where subject = $subject and subject_hash = $hash)",
                {"subject": subject, "hash": hashlib.sha256(name.encode()).hexdigest()},
            )


def _table(db: Database, table: Table) -> int:
    columns = _blanked(table)
    theirs = "lower(order_id) in (select order_id from erased_order)"
    if "customer_id" in table.names:
        theirs += " or lower(trim(customer_id)) in (select customer_id from erased_customer)"
    blanks = ", ".join(f"{quoted(name)} = null" for name in columns)
    named = " or ".join(f"{quoted(name)} is not null" for name in columns)
    return _count(db, f"update {quoted(table.name)} set {blanks} where ({theirs}) and ({named})")


def _rejected(db: Database, person: Person) -> int:
    """Blank the person in refused rows; of a row that could not be split nothing is kept but the place."""
    personal = dict.fromkeys(_blanked(ORDER_LINE))
    theirs = (
        "table_name in ('order_line', 'tracking_event') and ("
        "lower(json_extract_string(raw_row, '$.order_id')) in (select order_id from erased_order) "
        "or lower(trim(json_extract_string(raw_row, '$.customer_id'))) in (select customer_id from erased_customer) "
        "or (column_name = '' and exists (select 1 from erased_customer where contains(lower(raw_row), customer_id))))"
    )
    names = ", ".join(f"'{name}'" for name in personal)
    patch = "{" + ", ".join(f'"{name}": null' for name in (*personal, "to_postcode")) + "}"
    return _count(
        db,
        "update rejected_row set raw_row = case when column_name = '' then '{}' "
        f"else cast(json_merge_patch(raw_row, '{patch}') as varchar) end, "
        f"bad_value = case when column_name in ({names}) then null else bad_value end, "
        "reason = case when column_name = '' then 'could not be read; emptied on request' else reason end "
        f"where {theirs}",
    )


def _still_named(workspace: Workspace, person: Person) -> Iterator[str]:
    """Files outside the reach of the above that hold the customer's id as it was given."""
    if person.customer_id is None or len(person.customer_id) < _TELLING:
        return
    named = person.customer_id.encode()
    for folder in (workspace.inbox, workspace.archive, workspace.reports, workspace.exports):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            if named in path.read_bytes().lower():
                where = path.relative_to(workspace.root)
                yield f"{where} still holds {person.customer_id!r}: delete it or make it anew"


# An id shorter than this stands by chance in many a file, so finding it says nothing.
_TELLING = 5


def _count(db: Database, update: str) -> int:
    row = db.execute(update).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _open(workspace: Workspace) -> Iterator[Database]:
    run = workspace.settings.run
    with open_database(
        workspace.database_path, memory_limit_mb=run.memory_limit_mb, wait_seconds=run.lock_wait_seconds
    ) as db:
        db.create_tables()
        yield db
