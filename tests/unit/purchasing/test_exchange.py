"""Prices of suppliers abroad, and purchase orders in their money."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from invopt.purchasing import decision_value, in_plan_currency, purchase_order_lines, terms_in_force
from invopt.purchasing.decisions import commitments
from invopt.settings import Settings
from invopt.tables import DECISION, check
from tests.unit.purchasing import shop

RATES = {"EUR": 0.86, "JPY": 0.0052, "KWD": 2.4}


def rated(**purchasing: object) -> Settings:
    """Settings with rates."""
    return shop.settings(**purchasing).replaced("business", exchange_rates=RATES)


@pytest.mark.parametrize(
    ("currency", "minor", "pence"), [("EUR", 1_000, 860), ("JPY", 1_923, 1_000), ("KWD", 4_167, 1_000), ("GBP", 7, 7)]
)
def test_a_price_is_converted_to_the_minor_unit_of_the_plan(currency: str, minor: int, pence: int) -> None:
    """10.00 euros, 1,923 yen (no decimals) and 4.167 dinars (three)."""
    found = shop.plan(terms=shop.terms(currency=currency, unit_cost_minor=minor), settings=rated())
    assert found.loc[0, "unit_cost_minor"] == pence
    assert found.loc[0, "final_units"] > 0
    assert ("currency_converted" in found.loc[0, "reason"]) is (currency != "GBP")


def test_between_two_foreign_currencies() -> None:
    terms = terms_in_force(shop.terms(currency="EUR", unit_cost_minor=1_000), shop.AS_OF)
    found = in_plan_currency(terms, shop.skus(currency="JPY"), rated())
    assert found.break_cost.tolist() == [round(10.0 * 0.86 / 0.0052)]
    assert found.currency.tolist() == ["JPY"]


def test_without_a_rate_the_terms_are_refused() -> None:
    found = shop.plan(terms=shop.terms(currency="CHF"), settings=rated())
    assert found.loc[0, "final_units"] == 0.0
    assert "currency_mismatch" in found.loc[0, "reason"]


def test_the_cheaper_supplier_is_found_across_currencies() -> None:
    """12.00 euros are 10.32 pounds, more than 10.00; 11.00 euros are 9.46, and cheaper by more than the preference."""
    here = shop.terms(lead_time_days=7)
    for euros, chosen in ((1_200, "ACME"), (1_100, "RIVAL")):
        abroad = shop.terms(supplier_id="RIVAL", currency="EUR", unit_cost_minor=euros)
        found = shop.plan(
            terms=shop.many([here, abroad]), settings=rated(),
            policy=shop.policy(supplier_id=None), suppliers=shop.suppliers(supplier_id=["ACME", "RIVAL"]),
        )  # fmt: skip
        assert found.loc[0, "supplier_id"] == chosen


def test_the_purchase_order_leaves_in_the_suppliers_own_money() -> None:
    terms = shop.terms(currency="EUR", unit_cost_minor=[1_000, 900], from_units=[0.0, 20.0])
    proposal = shop.plan(terms=terms, settings=rated()).iloc[0]
    decision = check(
        pd.DataFrame(
            [
                {
                    "decision_id": "1", "subject": "order_proposal", "key": proposal["proposal_id"],
                    "action": "approve", "from_value": None, "to_value": decision_value(30, proposal), "reason": None,
                    "decided_by": "ann", "decided_at": pd.Timestamp("2026-03-02 09:00"), "expires_on": pd.NaT,
                }
            ]
        ),
        DECISION,
    )  # fmt: skip
    committed, _ = commitments(decision, shop.plan(terms=terms, settings=rated()), dt.date(2026, 3, 2))
    assert committed.loc[0, "currency"] == "GBP"
    lines = purchase_order_lines(committed, shop.suppliers(), None, terms_in_force(terms, shop.AS_OF))
    assert (lines.loc[0, "currency"], lines.loc[0, "unit_cost_minor"]) == ("EUR", 900)
    assert lines.loc[0, "amount_minor"] == 27_000
    assert np.isclose(lines.loc[0, "ordered_units"], 30.0)
