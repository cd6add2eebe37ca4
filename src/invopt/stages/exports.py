"""The plan as files for people and programs: CSV, one Excel workbook, Parquet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from invopt.documents.tables import write_csv, write_parquet, write_workbook
from invopt.stages.run import Run
from invopt.tables import (
    ALERT,
    ALLOCATION,
    ASSUMPTION,
    AVAILABLE_TO_PROMISE,
    BACKLOG,
    DELIVERY_OPTION,
    FORECAST,
    FORWARD_PLAN,
    OPEN_ORDER_ADVICE,
    ORDER_COMMITMENT,
    ORDER_PROPOSAL,
    PARCEL,
    PARCEL_LINE,
    PICK_LINE,
    PLAN_CHANGE,
    PLAN_STABILITY,
    PLANNED_ORDER,
    POLICY,
    RETURN_AUTHORISATION,
    SHIPMENT,
    SUPPLIER_ORDER,
    TRANSFER_PROPOSAL,
    WORKLOAD,
    Table,
)

EXPORTED: tuple[Table, ...] = (
    ORDER_PROPOSAL, TRANSFER_PROPOSAL, SUPPLIER_ORDER, ORDER_COMMITMENT, OPEN_ORDER_ADVICE, PLAN_CHANGE, PLAN_STABILITY,
    FORWARD_PLAN, PLANNED_ORDER, PARCEL, PARCEL_LINE, DELIVERY_OPTION, PICK_LINE, WORKLOAD, ALLOCATION, BACKLOG,
    AVAILABLE_TO_PROMISE, SHIPMENT, RETURN_AUTHORISATION, POLICY, FORECAST,
    ALERT, ASSUMPTION,
)  # fmt: skip


def write_exports(run: Run) -> None:
    """Write the plan's tables to the workspace's exports folder, each as CSV and Parquet, and one workbook.

    A table longer than the setting report.excel_rows is left out of the workbook, which says so.
    """
    folder = run.workspace.exports / run.run_id
    folder.mkdir(parents=True, exist_ok=True)
    workbook: dict[Table, pd.DataFrame] = {}
    notes = {"plan": run.run_id, "as of": run.as_of.isoformat()}
    for table in EXPORTED:
        rows, frame = _write_table(run, table, folder)
        if rows <= run.settings.report.excel_rows:
            workbook[table] = run.read(table) if frame is None else frame
        else:
            notes[table.name] = f"{rows:,} rows are too many for this workbook; they are in {table.name}.csv."
    write_workbook(workbook, folder / "plan.xlsx", notes=notes)


def _write_table(run: Run, table: Table, folder: Path) -> tuple[int, pd.DataFrame | None]:
    """Write a table as CSV and Parquet; returns its rows, and the frame where it was read whole."""
    if table is not FORECAST:
        frame = run.read(table)
        write_parquet([frame], table, folder / f"{table.name}.parquet")
        return write_csv([frame], table, folder / f"{table.name}.csv"), frame
    # The forecast is by far the longest table: it goes through chunk by chunk.
    write_parquet((run.read(table, chunk) for chunk in run.chunks()), table, folder / f"{table.name}.parquet")
    rows = write_csv((run.read(table, chunk) for chunk in run.chunks()), table, folder / f"{table.name}.csv")
    return rows, None
