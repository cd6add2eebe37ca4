"""Lists of orders on their way out, of carriers, and of goods on their way back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.report.figures import promise_record, weighted_mean
from invopt.report.lists import ListColumn, PlanList, cut
from invopt.report.plan import Plan
from invopt.report.sections.naming import (
    CAUSE_WORDS,
    Links,
    named,
    pages_of,
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
        pages_of(rows, links),
        currency="currency",
        total=total,
        export="backlog",
    )


def carrier_list(plan: Plan) -> PlanList:
    """Carriers' services: how long they take, and how often the promised day was kept, against the wanted share."""
    seen = plan.table("transit_time")
    # Figures of a whole service stand on the lane "*"; where there are none, its lanes are taken together.
    is_whole = seen["lane"] == "*"
    seen = seen[is_whole] if is_whole.any() else seen
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
        ListColumn("median_days", "transit_days", "days", is_wide=True),
        ListColumn("promise_days", "promise_days", "days", is_wide=True),
        ListColumn("on_time_share", "on_time", "share", is_detail=True),
        ListColumn("parcels", "promised_parcels", "integer", is_wide=True),
        ListColumn("kept_share", "promises_kept", "share"),
        ListColumn("wanted_share", "promise_wanted", "share"),
        ListColumn("verdict", "promise_verdict", "text", is_facet=True),
        ListColumn("early_days", "early_days", "days", is_detail=True),
    )
    record = promise_record(plan.table("shipment"), plan.settings.shipping.promise_share)
    record["carrier"] = record["carrier_id"].astype("str") + " " + record["service_id"].astype("str")
    seen_rows = pd.DataFrame(rows, columns=["carrier", "observations", "median_days", "promise_days", "on_time_share"])
    frame = seen_rows.merge(
        record[["carrier", "parcels", "kept_share", "kept_low", "kept_high", "wanted_share", "early_days"]],
        on="carrier", how="outer", validate="one_to_one",
    ).sort_values("carrier", kind="stable", ignore_index=True)  # fmt: skip
    frame["verdict"] = np.select(
        [frame["kept_share"].isna(), frame["kept_high"] < frame["wanted_share"],
         frame["kept_low"] > frame["wanted_share"]],
        ["none promised", "promises too early", "could promise sooner"], "as wanted",
    )  # fmt: skip
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
