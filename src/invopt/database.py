"""The only module that touches DuckDB: open, read, write, run a SQL file, publish.

A connection is held for one short piece of work and closed: while one process writes, no other can even
read the file. Readers that must never wait (the report, the app, notebooks) use the published Parquet
snapshot instead, through an in-memory connection of their own.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pandas as pd
import pyarrow as pa

from invopt.errors import DatabaseBusy, InvoptError, MemoryShort
from invopt.tables import BOOK_TABLES, INPUT_TABLES, RUN_TABLES, Column, Dtype, Table

Parameters = Mapping[str, Any]
DatabaseContext: TypeAlias = "AbstractContextManager[Database]"

_SETTINGS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "true",
    "TimeZone": "UTC",
}


class Database:
    """One open connection. Use `open_database` or `in_memory`; both close it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Wrap an open connection."""
        self.connection = connection

    def execute(self, statement: str, parameters: Parameters | None = None) -> duckdb.DuckDBPyConnection:
        """Run one statement written in the code; values go in as `$named` parameters only.

        Raises `MemoryShort` where it needs more memory than the database may use.
        """
        try:
            return self.connection.execute(statement, dict(parameters or {}))
        except duckdb.OutOfMemoryException as error:
            raise MemoryShort(
                "The database ran out of the memory it may use. Raise run.memory_limit_mb in settings.toml, or bring "
                f"large files in parts. ({_first_line(error)})"
            ) from error

    def sql_file(self, name: str, parameters: Parameters | None = None, *, into: str | None = None) -> None:
        """Run the select in `sql/<name>.sql` into the temporary table `into`, or one of the file's name."""
        table = into or name.rsplit("/", 1)[-1]
        self.execute(f"create or replace temp table {quoted(table)} as {statement(name)}", parameters)

    def sql_file_to_parquet(self, name: str, path: Path, parameters: Parameters | None = None) -> int:
        """Run the select in `sql/<name>.sql` and write its rows to a Parquet file; returns how many."""
        return self.to_parquet(statement(name), path, parameters)

    def to_parquet(self, select: str, path: Path, parameters: Parameters | None = None) -> int:
        """Write the rows of a select to a Parquet file that appears whole or not at all; returns the rows."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        copied = self.execute(
            f"copy ({select}) to '{_literal(part)}' (format parquet, compression zstd)", parameters
        ).fetchone()
        part.replace(path)
        return int(copied[0]) if copied else 0

    def frame(self, select: str, parameters: Parameters | None = None, *, table: Table | None = None) -> pd.DataFrame:
        """The rows of a select as a frame; with `table`, its columns in their declared types."""
        return framed(self.connection.sql(select, params=dict(parameters or {})).to_arrow_table(), table)

    def arrays(self, select: str, parameters: Parameters | None = None) -> dict[str, Any]:
        """The rows of a select as NumPy arrays by column: the fast way out for large results."""
        columns: dict[str, Any] = self.execute(select, parameters).fetchnumpy()
        return columns

    def scalar(self, select: str, parameters: Parameters | None = None) -> Any:
        """The first value of the first row."""
        row = self.execute(select, parameters).fetchone()
        return None if row is None else row[0]

    def parquet_view(self, name: str, paths: list[Path], table: Table) -> None:
        """Make Parquet files readable under a table's name; without files the table is there and empty."""
        if paths:
            listed = ", ".join(f"'{_literal(path)}'" for path in paths)
            self.execute(f"create or replace temp view {quoted(name)} as select * from read_parquet([{listed}])")
        else:
            self.execute(f"create or replace temp table {quoted(name)} ({_columns(table.columns)})")

    def append(self, table: str, frame: pd.DataFrame) -> None:
        """Append a frame's rows to a table, by column name."""
        self.connection.register("incoming", frame)
        try:
            names = ", ".join(quoted(str(name)) for name in frame.columns)
            self.execute(f"insert into {quoted(table)} ({names}) select {names} from incoming")
        finally:
            self.connection.unregister("incoming")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.execute("begin transaction")
        try:
            yield
        except BaseException:
            self.execute("rollback")
            raise
        self.execute("commit")

    def create_tables(self) -> None:
        """Create what is missing, and bring tables of an older version to today's declarations.

        An input or a book only ever gains columns. A result of runs is made anew where its columns have
        changed: the runs themselves lie beside the database as Parquet.
        """
        run_id = Column("run_id", Dtype.TEXT, "run that made the row")
        for table in (*INPUT_TABLES, *BOOK_TABLES):
            self._create(table.name, table.stored_columns)
            for column in self._missing(table.name, table.stored_columns):
                self.execute(f"alter table {quoted(table.name)} add column {quoted(column.name)} {column.dtype.sql}")
        for table in RUN_TABLES:
            columns = (run_id, *table.columns)
            if self._differs(table.name, columns):
                self.execute(f"drop table {quoted(table.name)}")
            self._create(table.name, columns)
        self.execute(
            "create table if not exists current_run (run_id varchar not null, published_at timestamp not null)"
        )

    def _create(self, name: str, columns: tuple[Column, ...]) -> None:
        self.execute(f"create table if not exists {quoted(name)} ({_columns(columns)})")

    def _present(self, name: str) -> dict[str, tuple[str, bool]]:
        rows = self.execute(
            "select column_name, data_type, is_nullable from duckdb_columns() "
            "where table_name = $name and not internal and database_name = current_database()",
            {"name": name},
        ).fetchall()
        return {str(column): (str(kind), bool(nullable)) for column, kind, nullable in rows}

    def _missing(self, name: str, columns: tuple[Column, ...]) -> list[Column]:
        present = self._present(name)
        return [column for column in columns if column.name not in present]

    def _differs(self, name: str, columns: tuple[Column, ...]) -> bool:
        present = self._present(name)
        return bool(present) and present != {column.name: (column.dtype.sql, column.nullable) for column in columns}


@contextmanager
def open_database(
    path: Path, *, memory_limit_mb: int = 1_500, wait_seconds: float = 30.0, threads: int | None = None
) -> Iterator[Database]:
    """Open the database of a workspace for one short piece of work.

    Raises `DatabaseBusy` where another process holds it through the whole wait, and `InvoptError` where the
    file is no database or comes from a newer version.
    """
    config: dict[str, Any] = {
        **_SETTINGS,
        "memory_limit": f"{memory_limit_mb}MB",
        "preserve_insertion_order": "false",  # large loads need not be held to keep their order
    }
    if threads:
        config["threads"] = threads
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            connection = duckdb.connect(str(path), config=config)
            break
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise InvoptError(f"{path}: cannot be opened as a DuckDB database: {_first_line(error)}") from error
            if time.monotonic() >= deadline:
                raise DatabaseBusy(
                    f"{path} is being written by another process and stayed so for {wait_seconds:g} s. "
                    "Wait for that run to end, or close the program that has the file open."
                ) from error
            time.sleep(0.05 + 0.1 * random.random())
    try:
        yield Database(connection)
    finally:
        connection.close()


def rewrite(path: Path) -> None:
    """Copy a database into a new file and put that in its place, so that nothing deleted is left in free blocks.

    Nobody else may have the database open; hold the workspace's lock.
    """
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with in_memory() as db:
        db.execute(f"attach '{_literal(path)}' as old (read_only)")
        db.execute(f"attach '{_literal(part)}' as new")
        db.execute("copy from database old to new")
    part.replace(path)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)


@contextmanager
def in_memory(*, memory_limit_mb: int = 1_500, folder: Path | None = None) -> Iterator[Database]:
    """A connection to no file, to read and shape Parquet; spills into `folder` where memory runs short."""
    config: dict[str, Any] = {**_SETTINGS, "memory_limit": f"{memory_limit_mb}MB"}
    if folder is not None:
        config["temp_directory"] = str(folder)
    connection = duckdb.connect(config=config)
    try:
        yield Database(connection)
    finally:
        connection.close()


@contextmanager
def over_parquet(
    files: Mapping[Table, list[Path]], *, memory_limit_mb: int = 1_500, folder: Path | None = None
) -> Iterator[Database]:
    """A connection to no file in which Parquet files can be read under their tables' names."""
    with in_memory(memory_limit_mb=memory_limit_mb, folder=folder) as db:
        for table, paths in files.items():
            db.parquet_view(table.name, paths, table)
        yield db


def latest(table: Table) -> str:
    """A select of an input table as of a moment: of each key the last version recorded before `$as_of_at`.

    Beside the declared columns it gives `assumed_columns`.
    """
    key = ", ".join(quoted(name) for name in table.key)
    return (
        f"select {', '.join(quoted(name) for name in table.names)}, assumed_columns from {quoted(table.name)} "
        f"where recorded_at < $as_of_at qualify row_number() over "
        f"(partition by {key} order by recorded_at desc, file_id, line_number desc) = 1"
    )


def statement(name: str) -> str:
    """The text of `sql/<name>.sql`, without its closing semicolon."""
    folder = resources.files("invopt") / "sql"
    return folder.joinpath(f"{name}.sql").read_text(encoding="utf-8").rstrip().rstrip(";")


def framed(rows: pa.Table, table: Table | None = None) -> pd.DataFrame:
    """Arrow rows as a frame; with `table`, its columns in their declared types."""
    frame: pd.DataFrame = _for_pandas(rows).to_pandas()
    for field in rows.schema:
        if pa.types.is_decimal(field.type) and field.type.scale:
            # Arrow multiplies by 0.001 where it should divide by 1000: 12.286 would come out a bit beside it.
            frame[field.name] = frame[field.name].round(field.type.scale)
    return frame if table is None else typed(frame, table.columns)


def typed(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    """The frame's columns in the pandas types that their declarations name.

    Raises `InvoptError` where a column is missing: the rows were written by another version.
    """
    if missing := [column.name for column in columns if column.name not in frame.columns]:
        raise InvoptError(
            f"A table has no column {missing[0]!r}: it was written by another version of invopt. "
            "Plan again to bring it up to date: invopt plan"
        )
    return pd.DataFrame({column.name: _typed(frame[column.name], column) for column in columns})


def quoted(name: str) -> str:
    """An identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def _for_pandas(rows: pa.Table) -> pa.Table:
    """Exact decimals as doubles and dates as timestamps: what pandas would otherwise hold as Python objects."""
    fields = []
    for field in rows.schema:
        if pa.types.is_decimal(field.type):
            field = field.with_type(pa.float64())
        elif pa.types.is_date(field.type):
            field = field.with_type(pa.timestamp("us"))
        fields.append(field)
    return rows.cast(pa.schema(fields))


def _typed(values: pd.Series, column: Column) -> pd.Series:
    target: Any = column.dtype.pandas(nullable=column.nullable)
    return values.astype(target)


def _columns(columns: tuple[Column, ...]) -> str:
    return ", ".join(
        f"{quoted(column.name)} {column.dtype.sql}{'' if column.nullable else ' not null'}" for column in columns
    )


def _literal(path: Path) -> str:
    # COPY and read_parquet take no parameters for a path; a quote inside one is doubled.
    return str(path).replace("'", "''")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
