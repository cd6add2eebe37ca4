"""A shop of a few rows for the purchasing tests: one supplier, terms without constraints, a plain policy."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from invopt.purchasing.proposal import propose
from invopt.settings import Settings
from invopt.tables import (
    POLICY,
    PRODUCT,
    SKU_LOCATION,
    STOCK_POSITION,
    SUPPLIER,
    SUPPLIER_CLOSURE,
    SUPPLIER_TERM,
    check,
)

AS_OF = dt.date(2026, 3, 2)  # a Monday


def policy(**changed: object) -> pd.DataFrame:
    """A week of protection, 10 units a day, 30 units short of the target unless changed."""
    row = {
        "sku_id": "A",
        "location_id": "MAIN",
        "supplier_id": "ACME",
        "abc_class": "A",
        "xyz_class": "X",
        "target_kind": "cycle_service",
        "target_share": 0.95,
        "shortage_rule": "lost_sales",
        "review_days": 7.0,
        "lead_time_days": 7.0,
        "protection_days": 14.0,
        "expected_demand_units": 140.0,
        "demand_sd_units": 20.0,
        "expected_lost_units": 0.0,
        "expected_returns_units": 0.0,
        "target_level_units": 170.0,
        "safety_stock_units": 30.0,
        "reorder_point_units": 170.0,
        "need_units": 30.0,
        "economic_lot_units": 0.0,
        "order_units": 70.0,
        "on_order_due_units": 0.0,
        "on_order_later_units": 0.0,
        "backorder_units": 0.0,
        "implied_cycle_service": 0.95,
        "implied_fill_rate": 0.99,
        "current_cycle_service": 0.5,
        "mean_stock_units": 60.0,
        "mean_stock_minor": 60_000,
        "mean_cover_days": 6.0,
        "orders_per_year": 52.0,
        "turns_per_year": 60.0,
        "gmroi": 60.0,
        "days_of_cover": 14.0,
        "stockout_in_days": 14,
        "currency": "GBP",
        "is_assumed": False,
        "method": "test",
        "reason": "",
    }
    return _rows(row, changed, POLICY)


def stock(**changed: object) -> pd.DataFrame:
    """140 units on hand, nothing reserved."""
    row = {
        "sku_id": "A",
        "location_id": "MAIN",
        "on_hand_units": 140.0,
        "reserved_units": 0.0,
        "on_order_units": 0.0,
        "counted_units": 140.0,
        "counted_on": dt.datetime(2026, 3, 1),
        "is_assumed": False,
        "reason": "counted",
    }
    return _rows(row, changed, STOCK_POSITION)


def skus(**changed: object) -> pd.DataFrame:
    """An active SKU that costs 10.00 and sells at 20.00."""
    row = {
        "sku_id": "A",
        "location_id": "MAIN",
        "position": 0,
        "category_id": "all",
        "product_name": "Thing",
        "lifecycle": "active",
        "first_demand_on": None,
        "last_demand_on": None,
        "demand_days": 100,
        "total_units": 3_650.0,
        "last_year_units": 3_650.0,
        "last_year_revenue_minor": 7_300_000,
        "unit_cost_minor": 1_000,
        "unit_price_minor": 2_000,
        "currency": "GBP",
        "abc_class": "A",
        "is_cost_assumed": False,
        "is_planned": True,
        "excuse": None,
    }
    return _rows(row, changed, SKU_LOCATION)


def terms(**changed: object) -> pd.DataFrame:
    """ACME sells A at 10.00 without MOQ, pack or maximum."""
    row = {
        "supplier_id": "ACME",
        "sku_id": "A",
        "from_units": 0.0,
        "unit_cost_minor": 1_000,
        "currency": "GBP",
        "lead_time_days": 7,
        "moq_units": None,
        "pack_units": None,
        "line_maximum_units": None,
        "is_preferred": None,
        "valid_from_on": None,
        "valid_until_on": None,
    }
    return _rows(row, changed, SUPPLIER_TERM)


def suppliers(**changed: object) -> pd.DataFrame:
    """ACME takes orders every weekday without minimum."""
    row = {
        "supplier_id": "ACME",
        "supplier_name": "Acme",
        "country": None,
        "order_weekdays": None,
        "minimum_order_minor": None,
        "fixed_order_cost_minor": None,
        "currency": "GBP",
    }
    return _rows(row, changed, SUPPLIER)


def closures(**changed: object) -> pd.DataFrame:
    """No closure unless one is given."""
    if not changed:
        return pd.DataFrame(columns=list(SUPPLIER_CLOSURE.names))
    row = {"supplier_id": "ACME", "starts_on": None, "ends_on": None, "reason": None}
    return _rows(row, changed, SUPPLIER_CLOSURE)


def products(**changed: object) -> pd.DataFrame:
    """A product without any of the optional facts."""
    row: dict[str, object] = dict.fromkeys(PRODUCT.names)
    return _rows(row | {"sku_id": "A"}, changed, PRODUCT)


def settings(**changed: object) -> Settings:
    """Default settings with some of the purchasing section changed."""
    return Settings().replaced("purchasing", **changed)


def plan(**given: object) -> pd.DataFrame:
    """`propose` on the shop, with some frames or settings replaced."""
    inputs: dict[str, object] = {
        "policy": policy(),
        "stock_position": stock(),
        "sku_location": skus(),
        "terms": terms(),
        "suppliers": suppliers(),
        "closures": closures(),
        "settings": Settings(),
        "as_of": AS_OF,
    }
    return propose(**(inputs | given))  # type: ignore[arg-type]


def many(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Rows of several one-row frames below one another."""
    return pd.concat(frames, ignore_index=True)


def _rows(row: dict[str, object], changed: dict[str, object], table: object) -> pd.DataFrame:
    length = max((len(value) for value in changed.values() if isinstance(value, list)), default=1)
    filled = {name: value if isinstance(value, list) else [value] * length for name, value in (row | changed).items()}
    frame = pd.DataFrame(filled)
    for column in frame:
        if str(column).endswith("_on"):
            frame[column] = pd.to_datetime(frame[column])
    return check(frame, table)  # type: ignore[arg-type]
