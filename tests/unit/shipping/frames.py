"""Small frames of the shipping tables: what a test leaves out is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from invopt.tables import (
    CARRIER_SERVICE,
    CARRIER_ZONE,
    CARTON,
    LOCATION,
    OPEN_ORDER_LINE,
    PRODUCT,
    RATE,
    SURCHARGE,
    TRACKING_EVENT,
    check,
)
from invopt.tables.declaration import Table

DAY = pd.Timestamp("2026-03-02")  # a Monday


def frame(table: Table, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as the table, missing where they do not say."""
    made = pd.DataFrame(rows).reindex(columns=list(table.names))
    return check(made, table)


def products(*rows: Mapping[str, Any]) -> pd.DataFrame:
    sides = {"length_mm": 100, "width_mm": 100, "height_mm": 50, "weight_g": 400}
    return frame(PRODUCT, [sides | dict(row) for row in rows])


def cartons(*rows: Mapping[str, Any]) -> pd.DataFrame:
    made = []
    for row in rows:
        sides = {f"outer_{side}": row[f"inner_{side}"] + 6 for side in ("length_mm", "width_mm", "height_mm")}
        made.append(
            {"empty_weight_g": 100, "maximum_weight_g": 20_000, "cost_minor": 30, "currency": "GBP"} | sides | dict(row)
        )
    return frame(CARTON, made)


def carton(carton_id: str, length: int, width: int, height: int, **more: Any) -> dict[str, Any]:
    return {
        "carton_id": carton_id,
        "inner_length_mm": length,
        "inner_width_mm": width,
        "inner_height_mm": height,
    } | more


def allocation(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Order, line, SKU, units; all from LEEDS."""
    columns = ["order_id", "order_line_id", "sku_id", "allocated_units"]
    return pd.DataFrame(rows, columns=columns).assign(location_id="LEEDS", is_split=False, reason="")


def orders(*rows: Mapping[str, Any]) -> pd.DataFrame:
    common = {
        "order_line_id": "1", "sku_id": "A", "ordered_at": DAY, "ordered_units": 1, "unit_price_minor": 1,
        "amount_minor": 1, "currency": "GBP", "payment_state": "paid", "location_id": "LEEDS", "ship_to_country": "GB",
    }  # fmt: skip
    return frame(OPEN_ORDER_LINE, [common | dict(row) for row in rows])


def services(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return frame(CARRIER_SERVICE, [{"carrier_id": "POST", "service_id": "48"} | dict(row) for row in rows])


def zones(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Carrier, postcode prefix, zone; within Great Britain."""
    return frame(
        CARRIER_ZONE,
        [
            {"carrier_id": c, "from_country": "GB", "to_country": "GB", "postcode_prefix": p, "zone": z}
            for c, p, z in rows
        ],
    )


def rates(*rows: Mapping[str, Any]) -> pd.DataFrame:
    common = {"carrier_id": "POST", "service_id": "48", "zone": "UK", "up_to_g": 20_000, "rate_minor": 500,
              "currency": "GBP", "valid_from_on": pd.Timestamp("2026-01-01")}  # fmt: skip
    return frame(RATE, [common | dict(row) for row in rows])


def surcharges(*rows: Mapping[str, Any]) -> pd.DataFrame:
    common = {"carrier_id": "POST", "service_id": "48", "amount_minor": 100, "currency": "GBP",
              "valid_from_on": pd.Timestamp("2026-01-01")}  # fmt: skip
    return frame(SURCHARGE, [common | dict(row) for row in rows])


def locations(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return frame(LOCATION, [{"location_id": "LEEDS", "country": "GB"} | dict(row) for row in rows])


def events(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Tracking number, code, time."""
    return frame(
        TRACKING_EVENT,
        [
            {"tracking_number": number, "event_code": code, "happened_at": pd.Timestamp(at), "carrier_id": "POST",
             "service_id": "48", "promised_on": pd.Timestamp("2026-03-05")}
            for number, code, at in rows
        ],
    )  # fmt: skip


def parcel(**more: Any) -> pd.DataFrame:
    """One parcel as `rates.quote` takes it."""
    one = {
        "parcel_id": "P", "location_id": "LEEDS", "from_country": "GB", "to_country": "GB", "to_postcode": "LS1 4AP",
        "weight_g": 1_000, "length_mm": 200, "width_mm": 200, "height_mm": 100, "is_hazardous": False,
        "is_age_restricted": False, "is_residential": True,
    }  # fmt: skip
    return pd.DataFrame([one | more])
