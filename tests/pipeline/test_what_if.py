"""One SKU planned again under another assumption, from the published tables alone."""

from __future__ import annotations

import pytest

from invopt.cli import explain as command
from invopt.errors import StageError
from invopt.stages.what_if import answer_what_if
from invopt.workspace import Workspace
from tests.connection import connect


@pytest.fixture(scope="module")
def dearest(planned: Workspace) -> tuple[str, str]:
    """The dearest proposal with nothing on its way whose supplier asks for a minimum quantity."""
    proposals, terms = planned.table("order_proposal"), planned.table("supplier_term")
    stock = planned.table("stock_position")
    waits = set((stock["sku_id"] + "|" + stock["location_id"])[stock["on_order_units"] > 0])
    asks = set(terms[terms["moq_units"].fillna(0) > 1]["sku_id"])
    wanted = proposals[(proposals["final_units"] > 0) & proposals["sku_id"].isin(asks)]
    wanted = wanted[~(wanted["sku_id"] + "|" + wanted["location_id"]).isin(waits)]
    row = wanted.sort_values("amount_minor").iloc[-1]
    return str(row["sku_id"]), str(row["location_id"])


def test_longer_waiting_and_better_service_never_ask_for_less(planned, dearest):
    answers = answer_what_if(planned, *dearest).set_index("question")
    assert answers.index.tolist() == ["one day more lead time", "one point more service", "double the MOQ"]
    assert (answers["change_units"] >= 0).all()
    assert (answers["final_units"] > 0).all()


def test_asking_changes_nothing_and_needs_no_database(planned, dearest, monkeypatch):
    before = {path: path.stat().st_mtime_ns for path in planned.published.folder.rglob("*") if path.is_file()}
    with connect(planned):  # somebody else is writing
        first = answer_what_if(planned, *dearest)
    assert first.equals(answer_what_if(planned, *dearest))
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_every_planned_proposal_can_be_asked_about_as_it_stands(planned):
    """Planned again unchanged, a proposal is what the plan says, but for what it shares with others."""
    proposals = planned.table("order_proposal")
    shared = ["order_minimum_change_units", "container_change_units", "budget_change_units", "damping_change_units",
              "decision_change_units", "transfer_change_units"]  # fmt: skip
    alone = proposals[(proposals[shared] == 0).all(axis=1) & (proposals["final_units"] > 0)]
    for row in alone.sort_values("proposal_id").head(3).to_dict("records"):
        answers = answer_what_if(planned, row["sku_id"], row["location_id"])
        assert (answers["final_units"] - answers["change_units"] == row["final_units"]).all()


def test_explain_says_what_would_change_the_quantity(planned, dearest, capsys):
    sku, location = dearest
    command.explain(sku, workspace=planned.root, location=location, diagnose=False)
    told = " ".join(capsys.readouterr().out.split())
    for question in ("With one day more lead time:", "With one point more service:", "With double the MOQ:"):
        assert question in told


def test_what_is_not_planned_cannot_be_asked_about(planned):
    with pytest.raises(StageError, match="not planned"):
        answer_what_if(planned, "NO-SUCH-SKU", "LEEDS")
