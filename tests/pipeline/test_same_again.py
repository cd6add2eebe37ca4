"""The same inputs give the same plan: again, in another workspace, and in other chunks."""

import datetime as dt
import shutil

import pytest

from invopt.stages import NIGHT, run_stages
from invopt.tables import RUN_TABLES
from tests.connection import connect
from tests.pipeline.shop import SPEC, assert_same, copy_of, new_workspace, run_tables, stored_tables

# What a shop with stock, suppliers, open orders and a forecast must come to; the others may be empty.
FILLED = ("demand", "forecast", "forecast_model", "lead_time", "order_check", "allocation", "policy", "order_proposal")


def published_at(workspace):
    with connect(workspace) as db:
        return db.scalar("select published_at from current_run")


def test_the_night_fills_its_tables(planned):
    rows = {name: len(frame) for name, frame in run_tables(planned.published).items()}
    assert all(rows[name] > 0 for name in FILLED), rows


def test_files_and_database_hold_the_same(planned):
    assert_same(run_tables(planned.published), stored_tables(planned))


def test_again_with_the_same_inputs_changes_nothing(shop):
    before, moment, published = run_tables(shop.published), published_at(shop), shop.published
    written = {path: path.stat().st_mtime_ns for path in published.folder.rglob("*.*")}
    said = []
    run = run_stages(shop, SPEC.as_of, said.append)
    assert run.run_id == published.run_id
    assert said == [f"{stage.name}: done before" for stage in NIGHT]
    assert {path: path.stat().st_mtime_ns for path in published.folder.rglob("*.*")} == written
    assert published_at(shop) == moment
    assert_same(run_tables(shop.published), before)
    assert_same(stored_tables(shop), before)


def test_files_taken_in_twice_change_nothing(shop, files):
    for path in files.glob("*.csv"):
        shutil.copyfile(path, shop.inbox / f"again_{path.name}")
    before = shop.published
    assert run_stages(shop, SPEC.as_of).run_id == before.run_id
    assert list(shop.inbox.iterdir()) == []


def test_a_new_workspace_and_another_split_of_the_work_give_the_same_plan(planned, files, tmp_path):
    """Chunks of seven SKU-locations, all files at once: the plan is that of one chunk and two intakes."""
    other = new_workspace(tmp_path / "other", files, extra_settings="\n[run]\nchunk_series = 7\n")
    run = run_stages(other, SPEC.as_of)
    assert len(list(run.chunks())) > 5
    assert len(run.snapshot.files("forecast")) == len(list(run.chunks()))
    assert len(planned.published.files("forecast")) == 1
    # Only what changed since the plan of the week before is unknown where there was none.
    assert_same(run_tables(run.snapshot), run_tables(planned.published), apart_from=("plan_change", "plan_stability"))
    assert_same(stored_tables(other), stored_tables(planned), apart_from=("plan_change", "plan_stability"))


def test_each_stage_says_how_many_rows_it_wrote(planned):
    with connect(planned) as db:
        times = db.frame("select stage, seconds, rows from stage_time where run_id = (select run_id from current_run)")
    rows = {name: len(frame) for name, frame in run_tables(planned.published).items()}
    for stage in NIGHT:
        row = times[times["stage"] == stage.name].squeeze()
        assert row["rows"] == sum(rows[table.name] for table in stage.makes)
        assert row["seconds"] >= 0


def test_every_run_table_is_made_by_one_stage():
    made = [table.name for stage in NIGHT for table in stage.makes]
    assert len(made) == len(set(made))
    assert set(made) <= {table.name for table in RUN_TABLES}


@pytest.mark.parametrize("day", [SPEC.as_of - dt.timedelta(days=3)])
def test_a_day_inside_a_week_is_planned(week_before, tmp_path, day):
    """The as-of day need not begin a week; the week that holds it is forecast, not taken for history."""
    shop = copy_of(week_before, tmp_path / "shop")
    forecast = run_stages(shop, day).snapshot.table("forecast")
    assert forecast["period_start"].min().date() == SPEC.as_of - dt.timedelta(days=7)
