"""Every staging file is held against the declaration of its table, and every row read is accounted for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from invopt import database
from invopt.ingest import ingest_files
from invopt.tables import INPUT_TABLES, Column, Dtype, Table, check
from invopt.workspace import Workspace
from tests.connection import connect

NOW = dt.datetime(2026, 3, 2, 12)


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return Workspace.create(tmp_path / "shop")


def example(column: Column, row: int) -> str:
    """A value that the column allows."""
    if column.choices:
        return column.choices[row % len(column.choices)]
    match column.dtype:
        case Dtype.DATE:
            return f"2025-0{row + 1}-05"
        case Dtype.TIMESTAMP:
            return f"2025-0{row + 1}-05 10:30"
        case Dtype.BOOLEAN:
            return "yes"
        case Dtype.TEXT:
            return "GBP" if column.name == "currency" else f"{column.name}-{row}"
        case _:
            return "1"


def csv_of(table: Table, rows: int = 3) -> str:
    lines = [",".join(table.names)]
    lines += [",".join(example(column, row) for column in table.columns) for row in range(rows)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("table", INPUT_TABLES, ids=lambda table: table.name)
def test_every_input_table_comes_from_csv_and_passes_its_own_check(
    table: Table, shop: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / f"{table.name}.csv"
    path.write_text(csv_of(table))
    (report,) = ingest_files(shop, [path], now=NOW)
    assert report.problem == ""
    assert (report.table_name, report.rows_read, report.rows_accepted) == (table.name, 3, 3)
    with connect(shop) as db:
        frame = db.frame(f"select * exclude (file_id, line_number, recorded_at) from {table.name}", table=table)
        assert len(check(frame, table)) == 3


@pytest.mark.parametrize("table", INPUT_TABLES, ids=lambda table: table.name)
def test_every_required_column_is_refused_when_empty_and_every_number_when_it_is_none(
    table: Table, shop: Workspace, tmp_path: Path
) -> None:
    """One bad cell a row: the column named in the book is the one that was spoilt."""
    lines, expected = [",".join(table.names)], []
    for position, column in enumerate(table.columns):
        if column.dtype is Dtype.TEXT and not column.choices:
            continue
        cells = [
            f"{name}-{position}" if name in table.key and table.column(name).dtype is Dtype.TEXT
            and not table.column(name).choices else example(table.column(name), 0)
            for name in table.names
        ]  # fmt: skip
        cells[position] = "=cmd()"
        lines.append(",".join(cells))
        expected.append(column.name)
    path = tmp_path / f"{table.name}.csv"
    path.write_text("\n".join(lines) + "\n")
    if not expected:
        pytest.skip("texts only")
    (report,) = ingest_files(shop, [path], now=NOW)
    if report.problem:  # more than ten refused rows refuse the file, and the message names the first
        assert "would be refused" in report.problem
        return
    assert report.rows_rejected == len(expected)
    with connect(shop) as db:
        found = db.frame("select column_name, bad_value, raw_row from rejected_row order by line_number")
    named = [name.removesuffix("_minor") for name in found["column_name"]]
    assert named == [name.removesuffix("_minor") for name in expected]
    assert set(found["bad_value"]) == {"=cmd()"}


@pytest.mark.parametrize("table", INPUT_TABLES, ids=lambda table: table.name)
def test_the_staging_select_gives_the_declared_columns_in_order(table: Table) -> None:
    text = database.statement(f"staging/{table.name}")
    final = text.split("\nselect\n")[-1]
    positions = [final.find(f"{name},\n") for name in table.names]
    assert all(position >= 0 for position in positions), table.names
    assert positions == sorted(positions)
