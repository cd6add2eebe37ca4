"""Promotions and holidays: is the truth of a made-up shop found again, and do real shops forecast better with them?"""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
from datasets import SETS, Origin
from scores import ratio_interval, rmsse

from invopt.calendars import named_holidays
from invopt.demand import clean_demand
from invopt.forecast import (
    DemandBlock,
    Series,
    Timeline,
    estimate_effects,
    estimate_pools,
    forecast_block,
    holiday_events,
    promotion_events,
)
from invopt.sample import ShopSpec, generate
from invopt.sample.truth import promotion_table
from invopt.settings.forecasting import Forecast

SKUS = 2000
STARTS = {"online": ("GB", "2009-12-07"), "m5": ("US", None)}


def promotions_found(spec: ShopSpec) -> tuple[float, float, float]:
    """Root mean squared error of log lift: as used for coming promotions, as measured, and without any."""
    tables, truth = generate(spec)
    product = tables["product"][["sku_id", "category_id"]]
    lines = tables["order_line"].merge(product, on="sku_id")
    local = lines["ordered_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/London").dt.tz_localize(None)
    week = ((local.dt.normalize() - pd.Timestamp(spec.starts_on)).dt.days // 7).to_numpy()
    skus = np.sort(lines["sku_id"].unique())
    demand = np.zeros((len(skus), spec.weeks))
    np.add.at(demand, (np.searchsorted(skus, lines["sku_id"]), week), lines["ordered_units"].to_numpy(dtype=float))
    category = product.set_index("sku_id")["category_id"].reindex(skus)
    names = tuple(sorted(category.unique()))
    series = Series(skus.astype(object), np.array([names.index(name) for name in category]), names)
    profile = truth.weekly_profile.pivot_table(index="category_id", columns="weekday", values="share").loc[list(names)]
    starts = np.datetime64(spec.starts_on) + 7 * np.arange(spec.weeks + 26).astype("timedelta64[D]")
    timeline = Timeline(starts, 7, spec.weeks, profile.to_numpy())
    clean = clean_demand(demand, outlier_multiple=6.0, season_length=52)
    effects = estimate_effects(clean.demand, series, timeline, promotion_events(promotion_table(truth)))
    true = truth.promotion.set_index("promotion_id")["uplift"]
    used, raw, without = [], [], []
    for event, lift, measured in zip(effects.events, effects.lift, effects.measured, strict=True):
        for place, name in enumerate(names):
            if ("category", name) in event.targets or ("shop", "") in event.targets:
                used.append(np.log(lift[place] / true[event.event_id]))
                raw.append(np.log(measured[place] / true[event.event_id]))
                without.append(np.log(true[event.event_id]))
    return tuple(float(np.sqrt(np.nanmean(np.square(errors)))) for errors in (used, raw, without))


def holiday_ratio(origins: list[Origin], country: str, first_on: np.datetime64) -> tuple[float, float, float]:
    """RMSSE with holidays over without, and the bounds of its bootstrap over series."""
    settings, plain, lifted, cluster = Forecast(), [], [], []
    for origin in origins:
        days = 7 if origin.period == "week" else 1
        history, horizon = origin.train.shape[1], origin.horizon
        starts = first_on + days * np.arange(history + horizon).astype("timedelta64[D]")
        years = [int(str(day)[:4]) for day in (starts[0], starts[-1])]
        groups = int(origin.everyone_group.max()) + 1
        names = tuple(str(code) for code in range(groups))
        timeline = Timeline(starts, days, history, np.full((groups, 7), 1 / 7))
        events = holiday_events(named_holidays(country, years[0], years[1] + 1))
        everyone = origin.block(everyone=True)
        whole = Series(np.arange(len(everyone.demand)).astype(object), everyone.group, names)
        effects = estimate_effects(everyone.demand, whole, timeline, events)
        block = origin.block()
        mine = Series(np.arange(len(block.demand)).astype(object), block.group, names)

        def mean(everyone: DemandBlock, block: DemandBlock) -> np.ndarray:
            return forecast_block(block, estimate_pools([everyone], settings), settings).mean

        plain.append(rmsse(origin.train, origin.actual, mean(everyone, block)))
        with_lift = [
            dataclasses.replace(part, event_lift=effects.lifts(series, timeline))
            for part, series in ((everyone, whole), (block, mine))
        ]
        lifted.append(rmsse(origin.train, origin.actual, mean(*with_lift)))
        cluster.append(origin.key)
    return ratio_interval(np.concatenate(lifted), np.concatenate(plain), np.concatenate(cluster))


def main() -> None:
    """Print what was found; the last line is one JSON object."""
    figures: dict[str, float] = {}
    used, raw, without = promotions_found(ShopSpec(skus=SKUS, seed=5))
    figures |= {"promotion_error": used, "promotion_error_measured": raw, "promotion_error_ignored": without}
    print(f"made-up shop, {SKUS} SKUs, error of log lift (root mean square): shrunk {used:.3f}, as measured {raw:.3f}, "
          f"ignored {without:.3f}")  # fmt: skip
    for name, (country, first) in STARTS.items():
        origins = SETS[name](600)
        start = np.datetime64(first) if first else _m5_start(origins[0])
        ratio, low, high = holiday_ratio(origins, country, start)
        figures[f"{name}_holiday_ratio"], figures[f"{name}_holiday_upper"] = ratio, high
        print(f"{name}: RMSSE with holidays of {country} over without {ratio:.4f} ({low:.4f} to {high:.4f})")
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


def _m5_start(origin: Origin) -> np.datetime64:
    from datasets import DATA

    days = np.sort(pd.read_parquet(DATA / "m5_280.parquet", columns=["date"])["date"].unique())
    held_out = 3 * 28
    return np.datetime64(str(days[-(730 + held_out)])[:10])


if __name__ == "__main__":
    main()
