"""The next weeks at ten units a day, counted by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from invopt.errors import TableError
from invopt.purchasing import add_forward_plans, forward_plan
from invopt.purchasing.weekly_demand import plan_edges, weekly_demand
from invopt.settings import Settings
from invopt.tables import FORECAST, INBOUND, LEAD_TIME, check, empty
from tests.unit.purchasing import shop
from tests.unit.purchasing.test_open_orders import inbound

MONDAY = shop.AS_OF


def forecast(skus: tuple[str, ...] = ("A",), mean: float = 70.0, weeks: int = 8) -> pd.DataFrame:
    """Seventy units a week for eight weeks."""
    starts = pd.Timestamp(MONDAY) + pd.to_timedelta(np.arange(weeks) * 7, unit="D")
    rows = [
        {"sku_id": sku, "location_id": "MAIN", "period_start": start, "mean_units": mean} | dict.fromkeys(
            ("level_units", "trend_units", "season_units", "event_units", "override_units", "p10_units",
             "p50_units", "p90_units"), 0.0)
        for sku in skus
        for start in starts
    ]  # fmt: skip
    return check(pd.DataFrame(rows), FORECAST)


def plan(**given: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    inputs: dict[str, object] = {
        "policy": shop.policy(), "stock_position": shop.stock(), "sku_location": shop.skus(),
        "forecast": forecast(), "inbound": empty(INBOUND), "lead_time": empty(LEAD_TIME), "terms": shop.terms(),
        "suppliers": shop.suppliers(), "closures": shop.closures(), "settings": Settings(), "as_of": MONDAY,
    }  # fmt: skip
    inputs |= given
    proposals = shop.plan(
        **{name: inputs[name] for name in ("policy", "stock_position", "sku_location", "terms", "closures", "as_of")}
    )
    return forward_plan(**({"proposals": proposals} | inputs))  # type: ignore[arg-type]


def test_a_steady_sku_orders_each_week_what_a_week_sells() -> None:
    orders, weeks = plan()
    assert len(weeks) == 26
    assert orders["planned_units"].tolist() == [30.0] + [70.0] * 25
    assert orders["kind"].tolist() == ["proposal"] + ["planned"] * 25
    assert orders.loc[1, "expected_on"] == orders.loc[1, "week_start"] + pd.Timedelta(days=7)
    # 140 - 70 + 30 (today's order, due on day 7, counts in week 2) - 70 + 70 ... settles at 30.
    assert weeks["stock_units"].tolist()[:4] == [70.0, 30.0, 30.0, 30.0]
    assert (weeks["unserved_units"] == 0).all()
    assert weeks["cash_minor"].tolist()[:3] == [0, 30_000, 70_000]


def test_goods_balance_over_the_horizon() -> None:
    _, weeks = plan(inbound=inbound())
    served = weeks["demand_units"].sum() - weeks["unserved_units"].sum()
    assert 140.0 + weeks["received_units"].sum() - served == weeks["stock_units"].iloc[-1]


def test_an_open_order_takes_the_place_of_a_planned_one() -> None:
    policy = shop.policy(need_units=0.0, safety_stock_units=30.0, on_order_due_units=50.0)
    orders, weeks = plan(inbound=inbound(), policy=policy)
    assert weeks["received_units"].tolist()[1] == 50.0
    assert orders["planned_units"].tolist()[:2] == [50.0, 70.0]


def test_lost_sales_are_gone_and_backorders_are_served_first() -> None:
    given = {"stock_position": shop.stock(on_hand_units=20.0)}
    _, lost = plan(policy=shop.policy(need_units=150.0), **given)
    _, waits = plan(policy=shop.policy(need_units=150.0, shortage_rule="backorders"), **given)
    assert lost["unserved_units"].tolist()[0] == waits["unserved_units"].tolist()[0] == 50.0
    assert lost["stock_units"].tolist()[1] == 150.0 - 70.0
    assert waits["stock_units"].tolist()[1] == 150.0 - 70.0 - 50.0


def test_a_supplier_that_is_shut_gets_no_order_that_week() -> None:
    closures = shop.closures(starts_on=dt.datetime(2026, 3, 16), ends_on=dt.datetime(2026, 3, 22))
    orders, _ = plan(closures=closures)
    assert pd.Timestamp("2026-03-16") not in orders["week_start"].tolist()


def test_a_sku_at_the_end_of_its_life_sells_off() -> None:
    orders, weeks = plan(sku_location=shop.skus(lifecycle="run_down"))
    assert orders.empty
    assert weeks["stock_units"].tolist()[:3] == [70.0, 0.0, 0.0]
    assert weeks["unserved_units"].tolist()[2] == 70.0


def test_a_sku_without_supplier_stands_under_no_name() -> None:
    orders, weeks = plan(terms=shop.terms().iloc[:0])
    assert orders.empty
    assert set(weeks["supplier_id"]) == {""}


def test_parts_add_up_to_the_whole() -> None:
    names = ["A", "B"]
    whole = {
        "policy": shop.policy(sku_id=names, expected_demand_units=[140.0, 33.3], need_units=[30.0, 7.7]),
        "stock_position": shop.stock(sku_id=names), "sku_location": shop.skus(sku_id=names),
        "terms": shop.terms(sku_id=names), "forecast": forecast(("A", "B"), mean=33.333),
    }  # fmt: skip
    orders, weeks = plan(**whole)
    parts = [plan(**(whole | {"policy": whole["policy"].iloc[[index]].reset_index(drop=True)})) for index in (0, 1)]
    pd.testing.assert_frame_equal(pd.concat([part[0] for part in parts], ignore_index=True), orders)
    pd.testing.assert_frame_equal(add_forward_plans([part[1] for part in parts]), weeks)
    assert add_forward_plans([]).empty


def test_weeks_begin_on_the_shop_s_day_and_a_begun_period_counts_from_today() -> None:
    wednesday = dt.date(2026, 3, 4)
    edges = plan_edges(wednesday, Settings())
    found = weekly_demand(shop.policy(), forecast(weeks=2), edges, wednesday)
    assert edges[:4].tolist() == [0, 5, 12, 19]
    assert np.diff(found.cumulative[0])[:3] == pytest.approx([50.0, 70.0, 70.0])  # the third beyond the forecast


def test_a_forecast_with_gaps_is_refused() -> None:
    rows = forecast(("A", "B")).drop(index=3)
    policy = shop.policy(sku_id=["A", "B"])
    with pytest.raises(TableError, match="lack periods"):
        weekly_demand(policy, rows, plan_edges(MONDAY, Settings()), MONDAY)
