"""What customers wanted: daily demand, and what is known of each SKU at each location."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, integer, minor, real, share, text, units

DEMAND = Table(
    "demand",
    grain=(
        "one row per SKU, location and day with an order, a return or a stockout; a day without a row between "
        "first_demand_on and the as-of day was open, in stock and sold nothing"
    ),
    key=("sku_id", "location_id", "demand_on"),
    columns=(
        text("sku_id", "SKU; kits are exploded into their components"),
        text("location_id", "location that should have served it"),
        date("demand_on", "day"),
        units("ordered_units", "units ordered that day, gross", minimum=0),
        units("cancelled_units", "of those, cancelled before the as-of day", minimum=0),
        units("returned_units", "units that came back that day; supply, never negative demand", minimum=0),
        minor("revenue_minor", "value of the ordered units"),
        integer("order_lines", "order lines behind the day", minimum=0),
        share("out_of_stock_share", "share of the day's selling time without stock", nullable=True),
        flag("is_censored", "stock was out for a part of the day: demand is at least this", nullable=True),
        flag("is_promoted", "a promotion ran"),
    ),
)

SKU_LOCATION = Table(
    "sku_location",
    grain="one row per SKU and location with any order in the history, any stock or any open order",
    key=("sku_id", "location_id"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        integer(
            "position",
            "rank in the order of (sku_id, location_id); chunks of a run are ranges of it",
            minimum=0,
        ),
        text("category_id", "category, or the setting's where the product has none"),
        text("product_name", "name for people", nullable=True),
        text("lifecycle", "active, run_down, do_not_reorder, discontinued"),
        date("first_demand_on", "first day with an order", nullable=True),
        date("last_demand_on", "last day with an order", nullable=True),
        integer("demand_days", "days with an order", minimum=0),
        units("total_units", "units ordered in all", minimum=0),
        units("last_year_units", "units ordered in the 365 days before the as-of day", minimum=0),
        minor("last_year_revenue_minor", "their value"),
        minor("unit_cost_minor", "cost of one unit", minimum=0),
        minor("unit_price_minor", "price of one unit", minimum=0),
        text("currency", "ISO 4217 code of cost and price"),
        text("abc_class", "A, B, C by margin over the last year", choices=("A", "B", "C")),
        flag("is_cost_assumed", "cost comes from the setting's share of price"),
        flag("is_planned", "a forecast and a policy are made for it"),
        text("excuse", "why it is not planned", nullable=True),
    ),
)

CLEANED_DEMAND = Table(
    "cleaned_demand",
    grain="one row per planned SKU, location and period whose figure differs from what was observed",
    key=("sku_id", "location_id", "period_start"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        date("period_start", "first day of the period"),
        real("observed_units", "as ordered", "units", minimum=0),
        real("cleaned_units", "as used; missing where unknown", "units", nullable=True, minimum=0),
        text("reason", "outlier, censored, before first sale, ..."),
    ),
)
