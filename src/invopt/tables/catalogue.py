"""What is sold and from where: products, kits, successions, locations."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, integer, minor, text, units

PRODUCT = Table(
    "product",
    grain="one row per SKU",
    key=("sku_id",),
    is_input=True,
    columns=(
        text("sku_id", "stock keeping unit, as the shop writes it"),
        text("product_name", "name for people", nullable=True),
        text("category_id", "category that shares seasonality and return behaviour", nullable=True),
        minor("unit_cost_minor", "landed cost of one unit", nullable=True, minimum=0),
        minor("unit_price_minor", "list price of one unit without discount", nullable=True, minimum=0),
        text("currency", "ISO 4217 code of cost and price", nullable=True),
        text(
            "lifecycle",
            "active, run_down (sell what is there), do_not_reorder, discontinued",
            nullable=True,
            choices=("active", "run_down", "do_not_reorder", "discontinued"),
        ),
        date("last_buy_on", "last day on which it can be bought", nullable=True),
        integer("shelf_life_days", "days from receipt to expiry", "days", nullable=True, minimum=1),
        integer("length_mm", "length as packed for sale", "mm", nullable=True, minimum=1),
        integer("width_mm", "width as packed for sale", "mm", nullable=True, minimum=1),
        integer("height_mm", "height as packed for sale", "mm", nullable=True, minimum=1),
        integer("weight_g", "weight as packed for sale", "g", nullable=True, minimum=0),
        units("units_per_pallet", "units on one pallet as the supplier delivers them", nullable=True, minimum=0.001),
        flag("is_this_side_up", "may be turned only about the vertical", nullable=True),
        flag("is_fragile", "nothing may stand on it", nullable=True),
        flag("is_hazardous", "needs a service that carries dangerous goods", nullable=True),
        flag("is_age_restricted", "needs a service that checks age", nullable=True),
        flag("ships_alone", "travels in its own box, without another carton", nullable=True),
        text("packing_group", "goods of different groups do not share a carton", nullable=True),
        text("customs_code", "harmonised system code", nullable=True),
        text("origin_country", "ISO 3166 alpha-2 country of origin", nullable=True),
    ),
)

KIT_COMPONENT = Table(
    "kit_component",
    grain="one row per kit and component",
    key=("kit_sku_id", "component_sku_id"),
    is_input=True,
    columns=(
        text("kit_sku_id", "SKU that is sold"),
        text("component_sku_id", "SKU that is taken from stock for it"),
        units("units_per_kit", "units of the component in one kit", minimum=0.001),
    ),
)

SUCCESSION = Table(
    "succession",
    grain="one row per successor SKU",
    key=("sku_id",),
    is_input=True,
    columns=(
        text("sku_id", "the newer SKU"),
        text("predecessor_sku_id", "the SKU whose history it inherits"),
        text(
            "relation",
            "successor takes all demand; lookalike only lends its shape",
            choices=("successor", "lookalike"),
        ),
        date("starts_on", "first day of the newer SKU", nullable=True),
    ),
)

LOCATION = Table(
    "location",
    grain="one row per stock location",
    key=("location_id",),
    is_input=True,
    columns=(
        text("location_id", "warehouse or shop that holds stock"),
        text("location_name", "name for people", nullable=True),
        text("country", "ISO 3166 alpha-2 country", nullable=True),
        text("postcode", "postcode, for zones", nullable=True),
        text("cut_off_time", "HH:MM local; orders before it leave the same working day", nullable=True),
        integer("handling_days", "working days from release to the carrier", "days", nullable=True, minimum=0),
        integer(
            "pick_lines_per_day",
            "order lines that can be picked and packed in a day",
            "lines",
            nullable=True,
            minimum=0,
        ),
        minor("handling_cost_minor", "cost of one parcel's pick and pack", nullable=True, minimum=0),
        text("currency", "ISO 4217 code of the handling cost", nullable=True),
    ),
)

SERVICE_REGION = Table(
    "service_region",
    grain="one row per country and postcode prefix",
    key=("country", "postcode_prefix"),
    is_input=True,
    columns=(
        text("country", "ISO 3166 alpha-2 country of the ship-to"),
        text("postcode_prefix", "start of the postcode; empty for the whole country"),
        text("location_id", "location that should serve it, and to which its demand belongs"),
    ),
)
