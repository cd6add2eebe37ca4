"""Figures as matplotlib axes: they show the numbers of the tables, and draw where they are told to."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from invopt.report.axes import draw_demand, draw_service, draw_stock, draw_stock_value
from invopt.report.figures import service_by_class
from invopt.report.plan import Plan
from invopt.report.series import history
from tests.unit.report.shop import night
from tests.unit.report.test_summary_page import plan_of

mpl.use("Agg")


@pytest.fixture(scope="module")
def shop() -> Plan:
    return plan_of(night(24))


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    mpl.pyplot.close("all")


def first(plan: Plan) -> tuple[str, str]:
    row = plan.table("policy").iloc[0]
    return row["sku_id"], row["location_id"]


def test_demand_shows_each_period_and_the_fan(shop: Plan) -> None:
    sku, place = first(shop)
    axes = draw_demand(shop, sku, place)
    past = history(shop, sku, place)
    bars = [patch for patch in axes.patches if patch.get_width() < 7]
    assert len([bar for bar in bars if bar.get_height() > 0]) <= len(past.starts)
    shown = np.where(np.isnan(past.capped_units), past.units, past.capped_units)
    assert sum(bar.get_height() for container in axes.containers for bar in container) == pytest.approx(shown.sum())
    (fan,) = axes.collections
    top = fan.get_paths()[0].vertices[:, 1].max()
    forecast = shop.table("forecast").query("sku_id == @sku and location_id == @place")
    assert top == pytest.approx(forecast["p90_units"].max())


def test_a_figure_goes_where_it_is_told_to(shop: Plan) -> None:
    sku, place = first(shop)
    _, places = mpl.pyplot.subplots(1, 3)
    assert draw_demand(shop, sku, place, places[0]) is places[0]
    assert draw_stock(shop, sku, place, places[1]) is places[1]
    assert draw_service(shop, places[2]) is places[2]
    assert len(mpl.pyplot.get_fignums()) == 1


def test_stock_begins_with_what_is_there_and_marks_the_reorder_point(shop: Plan) -> None:
    sku, place = first(shop)
    axes = draw_stock(shop, sku, place)
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    stock = shop.table("stock_position").query("sku_id == @sku and location_id == @place").iloc[0]
    free = max(0.0, stock["on_hand_units"] - stock["reserved_units"])
    assert lines["by the plan"][0] == lines["if nothing is ordered"][0] == free
    assert np.all(np.asarray(lines["by the plan"]) >= np.asarray(lines["if nothing is ordered"]) - 1e-9)
    policy = shop.table("policy").query("sku_id == @sku and location_id == @place").iloc[0]
    assert lines["reorder point"][0] == policy["reorder_point_units"]


def test_stock_value_is_in_whole_money(shop: Plan) -> None:
    axes = draw_stock_value(shop, shop.table("forecast"))
    described = shop.table("sku_location").query("is_planned and currency == 'GBP'")
    held = described.merge(shop.table("stock_position"), on=["sku_id", "location_id"])
    now = (held["on_hand_units"].clip(lower=0) * held["unit_cost_minor"]).sum() / 100
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert lines["if nothing is ordered"][0] == pytest.approx(now)
    assert axes.get_ylabel() == "GBP"


def test_service_by_class_is_drawn_in_per_cent(shop: Plan) -> None:
    axes = draw_service(shop)
    lines = {line.get_label(): np.asarray(line.get_xdata(), dtype=float) for line in axes.lines}
    rows = service_by_class(shop)
    assert lines["with this plan"] == pytest.approx([100 * expected for _, expected, _, _ in rows])
    assert lines["target"] == pytest.approx([100 * target for *_, target in rows])


def test_a_dollar_in_a_name_begins_no_formula(shop: Plan) -> None:
    tables = {name: rows.copy() for name, rows in shop.tables.items()}
    sku, place = first(shop)
    for rows in tables.values():
        if {"sku_id", "location_id"} <= set(rows.columns):
            rows.loc[rows["sku_id"] == sku, "sku_id"] = "A$B$C^{"
    named = Plan(shop.run_id, shop.as_of, shop.settings, tables)
    axes = draw_demand(named, "A$B$C^{", place)
    axes.figure.canvas.draw()  # a formula that does not parse would raise here
    assert isinstance(pd.Timestamp(shop.as_of), pd.Timestamp)
