"""Staged rows into the database: what is already known stays, what is new or changed becomes a version.

A row is its key; for order lines without an id of their own the key holds the line's content. A newer file
that carries such an order with other lines replaces the order's lines: those that it no longer has get a last
version of no units, cancelled at that moment, so that nothing is deleted and every sum follows the newest
file. Two cases are no replacement:

- a row of the order was refused: the order is not wholly known, so nothing of it is withdrawn;
- the order is cut at the files' boundary: it ends one file and begins the other, and the two share no
  line. Then its lines add up. (A file of one order alone is a correction, never a continuation.)
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from invopt.database import Database, quoted
from invopt.ingest.known import first_known_at
from invopt.settings import Settings
from invopt.tables import ORDER_LINE, Table


@dataclass(frozen=True)
class Counts:
    """Rows of one part: those that made a version, and lines that a newer file no longer carries."""

    accepted: int
    withdrawn: int


def append_versions(
    database: Database,
    table: Table,
    file_id: str,
    recorded_at: dt.datetime,
    settings: Settings,
    *,
    withdraw: bool,
) -> Counts:
    """Append the versions that `staged` brings; with `withdraw` a newer order replaces the lines it had."""
    _store_latest(database, table)
    if table is ORDER_LINE:
        _judge_orders(database)
    known = " and ".join(f"staged.{quoted(name)} is not distinct from stored.{quoted(name)}" for name in table.names)
    keyed = " and ".join(f"staged.{quoted(name)} = stored.{quoted(name)}" for name in table.key)
    columns = ", ".join(quoted(name) for name in table.names)
    staged = ", ".join(f"staged.{quoted(name)}" for name in table.names)
    is_first = f"stored.{quoted(table.key[0])} is null"
    orders = ""
    if table is ORDER_LINE:
        orders = "left join order_verdict as verdict on verdict.order_id = staged.order_id "
        is_first += " and (verdict.order_id is null or verdict.is_continued)"
    values: dict[str, object] = {"file_id": file_id, "recorded_at": recorded_at}
    known_at = first_known_at(table)
    if "$time_zone" in known_at:
        values["time_zone"] = settings.business.time_zone
    inserted = database.execute(
        f"insert into {quoted(table.name)} ({columns}, file_id, line_number, assumed_columns, recorded_at) "
        f"select {staged}, $file_id, staged.line_number, staged.assumed_columns, "
        f"case when {is_first} then {known_at} else $recorded_at end "
        f"from staged left join stored on {keyed} {orders}"
        f"where stored.{quoted(table.key[0])} is null or not ({known})",
        values,
    ).fetchone()
    withdrawn = 0
    if table is ORDER_LINE and withdraw:
        withdrawn = _withdraw(database, file_id, recorded_at)
    return Counts(int(inserted[0]) if inserted else 0, withdrawn)


def _store_latest(database: Database, table: Table) -> None:
    """`stored`: the latest version of every staged key; of order lines, of every line of a staged order."""
    key = ", ".join(quoted(name) for name in table.key)
    scope = ("order_id",) if table is ORDER_LINE else table.key
    same = ", ".join(quoted(name) for name in scope)
    database.execute(
        f"create or replace temp table stored as select * from {quoted(table.name)} "
        f"where ({same}) in (select ({same}) from staged) "
        f"qualify row_number() over (partition by {key} order by recorded_at desc, file_id, "
        "line_number desc) = 1"
    )


def _judge_orders(database: Database) -> None:
    """`order_verdict`: of every staged order already known, whether this file continues it."""
    database.execute("""
        create or replace temp table order_verdict as
        with arriving_order as (
            select order_id, min(line_number) as first_line, max(line_number) as last_line,
                bool_or(is_known_by_content) as is_known_by_content
            from staged group by order_id
        ),
        bounds as (
            select min(line_number) as first_line, max(line_number) as last_line
            from (select line_number from staged union all select line_number from refused)
        ),
        stored_order as (
            select order_id, any_value(file_id) as file_id, count(distinct file_id) as files,
                min(line_number) as first_line, max(line_number) as last_line
            from stored group by order_id
        ),
        stored_bounds as (
            select file_id, min(line_number) as first_line, max(line_number) as last_line
            from order_line where file_id in (select file_id from stored_order) group by file_id
        ),
        shared as (
            select distinct staged.order_id from staged join stored using (order_id, order_line_id)
        )
        select
            arriving.order_id,
            arriving.is_known_by_content,
            before.files = 1
                and shared.order_id is null
                and (arriving.first_line > bounds.first_line or arriving.last_line < bounds.last_line)
                and (
                    (arriving.first_line = bounds.first_line and before.last_line = stored_bounds.last_line)
                    or (arriving.last_line = bounds.last_line and before.first_line =
                    stored_bounds.first_line)
                ) as is_continued
        from arriving_order as arriving
        join stored_order as before using (order_id)
        join stored_bounds on stored_bounds.file_id = before.file_id
        left join shared using (order_id)
        cross join bounds
    """)


def _withdraw(database: Database, file_id: str, recorded_at: dt.datetime) -> int:
    """Give every line that its order no longer has a last version of no units."""
    if not database.scalar("select count(*) from order_verdict"):
        return 0
    zero = {"ordered_units", "discount_minor", "tax_minor", "amount_minor"}
    values = [
        "0" if name in zero
        else "'cancelled'" if name == "order_state"
        else "$recorded_at" if name == "cancelled_at"
        else f"stored.{quoted(name)}"
        for name in ORDER_LINE.names
    ]  # fmt: skip
    inserted = database.execute(
        f"""
        insert into order_line ({", ".join(quoted(name) for name in ORDER_LINE.names)},
            file_id, line_number, assumed_columns, recorded_at)
        select {", ".join(values)}, $file_id, carried.line_number, stored.assumed_columns, $recorded_at
        from stored
        join order_verdict as verdict using (order_id)
        join (select order_id, min(line_number) as line_number from staged group by order_id) as carried
            using (order_id)
        where verdict.is_known_by_content and not verdict.is_continued
            and stored.ordered_units <> 0
            and (order_id, stored.order_line_id) not in (select (order_id, order_line_id) from staged)
            and order_id not in (select order_id from refused_order)
        order by order_id, stored.order_line_id
        """,
        {"file_id": file_id, "recorded_at": recorded_at},
    ).fetchone()
    return int(inserted[0]) if inserted else 0
