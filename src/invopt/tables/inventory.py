"""How much stock is right: the policy of each SKU at each location and what it implies."""

from __future__ import annotations

from invopt.tables.declaration import Table, flag, integer, minor, real, share, text, units

POLICY = Table(
    "policy",
    grain="one row per planned SKU and location",
    key=("sku_id", "location_id"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        text("supplier_id", "supplier it is planned to come from", nullable=True),
        text("abc_class", "A, B, C by margin", choices=("A", "B", "C")),
        text("xyz_class", "X, Y, Z by variability of demand", choices=("X", "Y", "Z")),
        text("target_kind", "which target rules", choices=("cycle_service", "fill_rate", "cost")),
        share("target_share", "its value; for cost the critical ratio"),
        text("shortage_rule", "what a customer does when stock is out", choices=("lost_sales", "backorders")),
        real("review_days", "days between reviews", "days", minimum=0),
        real("lead_time_days", "mean lead time", "days", minimum=0),
        real(
            "protection_days",
            "days that this order has to cover: until the next order's arrival",
            "days",
            minimum=0,
        ),
        real("expected_demand_units", "mean demand over the protection interval", "units", minimum=0),
        real("demand_sd_units", "its standard deviation", "units", minimum=0),
        real(
            "expected_lost_units",
            "of that, expected to be lost before this order arrives",
            "units",
            minimum=0,
        ),
        real("expected_returns_units", "resaleable returns expected inside the interval", "units", minimum=0),
        real("target_level_units", "level that meets the target for the projected position", "units", minimum=0),
        real("safety_stock_units", "target level less the mean terms; may be negative", "units"),
        real(
            "reorder_point_units",
            "an order is due when the projected position falls below it",
            "units",
            minimum=0,
        ),
        real("need_units", "smallest quantity that meets the target, before any constraint", "units", minimum=0),
        real("on_order_due_units", "receipts expected inside the interval", "units", minimum=0),
        real("on_order_later_units", "receipts expected after it", "units", minimum=0),
        units("backorder_units", "customer orders waiting for stock", minimum=0),
        share("implied_cycle_service", "probability that nobody is turned away in a cycle in which anybody asks"),
        share("implied_fill_rate", "share of demand served from stock"),
        share("current_cycle_service", "the same if nothing is ordered today"),
        real("mean_stock_units", "expected stock over a cycle", "units", minimum=0),
        minor("mean_stock_minor", "its value at cost", minimum=0),
        real("days_of_cover", "projected position in days of demand", "days", nullable=True, minimum=0),
        integer(
            "stockout_in_days",
            "days until the expected stock runs out, nothing ordered",
            "days",
            nullable=True,
            minimum=0,
        ),
        text("currency", "ISO 4217 code"),
        flag("is_assumed", "lead time, stock or cost is assumed"),
        text("method", "how the level was found"),
        text("reason", "assumptions and substitutions, for people"),
    ),
)
