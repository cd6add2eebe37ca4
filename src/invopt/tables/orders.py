"""Customer orders on their way out: checked, allocated, or waiting with a reason and a date."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, integer, minor, real, text, timestamp, units

OPEN_ORDER_LINE = Table(
    "open_order_line",
    grain="one row per sale line that still has to be served",
    key=("order_id", "order_line_id"),
    columns=(
        text("order_id", "order"),
        text("order_line_id", "line"),
        text("sku_id", "SKU"),
        timestamp("ordered_at", "when the customer ordered"),
        units("ordered_units", "quantity", minimum=0),
        minor("unit_price_minor", "price of one unit"),
        minor("amount_minor", "value of the line"),
        text("currency", "ISO 4217 code"),
        text("payment_state", "as the shop reports it"),
        date("promised_on", "date given to the customer", nullable=True),
        text("channel", "channel", nullable=True),
        text("location_id", "location that should serve it"),
        text("customer_id", "customer", nullable=True, personal=True),
        text("ship_to_name", "addressee", nullable=True, personal=True),
        text("ship_to_street", "street and number", nullable=True, personal=True),
        text("ship_to_city", "city", nullable=True, personal=True),
        text("ship_to_postcode", "postcode", nullable=True, personal=True),
        text("ship_to_country", "ISO 3166 alpha-2 country", nullable=True),
    ),
)

ORDER_CHECK = Table(
    "order_check",
    grain="one row per open order",
    key=("order_id",),
    columns=(
        text("order_id", "order"),
        text("outcome", "accepted, on_hold or rejected", choices=("accepted", "on_hold", "rejected")),
        text("rule", "the first rule that decided; empty when accepted"),
        text("reason", "all that was found, for people"),
        text("released_by", "role that may release it; empty when accepted"),
        integer("lines", "lines of the order", minimum=0),
        minor("amount_minor", "value of the order"),
        text("currency", "ISO 4217 code"),
    ),
)

ALLOCATION = Table(
    "allocation",
    grain="one row per order line and location that serves a part of it",
    key=("order_id", "order_line_id", "location_id"),
    columns=(
        text("order_id", "order"),
        text("order_line_id", "line"),
        text("sku_id", "SKU"),
        text("location_id", "location that serves it"),
        units("allocated_units", "units from there", minimum=0),
        flag("is_split", "the order leaves from more than one location"),
        text("reason", "why this location"),
    ),
)

BACKLOG = Table(
    "backlog",
    grain="one row per order line with units that cannot be served today",
    key=("order_id", "order_line_id"),
    columns=(
        text("order_id", "order"),
        text("order_line_id", "line"),
        text("sku_id", "SKU"),
        text("location_id", "location that should serve it"),
        units("waiting_units", "units waiting", minimum=0),
        minor("amount_minor", "their value"),
        text("currency", "ISO 4217 code"),
        text("cause", "no_stock, on_hold, rejected, capacity, awaiting_complete",
             choices=("no_stock", "on_hold", "rejected", "capacity", "awaiting_complete")),
        date("available_on", "day the goods are expected; missing where nothing is on order", nullable=True),
        text("reason", "the same in words"),
    ),
)  # fmt: skip

AVAILABLE = Table(
    "available",
    grain="one row per SKU and location with stock that orders may take",
    key=("sku_id", "location_id"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        units("available_units", "on hand less reserved less buffer", minimum=0),
    ),
)

PARCEL_COST = Table(
    "parcel_cost",
    grain="one row per open order and location it could leave from; no row, no way to send it from there",
    key=("order_id", "location_id"),
    columns=(
        text("order_id", "order"),
        text("location_id", "location"),
        minor("parcel_minor", "cost of a parcel whatever is in it: carrier and handling", minimum=0),
        real("unit_minor", "cost of each unit in it", "minor units of currency", minimum=0),
        integer("late_days", "days after the promise at which it would arrive", "days", minimum=0),
        text("currency", "ISO 4217 code"),
        text("reason", "service and weight it was reckoned with"),
    ),
)

ALLOCATION_BOUND = Table(
    "allocation_bound",
    grain="one row per group of orders that compete for stock, and one for all that do not",
    key=("group_number",),
    columns=(
        integer("group_number", "group; 0 for the orders that compete with none", minimum=0),
        integer("orders", "orders of the group", minimum=0),
        text("method", "independent, exact, prices", choices=("independent", "exact", "prices")),
        real("cost_minor", "planned cost: parcels, splits, lateness, units left waiting, stock prices", "minor units"),
        real("bound_minor", "no plan can cost less", "minor units"),
        real("gap_share", "how far the plan may be from the best", "share of cost", minimum=0),
    ),
)

STOCK_PRICE = Table(
    "stock_price",
    grain="one row per SKU and location whose stock later orders are going to want",
    key=("sku_id", "location_id"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        real("price_minor", "what one unit there saves the orders to come", "minor units of currency", minimum=0),
        text("currency", "ISO 4217 code"),
    ),
)

REGION_DEMAND = Table(
    "region_demand",
    grain="one row per SKU and region with demand until its next receipt",
    key=("sku_id", "region"),
    columns=(
        text("sku_id", "SKU"),
        text("region", "region that orders come from"),
        real("mean_units", "expected orders until the next receipt", "units", minimum=0),
        real("shortage_minor", "cost of a unit that is not served", "minor units of currency", minimum=0),
    ),
)

LANE_COST = Table(
    "lane_cost",
    grain="one row per location and region it may serve",
    key=("location_id", "region"),
    columns=(
        text("location_id", "location"),
        text("region", "region"),
        real("unit_minor", "cost of sending one unit", "minor units of currency", minimum=0),
    ),
)

PICK_LINE = Table(
    "pick_line",
    grain="one row per order line and location that is picked today",
    key=("location_id", "order_id", "order_line_id"),
    columns=(
        text("location_id", "location"),
        integer("wave_number", "wave of the location, picked in one round", minimum=1),
        integer("pick_number", "place in the wave's sequence", minimum=1),
        text("order_id", "order"),
        text("order_line_id", "line"),
        text("sku_id", "SKU"),
        text("zone", "part of the location that it lies in: the category, as goods of one lie together"),
        units("pick_units", "units to pick", minimum=0),
        text("cut_off_time", "HH:MM local by which it has to be packed", nullable=True),
    ),
)

ORDER_ARRIVAL = Table(
    "order_arrival",
    grain="one row per location and hour of the next working day at which order lines are expected",
    key=("location_id", "hour"),
    columns=(
        text("location_id", "location that should serve them"),
        integer("hour", "hour of the day, local", minimum=0, maximum=23),
        real("lines", "mean of the same weekday over the last weeks", "lines", minimum=0),
    ),
)

WORKLOAD = Table(
    "workload",
    grain="one row per location and working hour of the next working day",
    key=("location_id", "hour"),
    columns=(
        text("location_id", "location"),
        integer("hour", "hour of the day, local", minimum=0, maximum=23),
        real("new_lines", "order lines that arrive for it", "lines", minimum=0),
        real("picked_lines", "of all that waits, picked in this hour", "lines", minimum=0),
        real("waiting_lines", "left at its end", "lines", minimum=0),
    ),
)

RESERVATION = Table(
    "reservation",
    grain="one row per order line and location with units reserved for picking",
    key=("reference", "sku_id", "location_id"),
    columns=(
        text("reference", "order|line, or whatever else reserved"),
        text("order_id", "order; missing where no order line has that reference", nullable=True),
        text("order_line_id", "line", nullable=True),
        text("sku_id", "SKU"),
        text("location_id", "location"),
        units("reserved_units", "reserved by the ledger", minimum=0),
        units("kept_units", "still wanted; the rest is released when the plan is published", minimum=0),
        flag("is_with_carrier", "the carrier has scanned the order's parcel from there"),
        text("reason", "why it is kept or released"),
    ),
)

AVAILABLE_TO_PROMISE = Table(
    "available_to_promise",
    grain="one row per SKU, location and day on which what can be promised changes",
    key=("sku_id", "location_id", "from_on"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        date("from_on", "first day of these figures: the as-of day, then each day with a receipt"),
        units("on_hand_units", "units there now", minimum=0),
        units("reserved_units", "reserved for orders that are being picked", minimum=0),
        units("available_units", "on hand less reserved; below zero where a count found less than was reserved"),
        units("buffer_units", "kept back by the settings", minimum=0),
        units("allocated_units", "planned for today's orders and not reserved yet", minimum=0),
        units("waiting_units", "accepted orders of this location that wait", minimum=0),
        units("expected_units", "receipts expected until that day", minimum=0),
        units("promise_units",
              "what a new order can be promised: available - buffer - allocated - waiting + expected, not below zero",
              minimum=0),
    ),
)  # fmt: skip
