"""A bad input of one row becomes its reason; the rest of the plan stands."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from invopt.errors import SettingsError, TableError
from invopt.settings import Settings
from tests.unit.purchasing import shop

NO_TERMS = shop.terms().iloc[:0]


@pytest.mark.parametrize(
    ("changed", "reason", "is_bought"),
    [
        ({"terms": NO_TERMS}, "no_supplier", False),
        ({"terms": shop.terms(valid_until_on=dt.datetime(2026, 3, 1))}, "terms_not_in_force", False),
        ({"terms": shop.terms(valid_from_on=dt.datetime(2026, 3, 3))}, "terms_not_in_force", False),
        ({"terms": shop.terms(currency="USD")}, "currency_mismatch", False),
        ({"terms": shop.terms(pack_units=0.0)}, "pack_of_zero", True),
        ({"terms": shop.terms(line_maximum_units=0.0)}, "line_maximum_infeasible", False),
        ({"terms": shop.terms(unit_cost_minor=0)}, "cost_unknown", True),
        ({"sku_location": shop.skus(unit_price_minor=0)}, "price_unknown", True),
        ({"sku_location": shop.skus(unit_price_minor=900)}, "price_below_cost", True),
        ({"suppliers": shop.suppliers().iloc[:0]}, "supplier_calendar_unknown", True),
        ({"suppliers": shop.suppliers(order_weekdays="Caturday")}, "supplier_calendar_unknown", True),
        ({"suppliers": shop.suppliers(country="XQ")}, "supplier_calendar_unknown", True),
        ({"stock_position": shop.stock().iloc[:0]}, "no stock position", True),
        ({"suppliers": shop.suppliers(currency="EUR", minimum_order_minor=10**6)}, "minimum_currency", True),
        ({"suppliers": shop.suppliers(minimum_order_minor=10**12)}, "minimum_infeasible", False),
        ({"settings": shop.settings(budget_minor=1)}, "cut by the budget", False),
        ({"terms": shop.terms(moq_units=40_000.0)}, "lot_too_large", False),
        ({"terms": shop.terms(lead_time_days=None)}, "lead_time_assumed", True),
        ({"terms": shop.terms(lead_time_days=0)}, "below the target level", True),
        ({"terms": shop.terms(currency=["GBP", "EUR"], from_units=[0.0, 50.0])}, "currency_mismatch", False),
    ],
)
def test_a_bad_row_says_so(changed: dict[str, object], reason: str, is_bought: bool) -> None:
    found = shop.plan(**changed)
    assert len(found) == 1
    assert reason in found.loc[0, "reason"]
    assert bool(found.loc[0, "final_units"] > 0) is is_bought


def test_a_supplier_closed_for_good_gets_no_order() -> None:
    closures = shop.closures(starts_on=dt.datetime(2026, 1, 1), ends_on=dt.datetime(2036, 1, 1))
    found = shop.plan(closures=closures)
    assert found.loc[0, "final_units"] == 0.0
    assert "supplier_closed" in found.loc[0, "reason"]
    assert pd.isna(found.loc[0, "order_on"])


def test_of_two_terms_in_force_the_later_rules_and_is_named() -> None:
    terms = shop.terms(
        unit_cost_minor=[1_000, 900],
        valid_from_on=[dt.datetime(2025, 1, 1), dt.datetime(2026, 1, 1)],
    )
    found = shop.plan(terms=terms)
    assert found.loc[0, "unit_cost_minor"] == 900
    assert "two_terms_in_force" in found.loc[0, "reason"]
    assert bool(found.loc[0, "is_assumed"])


def test_terms_that_follow_each_other_are_no_conflict() -> None:
    terms = shop.terms(
        unit_cost_minor=[1_000, 900],
        valid_from_on=[dt.datetime(2025, 1, 1), dt.datetime(2026, 1, 1)],
        valid_until_on=[dt.datetime(2025, 12, 31), None],
    )
    found = shop.plan(terms=terms)
    assert found.loc[0, "unit_cost_minor"] == 900
    assert "two_terms" not in found.loc[0, "reason"]


def test_one_bad_row_leaves_the_others_alone() -> None:
    found = shop.plan(
        policy=shop.policy(sku_id=["A", "B"], supplier_id=["ACME", None]),
        stock_position=shop.stock(sku_id=["A", "B"]),
        sku_location=shop.skus(sku_id=["A", "B"]),
    )
    assert found["final_units"].tolist() == [30.0, 0.0]
    assert found["supplier_id"].isna().tolist() == [False, True]


def test_a_negative_lead_time_is_refused_by_name() -> None:
    terms = shop.terms()
    terms["lead_time_days"] = -3
    with pytest.raises(TableError, match="lead_time_days"):
        shop.plan(terms=terms)


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_target_of_nothing_or_of_certainty_is_refused_by_name(target: float) -> None:
    with pytest.raises(SettingsError, match="target_by_class"):
        Settings().replaced("policy", target_by_class={"A": target, "B": 0.9, "C": 0.9})
    with pytest.raises(SettingsError, match="target_by_segment"):
        Settings().replaced("policy", target_by_segment={"AX": target})


def test_a_segment_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="AA is no segment"):
        Settings().replaced("policy", target_by_segment={"AA": 0.9})
