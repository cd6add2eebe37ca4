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
        date("labelled_on", "day the return label was given out", nullable=True),
        date("scanned_on", "day the carrier took the parcel", nullable=True),
        date("graded_on", "day the goods were looked at", nullable=True),
        date("refunded_on", "day the money went back", nullable=True),
        text("received_sku_id", "SKU that arrived, where it is another than announced", nullable=True),
        text("photo_reference", "where the photograph of the goods lies", nullable=True),
        text("customer_id", "who asks; missing where nobody checked", nullable=True, personal=True),
        text("currency", "currency the customer is to be paid in; missing for that of the order", nullable=True),
    ),
)

PAYMENT_KINDS = ("card", "gift_card", "store_credit", "transfer", "other")

PAYMENT = Table(
    "payment",
    grain="one row per order and payment; needed where an order was paid in more than one way",
    key=("order_id", "payment_id"),
    is_input=True,
    columns=(
        text("order_id", "order"),
        text("payment_id", "payment as the shop names it"),
        text("payment_kind", "how it was paid", choices=PAYMENT_KINDS),
        integer("used_number", "place in the sequence in which the payments were used", minimum=1),
        minor("paid_minor", "what it brought", minimum=0),
        text("currency", "ISO 4217 code"),
    ),
)

RETURN_COHORT = Table(
    "return_cohort",
    grain="one row per SKU, location, channel and day from which returns are counted (month, where too old to matter): "
    "what could come back",
    key=("sku_id", "location_id", "channel", "clock_on"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        text("channel", "channel; empty where none is named"),
        date("clock_on", "day of the delivery, or of the sale where no delivery is tracked"),
        real("sold_units", "units sold and not cancelled", "units", minimum=0),
        real("trial_units", "the same, bulk lines cut to an ordinary large one", "units", minimum=0),
        real("delay_days", "mean days from sale to that day", "days"),
        integer("lines", "sale lines", minimum=0),
    ),
)

RETURNED_SALE = Table(
    "returned_sale",
    grain="one row per SKU, location, channel, day from which returns are counted, reason and lag: what came back",
    key=("sku_id", "location_id", "channel", "clock_on", "return_reason", "lag_days"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        text("channel", "channel; empty where none is named"),
        date("clock_on", "day of the delivery, or of the sale where no delivery is tracked"),
        text("return_reason", "why; unknown where nobody said", choices=RETURN_REASONS),
        integer("lag_days", "days from then to receipt", "days", minimum=0),
        real("units", "units that came back", "units", minimum=0),
        real("trial_units", "the same, bulk lines cut to an ordinary large one", "units", minimum=0),
        real("squared_units", "sum over return lines of these squared", "units^2", minimum=0),
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
        text("settlement", "how it is made good", choices=("refund", "exchange", "store_credit")),
        minor("credit_minor", "store credit, its bonus included; 0 for another settlement", minimum=0),
        text("label_paid_by", "shop or customer", choices=("shop", "customer")),
        date("expires_on", "last day on which the goods may still arrive; missing where they have, or need not",
             nullable=True),
        date("refund_due_on", "day on which the policy lets the money go back; missing before", nullable=True),
        text("count_path", "what was counted against what was announced; empty until the goods are here",
             choices=("", "as_announced", "fewer", "more", "other")),
        units("surplus_units", "units that arrived beyond what may come back: set aside, and the customer asked",
              minimum=0),
        text("disposition", "what happens to the goods; missing until they are graded", nullable=True, choices=DISPOSITIONS),
        text("state", "authorised, received, graded, refunded, closed, refused",
             choices=("authorised", "received", "graded", "refunded", "closed", "refused")),
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
        real(
            "cumulative_variance_units2",
            "variance of all that comes from the as-of day to the end of the period, covariance between days included",
            "units^2",
            minimum=0,
        ),
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


REFUND_PARTS = ("price", "discount", "tax", "shipping", "fee", "condition", "bonus")

REFUND_PART = Table(
    "refund_part",
    grain="one row per return line and part of its refund; together they are the refund, to the cent",
    key=("return_id", "return_line_id", "part"),
    columns=(
        text("return_id", "return"),
        text("return_line_id", "line"),
        text("part", "what it is for", choices=REFUND_PARTS),
        minor("amount_minor", "signed: what is taken off is negative"),
        text("currency", "ISO 4217 code"),
        text("reason", "how it was reckoned"),
    ),
)

REFUND_PAYMENT = Table(
    "refund_payment",
    grain="one row per return line and payment that money goes back to",
    key=("return_id", "return_line_id", "payment_id"),
    columns=(
        text("return_id", "return"),
        text("return_line_id", "line"),
        text("order_id", "order"),
        text("payment_id", "payment it goes back to; assumed where the order's payments are not known"),
        text("payment_kind", "how that was paid", choices=PAYMENT_KINDS),
        minor("amount_minor", "what goes back", minimum=0),
        text("currency", "ISO 4217 code"),
        flag("is_assumed", "the order's payments are not known: one is assumed"),
    ),
)

RETURN_EXCHANGE = Table(
    "return_exchange",
    grain="one row per granted return line that is to be exchanged",
    key=("return_id", "return_line_id"),
    columns=(
        text("return_id", "return"),
        text("return_line_id", "line"),
        text("order_id", "order"),
        text("returned_sku_id", "SKU that comes back"),
        text("sku_id", "SKU that goes out instead"),
        text("location_id", "location it is reserved at; missing where none has it", nullable=True),
        units("exchange_units", "units that go out", minimum=0),
        units("reserved_units", "of these, kept from other orders now", minimum=0),
        date("reserved_until_on", "last day of the reservation"),
        minor("difference_minor", "to charge (above 0) or to refund (below 0)"),
        text("currency", "ISO 4217 code"),
        text("state", "reserved, due (send it now), sent, timed_out, no_stock, no_price",
             choices=("reserved", "due", "sent", "timed_out", "no_stock", "no_price")),
        text("reason", "the same in words"),
    ),
)  # fmt: skip

CLAIM_KINDS = ("lost", "damaged", "wrong_item", "warranty")

RETURN_CLAIM = Table(
    "return_claim",
    grain="one row per claim: a parcel lost or damaged, a wrong item, a fault under guarantee",
    key=("claim_id",),
    columns=(
        text("claim_id", "claim: the parcel or the return line that it is about"),
        text("kind", "what went wrong", choices=CLAIM_KINDS),
        text("order_id", "order", nullable=True),
        text("sku_id", "SKU; missing where a whole parcel is concerned", nullable=True),
        units("claimed_units", "units; missing where a whole parcel is concerned", nullable=True, minimum=0),
        text("against", "who has to make it good to the shop", choices=("carrier", "warehouse", "supplier")),
        minor("worth_minor", "what the customer is owed for it", minimum=0),
        text("currency", "ISO 4217 code"),
        date("happened_on", "day it was reported"),
        date("claim_until_on", "last day to claim it from the carrier; missing where none is set", nullable=True),
        text("state", "open, granted, refused", choices=("open", "granted", "refused")),
        text("reason", "the same in words"),
    ),
)

REFURBISH_ORDER = Table(
    "refurbish_order",
    grain="one row per return line whose goods are to be made saleable again",
    key=("work_order_id",),
    columns=(
        text("work_order_id", "work order"),
        text("return_id", "return"),
        text("return_line_id", "line"),
        text("sku_id", "SKU"),
        text("location_id", "location where the goods are"),
        units("work_units", "units to work on", minimum=0),
        minor("cost_minor", "what the work costs", minimum=0),
        text("currency", "ISO 4217 code"),
        date("ordered_on", "day it was ordered: that of the grading"),
        date("ready_on", "day it is to be ready"),
        text("state", "open, late, done, failed", choices=("open", "late", "done", "failed")),
    ),
)

RETURN_MOVEMENT = Table(
    "return_movement",
    grain="one row per stock movement that returns call for; one that the ledger holds already is booked",
    key=("movement_id",),
    columns=(
        text("movement_id", "movement: follows from the return line, so that it counts once, however often it is sent"),
        text("sku_id", "SKU"),
        text("location_id", "location"),
        text("movement_kind", "return, reservation, release", choices=("return", "reservation", "release")),
        units("moved_units", "units", minimum=0),
        date("moved_on", "day it happened"),
        text("reference", "return"),
        flag("is_booked", "the ledger of movements holds it"),
        flag("is_counted", "the last count was after it, so that stock holds it already"),
    ),
)

RETURN_LABEL = Table(
    "return_label",
    grain="one row per return whose goods are awaited",
    key=("return_id",),
    columns=(
        text("return_id", "return"),
        text("order_id", "order"),
        text("location_id", "location it goes to"),
        text("carrier_id", "cheapest carrier that carries returns; missing where none can", nullable=True),
        text("service_id", "its service", nullable=True),
        text("hand_over", "drop_off or pick_up", choices=("drop_off", "pick_up")),
        integer("weight_g", "weight of the parcel", "g", minimum=0),
        minor("cost_minor", "what the label costs", nullable=True, minimum=0),
        text("currency", "ISO 4217 code"),
        text("label_paid_by", "shop or customer", choices=("shop", "customer")),
        date("valid_until_on", "last day on which it may be used"),
        text("reason", "what was assumed, or why no service can carry it"),
    ),
)

RETURN_SHARE = Table(
    "return_share",
    grain="one row per SKU, channel and reason, where the SKU has returns in the channel",
    key=("sku_id", "channel", "return_reason"),
    columns=(
        text("sku_id", "SKU"),
        text("channel", "channel; empty where none is named"),
        text("return_reason", "why", choices=RETURN_REASONS),
        share("return_share", "share of the units sold in the channel that comes back for the reason, shrunk"),
        units("returned_units", "of those, back so far", minimum=0),
    ),
)

RETURN_SHARE_BY = Table(
    "return_share_by",
    grain="one row per channel, supplier, supplier lot and carrier",
    key=("dimension", "name"),
    columns=(
        text("dimension", "by what", choices=("channel", "supplier", "lot", "carrier")),
        text("name", "which; a lot is SKU|purchase order, by the last receipt before the sale"),
        text("sku_id", "SKU of a lot, else empty"),
        units("sold_units", "units sold long enough ago", minimum=0),
        units("returned_units", "of these, back", minimum=0),
        share("return_share", "share that comes back, shrunk to its peers"),
        share("usual_share", "share of its peers"),
        flag("stands_out", "more came back than chance explains"),
    ),
)

RETURN_MARGIN = Table(
    "return_margin",
    grain="one row per SKU with returns and a known cost and price",
    key=("sku_id",),
    columns=(
        text("sku_id", "SKU"),
        units("sold_units", "units sold", minimum=0),
        units("returned_units", "units that came back", minimum=0),
        minor("margin_before_minor", "margin of all that was sold, as if nothing came back"),
        minor("cost_minor", "work and goods lost to returns", minimum=0),
        minor("margin_after_minor", "margin of what was kept, less that cost"),
        text("currency", "ISO 4217 code"),
    ),
)

RETURN_CLUSTER = Table(
    "return_cluster",
    grain="one row per category and reason that is behind the returns of several of its SKUs",
    key=("category_id", "return_reason"),
    columns=(
        text("category_id", "category"),
        text("return_reason", "leading reason of these SKUs", choices=RETURN_REASONS),
        integer("skus", "SKUs that come back mostly for it", minimum=0),
        units("returned_units", "units that they sent back for it", minimum=0),
        share("reason_share", "share of their returns"),
        text("examples", "the SKUs with most of them"),
        text("action", "what to do"),
    ),
)

RETURN_SCORE = Table(
    "return_score",
    grain="one row per past day from which returns were forecast again with what was known then",
    key=("forecast_on",),
    columns=(
        date("forecast_on", "first day that was not known"),
        integer("horizon_days", "days forecast", "days", minimum=1),
        integer("skus", "SKUs scored", minimum=0),
        real("expected_units", "expected back", "units", minimum=0),
        real("actual_units", "came back", "units", minimum=0),
        real("squared_error", "root mean squared error by SKU", "units", minimum=0),
        real("squared_error_nothing", "the same, if nothing is expected", "units", minimum=0),
        real("squared_error_netted", "the same, if the share of the past is taken off sales", "units", minimum=0),
        real("absolute_error", "mean absolute error by SKU of the mean", "units", minimum=0),
        real("absolute_error_nothing", "the same, if nothing is expected", "units", minimum=0),
        share("inside_90_share", "SKUs up to their 90% quantile, ties randomised: 0.9 is right"),
    ),
)
