"""Exports are opened in spreadsheets by people who trust them: no text may become a formula."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invopt.documents.tables import for_people, safe_text, write_csv, write_parquet, write_workbook
from invopt.tables import BACKLOG, OPEN_ORDER_LINE, Table, check, empty

HOSTILE = [
    "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1+1", "\ufeff=1",
    '"=1', "plain", "<b>bold</b>", "مرحبا", "📦", "x" * 40_000, "a,b\n\"c\"",
]  # fmt: skip


def backlog(names: list[str]) -> pd.DataFrame:
    count = len(names)
    return check(
        pd.DataFrame(
            {
                "order_id": [f"O{i}" for i in range(count)],
                "order_line_id": ["1"] * count,
                "sku_id": names,
                "location_id": "MAIN",
                "waiting_units": 1.5,
                "amount_minor": [-1250 - i for i in range(count)],
                "currency": ["GBP", "JPY", "KWD"][:1] * count,
                "cause": "no_stock",
                "available_on": pd.Timestamp("2026-03-02"),
                "reason": "",
            }
        ),
        BACKLOG,
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_starts_a_formula_and_nothing_of_it_is_lost(text: str) -> None:
    safe = safe_text(pd.Series([text], dtype="str")).iloc[0]
    assert safe.lstrip("\ufeff\u200b \x00")[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert safe.removeprefix("'") == text or safe == text


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_safe_text_only_ever_adds_one_apostrophe(texts: list[str]) -> None:
    for text, safe in zip(texts, safe_text(pd.Series(texts, dtype="str")).tolist(), strict=True):
        assert safe in (text, "'" + text)
        assert safe[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


def test_csv_is_read_back_as_it_was_shown(tmp_path: Path) -> None:
    frame = backlog(HOSTILE)
    rows = write_csv([frame.iloc[:3], frame.iloc[3:]], BACKLOG, tmp_path / "b.csv")
    with (tmp_path / "b.csv").open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    assert rows == len(read) == len(frame)
    assert [row["sku_id"] for row in read] == for_people(frame, BACKLOG)["sku_id"].tolist()
    assert read[0]["amount"] == "-12.5"  # a negative number stays a number
    assert read[0]["available_on"] == "2026-03-02"


def test_money_has_the_digits_of_its_currency() -> None:
    frame = backlog(["a", "b", "c"]).assign(currency=["GBP", "JPY", "KWD"], amount_minor=[695, 695, 695])
    assert for_people(frame, BACKLOG)["amount"].tolist() == [6.95, 695.0, 0.695]


def test_workbook_holds_texts_as_texts_and_numbers_as_numbers(tmp_path: Path) -> None:
    frame = backlog(HOSTILE)
    write_workbook({BACKLOG: frame}, tmp_path / "b.xlsx", notes={"plan": "=not a formula"})
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    sheet = book["backlog"]
    header = [cell.value for cell in sheet[1]]
    first = dict(zip(header, sheet[2], strict=True))
    assert first["sku_id"].value == "'=cmd|' /C calc'!A0"
    assert (first["amount"].value, first["amount"].data_type) == (-12.5, "n")
    assert first["available_on"].is_date
    assert sheet.max_row == len(HOSTILE) + 1


@pytest.mark.parametrize("table", [BACKLOG, OPEN_ORDER_LINE])
def test_an_empty_table_keeps_its_header(table: Table, tmp_path: Path) -> None:
    assert write_csv([empty(table)], table, tmp_path / "e.csv") == 0
    write_workbook({table: empty(table)}, tmp_path / "e.xlsx", notes={})
    text = (tmp_path / "e.csv").read_text(encoding="utf-8-sig")
    assert text.count("\n") == 1
    assert table.key[0] in text


def test_what_identifies_a_person_stays_at_home(tmp_path: Path) -> None:
    write_csv([empty(OPEN_ORDER_LINE)], OPEN_ORDER_LINE, tmp_path / "o.csv")
    write_parquet([empty(OPEN_ORDER_LINE)], OPEN_ORDER_LINE, tmp_path / "o.parquet")
    columns = pd.read_parquet(tmp_path / "o.parquet").columns
    for name in ("customer_id", "ship_to_name", "ship_to_street", "ship_to_postcode"):
        assert name not in columns
        assert name not in (tmp_path / "o.csv").read_text(encoding="utf-8-sig")
