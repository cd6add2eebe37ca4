"""The lists of the summary page, a function a list: a plan's tables in, a declared list out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from invopt.report.figures import bought, service_measures, typical, weighted_mean
from invopt.report.lists import ListColumn, PlanList, cut
from invopt.report.plan import Plan
from invopt.report.series import KEYS

Links = Mapping[tuple[str, str], str]

ALERT_WORDS = {
    "stocked_out": "Out of stock", "will_stock_out": "Will run out", "late_order": "Late supply",
    "order_too_early": "Supply too early", "order_too_large": "Supply too large",
    "order_not_needed": "Supply not needed", "short_supplier": "Short supplier", "surplus": "Surplus",
    "dead_stock": "Dead stock", "forecast_wrong": "Forecast gone wrong", "promise_at_risk": "Promise at risk",
    "parcel_problem": "Parcel problem", "no_carrier": "No carrier", "order_on_hold": "Order on hold",
    "return_to_grade": "Return to grade", "returns_piling_up": "Returns piling up", "data_problem": "Data problem",
    "below_minimum_order": "Below minimum", "cannot_buy": "Cannot be bought",
}  # fmt: skip
SEVERITY_WORDS = {"high": "● high", "medium": "◐ medium", "low": "○ low"}
URGENCY_WORDS = {
    "stocked_out": "stocked out", "will_stock_out": "will run out", "due": "due", "not_due": "not due",
}  # fmt: skip
CONSTRAINT_WORDS = {
    "none": "", "moq": "smallest quantity", "pack": "whole packs", "line_maximum": "largest quantity",
    "price_break": "cheaper price", "minimum_order_value": "order minimum", "budget": "budget",
    "container": "container",
    "lifecycle": "lifecycle", "maximum_cover": "longest cover", "no_supplier": "no supplier", "closure": "closure",
    "damping": "last plan", "decision": "decision",
}  # fmt: skip
CAUSE_WORDS = {
    "no_stock": "no stock", "on_hold": "on hold", "rejected": "refused", "capacity": "capacity",
    "awaiting_complete": "waits for the rest",
}  # fmt: skip


def named(plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the product's name beside its SKU and location."""
    names = plan.table("sku_location")[[*KEYS, "product_name"]]
    return frame.merge(names, on=KEYS, how="left", validate="many_to_one")


def alert_list(plan: Plan, links: Links) -> PlanList:
    """Exceptions, most money first."""
    alerts = plan.table("alert").sort_values(
        ["worth_minor", "alert_kind", "key"], ascending=[False, True, True], kind="stable"
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
    rows["supplier"] = _supplier_names(plan, rows["supplier_id"])
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
        _pages(rows, links),
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
    rows = cut(rows.assign(supplier=_supplier_names(plan, rows["supplier_id"])), plan.settings.report.list_rows)
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


def parcel_list(plan: Plan) -> PlanList:
    """Parcels that leave today, and those that nobody can carry."""
    rows = plan.table("parcel").sort_values(["ships_on", "location_id", "parcel_id"], kind="stable")
    total = len(rows)
    rows = cut(rows, plan.settings.report.list_rows)
    carrier = rows["carrier_id"].astype("str") + " " + rows["service_id"].fillna("").astype("str")
    rows["carrier"] = carrier.where(rows["carrier_id"].notna(), "none")
    return PlanList(
        "parcels",
        "What ships",
        (
            ListColumn("order_id", "order", "text"),
            ListColumn("location_id", "location", "text", is_wide=True, is_facet=True),
            ListColumn("carrier", "carrier", "text", is_facet=True),
            ListColumn("weight_g", "weight", "integer", is_wide=True),
            ListColumn("cost_minor", "parcel_cost", "money", is_wide=True),
            ListColumn("ships_on", "ships_on", "date", is_wide=True),
            ListColumn("promise_on", "promise_on", "date"),
            ListColumn("likely_on", "likely_on", "date", is_wide=True),
            ListColumn("reason", "reason", "prose", is_wide=True),
        ),
        rows,
        "No parcel leaves today.",
        currency="currency",
        total=total,
        export="parcel",
    )


def hold_list(plan: Plan) -> PlanList:
    """Orders on hold or refused, by value."""
    rows = plan.table("order_check")
    rows = rows[rows["outcome"] != "accepted"].sort_values(
        ["amount_minor", "order_id"], ascending=[False, True], kind="stable"
    )
    total = len(rows)
    return PlanList(
        "holds",
        "On hold",
        (
            ListColumn("order_id", "order", "text"),
            ListColumn(
                "outcome",
                "outcome",
                "text",
                is_facet=True,
                words={"on_hold": "on hold", "rejected": "refused"},
            ),
            ListColumn("reason", "reason", "prose"),
            ListColumn("released_by", "release", "text", is_wide=True),
            ListColumn("lines", "order_lines", "integer", is_wide=True),
            ListColumn("amount_minor", "order_value", "money"),
        ),
        cut(rows, plan.settings.report.list_rows),
        "No order is on hold.",
        currency="currency",
        total=total,
    )


def backlog_list(plan: Plan, links: Links) -> PlanList:
    """Order lines that wait, the longest without goods first."""
    rows = named(plan, plan.table("backlog"))
    rows = rows.sort_values(
        ["available_on", "amount_minor", "order_id", "order_line_id"],
        ascending=[False, False, True, True], na_position="first", kind="stable",
    )  # fmt: skip
    total = len(rows)
    rows = cut(rows, plan.settings.report.list_rows)
    return PlanList(
        "backlog",
        "Waiting",
        (
            ListColumn("order_id", "order", "text"),
            ListColumn("sku_id", "sku", "sku"),
            ListColumn("product_name", "product_name", "text", is_wide=True),
            ListColumn("waiting_units", "units", "units", is_wide=True),
            ListColumn("amount_minor", "order_value", "money", is_wide=True),
            ListColumn("cause", "cause", "text", is_wide=True, is_facet=True, words=CAUSE_WORDS),
            ListColumn("available_on", "available_on", "date"),
            ListColumn("reason", "reason", "prose", is_wide=True),
        ),
        rows,
        "No order waits for goods.",
        _pages(rows, links),
        currency="currency",
        total=total,
        export="backlog",
    )


def class_list(plan: Plan) -> PlanList:
    """Service and stock by ABC class."""
    policy = plan.table("policy")
    measures = service_measures(policy).assign(abc_class=policy["abc_class"], demand=policy["expected_demand_units"])
    stock = policy[KEYS].merge(plan.table("stock_position")[[*KEYS, "on_hand_units"]], on=KEYS, how="left")
    cost = policy[KEYS].merge(plan.table("sku_location")[[*KEYS, "unit_cost_minor"]], on=KEYS, how="left")
    measures["value"] = (stock["on_hand_units"] * cost["unit_cost_minor"]).fillna(0).to_numpy()
    measures["optimal"] = policy["mean_stock_minor"]
    rows = []
    for name, part in measures.groupby("abc_class", sort=True):
        rows.append(
            {
                "abc_class": str(name),
                "skus": len(part),
                "target": part["target"].mean(),
                "expected": weighted_mean(part["expected"], part["demand"]),
                "current": weighted_mean(part["current"], part["demand"]),
                "below": int(part["is_below"].sum()),
                "value_minor": round(part["value"].sum()),
                "optimal_minor": int(part["optimal"].sum()),
                "currency": plan.currency,
            }
        )
    columns = (
        ListColumn("abc_class", "abc_class", "text"),
        ListColumn("skus", "skus", "integer", is_wide=True),
        ListColumn("target", "target", "share"),
        ListColumn("expected", "implied", "share"),
        ListColumn("current", "current", "share"),
        ListColumn("below", "below_target", "integer", is_wide=True),
        ListColumn("value_minor", "stock_sku", "money", is_wide=True),
        ListColumn("optimal_minor", "stock_optimal", "money", is_wide=True),
    )
    frame = pd.DataFrame(rows, columns=[*(column.name for column in columns), "currency"])
    return PlanList("classes", "Service and stock by class", columns, frame, "Nothing is planned.", currency="currency")


def accuracy_list(plan: Plan) -> PlanList:
    """Forecast error and bias by class of demand."""
    described = plan.table("sku_location")[[*KEYS, "last_year_units"]]
    model = plan.table("forecast_model").merge(described, on=KEYS, how="left", validate="one_to_one")
    rows = [
        {
            "demand_class": str(name),
            "skus": len(part),
            "units": part["last_year_units"].sum(),
            "wape": typical(part["wape"], part["last_year_units"]),
            "bias_share": typical(part["bias_share"], part["last_year_units"]),
        }
        for name, part in model.groupby("demand_class", sort=True)
    ]
    columns = (
        ListColumn("demand_class", "demand_class", "text"),
        ListColumn("skus", "skus", "integer"),
        ListColumn("units", "sold_units", "units", is_wide=True),
        ListColumn("wape", "wape", "share"),
        ListColumn("bias_share", "bias", "share"),
    )
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return PlanList("accuracy", "Error and bias by kind of demand", columns, frame, "Nothing has been forecast.")


def carrier_list(plan: Plan) -> PlanList:
    """Carriers' services: how long they take and how often they keep the day."""
    seen = plan.table("transit_time")
    rows = []
    for (carrier, service), part in seen.groupby(["carrier_id", "service_id"], sort=True):
        weights = part["observations"].clip(lower=1)
        rows.append(
            {
                "carrier": f"{carrier} {service}",
                "observations": int(part["observations"].sum()),
                "median_days": weighted_mean(part["median_days"], weights),
                "promise_days": weighted_mean(part["promise_days"], weights),
                "on_time_share": weighted_mean(part["on_time_share"], weights),
            }
        )
    columns = (
        ListColumn("carrier", "carrier", "text"),
        ListColumn("observations", "observations", "integer", is_wide=True),
        ListColumn("median_days", "transit_days", "days"),
        ListColumn("promise_days", "promise_days", "days", is_wide=True),
        ListColumn("on_time_share", "on_time", "share"),
    )
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return PlanList("carriers", "Carriers", columns, frame, "No carrier service is known.")


def shipment_list(plan: Plan) -> PlanList:
    """Parcels on their way with a problem."""
    rows = plan.table("shipment")
    rows = rows[rows["problem"].fillna("") != ""].sort_values(["last_event_at", "tracking_number"], kind="stable")
    total = len(rows)
    rows = cut(rows, plan.settings.report.list_rows)
    rows["last_event_on"] = rows["last_event_at"].dt.normalize()
    return PlanList(
        "shipments",
        "Parcels with a problem",
        (
            ListColumn("tracking_number", "tracking_number", "text"),
            ListColumn("order_id", "order", "text", is_wide=True),
            ListColumn("carrier_id", "carrier", "text", is_wide=True, is_facet=True),
            ListColumn(
                "problem",
                "problem",
                "text",
                is_facet=True,
                words={"returned_to_sender": "returned to sender"},
            ),
            ListColumn("promised_on", "promise_on", "date"),
            ListColumn("next_step", "remedy", "prose", is_wide=True),
        ),
        rows,
        "Every parcel on its way is well.",
        total=total,
    )


def return_list(plan: Plan) -> PlanList:
    """Returns that are open."""
    rows = plan.table("return_authorisation")
    rows = rows[rows["state"].isin(["authorised", "received", "graded"])]
    rows = rows.sort_values(["state", "refund_minor", "return_id"], ascending=[False, False, True], kind="stable")
    total = len(rows)
    return PlanList(
        "returns",
        "Open returns",
        (
            ListColumn("return_id", "order", "text"),
            ListColumn("sku_id", "sku", "text", is_wide=True),
            ListColumn("state", "return_state", "text", is_facet=True),
            ListColumn("granted_units", "units", "units", is_wide=True),
            ListColumn("refund_minor", "refunds_due", "money"),
            ListColumn("reason", "reason", "prose", is_wide=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "No return is open.",
        currency="currency",
        total=total,
    )


def return_reason_list(plan: Plan) -> PlanList:
    """Why goods come back, by category."""
    rows = plan.table("return_summary").sort_values(
        ["returned_units", "category_id"], ascending=[False, True], kind="stable"
    )
    return PlanList(
        "return_reasons",
        "Why goods come back",
        (
            ListColumn("category_id", "category", "text", is_facet=True),
            ListColumn(
                "return_reason",
                "return_reason",
                "text",
                words=_spaced("changed_mind", "size_or_fit", "not_as_described", "damaged_in_transit", "wrong_item"),
            ),
            ListColumn("returned_units", "returned_units", "units"),
        ),
        cut(rows, plan.settings.report.list_rows),
        "Nothing has come back.",
        total=len(rows),
    )


def sku_list(plan: Plan, links: Links) -> PlanList:
    """Every planned SKU-location with its stock, demand and levels, the most valuable demand first."""
    policy = plan.table("policy")[
        [*KEYS, "abc_class", "expected_demand_units", "protection_days", "reorder_point_units", "days_of_cover",
         "stockout_in_days", "target_share", "implied_cycle_service", "implied_fill_rate", "target_kind",
         "mean_stock_minor", "is_assumed"]
    ]  # fmt: skip
    described = plan.table("sku_location")[
        [*KEYS, "product_name", "category_id", "unit_cost_minor", "unit_price_minor", "currency"]
    ]
    stock = plan.table("stock_position")[[*KEYS, "on_hand_units", "on_order_units"]]
    model = plan.table("forecast_model")[[*KEYS, "demand_class", "wape", "bias_share"]]
    rows = policy
    for part in (described, stock, model):
        rows = rows.merge(part, on=KEYS, how="left", validate="one_to_one")
    daily = rows["expected_demand_units"] / rows["protection_days"].where(rows["protection_days"] > 0)
    rows["weekly_units"] = 7 * daily
    rows["stock_minor"] = (rows["on_hand_units"] * rows["unit_cost_minor"]).round()
    by_fill = rows["target_kind"] == "fill_rate"
    rows["service"] = rows["implied_cycle_service"].where(~by_fill, rows["implied_fill_rate"])
    rows = rows.assign(value=rows["weekly_units"] * rows["unit_price_minor"]).sort_values(
        ["value", *KEYS], ascending=[False, True, True], kind="stable"
    )
    total = len(rows)
    rows = cut(rows, plan.settings.report.list_rows)
    return PlanList(
        "skus",
        "Every SKU",
        (
            ListColumn("sku_id", "sku", "sku"),
            ListColumn("product_name", "product_name", "text", is_wide=True),
            ListColumn("location_id", "location", "text", is_wide=True, is_facet=True),
            ListColumn("abc_class", "abc_class", "text", is_wide=True, is_facet=True),
            ListColumn("demand_class", "demand_class", "text", is_wide=True, is_facet=True),
            ListColumn("weekly_units", "weekly_demand", "units", is_wide=True),
            ListColumn("on_hand_units", "on_hand", "units"),
            ListColumn("on_order_units", "on_order", "units", is_wide=True),
            ListColumn("reorder_point_units", "reorder_point", "units", is_detail=True),
            ListColumn("stockout_in_days", "stockout_in", "days"),
            ListColumn("service", "implied", "share", is_wide=True),
            ListColumn("stock_minor", "stock_sku", "money", is_wide=True),
            ListColumn("wape", "wape", "share", is_wide=True),
            ListColumn("bias_share", "bias", "share", is_detail=True),
        ),
        rows,
        "Nothing is planned.",
        _pages(rows, links),
        currency="currency",
        total=total,
        export="policy",
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
                words=_spaced("unit_cost", "lead_time", "product_name", "dimensions_or_transit", "return_rate"),
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


def excused_list(plan: Plan) -> PlanList:
    """SKU-locations that are not planned, with the excuse."""
    rows = plan.table("sku_location")
    rows = rows[~rows["is_planned"]].sort_values(
        ["last_year_units", *KEYS], ascending=[False, True, True], kind="stable"
    )
    total = len(rows)
    return PlanList(
        "excused",
        "Not planned",
        (
            ListColumn("sku_id", "sku", "text"),
            ListColumn("product_name", "product_name", "text", is_wide=True),
            ListColumn("location_id", "location", "text", is_wide=True, is_facet=True),
            ListColumn("lifecycle", "lifecycle", "text", is_wide=True, is_facet=True),
            ListColumn("excuse", "excuse", "prose"),
        ),
        cut(rows, plan.settings.report.list_rows),
        "Every SKU is planned.",
        total=total,
    )


WITHOUT_LINKS: tuple[Callable[[Plan], PlanList], ...] = (
    supplier_list, parcel_list, hold_list, class_list, accuracy_list, carrier_list, shipment_list, return_list,
    return_reason_list, assumption_list, file_list, rejected_list, excused_list,
)  # fmt: skip
WITH_LINKS: tuple[Callable[[Plan, Links], PlanList], ...] = (
    alert_list,
    purchase_list,
    backlog_list,
    sku_list,
)


def all_lists(plan: Plan, links: Links) -> dict[str, PlanList]:
    """Every list of the summary page, by name."""
    made = [make(plan) for make in WITHOUT_LINKS] + [make(plan, links) for make in WITH_LINKS]
    return {shown.name: shown for shown in made}


def _pages(rows: pd.DataFrame, links: Links) -> list[str]:
    return [links.get((sku, place), "") for sku, place in zip(rows["sku_id"], rows["location_id"], strict=True)]


def _supplier_names(plan: Plan, ids: pd.Series) -> pd.Series:
    names = plan.table("supplier").set_index("supplier_id")["supplier_name"]
    return ids.map(names).astype("str").fillna(ids).where(ids.notna(), "none")


def _spaced(*codes: str) -> dict[str, str]:
    return {code: code.replace("_", " ") for code in codes}
