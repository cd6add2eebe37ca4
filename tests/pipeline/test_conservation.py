"""Nothing is lost and nothing appears on the way from the files to the plan."""

import csv

import pytest

from tests.connection import connect
from tests.pipeline.shop import SPEC, run_tables

TERMS = (
    ("expected_demand_units", 1), ("expected_lost_units", -1), ("expected_returns_units", -1),
    ("backorder_units", 1), ("safety_stock_units", 1), ("on_hand_units", -1), ("on_order_due_units", -1),
    ("unneeded_units", 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def tables(planned):
    return run_tables(planned.published)


def thousandths(values):
    """Quantities as whole numbers, so that sums are exact."""
    scaled = values * 1000
    assert ((scaled - scaled.round()).abs() < 1e-6).all(), "a quantity is finer than a thousandth of a unit"
    return scaled.round().astype("int64")


def test_rows_read_are_accepted_rejected_or_known(planned, files):
    with connect(planned) as db:
        books = db.frame("select * from ingested_file")
        stored = dict(db.execute("select table_name, sum(rows_accepted) from ingested_file group by 1").fetchall())
        for name, rows in stored.items():
            assert db.scalar(f"select count(*) from {name}") == rows, name
    assert (books["rows_read"] == books["rows_accepted"] + books["rows_rejected"] + books["rows_known"]).all()
    for path in files.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = sum(1 for _ in csv.reader(file)) - 1
        assert books[books["file_name"] == path.name]["rows_read"].sum() == rows, path.name


def test_units_sold_are_units_of_demand(planned, tables):
    """Every sale line before the day is demand, gross; what was cancelled stands beside it."""
    with connect(planned) as db:
        sold, lines = db.execute(
            "select cast(sum(ordered_units) * 1000 as bigint), count(*) from order_line "
            "where line_kind = 'sale' and ordered_units > 0 and ordered_at < $day "
            "and sku_id not in (select kit_sku_id from kit_component)",
            {"day": SPEC.as_of},
        ).fetchone()
    assert thousandths(tables["demand"]["ordered_units"]).sum() == sold
    assert tables["demand"]["order_lines"].sum() == lines
    assert (tables["demand"]["cancelled_units"] <= tables["demand"]["ordered_units"]).all()


def test_every_sku_location_is_planned_or_excused(tables):
    known = tables["sku_location"]
    assert (known["is_planned"] == known["excuse"].isna()).all()
    planned = set(known[known["is_planned"]][["sku_id", "location_id"]].itertuples(index=False, name=None))
    for name in ("forecast_model", "policy"):
        rows = tables[name][["sku_id", "location_id"]]
        assert set(rows.itertuples(index=False, name=None)) == planned, name
        assert len(rows) == len(planned), name


def test_whoever_sold_or_lies_in_stock_is_known(planned, tables):
    known = set(tables["sku_location"]["sku_id"])
    with connect(planned) as db:
        for source in ("order_line", "stock_snapshot", "purchase_order_line"):
            rows = db.execute(f"select distinct sku_id from {source} where sku_id not in (select kit_sku_id "
                              "from kit_component) and sku_id in (select sku_id from product)").fetchall()  # fmt: skip
            assert {sku for (sku,) in rows} <= known, source


def test_the_terms_of_a_proposal_add_up_exactly(tables):
    proposals = tables["order_proposal"]
    need = sum(sign * thousandths(proposals[name]) for name, sign in TERMS)
    assert (need == thousandths(proposals["need_units"])).all()
    changes = [name for name in proposals.columns if name.endswith("_change_units")]
    final = thousandths(proposals["need_units"]) + sum(thousandths(proposals[name]) for name in changes)
    assert (final == thousandths(proposals["final_units"])).all()
    assert (proposals["final_units"] >= 0).all()


def test_supplier_orders_hold_what_is_proposed(tables):
    proposals, orders = tables["order_proposal"], tables["supplier_order"]
    wanted = proposals[(proposals["final_units"] > 0) & proposals["state"].isin(["proposed", "approved", "changed"])]
    assert orders["amount_minor"].sum() == wanted["amount_minor"].sum()


def test_what_is_ordered_is_allocated_waiting_or_turned_down(tables):
    keys = ["order_id", "order_line_id"]
    lines = tables["open_order_line"].set_index(keys)["ordered_units"]
    allocated = tables["allocation"].groupby(keys)["allocated_units"].sum()
    waiting = tables["backlog"].groupby(keys)["waiting_units"].sum()
    served = thousandths(allocated).reindex(lines.index, fill_value=0)
    served += thousandths(waiting).reindex(lines.index, fill_value=0)
    assert len(lines) > 0
    assert (served == thousandths(lines)).all()


def test_never_more_is_allocated_than_there_is(tables):
    keys = ["sku_id", "location_id"]
    allocated = tables["allocation"].groupby(keys)["allocated_units"].sum()
    stock = tables["stock_position"].set_index(keys)
    free = (stock["on_hand_units"] - stock["reserved_units"]).clip(lower=0).reindex(allocated.index)
    assert free.notna().all()
    assert (allocated <= free).all()


def test_the_parts_of_a_forecast_add_up(tables):
    forecast = tables["forecast"]
    parts = forecast[["level_units", "trend_units", "season_units", "event_units", "override_units"]].sum(axis=1)
    assert (parts - forecast["mean_units"]).abs().max() < 1e-9
    assert (forecast["p10_units"] <= forecast["p50_units"]).all()
    assert (forecast["p50_units"] <= forecast["p90_units"]).all()
