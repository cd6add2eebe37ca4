"""A plan as of an earlier day is what it would have been then, whatever was corrected since."""

import csv
import datetime as dt

import pytest

from invopt.ingest import ingest_files
from invopt.stages import run_stages
from invopt.stages.facts import gather_facts
from invopt.stages.run import begin
from tests.pipeline.shop import SPEC, assert_same, new_workspace, run_tables

HISTORY_CAME = dt.datetime(2026, 3, 1, 23)
CORRECTION_CAME = dt.datetime(2026, 3, 3, 10)


@pytest.fixture(scope="module")
def corrected(files, planned, tmp_path_factory):
    """The shop with its history, and with a file in which one sold quantity was corrected two days later."""
    root = tmp_path_factory.mktemp("corrected")
    shop = new_workspace(root / "shop", files)
    waiting = sorted(shop.inbox.iterdir())
    reports = ingest_files(shop, waiting, now=HISTORY_CAME)
    assert not [report.problem for report in reports if report.problem]
    for path in waiting:
        path.unlink()
    with (files / "order_line.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    line = next(row for row in rows if row["order_state"] == "shipped" and row["ordered_at"] > "2026-02-01")
    same_order = [row for row in rows if row["order_id"] == line["order_id"]]
    line["ordered_units"] = str(float(line["ordered_units"]) + 40)
    path = root / "order_line_corrected.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(line))
        writer.writeheader()
        writer.writerows(same_order)
    before = run_tables(run_stages(shop, SPEC.as_of).snapshot)
    (report,) = ingest_files(shop, [path], now=CORRECTION_CAME)
    assert (report.rows_accepted, report.rows_known) == (1, len(same_order) - 1)
    return shop, line, before


def facts_of(shop, day):
    run = begin(shop, day)
    gather_facts(run)
    return run.snapshot.table("demand")


def demand_of(frame, line):
    day = dt.date.fromisoformat(line["ordered_at"][:10])
    return frame[(frame["sku_id"] == line["sku_id"]) & (frame["demand_on"].dt.date == day)]["ordered_units"].sum()


def test_the_history_taken_in_today_gives_the_plan_of_that_day(corrected, planned):
    _, _, before = corrected
    assert_same(before, run_tables(planned.published), apart_from=("plan_change", "plan_stability"))


def test_a_correction_changes_no_plan_of_a_day_before_it_came(corrected):
    shop, _, before = corrected
    assert_same(run_tables(run_stages(shop, SPEC.as_of).snapshot), before)


def test_a_correction_counts_from_the_day_after_it_came(corrected):
    shop, line, before = corrected
    same_day, next_day = (facts_of(shop, CORRECTION_CAME.date() + dt.timedelta(days=days)) for days in (0, 1))
    assert demand_of(same_day, line) == demand_of(before["demand"], line)
    assert demand_of(next_day, line) == demand_of(before["demand"], line) + 40


def test_nothing_of_the_as_of_day_or_later_is_seen(planned, week_before):
    for shop, day in ((planned, SPEC.as_of), (week_before, SPEC.as_of - dt.timedelta(days=7))):
        tables = run_tables(shop.published)
        assert (tables["demand"]["demand_on"].dt.date < day).all()
        assert (tables["open_order_line"]["ordered_at"].dt.date < day).all()
        assert (tables["inbound"]["ordered_on"].dt.date < day).all()
