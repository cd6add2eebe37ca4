"""Small frames for the order tests: each maker names only what matters, the rest is an ordinary order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.tables import (
    AVAILABLE,
    DECISION,
    INBOUND,
    LEAD_TIME,
    OPEN_ORDER_LINE,
    ORDER_CHECK,
    PARCEL_COST,
    PRODUCT,
    check,
    empty,
)

AS_OF = np.datetime64("2026-03-10")

_LINE = {
    "order_line_id": "1", "sku_id": "A", "ordered_at": pd.Timestamp("2026-03-09 10:00"), "ordered_units": 1.0,
    "unit_price_minor": 1000, "amount_minor": None, "currency": "GBP", "payment_state": "paid",
    "promised_on": pd.NaT, "channel": "shop", "location_id": "L1", "customer_id": None, "ship_to_name": "N",
    "ship_to_street": "1 High Street", "ship_to_city": "Leeds", "ship_to_postcode": "LS1 4AP",
    "ship_to_country": "GB",
}  # fmt: skip


def order_lines(*rows: dict[str, object]) -> pd.DataFrame:
    """Open order lines; each row needs an order_id. Customers default to one per order."""
    made = []
    for row in rows:
        line = {**_LINE, "customer_id": f"customer of {row['order_id']}", **row}
        if line["amount_minor"] is None:
            line["amount_minor"] = round(float(line["unit_price_minor"]) * float(line["ordered_units"]))
        made.append(line)
    frame = pd.DataFrame(made) if made else empty(OPEN_ORDER_LINE)
    return check(frame[list(OPEN_ORDER_LINE.names)], OPEN_ORDER_LINE)


def accepted(lines: pd.DataFrame, **outcomes: str) -> pd.DataFrame:
    """Order checks that accept every order but those named."""
    orders = sorted(set(lines["order_id"]))
    return check(
        pd.DataFrame(
            {
                "order_id": orders, "outcome": [outcomes.get(order, "accepted") for order in orders],
                "rule": "",
                "reason": ["payment" if order in outcomes else "" for order in orders], "released_by": "",
                "lines": 1, "amount_minor": 0, "currency": "GBP",
            }
        ).astype({"order_id": "str"}),
        ORDER_CHECK,
    )  # fmt: skip


def stock(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """Available stock: SKU, location, units."""
    return check(pd.DataFrame(list(rows), columns=list(AVAILABLE.names)), AVAILABLE) if rows else empty(AVAILABLE)


def parcels(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Parcel costs: order, location, cost of the parcel."""
    frame = pd.DataFrame(list(rows), columns=["order_id", "location_id", "parcel_minor"])
    frame = frame.assign(unit_minor=0.0, late_days=0, currency="GBP", reason="POST 48, 1 kg by estimate")
    return check(frame, PARCEL_COST) if rows else empty(PARCEL_COST)


def products(*rows: dict[str, object]) -> pd.DataFrame:
    """Products with a list price of 10.00 unless said otherwise."""
    ordinary = {"unit_price_minor": 1000, "currency": "GBP", "lifecycle": "active"}
    frame = pd.DataFrame([{**ordinary, **row} for row in rows])
    return check(frame.reindex(columns=list(PRODUCT.names)), PRODUCT)


def decisions(*rows: dict[str, object]) -> pd.DataFrame:
    """Human decisions, numbered."""
    if not rows:
        return empty(DECISION)
    ordinary = {"decided_by": "Ada", "decided_at": pd.Timestamp("2026-03-09 12:00"), "subject": "order"}
    made = [{"decision_id": str(number), **ordinary, **row} for number, row in enumerate(rows)]
    return check(pd.DataFrame(made).reindex(columns=list(DECISION.names)), DECISION)


def inbound(*rows: tuple[str, str, float, str | None]) -> pd.DataFrame:
    """Open purchase order lines: SKU, location, open units, confirmed day."""
    frame = pd.DataFrame(list(rows), columns=["sku_id", "location_id", "open_units", "confirmed_on"])
    frame = frame.assign(
        purchase_order_id=[f"P{number}" for number in range(len(frame))], purchase_order_line_id="1",
        supplier_id="S", ordered_on=pd.Timestamp("2026-03-01"), age_days=9.0,
        confirmed_on=pd.to_datetime(frame["confirmed_on"]),
    )  # fmt: skip
    return check(frame, INBOUND)


def no_lead_times() -> pd.DataFrame:
    """No lead time is known."""
    return empty(LEAD_TIME)
