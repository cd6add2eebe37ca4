"""Killed with SIGKILL anywhere and run again, a night ends as if nothing had happened.

The kills follow one another in one workspace: each run takes up what the killed ones before it finished, so
every stage is killed in the middle of a write and at its end, and the last run must give the clean plan.
"""

import json

import pytest

from invopt.errors import DatabaseBusy
from invopt.stages import NIGHT, run_stages
from tests.connection import connect
from tests.pipeline.killing import Kill, plan_and_die
from tests.pipeline.shop import SPEC, assert_same, copy_of, run_tables, stored_tables

INGEST = (
    Kill(statement="insert into ingested_file"),  # in the transaction that takes the file in
    Kill(file="_order_line_late.csv", when="before"),  # taken in, not yet in the archive
)
BEGIN = (Kill(file="decisions.jsonl"), Kill(file="run.json"))
PUBLISH = (
    Kill(statement="delete from current_run"),  # in the publishing transaction
    Kill(file="published.json"),  # after its commit, before the readers' pointer
)


def kills_of(stage):
    """In the middle of its last table, or as it says that it is done where it makes none; and after its end."""
    middle = Kill(file=f"/{stage.makes[-1].name}/000000.parquet") if stage.makes else Kill(file=f"/{stage.name}.done")
    return [middle, Kill(file=f"/{stage.name}.done", when="after")]


def test_killed_at_every_stage_and_in_the_middle_of_writes(week_before, planned, tmp_path):
    shop = copy_of(week_before, tmp_path / "shop")
    old = shop.published
    old_tables = run_tables(old)
    proposals = shop.table("order_proposal")
    kills = [*INGEST, *BEGIN, *(kill for stage in NIGHT for kill in kills_of(stage)), *PUBLISH]
    for kill in kills:
        assert plan_and_die(shop, SPEC.as_of, kill) == -9, f"the run was not killed at {kill}"
        assert shop.published == old, kill
        assert shop.table("order_proposal").equals(proposals), kill
    assert_same(run_tables(old), old_tables)

    said = []
    run = run_stages(shop, SPEC.as_of, said.append)
    assert said == [f"{stage.name}: done before" for stage in NIGHT]
    assert shop.published == run.snapshot
    assert_same(run_tables(run.snapshot), run_tables(planned.published))
    assert_same(stored_tables(shop), stored_tables(planned))
    with connect(shop) as db, connect(planned) as clean:
        books = "select file_id, rows_read, rows_accepted, rows_rejected, rows_known from ingested_file order by 1"
        assert db.execute(books).fetchall() == clean.execute(books).fetchall()
        assert db.scalar("select count(*) from order_line") == clean.scalar("select count(*) from order_line")
    assert [path.name for path in shop.runs.iterdir() if path.is_dir()].count(run.run_id) == 1


def test_killed_between_two_chunks_goes_on_with_the_second(week_before, planned, tmp_path):
    shop = copy_of(week_before, tmp_path / "shop")
    with (shop.root / "settings.toml").open("a", encoding="utf-8") as file:
        file.write("\n[run]\nchunk_series = 30\n")
    assert plan_and_die(shop, SPEC.as_of, Kill(file="/forecast_model/000001.parquet")) == -9
    (interrupted,) = shop.runs.glob(f"{SPEC.as_of}-plan-*")
    first = interrupted / "forecast_model" / "000000.parquet"
    written = first.stat().st_mtime_ns
    run = run_stages(shop, SPEC.as_of)
    assert run.folder == interrupted
    assert first.stat().st_mtime_ns == written
    assert_same(run_tables(run.snapshot), run_tables(planned.published))


def test_killed_while_it_removes_an_old_run(shop):
    """What is left of a removed run is no run: its stages must not look done while its tables are gone."""
    run = shop.published
    entry = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    leftover = shop.runs / "removed-2026-01-05-plan-000000000000"
    leftover.mkdir()
    (leftover / "run.json").write_text(json.dumps(entry), encoding="utf-8")
    run_stages(shop, SPEC.as_of)
    assert not leftover.exists()
    assert shop.published == run


def test_a_torn_decision_was_never_made(shop):
    """The line that a kill cut short is passed over, by the run and by the next decision."""
    with shop.decisions_path.open("ab") as file:
        file.write(b'{"decision_id": "d1", "subject": "order_prop')
    run = run_stages(shop, SPEC.as_of)
    assert run.decisions().empty


@pytest.mark.parametrize("kill", [Kill(statement="delete from current_run")], ids=str)
def test_the_database_of_a_killed_writer_opens_again(shop, kill):
    with shop.decisions_path.open("ab") as file:
        file.write(b"\n")  # another input, so another run
    assert plan_and_die(shop, SPEC.as_of, kill) == -9
    try:
        with connect(shop) as db:
            assert db.scalar("select count(*) from current_run") == 1
    except DatabaseBusy:
        pytest.fail("a dead process still holds the database")
