"""Stock against service for the whole range: the best that any mix of levels reaches, and where the plan stands."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.inventory import ServiceMix, exchange_curve, service_mix
from invopt.inventory.loss import negative_binomial_loss
from invopt.money import digits

_KEY = ["sku_id", "location_id"]


def range_inputs(policy: pd.DataFrame, sku_location: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Per planned SKU-location with demand and a cost in the shop's currency: mean, dispersion, cost, price, level.

    Money in whole units of the currency; mean and dispersion of demand over the protection interval.
    """
    rows = policy.merge(
        sku_location[[*_KEY, "unit_cost_minor", "unit_price_minor", "currency"]].rename(columns={"currency": "of"}),
        on=_KEY, how="left", validate="one_to_one",
    )  # fmt: skip
    rows = rows[(rows["of"] == currency) & (rows["unit_cost_minor"] > 0) & (rows["expected_demand_units"] > 0)]
    mean = rows["expected_demand_units"].to_numpy(dtype=float)
    variance = rows["demand_sd_units"].to_numpy(dtype=float) ** 2
    scale = 10.0 ** digits(currency)
    return rows[_KEY].assign(
        mean_units=mean,
        dispersion=np.maximum(variance - mean, 0.0) / mean**2,
        unit_cost=rows["unit_cost_minor"] / scale,
        unit_price=rows["unit_price_minor"].fillna(0) / scale,
        level_units=rows["target_level_units"].round().to_numpy(dtype=float),
    ).reset_index(drop=True)  # fmt: skip


def curve(rows: pd.DataFrame, points: int) -> pd.DataFrame:
    """The exchange curve of the range, shortages weighted by price."""
    return exchange_curve(
        rows["mean_units"], rows["dispersion"], rows["unit_cost"], weight=rows["unit_price"], points=points
    )


def at_plan(rows: pd.DataFrame) -> pd.Series:
    """Value of the plan's own levels and the fill rate they reach, by the same measure as the curve."""
    mean, price = rows["mean_units"].to_numpy(), rows["unit_price"].to_numpy()
    short = negative_binomial_loss(rows["level_units"].to_numpy(), mean, rows["dispersion"].to_numpy())
    return pd.Series(
        {
            "stock_value": float((rows["level_units"] * rows["unit_cost"]).sum()),
            "fill_rate": float(1.0 - (price * short).sum() / (price * mean).sum()),
        }
    )


def mix(rows: pd.DataFrame, budget: float | None, fill_rate: float | None) -> tuple[pd.DataFrame, ServiceMix]:
    """The levels of the best mix for a budget or a fill rate, beside the plan's."""
    found = service_mix(
        rows["mean_units"], rows["dispersion"], rows["unit_cost"], weight=rows["unit_price"], budget=budget,
        fill_rate=fill_rate,
    )  # fmt: skip
    frame = rows[_KEY].assign(
        plan_level_units=rows["level_units"],
        best_level_units=found.level_units,
        best_cycle_service=found.cycle_service,
        best_fill_rate=found.fill_rate_by_sku,
    )
    return frame, found
