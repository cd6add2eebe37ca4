"""Reading again changes nothing; a correction is a version; the past stays what it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.ingest.conftest import Shop

Csv = Callable[..., str]


def counts(report: object) -> tuple[int, int, int]:
    return report.rows_accepted, report.rows_rejected, report.rows_known  # type: ignore[attr-defined]


def test_the_same_file_again_is_known_row_by_row_also_under_another_name(shop: Shop, order_csv: Csv) -> None:
    text = order_csv(("1", "A", 2), ("1", "B", 1), ("2", "A", 5))
    assert counts(shop.bring("orders.csv", text)) == (3, 0, 0)
    before = shop.frame("select * from order_line order by all")
    assert counts(shop.bring("orders.csv", text)) == (0, 0, 3)
    assert counts(shop.bring("renamed.csv", text)) == (0, 0, 3)
    assert shop.frame("select * from order_line order by all").equals(before)


def test_the_same_rows_in_another_file_and_order_are_known(shop: Shop, order_csv: Csv) -> None:
    shop.bring("a.csv", order_csv(("1", "A", 2), ("1", "B", 1)))
    assert counts(shop.bring("b.csv", order_csv(("1", "B", 1), ("1", "A", 2)))) == (0, 0, 2)


def test_a_line_repeated_in_its_order_is_a_further_line(shop: Shop, order_csv: Csv) -> None:
    text = order_csv(("1", "A", 2), ("1", "A", 2), ("2", "A", 2))
    assert counts(shop.bring("orders.csv", text)) == (3, 0, 0)
    assert shop.rows("select count(distinct order_line_id) from order_line where order_id = '1'") == [(2,)]


def test_a_corrected_order_replaces_its_lines_from_then_on_and_not_before(shop: Shop, order_csv: Csv) -> None:
    shop.bring("orders.csv", order_csv(("0", "Z", 1), ("1", "A", 2), ("1", "B", 1), ("2", "C", 1)))
    report = shop.bring("corrected.csv", order_csv(("0", "Z", 1), ("1", "A", 3), ("1", "B", 1), ("2", "C", 1)))
    assert counts(report) == (1, 0, 3)
    assert report.rows_withdrawn == 1
    assert shop.lines_as_of("2026-03-01") == [("A", 2), ("B", 1), ("C", 1), ("Z", 1)]
    assert shop.lines_as_of("2026-03-03") == [("A", 3), ("B", 1), ("C", 1), ("Z", 1)]
    withdrawn = shop.rows(
        "select order_state, cast(ordered_units as integer), amount_minor, cancelled_at = recorded_at "
        "from order_line where order_id = '1' and sku_id = 'A' and order_state = 'cancelled'"
    )
    assert withdrawn == [("cancelled", 0, 0, True)]


def test_a_withdrawn_line_that_comes_back_counts_again(shop: Shop, order_csv: Csv) -> None:
    first = order_csv(("0", "Z", 1), ("1", "A", 2), ("2", "C", 1))
    shop.bring("one.csv", first)
    shop.bring("two.csv", order_csv(("0", "Z", 1), ("1", "A", 3), ("2", "C", 1)))
    report = shop.bring("three.csv", first + "3,D,2026-01-06 10:00,1,1.00\n")
    assert (report.rows_accepted, report.rows_withdrawn) == (2, 1)
    assert shop.lines_as_of("2026-03-03") == [("A", 2), ("C", 1), ("D", 1), ("Z", 1)]


def test_a_correction_of_one_order_alone_replaces_it(shop: Shop, order_csv: Csv) -> None:
    shop.bring("orders.csv", order_csv(("1", "A", 2), ("2", "B", 1)))
    shop.bring("order-2.csv", order_csv(("2", "B", 4)))
    assert shop.lines_as_of("2026-03-03") == [("A", 2), ("B", 4)]


def test_an_order_cut_at_the_files_boundary_adds_up(shop: Shop, order_csv: Csv) -> None:
    """Exports that end after so many rows cut an order in two; the second half does not undo the first."""
    shop.bring("part-1.csv", order_csv(("1", "A", 2), ("2", "B", 1), ("2", "C", 1)))
    report = shop.bring("part-2.csv", order_csv(("2", "D", 7), ("3", "A", 1)))
    assert (report.rows_accepted, report.rows_withdrawn) == (2, 0)
    assert shop.lines_as_of("2026-03-03") == [("A", 1), ("A", 2), ("B", 1), ("C", 1), ("D", 7)]
    # It is the same export, so the second half was known when it was ordered, as the first was.
    assert shop.lines_as_of("2026-01-06") == shop.lines_as_of("2026-03-03")


def test_an_order_cut_at_the_boundary_adds_up_when_the_files_come_the_other_way_round(
    shop: Shop, order_csv: Csv
) -> None:
    shop.bring("part-2.csv", order_csv(("2", "D", 7), ("3", "A", 1)))
    report = shop.bring("part-1.csv", order_csv(("1", "A", 2), ("2", "B", 1), ("2", "C", 1)))
    assert (report.rows_accepted, report.rows_withdrawn) == (3, 0)


def test_a_refused_row_withdraws_nothing_of_its_order(shop: Shop, order_csv: Csv) -> None:
    shop.bring("orders.csv", order_csv(("0", "Z", 1), ("1", "A", 2), ("1", "B", 1), ("2", "C", 1)))
    report = shop.bring("again.csv", order_csv(("0", "Z", 1), ("1", "A", "two"), ("1", "B", 1), ("2", "C", 1)))
    assert (report.rows_rejected, report.rows_withdrawn) == (1, 0)
    assert ("A", 2) in shop.lines_as_of("2026-03-03")


def test_a_row_without_an_order_spares_the_orders_beside_it(shop: Shop, order_csv: Csv) -> None:
    shop.bring("orders.csv", order_csv(("0", "Z", 1), ("1", "A", 2), ("1", "B", 1), ("2", "C", 1)))
    report = shop.bring("again.csv", order_csv(("0", "Z", 1), ("", "A", 2), ("1", "B", 1), ("2", "C", 1)))
    assert (report.rows_rejected, report.rows_withdrawn) == (1, 0)


def test_with_line_ids_changed_content_is_a_new_version_of_the_line(shop: Shop) -> None:
    header = "order_id,order_line_id,sku_id,ordered_at,ordered_units,unit_price\n"
    shop.bring("a.csv", header + "1,1,A,2026-01-05 10:00,2,6.95\n1,2,B,2026-01-05 10:00,1,3\n")
    report = shop.bring("b.csv", header + "1,1,A,2026-01-05 10:00,5,6.95\n")
    assert (report.rows_accepted, report.rows_withdrawn) == (1, 0)
    assert shop.lines_as_of("2026-03-01") == [("A", 2), ("B", 1)]
    assert shop.lines_as_of("2026-03-03") == [("A", 5), ("B", 1)]


def test_a_changed_state_is_a_version_and_not_another_line(shop: Shop) -> None:
    header = "order_id,sku_id,ordered_at,ordered_units,unit_price,order_state\n"
    shop.bring("a.csv", header + "1,A,2026-01-05 10:00,2,6.95,open\n2,B,2026-01-05 10:00,1,6.95,open\n")
    shop.bring("b.csv", header + "1,A,2026-01-05 10:00,2,6.95,shipped\n2,B,2026-01-05 10:00,1,6.95,open\n")
    assert shop.rows("select order_state from order_line where order_id = '1' order by recorded_at") == [
        ("open",),
        ("shipped",),
    ]
    assert shop.rows("select count(distinct order_line_id) from order_line") == [(2,)]


def test_one_key_twice_in_a_file_keeps_the_first_and_refuses_the_other(shop: Shop) -> None:
    report = shop.bring("product.csv", "sku_id,product_name\nA,Lamp\nA,Lamp\nA,Lantern\n")
    assert counts(report) == (1, 1, 1)
    assert shop.rows("select line_number, column_name, bad_value, reason from rejected_row") == [
        (4, "sku_id", "A", "stands in line 2 of this file with other values: keep the one that is right")
    ]


@pytest.mark.parametrize("first_known", ["1970-01-02"])
def test_products_are_known_always_and_their_changes_from_when_they_came(shop: Shop, first_known: str) -> None:
    shop.bring("product.csv", "sku_id,unit_cost\nA,3.00\n")
    shop.bring("product-new.csv", "sku_id,unit_cost\nA,4.00\n")
    seen = shop.rows("select unit_cost_minor, recorded_at from product order by recorded_at")
    assert [cost for cost, _ in seen] == [300, 400]
    assert str(seen[0][1]) < first_known < str(seen[1][1])


def test_a_row_refused_for_a_setting_is_taken_when_the_setting_is_mended(shop: Shop, order_csv: Csv) -> None:
    text = order_csv(("1", "A", 2, "6.95"), ("1", "B", 1, '"6,95"'))
    assert counts(shop.bring("orders.csv", text)) == (1, 1, 0)
    shop.settings("[ingest]\nmaximum_units = 5000\n")
    assert counts(shop.bring("orders.csv", text)) == (0, 1, 1)
    shop.settings('[ingest]\ndecimal_mark = ","\n')
    report = shop.bring("orders.csv", text)
    assert counts(report) == (1, 0, 1)
    ledger = shop.rows("select rows_read, rows_accepted, rows_rejected, rows_known from ingested_file")
    assert ledger == [(2, 2, 0, 0)]


def test_a_corrected_file_takes_its_rows_out_of_the_book(shop: Shop, order_csv: Csv) -> None:
    shop.bring("orders.csv", order_csv(("1", "A", 2), ("1", "B", "x"), ("", "C", 1), ("2", "C", 1)))
    assert len(shop.rows("select * from rejected_row")) == 2
    shop.bring("orders.csv", order_csv(("1", "A", 2), ("1", "B", 3), ("3", "C", 1), ("2", "C", 1)))
    assert shop.rows("select * from rejected_row") == []
    assert shop.lines_as_of("2026-03-03") == [("A", 2), ("B", 3), ("C", 1), ("C", 1)]


def test_an_unrelated_file_leaves_the_book_alone(shop: Shop, order_csv: Csv) -> None:
    shop.bring("monday.csv", order_csv(("1", "A", 2), ("1", "B", "x")))
    shop.bring("tuesday.csv", order_csv(("5", "A", 2), ("6", "B", 1)))
    assert len(shop.rows("select * from rejected_row")) == 1
