"""Lists of what was assumed, taken in and refused."""

from __future__ import annotations

from invopt.report.lists import ListColumn, PlanList, cut
from invopt.report.plan import Plan
from invopt.report.sections.naming import (
    spaced,
)


def assumption_list(plan: Plan) -> PlanList:
    """What was assumed, the most used first."""
    rows = plan.table("assumption").sort_values(["rows", "topic"], ascending=[False, True], kind="stable")
    return PlanList(
        "assumptions",
        "What is assumed",
        (
            ListColumn(
                "topic",
                "assumption",
                "text",
                words=spaced("unit_cost", "lead_time", "product_name", "dimensions_or_transit", "return_rate"),
            ),
            ListColumn("rows", "assumed_rows", "integer"),
            ListColumn("assumed_value", "assumed_value", "text"),
            ListColumn("setting", "setting", "text", is_wide=True),
            ListColumn("meaning", "meaning", "prose", is_wide=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "Nothing was assumed.",
        total=len(rows),
    )


def file_list(plan: Plan) -> PlanList:
    """Files taken in, with what became of their rows."""
    rows = plan.table("ingested_file").sort_values(["recorded_at", "file_name", "sheet"], kind="stable")
    return PlanList(
        "files",
        "Files taken in",
        (
            ListColumn("file_name", "file", "text"),
            ListColumn("table_name", "table", "text", is_wide=True, is_facet=True),
            ListColumn("rows_read", "rows_read", "integer", is_wide=True),
            ListColumn("rows_accepted", "rows_accepted", "integer"),
            ListColumn("rows_rejected", "rows_rejected", "integer"),
            ListColumn("rows_known", "rows_known", "integer", is_wide=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "No file has been taken in.",
        total=len(rows),
    )


def rejected_list(plan: Plan) -> PlanList:
    """Rows that were refused, with the reason."""
    rows = plan.table("rejected_row").sort_values(["file_name", "line_number"], kind="stable")
    return PlanList(
        "rejected",
        "Rows refused",
        (
            ListColumn("file_name", "file", "text", is_facet=True),
            ListColumn("line_number", "line", "integer"),
            ListColumn("column_name", "column", "text", is_wide=True, is_facet=True),
            ListColumn("bad_value", "bad_value", "text", is_wide=True),
            ListColumn("reason", "reason", "prose"),
        ),
        cut(rows, plan.settings.report.list_rows),
        "No row was refused.",
        total=len(rows),
    )
