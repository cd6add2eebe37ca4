"""How long the purchase plan of a million SKU-locations takes, plain and under shared limits.

Run: python benchmarks/proposals.py [--rows 1000000]. The shop is made up from a seed; the policy is given.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import time

import numpy as np
import pandas as pd

from invopt.purchasing import propose
from invopt.settings import Settings
from invopt.tables import POLICY, SKU_LOCATION, STOCK_POSITION, SUPPLIER, SUPPLIER_CLOSURE, SUPPLIER_TERM, empty

AS_OF = dt.date(2026, 3, 2)
SUPPLIERS = 500


def shop(rows: int) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(7)
    sku = pd.Series(np.char.add("SKU-", np.arange(rows).astype(str)), dtype="str")
    supplier = pd.Series([f"SUP-{index:03d}" for index in range(SUPPLIERS)], dtype="str")
    mean = rng.gamma(0.5, 40.0, rows)
    sd = np.sqrt(mean + 0.4 * mean**2)
    on_hand = np.round(rng.gamma(1.0, mean + 1.0))
    safety = 1.3 * sd
    need = np.maximum(np.ceil(mean + safety - on_hand), 0.0)
    cost = rng.integers(50, 20_000, rows)
    policy = {
        "sku_id": sku, "location_id": "MAIN", "supplier_id": pd.NA, "abc_class": "A", "xyz_class": "X",
        "target_kind": "cycle_service", "target_share": 0.95, "shortage_rule": "lost_sales", "review_days": 7.0,
        "lead_time_days": 14.0, "protection_days": 21.0, "expected_demand_units": mean, "demand_sd_units": sd,
        "expected_lost_units": 0.0, "expected_returns_units": 0.0, "target_level_units": mean + safety,
        "safety_stock_units": safety, "reorder_point_units": mean + safety, "need_units": need,
        "economic_lot_units": 0.0, "order_units": mean / 3,
        "on_order_due_units": 0.0, "on_order_later_units": 0.0, "backorder_units": 0.0,
        "implied_cycle_service": 0.95, "implied_fill_rate": 0.99, "current_cycle_service": 0.5,
        "mean_stock_units": mean, "mean_stock_minor": 0, "mean_cover_days": 20.0,
        "orders_per_year": 52.0, "turns_per_year": 18.0, "gmroi": 18.0, "days_of_cover": 20.0, "stockout_in_days": 20,
        "currency": "GBP", "is_assumed": False, "method": "given", "reason": "",
    }  # fmt: skip
    stock = {
        "sku_id": sku, "location_id": "MAIN", "on_hand_units": on_hand, "reserved_units": 0.0, "on_order_units": 0.0,
        "counted_units": on_hand, "counted_on": pd.Timestamp(AS_OF), "is_assumed": False, "reason": "",
    }  # fmt: skip
    known = {
        "sku_id": sku, "location_id": "MAIN", "position": np.arange(rows), "category_id": "all", "product_name": "",
        "lifecycle": np.where(rng.random(rows) < 0.05, "run_down", "active"), "first_demand_on": pd.NaT,
        "last_demand_on": pd.NaT, "demand_days": 10, "total_units": mean * 17, "last_year_units": mean * 17,
        "last_year_revenue_minor": 0, "unit_cost_minor": cost, "unit_price_minor": cost * 2, "currency": "GBP",
        "abc_class": "A", "is_cost_assumed": False, "is_planned": True, "excuse": pd.NA,
    }  # fmt: skip
    base = {
        "supplier_id": supplier.take(rng.integers(0, SUPPLIERS, rows)).reset_index(drop=True), "sku_id": sku,
        "from_units": 0.0, "unit_cost_minor": cost, "currency": "GBP", "lead_time_days": 14,
        "moq_units": rng.choice([np.nan, 10.0, 50.0], rows), "pack_units": rng.choice([np.nan, 6.0, 12.0], rows),
        "line_maximum_units": np.nan, "is_preferred": pd.NA, "valid_from_on": pd.NaT, "valid_until_on": pd.NaT,
    }  # fmt: skip
    terms = pd.DataFrame(base)
    cheaper = terms[rng.random(rows) < 0.3].assign(from_units=100.0)
    cheaper["unit_cost_minor"] = (cheaper["unit_cost_minor"] * 0.93).astype(int)
    suppliers = {
        "supplier_id": supplier, "supplier_name": supplier, "country": "GB", "order_weekdays": "Mon,Thu",
        "minimum_order_minor": 0, "fixed_order_cost_minor": 2_000, "currency": "GBP",
    }  # fmt: skip
    return {
        "policy": typed(policy, POLICY), "stock_position": typed(stock, STOCK_POSITION),
        "sku_location": typed(known, SKU_LOCATION), "suppliers": typed(suppliers, SUPPLIER),
        "terms": typed(pd.concat([terms, cheaper], ignore_index=True), SUPPLIER_TERM),
        "closures": empty(SUPPLIER_CLOSURE),
    }  # fmt: skip


def typed(columns: object, table: object) -> pd.DataFrame:
    """As the snapshot would hand it over: in the declared types already."""
    frame = pd.DataFrame(columns)
    types = {column.name: column.dtype.pandas(nullable=column.nullable) for column in table.columns}
    return frame.astype(types)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    propose(**shop(100), settings=Settings(), as_of=AS_OF)  # load what is loaded once
    given = shop(rows)
    figures: dict[str, float] = {"rows": rows}

    def measure(name: str, tables: dict[str, pd.DataFrame], settings: Settings) -> pd.DataFrame:
        start, busy = time.perf_counter(), time.process_time()
        found = propose(**tables, settings=settings, as_of=AS_OF)
        figures[f"{name}_seconds"] = round(time.perf_counter() - start, 2)
        figures[f"{name}_cpu_seconds"] = round(time.process_time() - busy, 2)
        figures[f"{name}_lines"] = int((found["final_units"] > 0).sum())
        return found

    plain = measure("proposal", given, Settings())
    # Half of the suppliers ask for a fifth more than they would get.
    values = plain.groupby("supplier_id")["amount_minor"].sum()
    raised = given["suppliers"].assign(minimum_order_minor=int(values.median() * 1.2))
    measure("proposal_minimum", given | {"suppliers": typed(raised, SUPPLIER)}, Settings())
    budget = int(plain["amount_minor"].sum() * 0.6)
    measure("proposal_budget", given, Settings().replaced("purchasing", budget_minor=budget))
    figures["peak_gib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)
    for name, value in figures.items():
        print(f"{name:28} {value:>14,}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
