"""Lead times on real purchase orders: the 90% quantile, rolled month by month through the SCMS orders.

Each line ordered in a month is predicted from what was known on the first of that month. The three baselines
(pooled, vendor-only and shrunk empirical quantiles of the receipts so far) are recomputed on the same lines. Lines
with a negative lead time are left out. Reads the shared data (`INVOPT_SHARED`, default `../shared`).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.inventory import lead_times
from invopt.probability import pinball_loss

ROOT = Path(os.environ.get("INVOPT_SHARED", Path(__file__).parents[1] / ".." / "shared"))
PROBABILITY = 0.9
# Empirical baselines: receipts before the first prediction, and receipts that the pooled quantile weighs.
FIRST_RECEIPTS, SHRINKAGE = 30, 20


def read_orders() -> pd.DataFrame:
    """Order lines with a known day of order, as tables `purchase_order_line` and `receipt` need them."""
    raw = pd.read_parquet(ROOT / "data" / "scms_purchase_orders.parquet")
    lines = pd.DataFrame(
        {
            "purchase_order_id": raw["PO / SO #"],
            "purchase_order_line_id": raw["ID"],
            "supplier_id": raw["Vendor"],
            "sku_id": raw["Item Description"],
            "location_id": "ALL",
            "ordered_units": 1.0,
            "unit_cost_minor": 0,
            "currency": "USD",
            "ordered_on": raw["PO Sent to Vendor Date (parsed)"].astype("datetime64[us]"),
            "confirmed_on": pd.NaT,
            "cancelled_on": pd.NaT,
            "received_on": raw["Delivered to Client Date (parsed)"].astype("datetime64[us]"),
        }
    )
    lines["days"] = (lines["received_on"] - lines["ordered_on"]).dt.days
    return lines[lines["days"] >= 0].sort_values(["ordered_on", "purchase_order_line_id"], ignore_index=True)


def empirical(done: pd.DataFrame, suppliers: pd.Series) -> dict[str, NDArray[np.float64]]:
    """The baselines' quantiles for the given suppliers, from the receipts so far."""
    pooled = done["days"].quantile(PROBABILITY)
    by_vendor = done.groupby("supplier_id")["days"]
    vendor = suppliers.map(by_vendor.quantile(PROBABILITY)).fillna(pooled).to_numpy(float)
    receipts = suppliers.map(by_vendor.size()).fillna(0).to_numpy(float)
    return {
        "pooled": np.full(len(suppliers), pooled),
        "vendor only": vendor,
        "shrunk empirical": (receipts * vendor + SHRINKAGE * pooled) / (receipts + SHRINKAGE),
    }


def predictions(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per predicted line: actual days, and each method's quantile."""
    made = []
    month_of = lines["ordered_on"].dt.to_period("M")
    for month in month_of.unique():
        as_of = month.start_time
        done = lines[lines["received_on"] < as_of]
        test = lines[month_of == month]
        if len(done) < FIRST_RECEIPTS:
            continue
        receipt = done.assign(receipt_id=done["purchase_order_line_id"], received_units=1.0)
        planned = test[["supplier_id", "sku_id", "location_id"]].drop_duplicates().assign(lead_time_days=np.nan)
        model = lead_times(planned, lines.drop(columns=["received_on", "days"]), receipt, as_of)
        quantile = test.merge(model, on=["supplier_id", "sku_id", "location_id"], how="left")["p90_days"]
        rows = {"days": test["days"].to_numpy(float), **empirical(done, test["supplier_id"])}
        made.append(pd.DataFrame({**rows, "invopt": quantile.to_numpy()}))
    return pd.concat(made, ignore_index=True)


def main() -> None:
    rows = predictions(read_orders())
    figures = {}
    print(f"{len(rows)} lines predicted\n{'method':<18}{'pinball days':>14}{'coverage':>10}{'mean days':>11}")
    for name in rows.columns.drop("days"):
        loss = float(np.mean(pinball_loss(rows["days"], rows[name], PROBABILITY)))
        covered = float((rows["days"] <= rows[name]).mean())
        print(f"{name:<18}{loss:>14.2f}{covered:>10.3f}{rows[name].mean():>11.1f}")
        figures[name] = (loss, covered)
    print(
        json.dumps(
            {
                "pinball90_days": round(figures["invopt"][0], 3),
                "pinball90_days_pooled": round(figures["pooled"][0], 3),
                "coverage90": round(figures["invopt"][1], 4),
            }
        )
    )


if __name__ == "__main__":
    main()
