"""Small frames for the returns tests: each maker names only what matters, the rest is ordinary."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.tables import ORDER_LINE, PRODUCT, RETURN_LINE, SHIPMENT, check, empty

AS_OF = np.datetime64("2026-03-20")

_SALE = {
    "order_line_id": "1", "sku_id": "A", "ordered_at": pd.Timestamp("2026-03-01 10:00"), "ordered_units": 1.0,
    "unit_price_minor": 1000, "discount_minor": 0, "tax_minor": 0, "amount_minor": None, "currency": "GBP",
    "line_kind": "sale", "order_state": "shipped", "payment_state": "paid",
    "shipped_at": pd.Timestamp("2026-03-02 09:00"), "customer_id": "c", "ship_to_country": "US",
    "channel": "shop",
}  # fmt: skip


def sales(*rows: dict[str, object]) -> pd.DataFrame:
    """Order lines; each row needs an order_id."""
    made = []
    for row in rows:
        line = {**_SALE, **row}
        if line["amount_minor"] is None:
            line["amount_minor"] = round(
                float(line["unit_price_minor"]) * float(line["ordered_units"]) - float(line["discount_minor"])
            )
        made.append(line)
    return check(pd.DataFrame(made).reindex(columns=list(ORDER_LINE.names)), ORDER_LINE)


def returns(*rows: dict[str, object]) -> pd.DataFrame:
    """Return lines; each row needs a return_id and an order_id."""
    if not rows:
        return empty(RETURN_LINE)
    ordinary = {
        "return_line_id": "1", "order_line_id": "1", "sku_id": "A", "returned_units": 1.0,
        "requested_on": pd.Timestamp("2026-03-10"), "return_reason": "changed_mind",
    }  # fmt: skip
    made = pd.DataFrame([{**ordinary, **row} for row in rows])
    return check(made.reindex(columns=list(RETURN_LINE.names)), RETURN_LINE)


def shipments(*rows: tuple[str, str | None]) -> pd.DataFrame:
    """Parcels: order and the day it was delivered."""
    if not rows:
        return empty(SHIPMENT)
    frame = pd.DataFrame(list(rows), columns=["order_id", "delivered_at"])
    frame = frame.assign(
        tracking_number=[f"T{number}" for number in range(len(frame))], carrier_id="c",
        delivered_at=pd.to_datetime(frame["delivered_at"]), tracking_status="delivered",
        shipped_at=pd.Timestamp("2026-03-02"), last_event_at=pd.Timestamp("2026-03-04"), problem="",
        next_step="",
    )  # fmt: skip
    return check(frame.reindex(columns=list(SHIPMENT.names)), SHIPMENT)


def products(*rows: dict[str, object]) -> pd.DataFrame:
    """Products with cost and price."""
    ordinary = {"unit_price_minor": 1000, "unit_cost_minor": 400, "currency": "GBP", "category_id": "toys"}
    frame = pd.DataFrame([{**ordinary, **row} for row in rows] or [{**ordinary, "sku_id": "A"}])
    return check(frame.reindex(columns=list(PRODUCT.names)), PRODUCT)
