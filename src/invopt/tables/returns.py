"""What comes back: requests and receipts, what the policy answers, and what is still to be expected."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, integer, minor, real, share, text, timestamp, units

RETURN_REASONS = ("changed_mind", "size_or_fit", "not_as_described", "defective", "damaged_in_transit",
                  "wrong_item", "late", "unknown")  # fmt: skip
GRADES = ("as_new", "opened", "worn", "damaged", "defective")
DISPOSITIONS = ("restock", "refurbish", "quarantine", "scrap", "back_to_supplier")

RETURN_LINE = Table(
    "return_line",
    grain="one row per return and line",
    key=("return_id", "return_line_id"),
    is_input=True,
    columns=(
        text("return_id", "return as the shop names it"),
        text("return_line_id", "line within the return"),
        text("order_id", "order it belongs to"),
        text("order_line_id", "line of the order; missing where the export names only the SKU", nullable=True),
        text("sku_id", "SKU"),
        units("returned_units", "units announced", minimum=0),
        date("requested_on", "day the customer asked"),
        date("received_on", "day the goods arrived", nullable=True),
        units("received_units", "units that arrived", nullable=True, minimum=0),
        text("location_id", "location that received them", nullable=True),
        text("return_reason", "why", nullable=True, choices=RETURN_REASONS),
        text("grade", "condition found", nullable=True, choices=GRADES),
        text(
            "wish",
            "refund, exchange or store_credit",
            nullable=True,
            choices=("refund", "exchange", "store_credit"),
        ),
        text("exchange_sku_id", "SKU wanted instead", nullable=True),
    ),
)

RETURN_COHORT = Table(
    "return_cohort",
    grain="one row per SKU, location and sale day (month, where too old to matter): what could come back",
    key=("sku_id", "location_id", "clock_on"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        date("clock_on", "day of the sales"),
        real("sold_units", "units sold and not cancelled", "units", minimum=0),
    ),
)

RETURNED_SALE = Table(
    "returned_sale",
    grain="one row per SKU, location, sale day and lag: what came back of those sales",
    key=("sku_id", "location_id", "clock_on", "lag_days"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        date("clock_on", "day of the sales"),
        integer("lag_days", "days from sale to receipt", "days", minimum=0),
        real("units", "units that came back", "units", minimum=0),
        real("squared_units", "sum over return lines of their units squared", "units^2", minimum=0),
    ),
)

RETURN_AUTHORISATION = Table(
    "return_authorisation",
    grain="one row per return line",
    key=("return_id", "return_line_id"),
    columns=(
        text("return_id", "return"),
        text("return_line_id", "line"),
        text("order_id", "order"),
        text("sku_id", "SKU"),
        text("outcome", "granted or refused", choices=("granted", "refused")),
        text("rule", "the rule of the policy that decided"),
        date("window_ends_on", "last day of the window", nullable=True),
        units("granted_units", "units that may come back", minimum=0),
        minor("refund_minor", "refund, discount and tax prorated, fee taken off", minimum=0),
        minor("fee_minor", "fee taken off", minimum=0),
        text("currency", "ISO 4217 code"),
        text("label_paid_by", "shop or customer", choices=("shop", "customer")),
        text("disposition", "what happens to the goods; missing until they are graded", nullable=True, choices=DISPOSITIONS),
        text("state", "authorised, received, graded, closed, refused",
             choices=("authorised", "received", "graded", "closed", "refused")),
        text("reason", "the answer in words, naming the rule"),
    ),
)  # fmt: skip

EXPECTED_RETURN = Table(
    "expected_return",
    grain="one row per planned SKU, location and future period with expected returns",
    key=("sku_id", "location_id", "period_start"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        date("period_start", "first day of the period"),
        real("mean_units", "resaleable units expected back", "units", minimum=0),
        real("variance_units2", "variance of the period", "units^2", minimum=0),
    ),
)

RETURN_RATE = Table(
    "return_rate",
    grain="one row per SKU",
    key=("sku_id",),
    columns=(
        text("sku_id", "SKU"),
        share("return_share", "share of sold units that come back, shrunk to the category"),
        share("resaleable_share", "of those, fit for sale again"),
        real("mean_lag_days", "mean days from sale to receipt", "days", minimum=0),
        units("sold_units", "units sold behind it", minimum=0),
        units("returned_units", "units returned behind it", minimum=0),
        flag("is_assumed", "no return data at all"),
        text("reason", "where it comes from"),
    ),
)

RETURN_SUMMARY = Table(
    "return_summary",
    grain="one row per category and reason",
    key=("category_id", "return_reason"),
    columns=(
        text("category_id", "category"),
        text("return_reason", "why"),
        integer("returns", "return lines", minimum=0),
        units("returned_units", "units", minimum=0),
    ),
)

DISPOSAL = Table(
    "disposal",
    grain="one row per return line whose goods are here and graded",
    key=("return_id", "return_line_id"),
    columns=(
        text("return_id", "return"),
        text("return_line_id", "line"),
        text("sku_id", "SKU"),
        text("location_id", "location that received them"),
        units("disposed_units", "units that arrived", minimum=0),
        text("disposition", "what happens to them", choices=DISPOSITIONS),
        minor("worth_minor", "what that is expected to fetch, less its cost"),
        text("currency", "ISO 4217 code"),
        text("reason", "the rule that overrode, or the values that were compared"),
    ),
)

RETURN_STEPS = ("requested", "labelled", "scanned", "received", "graded", "refunded")

RETURN_STEP = Table(
    "return_step",
    grain="one row per return and step that was done",
    key=("return_id", "step", "stamped_at"),
    columns=(
        text("return_id", "return"),
        text("step", "what was done", choices=RETURN_STEPS),
        timestamp("stamped_at", "when"),
    ),
)

RETURN_TIME = Table(
    "return_time",
    grain="one row per stretch between two steps",
    key=("from_step", "to_step"),
    columns=(
        text("from_step", "step at which it begins", choices=RETURN_STEPS),
        text("to_step", "step at which it ends", choices=RETURN_STEPS),
        integer("returns", "returns behind it", minimum=0),
        real("median_days", "half take no longer", "days"),
        real("p80_days", "eight in ten take no longer", "days"),
        real("p95_days", "nineteen in twenty take no longer", "days"),
    ),
)

RETURN_LATE = Table(
    "return_late",
    grain="one row per return that is past the promised refund",
    key=("return_id",),
    columns=(
        text("return_id", "return"),
        text("standing_at", "last step that was done", choices=RETURN_STEPS),
        date("requested_on", "day the customer asked"),
        integer("late_days", "days past the promise", "days", minimum=0),
    ),
)

RETURN_ACTION = Table(
    "return_action",
    grain="one row per SKU whose returns cost most",
    key=("sku_id",),
    columns=(
        text("sku_id", "SKU"),
        units("returned_units", "units that came back", minimum=0),
        share("return_share", "share of sold units that come back"),
        text("leading_reason", "reason behind most of them", choices=RETURN_REASONS),
        share("leading_share", "share of them with that reason"),
        minor("cost_minor", "work and goods lost to returns", minimum=0),
        minor("margin_after_minor", "margin of what was kept, less that cost"),
        text("currency", "ISO 4217 code"),
        text("action", "what to do"),
    ),
)

SERIAL_RETURNER = Table(
    "serial_returner",
    grain="one row per customer who sends most of what they buy back; shown, never acted on by itself",
    key=("customer_id",),
    columns=(
        text("customer_id", "customer", personal=True),
        integer("orders", "orders", minimum=0),
        units("bought_units", "units bought", minimum=0),
        units("returned_units", "of those, sent back", minimum=0),
        share("return_share", "share sent back"),
        text("rule", "rule by which they are shown"),
    ),
)
