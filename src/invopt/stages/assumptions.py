"""What the plan assumed, counted from the tables: never a silent fill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from invopt.settings import Settings
from invopt.stages.run import Run
from invopt.tables import (
    ASSUMED_INPUT,
    ASSUMPTION,
    DEMAND,
    LEAD_TIME,
    PARCEL,
    POLICY,
    PRODUCT,
    RETURN_RATE,
    SKU_LOCATION,
    STOCK_POSITION,
    check,
    empty,
)

_READ = (SKU_LOCATION, STOCK_POSITION, LEAD_TIME, POLICY, PARCEL, RETURN_RATE, PRODUCT, ASSUMED_INPUT)


def list_assumptions(run: Run) -> None:
    """Write the run's assumptions."""
    tables = {table.name: run.read(table) for table in _READ}
    with run.tables(DEMAND) as db:
        unknown = int(db.scalar("select count(*) from demand where is_censored is null") or 0)
    run.write(ASSUMPTION, count_assumptions(tables, run.settings, unknown))


def count_assumptions(
    tables: dict[str, pd.DataFrame], settings: Settings, days_without_stock_data: int
) -> pd.DataFrame:
    """One row per input that was assumed for any row, with the setting that filled it.

    tables: frames by name, as declared; days_without_stock_data: rows of `demand` of which nobody knows
    whether stock was out. Returns rows of `assumption`; topics that nothing used are left out.
    """
    rows = [row for row in _topics(tables, settings, days_without_stock_data) if row["rows"] > 0]
    return check(pd.DataFrame(rows, columns=list(ASSUMPTION.names)), ASSUMPTION) if rows else empty(ASSUMPTION)


def _topics(tables: dict[str, pd.DataFrame], settings: Settings, unknown_days: int) -> Iterator[dict[str, Any]]:
    described, stock = tables["sku_location"], tables["stock_position"]
    planned = described[described["is_planned"]]
    keys = ["sku_id", "location_id"]
    yield from _inputs(tables["assumed_input"], settings)
    yield _row(
        "stock", "none", "0 units", stock.merge(planned[keys], on=keys)["is_assumed"].sum(),
        "SKU-locations without any count or movement: the plan takes them as empty and may buy what is there. "
        "Bring stock snapshots or movements.",
    )  # fmt: skip
    yield _row(
        "unit_cost", "policy.cost_share_of_price", settings.policy.cost_share_of_price,
        planned["is_cost_assumed"].sum(),
        "SKU-locations without a cost: margin, stock value and money at stake rest on a share of the price. "
        "Bring products with unit costs.",
    )  # fmt: skip
    lead_time = tables["lead_time"]
    yield _row(
        "lead_time", "lead_time.assumed_days", f"{settings.lead_time.assumed_days} days",
        lead_time["is_assumed"].sum(),
        "SKU-locations whose lead time no receipt has shown: the supplier's terms are taken, or else the "
        "setting. Bring purchase orders and receipts.",
    )  # fmt: skip
    yield _row(
        "supplier", "none", "no supplier", tables["policy"]["supplier_id"].isna().sum(),
        "SKU-locations that no supplier is known to sell. Bring supplier terms.",
    )  # fmt: skip
    uncategorised = planned["category_id"].eq(settings.demand.default_category)
    yield _row(
        "category", "demand.default_category", settings.demand.default_category, uncategorised.sum(),
        "SKU-locations without a category of their own: they share one seasonal shape. "
        "Bring products with categories.",
    )  # fmt: skip
    yield _row(
        "stockouts", "none", "in stock", unknown_days,
        "Days of demand of which nobody knows whether stock was out: they count as in stock, so demand may be "
        "understated. Bring stock snapshots.",
    )  # fmt: skip
    yield _row(
        "product_name", "none", "the SKU itself", planned["product_name"].isna().sum(),
        "SKU-locations without a name for people. Bring products.",
    )  # fmt: skip
    yield _row(
        "dimensions_or_transit", "shipping", "see the parcel's reason", tables["parcel"]["is_assumed"].sum(),
        "Parcels packed or promised on assumed dimensions, weights or transit times. Bring products with "
        "dimensions, and tracking events.",
    )  # fmt: skip
    yield _row(
        "return_rate", "returns", "see the rate's reason", tables["return_rate"]["is_assumed"].sum(),
        "SKUs whose share of returns is assumed. Bring returns.",
    )  # fmt: skip


def _inputs(assumed: pd.DataFrame, settings: Settings) -> Iterator[dict[str, Any]]:
    """What rows of files left out: their `assumed_columns` in the database name it row by row."""
    business = settings.business
    filled = {
        "currency": ("business.currency", business.currency, "money is taken to be in it"),
        "location_id": ("business.home_location", business.home_location, "goods are taken to be there"),
        "order_state": ("none", "shipped", "orders are taken to have been shipped"),
    }
    for row in assumed.itertuples(index=False):
        setting, value, meaning = filled[str(row.column_name)]
        yield _row(
            f"{row.table_name}.{row.column_name}", setting, value, row.rows,
            f"Rows of {row.table_name} whose file has no {row.column_name}: {meaning}. Bring the column.",
        )  # fmt: skip


def _row(topic: str, setting: str, value: object, rows: Any, meaning: str) -> dict[str, Any]:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"topic": topic, "setting": setting, "assumed_value": text, "rows": int(rows), "meaning": meaning}
