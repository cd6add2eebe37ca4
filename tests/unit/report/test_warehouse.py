"""Lists of the warehouse: what they add up and what they leave out."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from invopt.report.plan import Plan
from invopt.report.sections.warehouse import (
    option_list,
    promise_stock_list,
    rate_fault_list,
    score_list,
    wave_list,
    workload_list,
)
from invopt.settings import Settings
from invopt.tables import AVAILABLE_TO_PROMISE, DELIVERY_OPTION, PARCEL, PICK_LINE, RATE_FAULT, check

DAY = pd.Timestamp("2026-03-02")


def plan(**tables: pd.DataFrame) -> Plan:
    return Plan("run", dt.date(2026, 3, 2), Settings(), tables)


def test_an_order_of_two_parcels_costs_both_and_comes_with_the_later() -> None:
    parcel = pd.DataFrame(
        {"parcel_id": ["a", "b"], "order_id": "O", "location_id": "L", "weight_g": 1, "ships_on": DAY,
         "is_assumed": False, "reason": ""}
    ).reindex(columns=list(PARCEL.names))  # fmt: skip
    option = pd.DataFrame(
        {"parcel_id": ["a", "b", "a", "b"], "option": ["cheapest", "cheapest", "fastest", "fastest"],
         "carrier_id": "POST", "service_id": ["48", "48", "24", "48"], "cost_minor": [300, 400, 700, 400],
         "currency": "GBP", "promise_on": DAY + pd.to_timedelta([2, 4, 1, 4], unit="D"), "likely_on": DAY,
         "on_time_share": [0.9, 0.8, 0.95, 0.8]}
    )  # fmt: skip
    shown = option_list(plan(parcel=check(parcel, PARCEL), delivery_option=check(option, DELIVERY_OPTION))).frame
    assert shown[["option", "carrier", "cost_minor", "on_time_share"]].to_numpy().tolist() == [
        ["cheapest", "POST 48", 700, 0.8], ["fastest", "POST 24, POST 48", 1100, 0.8],
    ]  # fmt: skip
    assert shown["promise_on"].tolist() == [DAY + pd.Timedelta(days=4)] * 2


def test_waves_count_lines_orders_and_units() -> None:
    picks = pd.DataFrame(
        {"location_id": "L", "wave_number": [1, 1, 2], "pick_number": [1, 2, 1], "order_id": ["a", "a", "b"],
         "order_line_id": ["1", "2", "1"], "sku_id": ["X", "Y", "X"], "zone": "", "pick_units": [1.0, 2.0, 3.0],
         "cut_off_time": "14:00"}
    )  # fmt: skip
    shown = wave_list(plan(pick_line=check(picks, PICK_LINE))).frame
    assert shown[["wave_number", "orders", "pick_lines", "pick_units"]].to_numpy().tolist() == [
        [1, 1, 2, 3.0], [2, 1, 1, 3.0]
    ]  # fmt: skip


def test_only_stock_that_orders_touch_is_listed_and_todays_faults_come_first() -> None:
    row = {name: 0.0 for name in AVAILABLE_TO_PROMISE.names if name.endswith("_units")}
    rows = pd.DataFrame([row | {"sku_id": "idle"}, row | {"sku_id": "asked", "waiting_units": 1.0}])
    rows = check(rows.assign(location_id="L", from_on=DAY), AVAILABLE_TO_PROMISE)
    assert promise_stock_list(plan(available_to_promise=rows), {}).frame["sku_id"].tolist() == ["asked"]
    faults = pd.DataFrame({"carrier_id": "C", "service_id": "S", "zone": ["1", "2"], "fault": "gap",
                           "is_now": [False, True], "reason": ["then", "now"]})  # fmt: skip
    assert rate_fault_list(plan(rate_fault=check(faults, RATE_FAULT))).frame["zone"].tolist() == ["2", "1"]


def test_a_shop_without_anything_has_empty_lists() -> None:
    for make in (wave_list, workload_list, option_list, score_list, rate_fault_list):
        shown = make(plan())
        assert len(shown) == 0
        assert shown.nothing
