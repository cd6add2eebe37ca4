"""Decisions that stand, and what is laid over settings, orders and returns because of them."""

import datetime as dt

import pandas as pd
import pytest

from invopt.decisions import NewDecision, append_decisions, read_decisions, standing
from invopt.errors import InvoptError, SettingsError
from invopt.purchasing import follow_line_decisions
from invopt.purchasing.line_decisions import receipt_value
from invopt.settings import Settings
from invopt.settings.decided import decided_settings
from invopt.tables import INBOUND

DAY = dt.date(2026, 3, 2)
MOMENT = dt.datetime(2026, 3, 2, 8)


@pytest.fixture
def decide(tmp_path):
    """Append decisions, a minute apart; returns the id of the last, and all that stand with `decide.standing()`."""
    path = tmp_path / "decisions.jsonl"
    made = []

    def append(subject, key, action, value=None, *, before=None, expires=None):
        moment = MOMENT + dt.timedelta(minutes=len(made))
        one = NewDecision(subject, key, action, before, value, None, expires)
        made.append(append_decisions(path, [one], decided_by="ann", decided_at=moment)[0])
        return made[-1]

    append.path = path
    append.standing = lambda: standing(read_decisions(path))
    return append


def test_an_undone_decision_does_not_stand_and_an_undone_undoing_does(decide):
    first = decide("order", "1", "release")
    kept = decide("order", "2", "release")
    undo = decide("order", first, "undo")
    assert decide.standing()["decision_id"].tolist() == [kept]
    decide("order", undo, "undo")
    assert decide.standing()["decision_id"].tolist() == [first, kept]


def test_an_override_is_kept_with_its_undoing(decide):
    made = decide("forecast_override", "sku|A", "override", "{}")
    decide("forecast_override", made, "undo")
    assert decide.standing()["action"].tolist() == ["override", "undo"]


def test_decisions_are_written_together_or_not_at_all(decide):
    def unless():
        raise InvoptError("somebody was quicker")

    with pytest.raises(InvoptError, match="quicker"):
        append_decisions(
            decide.path, [NewDecision("order", "1", "hold")], decided_by="a", decided_at=MOMENT, unless=unless
        )
    assert decide.path.read_bytes() == b""
    two = [NewDecision("order", "1", "hold"), NewDecision("order", "2", "hold")]
    ids = append_decisions(decide.path, two, decided_by="a", decided_at=MOMENT)
    assert read_decisions(decide.path)["decision_id"].tolist() == ids


def test_the_last_decision_about_a_setting_counts_until_it_expires(decide):
    decide("setting", "policy.target_by_class.A", "set", "0.9")
    decide("setting", "policy.target_by_class.A", "set", "0.8", expires=DAY)
    decide("setting", "policy.review_days", "set", "14")
    today = decided_settings(Settings(), decide.standing(), DAY)
    later = decided_settings(Settings(), decide.standing(), DAY + dt.timedelta(days=1))
    assert (today.policy.target_by_class["A"], later.policy.target_by_class["A"]) == (0.8, 0.9)
    assert today.policy.review_days == 14
    assert today.policy.target_by_class["B"] == Settings().policy.target_by_class["B"]


@pytest.mark.parametrize(("key", "value"), [
    ("policy.target_by_class.A", "1.5"), ("policy.target_by_class.A", "much"), ("policy.review_days", "0"),
    ("run.keep_runs", "1"), ("policy.target_by_class.A", "true"),
])  # fmt: skip
def test_a_setting_that_cannot_be_followed_is_named(decide, key, value):
    made = decide("setting", key, "set", value)
    with pytest.raises(SettingsError, match=made):
        decided_settings(Settings(), decide.standing(), DAY)


@pytest.fixture
def inbound():
    """Two lines of one order, ten and five units open."""
    rows = pd.DataFrame({name: [None, None] for name in INBOUND.names})
    rows["purchase_order_id"], rows["purchase_order_line_id"] = "P1", ["1", "2"]
    rows["supplier_id"], rows["sku_id"], rows["location_id"] = "S", ["A", "B"], "L"
    rows["open_units"], rows["ordered_on"] = [10.0, 5.0], pd.Timestamp("2026-02-01")
    rows["confirmed_on"], rows["age_days"] = pd.NaT, 29.0
    return rows.astype({"confirmed_on": "datetime64[us]", "ordered_on": "datetime64[us]", "sku_id": "str"})


def test_a_confirmed_day_holds_until_it_expires(decide, inbound):
    decide("purchase_order_line", "P1|1", "confirm", "2026-04-01", expires=DAY)
    today, refused = follow_line_decisions(inbound, decide.standing(), DAY)
    later, _ = follow_line_decisions(inbound, decide.standing(), DAY + dt.timedelta(days=1))
    assert refused.empty
    assert str(today["confirmed_on"].iloc[0].date()) == "2026-04-01"
    assert today["confirmed_on"].isna().tolist() == [False, True]
    assert later["confirmed_on"].isna().all()


def test_a_receipt_is_taken_off_once_even_when_the_file_brings_it_too(decide, inbound):
    decide("purchase_order_line", "P1|1", "receive", receipt_value(4), before="10")
    decide("purchase_order_line", "P1|2", "receive", receipt_value(9), before="5")
    rows, _ = follow_line_decisions(inbound, decide.standing(), DAY)
    assert rows[["purchase_order_line_id", "open_units"]].values.tolist() == [["1", 6.0]]
    inbound["open_units"] = [6.0, 5.0]  # the file knows the first receipt by now
    again, _ = follow_line_decisions(inbound, decide.standing(), DAY)
    assert again["open_units"].tolist() == [6.0]
    decide("purchase_order_line", "P1|1", "receive", receipt_value(1), before="6")
    assert follow_line_decisions(inbound, decide.standing(), DAY)[0]["open_units"].tolist() == [5.0]


def test_what_cannot_be_followed_about_a_line_is_listed(decide, inbound):
    decide("purchase_order_line", "P1|1", "confirm", "soon")
    decide("purchase_order_line", "P1|1", "receive", "four", before="10")
    decide("purchase_order_line", "P1|1", "eat")
    rows, refused = follow_line_decisions(inbound, decide.standing(), DAY)
    assert rows["open_units"].tolist() == [10.0, 5.0]
    assert refused["action"].tolist() == ["confirm", "receive", "eat"]
