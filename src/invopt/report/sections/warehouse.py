"""Lists of the warehouse and of carriers' honesty: waves, workload, what can be promised, options, scores, cards."""

from __future__ import annotations

import pandas as pd

from invopt.report.lists import ListColumn, PlanList, cut
from invopt.report.plan import Plan
from invopt.report.sections.naming import Links, pages_of, spaced


def wave_list(plan: Plan) -> PlanList:
    """Waves of today, in the sequence in which they have to be packed."""
    picks = plan.table("pick_line")
    rows = (
        picks.groupby(["location_id", "wave_number"], sort=True)
        .agg(
            cut_off_time=("cut_off_time", "first"), pick_lines=("pick_number", "size"), skus=("sku_id", "nunique"),
            orders=("order_id", "nunique"), pick_units=("pick_units", "sum"),
        )
        .reset_index()
    )  # fmt: skip
    return PlanList(
        "waves",
        "Waves",
        (
            ListColumn("location_id", "location", "text", is_facet=True),
            ListColumn("wave_number", "wave", "integer"),
            ListColumn("cut_off_time", "cut_off", "text"),
            ListColumn("orders", "order", "integer", is_wide=True),
            ListColumn("pick_lines", "pick_lines", "integer"),
            ListColumn("skus", "sku", "integer", is_wide=True),
            ListColumn("pick_units", "units", "units", is_wide=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "Nothing is picked today.",
        total=len(rows),
    )


def workload_list(plan: Plan) -> PlanList:
    """The next working day by the hour."""
    rows = plan.table("workload").sort_values(["location_id", "hour"], kind="stable")
    return PlanList(
        "workload",
        "Work of the next working day",
        (
            ListColumn("location_id", "location", "text", is_facet=True),
            ListColumn("hour", "hour", "integer"),
            ListColumn("new_lines", "new_lines", "units"),
            ListColumn("picked_lines", "picked_lines", "units"),
            ListColumn("waiting_lines", "waiting_lines", "units"),
        ),
        cut(rows, plan.settings.report.list_rows),
        "No location is known whose work could be planned.",
        total=len(rows),
    )


def promise_stock_list(plan: Plan, links: Links) -> PlanList:
    """What can be promised, of the SKUs that orders take from or wait for."""
    rows = plan.table("available_to_promise")
    asked = (rows["allocated_units"] > 0) | (rows["waiting_units"] > 0) | (rows["reserved_units"] > 0)
    rows = rows[asked].sort_values(["sku_id", "location_id", "from_on"], kind="stable")
    total = len(rows)
    rows = cut(rows, plan.settings.report.list_rows)
    return PlanList(
        "promise_stock",
        "What can be promised",
        (
            ListColumn("sku_id", "sku", "sku"),
            ListColumn("location_id", "location", "text", is_facet=True),
            ListColumn("from_on", "from_on", "date"),
            ListColumn("on_hand_units", "on_hand", "units", is_wide=True),
            ListColumn("reserved_units", "reserved", "units", is_wide=True),
            ListColumn("available_units", "available", "units", is_wide=True),
            ListColumn("allocated_units", "allocated", "units", is_wide=True),
            ListColumn("waiting_units", "waiting_units", "units", is_wide=True),
            ListColumn("expected_units", "receipts_until", "units", is_wide=True),
            ListColumn("promise_units", "promise_units", "units"),
        ),
        rows,
        "No open order takes from any stock.",
        pages_of(rows, links),
        total=total,
        export="available_to_promise",
    )


def stock_price_list(plan: Plan, links: Links) -> PlanList:
    """Scarce stock with its price, the dearest first."""
    rows = plan.table("stock_price").sort_values(
        ["price_minor", "sku_id", "location_id"], ascending=[False, True, True], kind="stable"
    )
    total = len(rows)
    rows = cut(rows, plan.settings.report.list_rows)
    return PlanList(
        "stock_prices",
        "Scarce stock and its price",
        (
            ListColumn("sku_id", "sku", "sku"),
            ListColumn("location_id", "location", "text", is_facet=True),
            ListColumn("price_minor", "stock_price", "money"),
        ),
        rows,
        "No stock that open orders ask for is scarcer in one place than in another.",
        pages_of(rows, links),
        currency="currency",
        total=total,
    )


def reservation_list(plan: Plan) -> PlanList:
    """What is being picked, and reservations that orders no longer want."""
    rows = plan.table("reservation").sort_values(["reference", "sku_id", "location_id"], kind="stable")
    rows = rows.assign(void_units=rows["reserved_units"] - rows["kept_units"])
    return PlanList(
        "reservations",
        "Being picked",
        (
            ListColumn("reference", "order", "text"),
            ListColumn("sku_id", "sku", "text", is_wide=True),
            ListColumn("location_id", "location", "text", is_facet=True),
            ListColumn("kept_units", "reserved", "units"),
            ListColumn("void_units", "void_units", "units"),
            ListColumn("reason", "void_reason", "text", is_facet=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "Nothing is being picked.",
        total=len(rows),
    )


def option_list(plan: Plan) -> PlanList:
    """What the customer of each order could choose: the price of all its parcels, and the day the last one comes."""
    options = plan.table("delivery_option").merge(
        plan.table("parcel")[["parcel_id", "order_id"]], on="parcel_id", validate="many_to_one"
    )
    options["carrier"] = options["carrier_id"] + " " + options["service_id"]
    rows = (
        options.sort_values(["order_id", "option", "parcel_id"], kind="stable")
        .groupby(["order_id", "option", "currency"], sort=True)
        .agg(
            carrier=("carrier", lambda names: ", ".join(dict.fromkeys(names))), parcels=("parcel_id", "size"),
            cost_minor=("cost_minor", "sum"), promise_on=("promise_on", "max"), likely_on=("likely_on", "max"),
            on_time_share=("on_time_share", "min"),
        )
        .reset_index()
    )  # fmt: skip
    total = len(rows)
    return PlanList(
        "options",
        "Delivery options",
        (
            ListColumn("order_id", "order", "text"),
            ListColumn("option", "option", "text", is_facet=True, words=spaced("best_value")),
            ListColumn("carrier", "carrier", "text", is_wide=True, is_facet=True),
            ListColumn("parcels", "parcel", "integer", is_wide=True),
            ListColumn("cost_minor", "parcel_cost", "money"),
            ListColumn("promise_on", "promise_on", "date"),
            ListColumn("likely_on", "likely_on", "date", is_wide=True),
            ListColumn("on_time_share", "on_time", "share", is_wide=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "No parcel can be sent today.",
        currency="currency",
        total=total,
        export="delivery_option",
    )


def score_list(plan: Plan) -> PlanList:
    """How honest promises are, whole services first, then their lanes."""
    rows = plan.table("promise_score")
    rows = rows.assign(is_lane=rows["lane"] != "*").sort_values(
        ["is_lane", "carrier_id", "service_id", "lane"], kind="stable"
    )
    rows["carrier"] = rows["carrier_id"] + " " + rows["service_id"]
    return PlanList(
        "promise_scores",
        "Promises, scored by carrier and lane",
        (
            ListColumn("carrier", "carrier", "text", is_facet=True),
            ListColumn("lane", "lane", "text"),
            ListColumn("parcels", "scored_parcels", "integer", is_wide=True),
            ListColumn("kept_share", "kept_share", "share"),
            ListColumn("promised_share", "claimed_share", "share"),
            ListColumn("on_time_share", "on_time", "share"),
            ListColumn("dated_parcels", "observations", "integer", is_wide=True),
        ),
        cut(rows, plan.settings.report.list_rows),
        "No parcel has been tracked yet.",
        total=len(rows),
    )


def rate_fault_list(plan: Plan) -> PlanList:
    """What is wrong with the rate cards, zones that nothing prices today first."""
    rows = plan.table("rate_fault")
    rows = rows.sort_values(["is_now", "carrier_id", "service_id", "zone", "fault"], ascending=[False, *[True] * 4])
    rows = pd.DataFrame(rows.assign(carrier=rows["carrier_id"] + " " + rows["service_id"]))
    return PlanList(
        "rate_faults",
        "Rate cards with a fault",
        (
            ListColumn("carrier", "carrier", "text", is_facet=True),
            ListColumn("zone", "zone", "text"),
            ListColumn("fault", "rate_fault", "text", is_facet=True),
            ListColumn("is_now", "is_now", "flag"),
            ListColumn("reason", "reason", "prose"),
        ),
        cut(rows, plan.settings.report.list_rows),
        "Every rate card is whole.",
        total=len(rows),
    )
