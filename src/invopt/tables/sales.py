"""What customers asked for: order lines, and the promotions they saw."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, minor, share, text, timestamp, units

ORDER_LINE_KINDS = ("sale", "cancellation", "return", "write_off", "fee", "adjustment")
PAYMENT_STATES = ("paid", "authorised", "pending", "failed", "refunded", "unknown")
ORDER_STATES = ("open", "shipped", "cancelled")

ORDER_LINE = Table(
    "order_line",
    grain="one row per order and line",
    key=("order_id", "order_line_id"),
    is_input=True,
    columns=(
        text("order_id", "order or invoice number"),
        text(
            "order_line_id",
            "line within the order; where the export has none, a hash of its content and its occurrence",
        ),
        text("sku_id", "SKU, or the code of a fee"),
        timestamp("ordered_at", "when the customer ordered"),
        units("ordered_units", "quantity; negative where goods came back or were written off"),
        minor("unit_price_minor", "price of one unit before discount"),
        minor("discount_minor", "discount on the line", minimum=0),
        minor("tax_minor", "tax on the line"),
        minor("amount_minor", "quantity x price - discount, rounded once"),
        text("currency", "ISO 4217 code"),
        text("line_kind", "what the line is; only a sale is demand", choices=ORDER_LINE_KINDS),
        text("order_state", "whether it still has to be served", choices=ORDER_STATES),
        text("payment_state", "as the shop reports it", choices=PAYMENT_STATES),
        timestamp("cancelled_at", "when a cancellation was recorded", nullable=True),
        timestamp("shipped_at", "when it left", nullable=True),
        date("promised_on", "delivery date given to the customer", nullable=True),
        text("description", "text of the line", nullable=True),
        text("channel", "shop, marketplace, ...", nullable=True),
        text("location_id", "location that served it, if any", nullable=True),
        text("customer_id", "customer", nullable=True, personal=True),
        text("ship_to_name", "addressee", nullable=True, personal=True),
        text("ship_to_street", "street and number", nullable=True, personal=True),
        text("ship_to_city", "city", nullable=True, personal=True),
        text("ship_to_postcode", "postcode", nullable=True, personal=True),
        text("ship_to_country", "ISO 3166 alpha-2 country, or the name as exported", nullable=True),
    ),
)

PROMOTION = Table(
    "promotion",
    grain="one row per promotion and SKU or category",
    key=("promotion_id", "scope", "scope_id"),
    is_input=True,
    columns=(
        text("promotion_id", "promotion"),
        text("scope", "what it applies to", choices=("sku", "category", "shop")),
        text("scope_id", "SKU or category; empty for the whole shop"),
        date("starts_on", "first day"),
        date("ends_on", "last day"),
        share("discount_share", "price cut while it runs", nullable=True),
    ),
)
