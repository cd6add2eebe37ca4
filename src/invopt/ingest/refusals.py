"""The book of refused rows: kept until a later file brings them good.

A refused row leaves the book when

- a later file brings a row of its key (an order line without an id: of its order and SKU), or
- a later file carries every row that the refused row's file brought in: then it is that file corrected,
  and what is still wrong in it is refused anew.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from invopt.database import Database, open_database, quoted
from invopt.tables import ORDER_LINE, REJECTED_ROW, Table
from invopt.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


def rejected_rows(workspace: Workspace) -> pd.DataFrame:
    """The book of refused rows (table `rejected_row`), a file after the other, in the order of the lines.

    A text that a spreadsheet would run as a formula is shown with an apostrophe before it.
    """
    with open_database(workspace.database_path, wait_seconds=workspace.settings.run.lock_wait_seconds) as database:
        database.create_tables()
        rows = database.frame("select * from rejected_row order by file_name, file_id, line_number", table=REJECTED_ROW)
    is_formula = rows["bad_value"].str.match(r"[=+\-@\t\r]", na=False)
    rows["bad_value"] = rows["bad_value"].where(~is_formula, "'" + rows["bad_value"].astype("str"))
    return rows


def refused_orders(database: Database, table: Table) -> None:
    """`refused_order`: orders of which a row was refused, or which stand beside a row whose order is
    not known.
    """
    if table is not ORDER_LINE or not database.scalar("select count(*) from refused"):
        database.execute("create or replace temp table refused_order (order_id varchar)")
        return
    database.execute("""
        create or replace temp table refused_order as
        with placed as (
            select line_number, order_id, file_fault,
                lag(order_id) over (order by line_number) as previous_order_id,
                lead(order_id) over (order by line_number) as next_order_id
            from raw_order_line
        )
        select distinct unnest(case
            when placed.order_id is null or placed.file_fault is not null
            then [placed.order_id, previous_order_id, next_order_id] else [placed.order_id] end) as order_id
        from refused join placed using (line_number)
    """)
    database.execute("delete from refused_order where order_id is null")


def write_refused(database: Database, table: Table, file_id: str, file_name: str, recorded_at: dt.datetime) -> None:
    """Put the part's refused rows into the book, in place of those that this very file had there before."""
    database.execute("delete from rejected_row where file_id = $file_id", {"file_id": file_id})
    if not database.scalar("select count(*) from refused"):
        return
    database.execute(
        "insert into rejected_row select $file_id, $file_name, $table_name, refused.line_number, "
        "refused.column_name, refused.bad_value, refused.reason, "
        # merging with nothing leaves out what is empty
        "cast(json_merge_patch('{}', to_json(struct_pack(" + ", ".join(
            f"{quoted(name)} := raw.{quoted(name)}" for name in _raw_names(database, table)
        ) + "))) as varchar), $recorded_at "
        f"from refused join raw_{table.name} as raw using (line_number) order by refused.line_number",
        {"file_id": file_id, "file_name": file_name, "table_name": table.name, "recorded_at": recorded_at},
    )  # fmt: skip


def resolve(database: Database, table: Table, file_id: str) -> int:
    """Take out of the book what this part has brought good; `staged` still holds all its good rows."""
    others = "table_name = $table and file_id <> $file_id"
    values = {"table": table.name, "file_id": file_id}
    if not database.scalar(f"select count(*) from rejected_row where {others}", values):
        return 0
    key = [name for name in table.key if name != "order_line_id"] if table is ORDER_LINE else list(table.key)
    same = [f"json_extract_string(raw_row, '$.{name}') = cast(staged.{quoted(name)} as varchar)" for name in key]
    if table is ORDER_LINE:
        same.append(
            "coalesce(json_extract_string(raw_row, '$.order_line_id') = staged.order_line_id, "
            "json_extract_string(raw_row, '$.sku_id') = staged.sku_id, false)"
        )
    by_key = database.execute(
        f"delete from rejected_row where {others} and exists (select 1 from staged where {' and '.join(same)})",
        values,
    ).fetchone()
    columns = ", ".join(quoted(name) for name in table.key)
    by_file = database.execute(
        f"delete from rejected_row where {others} "
        f"and file_id in (select file_id from {quoted(table.name)}) "
        f"and file_id not in (select file_id from {quoted(table.name)} "
        f"where ({columns}) not in (select ({columns}) from staged))",
        values,
    ).fetchone()
    return sum(int(row[0]) for row in (by_key, by_file) if row)


def _raw_names(database: Database, table: Table) -> list[str]:
    described = database.execute(f"describe raw_{table.name}").fetchall()
    return [str(row[0]) for row in described if row[0] not in ("line_number", "file_fault")]
