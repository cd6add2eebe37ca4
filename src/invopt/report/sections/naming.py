"""What the lists share: words for codes, names for ids, pages for SKUs."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

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
    "decision_refused": "Decision not followed", "override_unmatched": "Override without effect",
    "file_refused": "File not taken in",
    "late_return": "Refund late", "return_miscount": "Wrong count",
    "refurbish_late": "Work not ready",
}  # fmt: skip

SEVERITY_WORDS = {"high": "● high", "medium": "◐ medium", "low": "○ low"}

URGENCY_WORDS = {
    "stocked_out": "stocked out", "will_stock_out": "will run out", "due": "due", "not_due": "not due",
}  # fmt: skip

CONSTRAINT_WORDS = {
    "none": "", "transfer": "from another location", "moq": "smallest quantity", "economic_lot": "economic quantity",
    "pack": "whole packs", "line_maximum": "largest quantity", "price_break": "cheaper price",
    "minimum_order_value": "order minimum", "budget": "budget",
    "container": "container",
    "lifecycle": "lifecycle", "maximum_cover": "longest cover", "no_supplier": "no supplier", "closure": "closure",
    "damping": "last plan", "decision": "decision",
}  # fmt: skip

CAUSE_WORDS = {
    "no_stock": "no stock", "on_hold": "on hold", "rejected": "refused", "capacity": "capacity",
    "awaiting_complete": "waits for the rest",
}  # fmt: skip


METHOD_WORDS = {
    "combination": "the plan's combination", "ets": "ETS", "theta": "Theta", "ses": "simple smoothing", "sba": "SBA",
    "tsb": "TSB", "imapa": "IMAPA",
}  # fmt: skip


OVERRIDE_LEVELS = {"all": "all overrides", "author": "by ", "category": "category ", "override": "override "}


def named(plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the product's name beside its SKU and location."""
    names = plan.table("sku_location")[[*KEYS, "product_name"]]
    return frame.merge(names, on=KEYS, how="left", validate="many_to_one")


def pages_of(rows: pd.DataFrame, links: Links) -> list[str]:
    """The page of each row's SKU and location; empty for none."""
    return [links.get((sku, place), "") for sku, place in zip(rows["sku_id"], rows["location_id"], strict=True)]


def supplier_names(plan: Plan, ids: pd.Series) -> pd.Series:
    """Names of suppliers for people, their ids where they have none, and "none" where there is no supplier."""
    names = plan.table("supplier").set_index("supplier_id")["supplier_name"]
    return ids.map(names).astype("str").fillna(ids).where(ids.notna(), "none")


def spaced(*codes: str) -> dict[str, str]:
    """Codes as words: with spaces for underscores."""
    return {code: code.replace("_", " ") for code in codes}
