"""What arrives is not always what was meant: each way of being wrong has its defined answer, never a
traceback.
"""

from __future__ import annotations

import datetime as dt
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from invopt.ingest import ingest_files
from tests.unit.ingest.conftest import Shop

Csv = Callable[..., str]


def reasons(shop: Shop) -> list[tuple[int, str, str | None, str]]:
    return shop.rows(
        "select line_number, column_name, bad_value, reason from rejected_row order by file_name, line_number"
    )


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(",", "utf-8"), (";", "utf-8"), ("\t", "utf-8"), ("|", "utf-8"), (",", "utf-8-sig"), (",", "utf-16"),
     (";", "cp1252")],
)  # fmt: skip
def test_delimiter_and_encoding_are_found(shop: Shop, delimiter: str, encoding: str) -> None:
    text = (
        "sku_id,product_name\nA,Crème brûlée à la façon de l'hôtel\nB,Größe über Straße\n"
        "C,Señorita Nuñez y el niño\nD,café crème déjà-vu\n"
    )
    report = shop.bring("product.csv", text.replace(",", delimiter).encode(encoding))
    assert report.problem == ""
    assert shop.rows("select product_name from product where sku_id = 'D'") == [("café crème déjà-vu",)]


def test_a_named_encoding_is_obeyed(shop: Shop) -> None:
    shop.settings('[ingest]\nencoding = "cp1250"\n')
    shop.bring("product.csv", "sku_id,product_name\nA,Žluťoučký kůň\n".encode("cp1250"))
    assert shop.rows("select product_name from product") == [("Žluťoučký kůň",)]


def test_bytes_outside_the_named_encoding_refuse_their_row_alone(shop: Shop) -> None:
    shop.settings('[ingest]\nencoding = "utf-8"\n')
    content = b"sku_id,product_name\nA,plain\nB,caf\xe9\nC,plain\n"
    report = shop.bring("product.csv", content)
    assert (report.rows_accepted, report.rows_rejected) == (2, 1)
    ((line, column, _, reason),) = reasons(shop)
    assert (line, column) == (3, "")
    assert "ingest.encoding" in reason


def test_line_numbers_are_the_files_after_quoted_line_ends(shop: Shop) -> None:
    shop.bring("product.csv", 'sku_id,product_name,weight_g\nA,"two\nlines",5\n\nB,one,heavy\n')
    assert [line for line, *_ in reasons(shop)] == [5]
    assert shop.rows("select line_number, product_name from product") == [(2, "two\nlines")]


def test_too_few_and_too_many_fields_refuse_the_row(shop: Shop) -> None:
    report = shop.bring("product.csv", "sku_id,product_name\nA\nB,Lamp, red\nC,Lamp\n")
    assert (report.rows_accepted, report.rows_rejected) == (1, 2)
    assert ["1 fields" in reasons(shop)[0][3], "' red'" in reasons(shop)[1][3]] == [True, True]


def test_a_quote_never_closed_costs_one_row(shop: Shop) -> None:
    report = shop.bring("product.csv", 'sku_id,product_name\nA,"Lamp\nB,Chair\nC,Table\n')
    assert (report.rows_accepted, report.rows_rejected) == (2, 1)
    assert reasons(shop)[0][0] == 2


def test_a_cut_last_line_is_refused_and_said(shop: Shop, order_csv: Csv) -> None:
    report = shop.bring("orders.csv", order_csv(("1", "A", 2), ("2", "B", 1))[:-12])
    assert (report.rows_accepted, report.rows_rejected) == (1, 1)
    assert "the file ends inside this row" in reasons(shop)[0][3]
    assert any("no line end" in note for note in report.notes)


def test_a_missing_column_names_itself_and_the_remedy(shop: Shop) -> None:
    report = shop.bring("order_line.csv", "order_id,SKU,ordered_at,ordered_units,unit_price\n1,A,2026-01-05,2,3\n")
    assert "lacks the column sku_id" in report.problem
    assert "[ingest.mapping.order_line]" in report.problem


def test_a_mapping_names_the_files_columns(shop: Shop) -> None:
    shop.settings(
        '[ingest.mapping.order_line]\norder_id = "Order No."\nsku_id = "SKU"\nordered_at = "Date"\n'
        'ordered_units = "Qty"\nunit_price = "Price each"\n'
    )
    report = shop.bring("export.csv", "Order No.,SKU,Date,Qty,Price each,Mood\n1,A,2026-01-05 09:00,2,3.50,fine\n")
    assert (report.table_name, report.rows_accepted) == ("order_line", 1)
    assert "columns not used: Mood" in report.notes


def test_money_follows_the_digits_of_its_currency(shop: Shop) -> None:
    shop.bring("product.csv", "sku_id,unit_cost,currency\nA,6.95,GBP\nB,700,JPY\nC,1.234,KWD\n")
    assert shop.rows("select unit_cost_minor from product order by sku_id") == [(695,), (700,), (1234,)]


def test_an_amount_is_rounded_once(shop: Shop, order_csv: Csv) -> None:
    """Goods of a tenth of a penny: a thousand of them cost a pound."""
    shop.bring("orders.csv", order_csv(("1", "PAD", 1000, "0.001")))
    assert shop.rows("select unit_price_minor, amount_minor from order_line") == [(0, 100)]


@pytest.mark.parametrize(
    ("local", "utc"),
    [("2026-01-05 10:00", "2026-01-05 10:00"), ("2025-07-05 10:00", "2025-07-05 09:00"),
     ("2025-07-05T10:00:00Z", "2025-07-05 10:00"), ("2025-07-05 10:00:00 -0500", "2025-07-05 15:00"),
     # The hour that the clock skips moves on; in the hour it repeats the later reading is taken.
     ("2025-03-30 01:30", "2025-03-30 01:30"), ("2025-10-26 01:30", "2025-10-26 01:30")],
)  # fmt: skip
def test_local_times_become_utc_by_the_shops_clock(shop: Shop, order_csv: Csv, local: str, utc: str) -> None:
    shop.bring("orders.csv", order_csv(("1", "A", 1), at=local))
    assert shop.rows("select ordered_at from order_line") == [(dt.datetime.fromisoformat(utc),)]


@pytest.mark.parametrize(
    ("line", "column"),
    [("1,A,2026-03-09 10:00,1,1", "ordered_at"), ("1,A,1899-12-30 00:00,1,1", "ordered_at"),
     ("1,A,yesterday,1,1", "ordered_at"), ("1,A,2026-01-05 10:00,1,-1", "unit_price"),
     ("1,A,2026-01-05 10:00,99999999,1", "ordered_units"), ("1,A,2026-01-05 10:00,1e400,1", "ordered_units"),
     ("1,A,2026-01-05 10:00,1,1e9", "unit_price"), ("1,A,2026-01-05 10:00,,1", "ordered_units"),
     ("1,,2026-01-05 10:00,1,1", "sku_id"), ("1,A,2026-01-05 10:00,nan,1", "ordered_units")],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_column(shop: Shop, line: str, column: str) -> None:
    report = shop.bring("o.csv", f"order_id,sku_id,ordered_at,ordered_units,unit_price\n{line}\n")
    assert (report.rows_rejected, reasons(shop)[0][1]) == (1, column)


def test_formulas_and_markup_stay_text(shop: Shop) -> None:
    name = '=HYPERLINK("http://x")<script>alert(1)</script>'
    shop.bring("product.csv", f'sku_id,product_name\n-A+1,"{name.replace(chr(34), chr(34) * 2)}"\n')
    assert shop.rows("select sku_id, product_name from product") == [("-A+1", name)]


def test_negative_units_without_a_kind_are_a_return_or_a_write_off(shop: Shop, order_csv: Csv) -> None:
    shop.bring("orders.csv", order_csv(("1", "A", -2), ("2", "A", -2, "0"), ("3", "A", 2)))
    assert shop.rows("select line_kind from order_line order by order_id") == [
        ("return",),
        ("write_off",),
        ("sale",),
    ]


def test_a_file_that_is_mostly_wrong_is_refused_whole(shop: Shop, order_csv: Csv) -> None:
    lines = [(str(number), "A", "x" if number % 2 else 1) for number in range(40)]
    report = shop.bring("orders.csv", order_csv(*lines))
    assert "20 of 40 rows would be refused" in report.problem
    assert shop.rows("select count(*) from order_line") == [(0,)]
    assert shop.rows("select count(*) from ingested_file") == [(0,)]


def test_an_empty_file_a_folder_and_no_file_each_say_so(shop: Shop, tmp_path: Path) -> None:
    assert "is empty" in shop.bring("orders.csv", "").problem
    (tmp_path / "folder.csv").mkdir()
    (folder,) = ingest_files(shop.workspace, [tmp_path / "folder.csv"])
    (nothing,) = ingest_files(shop.workspace, [tmp_path / "nothing.csv"])
    assert "is a folder" in folder.problem
    assert "no such file" in nothing.problem


def test_a_header_alone_is_a_file_of_no_rows(shop: Shop, order_csv: Csv) -> None:
    assert shop.bring("orders.csv", order_csv()).rows_read == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_file(shop: Shop, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (report,) = ingest_files(shop.workspace, [tmp_path / "pipe.csv"])
    assert "no ordinary file" in report.problem


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_says_so(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("x")
    path.chmod(0)
    (report,) = ingest_files(shop.workspace, [path])
    assert "permissions" in report.problem


def test_two_columns_of_one_name_are_refused(shop: Shop) -> None:
    assert "more than once" in shop.bring("product.csv", "sku_id,sku id\nA,B\n").problem


def order_table(rows: int = 3) -> pa.Table:
    return pa.table(
        {
            "order_id": [str(row) for row in range(rows)],
            "sku_id": ["A"] * rows,
            "ordered_at": [dt.datetime(2026, 1, 5, 10)] * rows,
            "ordered_units": [2.0] * rows,
            "unit_price": [6.95] * rows,
            "customer_id": [1.0, float("nan"), 3.0][:rows],
        }
    )


def test_parquet_comes_in_typed(shop: Shop, tmp_path: Path) -> None:
    pq.write_table(order_table(), tmp_path / "orders.parquet")
    report = shop.bring("orders.parquet", (tmp_path / "orders.parquet").read_bytes())
    assert (report.problem, report.rows_accepted) == ("", 3)
    assert shop.rows("select distinct unit_price_minor from order_line") == [(695,)]
    assert shop.rows("select count(customer_id) from order_line") == [(2,)]


def test_parquet_cut_off_says_so(shop: Shop, tmp_path: Path) -> None:
    pq.write_table(order_table(), tmp_path / "whole.parquet")
    content = (tmp_path / "whole.parquet").read_bytes()
    assert "cut off or damaged" in shop.bring("orders.parquet", content[:-20]).problem


def test_parquet_damaged_in_the_middle_takes_nothing_in(shop: Shop, tmp_path: Path) -> None:
    pq.write_table(order_table(), tmp_path / "whole.parquet", compression="zstd")
    content = bytearray((tmp_path / "whole.parquet").read_bytes())
    content[8:60] = b"\xff" * 52
    assert shop.bring("orders.parquet", bytes(content)).problem
    assert shop.rows("select count(*) from order_line") == [(0,)]


def test_excel_comes_in_a_sheet_a_table(shop: Shop, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "product"
    sheet.append(["SKU ID", "Unit cost", "Weight g"])
    sheet.append(["A", 6.95, 120])
    sheet.append([None, None, None])
    sheet.append(["B", 3, None])
    notes = book.create_sheet("Notes")
    notes.append(["Remember the milk"])
    book.save(tmp_path / "book.xlsx")
    reports = ingest_files(shop.workspace, [tmp_path / "book.xlsx"], now=shop.now)
    assert [(report.table_name, report.rows_accepted) for report in reports] == [("", 0), ("product", 2)]
    assert "not taken in" in reports[0].notes[0]
    assert shop.rows("select sku_id, unit_cost_minor, weight_g, line_number from product order by 1") == [
        ("A", 695, 120, 2),
        ("B", 300, None, 4),
    ]


def test_excel_cut_off_says_so(shop: Shop, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "book.xlsx")
    content = (tmp_path / "book.xlsx").read_bytes()
    assert "cut off or damaged" in shop.bring("cut.xlsx", content[: len(content) // 2]).problem


def test_a_zip_bomb_is_refused_unopened(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(100):
            part.write(b" " * (1 << 20))
    (report,) = ingest_files(shop.workspace, [path])
    assert "would unpack to" in report.problem


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("old.xls", b"\xd0\xcf\x11\xe0rest", "old Excel"), ("o.csv.gz", b"\x1f\x8brest", "gzip"),
     ("o.zip", b"PK\x03\x04rest", "zip"), ("o.csv", b"a,b\x00\x01\x02\n", "not a text file"),
     ("o.parquet", b"a,b\n1,2\n", "begin like one"), ("o.csv", b"\n\n\n", "no header")],
)  # fmt: skip
def test_other_kinds_of_file_are_named(shop: Shop, name: str, content: bytes, said: str) -> None:
    assert said in shop.bring(name, content).problem
