"""What to buy: one explained proposal a SKU and location, and what to do about orders on the way."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, integer, minor, real, text, units

BINDING_CONSTRAINTS = (
    "none", "moq", "pack", "line_maximum", "price_break", "minimum_order_value", "budget",
    "lifecycle", "maximum_cover", "no_supplier",
)  # fmt: skip

ORDER_PROPOSAL = Table(
    "order_proposal",
    grain="one row per planned SKU and location that needs units or was kept from them by a constraint",
    key=("sku_id", "location_id"),
    columns=(
        text("proposal_id", "stable across reruns of the same day: SKU, location and as-of day"),
        text("sku_id", "SKU"),
        text("location_id", "location"),
        text("supplier_id", "supplier; missing where none sells it", nullable=True),
        date("order_on", "day to send the order: today or the supplier's next order day"),
        date("expected_on", "day the goods are expected"),
        # The explanation: the terms below add up to final_units, exactly.
        real("expected_demand_units", "+ mean demand over the protection interval", "units"),
        real("expected_lost_units", "- of it, lost before this order can arrive", "units"),
        real("expected_returns_units", "- resaleable returns expected inside it", "units"),
        real("backorder_units", "+ customer orders waiting", "units"),
        real("safety_stock_units", "+ what the target adds to the means; may be negative", "units"),
        real("on_hand_units", "- units there and free", "units"),
        real("on_order_due_units", "- receipts expected inside the interval", "units"),
        real(
            "unneeded_units",
            "+ what is already covered beyond the target (so that the need is not negative)",
            "units",
        ),
        real("moq_change_units", "+ raised to the smallest quantity", "units"),
        real("pack_change_units", "+ rounded to whole packs", "units"),
        real("line_maximum_change_units", "+ cut to the largest quantity", "units"),
        real("price_break_change_units", "+ raised to a cheaper price where that pays", "units"),
        real("order_minimum_change_units", "+ added so that the supplier accepts the order", "units"),
        real("budget_change_units", "+ cut because the budget ran out", "units"),
        real(
            "lifecycle_change_units",
            "+ cut because the SKU is not to be bought, or covered long enough",
            "units",
        ),
        real(
            "need_units",
            "the unconstrained quantity: the sum of the terms before the constraints",
            "units",
            minimum=0,
        ),
        real("final_units", "the quantity proposed", "units", minimum=0),
        text(
            "binding_constraint", "the constraint that moved the quantity most", choices=BINDING_CONSTRAINTS
        ),
        minor("unit_cost_minor", "price at that quantity", minimum=0),
        minor("amount_minor", "final quantity x price", minimum=0),
        text("currency", "ISO 4217 code"),
        real("days_of_cover", "cover after the order arrives", "days", nullable=True, minimum=0),
        real("gain_minor", "expected margin saved less holding and obsolescence", "minor units of currency"),
        text("urgency", "why today", choices=("stocked_out", "will_stock_out", "due", "not_due")),
        text(
            "state",
            "where the decision stands",
            choices=("proposed", "approved", "changed", "rejected", "snoozed"),
        ),
        flag("is_assumed", "an input was assumed"),
        text("reason", "the explanation in words"),
    ),
)

OPEN_ORDER_ADVICE = Table(
    "open_order_advice",
    grain="one row per open purchase order line and advice",
    key=("purchase_order_id", "purchase_order_line_id", "advice"),
    columns=(
        text("purchase_order_id", "purchase order"),
        text("purchase_order_line_id", "line"),
        text("supplier_id", "supplier"),
        text("sku_id", "SKU"),
        text("location_id", "location"),
        text("advice", "what to do", choices=("chase", "expedite", "delay", "cancel", "reduce")),
        units("open_units", "units still expected", minimum=0),
        units("advised_units", "units the advice is about", minimum=0),
        date("expected_on", "day it is expected as things stand"),
        date("advised_on", "day it should come instead", nullable=True),
        minor("worth_minor", "what following the advice is worth"),
        text("currency", "ISO 4217 code"),
        text("reason", "why"),
    ),
)

SUPPLIER_ORDER = Table(
    "supplier_order",
    grain="one row per supplier and order day: the purchase order the proposals add up to",
    key=("supplier_id", "location_id", "order_on"),
    columns=(
        text("supplier_id", "supplier"),
        text("location_id", "receiving location"),
        date("order_on", "day to send it"),
        integer("lines", "order lines", minimum=0),
        real("units", "units in all", "units", minimum=0),
        minor("amount_minor", "value", minimum=0),
        minor("minimum_order_minor", "the supplier's smallest order value", minimum=0),
        text("currency", "ISO 4217 code"),
        flag("meets_minimum", "the value reaches the minimum"),
        text("reason", "what was done about the minimum"),
    ),
)
