"""Tables as files for people and programs: CSV, Excel and Parquet that are safe to open.

A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a formula. Text
that begins so gets an apostrophe in front, in CSV and in Excel alike; numbers stay numbers. Money is written
in major units beside its currency. Columns that identify a person are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from invopt.money import digits
from invopt.tables import Dtype, Table, empty

_STARTS_A_FORMULA = r"^[\s\x00-\x1f\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]|^[\t\r\n]"
_LONGEST_CELL = 32_767  # characters that Excel keeps in a cell
_SHEET_ROWS = 1_048_575  # rows of a sheet below its header


def safe_text(values: pd.Series) -> pd.Series:
    """Text that no spreadsheet runs: what could start a formula gets an apostrophe in front.

    >>> safe_text(pd.Series(["=1+1", "plain", "-5 %", " @x", None], dtype="str")).tolist()
    ["'=1+1", 'plain', "'-5 %", "' @x", nan]
    """
    text = values.astype("str")
    # Most columns repeat a few texts: each different one is looked at once.
    different = pd.Series(text.unique(), dtype="str").dropna()
    risky = different[different.str.contains(_STARTS_A_FORMULA, regex=True, na=False)]
    if risky.empty:
        return text
    return text.where(~text.isin(risky), "'" + text)


def for_people(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """A table as a person reads it: safe text, money in major units, nothing that identifies a person.

    frame: rows of `table`. Columns named `x_minor` come back as `x`, divided by the hundred (or the thousand,
    or one) of the row's currency; all others keep their names.

    >>> from invopt.tables import SUPPLIER
    >>> rows = pd.DataFrame({"supplier_id": ["=S"], "supplier_name": ["Ay"], "country": ["GB"],
    ...     "order_weekdays": [None], "minimum_order_minor": [12345], "fixed_order_cost_minor": [None],
    ...     "currency": ["GBP"]})
    >>> for_people(rows, SUPPLIER)[["supplier_id", "minimum_order", "currency"]].values.tolist()
    [["'=S", 123.45, 'GBP']]
    """
    columns: dict[str, pd.Series] = {}
    for column in table.columns:
        if column.personal:
            continue
        values = frame[column.name]
        if column.name.endswith("_minor") and "currency" in table.names:
            columns[column.name.removesuffix("_minor")] = _major(values, frame["currency"])
        elif column.dtype is Dtype.TEXT:
            columns[column.name] = safe_text(values)
        else:
            columns[column.name] = values
    return pd.DataFrame(columns, index=frame.index)


def write_csv(chunks: Iterable[pd.DataFrame], table: Table, path: Path) -> int:
    """Write a table to a CSV file, chunk by chunk; returns its rows. The file appears whole or not at all.

    UTF-8 with a byte-order mark, so that spreadsheets read every name right; dates in ISO form.
    """
    import pyarrow as pa
    import pyarrow.csv

    part = path.with_name(path.name + ".part")
    rows = 0
    options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
    with part.open("wb") as file:
        file.write("\ufeff".encode() + ",".join(_public_names(table)).encode() + b"\n")
        for chunk in chunks:
            pa.csv.write_csv(pa.table(_plain(for_people(chunk, table), table)), file, options)
            rows += len(chunk)
    part.replace(path)
    return rows


def write_parquet(chunks: Iterable[pd.DataFrame], table: Table, path: Path) -> int:
    """Write a table for programs, chunk by chunk; returns its rows.

    Declared names and types as they are, money in minor units, without personal columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [column.name for column in table.columns if not column.personal]
    schema = pa.Schema.from_pandas(empty(table)[names], preserve_index=False).remove_metadata()
    part = path.with_name(path.name + ".part")
    rows = 0
    with pq.ParquetWriter(part, schema, compression="zstd") as writer:
        for chunk in chunks:
            writer.write_table(pa.Table.from_pandas(chunk[names], schema=schema, preserve_index=False))
            rows += len(chunk)
    part.replace(path)
    return rows


def write_workbook(frames: Mapping[Table, pd.DataFrame], path: Path, *, notes: Mapping[str, str]) -> None:
    """Write tables to one Excel workbook, a sheet each, after a first sheet that says what each column means.

    notes: further lines of the first sheet, e.g. the day of the plan, or which table was too long for Excel.
    Every text is written as a text, never as a formula or a link.
    """
    import xlsxwriter

    part = path.with_name(path.name + ".part")
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
        "default_date_format": "yyyy-mm-dd",
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(str(part), options) as book:
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        _contents(book.add_worksheet("contents"), frames, notes, heading)
        for table, frame in frames.items():
            shown = for_people(frame, table)
            for number, start in enumerate(range(0, max(len(shown), 1), _SHEET_ROWS)):
                name = table.name[:27] + (f" ({number + 1})" if number else "")
                _sheet(book, book.add_worksheet(name), shown.iloc[start : start + _SHEET_ROWS], table, heading)
    part.replace(path)


def _contents(sheet: Any, frames: Mapping[Table, pd.DataFrame], notes: Mapping[str, str], heading: Any) -> None:
    sheet.set_column(0, 1, 26)
    sheet.set_column(2, 2, 90)
    row = 0
    for name, note in notes.items():
        sheet.write_string(row, 0, name, heading)
        sheet.write_string(row, 1, _cell(note))
        row += 1
    for table, frame in frames.items():
        row += 1
        sheet.write_string(row, 0, table.name, heading)
        sheet.write_string(row, 1, f"{len(frame):,} rows", heading)
        sheet.write_string(row, 2, table.grain, heading)
        for column in table.columns:
            if column.personal:
                continue
            row += 1
            name = _public_name(table, column.name)
            unit = "currency of the row" if name != column.name else column.unit
            sheet.write_string(row, 1, name)
            sheet.write_string(row, 2, column.meaning + (f" [{unit}]" if unit else ""))
        row += 1


def _sheet(book: Any, sheet: Any, shown: pd.DataFrame, table: Table, heading: Any) -> None:
    formats = {
        "money": book.add_format({"num_format": "#,##0.00##"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    sheet.freeze_panes(1, 1)
    if len(shown.columns):
        sheet.autofilter(0, 0, max(len(shown), 1), len(shown.columns) - 1)
    kinds = {_public_name(table, column.name): column for column in table.columns}
    for position, name in enumerate(shown.columns):
        column = kinds[str(name)]
        sheet.write_string(0, position, str(name), heading)
        values = shown[name]
        if column.dtype is Dtype.TEXT:
            longest = int(values.str.len().clip(upper=48).fillna(0).max() or 0) if len(values) else 0
            sheet.set_column(position, position, max(10, longest + 1, min(len(str(name)), 16)))
            for row, value in enumerate(values.tolist(), start=1):
                if isinstance(value, str):
                    sheet.write_string(row, position, _cell(value))
            continue
        style = {Dtype.DATE: formats["date"], Dtype.TIMESTAMP: formats["moment"]}.get(column.dtype)
        style = formats["money"] if str(name) != column.name else style
        sheet.set_column(position, position, 14, style)
        known = values.notna().tolist()
        for row, (value, there) in enumerate(zip(values.tolist(), known, strict=True), start=1):
            if there:
                sheet.write(row, position, value, style) if style else sheet.write(row, position, value)


def _cell(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def _public_names(table: Table) -> list[str]:
    return [_public_name(table, column.name) for column in table.columns if not column.personal]


def _public_name(table: Table, name: str) -> str:
    is_money = name.endswith("_minor") and "currency" in table.names
    return name.removesuffix("_minor") if is_money else name


def _major(minor: pd.Series, currency: pd.Series) -> pd.Series:
    scale = currency.map({code: 10.0 ** digits(code) for code in currency.dropna().unique()})
    # A double holds minor units exactly up to 2^53, and the nearest double to n/100 prints as n/100.
    return minor.astype("Float64").astype("float64") / scale.astype("float64").fillna(100.0)


def _plain(shown: pd.DataFrame, table: Table) -> dict[str, Any]:
    """Columns as Arrow writes them best: missing values empty, days without a time."""
    import pyarrow as pa

    days = {column.name for column in table.columns if column.dtype is Dtype.DATE}
    columns: dict[str, Any] = {}
    for name in shown.columns:
        array = pa.array(shown[name], from_pandas=True)
        columns[str(name)] = array.cast(pa.date32()) if name in days else array
    return columns
