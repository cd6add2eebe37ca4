"""Does demand recovery find the truth? Clean stretches of real sales, sold out by a stock that demand exhausts."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from datasets import DATA, SEED

from invopt.demand import recovered_demand

HOURS = 16  # selling hours of a day, 6 to 22
CYCLE = 3  # days between deliveries
SHORTEST = 21  # days in a row without any stockout
STOCK = 1.0  # order-up-to level, in mean demands of a cycle


def clean_stretches(most: int) -> list[np.ndarray]:
    """Daily sales of runs without a stockout hour: there, sales are demand."""
    frame = pd.read_parquet(
        DATA / "freshretail_daily.parquet",
        columns=["store_id", "product_id", "dt", "sale_amount", "oos_hours_24"],
    ).sort_values(["store_id", "product_id", "dt"])
    days = frame["dt"].nunique()
    sales = frame["sale_amount"].to_numpy(dtype=float).reshape(-1, days)
    clean = frame["oos_hours_24"].to_numpy().reshape(-1, days) == 0
    found = []
    for row in range(len(sales)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], clean[row].astype(int), [0]])))
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            if stop - start >= SHORTEST and sales[row, start:stop].mean() > 0:
                found.append(sales[row, start:stop])
    order = np.random.default_rng(SEED).permutation(len(found))[:most]
    return [found[i] for i in order]


def sold_from_stock(demand: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sales and share of selling hours without stock, under deliveries up to a level every few days.

    Demand spreads over the hours of its day by a Dirichlet draw; stock serves it hour by hour until it is gone.
    """
    level = STOCK * CYCLE * demand.mean()
    sales, out, stock = np.zeros_like(demand), np.zeros_like(demand), 0.0
    for day, wanted in enumerate(demand):
        if day % CYCLE == 0:
            stock = level
        hourly = np.cumsum(rng.dirichlet(np.full(HOURS, 2.0))) * wanted
        sales[day] = min(wanted, stock)
        out[day] = 0.0 if wanted < stock else (hourly >= stock).sum() / HOURS
        stock -= sales[day]
    return sales, out


def recovery_figures(most: int = 4000) -> dict[str, float]:
    """Print bias and error of the mean demand by four ways of treating stockouts; return the figures."""
    rng = np.random.default_rng(SEED)
    stretches = clean_stretches(most)
    longest = max(map(len, stretches))
    sales, out = (np.full((len(stretches), longest), np.nan) for _ in range(2))
    for row, demand in enumerate(stretches):
        sales[row, : len(demand)], out[row, : len(demand)] = sold_from_stock(demand, rng)
    truth = np.array([demand.mean() for demand in stretches])
    _, recovered = recovered_demand(sales, out)
    masked = np.array([np.nanmean(np.where(o > 0, np.nan, s)) if (o == 0).any() else np.nan
                       for s, o in zip(sales, out, strict=True)])  # fmt: skip
    ways = {
        "recovered": recovered,
        "stockout days masked": masked,
        "sales as demand": np.nanmean(sales, axis=1),
    }
    print(
        f"{len(truth)} clean stretches, {(out > 0).sum() / (~np.isnan(out)).sum():.0%} of days sold out "
        "by the simulated stock"
    )
    bias = {}
    for name, mean in ways.items():
        known = ~np.isnan(mean)
        bias[name] = float(mean[known].sum() / truth[known].sum() - 1.0)
        error = np.abs(mean[known] - truth[known]).sum() / truth[known].sum()
        print(f"  {name}: bias {bias[name]:+.2%}, error of the mean {error:.2%}")
    better = min(abs(bias["stockout days masked"]), abs(bias["sales as demand"]))
    return {"freshretail_bias": bias["recovered"], "freshretail_gain": 1.0 - abs(bias["recovered"]) / better}


if __name__ == "__main__":
    print(json.dumps({name: round(value, 4) for name, value in recovery_figures().items()}))
