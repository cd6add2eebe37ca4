"""Outcomes side by side: differences paired by SKU and window, with bootstrap intervals, and trade-off curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from invopt.errors import TableError
from invopt.replay.engine import Outcome
from invopt.replay.shop import Floats


@dataclass(frozen=True)
class Saving:
    """Share of the other's total that is saved, with the bounds of its interval."""

    share: float
    low: float
    high: float


def block_bootstrap(
    statistic: Callable[[Floats, Floats], Floats],
    ours: Floats,
    theirs: Floats,
    rng: np.random.Generator,
    *,
    block_periods: int = 4,
    draws: int = 2000,
    coverage: float = 0.95,
) -> tuple[float, float, float]:
    """Return a statistic of two paired totals, its bounds and its standard error from resampled SKUs and windows.

    Inputs: two figures per SKU and period, [n, periods] each; `statistic` maps resampled totals of both ([draws]) to
    the figure. SKUs and blocks of consecutive periods are drawn independently with replacement, the same ones for
    both sides. Source: Owen (2007), The Annals of Applied Statistics 1, on resampling crossed factors; it errs on
    the wide side. Returns (low, high, standard error).
    """
    blocks = -(-ours.shape[1] // block_periods)
    edges = np.arange(blocks) * block_periods
    a, b = (np.add.reduceat(x, edges, axis=1) for x in (ours, theirs))
    size = len(a)
    sku_weight = rng.multinomial(size, np.full(size, 1.0 / size), draws).astype(np.float64)
    block_weight = rng.multinomial(blocks, np.full(blocks, 1.0 / blocks), draws).astype(np.float64)
    values = statistic(((sku_weight @ a) * block_weight).sum(axis=1), ((sku_weight @ b) * block_weight).sum(axis=1))
    tail = (1.0 - coverage) / 2
    return float(np.quantile(values, tail)), float(np.quantile(values, 1 - tail)), float(values.std())


def cost_saving(ours: Outcome, theirs: Outcome, rng: np.random.Generator) -> Saving:
    """Share of the other's cost that ours saves, paired by SKU and window."""
    if ours.closing.shape != theirs.closing.shape or ours.first != theirs.first:
        raise TableError("replay: outcomes can be paired only over the same SKUs and periods.")
    a, b = ours.total_cost(), theirs.total_cost()
    low, high, _ = block_bootstrap(lambda x, y: 1.0 - x / y, a, b, rng)
    return Saving(float(1.0 - a.sum() / b.sum()), low, high)


def fill_rate_error(outcome: Outcome, rng: np.random.Generator) -> float:
    """Standard error of the achieved fill rate, from the same resampling."""
    return block_bootstrap(lambda x, y: 1.0 - x / np.maximum(y, 1e-12), outcome.short, outcome.demand, rng)[2]


def summary(outcomes: dict[str, Outcome], periods_per_year: float = 52.0) -> pd.DataFrame:
    """One row per outcome: cost by kind and in all, fill rate, cycle service, stock value, turns."""
    rows = []
    for name, outcome in outcomes.items():
        costs = {f"{kind}_cost": float(money.sum()) for kind, money in outcome.costs().items()}
        rows.append(
            {
                "rule": name,
                **costs,
                "total_cost": sum(costs.values()),
                "fill_rate": outcome.fill_rate(),
                "cycle_service": outcome.cycle_service(),
                "stock_value": outcome.stock_value(),
                "turns": outcome.turns(periods_per_year),
            }
        )
    return pd.DataFrame(rows)


def stock_at_fill_rate(curve: Sequence[Outcome], fill_rate: float) -> float:
    """Stock value at which a rule reaches a fill rate, read off its trade-off curve between two played targets.

    Linear between the two neighbouring points of the curve; NaN outside what was played.
    """
    points = sorted((outcome.fill_rate(), outcome.stock_value()) for outcome in curve)
    fills, values = np.array(points).T
    if not fills[0] <= fill_rate <= fills[-1]:
        return float("nan")
    return float(np.interp(fill_rate, fills, values))
