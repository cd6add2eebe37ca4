"""Write a made-up shop to a folder: a CSV or a Parquet file an input table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from invopt.errors import SettingsError
from invopt.sample.generate import shop_parts
from invopt.sample.readme import readme
from invopt.sample.spec import ShopSpec
from invopt.tables import TABLES, Dtype, Table

FORMATS = ("csv", "parquet")
SETTINGS = """# What differs from the default settings for the made-up shop.
[business]
name = "Larch & Linnet (a made-up shop)"
home_location = "LEEDS"

[demand]
# Each region sees the stock of its own warehouse alone: what is out there is not served from the other.
is_rerouted = false
"""


def write_shop(spec: ShopSpec, folder: Path, file_format: str = "csv") -> dict[str, int]:
    """Write every table of the shop as `<table>.csv` or `<table>.parquet` and return the rows of each.

    Beside them lie `settings.toml`, with what differs from the defaults, and, for CSV, a README of columns.
    Rows are appended part by part, so memory follows one block of 4,096 SKUs whatever the size of the shop.
    CSV is UTF-8 with commas and one newline a row; moments are UTC with a Z, days ISO dates, missing values
    empty. Parquet carries the declared types, moments with the UTC zone. The same shop gives the same bytes.

    Raises `SettingsError` for an unknown format, and where the folder already holds one of the files.
    """
    if file_format not in FORMATS:
        raise SettingsError(f"format: {file_format!r} is none of {', '.join(FORMATS)}.")
    folder.mkdir(parents=True, exist_ok=True)
    present = [
        path.name for path in sorted(folder.iterdir()) if path.stem in TABLES and path.suffix == f".{file_format}"
    ]
    if present:
        raise SettingsError(
            f"{folder}: {len(present)} tables are there already, first: {present[0]}. Name an empty folder."
        )
    rows: dict[str, int] = {}
    writers: dict[str, Any] = {}
    try:
        for name, frame in shop_parts(spec):
            table = TABLES[name]
            if file_format == "csv":
                _append_csv(folder / f"{name}.csv", frame, table, with_header=name not in rows)
            else:
                if name not in writers:
                    writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", arrow_schema(table))
                writers[name].write_table(_arrow(frame, table))
            rows[name] = rows.get(name, 0) + len(frame)
    finally:
        for writer in writers.values():
            writer.close()
    (folder / "settings.toml").write_bytes(SETTINGS.encode())
    if file_format == "csv":
        (folder / "README.md").write_bytes(readme(spec, rows).encode())
    return rows


def arrow_schema(table: Table) -> pa.Schema:
    """The types of a table's Parquet file."""
    types = {
        Dtype.TEXT: pa.string(),
        Dtype.INTEGER: pa.int64(),
        Dtype.UNITS: pa.float64(),
        Dtype.REAL: pa.float64(),
        Dtype.BOOLEAN: pa.bool_(),
        Dtype.DATE: pa.date32(),
        Dtype.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([(column.name, types[column.dtype]) for column in table.columns])


def _arrow(frame: pd.DataFrame, table: Table) -> pa.Table:
    columns = []
    for field in arrow_schema(table):
        values = pa.array(frame[field.name], from_pandas=True)
        columns.append(values if values.type == field.type else values.cast(field.type))
    return pa.Table.from_arrays(columns, schema=arrow_schema(table))


def _append_csv(path: Path, frame: pd.DataFrame, table: Table, *, with_header: bool) -> None:
    written = {}
    for column in table.columns:
        values = frame[column.name]
        if column.dtype is Dtype.DATE:
            values = values.dt.strftime("%Y-%m-%d")
        elif column.dtype is Dtype.TIMESTAMP:
            values = values.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif column.dtype is Dtype.UNITS:
            values = values.astype("Int64")  # the made-up shop sells whole units
        elif column.dtype is Dtype.REAL:
            values = values.map("{:g}".format, na_action="ignore")
        elif column.dtype is Dtype.BOOLEAN:
            values = values.map({True: "true", False: "false"})
        written[column.name] = values
    # The same bytes on every system: newline is not translated.
    with path.open("w" if with_header else "a", encoding="utf-8", newline="") as file:
        pd.DataFrame(written).to_csv(file, index=False, header=with_header, lineterminator="\n")
