"""How fast stock is planned: a million SKU-locations from stored forecasts to constrained proposals, and the exact
policies against stockpyl on the same items.

The million: lead-time distributions from 500,000 receipts of 400 suppliers, the lost-sales projection with 300,000
open orders, and purchase proposals under minimums and packs. Forecasts are read from Parquet files that were written
before the clock starts. stockpyl runs in an environment of its own under `benchmarks/.peers`, made on first use.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from invopt.inventory import (
    DemandOutlook,
    LeadTimes,
    expected_arrivals,
    lead_times,
    min_max_policy,
    project,
    reorder_policy_poisson,
    series_seeds,
)
from invopt.purchasing import propose
from invopt.settings import Settings
from invopt.tables import PURCHASE_ORDER_LINE, RECEIPT, SUPPLIER_CLOSURE, empty

SKUS = int(os.environ.get("INVOPT_BENCHMARK_SKUS", 1_000_000))
CHUNK, PERIODS, SUPPLIERS = 50_000, 13, 400
AS_OF = pd.Timestamp("2026-03-02")
KEY = ["sku_id", "location_id"]
PEERS = Path(__file__).parent / ".peers"
ITEMS_OURS, ITEMS_THEIRS = 100_000, 60


def text(prefix: str, numbers: np.ndarray) -> pd.Series:
    """Identifiers from numbers."""
    return pd.Series(prefix + pd.Series(numbers).astype("str").str.zfill(7))


def make_shop(folder: Path, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """A made-up shop of a million SKUs at one location; its forecasts go to a Parquet file a chunk."""
    number = np.arange(SKUS)
    sku, supplier = text("SKU-", number), text("SUPPLIER-", number % SUPPLIERS)
    rate = np.exp(rng.normal(0.0, 1.4, SKUS))
    starts = pd.date_range(AS_OF, periods=PERIODS, freq="7D")
    for first in range(0, SKUS, CHUNK):
        rows = slice(first, first + CHUNK)
        mean = rate[rows, None] * (1 + 0.2 * np.sin(np.arange(PERIODS) / 3))
        pd.DataFrame(
            {
                "sku_id": np.repeat(sku[rows].to_numpy(), PERIODS),
                "location_id": "MAIN",
                "period_start": np.tile(starts, len(mean)),
                "mean_units": mean.ravel(),
            }
        ).to_parquet(folder / f"forecast-{first}.parquet")
    cost = np.ceil(rng.gamma(2.0, 400.0, SKUS)).astype(np.int64)
    facts = pd.DataFrame(
        {
            "sku_id": sku, "location_id": "MAIN", "position": number, "category_id": "all", "product_name": sku,
            "lifecycle": "active", "first_demand_on": AS_OF - pd.Timedelta(days=400),
            "last_demand_on": AS_OF - pd.Timedelta(days=3), "demand_days": 50, "total_units": rate * 52,
            "last_year_units": rate * 52, "last_year_revenue_minor": (rate * 104 * cost).astype(np.int64),
            "unit_cost_minor": cost, "unit_price_minor": 2 * cost, "currency": "GBP", "abc_class": "B",
            "is_cost_assumed": False, "is_planned": True, "excuse": pd.NA,
        }
    )  # fmt: skip
    on_hand = rng.poisson(rate * 4).astype(float)
    stock = pd.DataFrame(
        {
            "sku_id": sku, "location_id": "MAIN", "on_hand_units": on_hand, "reserved_units": 0.0,
            "on_order_units": 0.0, "counted_units": on_hand, "counted_on": AS_OF, "is_assumed": False, "reason": "",
        }
    )  # fmt: skip
    terms = pd.DataFrame(
        {
            "supplier_id": supplier, "sku_id": sku, "from_units": 0.0, "unit_cost_minor": cost, "currency": "GBP",
            "lead_time_days": pd.array(7 + number % 30, dtype="Int64"), "moq_units": (number % 4) * 6.0,
            "pack_units": 1.0 + number % 3, "line_maximum_units": np.nan,
            "is_preferred": pd.array(np.ones(SKUS, bool), dtype="boolean"), "valid_from_on": pd.NaT,
            "valid_until_on": pd.NaT,
        }
    )  # fmt: skip
    lines, receipts = make_orders(rng, sku, supplier, rate)
    return {"facts": facts, "stock": stock, "terms": terms, "lines": lines, "receipts": receipts}


def make_orders(
    rng: np.random.Generator, sku: pd.Series, supplier: pd.Series, rate: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Half as many received order lines as SKUs, and open ones for three in ten of them."""
    received, open_lines = SKUS // 2, 3 * SKUS // 10
    which = rng.integers(0, SKUS, received + open_lines)
    count = len(which)
    is_open = np.arange(count) >= received
    median = 7.0 + which % 30
    duration = np.round(median * np.exp(0.3 * rng.normal(size=count))).astype(int)
    age = np.where(is_open, rng.integers(0, 20, count), rng.integers(60, 700, count))
    lines = empty(PURCHASE_ORDER_LINE).reindex(range(count))
    lines["purchase_order_id"] = text("PO-", np.arange(count))
    lines["purchase_order_line_id"] = "1"
    lines["supplier_id"], lines["sku_id"] = supplier.to_numpy()[which], sku.to_numpy()[which]
    lines["location_id"], lines["ordered_units"] = "MAIN", np.ceil(rate[which] * 3)
    lines["ordered_on"] = AS_OF - pd.to_timedelta(age, unit="D")
    came = lines[~is_open]
    receipts = empty(RECEIPT).reindex(came.index)
    receipts["receipt_id"] = came["purchase_order_id"]
    receipts["purchase_order_id"], receipts["purchase_order_line_id"] = came["purchase_order_id"], "1"
    receipts["received_units"] = came["ordered_units"]
    receipts["received_on"] = came["ordered_on"] + pd.to_timedelta(duration[~is_open], unit="D")
    return lines, receipts


def plan(folder: Path, shop: dict[str, pd.DataFrame], settings: Settings) -> tuple[pd.DataFrame, dict[str, float]]:
    """Proposals for the whole shop, and the seconds each step took."""
    seconds = {}
    clock = time.perf_counter()
    planned = shop["terms"][["supplier_id", "sku_id", "lead_time_days"]].assign(location_id="MAIN")
    lead = lead_times(planned, shop["lines"], shop["receipts"], AS_OF, settings.lead_time)
    lines = shop["lines"]
    is_open = ~lines["purchase_order_id"].isin(shop["receipts"]["purchase_order_id"])
    inbound = lines[is_open].assign(open_units=lines["ordered_units"], age_days=0.0)
    seconds["lead times"] = time.perf_counter() - clock

    clock = time.perf_counter()
    policies = []
    for first in range(0, SKUS, CHUNK):
        forecast = pd.read_parquet(folder / f"forecast-{first}.parquet", columns=["mean_units"])
        rows = slice(first, first + CHUNK)
        facts, stock, lead_rows = shop["facts"].iloc[rows], shop["stock"].iloc[rows], lead.iloc[rows]
        keys = facts[KEY].reset_index(drop=True)
        policies.append(policy_of(forecast, facts, stock, lead_rows, inbound, keys, settings))
    policy = pd.concat(policies, ignore_index=True)
    seconds["policy"] = time.perf_counter() - clock

    clock = time.perf_counter()
    suppliers = pd.DataFrame(
        {
            "supplier_id": shop["terms"]["supplier_id"].unique(), "supplier_name": pd.NA, "country": "GB",
            "order_weekdays": pd.NA, "minimum_order_minor": pd.array([50_000] * SUPPLIERS, dtype="Int64"),
            "fixed_order_cost_minor": pd.array([2_000] * SUPPLIERS, dtype="Int64"), "currency": "GBP",
        }
    )  # fmt: skip
    day = dt.date.fromisoformat(str(AS_OF.date()))
    proposals = propose(
        policy, shop["stock"], shop["facts"], shop["terms"], suppliers, empty(SUPPLIER_CLOSURE), settings, day,
        lead_time=lead,
    )  # fmt: skip
    seconds["proposals"] = time.perf_counter() - clock
    return proposals, seconds


def policy_of(
    forecast: pd.DataFrame,
    facts: pd.DataFrame,
    stock: pd.DataFrame,
    lead: pd.DataFrame,
    inbound: pd.DataFrame,
    keys: pd.DataFrame,
    settings: Settings,
) -> pd.DataFrame:
    """Table `policy` of one chunk."""
    size = len(keys)
    result = project(
        DemandOutlook(
            forecast["mean_units"].to_numpy().reshape(size, PERIODS), np.full(size, 0.4), np.full(size, 0.05), 7
        ),
        stock["on_hand_units"].to_numpy(),
        LeadTimes(*(lead[name].to_numpy() for name in ("log_location_days", "log_scale", "degrees_of_freedom"))),
        target_share=0.95,
        review_days=settings.policy.review_days,
        arrivals=expected_arrivals(inbound[inbound["sku_id"].isin(keys["sku_id"])], lead, keys, AS_OF),
        seeds=series_seeds(keys["sku_id"], keys["location_id"]),
        paths=settings.policy.sample_paths,
    )
    cost = facts["unit_cost_minor"].to_numpy()
    return pd.DataFrame(
        {
            "sku_id": keys["sku_id"], "location_id": keys["location_id"],
            "supplier_id": lead["supplier_id"].to_numpy(), "abc_class": "B", "xyz_class": "Y",
            "target_kind": "cycle_service", "target_share": 0.95, "shortage_rule": "lost_sales",
            "review_days": float(settings.policy.review_days), "lead_time_days": lead["mean_days"].to_numpy(),
            "protection_days": result.protection_days, "expected_demand_units": result.expected_demand_units,
            "demand_sd_units": result.demand_sd_units, "expected_lost_units": result.expected_lost_units,
            "expected_returns_units": result.expected_returns_units,
            "target_level_units": np.maximum(result.target_level_units, 0.0),
            "safety_stock_units": result.safety_stock_units,
            "reorder_point_units": np.maximum(result.target_level_units, 0.0), "need_units": result.need_units,
            "economic_lot_units": 0.0, "order_units": result.order_units,
            "on_order_due_units": result.on_order_due_units, "on_order_later_units": 0.0, "backorder_units": 0.0,
            "implied_cycle_service": result.implied_cycle_service, "implied_fill_rate": result.implied_fill_rate,
            "current_cycle_service": result.current_cycle_service, "mean_stock_units": result.mean_stock_units,
            "mean_stock_minor": np.rint(result.mean_stock_units * cost).astype(np.int64),
            "mean_cover_days": np.nan, "orders_per_year": 0.0, "turns_per_year": np.nan, "gmroi": np.nan,
            "days_of_cover": np.nan, "stockout_in_days": pd.array(result.stockout_in_days, dtype="Int64"),
            "currency": "GBP", "is_assumed": False, "method": "projection", "reason": "",
        }
    )  # fmt: skip


def items(rng: np.random.Generator, count: int) -> pd.DataFrame:
    """Single items for the exact policies, of the size of the textbook's examples."""
    holding = rng.uniform(0.5, 2.0, count)
    return pd.DataFrame(
        {
            "mean": rng.uniform(1.0, 20.0, count), "fixed": rng.uniform(5.0, 100.0, count), "holding": holding,
            "stockout": holding * rng.uniform(4.0, 20.0, count), "lead_time": rng.integers(1, 4, count),
        }
    )  # fmt: skip


PEER = """
import csv, json, sys, time
from types import SimpleNamespace
from stockpyl.rq import r_q_poisson_exact
from stockpyl.ss import s_s_discrete_exact
rows = [SimpleNamespace(**{k: float(v) for k, v in x.items()}) for x in csv.DictReader(open(sys.argv[1]))]
out = {"ss": [], "rq": []}
clock = time.perf_counter()
for x in rows:
    out["ss"].append(s_s_discrete_exact(x.holding, x.stockout, x.fixed, True, x.mean))
out["ss_seconds"] = time.perf_counter() - clock
clock = time.perf_counter()
for x in rows:
    out["rq"].append(r_q_poisson_exact(x.holding, x.stockout, x.fixed, x.mean, x.lead_time))
out["rq_seconds"] = time.perf_counter() - clock
print(json.dumps(out, default=float))
"""


def stockpyl(rows: pd.DataFrame, folder: Path) -> dict[str, object]:
    """Answers and seconds of stockpyl, from an interpreter of its own."""
    python = PEERS / "stockpyl" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS / "stockpyl")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "stockpyl"], check=True)
    rows.to_csv(folder / "items.csv", index=False)
    done = subprocess.run(
        [str(python), "-W", "ignore", "-c", PEER, str(folder / "items.csv")], check=True, capture_output=True, text=True
    )
    answers: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answers


def against_stockpyl(folder: Path, rng: np.random.Generator) -> dict[str, float]:
    """How many times stockpyl's rate, after checking that the answers are equal."""
    rows = items(rng, ITEMS_THEIRS)
    theirs = stockpyl(rows, folder)
    ours_ss = min_max_policy(rows["mean"], rows["fixed"], rows["holding"], rows["stockout"])
    ours_rq = reorder_policy_poisson(rows["mean"], rows["fixed"], rows["lead_time"], rows["holding"], rows["stockout"])
    np.testing.assert_allclose(ours_ss.cost, np.array(theirs["ss"])[:, 2], rtol=1e-6)
    np.testing.assert_allclose(ours_rq.cost, np.array(theirs["rq"])[:, 2], rtol=1e-6)
    many = items(rng, ITEMS_OURS)
    clock = time.perf_counter()
    min_max_policy(many["mean"], many["fixed"], many["holding"], many["stockout"])
    ss_rate = ITEMS_OURS / (time.perf_counter() - clock)
    clock = time.perf_counter()
    reorder_policy_poisson(many["mean"], many["fixed"], many["lead_time"], many["holding"], many["stockout"])
    rq_rate = ITEMS_OURS / (time.perf_counter() - clock)
    ss_theirs, rq_theirs = (ITEMS_THEIRS / float(str(theirs[name])) for name in ("ss_seconds", "rq_seconds"))
    print(f"{'items a second':<18}{'invopt':>12}{'stockpyl':>12}{'times':>10}")
    print(f"{'(s, S) exact':<18}{ss_rate:>12,.0f}{ss_theirs:>12,.1f}{ss_rate / ss_theirs:>10,.0f}")
    print(f"{'(r, Q) exact':<18}{rq_rate:>12,.0f}{rq_theirs:>12,.1f}{rq_rate / rq_theirs:>10,.0f}")
    return {"ss_ratio_stockpyl": ss_rate / ss_theirs, "rq_ratio_stockpyl": rq_rate / rq_theirs}


def warm(rng: np.random.Generator) -> None:
    """Compile before the clock starts: a night pays this once per installation."""
    one = np.ones(1)
    project(DemandOutlook(np.ones((1, 4)), one, one, 7), one, LeadTimes.certain(3.0))
    few = items(rng, 3)
    min_max_policy(few["mean"], few["fixed"], few["holding"], few["stockout"])
    reorder_policy_poisson(few["mean"], few["fixed"], few["lead_time"], few["holding"], few["stockout"])


def main() -> None:
    rng = np.random.default_rng(20260302)
    warm(rng)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = against_stockpyl(folder, rng)
        shop = make_shop(folder, rng)
        proposals, seconds = plan(folder, shop, Settings())
    total = sum(seconds.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\n{SKUS:,} SKU-locations, {len(proposals):,} proposals")
    for step, value in seconds.items():
        print(f"{step:<18}{value:>10.1f} s")
    print(f"{'all':<18}{total:>10.1f} s, peak {memory:.2f} GiB")
    figures = {"million_seconds": total * 1e6 / SKUS, "million_gib": memory, **figures}
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
