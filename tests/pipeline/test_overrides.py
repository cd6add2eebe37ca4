"""Planners' overrides through the night: their own part of the forecast, safe in a kill, and scored later."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from invopt.cli import forecasts
from invopt.cli.explain import explain
from invopt.errors import IngestError, InvoptError
from invopt.stages import run_stages
from invopt.stages.night import day_part
from tests.pipeline.killing import Kill, plan_and_die
from tests.pipeline.shop import SPEC, WEEK_BEFORE, assert_same, copy_of, run_tables

KEYS = ["sku_id", "location_id"]
FORECASTING = day_part(("facts", "forecast"))


@pytest.fixture(scope="module")
def named(planned):
    """A SKU that sells at both locations, and a category other than its own."""
    known = planned.table("sku_location").query("is_planned")
    best = known.groupby("sku_id")["last_year_units"].agg(["sum", "size"]).query("size == 2")["sum"].idxmax()
    category = known.loc[known["sku_id"] == best, "category_id"].iloc[0]
    return best, known.loc[known["category_id"] != category, "category_id"].iloc[0]


def copy_without_late_file(week_before, root):
    """The plan of the week before, with nothing new to take in: only decisions may change it."""
    shop = copy_of(week_before, root)
    (shop.inbox / "order_line_late.csv").unlink()
    return shop


@pytest.fixture(scope="module")
def overridden(week_before, named, tmp_path_factory):
    """The plan of the week before, made again with three overrides and one that was undone."""
    shop = copy_without_late_file(week_before, tmp_path_factory.mktemp("overridden") / "shop")
    sku, category = named
    first, later = WEEK_BEFORE.isoformat(), (WEEK_BEFORE + dt.timedelta(days=13)).isoformat()
    forecasts.override("sku", sku, workspace=shop.root, percent=100.0, first=first, last=later, by="ann",
                       reason="magazine")  # fmt: skip
    forecasts.override("category", category, workspace=shop.root, units=500.0, first=first, last=later, by="bob")
    forecasts.override("sku", "no-such-sku", workspace=shop.root, percent=5.0, first=first, last=later, by="bob")
    forecasts.override("sku", sku, workspace=shop.root, percent=900.0, first=first, last=later, by="bob")
    mistake = [entry for entry in shop.decisions_path.read_text().splitlines() if "900" in entry]
    forecasts.undo([mistake[0].split('"decision_id": "')[1][:12]], workspace=shop.root, by="bob")
    run_stages(shop, WEEK_BEFORE)
    return shop


def test_baseline_and_override_stand_apart(week_before, overridden, named):
    sku, category = named
    before = week_before.table("forecast").set_index([*KEYS, "period_start"]).sort_index()
    after = overridden.table("forecast").set_index([*KEYS, "period_start"]).sort_index()
    parts = ["level_units", "trend_units", "season_units", "event_units"]
    pd.testing.assert_frame_equal(before[parts], after[parts], check_exact=True)
    weeks = pd.Timestamp(WEEK_BEFORE) + pd.to_timedelta([0, 7], unit="D")
    mine = after.loc[(sku, slice(None), weeks)]
    np.testing.assert_allclose(mine["mean_units"], 2.0 * before.loc[mine.index, "mean_units"])
    np.testing.assert_allclose(mine["override_units"], before.loc[mine.index, "mean_units"])
    assert (mine["p90_units"] >= before.loc[mine.index, "p90_units"]).all()
    known = overridden.table("sku_location")
    known = known[known["is_planned"] & (known["category_id"] == category)]
    shared = after.reset_index().merge(known[KEYS], on=KEYS)
    assert shared.loc[shared["period_start"].isin(weeks), "mean_units"].sum() == pytest.approx(500.0)
    others = after[after["override_units"] == 0.0].index
    assert len(others) > 0
    assert_same({"forecast": after.loc[others]}, {"forecast": before.loc[others]})


def test_every_override_is_listed_with_its_state(overridden):
    rows = overridden.table("forecast_override").set_index("decided_at").sort_index()
    assert rows["state"].tolist() == ["applied", "applied", "unmatched", "undone"]
    assert rows["note"].iloc[2] == "no SKU-location of that name is known"
    assert (rows["override_units"].iloc[:2] > 0).all()
    assert rows["expires_on"].iloc[0] == pd.Timestamp(WEEK_BEFORE) + pd.Timedelta(days=13)


def test_an_override_without_effect_is_an_exception(overridden):
    alerts = overridden.table("alert").set_index("alert_kind").loc[["override_unmatched"]]
    (message,) = alerts["message"]
    assert message == ("The override of sku no-such-sku by bob changes nothing: no SKU-location of that name is known.")


def test_the_policy_sees_the_override(week_before, overridden, named):
    """Twice the demand for two weeks asks for more stock."""
    levels = [
        policy.loc[policy["sku_id"] == named[0], "target_level_units"].sum()
        for policy in (week_before.table("policy"), overridden.table("policy"))
    ]
    assert levels[1] > levels[0]


def test_a_week_later_they_are_scored(overridden, tmp_path):
    """Against what that week ordered; stockout periods are left out, and what has not come is not judged."""
    shop = copy_of(overridden, tmp_path / "shop")
    run = run_stages(shop, SPEC.as_of, stages=FORECASTING)
    records = run.snapshot.table("override_forecast")
    assert (records["made_on"] == pd.Timestamp(WEEK_BEFORE)).all()
    assert set(records["decided_by"]) == {"ann", "bob"}
    scored = run.snapshot.table("forecast_value_added").set_index(["level", "level_id"])
    demand = run.snapshot.table("demand")
    week = demand[demand["demand_on"].between(pd.Timestamp(WEEK_BEFORE), pd.Timestamp(SPEC.as_of), inclusive="left")]
    actual = week.groupby(KEYS).agg(units=("ordered_units", "sum"), gone=("cancelled_units", "sum"),
                                    hidden=("is_censored", "max"))  # fmt: skip
    due = records[(records["period_start"] == pd.Timestamp(WEEK_BEFORE)) & (records["decided_by"] == "ann")]
    due = due.join(actual, on=KEYS)
    due = due[~due["hidden"].fillna(False).astype(bool)]
    units = (due["units"] - due["gone"]).fillna(0.0)
    ann = scored.loc[("author", "ann")]
    assert ann["periods"] == len(due) > 0
    assert ann["baseline_wape"] == pytest.approx((due["baseline_units"] - units).abs().sum() / units.sum())
    assert ann["override_gain"] == pytest.approx(ann["baseline_wape"] - ann["override_wape"])


def test_other_chunks_and_a_kill_in_the_middle_change_nothing(week_before, overridden, tmp_path):
    shop = copy_without_late_file(week_before, tmp_path / "shop")
    shop.decisions_path.write_bytes(overridden.decisions_path.read_bytes())
    with (shop.root / "settings.toml").open("a", encoding="utf-8") as file:
        file.write("\n[run]\nchunk_series = 30\n")
    for table in ("forecast_override", "override_forecast", "forecast_value_added"):
        assert plan_and_die(shop, WEEK_BEFORE, Kill(file=f"/{table}/000000.parquet")) == -9
    run = run_stages(shop, WEEK_BEFORE)
    assert len(run.snapshot.files("forecast")) > 1
    assert_same(run_tables(run.snapshot), run_tables(overridden.published))


def test_a_plan_after_their_expiry_goes_without(overridden, tmp_path):
    shop = copy_of(overridden, tmp_path / "shop")
    run = run_stages(shop, WEEK_BEFORE + dt.timedelta(days=14), stages=FORECASTING)
    assert (run.snapshot.table("forecast")["override_units"] == 0.0).all()
    assert set(run.snapshot.table("forecast_override")["state"]) == {"expired", "undone"}


def test_a_file_is_taken_whole_or_not_at_all(week_before, tmp_path, capsys):
    shop = copy_without_late_file(week_before, tmp_path / "shop")
    header = "scope,key,location_id,first_on,last_on,mode,value,reason,decided_by,expires_on\n"
    good = 'sku,A-1,,2026-03-02,2026-03-08,percent,20,"fair, stand 7",cyd,2026-03-31\n'
    path = tmp_path / "overrides.csv"
    path.write_text(header + good + "sku,A-2,,2026-03-02,,percent,20,,,\n", encoding="utf-8")
    with pytest.raises(IngestError, match=r"Line 3: .*first and last day"):
        forecasts.load(path, workspace=shop.root)
    assert not shop.decisions_path.read_bytes()
    path.write_text(header + good, encoding="utf-8")
    forecasts.load(path, workspace=shop.root, by="ann")
    forecasts.list_(workspace=shop.root, as_json=False)
    said = capsys.readouterr().out
    assert "sku A-1 from 2026-03-02 to 2026-03-08: +20%, until 2026-03-31, by cyd: fair, stand 7" in said
    with pytest.raises(InvoptError, match="no override that stands"):
        forecasts.undo(["zz"], workspace=shop.root)


def test_explain_says_who_overrode_and_by_how_much(overridden, named, capsys):
    explain(named[0], workspace=overridden.root, diagnose=False)
    said = " ".join(capsys.readouterr().out.split())
    assert f"Override of sku {named[0]} by ann (magazine): +" in said
    assert "Overrides add to the next periods: +" in said
