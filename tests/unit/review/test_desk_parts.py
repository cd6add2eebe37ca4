"""The parts of the app without the app: paging, sessions, users, and who may listen where."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invopt.decisions import NewDecision, append_decision
from invopt.errors import InvoptError, SettingsError
from invopt.review.journal import Journal, Overtaken
from invopt.review.server import check_reach
from invopt.review.sessions import IDLE_SECONDS, LONGEST_SECONDS, LoginBrake, Sessions
from invopt.review.sheet import Query, Sheet
from invopt.review.users import User, hash_password, is_password, read_users, write_user

WORDS = ["lamp", "bowl", "LAMP shade", "rug", ""]
ROWS = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(["A", "B"]), st.integers(0, 9), st.sampled_from([0, 1])),
    min_size=1, max_size=60,
)  # fmt: skip


@given(rows=ROWS, words=st.sampled_from(["", "lamp", "a m"]), where=st.sampled_from(["", "A"]), down=st.booleans(),
       state=st.sampled_from(["", "open", "done"]))  # fmt: skip
def test_a_sheet_finds_what_looking_at_every_row_finds(rows, words, where, down, state):
    frame = pd.DataFrame(rows, columns=["name", "place", "worth", "done"])
    frame["key"] = [f"k{number}" for number in range(len(frame))]
    sheet = Sheet(frame, "key", searched=("name", "place"), facets=("place",), states=("open", "done"))
    for key, done in zip(frame["key"], frame["done"], strict=True):
        if done:
            sheet.change(key, "done", {"worth": 5})
    query = Query(words, {"place": where, "state": state}, "worth", down)
    expected = []
    for row in frame.to_dict("records"):
        own = "done" if row["done"] else "open"
        text = f"{row['name']} {row['place']}".lower()
        if all(word in text for word in words.split()) and where in ("", row["place"]) and state in ("", own):
            expected.append((row["key"], 5 if row["done"] else row["worth"]))
    found = sheet.records(query)
    assert sorted((row["key"], row["worth"]) for row in found) == sorted(expected)
    worths = [row["worth"] for row in found]
    assert worths == sorted(worths, reverse=down)
    assert sheet.total("worth", query) == sum(worth for _, worth in expected)
    pages = [sheet.page(Query(words, query.chosen, "worth", down, number), rows=7) for number in range(1, 12)]
    shown = {row["key"] for page in pages for row in page.rows}
    assert shown == {key for key, _ in expected}


def test_missing_numbers_are_shown_as_missing():
    frame = pd.DataFrame({"key": ["a", "b"], "worth": [np.nan, 2.0]})
    assert [row["worth"] for row in Sheet(frame, "key").page(Query(sort="worth")).rows] == [2.0, None]


def test_sessions_end_by_idleness_age_and_leaving():
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    one, two = sessions.begin(User("ann", "viewer")), sessions.begin(None)
    assert one.token != two.token
    assert sessions.find(one.token) is one
    assert sessions.find("guess") is None
    sessions.end(two)
    assert sessions.find(two.token) is None
    while now[0] < LONGEST_SECONDS:
        assert sessions.find(one.token) is one
        now[0] += IDLE_SECONDS
    now[0] += 1
    assert sessions.find(one.token) is None
    three = sessions.begin(None)
    now[0] += IDLE_SECONDS + 1
    assert sessions.find(three.token) is None


def test_the_brake_waits_by_name_and_later_by_address():
    now = [0.0]
    brake = LoginBrake(most=3, seconds=60, clock=lambda: now[0])
    for _ in range(3):
        assert brake.wait_seconds("name ann", "address 1") == 0
        brake.failed("name ann", "address 1")
    assert brake.wait_seconds("name ann", "address 1") == 60
    assert brake.wait_seconds("name bob", "address 1") == 0
    for number in range(9):
        brake.failed(f"name {number}", "address 1")
    assert brake.wait_seconds("name bob", "address 1") == 60
    now[0] = 61
    assert brake.wait_seconds("name ann", "address 1") == 0


def test_users_are_kept_with_hashes_and_checked(tmp_path):
    path = tmp_path / "users.toml"
    assert read_users(path) == {}
    ann = User("ann", "approver", 500_00, hash_password("correct horse battery"))
    write_user(path, ann)
    write_user(path, User("bob@shop", "viewer", None, ann.password_hash))
    assert read_users(path)["ann"] == ann
    assert "correct horse" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert is_password(ann, "correct horse battery")
    assert not is_password(ann, "Correct horse battery")
    assert not is_password(None, "nobody has this password")
    with pytest.raises(SettingsError, match="shorter"):
        hash_password("short")
    for wrong in (User("a b", "viewer"), User("ann", "boss"), User("ann", "approver", -1)):
        with pytest.raises(SettingsError):
            write_user(path, wrong)
    path.write_text('[eve]\nrole = "viewer"\npassword = "plain text"\n')
    with pytest.raises(SettingsError, match="no argon2 hash"):
        read_users(path)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "shop.example"])
def test_nobody_listens_wider_than_this_machine_without_users(host):
    with pytest.raises(InvoptError, match="no users"):
        check_reach(host, {})


def test_with_users_a_name_is_needed_for_every_address():
    users = {"ann": User("ann", "viewer")}
    check_reach("127.0.0.1", {})
    check_reach("::1", {})
    check_reach("192.168.1.5", users)
    check_reach("0.0.0.0", users, ("desk.shop.example",))
    with pytest.raises(InvoptError, match="--name"):
        check_reach("0.0.0.0", users)


def test_the_journal_sees_what_others_append_and_refuses_what_is_overtaken(tmp_path):
    path, moment = tmp_path / "decisions.jsonl", dt.datetime(2026, 3, 2, 8)
    journal = Journal(path)
    topic = ("order", "1")
    seen = journal.version(topic)
    append_decision(path, subject="order", key="1", action="release", decided_by="bob", decided_at=moment, reason="ok")
    with pytest.raises(Overtaken, match=r"bob decided about this a moment ago: release \(ok\)"):
        journal.append([NewDecision("order", "1", "hold")], {topic: seen}, decided_by="ann", decided_at=moment)
    assert journal.changes() == {topic}
    assert journal.changes() == set()
    journal.append([NewDecision("order", "1", "hold")], {topic: journal.version(topic)}, decided_by="ann",
                   decided_at=moment)  # fmt: skip
    with path.open("ab") as file:
        file.write(b'{"half a line')  # still being written
    assert journal.changes() == {topic}
    assert [entry["action"] for entry in journal.about(topic)] == ["release", "hold"]
