"""Returns through a whole night and after it: cohorts, decisions, stock, reservations, the report, the desk."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
from typer.testing import CliRunner

from invopt.cli import app
from invopt.decisions import append_decision
from invopt.returns import ReturnPolicy, return_history
from invopt.stages.night import RETURNS_STAGES, day_part, run_stages
from invopt.stages.return_desk import quote_order
from invopt.stages.returns import stock_now
from invopt.stages.run import Run, begin
from invopt.tables import ORDER_LINE, SHIPMENT, check
from invopt.workspace import Workspace
from tests.connection import connect
from tests.pipeline.shop import SPEC

KEYS = ["return_id", "return_line_id"]


def test_the_nights_cohorts_are_those_of_the_room(planned: Workspace) -> None:
    """SQL and Python tell the same sales and returns, bulk lines cut alike, counted from the delivery."""
    with connect(planned) as db:
        orders = db.frame("select * from order_line", table=ORDER_LINE).drop_duplicates(["order_id", "order_line_id"])
    lines, shipments = planned.table("return_line"), planned.table("shipment")
    settings = planned.settings.returns
    kits = set(planned.table("kit_component")["kit_sku_id"]) if len(planned.table("kit_component")) else set()
    orders = orders[~orders["sku_id"].isin(kits)]
    as_of = np.datetime64(SPEC.as_of, "D")
    history = return_history(orders, lines, check(shipments, SHIPMENT), settings, as_of, "LEEDS")
    cohort, back = planned.table("return_cohort"), planned.table("returned_sale")
    for theirs, ours, figures in (
        (history.sold, cohort, ["sold_units"]),
        (history.returned, back, ["units"]),
    ):
        recent = [frame[frame["clock_on"] >= pd.Timestamp(as_of) - pd.Timedelta(days=100)] for frame in (theirs, ours)]
        keys = ["sku_id", "clock_on"] + (["lag_days", "return_reason"] if "units" in figures else ["channel"])
        sums = [frame.groupby(keys)[figures].sum() for frame in recent]
        mine = sums[1][~sums[1].index.get_level_values(0).isin(kits)]
        both = pd.concat([sums[0].iloc[:, 0].rename("room"), mine.iloc[:, 0].rename("night")], axis=1).fillna(0.0)
        assert len(both) > 100
        # An open line of an order of which another line has left is sent by tracking, and open by its own state.
        assert np.isclose(both["room"], both["night"]).mean() > 0.995
        assert abs(both["room"].sum() / both["night"].sum() - 1) < 0.001
    assert (cohort["trial_units"] <= cohort["sold_units"]).all()
    assert cohort["trial_units"].sum() < cohort["sold_units"].sum()  # some line was bulk
    assert (back["trial_units"] <= back["units"]).all()


def test_every_answer_has_its_trail_and_every_table_of_the_night_has_rows(planned: Workspace) -> None:
    answers = planned.table("return_authorisation")
    parts = planned.table("refund_part").groupby(KEYS)["amount_minor"].sum()
    owed = answers.set_index(KEYS)
    expected = owed["credit_minor"].where(owed["settlement"] == "store_credit", owed["refund_minor"])
    assert (parts.reindex(owed.index).fillna(0) == expected).all()
    back = planned.table("refund_payment")
    assert back["payment_kind"].isin(("gift_card", "card")).any()
    sums = back.groupby(KEYS)["amount_minor"].sum()
    money = owed.loc[owed["settlement"] == "refund", "refund_minor"]
    assert (sums.reindex(money.index).fillna(0) == money).all()
    for name in (
        "return_exchange", "return_claim", "refurbish_order", "return_movement", "return_label", "return_step",
        "return_time", "return_late", "return_share", "return_share_by", "return_margin", "return_action",
        "return_cluster", "return_score", "disposal", "expected_return",
    ):  # fmt: skip
        assert len(planned.table(name)), name
    assert len(planned.table("return_action")) <= 10
    assert {"other_customer", "other_currency"} <= set(answers["rule"])
    assert {"more", "other", "fewer"} <= set(answers["count_path"])
    granted = answers[answers["outcome"] == "granted"].set_index(KEYS).index
    gone = planned.table("disposal").set_index(KEYS)
    assert gone.index.isin(granted).all()  # what was refused is the customer's


def test_expected_returns_know_the_covariance_of_their_periods(planned: Workspace) -> None:
    rows = planned.table("expected_return").sort_values(["sku_id", "location_id", "period_start"])
    of_place = rows.groupby(["sku_id", "location_id"])
    added = of_place["variance_units2"].cumsum()
    assert (rows["cumulative_variance_units2"] <= added * (1 + 1e-9)).all()
    last = of_place.tail(1).index
    # What came cannot come again: together they are surer than apart.
    assert rows.loc[last, "cumulative_variance_units2"].sum() < 0.999 * added[last].sum()


def test_the_run_keeps_the_policy_it_answered_by(planned: Workspace) -> None:
    assert planned.published is not None
    kept = planned.published.folder / "return_policy.toml"
    assert kept.read_bytes() == planned.return_policy_path.read_bytes()
    ReturnPolicy.read(kept)


def decide(shop: Workspace, key: str, action: str, value: str | None = None) -> None:
    append_decision(
        shop.decisions_path, subject="return", key=key, action=action, decided_by="ann", to_value=value,
        decided_at=dt.datetime(2026, 3, 2, 9),
    )  # fmt: skip


def test_goods_graded_by_a_person_are_on_the_shelf_once_and_the_replacement_is_not_free(shop: Workspace) -> None:
    """Receipt and grade recorded, twice even: stock goes up by them once, at the place that received them."""
    answers = shop.table("return_authorisation").set_index(KEYS)
    known = shop.table("stock_position").set_index(["sku_id", "location_id"])
    lines = shop.table("return_line").set_index(KEYS)
    kits = set(shop.table("kit_component")["kit_sku_id"])
    waiting = answers[(answers["state"] == "authorised") & ~answers["sku_id"].isin(kits)]
    waiting = waiting[lines.loc[waiting.index, "wish"].to_numpy() == "refund"]
    (return_id, line), row = next(iter(waiting.iterrows()))
    place = next(name for sku, name in known.index if sku == row["sku_id"])
    key = f"{return_id}|{line}"
    for _ in range(2):
        decide(shop, key, "receive", f"{row['granted_units']:g}|{place}")
        decide(shop, key, "grade", "as_new|photo-1")
        decide(shop, key, "dispose", "restock")
    run = run_stages(shop, SPEC.as_of, stages=day_part(RETURNS_STAGES), kind="returns")
    moved = shop.table("return_movement").set_index("movement_id").loc[f"return|{return_id}|{line}"]
    assert (moved["location_id"], moved["moved_units"]) == (place, row["granted_units"])
    assert not moved["is_booked"]
    assert not moved["is_counted"]
    answer = shop.table("return_authorisation").set_index(KEYS).loc[(return_id, line)]
    assert (answer["state"], answer["disposition"]) == ("graded", "restock")
    before, after = known["on_hand_units"], stock_now(run).set_index(["sku_id", "location_id"])["on_hand_units"]
    rest = shop.table("return_movement")
    rest = rest[(rest["movement_kind"] == "return") & ~rest["is_counted"] & ~rest["is_booked"]]
    assert len(rest) == 1
    grown = (after - before)[after != before]
    assert grown.to_dict() == {(row["sku_id"], place): row["granted_units"]}
    again = begin(shop, SPEC.as_of, kind="returns")
    assert again.run_id == run.run_id  # the same decisions find the same run


def test_an_exchange_is_kept_from_other_orders(planned: Workspace) -> None:
    assert planned.published is not None
    swaps = planned.table("return_exchange")
    held = swaps[swaps["reserved_units"] > 0].groupby(["sku_id", "location_id"])["reserved_units"].sum()
    assert len(held)
    run = Run(planned, SPEC.as_of, planned.published.run_id, dt.datetime(2026, 3, 2))
    stock = stock_now(run).set_index(["sku_id", "location_id"])
    assert (stock.loc[held.index, "reserved_units"] >= held).all()
    taken = planned.table("allocation").groupby(["sku_id", "location_id"])["allocated_units"].sum()
    free = stock["on_hand_units"] - stock["reserved_units"]
    assert (taken <= free.reindex(taken.index).clip(lower=0) + 1e-9).all()


def test_the_desk_answers_with_the_rule_and_the_command_says_so(planned: Workspace) -> None:
    answers = planned.table("return_authorisation")
    order = answers.loc[answers["state"] == "graded", "order_id"].iloc[0]
    found = quote_order(planned, order, SPEC.as_of).frame
    assert len(found)
    assert found["reason"].str.contains("by").all()
    stranger = quote_order(planned, order, SPEC.as_of, customer_id="nobody").frame
    assert stranger["rule"].tolist() == ["no_such_order"]
    called = CliRunner().invoke(
        app, ["returns", "quote", order, "-w", str(planned.root), "--as-of", str(SPEC.as_of), "--json"]
    )
    assert called.exit_code == 0
    assert [row["rule"] for row in json.loads(called.output)] == found["rule"].tolist()


def test_the_commands_record_steps_and_refuse_what_is_not_there(shop: Workspace) -> None:
    answers = shop.table("return_authorisation")
    return_id = answers.loc[answers["state"] == "authorised", "return_id"].iloc[0]
    line = answers.loc[answers["return_id"] == return_id, "return_line_id"].iloc[0]
    where = ["-w", str(shop.root), "--by", "ann"]
    for words in (
        ["label", return_id], ["scan", return_id], ["receive", return_id, line, "1", "LEEDS"],
        ["grade", return_id, line, "opened", "--photo", "a.jpg"], ["dispose", return_id, line, "refurbish"],
        ["refurbished", return_id, line, "done"], ["grant", return_id, line], ["refund", return_id],
        ["send", return_id],
    ):  # fmt: skip
        assert CliRunner().invoke(app, ["returns", *words, *where]).exit_code == 0, words
    assert CliRunner().invoke(app, ["returns", "grade", return_id, line, "shiny", *where]).exit_code != 0
    assert CliRunner().invoke(app, ["returns", "refuse", "R-0", *where]).exit_code != 0
    written = [json.loads(text) for text in shop.decisions_path.read_text().splitlines()]
    assert {entry["action"] for entry in written if entry["subject"] == "return"} == {
        "label", "scan", "receive", "grade", "dispose", "refurbished", "grant", "refund", "send",
    }  # fmt: skip


def test_the_report_shows_all_of_it(planned: Workspace) -> None:
    assert planned.published is not None
    page = (planned.reports / planned.published.run_id / "index.html").read_text(encoding="utf-8")
    for caption in (
        "Open returns", "Refunds past the promise", "How long each step takes", "Refused returns", "Exchanges",
        "Open claims", "Labels out", "Where graded goods go", "Goods to refurbish", "Ten SKUs to act on",
        "Reasons that SKUs share", "Why goods come back", "Margin after returns",
        "Customers who send most back (shown only)", "How well returns were forecast",
    ):  # fmt: skip
        assert caption in page, caption
