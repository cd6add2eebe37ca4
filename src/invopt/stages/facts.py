"""Facts as of the day: what the database knew before it began, shaped by SQL into the run's tables.

This is the only stage that reads the database. Everything after it works on the run's own files, so that
nothing taken in meanwhile can mix two states of the world in one plan.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import pandas as pd

from invopt import database
from invopt.calendars import WorkingCalendar
from invopt.database import Database
from invopt.forecast import decided_overrides
from invopt.orders import settle_reservations, without_carried
from invopt.purchasing import commitments, commitments_as_inbound, follow_line_decisions
from invopt.returns import apply_decisions, cancellation_days, match_credits, serial_returners, shares_by
from invopt.shipping.tracking import status_of
from invopt.stages.run import Run
from invopt.tables import (
    ASSUMED_INPUT,
    DEMAND,
    INBOUND,
    INGESTED_FILE,
    INPUT_TABLES,
    OPEN_ORDER_LINE,
    ORDER_ARRIVAL,
    ORDER_LINE,
    ORDER_PROPOSAL,
    PURCHASE_ORDER_LINE,
    REFUSED_FILE,
    REJECTED_ROW,
    RESERVATION,
    RETURN_COHORT,
    RETURN_LINE,
    RETURN_SHARE_BY,
    RETURNED_SALE,
    SERIAL_RETURNER,
    SKU_LOCATION,
    STOCK_POSITION,
    TRACKING_EVENT,
    Table,
    empty,
)

# Inputs that later stages read as they are, each as of the day; of order lines only the related ones.
_CARRIED = tuple(table for table in INPUT_TABLES if table is not ORDER_LINE)


def gather_facts(run: Run) -> None:
    """Write stock, demand, open orders and the inputs as of the run's day."""
    with run.database() as db:
        _as_of(db, run)
        record_decided_returns(db, run)
        run.progress("demand as it was ordered")
        db.sql_file("facts/sale_line", _wanted(db, "facts/sale_line", run))
        match_credit_lines(db)
        for name in ("sale_cancellation", "kept_sale", "stockout", "promotion_day", "return_now"):
            db.sql_file(f"facts/{name}", _wanted(db, f"facts/{name}", run))
        for table in (DEMAND, OPEN_ORDER_LINE):
            _write(db, f"facts/{table.name}", table, run)
        db.parquet_view("demand_now", run.snapshot.files(DEMAND.name), DEMAND)
        for table in (RETURN_COHORT, RETURNED_SALE):
            _write(db, f"facts/{table.name}", table, run)
        _write(db, "facts/related_order_line", ORDER_LINE, run)
        bought = db.frame(database.statement("facts/customer_return"), _wanted(db, "facts/customer_return", run))
        counts = db.frame(database.statement("facts/return_count"), _wanted(db, "facts/return_count", run))
        for table in _CARRIED:
            db.to_parquet(
                f"select {', '.join(table.names)} from {table.name}_now order by {', '.join(table.key)}",
                run.path(table),
            )
        db.to_parquet("select * from ingested_file order by file_id", run.path(INGESTED_FILE))
        db.to_parquet("select * from refused_file order by file_name", run.path(REFUSED_FILE))
        run.write(ASSUMED_INPUT, _assumed_inputs(db))
        # What stood in a refused row may name a person; readers of the plan need only why it was refused.
        db.to_parquet(
            "select * replace ('{}' as raw_row) from rejected_row order by file_id, line_number",
            run.path(REJECTED_ROW),
        )
        _launches(db, run)
        known = db.frame(database.statement("facts/sku_location"), _wanted(db, "facts/sku_location", run))
        counted = db.frame(database.statement("facts/stock_count"), _wanted(db, "facts/stock_count", run))
        reserved = db.frame(database.statement("facts/reservation"), _wanted(db, "facts/reservation", run))
        _write(db, "facts/order_arrival", ORDER_ARRIVAL, run)
        sent = db.frame(database.statement("facts/inbound"), _wanted(db, "facts/inbound", run), table=INBOUND)
    run.write(SERIAL_RETURNER, serial_returners(bought, run.settings.returns))
    run.write(RETURN_SHARE_BY, shares_by(counts))
    run.progress(f"{len(known):,} SKU-locations known")
    due = with_commitments(sent, run)
    run.write(INBOUND, due)
    described = describe_sku_locations(known, run)
    run.write(SKU_LOCATION, described)
    reservations = settle(reserved, run)
    run.write(STOCK_POSITION, stock_position(described, without_released(counted, reservations), due))


def settle(reserved: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Write which reservations stand, and take what a carrier has scanned off the open order lines."""
    if reserved.empty:
        run.write_empty(RESERVATION)
        return empty(RESERVATION)
    events = run.read(TRACKING_EVENT)
    status = events["event_code"].map({code: status_of(code) for code in events["event_code"].unique()})
    taken = events[~status.isin(("announced", "unknown")) & (events["happened_at"] < pd.Timestamp(run.seen_until))]
    scanned = taken[["order_id", "from_location_id"]].rename(columns={"from_location_id": "location_id"})
    lines = run.read(OPEN_ORDER_LINE)
    reservations = settle_reservations(reserved, lines, scanned)
    run.write(RESERVATION, reservations)
    if reservations["is_with_carrier"].any():
        run.write(OPEN_ORDER_LINE, without_carried(lines, reservations))
    return reservations


def without_released(counted: pd.DataFrame, reservations: pd.DataFrame) -> pd.DataFrame:
    """Counts whose reserved units are only those that stand: what is to be released is free in this plan already."""
    keys = ["sku_id", "location_id"]
    void = reservations.assign(void=reservations["reserved_units"] - reservations["kept_units"])
    released = void.groupby(keys)["void"].sum().reindex(pd.MultiIndex.from_frame(counted[keys])).fillna(0.0)
    return counted.assign(reserved_units=(counted["reserved_units"] - released.to_numpy()).round(3))


def record_decided_returns(db: Database, run: Run) -> None:
    """Lay what people recorded of returns over what the exports say of them."""
    decisions = run.standing_decisions()
    if not (decisions["subject"] == "return").any():
        return
    lines = db.frame("select * from return_line_now", table=RETURN_LINE)
    decided = apply_decisions(lines, decisions, np.datetime64(run.as_of, "D")).lines
    db.execute("create or replace temp table return_line_now as select * from return_line_now limit 0")
    db.append("return_line_now", decided)


def match_credit_lines(db: Database) -> None:
    """Make the temporary table `credit_match`: which units of which sale each credit line undoes."""
    lines = db.frame(database.statement("facts/credit_line"), table=ORDER_LINE)
    matched = match_credits(lines)
    db.execute(
        "create or replace temp table credit_match (order_id varchar, order_line_id varchar, sku_id varchar, "
        "location_id varchar, ordered_at timestamp, credit_order_id varchar, credit_order_line_id varchar, "
        "credited_at timestamp, units decimal(18, 3))"
    )
    if len(matched):
        db.append("credit_match", matched)


def delivered_codes(db: Database) -> list[str]:
    """The codes of carriers that mean a delivery, as the tracking stage reads them."""
    codes = db.frame("select distinct event_code from tracking_event_now order by event_code")["event_code"]
    return [code for code in codes if status_of(code) == "delivered"]


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
    excuse[frame["last_demand_on"].isna() & ~frame["is_expected"].astype(bool)] = "never ordered here"
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


def _assumed_inputs(db: Database) -> pd.DataFrame:
    """How many rows of each input left a column out that a setting filled."""
    counts = " union all ".join(
        f"select '{table.name}' as table_name, assumed_columns, count(*) as rows from {table.name}_now "
        "where assumed_columns is not null group by assumed_columns"
        for table in INPUT_TABLES
    )
    return db.frame(
        "select table_name, column_name, cast(sum(rows) as bigint) as rows from ("
        f"select table_name, unnest(string_split(assumed_columns, ',')) as column_name, rows from ({counts})"
        ") group by table_name, column_name order by table_name, column_name",
        table=ASSUMED_INPUT,
    )


def _launches(db: Database, run: Run) -> None:
    """Make `launch_now`: the SKU-locations for which a planner's override of their own stands.

    A SKU that nobody has ordered yet is planned where a planner expects it to sell, at home unless the override names
    a place.
    """
    overrides = [entry.override for entry in decided_overrides(run.decisions()) if entry.stands(run.as_of)]
    rows = sorted(
        {
            (asked.key, asked.location_id or run.settings.business.home_location)
            for asked in overrides
            if asked is not None and asked.scope == "sku"
        }
    )
    db.execute("create or replace temp table launch_now (sku_id varchar, location_id varchar)")
    if rows:
        db.append("launch_now", pd.DataFrame(rows, columns=["sku_id", "location_id"]))
        db.execute("delete from launch_now where sku_id not in (select sku_id from product_now)")


def _wanted(db: Database, name: str, run: Run) -> dict[str, Any]:
    """The parameters that a SQL file names, and no others."""
    settings = run.settings
    weeks = dt.timedelta(weeks=settings.orders.arrival_weeks)
    calendar = WorkingCalendar.of(settings.business.country, run.as_of.year, run.as_of.year + 1)
    known = {
        "since_on": run.as_of - weeks,
        "next_on": calendar.next_open(np.datetime64(run.as_of + dt.timedelta(days=1))).item(),
        "as_of_at": run.seen_until,
        "as_of_on": run.as_of,
        "time_zone": settings.business.time_zone,
        "home_location": settings.business.home_location,
        "cancellation_hours": settings.demand.cancellation_hours,
        "cancellation_days": cancellation_days(settings.demand.cancellation_hours),
        "longest_days": settings.returns.maximum_lag_days,
        "dormant_after_days": settings.demand.dormant_after_days,
        "trial_cap_share": settings.returns.trial_cap_share,
        "settled_days": settings.returns.settled_days,
        "transit_days": settings.returns.assumed_transit_days,
        "dispatch_days": settings.returns.assumed_dispatch_days,
        "delivered_codes": lambda: delivered_codes(db),
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
