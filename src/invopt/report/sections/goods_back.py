"""Lists of goods on their way back: answers, money, work, time, and what they say of goods and people."""

from __future__ import annotations

import pandas as pd

from invopt.report.figures import OPEN_RETURNS, weighted_mean
from invopt.report.lists import ListColumn, PlanList, cut
from invopt.report.plan import Plan
from invopt.report.sections.naming import spaced

_REASONS = spaced("changed_mind", "size_or_fit", "not_as_described", "damaged_in_transit", "wrong_item")
_RETURN = ListColumn("return_id", "return_id", "text")
_SKU = ListColumn("sku_id", "sku", "text")


def _made(
    plan: Plan, name: str, caption: str, columns: tuple[ListColumn, ...], rows: pd.DataFrame, nothing: str,
    *, money: bool = False,
) -> PlanList:  # fmt: skip
    return PlanList(
        name, caption, columns, cut(rows, plan.settings.report.list_rows), nothing,
        currency="currency" if money else None, total=len(rows),
    )  # fmt: skip


def return_list(plan: Plan) -> PlanList:
    """Returns that are open."""
    rows = plan.table("return_authorisation")
    rows = rows[rows["state"].isin(OPEN_RETURNS)]
    rows = rows.sort_values(["state", "refund_minor", "return_id"], ascending=[False, False, True], kind="stable")
    columns = (
        _RETURN,
        ListColumn("sku_id", "sku", "text", is_wide=True),
        ListColumn("state", "return_state", "text", is_facet=True),
        ListColumn("granted_units", "units", "units", is_wide=True),
        ListColumn("refund_minor", "refund", "money"),
        ListColumn("settlement", "settlement", "text", is_wide=True, is_facet=True, words=spaced("store_credit")),
        ListColumn("expires_on", "return_expires_on", "date", is_detail=True),
        ListColumn("refund_due_on", "refund_due_on", "date", is_detail=True),
        ListColumn("reason", "reason", "prose", is_wide=True),
    )
    return _made(plan, "returns", "Open returns", columns, rows, "No return is open.", money=True)


def return_refused_list(plan: Plan) -> PlanList:
    """Returns that were refused, with the rule and the day."""
    rows = plan.table("return_authorisation")
    rows = rows[rows["outcome"] == "refused"].sort_values("return_id", ascending=False, kind="stable")
    columns = (_RETURN, _SKU, ListColumn("rule", "return_rule", "text", is_facet=True),
               ListColumn("reason", "reason", "prose", is_wide=True))  # fmt: skip
    return _made(plan, "returns_refused", "Refused returns", columns, rows, "No return was refused.")


def return_late_list(plan: Plan) -> PlanList:
    """Returns past the promised refund."""
    rows = plan.table("return_late").sort_values(["late_days", "return_id"], ascending=[False, True], kind="stable")
    columns = (
        _RETURN, ListColumn("standing_at", "return_step", "text", is_facet=True),
        ListColumn("requested_on", "requested_on", "date"), ListColumn("late_days", "late_days", "integer"),
    )  # fmt: skip
    return _made(plan, "returns_late", "Refunds past the promise", columns, rows, "Every refund is within its promise.")


def return_time_list(plan: Plan) -> PlanList:
    """How long each step takes."""
    rows = plan.table("return_time")
    columns = (
        ListColumn("from_step", "return_step", "text"), ListColumn("to_step", "return_next_step", "text"),
        ListColumn("returns", "returns_seen", "integer"), ListColumn("median_days", "median_days", "days"),
        ListColumn("p80_days", "p80_days", "days", is_wide=True), ListColumn("p95_days", "p95_days", "days"),
    )  # fmt: skip
    return _made(plan, "return_times", "How long each step takes", columns, rows, "No step has been stamped.")


def exchange_list(plan: Plan) -> PlanList:
    """Exchanges that are under way."""
    rows = plan.table("return_exchange")
    rows = rows[rows["state"] != "sent"].sort_values(["state", "return_id"], kind="stable")
    columns = (
        _RETURN, ListColumn("returned_sku_id", "returned_sku", "text", is_wide=True), _SKU,
        ListColumn("state", "exchange_state", "text", is_facet=True, words=spaced("timed_out", "no_stock", "no_price")),
        ListColumn("reserved_until_on", "reserved_until_on", "date"),
        ListColumn("difference_minor", "exchange_difference", "money"),
        ListColumn("reason", "reason", "prose", is_wide=True),
    )  # fmt: skip
    return _made(plan, "exchanges", "Exchanges", columns, rows, "No exchange is under way.", money=True)


def claim_list(plan: Plan) -> PlanList:
    """Claims that are open."""
    rows = plan.table("return_claim")
    rows = rows[rows["state"] == "open"].sort_values(
        ["worth_minor", "claim_id"], ascending=[False, True], kind="stable"
    )
    columns = (
        ListColumn("claim_id", "claim", "text"),
        ListColumn("kind", "claim_kind", "text", is_facet=True, words=spaced("wrong_item")),
        ListColumn("against", "claim_against", "text", is_facet=True), ListColumn("worth_minor", "worth", "money"),
        ListColumn("claim_until_on", "claim_until_on", "date"), ListColumn("reason", "reason", "prose", is_wide=True),
    )  # fmt: skip
    return _made(plan, "claims", "Open claims", columns, rows, "No claim is open.", money=True)


def disposal_list(plan: Plan) -> PlanList:
    """Where graded goods went, by disposition."""
    rows = plan.table("disposal")
    rows = rows.groupby(["disposition", "currency"], as_index=False).agg(
        lines=("sku_id", "size"), disposed_units=("disposed_units", "sum"), worth_minor=("worth_minor", "sum")
    ).sort_values("worth_minor", ascending=False, kind="stable")  # fmt: skip
    columns = (
        ListColumn("disposition", "disposition", "text", words=spaced("back_to_supplier")),
        ListColumn("lines", "return_lines", "integer"), ListColumn("disposed_units", "units", "units"),
        ListColumn("worth_minor", "disposal_worth", "money"),
    )  # fmt: skip
    return _made(plan, "disposals", "Where graded goods go", columns, rows, "Nothing has been graded.", money=True)


def refurbish_list(plan: Plan) -> PlanList:
    """Work orders for returned goods."""
    rows = plan.table("refurbish_order")
    rows = rows[rows["state"].isin(("open", "late"))].sort_values(["ready_on", "work_order_id"], kind="stable")
    columns = (
        _RETURN, _SKU, ListColumn("work_units", "units", "units"), ListColumn("cost_minor", "work_cost", "money"),
        ListColumn("ready_on", "ready_on", "date"), ListColumn("state", "work_state", "text", is_facet=True),
    )  # fmt: skip
    return _made(plan, "refurbish_orders", "Goods to refurbish", columns, rows, "Nothing is to refurbish.", money=True)


def return_label_list(plan: Plan) -> PlanList:
    """Labels of returns whose goods are awaited."""
    rows = plan.table("return_label").sort_values("return_id", kind="stable")
    columns = (
        _RETURN, ListColumn("carrier_id", "carrier", "text", is_facet=True),
        ListColumn("service_id", "carrier", "text", is_wide=True),
        ListColumn("hand_over", "hand_over", "text", words=spaced("drop_off", "pick_up")),
        ListColumn("cost_minor", "label_cost", "money"),
        ListColumn("label_paid_by", "label_paid_by", "text", is_wide=True),
        ListColumn("valid_until_on", "return_expires_on", "date", is_wide=True),
    )  # fmt: skip
    return _made(plan, "return_labels", "Labels out", columns, rows, "No return is awaited.", money=True)


def return_reason_list(plan: Plan) -> PlanList:
    """Why goods come back, by category."""
    rows = plan.table("return_summary").sort_values(
        ["returned_units", "category_id"], ascending=[False, True], kind="stable"
    )
    columns = (
        ListColumn("category_id", "category", "text", is_facet=True),
        ListColumn("return_reason", "return_reason", "text", words=_REASONS),
        ListColumn("returned_units", "returned_units", "units"),
    )
    return _made(plan, "return_reasons", "Why goods come back", columns, rows, "Nothing has come back.")


def return_action_list(plan: Plan) -> PlanList:
    """The SKUs whose returns cost most, and what to do."""
    rows = plan.table("return_action").sort_values(["cost_minor", "sku_id"], ascending=[False, True], kind="stable")
    columns = (
        _SKU, ListColumn("leading_reason", "return_reason", "text", words=_REASONS),
        ListColumn("return_share", "return_share", "share"), ListColumn("cost_minor", "return_cost", "money"),
        ListColumn("margin_after_minor", "margin_after", "money", is_wide=True),
        ListColumn("action", "return_action", "prose", is_wide=True),
    )  # fmt: skip
    return _made(plan, "return_actions", "Ten SKUs to act on", columns, rows, "No SKU stands out.", money=True)


def return_margin_list(plan: Plan) -> PlanList:
    """What SKUs earn before and after returns, those that lose most first."""
    rows = plan.table("return_margin")
    rows = rows.assign(lost_minor=rows["margin_before_minor"] - rows["margin_after_minor"])
    rows = rows.sort_values(["lost_minor", "sku_id"], ascending=[False, True], kind="stable")
    columns = (
        _SKU, ListColumn("returned_units", "returned_units", "units"),
        ListColumn("margin_before_minor", "margin_before", "money", is_wide=True),
        ListColumn("lost_minor", "margin_lost", "money"), ListColumn("margin_after_minor", "margin_after", "money"),
    )  # fmt: skip
    return _made(plan, "return_margins", "Margin after returns", columns, rows,
                 "No cost and price is known of what came back.", money=True)  # fmt: skip


def return_cluster_list(plan: Plan) -> PlanList:
    """Reasons that several SKUs of a category share."""
    rows = plan.table("return_cluster").sort_values("returned_units", ascending=False, kind="stable")
    columns = (
        ListColumn("category_id", "category", "text"),
        ListColumn("return_reason", "return_reason", "text", words=_REASONS),
        ListColumn("skus", "cluster_skus", "integer"), ListColumn("reason_share", "cluster_share", "share"),
        ListColumn("examples", "cluster_examples", "prose", is_wide=True),
        ListColumn("action", "return_action", "prose", is_wide=True),
    )  # fmt: skip
    return _made(
        plan, "return_clusters", "Reasons that SKUs share", columns, rows, "No reason is shared by several SKUs."
    )


def return_share_list(plan: Plan) -> PlanList:
    """Shares by channel, supplier, lot and carrier: all but the lots that do not stand out."""
    rows = plan.table("return_share_by")
    rows = rows[(rows["dimension"] != "lot") | rows["stands_out"]]
    rows = rows.sort_values(["stands_out", "dimension", "return_share"], ascending=[False, True, False], kind="stable")
    columns = (
        ListColumn("dimension", "return_dimension", "text", is_facet=True), ListColumn("name", "return_name", "text"),
        ListColumn("sold_units", "sold_units", "units", is_wide=True),
        ListColumn("returned_units", "returned_units", "units"), ListColumn("return_share", "return_share", "share"),
        ListColumn("usual_share", "usual_share", "share", is_wide=True),
        ListColumn("stands_out", "stands_out", "flag"),
    )  # fmt: skip
    return _made(plan, "return_shares", "Share that comes back by channel, supplier, lot and carrier", columns, rows,
                 "Nothing was sold long enough ago.")  # fmt: skip


def serial_returner_list(plan: Plan) -> PlanList:
    """Customers who send most of what they buy back: shown, never acted on."""
    rows = plan.table("serial_returner").sort_values(["return_share", "customer_id"], ascending=[False, True])
    columns = (
        ListColumn("customer_id", "customer", "text"), ListColumn("orders", "orders_seen", "integer"),
        ListColumn("returned_units", "returned_units", "units"), ListColumn("return_share", "return_share", "share"),
        ListColumn("rule", "serial_rule", "prose", is_wide=True),
    )  # fmt: skip
    return _made(plan, "serial_returners", "Customers who send most back (shown only)", columns, rows,
                 "No customer sends most of what they buy back.")  # fmt: skip


def return_score_list(plan: Plan) -> PlanList:
    """How well returns were forecast."""
    rows = plan.table("return_score").sort_values("forecast_on", ascending=False, kind="stable")
    columns = (
        ListColumn("forecast_on", "forecast_on", "date"), ListColumn("expected_units", "expected_back", "units"),
        ListColumn("actual_units", "actual_units", "units"),
        ListColumn("squared_error", "squared_error", "units", is_wide=True),
        ListColumn("squared_error_nothing", "squared_error_nothing", "units", is_wide=True),
        ListColumn("squared_error_netted", "squared_error_netted", "units", is_wide=True),
        ListColumn("inside_90_share", "inside_90", "share"),
    )  # fmt: skip
    return _made(
        plan, "return_scores", "How well returns were forecast", columns, rows, "No past is long enough to score."
    )


def return_rate_list(plan: Plan) -> PlanList:
    """What comes back, by category."""
    known = plan.table("sku_location").drop_duplicates("sku_id")[["sku_id", "category_id"]]
    rates = plan.table("return_rate").merge(known, on="sku_id", how="inner", validate="one_to_one")
    rows = [
        {
            "category_id": str(name),
            "sold_units": part["sold_units"].sum(),
            "returned_units": part["returned_units"].sum(),
            "return_share": weighted_mean(part["return_share"], part["sold_units"]),
            "resaleable_share": weighted_mean(part["resaleable_share"], part["returned_units"]),
            "mean_lag_days": weighted_mean(part["mean_lag_days"], part["sold_units"]),
        }
        for name, part in rates.groupby("category_id", sort=True)
        if part["sold_units"].sum() > 0
    ]
    columns = (
        ListColumn("category_id", "category", "text"),
        ListColumn("sold_units", "sold_units", "units", is_wide=True),
        ListColumn("returned_units", "returned_units", "units", is_wide=True),
        ListColumn("return_share", "return_share", "share"),
        ListColumn("resaleable_share", "resaleable", "share"),
        ListColumn("mean_lag_days", "return_lag", "days", is_wide=True),
    )
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    frame = frame.sort_values(["returned_units", "category_id"], ascending=[False, True], kind="stable")
    return PlanList("return_rates", "What comes back", columns, frame.reset_index(drop=True), "Nothing was sold.")
