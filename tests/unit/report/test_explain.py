"""The explanation adds up exactly, whatever the row, and refuses a row that does not."""

from __future__ import annotations

import io
from decimal import Decimal

import pandas as pd
from rich.console import Console

from invopt.purchasing import explain
from invopt.report.explain import explanation_grid, explanation_lines
from invopt.report.words import Words
from invopt.tables import ORDER_PROPOSAL
from tests.unit.report.shop import night

MINUS = ("expected_lost_units", "expected_returns_units", "on_hand_units", "on_order_due_units")
PLUS = ("expected_demand_units", "backorder_units", "safety_stock_units", "unneeded_units")
CHANGES = [name for name in ORDER_PROPOSAL.names if name.endswith("_change_units")]


def row(terms: dict[str, float]) -> pd.Series:
    exact = {name: Decimal(repr(value)) for name, value in terms.items()}
    need = sum(exact[name] for name in PLUS) - sum(exact[name] for name in MINUS)
    final = need + sum(exact[name] for name in CHANGES)
    rest = {"proposal_id": "S|L|2026-03-02", "binding_constraint": "none", "reason": "", "is_assumed": False}
    return pd.Series({**terms, "need_units": float(need), "final_units": float(final), **rest})


def test_every_made_up_proposal_is_explained() -> None:
    for _, one in night(40)["order_proposal"].iterrows():
        assert float(explain(one).final_units) == one["final_units"]


def test_lines_and_grid_name_stock_as_subtracted() -> None:
    told = explain(row({**dict.fromkeys((*MINUS, *PLUS, *CHANGES), 0.0), "expected_demand_units": 12.5,
                        "on_hand_units": 2.0, "pack_change_units": 1.5}))  # fmt: skip
    lines = explanation_lines(told, Words("en_GB"))
    assert [line.split()[0] for line in lines] == ["+", "−", "−", "=", "+", "="]
    assert "12.5" in lines[0]
    assert "on hand" in lines[1]
    out = io.StringIO()
    Console(file=out, width=90).print(explanation_grid(told, Words("en_GB")))
    assert "to buy" in out.getvalue()
