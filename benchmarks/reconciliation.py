"""Does it pay to reconcile SKU forecasts with those of their totals? Trust learnt on windows before each origin."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
from datasets import SETS, Origin
from scores import ratio_interval, rmsse

from invopt.forecast import DemandBlock, estimate_pools, forecast_block
from invopt.forecast.reconciliation import learn_trust, reconcile, totals
from invopt.settings.forecasting import Forecast

WINDOWS = 3  # horizons inside the training part on which trust is learnt


def both(block: DemandBlock, settings: Forecast) -> tuple[np.ndarray, np.ndarray]:
    """Means of the series [n, H], and of the totals of their groups [G, H], each forecast by the default."""
    mean = forecast_block(block, estimate_pools([block], settings), settings).mean
    groups = int(block.group.max()) + 1
    known = totals((~np.isnan(block.demand)).astype(float), block.group, groups)
    summed = np.where(known > 0, totals(block.demand, block.group, groups), np.nan)
    above = dataclasses.replace(block, demand=summed, group=np.arange(groups))
    return mean, forecast_block(above, estimate_pools([above], settings), settings).mean


def score(origin: Origin, settings: Forecast) -> dict[str, np.ndarray]:
    """Errors of series and of totals, with and without; and the trust learnt."""
    block = origin.block(everyone=True)
    group, horizon = block.group, block.horizon
    groups = int(group.max()) + 1
    bottom, top, came = [], [], []
    for back in range(1, WINDOWS + 1):
        cut = block.demand.shape[1] - back * horizon
        mean, total = both(block.until(cut), settings)
        bottom.append(totals(mean, group, groups).sum(axis=1))
        top.append(total.sum(axis=1))
        came.append(totals(block.demand[:, cut : cut + horizon], group, groups).sum(axis=1))
    trust = learn_trust(np.array(bottom), np.array(top), np.array(came))
    mean, total = both(block, settings)
    moved = reconcile(mean, group, total, trust)
    actual = totals(origin.actual, origin.everyone_group[origin.key], groups).sum(axis=1)
    sums = {name: totals(values[origin.key], group[origin.key], groups).sum(axis=1)
            for name, values in (("plain", mean), ("moved", moved))}  # fmt: skip
    return {
        "plain": rmsse(origin.train, origin.actual, mean[origin.key]),
        "moved": rmsse(origin.train, origin.actual, moved[origin.key]),
        "key": origin.key,
        "total_plain": np.abs(sums["plain"] - actual) / actual,
        "total_moved": np.abs(sums["moved"] - actual) / actual,
        "trust": trust,
    }


def main() -> None:
    """Print the comparison; the last line is one JSON object."""
    settings, figures = Forecast(), {}
    for name in ("m5", "online"):
        # Every series is scored, so that the totals are those of the shop.
        found = [score(origin, settings) for origin in SETS[name](1_000_000)]
        joined = {key: np.concatenate([one[key] for one in found]) for key in found[0]}
        ratio, low, high = ratio_interval(joined["moved"], joined["plain"], joined["key"])
        figures[f"{name}_reconciled_ratio"], figures[f"{name}_reconciled_upper"] = ratio, high
        for which in ("plain", "moved"):
            figures[f"{name}_total_error_{which}"] = float(joined[f"total_{which}"].mean())
        print(f"{name}: RMSSE of series reconciled over not {ratio:.4f} ({low:.4f} to {high:.4f}); error of totals "
              f"{joined['total_moved'].mean():.2%} against {joined['total_plain'].mean():.2%}; trust in totals "
              f"{joined['trust'].mean():.2f}", flush=True)  # fmt: skip
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
