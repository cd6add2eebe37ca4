"""Stock as sums of the ledger: SQL, Python and the held ledger give the same figures after any movements."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invopt.database import in_memory, open_database
from invopt.orders import ledger_position
from invopt.stages.held_ledger import HeldLedger, Wanted
from invopt.stages.ledger import append_movements, stock_by_place
from invopt.tables import STOCK_MOVEMENT, check

NOW = dt.datetime(2026, 3, 10, 12)
KEYS = ["sku_id", "location_id"]
SIGN = {"receipt": 1, "opening": 1, "return": 1, "transfer_in": 1, "pick": -1, "ship": -1, "scrap": -1,
        "transfer_out": -1, "count_correction": -1, "reservation": 1, "release": -1}  # fmt: skip


def movements(steps):
    """Rows of the ledger from kind, SKU, location and thousandths."""
    rows = [
        {"movement_id": str(number), "sku_id": sku, "location_id": place, "movement_kind": kind,
         "moved_units": SIGN[kind] * size / 1000, "moved_at": NOW, "reference": f"o{number % 3}|1"}
        for number, (kind, sku, place, size) in enumerate(steps)
    ]  # fmt: skip
    return check(pd.DataFrame(rows), STOCK_MOVEMENT)


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(SIGN)), st.sampled_from("AB"), st.sampled_from(["L1", "L2"]),
              st.integers(1, 9_999)), min_size=1, max_size=15,
)  # fmt: skip


@pytest.fixture(scope="module")
def database():
    """One database for all examples: making a hundred tables takes longer than the test."""
    with in_memory() as db:
        db.create_tables()
        yield db


@settings(max_examples=30)
@given(steps=STEPS)
def test_the_database_and_the_room_agree_on_every_view(database, steps):
    ledger = movements(steps)
    database.execute("delete from stock_movement")
    append_movements(database, ledger, "test", NOW)
    found = stock_by_place(database, "Europe/London").set_index(KEYS).sort_index()
    expected = ledger_position(ledger).set_index(KEYS)
    # What cannot be (less than nothing there, or reserved) reads as zero in a plan.
    assert found["on_hand_units"].to_dict() == expected["on_hand_units"].clip(lower=0).to_dict()
    assert found["reserved_units"].to_dict() == expected["reserved_units"].clip(lower=0).to_dict()
    assert (found["available_units"] == (found["on_hand_units"] - found["reserved_units"]).round(3)).all()


def test_a_release_counts_the_same_whichever_sign_its_file_gave_it(database):
    rows = movements([("receipt", "A", "L1", 5_000), ("reservation", "A", "L1", 3_000), ("release", "A", "L1", 1_000)])
    turned = rows.assign(moved_units=rows["moved_units"].abs())
    for ledger in (rows, turned):
        database.execute("delete from stock_movement")
        append_movements(database, ledger, "test", NOW)
        assert stock_by_place(database, "Europe/London")["reserved_units"].tolist() == [2.0]
        assert ledger_position(ledger)["reserved_units"].tolist() == [2.0]


def opened(path, units=5.0):
    with open_database(path) as db:
        db.create_tables()
        append_movements(db, movements([("opening", "A", "L1", round(units * 1000))]), "test", NOW)


def line(units, name="1"):
    return Wanted(name, "A", "L1", units)


def test_an_order_sent_twice_is_reserved_once_also_after_the_process_died(tmp_path):
    path = tmp_path / "shop.duckdb"
    opened(path)
    with open_database(path) as db:
        held = HeldLedger(db, "Europe/London")
        assert held.reserve("a", [line(2), line(1, "2")], NOW) == ()
        assert held.reserve("a", [line(2), line(1, "2")], NOW) == ()
        assert held.available_units("A", "L1") == 2.0
    with open_database(path) as db:  # another process, from what is on disk
        held = HeldLedger(db, "Europe/London")
        assert held.available_units("A", "L1") == 2.0
        assert held.reserve("a", [line(2)], NOW) == ()
        assert held.reserve("a", [line(3)], NOW) == ()  # edited to one more
        assert held.reserve("b", [line(1.5), line(1, "2")], NOW) == ("1",)
        assert held.available_units("A", "L1") == 0.0
        ledger = db.frame("select * exclude (file_id, line_number, recorded_at) from stock_movement",
                          table=STOCK_MOVEMENT)  # fmt: skip
        books = db.scalar("select sum(rows_accepted) from ingested_file")
    assert books == len(ledger)
    assert ledger["movement_id"].is_unique
    assert ledger_position(ledger)["reserved_units"].tolist() == [5.0]


def test_two_lines_of_one_call_share_the_shelf(tmp_path):
    path = tmp_path / "shop.duckdb"
    opened(path, 3)
    with open_database(path) as db:
        held = HeldLedger(db, "Europe/London")
        assert held.reserve("a", [line(2), line(2, "2"), line(1, "3")], NOW) == ("2",)
        assert held.available_units("A", "L1") == 0.0


def test_what_could_not_be_written_is_not_reserved(tmp_path):
    """A write that fails leaves the shelf as it was, in the process and on disk."""
    path = tmp_path / "shop.duckdb"
    opened(path)
    with open_database(path) as db:
        held = HeldLedger(db, "Europe/London")
        db.execute("alter table ingested_file rename to elsewhere")
        with pytest.raises(Exception, match="ingested_file"):
            held.reserve("a", [line(2)], NOW)
        db.execute("alter table elsewhere rename to ingested_file")
        assert held.available_units("A", "L1") == 5.0
        assert db.scalar("select count(*) from stock_movement where movement_kind = 'reservation'") == 0
        assert held.reserve("a", [line(5)], NOW) == ()
