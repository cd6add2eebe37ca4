"""A frame that does not match its declaration is refused with the table, the column and the first keys."""

from __future__ import annotations

import pandas as pd
import pytest

from invopt.errors import TableError
from invopt.tables import KIT_COMPONENT, RECEIPT, TABLES, check, empty


def kits(**changes: object) -> pd.DataFrame:
    columns: dict[str, object] = {
        "kit_sku_id": ["K", "K"],
        "component_sku_id": ["A", "B"],
        "units_per_kit": [1, 2],
    }
    return pd.DataFrame(columns | changes)


def test_columns_come_back_in_their_order_and_types() -> None:
    checked = check(kits()[["units_per_kit", "component_sku_id", "kit_sku_id"]], KIT_COMPONENT)
    assert list(checked.columns) == list(KIT_COMPONENT.names)
    assert checked["units_per_kit"].dtype == "float64"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"component_sku_id": ["A", "A"]}, r"1 duplicate keys .*\('K', 'A'\)"),
        ({"units_per_kit": [1, 0]}, r"units_per_kit: 1 values outside"),
        ({"units_per_kit": [1, None]}, r"1 of 2 values are missing"),
        ({"units_per_kit": [1, "many"]}, r"cannot be read"),
        ({"surprise": [1, 2]}, r"not declared \['surprise'\]"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(TableError, match=message):
        check(kits(**changes), KIT_COMPONENT)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(TableError, match=r"missing \['units_per_kit'\]"):
        check(kits().drop(columns="units_per_kit"), KIT_COMPONENT)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_an_empty_table_passes_its_own_check(name: str) -> None:
    assert check(empty(TABLES[name]), TABLES[name]).empty


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_and_column_says_what_it_is(name: str) -> None:
    table = TABLES[name]
    assert table.grain
    assert all(column.meaning for column in table.columns)


def test_the_same_frame_passes_twice() -> None:
    once = check(kits(), KIT_COMPONENT)
    pd.testing.assert_frame_equal(check(once, KIT_COMPONENT), once)


def test_nullable_integers_and_dates_survive() -> None:
    assert empty(RECEIPT)["received_on"].dtype == "datetime64[us]"
