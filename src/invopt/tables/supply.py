"""Where goods come from: suppliers, their terms and calendars, purchase orders and receipts."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, integer, minor, real, share, text, units

SUPPLIER = Table(
    "supplier",
    grain="one row per supplier",
    key=("supplier_id",),
    is_input=True,
    columns=(
        text("supplier_id", "supplier, as the shop writes it"),
        text("supplier_name", "name for people", nullable=True),
        text("country", "ISO 3166 alpha-2 country whose holidays it keeps", nullable=True),
        text(
            "order_weekdays",
            "days on which it takes orders, e.g. Mon,Thu; empty for every working day",
            nullable=True,
        ),
        minor("minimum_order_minor", "smallest order value it accepts", nullable=True, minimum=0),
        minor("fixed_order_cost_minor", "cost of placing and receiving one order", nullable=True, minimum=0),
        text("currency", "ISO 4217 code of its prices", nullable=True),
    ),
)

SUPPLIER_TERM = Table(
    "supplier_term",
    grain="one row per supplier, SKU, first day of the terms and smallest quantity of a price break",
    key=("supplier_id", "sku_id", "from_units", "valid_from_on"),
    is_input=True,
    columns=(
        text("supplier_id", "supplier"),
        text("sku_id", "SKU it sells"),
        units("from_units", "quantity from which this price holds; 0 or the MOQ for the first", minimum=0),
        minor("unit_cost_minor", "price of one unit at that quantity", minimum=0),
        text("currency", "ISO 4217 code"),
        integer("lead_time_days", "stated days from order to receipt", "days", nullable=True, minimum=0),
        units("moq_units", "smallest quantity of one order line", nullable=True, minimum=0),
        units("pack_units", "order quantities are whole multiples of it", nullable=True, minimum=0),
        units("line_maximum_units", "largest quantity of one order line", nullable=True, minimum=0),
        flag("is_preferred", "the supplier to buy from unless another is better", nullable=True),
        date("valid_from_on", "first day of the terms", nullable=True),
        date("valid_until_on", "last day of the terms", nullable=True),
    ),
)

SUPPLIER_CLOSURE = Table(
    "supplier_closure",
    grain="one row per supplier and closed spell",
    key=("supplier_id", "starts_on"),
    is_input=True,
    columns=(
        text("supplier_id", "supplier"),
        date("starts_on", "first closed day"),
        date("ends_on", "last closed day"),
        text("reason", "holiday, stocktaking, ...", nullable=True),
    ),
)

PURCHASE_ORDER_LINE = Table(
    "purchase_order_line",
    grain="one row per purchase order and line",
    key=("purchase_order_id", "purchase_order_line_id"),
    is_input=True,
    columns=(
        text("purchase_order_id", "purchase order"),
        text("purchase_order_line_id", "line within the order"),
        text("supplier_id", "supplier"),
        text("sku_id", "SKU ordered"),
        text("location_id", "location that will receive it"),
        units("ordered_units", "quantity ordered", minimum=0),
        minor("unit_cost_minor", "price of one unit", nullable=True, minimum=0),
        text("currency", "ISO 4217 code", nullable=True),
        date("ordered_on", "day the order was sent"),
        date("confirmed_on", "arrival day the supplier confirmed", nullable=True),
        date("cancelled_on", "day the rest of the line was cancelled", nullable=True),
    ),
)

RECEIPT = Table(
    "receipt",
    grain="one row per receipt of a purchase order line",
    key=("receipt_id",),
    is_input=True,
    columns=(
        text("receipt_id", "receipt"),
        text("purchase_order_id", "purchase order"),
        text("purchase_order_line_id", "line within the order"),
        units("received_units", "quantity that arrived in this receipt", minimum=0),
        date("received_on", "day it arrived"),
    ),
)

LEAD_TIME = Table(
    "lead_time",
    grain="one row per supplier, SKU and location that is planned",
    key=("supplier_id", "sku_id", "location_id"),
    columns=(
        text("supplier_id", "supplier"),
        text("sku_id", "SKU"),
        text("location_id", "receiving location"),
        real("mean_days", "mean of the predictive distribution, order to receipt", "days", minimum=0),
        real("sd_days", "standard deviation of the predictive distribution", "days", minimum=0),
        real("log_location_days", "location of log days", "log days"),
        real("log_scale", "scale of log days; 0 for a certain lead time", "log days", minimum=0),
        real("degrees_of_freedom", "of the Student-t on the log scale", minimum=0),
        real("median_days", "half of the orders take no longer", "days", minimum=0),
        real("p90_days", "nine orders in ten take no longer", "days", minimum=0),
        integer("observations", "receipts of this SKU from this supplier", minimum=0),
        integer("supplier_observations", "receipts of this supplier", minimum=0),
        integer("open_orders", "open orders used as right-censored", minimum=0),
        share("fill_share", "expected share of an ordered quantity that arrives"),
        flag("is_assumed", "no receipt at all stands behind it: the terms or the setting do"),
        text("reason", "where the figures come from"),
    ),
)
