"""Where goods are: snapshots as they arrive, the ledger of movements, and the position a plan starts from."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, real, share, text, timestamp, units

STOCK_SNAPSHOT = Table(
    "stock_snapshot",
    grain="one row per SKU, location and day",
    key=("sku_id", "location_id", "counted_on"),
    is_input=True,
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        date("counted_on", "day at whose close it was counted"),
        units("on_hand_units", "units there at the close of the day"),
        share("out_of_stock_share", "share of the day's selling time without stock", nullable=True),
    ),
)

MOVEMENT_KINDS = (
    "opening", "receipt", "pick", "ship", "return", "count_correction", "transfer_in", "transfer_out",
    "reservation", "release", "scrap",
)  # fmt: skip

STOCK_MOVEMENT = Table(
    "stock_movement",
    grain="one row per movement; the ledger is append-only and corrected only by a further movement",
    key=("movement_id",),
    is_input=True,
    columns=(
        text("movement_id", "movement; the same movement sent twice counts once"),
        text("sku_id", "SKU"),
        text("location_id", "location"),
        text("movement_kind", "what happened", choices=MOVEMENT_KINDS),
        units(
            "moved_units",
            "signed change of on hand; a reservation adds its size to reserved, a release takes its size off",
        ),
        timestamp("moved_at", "when it happened"),
        text("reference", "order, receipt, return or count that caused it", nullable=True),
    ),
)

STOCK_POSITION = Table(
    "stock_position",
    grain="one row per planned SKU and location, at the opening of the as-of day",
    key=("sku_id", "location_id"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        units("on_hand_units", "units there; implausible counts are an alert and read as zero", minimum=0),
        units("reserved_units", "already promised to released orders", minimum=0),
        units("on_order_units", "all that is still expected from suppliers", minimum=0),
        units("counted_units", "the count as it came, before anything was read as zero", nullable=True),
        date("counted_on", "day of the last snapshot or movement", nullable=True),
        flag("is_assumed", "no stock data: on hand is assumed to be zero"),
        text("reason", "where the figure comes from"),
    ),
)

INBOUND = Table(
    "inbound",
    grain="one row per open purchase order line",
    key=("purchase_order_id", "purchase_order_line_id"),
    columns=(
        text("purchase_order_id", "purchase order"),
        text("purchase_order_line_id", "line within the order"),
        text("supplier_id", "supplier"),
        text("sku_id", "SKU"),
        text("location_id", "receiving location"),
        units("open_units", "ordered less received less cancelled", minimum=0),
        date("ordered_on", "day the order was sent"),
        date("confirmed_on", "arrival day the supplier confirmed", nullable=True),
        real("age_days", "days since it was ordered", "days", minimum=0),
    ),
)
