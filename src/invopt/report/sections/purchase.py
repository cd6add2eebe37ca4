"""Lists of exceptions and of what to buy."""

from __future__ import annotations

import pandas as pd

from invopt.report.figures import bought
from invopt.report.lists import ListColumn, PlanList, cut
from invopt.report.plan import Plan
from invopt.report.sections.naming import (
    ALERT_WORDS,
    CONSTRAINT_WORDS,
    SEVERITY_WORDS,
    URGENCY_WORDS,
    Links,
    named,
    pages_of,
    spaced,
    supplier_names,
)
from invopt.report.series import KEYS


def alert_list(plan: Plan, links: Links) -> PlanList:
    """Exceptions, most money first; before them the files that the plan had to be made without."""
    alerts = plan.table("alert")
    alerts = alerts.assign(is_first=alerts["alert_kind"] == "file_refused").sort_values(
        ["is_first", "worth_minor", "alert_kind", "key"], ascending=[False, False, True, True], kind="stable"
    )
    total = len(alerts)
    alerts = cut(alerts, plan.settings.report.exception_rows)
    alerts["about"] = alerts["key"].str.replace("|", " · ", regex=False)
    parts = alerts["key"].str.split("|").tolist()
    at_sku = alerts["subject"].isin(["sku_location", "stock", "price"]).tolist()
    pages = [
        links.get(("|".join(part[:-1]), part[-1]), "") if sku and len(part) > 1 else ""
        for part, sku in zip(parts, at_sku, strict=True)
    ]
    return PlanList(
        "exceptions",
        "Exceptions",
        (
            ListColumn("severity", "severity", "severity", words=SEVERITY_WORDS, is_wide=True, is_facet=True),
            ListColumn("alert_kind", "exception_kind", "text", words=ALERT_WORDS, is_facet=True),
            ListColumn("about", "subject", "sku"),
            ListColumn("message", "reason", "prose", is_wide=True),
            ListColumn("remedy", "remedy", "prose", is_wide=True),
            ListColumn("worth_minor", "worth", "money"),
        ),
        alerts,
        "No exception today.",
        pages,
        currency="currency",
        total=total,
        sorted_by="worth_minor",
        export="alert",
    )


def purchase_list(plan: Plan, links: Links) -> PlanList:
    """What to buy, today's orders first, then by amount."""
    rows = named(plan, bought(plan))
    rows["supplier"] = supplier_names(plan, rows["supplier_id"])
    rows = rows.sort_values(
        ["order_on", "amount_minor", "sku_id", "location_id"],
        ascending=[True, False, True, True],
        kind="stable",
    )
    total = len(rows)
    rows = cut(rows, plan.settings.report.list_rows)
    return PlanList(
        "purchase",
        "What to buy",
        (
            ListColumn("sku_id", "sku", "sku"),
            ListColumn("product_name", "product_name", "text", is_wide=True),
            ListColumn("location_id", "location", "text", is_wide=True, is_facet=True),
            ListColumn("supplier", "supplier", "text", is_wide=True, is_facet=True),
            ListColumn("final_units", "final_units", "units"),
            ListColumn("amount_minor", "amount", "money"),
            ListColumn("need_units", "need_units", "units", is_wide=True),
            ListColumn("binding_constraint", "constraint", "text", is_wide=True, words=CONSTRAINT_WORDS),
            ListColumn("urgency", "urgency", "text", is_wide=True, is_facet=True, words=URGENCY_WORDS),
            ListColumn("order_on", "order_on", "date", is_wide=True),
            ListColumn("expected_on", "expected_on", "date", is_wide=True),
            ListColumn("gain_minor", "gain", "money", is_detail=True),
        ),
        rows,
        "Nothing needs to be bought today.",
        pages_of(rows, links),
        currency="currency",
        total=total,
        sorted_by="order_on",
        export="order_proposal",
    )


def supplier_list(plan: Plan) -> PlanList:
    """What each supplier is asked for, by order day."""
    rows = plan.table("supplier_order")
    rows = rows[rows["lines"] > 0].sort_values(
        ["order_on", "amount_minor", "supplier_id"], ascending=[True, False, True], kind="stable"
    )
    rows = cut(rows.assign(supplier=supplier_names(plan, rows["supplier_id"])), plan.settings.report.list_rows)
    return PlanList(
        "suppliers",
        "Orders by supplier",
        (
            ListColumn("supplier", "supplier", "text"),
            ListColumn("location_id", "location", "text", is_wide=True, is_facet=True),
            ListColumn("order_on", "order_on", "date"),
            ListColumn("lines", "order_lines", "integer", is_wide=True),
            ListColumn("units", "units", "units", is_wide=True),
            ListColumn("amount_minor", "amount", "money"),
            ListColumn("minimum_order_minor", "minimum_order", "money", is_wide=True),
            ListColumn("reason", "reason", "prose", is_wide=True),
        ),
        rows,
        "No order goes out today.",
        currency="currency",
        total=len(rows),
        export="supplier_order",
    )


def transfer_list(plan: Plan) -> PlanList:
    """Stock to move between locations in place of purchases, what it saves first."""
    rows = plan.table("transfer_proposal")
    rows = rows.sort_values(
        ["gain_minor", "sku_id", "from_location_id", "to_location_id"],
        ascending=[False, True, True, True],
        kind="stable",
    )
    total = len(rows)
    return PlanList(
        "transfers",
        "Move between locations",
        (
            ListColumn("sku_id", "sku", "text"),
            ListColumn("from_location_id", "from_location", "text", is_facet=True),
            ListColumn("to_location_id", "to_location", "text", is_facet=True),
            ListColumn("moved_units", "units", "units"),
            ListColumn("cost_minor", "transfer_cost", "money", is_wide=True),
            ListColumn("gain_minor", "transfer_gain", "money", is_wide=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "Nothing is moved: no lane is set, or no move costs less than buying.",
        currency="currency",
        total=total,
        export="transfer_proposal",
    )


def commitment_list(plan: Plan) -> PlanList:
    """Approved orders until their goods are in, the oldest approval first."""
    rows = plan.table("order_commitment")
    rows = rows[rows["open_units"] > 0].sort_values(["approved_on", "proposal_id"], kind="stable")
    total = len(rows)
    rows = cut(rows.assign(supplier=supplier_names(plan, rows["supplier_id"])), plan.settings.report.list_rows)
    return PlanList(
        "commitments",
        "Approved and still to come",
        (
            ListColumn("sku_id", "sku", "text"),
            ListColumn("location_id", "location", "text", is_wide=True, is_facet=True),
            ListColumn("supplier", "supplier", "text", is_wide=True, is_facet=True),
            ListColumn("open_units", "open_units", "units"),
            ListColumn("state", "proposal_state", "text", is_facet=True, words=spaced("partly_received")),
            ListColumn("approved_on", "approved_on", "date", is_wide=True),
            ListColumn("sent_on", "sent_on", "date", is_wide=True),
            ListColumn("confirmed_on", "confirmed_on", "date", is_wide=True),
            ListColumn("decided_by", "decided_by", "text", is_wide=True),
        ),
        rows,
        "No approved order is still to come.",
        total=total,
    )


def change_list(plan: Plan, links: Links) -> PlanList:
    """What differs from the last plan, the largest sums first."""
    rows = named(plan, plan.table("plan_change"))
    rows["change_minor"] = (rows["change_units"] * rows["unit_cost_minor"]).round()
    rows["cause"] = rows["cause"].str.removesuffix("_units").str.replace("_", " ")
    rows["currency"] = plan.currency
    rows = rows.sort_values(["change_minor", *KEYS], key=_by_size, ascending=[False, True, True], kind="stable")
    total = len(rows)
    rows = cut(rows, plan.settings.report.list_rows)
    return PlanList(
        "changes",
        "Changed since the last plan",
        (
            ListColumn("sku_id", "sku", "sku"),
            ListColumn("product_name", "product_name", "text", is_wide=True),
            ListColumn("location_id", "location", "text", is_wide=True, is_facet=True),
            ListColumn("last_units", "last_units", "units"),
            ListColumn("units", "final_units", "units"),
            ListColumn("change_minor", "change", "money", is_wide=True),
            ListColumn("cause", "change_cause", "text", is_wide=True, is_facet=True),
        ),
        rows,
        "Nothing changed, or this is the first plan.",
        pages_of(rows, links),
        currency="currency",
        total=total,
        export="plan_change",
    )


def forward_list(plan: Plan) -> PlanList:
    """The weeks ahead, a row a supplier and week."""
    rows = plan.table("forward_plan")
    rows = rows.assign(supplier=supplier_names(plan, rows["supplier_id"].where(rows["supplier_id"] != "")))
    rows = rows.sort_values(["week_start", "supplier", "currency"], kind="stable")
    total = len(rows)
    return PlanList(
        "forward",
        "The weeks ahead by supplier",
        (
            ListColumn("week_start", "week_start", "date"),
            ListColumn("supplier", "supplier", "text", is_facet=True),
            ListColumn("ordered_minor", "planned_orders", "money"),
            ListColumn("cash_minor", "cash", "money", is_wide=True),
            ListColumn("demand_units", "week_demand", "units", is_wide=True),
            ListColumn("unserved_units", "unserved", "units", is_wide=True),
            ListColumn("stock_minor", "week_stock", "money", is_wide=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "No week has been planned ahead.",
        currency="currency",
        total=total,
        export="forward_plan",
    )


def _by_size(values: pd.Series) -> pd.Series:
    return values.abs() if values.name == "change_minor" else values
