"""What people decide between two runs is an input of the next one, and of no run before it."""

import datetime as dt

import pytest

from invopt.cli import decide
from invopt.decisions import append_decision
from invopt.stages import run_stages
from tests.connection import connect
from tests.pipeline.shop import SPEC, assert_same, run_tables


@pytest.fixture
def proposals(shop):
    """Proposals to buy something, by id."""
    table = shop.table("order_proposal")
    return table[(table["final_units"] > 0) & (table["state"] == "proposed")].set_index("proposal_id", drop=False)


def about(frame, proposal):
    """The rows of a table about the proposal's SKU and location."""
    return frame[(frame["sku_id"] == proposal["sku_id"]) & (frame["location_id"] == proposal["location_id"])]


def test_an_approved_proposal_is_on_order_and_only_the_rest_is_proposed(shop, proposals):
    proposal = proposals.sort_values("amount_minor").iloc[-1]
    before = about(shop.table("stock_position"), proposal)["on_order_units"].item()
    decide.approve([proposal["proposal_id"]], workspace=shop.root, by="ann")
    run = run_stages(shop, SPEC.as_of)

    (commitment,) = run.snapshot.table("order_commitment").to_dict("records")
    assert commitment["proposal_id"] == proposal["proposal_id"]
    assert (commitment["open_units"], commitment["decided_by"]) == (proposal["final_units"], "ann")
    after = about(run.snapshot.table("stock_position"), proposal)["on_order_units"].item()
    assert after == before + proposal["final_units"]
    left = about(run.snapshot.table("order_proposal"), proposal)
    still = left[~left["state"].isin(["approved", "changed"])]["final_units"].sum()
    assert still < proposal["final_units"]
    assert not (still and (left["proposal_id"] == proposal["proposal_id"]).all()), "the rest needs an id of its own"


def test_more_than_was_proposed_leaves_nothing_to_propose(shop, proposals):
    proposal = proposals.sort_values("amount_minor").iloc[-1]
    decide.change(proposal["proposal_id"], 10 * proposal["final_units"], workspace=shop.root, by="ann")
    run = run_stages(shop, SPEC.as_of)
    left = about(run.snapshot.table("order_proposal"), proposal)
    assert left[~left["state"].isin(["approved", "changed"])]["final_units"].sum() == 0


def test_rejected_and_snoozed_proposals_say_so(shop, proposals):
    first, second = proposals["proposal_id"].iloc[:2]
    decide.reject([first], workspace=shop.root, reason="trade fair", by="ann")
    decide.snooze([second], until="2026-03-16", workspace=shop.root, by="ann")
    after = run_stages(shop, SPEC.as_of).snapshot.table("order_proposal").set_index("proposal_id")
    assert after.loc[first, "state"] == "rejected"
    assert after.loc[second, "state"] == "snoozed"
    others = proposals.index.drop([first, second])
    assert (after.loc[others, "final_units"] == proposals.loc[others, "final_units"]).all()


def test_sent_and_received_goods_are_no_longer_on_order(shop, proposals):
    proposal = proposals.sort_values("amount_minor").iloc[-1]
    key, units = proposal["proposal_id"], proposal["final_units"]
    decide.approve([key], workspace=shop.root, by="ann")
    decide.send("PO-1", [key], workspace=shop.root, by="ann")
    decide.receive(key, 1, workspace=shop.root, by="bob")
    run = run_stages(shop, SPEC.as_of)
    (commitment,) = run.snapshot.table("order_commitment").to_dict("records")
    assert (commitment["purchase_order_id"], commitment["open_units"]) == ("PO-1", units - 1)


def test_decisions_are_in_the_database(shop, proposals):
    decide.reject([proposals["proposal_id"].iloc[0]], workspace=shop.root, by="ann")
    run_stages(shop, SPEC.as_of)
    with connect(shop) as db:
        assert db.execute("select action, decided_by from decision").fetchall() == [("reject", "ann")]


def test_a_decision_made_while_a_night_runs_counts_in_the_next(shop, proposals, planned):
    """Made after the first stage: this run stays whole without it, and the next one has it."""
    proposal = proposals.iloc[0]
    with (shop.root / "settings.toml").open("a", encoding="utf-8") as file:
        file.write("\n[run]\nkeep_runs = 6\n")  # another setting, so another run of the same plan
    busy = type(shop).open(shop.root)
    made = []

    def decide_once(message):
        if message.startswith("orders:") and not made:
            made.append(message)
            decide.approve([proposal["proposal_id"]], workspace=shop.root, by="ann")

    run = run_stages(busy, SPEC.as_of, decide_once)
    assert made
    assert_same(run_tables(run.snapshot), run_tables(planned.published))
    following = run_stages(busy, SPEC.as_of)
    assert following.run_id != run.run_id
    assert following.snapshot.table("order_commitment")["proposal_id"].tolist() == [proposal["proposal_id"]]


def test_a_decision_that_cannot_be_followed_is_shown(shop, proposals):
    append_decision(
        shop.decisions_path, subject="order_proposal", key=proposals["proposal_id"].iloc[0], action="receive",
        decided_by="bob", decided_at=dt.datetime(2026, 3, 2, 9), to_value="5",
    )  # fmt: skip
    refused = run_stages(shop, SPEC.as_of).snapshot.table("refused_decision")
    assert refused["reason"].tolist() == ["send it before it is confirmed or received"]
