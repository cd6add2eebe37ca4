"""Parcels: cartons, carriers and their rates, promises, tracking."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, integer, minor, real, share, text, timestamp, units

CARTON = Table(
    "carton",
    grain="one row per carton size",
    key=("carton_id",),
    is_input=True,
    columns=(
        text("carton_id", "carton"),
        integer("inner_length_mm", "usable length inside", "mm", minimum=1),
        integer("inner_width_mm", "usable width inside", "mm", minimum=1),
        integer("inner_height_mm", "usable height inside", "mm", minimum=1),
        integer("outer_length_mm", "length outside", "mm", minimum=1),
        integer("outer_width_mm", "width outside", "mm", minimum=1),
        integer("outer_height_mm", "height outside", "mm", minimum=1),
        integer("empty_weight_g", "weight of the empty carton", "g", minimum=0),
        integer("maximum_weight_g", "largest gross weight", "g", minimum=1),
        minor("cost_minor", "cost of one carton", nullable=True, minimum=0),
        text("currency", "ISO 4217 code", nullable=True),
    ),
)

CARRIER_SERVICE = Table(
    "carrier_service",
    grain="one row per carrier and service",
    key=("carrier_id", "service_id"),
    is_input=True,
    columns=(
        text("carrier_id", "carrier"),
        text("service_id", "service"),
        text("cut_off_time", "HH:MM local at which it collects", nullable=True),
        text("transit_weekdays", "days on which it moves parcels, e.g. Mon,Tue,Wed,Thu,Fri", nullable=True),
        real("stated_transit_days", "days it states for the trip", "days", nullable=True, minimum=0),
        real(
            "dimensional_divisor",
            "cm^3 per kg; missing where it bills actual weight only",
            "cm3/kg",
            nullable=True,
            minimum=1,
        ),
        integer("weight_step_g", "billed weight is rounded up to it", "g", nullable=True, minimum=1),
        integer("maximum_weight_g", "largest parcel", "g", nullable=True, minimum=1),
        integer("maximum_length_mm", "longest side", "mm", nullable=True, minimum=1),
        integer("maximum_girth_mm", "length + 2 x (width + height)", "mm", nullable=True, minimum=1),
        share("fuel_share", "added to the base rate", nullable=True),
        flag("takes_hazardous", "carries dangerous goods", nullable=True),
        flag("checks_age", "checks the age of the recipient", nullable=True),
        flag("carries_returns", "can be used for prepaid return labels", nullable=True),
    ),
)

CARRIER_ZONE = Table(
    "carrier_zone",
    grain="one row per carrier, origin country, destination country and postcode prefix",
    key=("carrier_id", "from_country", "to_country", "postcode_prefix"),
    is_input=True,
    columns=(
        text("carrier_id", "carrier"),
        text("from_country", "ISO 3166 alpha-2 country of the location"),
        text("to_country", "ISO 3166 alpha-2 country of the ship-to"),
        text("postcode_prefix", "start of the postcode; empty for the rest of the country"),
        text("zone", "zone of the rate card"),
    ),
)

RATE = Table(
    "rate",
    grain="one row per carrier, service, zone, weight break and first day",
    key=("carrier_id", "service_id", "zone", "up_to_g", "valid_from_on"),
    is_input=True,
    columns=(
        text("carrier_id", "carrier"),
        text("service_id", "service"),
        text("zone", "zone"),
        integer("up_to_g", "billed weight up to and including", "g", minimum=1),
        minor("rate_minor", "price of the parcel before fuel and surcharges", minimum=0),
        text("currency", "ISO 4217 code"),
        date("valid_from_on", "first day of the card"),
        date("valid_until_on", "last day of the card", nullable=True),
    ),
)

SURCHARGE = Table(
    "surcharge",
    grain="one row per carrier, service and cause",
    key=("carrier_id", "service_id", "cause", "valid_from_on"),
    is_input=True,
    columns=(
        text("carrier_id", "carrier"),
        text("service_id", "service"),
        text("cause", "oversize, remote, residential, hazardous, peak, insurance",
             choices=("oversize", "remote", "residential", "hazardous", "peak", "insurance")),
        minor("amount_minor", "added to the parcel's price", minimum=0),
        text("currency", "ISO 4217 code"),
        integer("from_length_mm", "oversize: longest side from which it applies", "mm", nullable=True, minimum=1),
        text("postcode_prefix", "remote: start of the postcode", nullable=True),
        share("value_share", "insurance: share of the goods' value that is added to the amount", nullable=True),
        minor("from_value_minor", "insurance: value of the goods above which a parcel is insured", nullable=True,
              minimum=0),
        date("valid_from_on", "first day"),
        date("valid_until_on", "last day", nullable=True),
    ),
)  # fmt: skip

TRACKING_EVENT = Table(
    "tracking_event",
    grain="one row per event of a parcel",
    key=("tracking_number", "event_code", "happened_at"),
    is_input=True,
    columns=(
        text("tracking_number", "parcel, as the carrier names it"),
        text("carrier_id", "carrier"),
        text("service_id", "service", nullable=True),
        text("order_id", "order it carries", nullable=True),
        text("event_code", "what the carrier says; unknown codes are kept"),
        timestamp("happened_at", "when"),
        text("from_location_id", "location it left", nullable=True),
        text("to_country", "destination country", nullable=True),
        text("to_postcode", "destination postcode", nullable=True),
        date("promised_on", "date given to the customer", nullable=True),
    ),
)

PARCEL = Table(
    "parcel",
    grain="one row per parcel that is to leave today",
    key=("parcel_id",),
    columns=(
        text("parcel_id", "parcel: order, location and number"),
        text("order_id", "order"),
        text("location_id", "location it leaves"),
        text("carton_id", "carton; missing where the goods travel in their own box or fit none", nullable=True),
        integer("length_mm", "outside length", "mm", nullable=True, minimum=1),
        integer("width_mm", "outside width", "mm", nullable=True, minimum=1),
        integer("height_mm", "outside height", "mm", nullable=True, minimum=1),
        integer("weight_g", "gross weight including the carton", "g", minimum=0),
        share("fill_share", "share of the carton's volume in use", nullable=True),
        text("carrier_id", "carrier", nullable=True),
        text("service_id", "service", nullable=True),
        integer("billed_weight_g", "greater of actual and dimensional, rounded up", "g", nullable=True, minimum=0),
        minor("cost_minor", "what the carrier bills", nullable=True, minimum=0),
        text("currency", "ISO 4217 code", nullable=True),
        date("ships_on", "day it leaves"),
        date("promise_on", "delivery date kept with the set probability", nullable=True),
        date("likely_on", "median delivery date", nullable=True),
        flag("is_assumed", "dimensions, weight or transit time are assumed"),
        text("reason", "assumptions, or why there is no carton or carrier"),
    ),
)

PARCEL_LINE = Table(
    "parcel_line",
    grain="one row per parcel and order line in it",
    key=("parcel_id", "order_id", "order_line_id"),
    columns=(
        text("parcel_id", "parcel"),
        text("order_id", "order"),
        text("order_line_id", "line"),
        text("sku_id", "SKU"),
        units("packed_units", "units in this parcel", minimum=0),
    ),
)

PLACEMENT = Table(
    "placement",
    grain="one row per unit in a carton: where it lies",
    key=("parcel_id", "unit_number"),
    columns=(
        text("parcel_id", "parcel"),
        integer("unit_number", "1 for the unit that goes in first", minimum=1),
        text("order_line_id", "line"),
        text("sku_id", "SKU"),
        integer("x_mm", "left edge, from the carton's corner along its length", "mm", minimum=0),
        integer("y_mm", "front edge, along its width", "mm", minimum=0),
        integer("z_mm", "lower edge, along its height", "mm", minimum=0),
        integer("length_mm", "extent along the carton's length, as it lies", "mm", minimum=1),
        integer("width_mm", "extent along the carton's width", "mm", minimum=1),
        integer("height_mm", "extent along the carton's height", "mm", minimum=1),
    ),
)

DELIVERY_OPTION = Table(
    "delivery_option",
    grain="one row per parcel and option",
    key=("parcel_id", "option"),
    columns=(
        text("parcel_id", "parcel"),
        text("option", "cheapest, fastest or best_value", choices=("cheapest", "fastest", "best_value")),
        text("carrier_id", "carrier"),
        text("service_id", "service"),
        minor("cost_minor", "what the carrier bills", minimum=0),
        text("currency", "ISO 4217 code"),
        date("promise_on", "date kept with the set probability"),
        date("likely_on", "median date"),
        share("on_time_share", "share of this lane's parcels that kept their date, shrunk"),
    ),
)

TRANSIT_TIME = Table(
    "transit_time",
    grain="one row per carrier, service, lane and ship weekday",
    key=("carrier_id", "service_id", "lane", "weekday"),
    columns=(
        text("carrier_id", "carrier"),
        text("service_id", "service"),
        text("lane", "origin location and destination country and region"),
        integer("weekday", "0 Monday to 6 Sunday on which it left", minimum=0, maximum=6),
        real("median_days", "half take no longer", "days", minimum=0),
        real("promise_days", "the set share takes no longer", "days", minimum=0),
        integer("observations", "delivered parcels behind it", minimum=0),
        share("on_time_share", "share that kept its date, shrunk"),
        text("reason", "which level it was shrunk to"),
    ),
)

SHIPMENT = Table(
    "shipment",
    grain="one row per parcel that left",
    key=("tracking_number",),
    columns=(
        text("tracking_number", "parcel, as the carrier names it"),
        text("order_id", "order", nullable=True),
        text("carrier_id", "carrier"),
        text("service_id", "service", nullable=True),
        text("tracking_status", "what the carrier says",
             choices=("announced", "in_transit", "out_for_delivery", "delivered", "failed", "returned_to_sender",
                      "lost", "damaged", "unknown")),
        timestamp("shipped_at", "when the carrier took it", nullable=True),
        timestamp("delivered_at", "when it arrived", nullable=True),
        timestamp("last_event_at", "latest event"),
        date("promised_on", "date given to the customer", nullable=True),
        text("problem", "late, stuck, failed, returned_to_sender, lost, damaged; empty for none"),
        text("next_step", "what to do about it; empty for none"),
    ),
)  # fmt: skip

PROMISE_SCORE = Table(
    "promise_score",
    grain="one row per carrier, service and lane; lane * is the whole service",
    key=("carrier_id", "service_id", "lane"),
    columns=(
        text("carrier_id", "carrier"),
        text("service_id", "service"),
        text("lane", "origin location and destination country and region; * for all"),
        integer("parcels", "delivered parcels promised again from the trips before them", minimum=0),
        share("kept_share", "of these, delivered by the day that the estimate would have promised", nullable=True),
        share(
            "promised_share",
            "what the estimate claimed for those days; honest where it equals the share kept",
            nullable=True,
        ),
        share("on_time_share", "share of given dates that were kept, shrunk to the service and the carrier"),
        integer("dated_parcels", "parcels with a given date that has been kept or broken", minimum=0),
    ),
)

RATE_FAULT = Table(
    "rate_fault",
    grain="one row per fault of a rate card",
    key=("carrier_id", "service_id", "zone", "fault", "reason"),
    columns=(
        text("carrier_id", "carrier"),
        text("service_id", "service"),
        text("zone", "zone of the card"),
        text("fault", "gap, overlap, falling, currency", choices=("gap", "overlap", "falling", "currency")),
        flag("is_now", "no card prices this zone on the as-of day"),
        text("reason", "what is wrong, with the days"),
    ),
)  # fmt: skip
