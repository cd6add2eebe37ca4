"""The explanation adds up exactly, whatever the row, and refuses a row that does not."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from invopt.errors import TableError
from invopt.report.explain import explain, explanation_grid, explanation_lines
from invopt.report.words import Words
from invopt.tables import ORDER_PROPOSAL
from tests.unit.report.shop import night

THOUSANDTHS = st.integers(-5_000_000, 5_000_000).map(lambda n: n / 1000)
MINUS = ("expected_lost_units", "expected_returns_units", "on_hand_units", "on_order_due_units")
PLUS = ("expected_demand_units", "backorder_units", "safety_stock_units", "unneeded_units")
CHANGES = [name for name in ORDER_PROPOSAL.names if name.endswith("_change_units")]


def row(terms: dict[str, float]) -> dict[str, object]:
    exact = {name: Decimal(repr(value)) for name, value in terms.items()}
    need = sum(exact[name] for name in PLUS) - sum(exact[name] for name in MINUS)
    final = need + sum(exact[name] for name in CHANGES)
    return {**terms, "need_units": float(need), "final_units": float(final), "sku_id": "S", "location_id": "L"}


@given(st.fixed_dictionaries(dict.fromkeys((*MINUS, *PLUS, *CHANGES), THOUSANDTHS)))
def test_terms_add_up_exactly(terms: dict[str, float]) -> None:
    told = explain(row(terms))
    assert sum(term.units for term in told.terms) == told.final
    assert sum(term.units for term in told.needs) == told.need
    assert all(term.units for term in told.terms)


def test_every_made_up_proposal_is_explained() -> None:
    proposal = night(40)["order_proposal"]
    for one in proposal.to_dict("records"):
        assert float(explain(one).final) == one["final_units"]


def test_a_row_that_does_not_add_up_is_refused() -> None:
    broken = row(dict.fromkeys((*MINUS, *PLUS, *CHANGES), 1.0))
    broken["final_units"] += 0.001
    with pytest.raises(TableError, match="add up to"):
        explain(broken)


def test_lines_and_grid_name_stock_as_subtracted() -> None:
    told = explain(row({**dict.fromkeys((*MINUS, *PLUS, *CHANGES), 0.0), "expected_demand_units": 12.5,
                        "on_hand_units": 2.0, "pack_change_units": 1.5}))  # fmt: skip
    lines = explanation_lines(told, Words("en_GB"))
    assert [line.split()[0] for line in lines] == ["+", "−", "=", "+", "="]
    assert "12.5" in lines[0]
    assert "on hand" in lines[1]
    out = io.StringIO()
    Console(file=out, width=90).print(explanation_grid(told, Words("en_GB")))
    assert "to buy" in out.getvalue()
