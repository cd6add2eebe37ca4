"""What people decide between two runs is an input of the next one, and of no run before it."""

import datetime as dt

import pytest

from invopt.cli import decide
from invopt.decisions import append_decision
from invopt.stages import run_stages
from invopt.workspace import Workspace
from tests.connection import connect
from tests.pipeline.shop import SPEC, assert_same, copy_of, run_tables

DECIDED = ["approved", "changed", "sent", "partly_received"]


@pytest.fixture(scope="module")
def proposals(planned):
    """Proposals to buy something, the dearest first."""
    table = planned.table("order_proposal")
    wanted = table[(table["final_units"] > 0) & (table["state"] == "proposed")]
    return wanted.sort_values(["amount_minor", "proposal_id"], ascending=False).to_dict("records")


@pytest.fixture(scope="module")
def decided(planned, proposals, tmp_path_factory):
    """A decision of every kind, each about a proposal of its own, and the plan that follows: before and after."""
    shop = copy_of(planned, tmp_path_factory.mktemp("decided") / "shop")
    approved, changed, rejected, snoozed, received, wrong = (row["proposal_id"] for row in proposals[:6])
    decide.approve([approved, received], workspace=shop.root, by="ann")
    decide.change(changed, 10 * proposals[1]["final_units"], workspace=shop.root, by="ann")
    decide.reject([rejected], workspace=shop.root, reason="trade fair", by="ann")
    decide.snooze([snoozed], until="2026-03-16", workspace=shop.root, by="ann")
    decide.send("PO-1", [received], workspace=shop.root, by="ann")
    decide.receive(received, 1, workspace=shop.root, by="bob")
    append_decision(
        shop.decisions_path, subject="order_proposal", key=wrong, action="receive", decided_by="bob",
        decided_at=dt.datetime(2026, 3, 2, 9), to_value="5",
    )  # fmt: skip
    run_stages(shop, SPEC.as_of)
    return shop, run_tables(planned.published), run_tables(shop.published)


def about(frame, proposal):
    """The rows of a table about the proposal's SKU and location."""
    return frame[(frame["sku_id"] == proposal["sku_id"]) & (frame["location_id"] == proposal["location_id"])]


def still_proposed(tables, proposal):
    """Units of the proposal's SKU and location that nobody has decided about."""
    rows = about(tables["order_proposal"], proposal)
    return rows[~rows["state"].isin(DECIDED)]["final_units"].sum()


def test_an_approved_proposal_is_on_order_and_only_the_rest_is_proposed(decided, proposals):
    _, before, after = decided
    proposal = proposals[0]
    commitment = about(after["order_commitment"], proposal).squeeze()
    assert (commitment["proposal_id"], commitment["decided_by"]) == (proposal["proposal_id"], "ann")
    assert commitment["open_units"] == proposal["final_units"]
    on_order = [about(tables["stock_position"], proposal)["on_order_units"].item() for tables in (before, after)]
    assert on_order[1] == on_order[0] + proposal["final_units"]
    assert still_proposed(after, proposal) < proposal["final_units"]


def test_more_than_was_proposed_leaves_nothing_to_propose(decided, proposals):
    _, _, after = decided
    assert about(after["order_commitment"], proposals[1])["open_units"].item() == 10 * proposals[1]["final_units"]
    assert still_proposed(after, proposals[1]) == 0


def test_rejected_and_snoozed_proposals_say_so(decided, proposals):
    _, _, after = decided
    states = after["order_proposal"].set_index("proposal_id")["state"]
    assert states[proposals[2]["proposal_id"]] == "rejected"
    assert states[proposals[3]["proposal_id"]] == "snoozed"


def test_what_was_sent_and_received_is_no_longer_on_order(decided, proposals):
    _, _, after = decided
    commitment = about(after["order_commitment"], proposals[4]).squeeze()
    assert (commitment["purchase_order_id"], commitment["state"]) == ("PO-1", "partly_received")
    assert commitment["open_units"] == proposals[4]["final_units"] - 1


def test_a_decision_that_cannot_be_followed_is_shown(decided):
    _, _, after = decided
    assert after["refused_decision"]["reason"].tolist() == ["send it before it is confirmed or received"]


def test_forecast_and_orders_do_not_depend_on_decisions_about_proposals(decided):
    _, before, after = decided
    for name in ("demand", "forecast", "forecast_model", "order_check", "allocation"):
        assert_same({name: after[name]}, {name: before[name]})


def test_decisions_are_in_the_database(decided):
    shop, _, _ = decided
    with connect(shop) as db:
        made = db.execute("select action, count(*) from decision group by 1 order by 1").fetchall()
    assert made == [("approve", 2), ("change", 1), ("receive", 2), ("reject", 1), ("send", 1), ("snooze", 1)]


def test_a_decision_made_while_a_night_runs_counts_in_the_next(planned, proposals, tmp_path):
    """Made half way: this run stays whole without it, and the next one has it."""
    shop = copy_of(planned, tmp_path / "shop")
    with (shop.root / "settings.toml").open("a", encoding="utf-8") as file:
        file.write("\n[run]\nkeep_runs = 6\n")  # another setting, so another run of the same plan
    busy, key, made = Workspace.open(shop.root), proposals[0]["proposal_id"], []

    def decide_once(message):
        if message.startswith("orders:"):
            decide.approve([key], workspace=shop.root, by="ann")
            made.append(message)

    run = run_stages(busy, SPEC.as_of, decide_once)
    assert len(made) == 1
    assert_same(run_tables(run.snapshot), run_tables(planned.published))
    following = run_stages(busy, SPEC.as_of)
    assert following.run_id != run.run_id
    assert following.snapshot.table("order_commitment")["proposal_id"].tolist() == [key]
