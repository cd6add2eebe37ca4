"""The way in for notebooks, on the planned sample shop: frames that agree with the plan, axes that show it."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import invopt
from invopt.analysis import AnalysisWorkspace
from invopt.errors import WorkspaceError

mpl.use("Agg")


@pytest.fixture(scope="module")
def opened(planned) -> AnalysisWorkspace:
    """The planned shop as a notebook opens it. Read only."""
    return invopt.open(planned.root)


@pytest.fixture(scope="module")
def best(opened) -> pd.Series:
    """The SKU-location that sold most."""
    return opened.skus().nlargest(1, "last_year_units").iloc[0]


@pytest.fixture(autouse=True)
def closed():
    """No figure stays open."""
    yield
    plt.close("all")


def test_open_leads_to_the_workspace(opened, planned, tmp_path):
    assert opened.root == planned.root
    assert opened.published == planned.published
    with pytest.raises(WorkspaceError, match="invopt init"):
        invopt.open(planned.inbox)
    fresh = invopt.create(tmp_path / "new")
    with pytest.raises(WorkspaceError, match="no published plan"):
        _ = fresh.as_of


def test_every_planned_sku_stands_in_one_row(opened):
    rows = opened.skus()
    assert not rows.duplicated(["sku_id", "location_id"]).any()
    assert len(rows) == opened.table("sku_location")["is_planned"].sum()
    assert rows.columns.is_unique
    policy = opened.table("policy").set_index(["sku_id", "location_id"])["target_level_units"]
    assert np.array_equal(rows.set_index(["sku_id", "location_id"])["target_level_units"].loc[policy.index], policy)


def test_the_explanation_adds_up_to_what_is_bought(opened):
    proposals = opened.table("order_proposal").head(8)
    for row in proposals.to_dict("records"):
        terms = opened.explain(row["sku_id"], row["location_id"])
        assert terms["units"].sum() == pytest.approx(row["final_units"], abs=1e-9)


def test_the_combination_is_the_forecast_of_the_plan(opened, best):
    """The methods are asked again, with pools learnt again: what comes out is what the night published."""
    ahead = opened.forecast_methods(best["sku_id"], best["location_id"])
    published = opened.table("forecast").query("sku_id == @best.sku_id and location_id == @best.location_id")
    published = published.sort_values("period_start").reset_index(drop=True)
    assert ahead["period_start"].tolist() == published["period_start"].tolist()
    statistical = published["mean_units"] - published["override_units"]
    assert np.allclose(ahead["combination"], statistical, rtol=1e-12)
    weights = opened.forecast_weights(best["sku_id"], best["location_id"])
    assert weights.sum() == pytest.approx(1.0)
    assert set(weights.index) <= set(ahead.columns)


def test_a_look_back_knows_nothing_later(opened, best):
    """What the methods said eight weeks ago does not follow from what came since; what came is shown beside it."""
    back = opened.forecast_methods(best["sku_id"], best["location_id"], periods_ago=8)
    assert len(back) == 8
    demand = opened.table("demand").query("sku_id == @best.sku_id and location_id == @best.location_id")
    units = demand["ordered_units"] - demand["cancelled_units"]
    weeks = units.groupby(demand["demand_on"].dt.to_period("W-SUN").dt.start_time).sum()
    expected = weeks.reindex(back["period_start"]).fillna(0.0).to_numpy()
    assert back["actual_units"].to_numpy() == pytest.approx(expected)
    with pytest.raises(WorkspaceError, match="nothing was known"):
        opened.forecast_methods(best["sku_id"], best["location_id"], periods_ago=10_000)
    with pytest.raises(WorkspaceError, match="no SKU"):
        opened.forecast_methods("nobody sells this")


def test_the_best_mix_is_at_least_as_good_as_the_plan(opened):
    plan = opened.plan_on_curve()
    mix = opened.service_mix(fill_rate=plan["fill_rate"])
    # Whole units: the two may differ by the dearest unit of all.
    dearest = opened.skus()["unit_cost_minor"].max() / 100
    assert mix["level_minor"].sum() / 100 <= plan["stock_value"] + dearest
    assert opened.exchange_curve()["stock_value"].is_monotonic_increasing


def test_what_if_answers_for_the_published_quantity(opened):
    row = opened.table("order_proposal").query("final_units > 0").iloc[0]
    answers = opened.what_if(row["sku_id"], row["location_id"])
    assert len(answers) == 3
    assert (answers["final_units"] >= 0).all()


def test_a_rehearsal_of_what_is_gives_what_was_published(opened):
    made = opened.rehearse("policy")
    for name in ("policy", "order_proposal"):
        pd.testing.assert_frame_equal(made[name], opened.table(name), check_exact=True)


def test_a_rehearsal_with_a_higher_target_asks_for_more_and_writes_nothing(opened):
    before = {path: path.stat().st_mtime_ns for path in opened.root.rglob("*") if path.is_file()}
    higher = dict.fromkeys(opened.settings.policy.target_by_class, 0.999)
    made = opened.rehearse("policy", target_kind="cycle_service", target_by_class=higher)
    assert made["policy"]["target_level_units"].sum() > opened.table("policy")["target_level_units"].sum()
    assert {path: path.stat().st_mtime_ns for path in opened.root.rglob("*") if path.is_file()} == before


def test_promises_are_scored_by_the_day(opened):
    sent = opened.table("shipment").dropna(subset=["delivered_at", "promised_on"])
    kept = sent["delivered_at"].dt.normalize() <= sent["promised_on"]
    found = opened.promises()
    assert found["parcels"].sum() == len(sent)
    assert (found["kept_share"] * found["parcels"]).sum() == pytest.approx(kept.sum())
    assert ((found["kept_low"] <= found["kept_share"]) & (found["kept_share"] <= found["kept_high"])).all()


def test_returns_come_back_little_by_little(opened):
    whole = opened.return_curve()
    assert whole["back_share"].is_monotonic_increasing
    assert 0 < whole["back_share"].iloc[-1] < 1
    by = opened.return_curve("category_id")
    assert by["back_share"].groupby(by["category_id"]).is_monotonic_increasing.all()
    with pytest.raises(WorkspaceError, match="no column"):
        opened.return_curve("colour of the box")


def test_figures_are_axes_and_can_be_placed(opened, best):
    sku, place = best["sku_id"], best["location_id"]
    _, (left, right) = plt.subplots(1, 2)
    assert opened.draw_demand(sku, place, axes=left) is left
    assert opened.draw_forecast_methods(sku, place, periods_ago=4, axes=right) is right
    for axes in (
        opened.draw_stock(sku),
        opened.draw_stock_value(),
        opened.draw_service(),
        opened.draw_exchange_curve(),
        opened.draw_promises(),
        opened.draw_return_curve("category_id"),
    ):
        assert axes.get_title(loc="left")
        assert axes.has_data()


def test_taking_in_says_what_became_of_each_file(tmp_path):
    shop = invopt.create(tmp_path / "shop")
    path = tmp_path / "export.csv"
    path.write_text("Order No,Item,When,Qty\n1,A,2026-03-01 10:00,2\n", encoding="utf-8")
    (row,) = shop.ingest([path]).to_dict("records")
    assert 'order_id = "Order No"' in row["problem"]
    path.write_text("order_id,sku_id,ordered_at,ordered_units,unit_price\n1,A,2026-03-01 10:00,2,5\n1,B,x,1,5\n")
    (row,) = shop.ingest([path]).to_dict("records")
    assert (row["rows_read"], row["rows_accepted"], row["rows_rejected"]) == (2, 1, 1)
    assert shop.rejected()["column_name"].tolist() == ["ordered_at"]
