"""A sheet into the database's temporary tables: `raw_sheet` as text, then `staged` rows and `refused`
ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pyarrow as pa

from invopt.database import Database, quoted, statement
from invopt.errors import IngestError
from invopt.ingest.formats import Sheet
from invopt.ingest.readers import Reading
from invopt.settings import Settings
from invopt.tables import ORDER_LINE

# A clock or a time zone may be off by a day before a date counts as lying in the future.
_TOLERANCE = dt.timedelta(days=1)
_ISO = "%Y-%m-%d %H:%M:%S"

Progress = Callable[[str, int], None]


def load(database: Database, sheet: Sheet, reading: Reading, where: str, progress: Progress) -> None:
    """Stream a sheet into `raw_sheet`; texts lose the blanks around them, and empty ones are null."""
    names = [reading.aliases.get(name, name) for name in sheet.columns]
    columns = [
        f"nullif({quoted(column)}, '') as {quoted(name)}" for column, name in zip(sheet.columns, names, strict=True)
    ]
    columns += [
        f"cast(null as varchar) as {quoted(name)}" for name in dict.fromkeys(reading.columns) if name not in names
    ]
    fault: list[IngestError] = []

    def batches() -> Iterator[pa.RecordBatch]:
        rows = 0
        try:
            for part in sheet.batches():
                yield _trimmed(part)
                rows += part.num_rows
                progress(where, rows)
        except IngestError as error:
            fault.append(error)  # the database would wrap it; it is raised as it is once the stream has ended

    database.connection.register("arriving", pa.RecordBatchReader.from_batches(sheet.schema, batches()))
    try:
        part_column = quoted(reading.part_column) if reading.part_column else "''"
        database.execute(
            "create or replace temp table raw_sheet as select line_number, file_fault, "
            f"{', '.join(columns)}, "
            f"{_part(part_column)} as sheet_part from arriving"
        )
    finally:
        database.connection.unregister("arriving")
    if fault:
        raise fault[0]


def parts(database: Database) -> list[str]:
    """The parts of the loaded sheet in the order in which they begin; one unnamed part where it has none."""
    rows = database.execute("select sheet_part from raw_sheet group by sheet_part order by min(line_number)").fetchall()
    return [str(row[0]) for row in rows] or [""]


def stage(database: Database, sheet: Sheet, reading: Reading, part: str, settings: Settings, now: dt.datetime) -> int:
    """Type one part of the loaded sheet into `staged`, put what is refused into `refused`; returns
    the rows read.
    """
    database.execute("create or replace temp table raw_part as select $part as part", {"part": part})
    database.execute(
        "create or replace temp view raw_file as "
        "select * exclude (sheet_part) from raw_sheet where sheet_part = (select part from raw_part)"
    )
    table = reading.table.name
    database.execute(f"create or replace temp view raw_{table} as {reading.select}")
    values = _parameters(sheet, reading, settings, now)
    text = statement(f"staging/{table}")
    nothing = "" if "as assumed_columns" in text else ", cast(null as varchar) as assumed_columns"
    database.execute(
        f"create or replace temp table staged as select *{nothing} from ({text})",
        {name: value for name, value in values.items() if f"${name}" in text},
    )
    database.execute(
        "create or replace temp table refused "
        "(line_number bigint, column_name varchar, bad_value varchar, reason varchar)"
    )
    database.execute(
        "insert into refused select line_number, fault.column_name, fault.bad_value, fault.reason "
        "from staged where fault is not null"
    )
    rows_read = int(database.scalar("select count(*) from staged"))
    database.execute("delete from staged where fault is not null")
    _refuse_repeated_keys(database, reading)
    return rows_read


def _refuse_repeated_keys(database: Database, reading: Reading) -> None:
    """Of rows with one key the first stands; another with other values is refused, the same one is known."""
    table = reading.table
    key = ", ".join(quoted(name) for name in table.key)
    # Lines told by their content are numbered within their order, so their keys differ.
    scope = "where not is_known_by_content " if table is ORDER_LINE else ""
    database.execute(
        "create or replace temp table repeated as "
        f"select line_number, min(line_number) over (partition by {key}) as first_line from staged {scope}"
        "qualify line_number > first_line"
    )
    if not database.scalar("select count(*) from repeated"):
        return
    same = " and ".join(f"again.{quoted(name)} is not distinct from first.{quoted(name)}" for name in table.names)
    shown = " || ' | ' || ".join(f"cast(again.{quoted(name)} as varchar)" for name in table.key)
    database.execute(
        "insert into refused "
        f"select again.line_number, '{', '.join(table.key)}', {shown}, 'stands in line ' || first_line || "
        "' of this file with other values: keep the one that is right' "
        "from repeated join staged as again using (line_number) "
        f"join staged as first on first.line_number = repeated.first_line where not ({same})"
    )
    database.execute("delete from staged where line_number in (select line_number from repeated)")


def _parameters(sheet: Sheet, reading: Reading, settings: Settings, now: dt.datetime) -> dict[str, object]:
    ingest, business = settings.ingest, settings.business
    latest = now + _TOLERANCE
    local = latest.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(business.time_zone))
    return {
        "currency": business.currency,
        "time_zone": business.time_zone,
        "home_location": business.home_location,
        "decimal_mark": "." if sheet.typed else reading.decimal_mark or ingest.decimal_mark,
        "timestamp_format": reading.timestamp_format or ingest.timestamp_format or _ISO,
        "date_format": ingest.date_format or _ISO,
        "maximum_units": ingest.maximum_units,
        "maximum_unit_price": ingest.maximum_unit_price,
        "order_state": reading.order_state,
        "now": latest,
        "today": local.date(),
    }


def _trimmed(part: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with no blanks around its texts (faster here than in the database)."""
    import pyarrow.compute as pc

    kept, texts = part.columns[:2], part.columns[2:]
    return pa.RecordBatch.from_arrays([*kept, *(pc.utf8_trim_whitespace(text) for text in texts)], schema=part.schema)


def _part(column: str) -> str:
    return f"coalesce({column}, '')"
