"""Facts as of the day: what the database knew before it began, shaped by SQL into the run's tables.

This is the only stage that reads the database. Everything after it works on the run's own files, so that
nothing taken in meanwhile can mix two states of the world in one plan.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from invopt import database
from invopt.database import Database
from invopt.purchasing import commitments, commitments_as_inbound, follow_line_decisions
from invopt.returns import with_hand_grades
from invopt.stages.run import Run
from invopt.tables import (
    DEMAND,
    INBOUND,
    INGESTED_FILE,
    INPUT_TABLES,
    OPEN_ORDER_LINE,
    ORDER_LINE,
    ORDER_PROPOSAL,
    PURCHASE_ORDER_LINE,
    REJECTED_ROW,
    RETURN_COHORT,
    RETURN_LINE,
    RETURNED_SALE,
    SKU_LOCATION,
    STOCK_POSITION,
    Table,
    empty,
)

# Inputs that later stages read as they are, each as of the day; of order lines only the related ones.
_CARRIED = tuple(table for table in INPUT_TABLES if table is not ORDER_LINE)


def gather_facts(run: Run) -> None:
    """Write stock, demand, open orders and the inputs as of the run's day."""
    with run.database() as db:
        _as_of(db, run)
        run.progress("demand as it was ordered")
        for name in ("sale_line", "sale_cancellation", "stockout", "promotion_day", "return_now"):
            db.sql_file(f"facts/{name}", _wanted(db, f"facts/{name}", run))
        for table in (DEMAND, OPEN_ORDER_LINE):
            _write(db, f"facts/{table.name}", table, run)
        db.parquet_view("demand_now", run.snapshot.files(DEMAND.name), DEMAND)
        for table in (RETURN_COHORT, RETURNED_SALE):
            _write(db, f"facts/{table.name}", table, run)
        _write(db, "facts/related_order_line", ORDER_LINE, run)
        for table in _CARRIED:
            db.to_parquet(f"select * from {table.name}_now order by {', '.join(table.key)}", run.path(table))
        db.to_parquet("select * from ingested_file order by file_id", run.path(INGESTED_FILE))
        # What stood in a refused row may name a person; readers of the plan need only why it was refused.
        db.to_parquet(
            "select * replace ('{}' as raw_row) from rejected_row order by file_id, line_number",
            run.path(REJECTED_ROW),
        )
        known = db.frame(database.statement("facts/sku_location"), _wanted(db, "facts/sku_location", run))
        counted = db.frame(database.statement("facts/stock_count"), _wanted(db, "facts/stock_count", run))
        sent = db.frame(database.statement("facts/inbound"), _wanted(db, "facts/inbound", run), table=INBOUND)
    run.write(RETURN_LINE, with_hand_grades(run.read(RETURN_LINE), run.standing_decisions()))
    run.progress(f"{len(known):,} SKU-locations known")
    due = with_commitments(sent, run)
    run.write(INBOUND, due)
    described = describe_sku_locations(known, run)
    run.write(SKU_LOCATION, described)
    run.write(STOCK_POSITION, stock_position(described, counted, due))


def with_commitments(sent: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Open purchase orders and what was approved since: a plan proposes only what is left."""
    decisions = run.standing_decisions()
    sent, _ = follow_line_decisions(sent, decisions, run.as_of)
    committed, _ = commitments(decisions, empty(ORDER_PROPOSAL), run.as_of)
    approved = commitments_as_inbound(committed, run.read(PURCHASE_ORDER_LINE), run.as_of)
    return pd.concat([sent, approved], ignore_index=True) if len(approved) else sent


def describe_sku_locations(known: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Fill cost, price and class from the settings where the inputs are silent, and say which are planned."""
    settings = run.settings
    shop = settings.business.currency
    frame = known.copy()
    earned = frame["total_revenue_minor"] / frame["total_units"].where(frame["total_units"] > 0)
    price = frame["unit_price_minor"].astype("Float64").fillna(earned.astype("Float64")).fillna(0).round()
    cost = frame["unit_cost_minor"].astype("Float64")
    frame["is_cost_assumed"] = cost.isna().astype(bool)
    frame["unit_price_minor"] = price.astype("int64")
    frame["unit_cost_minor"] = cost.fillna(price * settings.policy.cost_share_of_price).round().astype("int64")
    frame["category_id"] = frame["category_id"].fillna(settings.demand.default_category)
    frame["lifecycle"] = frame["lifecycle"].fillna("active")
    frame["currency"] = frame["currency"].fillna(shop)
    frame["abc_class"] = _abc_class(frame)
    frame["excuse"] = _excuse(frame, run)
    frame["is_planned"] = frame["excuse"].isna()
    return frame[list(SKU_LOCATION.names)]


def stock_position(known: pd.DataFrame, counted: pd.DataFrame, due: pd.DataFrame) -> pd.DataFrame:
    """Stock of every known SKU-location; an implausible count reads as zero and stays visible beside it."""
    keys = ["sku_id", "location_id"]
    on_order = due.groupby(keys)["open_units"].sum().rename("on_order_units").reset_index()
    frame = known[keys].merge(counted, on=keys, how="left", validate="one_to_one")
    frame = frame.merge(on_order, on=keys, how="left", validate="one_to_one")
    frame["on_order_units"] = frame["on_order_units"].fillna(0.0)
    frame["is_assumed"] = frame["counted_units"].isna()
    frame["on_hand_units"] = frame["counted_units"].clip(lower=0).fillna(0.0)
    frame["reserved_units"] = frame["reserved_units"].clip(lower=0).fillna(0.0)
    frame["reason"] = np.select(
        [frame["is_assumed"], frame["counted_units"] < 0],
        ["no stock data: nothing is assumed to be there", "negative count read as zero"],
        default="count and movements",
    )
    return frame[list(STOCK_POSITION.names)]


def _abc_class(frame: pd.DataFrame) -> pd.Series:
    """A, B, C by the running share of last year's margin, largest first; ties in the order of the keys."""
    margin = (frame["last_year_revenue_minor"] - frame["last_year_units"] * frame["unit_cost_minor"]).clip(lower=0)
    order = np.lexsort((frame["position"], -margin.to_numpy(dtype=float)))
    running = np.cumsum(margin.to_numpy(dtype=float)[order])
    before = np.concatenate([[0.0], running[:-1]]) / max(float(running[-1]), 1.0) if len(running) else running
    classes = np.empty(len(frame), dtype=object)
    classes[order] = np.where(before < 0.8, "A", np.where(before < 0.95, "B", "C"))
    classes[margin.to_numpy(dtype=float) <= 0] = "C"
    return pd.Series(classes, index=frame.index, dtype="str")


def _excuse(frame: pd.DataFrame, run: Run) -> pd.Series:
    """Why a SKU-location is not planned; missing where it is."""
    as_of = pd.Timestamp(run.as_of)
    idle = (as_of - frame["last_demand_on"]).dt.days
    limit = run.settings.demand.dormant_after_days
    excuse = pd.Series(pd.NA, index=frame.index, dtype="str")
    excuse[frame["last_demand_on"].isna()] = "never ordered here"
    dormant = (idle > limit).fillna(False)
    excuse[dormant] = f"dormant: no order for more than {limit} days"
    return excuse


def _as_of(db: Database, run: Run) -> None:
    """Make `<input>_now` of every input: the last version of each key that was recorded before the day."""
    at = {"as_of_at": run.seen_until}
    for table in INPUT_TABLES:
        seen = f"select * from ({database.latest(table)})"
        if table is ORDER_LINE:
            seen += " where ordered_at < $as_of_at"
        db.execute(f"create or replace temp table {table.name}_now as {seen}", at)


def _wanted(db: Database, name: str, run: Run) -> dict[str, Any]:
    """The parameters that a SQL file names, and no others."""
    settings = run.settings
    known = {
        "as_of_at": run.seen_until,
        "as_of_on": run.as_of,
        "time_zone": settings.business.time_zone,
        "home_location": settings.business.home_location,
        "cancellation_hours": settings.demand.cancellation_hours,
        "longest_days": settings.returns.maximum_lag_days,
        "is_rerouted": settings.demand.is_rerouted,
        "has_stock": lambda: bool(
            db.scalar("select exists (from stock_snapshot_now) or exists (from stock_movement_now)")
        ),
    }
    text = re.sub(r"--.*", "", database.statement(name))
    named = {key: value for key, value in known.items() if f"${key}" in text}
    return {key: value() if callable(value) else value for key, value in named.items()}


def _write(db: Database, name: str, table: Table, run: Run) -> None:
    columns = ", ".join(f'cast("{column.name}" as {column.dtype.sql}) as "{column.name}"' for column in table.columns)
    db.to_parquet(f"select {columns} from ({database.statement(name)})", run.path(table), _wanted(db, name, run))
