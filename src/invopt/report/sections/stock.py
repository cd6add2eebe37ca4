"""Lists of SKUs: service, stock, accuracy, and what is not planned."""

from __future__ import annotations

import pandas as pd

from invopt.report.figures import NAIVE, service_measures, typical, weighted_mean
from invopt.report.lists import ListColumn, PlanList, cut
from invopt.report.plan import Plan
from invopt.report.sections.naming import (
    METHOD_WORDS,
    OVERRIDE_LEVELS,
    Links,
    pages_of,
)
from invopt.report.series import KEYS


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


def value_added_list(plan: Plan) -> PlanList:
    """What the forecast is worth: the naive error less the plan's, on the very same past forecasts."""
    rows = plan.table("forecast_score")
    rows = rows[rows["method"] == NAIVE]
    first = rows["demand_class"].ne("all")
    rows = rows.assign(last=first, added=rows["wape"] - rows["combination_wape"])
    rows = rows.sort_values(["last", "demand_class"], kind="stable", ignore_index=True)
    return PlanList(
        "value_added",
        "Forecast value added",
        (
            ListColumn("demand_class", "demand_class", "text", words={"all": "all SKUs"}),
            ListColumn("forecasts", "forecasts", "integer", is_wide=True),
            ListColumn("wape", "naive_error", "share"),
            ListColumn("combination_wape", "combination_error", "share"),
            ListColumn("added", "value_added", "share"),
        ),
        rows,
        "No past forecast could be made yet: that takes over a year of history.",
    )


def method_list(plan: Plan) -> PlanList:
    """Every method that was tried on the past, the best first."""
    rows = plan.table("forecast_score")
    rows = rows[rows["demand_class"] == "all"]
    rows = rows.assign(added=rows["wape"] - rows["combination_wape"], is_ours=rows["method"].ne("combination"))
    rows = rows.sort_values(["is_ours", "wape", "method"], kind="stable", ignore_index=True)
    return PlanList(
        "methods",
        "Methods tried on the past",
        (
            ListColumn("method", "tried_method", "text", words=METHOD_WORDS),
            ListColumn("forecasts", "forecasts", "integer", is_wide=True),
            ListColumn("wape", "method_error", "share"),
            ListColumn("bias_share", "method_bias", "share", is_wide=True),
            ListColumn("added", "method_added", "share"),
        ),
        rows,
        "No past forecast could be made yet.",
    )


def override_list(plan: Plan) -> PlanList:
    """Planners' overrides of the forecast, with what becomes of each in this plan; those that are followed first."""
    rows = plan.table("forecast_override")
    rows = rows.assign(idle=rows["state"].ne("applied"), about=rows["scope_id"].fillna(rows["scope"]))
    rows = rows.sort_values(["idle", "override_id"], ascending=[True, False], kind="stable", ignore_index=True)
    total = len(rows)
    return PlanList(
        "overrides",
        "Planners' overrides",
        (
            ListColumn("about", "override_about", "text"),
            ListColumn("state", "override_state", "text", is_facet=True),
            ListColumn("baseline_units", "override_before", "units", is_wide=True),
            ListColumn("override_units", "override_adds", "units"),
            ListColumn("decided_by", "decided_by", "text", is_wide=True, is_facet=True),
            ListColumn("reason", "reason", "prose", is_wide=True),
            ListColumn("note", "override_note", "prose", is_detail=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "Nobody has overridden the forecast.",
        total=total,
        export="forecast_override",
    )


def override_value_list(plan: Plan) -> PlanList:
    """What overrides were worth once their periods had passed: naive, forecast, override, on the same periods."""
    rows = plan.table("forecast_value_added")
    rows = rows.assign(group=rows["level"].map(OVERRIDE_LEVELS) + rows["level_id"].where(rows["level"] != "all", ""))
    order = rows["level"].map({name: place for place, name in enumerate(OVERRIDE_LEVELS)})
    rows = rows.assign(order=order).sort_values(["order", "level_id"], kind="stable", ignore_index=True)
    total = len(rows)
    return PlanList(
        "override_values",
        "What overrides were worth",
        (
            ListColumn("group", "override_group", "text"),
            ListColumn("periods", "override_periods", "integer", is_wide=True),
            ListColumn("naive_wape", "last_period_error", "share", is_wide=True),
            ListColumn("baseline_wape", "without_override", "share"),
            ListColumn("override_wape", "with_override", "share"),
            ListColumn("override_gain", "override_gain", "share"),
            ListColumn("better_share", "override_better", "share", is_detail=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "No override has come to its end yet.",
        total=total,
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
        pages_of(rows, links),
        currency="currency",
        total=total,
        export="policy",
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
