"""Which SKUs should be in stock how surely, for a stock budget or a fill rate of the whole range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from invopt.errors import StageError
from invopt.inventory import ServiceMix, exchange_curve, service_mix
from invopt.workspace import Workspace

_KEY = ["sku_id", "location_id"]


@dataclass(frozen=True)
class Mix:
    """The best mix, what today's targets come to by the same measure, and the curve between stock and service.

    `rows`: sku_id, location_id, abc_class, xyz_class, level_units, cycle_service, fill_rate, level_minor. `segments`:
    abc_class, xyz_class, skus, cycle_service (weighted by demand), fill_rate, level_minor: what to write into
    policy.target_by_segment. `curve`: price, stock_value, fill_rate, cycle_service.
    """

    rows: pd.DataFrame
    segments: pd.DataFrame
    curve: pd.DataFrame
    best: ServiceMix
    today: tuple[float, float]  # value of today's target levels, and their fill rate


def best_service_mix(
    workspace: Workspace, *, budget_minor: float | None = None, fill_rate: float | None = None, weight: str = "margin"
) -> Mix:
    """The targets of each SKU that lose least for a budget, or tie up least stock for a fill rate.

    Reads the published plan: demand of each protection interval with its spread, and cost. `weight` says what a unit
    short counts: units, revenue or margin. Stock is the value of all target levels at cost, in minor units of the
    business's currency; SKUs costed in another, or expecting no demand, are left out.

    Raises `StageError` without a published plan, and `InfeasibleError` for an aim that cannot be.
    """
    if workspace.published is None:
        raise StageError("There is no plan yet to weigh. Make one with: invopt plan")
    policy = workspace.table("policy").merge(
        workspace.table("sku_location")[[*_KEY, "unit_cost_minor", "unit_price_minor"]], on=_KEY, validate="one_to_one"
    )
    home = workspace.settings.business.currency
    policy = policy[(policy["currency"] == home) & (policy["expected_demand_units"] > 0)].reset_index(drop=True)
    if policy.empty:
        raise StageError(f"No planned SKU with demand is costed in {home}: there is nothing to weigh.")
    cost = np.maximum(policy["unit_cost_minor"].to_numpy(dtype=float), 1.0)
    price = policy["unit_price_minor"].to_numpy(dtype=float)
    counts = {"units": np.ones(len(policy)), "revenue": price, "margin": np.maximum(price - cost, 0.0)}
    if weight not in counts:
        raise StageError(f"A unit short counts as units, revenue or margin, not as {weight!r}.")
    mean = policy["expected_demand_units"].to_numpy(dtype=float)
    excess = policy["demand_sd_units"].to_numpy(dtype=float) ** 2 - mean
    dispersion = np.maximum(excess, 0.0) / mean**2
    best = service_mix(mean, dispersion, cost, weight=counts[weight], budget=budget_minor, fill_rate=fill_rate)
    rows = policy[[*_KEY, "abc_class", "xyz_class"]].assign(
        level_units=best.level_units,
        cycle_service=best.cycle_service,
        fill_rate=best.fill_rate_by_sku,
        level_minor=np.rint(best.level_units * cost).astype(np.int64),
    )
    grouped = rows.assign(demand=mean, served=mean * best.cycle_service, filled=mean * best.fill_rate_by_sku)
    sums = grouped.groupby(["abc_class", "xyz_class"], sort=True).agg(
        skus=("sku_id", "size"), demand=("demand", "sum"), served=("served", "sum"), filled=("filled", "sum"),
        level_minor=("level_minor", "sum"),
    )  # fmt: skip
    segments = sums.assign(cycle_service=sums["served"] / sums["demand"], fill_rate=sums["filled"] / sums["demand"])
    names = ["skus", "cycle_service", "fill_rate", "level_minor"]
    curve = exchange_curve(mean, dispersion, cost, weight=counts[weight])
    return Mix(rows, segments[names].reset_index(), curve, best, _today(policy, mean, dispersion, cost, counts[weight]))


def _today(
    policy: pd.DataFrame, mean: np.ndarray, dispersion: np.ndarray, cost: np.ndarray, weight: np.ndarray
) -> tuple[float, float]:
    from invopt.inventory.loss import negative_binomial_loss

    level = np.floor(policy["target_level_units"].to_numpy(dtype=float))
    short = negative_binomial_loss(level, mean, dispersion)
    return float((level * cost).sum()), float(1.0 - (weight * short).sum() / max((weight * mean).sum(), 1e-12))
