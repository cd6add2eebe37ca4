from __future__ import annotations

import pandas as pd
import pytest

from invopt.errors import TableError
from invopt.returns import dispose, restock_movements
from invopt.settings import Returns
from invopt.tables import STOCK_MOVEMENT, empty
from tests.unit.returns.frames import products, returns

COVER = pd.DataFrame({"sku_id": ["A"], "location_id": ["L1"], "days_of_cover": [30.0]})
HERE = {"return_id": "r", "order_id": "o", "received_on": pd.Timestamp("2026-03-12"), "received_units": 2.0,
        "returned_units": 2.0, "location_id": "L1"}  # fmt: skip


def goes(
    grade: str,
    *,
    goods: dict[str, object] | None = None,
    line: dict[str, object] | None = None,
    **settings: object,
) -> pd.Series:
    lines = returns({**HERE, "grade": grade, **(line or {})})
    return dispose(lines, products({"sku_id": "A", **(goods or {})}), COVER, Returns(**settings)).iloc[0]


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("as_new", "restock"),
        ("opened", "refurbish"),
        ("worn", "refurbish"),
        ("damaged", "scrap"),
        ("defective", "refurbish"),
    ],
)
def test_by_grade(grade: str, expected: str) -> None:
    assert goes(grade)["disposition"] == expected


def test_worth_by_hand() -> None:
    """Price 1000, cost 400, 30 of 365 days: 1000 e^(-30/365) + 40 (1 - e^(-30/365)) - 0.2 x 400 x 30/365 "
    "- 100."""
    sells = 2.718281828459045 ** (-30 / 365)
    unit = 1000 * sells + 40 * (1 - sells) - 0.2 * 400 * 30 / 365 - 100
    row = goes("as_new")
    assert row["worth_minor"] == round(2 * unit)
    assert row["disposed_units"] == 2.0


def test_cheap_goods_are_not_worth_the_work() -> None:
    assert goes("opened", goods={"unit_price_minor": 300, "unit_cost_minor": 100})["disposition"] == "scrap"


def test_a_supplier_who_credits_gets_them_back() -> None:
    assert (
        goes("defective", supplier_credit_share=1.0, goods={"unit_cost_minor": 900})["disposition"]
        == "back_to_supplier"
    )


@pytest.mark.parametrize(
    ("grade", "goods", "line", "expected", "why"),
    [
        ("opened", {"category_id": "hygiene"}, {}, "scrap", "opened"),
        ("opened", {"shelf_life_days": 30}, {}, "scrap", "opened"),
        ("as_new", {}, {"return_reason": "wrong_item"}, "quarantine", "identified"),
        ("as_new", {"unit_cost_minor": None, "unit_price_minor": None}, {}, "quarantine", "valued"),
        ("as_new", {"lifecycle": "discontinued"}, {}, "scrap", "worth"),
    ],
)
def test_rules_that_override(
    grade: str, goods: dict[str, object], line: dict[str, object], expected: str, why: str
) -> None:
    row = goes(grade, goods=goods, line=line)
    assert row["disposition"] == expected
    assert why in row["reason"]


def test_what_is_not_here_or_not_graded_waits() -> None:
    lines = returns({**HERE}, {**HERE, "return_id": "s", "grade": "as_new", "received_on": pd.NaT})
    assert dispose(lines, products(), COVER, Returns()).empty


def test_goods_go_back_once_where_they_are() -> None:
    lines = returns({**HERE, "grade": "as_new"}, {**HERE, "return_id": "s", "grade": "damaged"})
    found = dispose(lines, products(), COVER, Returns())
    first = restock_movements(found, lines, empty(STOCK_MOVEMENT))
    assert first[["location_id", "moved_units", "movement_kind"]].to_numpy().tolist() == [["L1", 2.0, "return"]]
    assert restock_movements(found, lines, first).empty
    with pytest.raises(TableError, match="no receipt"):
        restock_movements(found, lines.iloc[1:], empty(STOCK_MOVEMENT))
