"""Stock that lies too long in one place goes where it would otherwise be bought."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invopt.errors import SettingsError
from invopt.purchasing import explain, propose_transfers
from tests.unit.purchasing import shop

PLACES = ["BATH", "LEEDS"]


def two_places(**changed: object) -> dict[str, pd.DataFrame]:
    """BATH needs 30; LEEDS holds 1,000 where it wants 170 and sells 10 a day."""
    return {
        "policy": shop.policy(location_id=PLACES, need_units=[30.0, 0.0], expected_lost_units=0.0, **changed),
        "stock_position": shop.stock(location_id=PLACES, on_hand_units=[140.0, 1_000.0]),
        "sku_location": shop.skus(location_id=PLACES),
    }


def lanes(**cost: float) -> object:
    """Settings with lanes named FROM_TO."""
    return shop.settings(transfer_cost_by_lane={name.replace("_", ">"): value for name, value in cost.items()})


def test_surplus_is_moved_where_it_saves_more_than_the_move() -> None:
    """Beyond target and usual order 760 units are left: the first that goes saves 30% x 10.00 x 76 / 365."""
    found = propose_transfers(**two_places(), settings=lanes(LEEDS_BATH=20.0))
    assert found[["from_location_id", "to_location_id", "moved_units"]].values.tolist() == [["LEEDS", "BATH", 30.0]]
    assert found["cost_minor"].item() == 600
    saved = sum(300.0 * (760 - unit) / 10 / 365 for unit in range(30))
    assert found["gain_minor"].item() == round(saved - 600)


def test_a_move_that_costs_more_than_it_saves_is_not_made() -> None:
    assert propose_transfers(**two_places(), settings=lanes(LEEDS_BATH=70.0)).empty
    assert propose_transfers(**two_places(), settings=lanes(BATH_LEEDS=1.0)).empty
    assert propose_transfers(**two_places(), settings=shop.settings()).empty


def test_a_purchase_becomes_what_is_left() -> None:
    tables = two_places()
    moved = propose_transfers(**tables, settings=lanes(LEEDS_BATH=20.0))
    found = shop.plan(
        policy=tables["policy"], stock_position=tables["stock_position"], sku_location=tables["sku_location"],
        transfers=moved.assign(moved_units=12.0),
    )  # fmt: skip
    row = found[found["location_id"] == "BATH"].iloc[0]
    assert (row["need_units"], row["transfer_change_units"], row["final_units"]) == (30.0, -12.0, 18.0)
    assert row["binding_constraint"] == "transfer"
    assert "comes from another location" in row["reason"]
    assert explain(row).final_units == 18


@pytest.mark.parametrize(
    ("name", "problem"), [("LEEDS>LEEDS", "back to where it begins"), ("LEEDS", "no lane"), ("A>B>A", "no lane")]
)
def test_a_lane_in_a_circle_is_refused_by_name(name: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        propose_transfers(**two_places(), settings=shop.settings(transfer_cost_by_lane={name: 1.0}))


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), min_size=3, max_size=3),
    st.floats(0.0, 60.0),
)
def test_no_place_gives_what_it_lacks_or_takes_what_it_gives(rows: list[tuple[int, int]], cost: float) -> None:
    """Lanes both ways between three places: no circle, nothing from nothing, and no more than was needed."""
    places = ["A", "B", "C"]
    stock = [float(300 + held if need == 0 else 100) for held, need in rows]
    needs = [float(need) for _, need in rows]
    every = {f"{a}>{b}": cost for a in places for b in places if a != b}
    found = propose_transfers(
        shop.policy(location_id=places, need_units=needs),
        shop.stock(location_id=places, on_hand_units=stock),
        shop.skus(location_id=places),
        shop.settings(transfer_cost_by_lane=every),
    )
    given_away = found.groupby("from_location_id")["moved_units"].sum()
    taken = found.groupby("to_location_id")["moved_units"].sum()
    assert not set(given_away.index) & set(taken.index)
    for place, held, need in zip(places, stock, needs, strict=True):
        assert given_away.get(place, 0.0) <= max(held - 170.0, 0.0)
        assert taken.get(place, 0.0) <= need
    assert (found["gain_minor"] >= 0).all()
