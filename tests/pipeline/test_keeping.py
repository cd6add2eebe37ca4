"""Old runs go, the published one stays, and what runs through the day shows a whole plan."""

import datetime as dt
import shutil

import pandas as pd
import pytest

from invopt.cli import decide
from invopt.errors import StageError
from invopt.stages import NIGHT, run_stages
from invopt.stages.night import FULFIL_STAGES, RETURNS_STAGES, day_part
from invopt.stages.publish import prune
from invopt.tables import RUN_TABLES
from tests.connection import connect
from tests.pipeline.shop import SPEC, assert_same, copy_of, new_workspace, run_tables, stored_tables

NOON = dt.datetime(2026, 3, 2, 12)


def fulfil(shop, moment=NOON, names=FULFIL_STAGES, kind="fulfil"):
    return run_stages(shop, SPEC.as_of, stages=day_part(names), kind=kind, seen_until=moment)


def test_old_runs_go_and_the_published_stays(shop):
    keys = shop.table("order_proposal")["proposal_id"]
    oldest, others = shop.published.run_id, []
    for key in keys[:2]:
        decide.reject([key], workspace=shop.root, by="ann")
        others.append(run_stages(shop, SPEC.as_of).run_id)
    shop.publish(oldest)
    removed = prune(shop, keep=1)
    kept = {path.name for path in shop.runs.iterdir() if path.is_dir()}
    assert kept == {oldest, others[-1]}
    assert set(removed).isdisjoint(kept)
    assert others[0] in removed
    with connect(shop) as db:
        for table in RUN_TABLES:
            left = {run_id for (run_id,) in db.execute(f"select distinct run_id from {table.name}").fetchall()}
            assert left <= kept, table.name
        assert db.scalar("select count(*) from run") >= 4, "the book of runs remembers those removed"
    assert prune(shop, keep=1) == []


def test_fulfilment_shows_a_whole_plan(shop, planned):
    run = fulfil(shop)
    made = {table.name for stage in day_part(FULFIL_STAGES) for table in stage.makes}
    ours, theirs = run_tables(shop.published), run_tables(planned.published)
    assert shop.published == run.snapshot
    carried = {name for name in ours if name not in made}
    assert {"forecast", "policy", "order_proposal"} <= carried
    assert_same({name: ours[name] for name in carried}, {name: theirs[name] for name in carried})
    assert_same(ours, stored_tables(shop))
    assert set(run.stage_seconds()) == {stage.name for stage in day_part(FULFIL_STAGES)}


def test_a_carried_plan_outlives_the_plan_it_came_from(shop):
    """Files are shared, not pointed at: with the night's folder gone the plan still reads."""
    night = shop.published
    run = fulfil(shop)
    before = run_tables(run.snapshot)
    shutil.rmtree(night.folder)
    assert_same(run_tables(shop.published), before)


def test_fulfilment_and_returns_build_on_the_same_night(shop):
    first = fulfil(shop)
    later = fulfil(shop, NOON + dt.timedelta(minutes=15), RETURNS_STAGES, "returns")
    assert shop.published == later.snapshot
    assert_same({"forecast": later.snapshot.table("forecast")}, {"forecast": first.snapshot.table("forecast")})
    again = fulfil(shop, NOON + dt.timedelta(minutes=30))
    assert again.run_id == first.run_id, "nothing new came, so nothing is done again"


def test_a_new_night_makes_a_new_fulfilment(shop):
    """The inputs of the day are the same, the plan under them is another."""
    first = fulfil(shop)
    with (shop.root / "settings.toml").open("a", encoding="utf-8") as file:
        file.write("\n[policy]\ntarget_by_class = { A = 0.8, B = 0.8, C = 0.8 }\n")
    changed = type(shop).open(shop.root)
    run_stages(changed, SPEC.as_of)
    second = fulfil(changed)
    assert second.run_id != first.run_id
    assert not second.snapshot.table("policy").equals(first.snapshot.table("policy"))


def test_there_must_be_a_plan_to_build_on(files, tmp_path):
    empty = new_workspace(tmp_path / "shop", files)
    with pytest.raises(StageError, match="invopt plan"):
        fulfil(empty)


def test_an_empty_business_is_planned(tmp_path, files):
    """No order at all: every table is there, without rows, and nothing fails."""
    from invopt.workspace import Workspace

    shop = Workspace.create(tmp_path / "shop")
    run = run_stages(shop, SPEC.as_of)
    assert shop.table("order_proposal").empty
    assert set(run.stage_seconds()) == {stage.name for stage in NIGHT}


def test_orders_alone_are_enough(tmp_path, files):
    """Order lines and nothing else: whatever is missing is assumed, said and counted."""
    only = tmp_path / "files"
    only.mkdir()
    shutil.copyfile(files / "settings.toml", only / "settings.toml")
    lines = pd.read_csv(files / "order_line.csv", dtype="str").drop(columns=["currency", "order_state", "shipped_at"])
    lines.to_csv(only / "order_line.csv", index=False)
    shop = new_workspace(tmp_path / "shop", only)
    tables = run_tables(run_stages(shop, SPEC.as_of).snapshot)
    assert tables["stock_position"]["is_assumed"].all()
    assert (tables["policy"]["reason"] != "").all()
    assert tables["demand"]["is_censored"].isna().all(), "without stock data nobody knows"
    assert {"stock", "lead_time", "unit_cost"} <= set(tables["assumption"]["topic"])
    assert (tables["order_proposal"]["final_units"] > 0).any()
    assumed = tables["assumption"].set_index("topic")
    assert assumed.loc["order_line.currency", ["setting", "rows"]].tolist() == ["business.currency", len(lines)]
    cancelled = lines["cancelled_at"].notna() if "cancelled_at" in lines else pd.Series(False, index=lines.index)
    assert assumed.loc["order_line.order_state", "rows"] == (~cancelled).sum()
    with connect(shop) as db:
        named = db.execute("select distinct assumed_columns from order_line where cancelled_at is null").fetchall()
    assert named == [("currency,order_state",)]


def test_a_file_that_cannot_be_taken_in_is_said_first_and_the_rest_is_planned(shop):
    broken = shop.inbox / "stock_snapshot_today.csv"
    broken.write_text("sku_id,counted\nA,1\n", encoding="utf-8")
    planned = run_stages(shop, SPEC.as_of)
    (alert,) = planned.snapshot.table("alert").query("alert_kind == 'file_refused'").to_dict("records")
    assert (alert["key"], alert["severity"]) == (broken.name, "high")
    assert "counted_on" in alert["message"], "which column is missing"
    assert broken.exists()
    broken.unlink()
    again = run_stages(shop, SPEC.as_of)
    assert again.run_id != planned.run_id
    assert "file_refused" not in set(again.snapshot.table("alert")["alert_kind"])


def test_a_copied_workspace_is_whole(planned, tmp_path):
    assert_same(run_tables(copy_of(planned, tmp_path / "moved").published), run_tables(planned.published))
