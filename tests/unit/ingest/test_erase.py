"""A person can be removed from everything, and every sum stays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from invopt.errors import InvoptError
from invopt.ingest import ingest_inbox
from invopt.ingest.erase import Erasure, erase_customer, erase_expired, forget_again
from tests.unit.ingest.conftest import Shop

ANN, BOB = "ann.lee-4711@example.org", "bob@example.org"
HEADER = "order_id,sku_id,ordered_at,ordered_units,unit_price,customer_id,ship_to_name,ship_to_postcode,phone\r\n"
ORDERS = (
    HEADER
    + f'1,A,2026-01-05 10:00,2,6.95,{ANN},"Lee, Ann",AB1 2CD,0123\r\n'
    + f"2,A,2026-01-05 10:00,1,6.95,{BOB},Bob Doe,ZZ9 9ZZ,0999\r\n"
    + f"1,B,2026-01-05 10:00,1,3.00,{ANN},Ann Lee,AB1 2CD,0123\r\n"
    + f"3,B,2026-01-05 10:00,many,3.00,{ANN},Ann Lee,AB1 2CD,0123\r\n"
)


def brought(shop: Shop, name: str, content: str | bytes) -> Path:
    """Take a file in through the inbox; where it lies in the archive afterwards."""
    path = shop.workspace.inbox / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    reports = ingest_inbox(shop.workspace, now=shop.now)
    assert [report.problem for report in reports] == [""] * len(reports)
    (archived,) = [path for path in shop.workspace.archive.iterdir() if path.name.endswith(name)]
    return archived


def everything(shop: Shop) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(shop.workspace.root.rglob("*")) if path.is_file()).lower()


def totals(shop: Shop) -> list[tuple[object, ...]]:
    return shop.rows("select count(*), sum(ordered_units), sum(amount_minor) from order_line")


def test_nothing_of_the_person_is_left_and_the_sums_stay(shop: Shop) -> None:
    archived = brought(shop, "orders.csv", ORDERS)
    (shop.workspace.outbox / "to-ann.txt").write_text(f"To: {ANN}\nYour order 1 is on its way.")
    (shop.workspace.outbox / "to-bob.txt").write_text(f"To: {BOB}\nYour order 2 is on its way.")
    before = totals(shop)
    done = erase_customer(shop.workspace, ANN.upper())
    assert done == Erasure(1, 3, 1, 1, 0, 2, ())
    assert totals(shop) == before
    held = everything(shop)
    for word in (ANN.encode(), b"ann lee", b"lee, ann", b"ab1 2cd", b"0123"):
        assert word not in held, word
    assert BOB.encode() in held
    lines = archived.read_bytes().split(b"\r\n")
    assert lines[1] == b"1,A,2026-01-05 10:00,2,6.95,,,,"
    assert lines[2].startswith(b"2,A,2026-01-05 10:00,1,6.95,bob@example.org,Bob Doe")
    assert shop.rows("select line_number, column_name, bad_value from rejected_row") == [(5, "ordered_units", "many")]


def test_the_archived_file_taken_in_again_changes_nothing(shop: Shop) -> None:
    archived = brought(shop, "orders.csv", ORDERS)
    erase_customer(shop.workspace, ANN)
    report = shop.bring("again.csv", archived.read_bytes())
    assert (report.rows_accepted, report.rows_rejected, report.rows_known) == (0, 1, 3)
    assert b"ann.lee" not in everything(shop)


def test_an_export_that_names_the_person_again_is_blanked(shop: Shop) -> None:
    brought(shop, "orders.csv", ORDERS)
    erase_customer(shop.workspace, ANN)
    before = totals(shop)[0][1:]
    later = ORDERS.replace("Lee, Ann", "Lee, Ann Marie").encode() + f"4,A,2026-01-06 10:00,many,1,{ANN},,,\r\n".encode()
    archived = brought(shop, "later.csv", later)
    assert ANN.encode() in archived.read_bytes()
    assert forget_again(shop.workspace) == 1
    held = everything(shop)
    for word in (ANN.encode(), b"ann lee", b"lee, ann", b"ab1 2cd", b"0123"):
        assert word not in held, word
    assert BOB.encode() in held
    newest = "qualify row_number() over (partition by order_id, sku_id order by recorded_at desc) = 1"
    assert shop.rows(f"select sum(ordered_units), sum(amount_minor) from (from order_line {newest})") == [before]
    assert forget_again(shop.workspace) == 0


def test_old_orders_that_come_again_are_no_request(shop: Shop) -> None:
    brought(shop, "orders.csv", ORDERS)
    erase_expired(shop.workspace, dt.date(2099, 1, 1))
    assert shop.rows("select count(*) from erased_person") == [(0,)]


def test_erasing_twice_finds_nothing_the_second_time(shop: Shop) -> None:
    brought(shop, "orders.csv", ORDERS)
    erase_customer(shop.workspace, ANN)
    assert erase_customer(shop.workspace, ANN) == Erasure(0, 0, 0, 0, 0, 0, ())


def test_archived_parquet_and_excel_lose_the_person_too(shop: Shop, tmp_path: Path) -> None:
    columns = {
        "order_id": ["1", "2"], "sku_id": ["A", "A"], "ordered_at": [dt.datetime(2026, 1, 5)] * 2,
        "ordered_units": [1, 2], "unit_price": [3.5, 3.5], "customer_id": [4711, 4712],
    }  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(columns))
    for row in zip(*columns.values(), strict=True):
        sheet.append(["x" + str(row[0]), *row[1:]])
    book.save(tmp_path / "b.xlsx")
    parquet = brought(shop, "orders.parquet", (tmp_path / "a.parquet").read_bytes())
    excel = brought(shop, "orders.xlsx", (tmp_path / "b.xlsx").read_bytes())
    assert erase_customer(shop.workspace, "4711").archived_rows == 2
    assert pq.read_table(parquet)["customer_id"].to_pylist() == [None, 4712]
    kept = openpyxl.load_workbook(excel).active
    assert kept is not None
    assert [row[5] for row in kept.iter_rows(min_row=2, values_only=True)] == [None, 4712]


def test_shopify_orders_named_on_their_first_row_lose_every_row(shop: Shop) -> None:
    header = (
        "Name,Email,Financial Status,Fulfillment Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
        "Lineitem sku,Shipping Name\n"
    )
    text = header + (
        f"#1,{ANN},paid,unfulfilled,2026-01-05 10:00:00 +0000,1,Lamp,3.50,L,Ann Lee\n"
        "#1,,,,2026-01-05 10:00:00 +0000,1,Bulb,1.50,B,Ann Lee\n"
    )
    archived = brought(shop, "orders_export.csv", text)
    assert erase_customer(shop.workspace, ANN).archived_rows == 2
    assert b"Ann" not in archived.read_bytes()


def test_snapshots_of_runs_are_blanked(shop: Shop) -> None:
    from invopt.tables import OPEN_ORDER_LINE

    brought(shop, "orders.csv", ORDERS)
    folder = shop.workspace.runs / "run" / OPEN_ORDER_LINE.name
    folder.mkdir(parents=True)
    rows = {name: ["x", "y"] for name in OPEN_ORDER_LINE.names}
    pq.write_table(pa.table(rows | {"order_id": ["1", "2"], "customer_id": [ANN, BOB]}), folder / "000000.parquet")
    assert erase_customer(shop.workspace, ANN).snapshot_rows == 1
    kept = pq.read_table(folder / "000000.parquet")
    assert kept["customer_id"].to_pylist() == [None, BOB]
    assert kept["sku_id"].to_pylist() == ["x", "y"]


def test_old_orders_lose_their_persons_by_the_retention_setting(shop: Shop) -> None:
    brought(shop, "orders.csv", ORDERS + f"9,A,2026-03-01 10:00,1,6.95,{ANN},Ann Lee,AB1 2CD,0123\r\n")
    shop.settings("[retention]\npersonal_days = 30\n")
    done = erase_expired(shop.workspace, dt.date(2026, 3, 2))
    assert (done.orders, done.database_rows) == (2, 3)
    assert shop.rows("select order_id from order_line where customer_id is not null") == [("9",)]


def test_no_name_is_no_person(shop: Shop) -> None:
    with pytest.raises(InvoptError, match="name a customer"):
        erase_customer(shop.workspace, " ")
