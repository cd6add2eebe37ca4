"""One SKU told in the terminal: the terms, what is assumed, and no text that could be taken for markup."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from invopt.report.plan import Plan
from invopt.report.told import tell
from tests.unit.report.shop import HOSTILE_NAMES, night
from tests.unit.report.test_summary_page import plan_of


@pytest.fixture(scope="module")
def shop() -> Plan:
    return plan_of(night(24))


def told(plan: Plan, sku: str, place: str, *, with_diagnosis: bool = False) -> str:
    out = io.StringIO()
    tell(plan, sku, place, Console(file=out, width=100), with_diagnosis=with_diagnosis)
    return out.getvalue()


def test_the_terms_that_are_printed_add_up(shop: Plan) -> None:
    for row in shop.table("order_proposal").query("final_units > 0").head(6).to_dict("records"):
        text = told(shop, row["sku_id"], row["location_id"])
        terms = re.findall(r"^\s*([+−])\s+([\d,.]+)", text, re.MULTILINE)
        total = sum((-1 if sign == "−" else 1) * float(units.replace(",", "")) for sign, units in terms)
        assert total == pytest.approx(row["final_units"])
        assert str(row["supplier_id"]) in text


def test_what_is_assumed_is_said(shop: Plan) -> None:
    assumed = shop.table("stock_position").query("is_assumed").iloc[0]
    assert "Assumed: Stock" in told(shop, assumed["sku_id"], assumed["location_id"])


def test_a_sku_that_is_not_planned_says_why(shop: Plan) -> None:
    excused = shop.table("sku_location").query("not is_planned").iloc[0]
    assert "Not planned: dormant" in told(shop, excused["sku_id"], excused["location_id"])


def test_the_second_opinion_is_added_where_it_is_asked_for(shop: Plan) -> None:
    row = shop.table("policy").iloc[0]
    assert "statsmodels prefers" in " ".join(told(shop, row["sku_id"], row["location_id"], with_diagnosis=True).split())


def test_hostile_names_stay_text() -> None:
    plan = plan_of(night(len(HOSTILE_NAMES), hostile=True))
    for row in plan.table("sku_location").to_dict("records"):
        text = told(plan, row["sku_id"], row["location_id"])
        assert len(text) < 5_000
        assert "\x1b" not in text
