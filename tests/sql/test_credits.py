"""A credit that names no sale, through the facts of a night: whole lines, parts of lines, late ones."""

from __future__ import annotations

import datetime as dt

import pytest

from invopt.ingest import ingest_files
from invopt.stages.facts import gather_facts
from invopt.stages.run import begin
from invopt.workspace import Workspace

ORDERS = """order_id,order_line_id,sku_id,ordered_at,ordered_units,unit_price_minor,line_kind,customer_id
1,1,BULK,2026-01-05 10:00,12,100,sale,C1
2,1,BULK,2026-01-05 12:00,-5,100,cancellation,C1
3,1,BULK,2026-01-06 10:00,10,100,sale,C2
4,1,BULK,2026-01-12 10:00,-4,100,cancellation,C2
5,1,BULK,2026-01-07 10:00,6,100,sale,C3
6,1,BULK,2026-01-07 11:00,-6,100,cancellation,C3
7,1,BULK,2026-01-08 10:00,-9,100,cancellation,C4
8,1,BULK,2026-01-09 10:00,1000,100,sale,C5
9,1,BULK,2026-01-20 10:00,-800,100,cancellation,C5
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Facts as of the first of February: sold, demand, cohorts, returns."""
    folder = tmp_path_factory.mktemp("credits")
    shop = Workspace.create(folder / "shop")
    path = folder / "order_line.csv"
    path.write_text(ORDERS)
    (report,) = ingest_files(shop, [path], now=dt.datetime(2026, 1, 31))
    assert report.rows_accepted == 9
    run = begin(shop, dt.date(2026, 2, 2))
    gather_facts(run)
    return {name: run.snapshot.table(name) for name in ("demand", "return_cohort", "returned_sale")}


def test_what_was_taken_back_at_once_was_no_demand_whole_or_in_part(facts: dict) -> None:
    demand = facts["demand"].set_index(facts["demand"]["demand_on"].dt.day)
    assert demand["cancelled_units"].to_dict() == {5: 5, 6: 0, 7: 6, 8: 0, 9: 0, 12: 0, 20: 0}
    # What came back later is a return; so is what undoes no sale that is known.
    assert demand["returned_units"].to_dict() == {5: 0, 6: 0, 7: 0, 8: 9, 9: 0, 12: 4, 20: 800}


def test_cohorts_hold_what_stood_and_cut_bulk_lines(facts: dict) -> None:
    cohort = facts["return_cohort"].set_index(facts["return_cohort"]["clock_on"].dt.day)
    assert cohort["sold_units"].to_dict() == {5: 7, 6: 10, 9: 1000}
    # The 90% quantile of the lines 7, 10 and 1000: four fifths of the way from 10 to 1000.
    cap = 10 + 0.8 * 990
    assert cohort["trial_units"].round(3).to_dict() == {5: 7, 6: 10, 9: cap}
    back = facts["returned_sale"].set_index(facts["returned_sale"]["clock_on"].dt.day)
    assert back[["lag_days", "units"]].to_dict("index") == {
        6: {"lag_days": 6, "units": 4}, 9: {"lag_days": 11, "units": 800},
    }  # fmt: skip
    assert back["squared_units"].round(3).to_dict() == {6: 16, 9: min(cap, 800.0) ** 2}
