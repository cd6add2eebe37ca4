from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invopt.errors import TableError
from invopt.orders import ledger_position, pick_waves, release, reserve, shadow_prices, short_pick, workload
from invopt.tables import ALLOCATION, AVAILABLE, LANE_COST, LOCATION, PRODUCT, REGION_DEMAND, STOCK_MOVEMENT, check

NOW = pd.Timestamp("2026-03-10 12:00")


def opening(units: float) -> pd.DataFrame:
    row = {"movement_id": "0", "sku_id": "A", "location_id": "L1", "movement_kind": "opening", "moved_units": units,
           "moved_at": NOW, "reference": ""}  # fmt: skip
    return check(pd.DataFrame([row]), STOCK_MOVEMENT)


def planned(*rows: tuple[str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["order_id", "sku_id", "allocated_units"])
    frame = frame.assign(order_line_id="1", location_id="L1", is_split=False, reason="")
    return check(frame, ALLOCATION)


def both(*frames: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True)


def position(ledger: pd.DataFrame) -> list[float]:
    return ledger_position(ledger)[["on_hand_units", "reserved_units", "available_units"]].to_numpy()[0].tolist()


def test_reserve_once_whole_or_not_at_all() -> None:
    ledger = opening(3)
    found = reserve(planned(("a", "A", 2), ("b", "A", 2), ("c", "A", 1)), ledger, NOW)
    assert found["reference"].tolist() == ["a|1", "c|1"]
    ledger = both(ledger, found)
    assert position(ledger) == [3.0, 3.0, 0.0]
    assert reserve(planned(("a", "A", 2), ("b", "A", 2)), ledger, NOW).empty


def test_a_cancellation_gives_back_what_it_reserved_and_only_once() -> None:
    ledger = opening(3)
    ledger = both(ledger, reserve(planned(("a", "A", 2)), ledger, NOW))
    given_back = release(pd.Series(["a|1"]), ledger, NOW, "cancelled")
    ledger = both(ledger, given_back)
    assert position(ledger) == [3.0, 0.0, 3.0]
    assert release(pd.Series(["a|1"]), ledger, NOW, "cancelled").empty


def test_a_short_pick_corrects_the_count_and_frees_the_order() -> None:
    ledger = opening(3)
    ledger = both(ledger, reserve(planned(("a", "A", 2)), ledger, NOW))
    ledger = both(ledger, short_pick("a|1", "A", "L1", 1, ledger, NOW))
    assert position(ledger) == [2.0, 0.0, 2.0]
    with pytest.raises(TableError, match="nothing of A is reserved"):
        short_pick("a|1", "A", "L1", 1, ledger, NOW)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6), st.lists(st.tuples(st.sampled_from(["reserve", "release"]), st.integers(0, 4)), max_size=12))
def test_no_sequence_reserves_more_than_there_is(units: int, steps: list[tuple[str, int]]) -> None:
    ledger = opening(units)
    for kind, number in steps:
        if kind == "reserve":
            more = reserve(planned((f"o{number}", "A", 1 + number % 3)), ledger, NOW)
        else:
            more = release(pd.Series([f"o{number}|1"]), ledger, NOW, "cancelled")
        ledger = both(ledger, more)
        on_hand, reserved, available = position(ledger)
        assert on_hand == units
        assert 0 <= reserved <= units
        assert available == units - reserved
        assert not ledger["movement_id"].duplicated().any()


def waves(rows: pd.DataFrame, size: int, promised: dict[str, str] | None = None, **cut_off: str) -> pd.DataFrame:
    deadlines = rows[["order_id", "location_id"]].drop_duplicates()
    deadlines["cut_off_time"] = pd.array([cut_off.get(order, "15:00") for order in deadlines["order_id"]], dtype="str")
    deadlines["promised_on"] = pd.to_datetime(deadlines["order_id"].map(promised or {}))
    zones = pd.DataFrame({"sku_id": ["A", "B"], "category_id": ["z", "y"]}).reindex(columns=list(PRODUCT.names))
    return pick_waves(rows, deadlines, zones, size)


def test_waves_keep_orders_whole_and_put_the_same_goods_together() -> None:
    rows = planned(("a", "A", 1), ("b", "B", 1), ("c", "A", 1), ("d", "B", 1))
    found = waves(rows, 2)
    assert found.groupby("wave_number")["sku_id"].nunique().tolist() == [1, 1]
    assert found["cut_off_time"].unique().tolist() == ["15:00"]
    first = waves(rows, 2, {"a": "2026-03-12", "b": "2026-03-12", "c": "2026-03-12", "d": "2026-03-10"})
    assert "d" in first.loc[first["wave_number"] == 1, "order_id"].tolist()


def test_waves_follow_the_carriers_cut_offs_and_never_mix_them() -> None:
    rows = planned(("a", "A", 1), ("b", "A", 1), ("c", "A", 1))
    found = waves(rows, 10, {"a": "2026-03-10"}, c="11:30").sort_values(["wave_number", "order_id"])
    assert found[["wave_number", "order_id", "cut_off_time"]].to_numpy().tolist() == [
        [1, "c", "11:30"], [2, "a", "15:00"], [2, "b", "15:00"]
    ]  # fmt: skip


def test_a_wave_is_picked_zone_by_zone() -> None:
    rows = pd.concat([planned(("a", "A", 1)), planned(("a", "B", 2)).assign(order_line_id="2")], ignore_index=True)
    found = waves(rows, 10).sort_values("pick_number")
    assert found[["zone", "sku_id", "pick_units"]].to_numpy().tolist() == [["y", "B", 2.0], ["z", "A", 1.0]]


def test_what_is_not_picked_in_an_hour_moves_on() -> None:
    places = pd.DataFrame([{"location_id": "L1", "pick_lines_per_day": 20}]).reindex(columns=list(LOCATION.names))
    waiting = pd.DataFrame({"location_id": ["L1"], "lines": [12]})
    expected = pd.DataFrame({"location_id": ["L1", "L1"], "hour": [3, 10], "lines": [3, 4]})
    found = workload(waiting, expected, check(places, LOCATION), (9, 10))
    assert found[["new_lines", "picked_lines", "waiting_lines"]].to_numpy().tolist() == [[3, 10, 5], [4, 9, 0]]


def test_shadow_prices_are_the_savings_of_one_more_unit() -> None:
    """East has 5 of the 9 it wants; the other 4 come from the west, where plenty is: 700 - 300 a unit."""
    stock = check(pd.DataFrame([("A", "E", 5.0), ("A", "W", 50.0)], columns=list(AVAILABLE.names)), AVAILABLE)
    wanted = pd.DataFrame([("A", "east", 9.0, 900.0)], columns=list(REGION_DEMAND.names))
    lanes = pd.DataFrame([("E", "east", 300.0), ("W", "east", 700.0)], columns=list(LANE_COST.names))
    found = shadow_prices(stock, wanted, lanes, "GBP")
    assert found[["location_id", "price_minor"]].to_numpy().tolist() == [["E", pytest.approx(400.0)]]
    scarce = stock.assign(available_units=[5.0, 2.0])
    both_scarce = shadow_prices(scarce, wanted, lanes, "GBP").set_index("location_id")["price_minor"]
    assert both_scarce.to_dict() == {"E": pytest.approx(600.0), "W": pytest.approx(200.0)}
