"""What to buy: one explained proposal a SKU and location, and what to do about orders on the way."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, integer, minor, real, text, units

# In the order in which they act; each but the first has its own column of change in the proposal.
BINDING_CONSTRAINTS = (
    "none", "transfer", "commitment", "closure", "no_supplier", "moq", "economic_lot", "pack", "line_maximum", "price_break", "lifecycle", "maximum_cover",
    "damping", "minimum_order_value", "container", "budget", "decision",
)  # fmt: skip

# Where a decision stands, from the proposal until the goods are in.
PROPOSAL_STATES = ("proposed", "approved", "changed", "rejected", "snoozed", "sent", "confirmed",
                   "partly_received", "closed")  # fmt: skip

ORDER_PROPOSAL = Table(
    "order_proposal",
    grain="one row per planned SKU and location that needs units or was kept from them by a constraint",
    key=("sku_id", "location_id"),
    columns=(
        text(
            "proposal_id",
            "SKU|location|as-of day, and |2, |3 for what is left after an approval of the same day",
        ),
        text("sku_id", "SKU"),
        text("location_id", "location"),
        text("supplier_id", "supplier; missing where none sells it", nullable=True),
        date("order_on", "day to send the order: today or the supplier's next order day", nullable=True),
        date("expected_on", "day the goods are expected", nullable=True),
        # The explanation: the terms below, each with its sign, add up to final_units exactly. All are whole
        # thousandths of a unit, so that their decimal sum is exact whatever the order of adding.
        units("expected_demand_units", "+ mean demand over the protection interval"),
        units("expected_lost_units", "- of it, lost before this order can arrive"),
        units("expected_returns_units", "- resaleable returns expected inside it"),
        units("backorder_units", "+ customer orders waiting"),
        units("safety_stock_units", "+ what the target adds to the means; may be negative"),
        units("on_hand_units", "- units there and free"),
        units("on_order_due_units", "- receipts expected inside the interval"),
        units("unneeded_units", "+ what is already covered beyond the target (so that the need is not negative)"),
        units("need_units", "= the unconstrained quantity: the sum of the terms above", minimum=0),
        units("transfer_change_units", "- comes from another location that holds too much"),
        units("commitment_change_units", "- approved before and not counted as due: it leaves with this order"),
        units("closure_change_units", "+ ordered ahead: the supplier takes no order when the next review is due"),
        units("supplier_change_units", "- cut because no supplier can deliver it on usable terms"),
        units("moq_change_units", "+ raised to the smallest quantity"),
        units("economic_change_units", "+ raised to the economic quantity, which weighs ordering against holding"),
        units("pack_change_units", "+ rounded up to whole packs"),
        units("line_maximum_change_units", "- cut to the largest quantity"),
        units("price_break_change_units", "+ raised to a cheaper price where that pays"),
        units("lifecycle_change_units", "- cut because the SKU is not to be bought"),
        units("cover_change_units", "- cut because it would cover too many days of demand"),
        units("damping_change_units", "+/- kept as in the last plan, the change being too small to matter"),
        units("order_minimum_change_units", "+ added so that the supplier accepts the order; - postponed with it"),
        units("container_change_units", "- cut to what the containers hold; + added to fill them"),
        units("budget_change_units", "- cut because the budget ran out"),
        units("decision_change_units", "+/- changed by the planner's decision"),
        units("final_units", "= the quantity proposed", minimum=0),
        text(
            "binding_constraint",
            "the constraint that moved the quantity most; the earlier one of two",
            choices=BINDING_CONSTRAINTS,
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
            choices=PROPOSAL_STATES,
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

TRANSFER_PROPOSAL = Table(
    "transfer_proposal",
    grain="one row per SKU and lane: stock moved in place of a purchase",
    key=("sku_id", "from_location_id", "to_location_id"),
    columns=(
        text("sku_id", "SKU"),
        text("from_location_id", "location that holds more than it needs"),
        text("to_location_id", "location that would otherwise buy"),
        units("moved_units", "quantity to move", minimum=0),
        minor("cost_minor", "cost of the move", minimum=0),
        minor("gain_minor", "what the move saves beyond its cost"),
        text("currency", "ISO 4217 code"),
        text("reason", "why"),
    ),
)

ORDER_COMMITMENT = Table(
    "order_commitment",
    grain="one row per proposal that was approved: what is being bought, until the goods are in",
    key=("proposal_id",),
    columns=(
        text("proposal_id", "proposal that was approved"),
        text("purchase_order_id", "purchase order it left in; missing until it is sent", nullable=True),
        text("supplier_id", "supplier"),
        text("sku_id", "SKU"),
        text("location_id", "receiving location"),
        units("approved_units", "quantity approved", minimum=0),
        units("received_units", "of it, received as decisions say", minimum=0),
        units("open_units", "still to come; zero once closed, lapsed or rejected", minimum=0),
        minor("unit_cost_minor", "price of one unit", minimum=0),
        text("currency", "ISO 4217 code"),
        date("order_on", "day the proposal meant to send it", nullable=True),
        date("expected_on", "day the proposal expected the goods", nullable=True),
        date("approved_on", "day (UTC) of the approval"),
        date("sent_on", "day (UTC) it was sent", nullable=True),
        date("confirmed_on", "arrival day the supplier confirmed", nullable=True),
        text("state", "where it stands", choices=PROPOSAL_STATES),
        text("decided_by", "who decided last"),
        text("reason", "why, in the words of the last decision; empty for none"),
    ),
)

REFUSED_DECISION = Table(
    "refused_decision",
    grain="one row per decision about a proposal that could not be followed",
    key=("decision_id",),
    columns=(
        text("decision_id", "decision"),
        text("key", "what it was about"),
        text("action", "what it asked for"),
        text("reason", "why it could not be followed and how to mend it"),
    ),
)

PLAN_CHANGE = Table(
    "plan_change",
    grain="one row per SKU and location whose proposal differs from the last plan's",
    key=("sku_id", "location_id"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        units("last_units", "quantity proposed by the last plan", minimum=0),
        units("units", "quantity proposed now", minimum=0),
        units("change_units", "the one less the other"),
        minor("unit_cost_minor", "price of one unit", minimum=0),
        text("last_urgency", "urgency in the last plan, or not_listed"),
        text("urgency", "urgency now, or not_listed"),
        text("cause", "the term of the explanation that changed most"),
        units("cause_units", "by how much it changed the quantity"),
    ),
)

PLAN_STABILITY = Table(
    "plan_stability",
    grain="one row where there is a plan of an earlier day to compare with: how much moved since",
    key=("last_run_id",),
    columns=(
        text("last_run_id", "the plan compared with"),
        integer("proposals", "proposals of this plan", minimum=0),
        integer("changed_proposals", "SKU-locations whose quantity or urgency differs", minimum=0),
        integer("damped_proposals", "kept as in the last plan, the change being too small to matter", minimum=0),
        real(
            "moved_share",
            "nervousness: value of planned orders that moved in the weeks both plans cover, per value planned before",
            nullable=True,
            minimum=0,
        ),
    ),
)

PLANNED_ORDER = Table(
    "planned_order",
    grain="one row per SKU, location and week with an order in the forward plan",
    key=("sku_id", "location_id", "week_start"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "receiving location"),
        text("supplier_id", "supplier"),
        date("week_start", "first day of the week in which it is sent; the as-of day for the first"),
        date("expected_on", "day the goods are expected"),
        units("planned_units", "quantity", minimum=0),
        minor("amount_minor", "its value at the price of that quantity", minimum=0),
        text("currency", "ISO 4217 code"),
        text("kind", "today's proposal, or planned for a later week", choices=("proposal", "planned")),
    ),
)

FORWARD_PLAN = Table(
    "forward_plan",
    grain="one row per supplier, currency and week",
    key=("supplier_id", "currency", "week_start"),
    columns=(
        text("supplier_id", "supplier; empty for SKUs that none sells"),
        text("currency", "ISO 4217 code"),
        date("week_start", "first day of the week; the as-of day for the first"),
        units("ordered_units", "orders sent in the week", minimum=0),
        minor("ordered_minor", "their value", minimum=0),
        units("received_units", "goods that arrive in the week, from open and planned orders", minimum=0),
        minor("cash_minor", "their value: what falls due on receipt", minimum=0),
        units("demand_units", "expected demand of the week", minimum=0),
        units("unserved_units", "of it, what expected stock does not cover", minimum=0),
        units("stock_units", "expected stock at the end of the week", minimum=0),
        minor("stock_minor", "its value at cost", minimum=0),
    ),
)

PURCHASE_ORDER_DRAFT = Table(
    "purchase_order_draft",
    grain="one row per line of a purchase order as it leaves for the supplier",
    key=("purchase_order_id", "line_number"),
    columns=(
        text("purchase_order_id", "number of the order: day of approval, supplier and location"),
        integer("line_number", "line, counted from 1", minimum=1),
        text("supplier_id", "supplier"),
        text("supplier_name", "its name", nullable=True),
        text("location_id", "where to deliver"),
        date("order_on", "day to send it", nullable=True),
        date("expected_on", "day the goods are expected", nullable=True),
        text("proposal_id", "proposal behind the line"),
        text("sku_id", "SKU"),
        text("product_name", "its name", nullable=True),
        units("ordered_units", "quantity", minimum=0),
        minor("unit_cost_minor", "price of one unit", minimum=0),
        minor("amount_minor", "value of the line", minimum=0),
        text("currency", "ISO 4217 code"),
    ),
)
