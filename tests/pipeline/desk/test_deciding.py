"""Decisions made at the desk: each survives the next night, can be undone, expires, and overwrites nobody's."""

import csv
import io
import re

import pandas as pd
import pytest

from invopt.decisions import read_decisions, standing
from invopt.stages import run_stages
from invopt.stages.rehearsal import rehearsal, replanned
from tests.pipeline.desk.conftest import Person, add_users, served
from tests.pipeline.shop import SPEC, copy_of


def keyed(row):
    return f"{row['sku_id']}|{row['location_id']}"


def wanted(workspace):
    table = workspace.table("order_proposal")
    rows = table[(table["final_units"] >= 2) & (table["state"] == "proposed") & table["supplier_id"].notna()]
    rows = rows[rows["order_on"].notna()].sort_values(["amount_minor", "proposal_id"], ascending=False)
    return rows.drop_duplicates("sku_id").to_dict("records")


@pytest.fixture(scope="module")
def morning(planned, tmp_path_factory):
    """Every kind of decision made through the app, some undone, and the night that follows."""
    shop = copy_of(planned, tmp_path_factory.mktemp("morning") / "shop")
    add_users(shop)
    rows = wanted(shop)
    held = shop.table("order_check").query("outcome == 'on_hold'")["order_id"].tolist()
    back = shop.table("return_authorisation").query("state == 'received'")
    to_grade = [f"{a}|{b}" for a, b in zip(back["return_id"], back["return_line_id"], strict=True)]
    inbound = shop.table("inbound").sort_values(["open_units", "purchase_order_id"], ascending=False)
    decided = {(row["sku_id"], row["location_id"]) for row in rows[:5]}  # whose units on order are counted below
    inbound = inbound[[pair not in decided for pair in zip(inbound["sku_id"], inbound["location_id"], strict=True)]]
    lines = [f"{a}|{b}" for a, b in zip(inbound["purchase_order_id"], inbound["purchase_order_line_id"], strict=True)]
    alert = shop.table("alert").query("alert_kind == 'dead_stock'").iloc[0]  # no decision below mends it
    said = {}
    with served(shop) as address:
        ann = Person(address, "ann")

        def decide(name, *arguments, **form):
            said[name] = ann.decide(*arguments, **form)
            assert said[name].status_code == 303, re.sub(r"<[^>]+>", "", said[name].text)[-300:]

        def undo(subject, key):
            entries = standing(read_decisions(shop.decisions_path))
            mine = entries[entries["key"].str.startswith(key)].iloc[-1]
            form = {"decision_id": mine["decision_id"], "version": ann.version(subject, key)}
            answer = ann.send("/decide", csrf=ann.csrf, subject=subject, action="undo", **form)
            assert answer.status_code == 303, answer.text

        decide("approve", "order_proposal", keyed(rows[0]), "approve")
        decide("change", "order_proposal", keyed(rows[1]), "change", units="77", reason="a fair")
        decide("reject", "order_proposal", keyed(rows[2]), "reject", reason="no", expires_on="2026-12-01")
        decide("split", "order_proposal", keyed(rows[3]), "split", units="1", reason="cash", day="2026-03-16",
               supplier_id=rows[3]["supplier_id"])  # fmt: skip
        decide("once", "order_proposal", keyed(rows[4]), "once", units="5", reason="shop window",
               supplier_id=rows[4]["supplier_id"])  # fmt: skip
        decide("undone", "order_proposal", keyed(rows[5]), "approve")
        undo("order_proposal", keyed(rows[5]))
        decide("snooze", "order_proposal", keyed(rows[6]), "snooze", expires_on="2026-12-01")
        decide("release", "order", held[0], "release", reason="called them")
        decide("released", "order", held[1], "release", reason="called them")
        undo("order", held[1])
        decide("grade", "return", to_grade[0], "grade", grade="as_new")
        decide("confirm", "purchase_order_line", lines[0], "confirm", day="2026-04-17")
        decide("receive", "purchase_order_line", lines[1], "receive", units="1")
        decide("sleep", "alert", f"{alert['alert_kind']}|{alert['key']}", "snooze", expires_on="2026-12-01")
        setting = {"policy.target_by_class.A": "80", "policy.target_by_class.B": "95", "reason": "cash"}
        answer = ann.send("/decide", csrf=ann.csrf, subject="setting", action="set", **setting)
        assert answer.status_code == 303, answer.text
        sku = rows[7]["sku_id"]
        override = {"scope": "sku", "key": sku, "first_on": "2026-03-09", "last_on": "2026-04-05", "mode": "percent",
                    "value": "50", "reason": "a fair"}  # fmt: skip
        effect = ann.send("/forecast/effect", csrf=ann.csrf, **override)
        assert effect.status_code == 200
        assert "What it would change" in effect.text
        assert ann.send("/forecast/save", csrf=ann.csrf, version="-", **override).status_code == 303
        exported = ann.get("/export/orders.csv").text
    run_stages(shop, SPEC.as_of)
    return {"shop": shop, "before": planned, "rows": rows, "held": held, "to_grade": to_grade, "lines": lines,
            "alert": alert, "exported": exported, "sku": sku}  # fmt: skip


def about(workspace, name, row):
    table = workspace.table(name)
    return table[(table["sku_id"] == row["sku_id"]) & (table["location_id"] == row["location_id"])]


def test_what_was_approved_changed_split_and_ordered_once_is_on_order(morning):
    shop, rows = morning["shop"], morning["rows"]
    bought = [about(shop, "order_commitment", row)["open_units"].tolist() for row in rows[:5]]
    assert bought[0] == [rows[0]["final_units"]]
    assert bought[1] == [77]
    assert bought[2] == []
    assert sorted(bought[3]) == sorted([1, rows[3]["final_units"] - 1])
    assert bought[4] == [5]
    days = about(shop, "order_commitment", rows[3])["order_on"].astype(str).tolist()
    assert "2026-03-16" in days
    for row, units in zip(rows[:5], bought, strict=True):
        was = about(morning["before"], "stock_position", row)["on_order_units"].item()
        assert about(shop, "stock_position", row)["on_order_units"].item() == was + sum(units)


def test_a_rejection_and_a_snooze_hold_for_the_next_proposal(morning):
    states = {keyed(row): row["state"] for row in morning["shop"].table("order_proposal").to_dict("records")}
    assert states.get(keyed(morning["rows"][2]), "rejected") == "rejected"
    assert states.get(keyed(morning["rows"][6]), "snoozed") == "snoozed"


def test_what_was_undone_is_as_if_it_never_was(morning):
    row = morning["rows"][5]
    assert about(morning["shop"], "order_commitment", row).empty
    checks = morning["shop"].table("order_check").set_index("order_id")["outcome"]
    assert checks[morning["held"][0]] == "accepted"
    assert checks[morning["held"][1]] == "on_hold"


def test_a_grade_sends_the_goods_on_their_way(morning):
    answers = morning["shop"].table("return_authorisation")
    key = answers["return_id"] + "|" + answers["return_line_id"]
    graded = answers[key == morning["to_grade"][0]].squeeze()
    assert graded["state"] in ("graded", "closed")
    assert pd.notna(graded["disposition"])
    others = answers[key.isin(morning["to_grade"][1:])]
    assert (others["state"] == "received").all()


def test_a_confirmed_day_and_a_receipt_reach_the_inbound(morning):
    inbound = morning["shop"].table("inbound")
    inbound = inbound.set_index(inbound["purchase_order_id"] + "|" + inbound["purchase_order_line_id"])
    was = morning["before"].table("inbound")
    was = was.set_index(was["purchase_order_id"] + "|" + was["purchase_order_line_id"])["open_units"]
    first, second = morning["lines"][:2]
    assert str(inbound.loc[first, "confirmed_on"].date()) == "2026-04-17"
    assert inbound.loc[first, "open_units"] == was[first]
    assert inbound.loc[second, "open_units"] == was[second] - 1


def test_a_decided_target_is_the_one_of_the_next_plan(morning):
    policy = morning["shop"].table("policy")
    target = policy.groupby("abc_class")["target_share"].unique().map(list)
    assert target["A"] == [0.8]
    assert target["B"] == [0.95]
    assert (
        morning["shop"].settings.policy.target_by_class["A"] == morning["before"].settings.policy.target_by_class["A"]
    )


def test_an_override_is_a_part_of_the_next_forecast(morning):
    forecast = morning["shop"].table("forecast")
    mine = forecast[forecast["sku_id"] == morning["sku"]]
    assert mine["override_units"].sum() > 0
    assert (forecast.loc[forecast["sku_id"] != morning["sku"], "override_units"] == 0).all()


def test_a_sleeping_exception_stays_asleep_after_the_night(morning):
    with served(morning["shop"]) as address:
        ann = Person(address, "ann")
        alert = morning["alert"]
        key = f"{alert['alert_kind']}|{alert['key']}"
        still_there = morning["shop"].table("alert")
        assert ((still_there["alert_kind"] + "|" + still_there["key"]) == key).any()
        assert "Back to the inbox" in ann.get("/alert", key=key).text


def test_the_exported_order_holds_what_was_approved(morning):
    rows = list(csv.DictReader(io.StringIO(morning["exported"].removeprefix("\ufeff"))))
    units = {(row["sku_id"], row["location_id"]): float(row["ordered_units"]) for row in rows}
    first, undone = morning["rows"][0], morning["rows"][5]
    assert units[first["sku_id"], first["location_id"]] == first["final_units"]
    assert (undone["sku_id"], undone["location_id"]) not in units


def test_two_planners_on_one_proposal(planned, tmp_path):
    shop = copy_of(planned, tmp_path / "shop")
    add_users(shop)
    row = wanted(shop)[0]
    with served(shop) as address:
        ann, bob = Person(address, "ann"), Person(address, "bob")
        seen = bob.version("order_proposal", keyed(row))
        assert ann.decide("order_proposal", keyed(row), "change", units="3", reason="a fair").status_code == 303
        written = shop.decisions_path.read_bytes()
        late = bob.decide("order_proposal", keyed(row), "approve", version=seen)
        assert late.status_code == 409
        assert "ann decided about this a moment ago: change (a fair)" in late.text
        together = bob.send("/plan/approve", csrf=bob.csrf, chosen=f"{seen}|{keyed(row)}")
        assert together.status_code in (409, 422)
        assert shop.decisions_path.read_bytes() == written
        page = bob.get("/proposal", key=keyed(row)).text
        assert "changed" in page
        assert "a fair" in page
        # Seen, it can be decided about again.
        assert bob.decide("order_proposal", keyed(row), "reject", reason="no").status_code == 303


def test_a_split_is_undone_as_a_whole_and_a_decision_below_another_stays(planned, tmp_path):
    shop = copy_of(planned, tmp_path / "shop")
    add_users(shop)
    row = wanted(shop)[0]
    with served(shop) as address:
        ann = Person(address, "ann")
        assert ann.decide("order_proposal", keyed(row), "reopen").status_code == 303
        first = read_decisions(shop.decisions_path).iloc[-1]["decision_id"]
        split = {"units": "1", "reason": "cash", "day": "2026-03-16", "supplier_id": row["supplier_id"]}
        assert ann.decide("order_proposal", keyed(row), "split", **split).status_code == 303
        undo = {"csrf": ann.csrf, "subject": "order_proposal", "action": "undo"}
        version = ann.version("order_proposal", keyed(row))
        below = ann.send("/decide", **undo, decision_id=first, version=version)
        assert below.status_code == 422
        last = read_decisions(shop.decisions_path).iloc[-1]["decision_id"]
        assert ann.send("/decide", **undo, decision_id=last, version=version).status_code == 303
        assert standing(read_decisions(shop.decisions_path))["action"].tolist() == ["reopen"]


def test_an_approval_lapses_on_its_day(planned, tmp_path):
    shop = copy_of(planned, tmp_path / "shop")
    add_users(shop)
    row = wanted(shop)[0]
    with served(shop) as address:
        ann = Person(address, "ann")
        until = SPEC.as_of.isoformat()
        assert ann.decide("order_proposal", keyed(row), "approve", expires_on=until).status_code == 303
        early = ann.decide("order_proposal", keyed(row), "approve", expires_on="2020-01-01")
        assert early.status_code == 422
    from invopt.purchasing import commitments
    from invopt.tables import ORDER_PROPOSAL, empty

    decisions = standing(read_decisions(shop.decisions_path))
    today, _ = commitments(decisions, empty(ORDER_PROPOSAL), SPEC.as_of)
    later, _ = commitments(decisions, empty(ORDER_PROPOSAL), SPEC.as_of + pd.Timedelta(days=1))
    assert today["open_units"].tolist() == [row["final_units"]]
    assert later["open_units"].tolist() == [0.0]


def test_a_plan_rehearsed_without_a_change_is_the_plan(planned):
    policy, proposals = replanned(rehearsal(planned, planned.published))
    pd.testing.assert_frame_equal(policy, planned.table("policy"), check_exact=True)
    made = planned.table("order_proposal")
    pd.testing.assert_frame_equal(proposals, made, check_exact=True)


def test_what_the_effect_of_a_target_says_is_what_the_next_plan_does(planned, morning):
    """The rehearsal of the decided target gives the targets that the night then planned with."""
    settings = planned.settings.replaced("policy", target_by_class={"A": 0.8, "B": 0.95, "C": 0.9})
    policy, _ = replanned(rehearsal(planned, planned.published), settings=settings)
    night = morning["shop"].table("policy")
    same = policy.merge(night, on=["sku_id", "location_id"], suffixes=("", "_night"))
    assert (same["target_share"] == same["target_share_night"]).all()
