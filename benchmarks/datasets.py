"""The series that forecasts are scored on: training and test parts of each origin."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from invopt.forecast import ALONE, DemandBlock

DATA = Path(os.environ.get("INVOPT_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
SEED = 7


@dataclass(frozen=True)
class Origin:
    """One origin of one set: n series, their history, and the H periods that came after.

    train [n, T] NaN before the first sale; actual [n, H] NaN where not to be scored; sold [n, T] what a method
    that knows nothing of stockouts would see. everyone [N, T] and everyone_group [N] are the histories of the
    whole set, from which a business would learn what its series share; key [n] are the rows scored.
    """

    name: str
    train: np.ndarray
    actual: np.ndarray
    sold: np.ndarray
    everyone: np.ndarray
    everyone_group: np.ndarray
    key: np.ndarray
    season: int
    period: Literal["week", "day"]
    phase: int = 0
    yearly_phase: int | None = None

    @property
    def horizon(self) -> int:
        """Periods to forecast."""
        return self.actual.shape[1]

    def block(self, everyone: bool = False) -> DemandBlock:
        """The series that are scored, or all of the set."""
        train = self.everyone if everyone else self.train
        group = self.everyone_group if everyone else self.everyone_group[self.key]
        return DemandBlock(
            np.ascontiguousarray(train), group, self.horizon, self.season, self.period,
            phase=self.phase, yearly_phase=self.yearly_phase,
        )  # fmt: skip

    def histories(self) -> list[np.ndarray]:
        """For the peers: each series from its first sale, without gaps."""
        return [np.nan_to_num(row[np.argmax(np.nan_to_num(row) > 0) :]) for row in self.sold]


def _origins(
    name: str, demand: np.ndarray, group: np.ndarray, horizon: int, count: int, *, season: int,
    period: Literal["week", "day"], least: int, sample: int,
    scored: np.ndarray | None = None, yearly_phase: int | None = None,
) -> list[Origin]:  # fmt: skip
    """Cut a panel [n, T] at its last origins; keeps series with `least` periods since their first sale."""
    made = []
    chosen = np.random.default_rng(SEED).permutation(len(demand))
    for back in range(1, count + 1):
        cut = demand.shape[1] - back * horizon
        train = demand[:, :cut].copy()
        started = np.cumsum(np.nan_to_num(train) > 0, axis=1) > 0
        train[~started] = np.nan
        long_enough = started.sum(axis=1) >= least
        rows = np.sort([i for i in chosen if long_enough[i]][:sample])
        actual = demand[rows, cut : cut + horizon].copy()
        if scored is not None:
            actual[~scored[rows, cut : cut + horizon]] = np.nan
        made.append(
            Origin(
                f"{name}-{back}", train[rows], actual, demand[rows, :cut], train, group, rows, season, period,
                yearly_phase=yearly_phase,
            )
        )  # fmt: skip
    return made


def m3(sample: int) -> list[Origin]:
    """M3 by frequency, its own test part; no dates are given, so no season is shared."""
    values = pd.read_parquet(DATA / "m3.parquet")
    meta = pd.read_parquet(DATA / "m3_meta.parquet")
    made = []
    for frequency, season in (("YEARLY", 1), ("QUARTERLY", 4), ("MONTHLY", 12), ("OTHER", 1)):
        names = meta.loc[meta["period"].str.upper() == frequency, "unique_id"]
        drawn = set(names.sample(round(min(1.0, sample / len(meta)) * len(names)), random_state=SEED))
        part = values[values["unique_id"].isin(names)].sort_values(["unique_id", "t"])
        part["unique_id"] = part["unique_id"].astype(str)
        train = dict(iter(part[part["split"] == "train"].groupby("unique_id")["y"]))
        test = dict(iter(part[part["split"] == "test"].groupby("unique_id")["y"]))
        longest = max(map(len, train.values()))
        padded = np.array([np.concatenate([np.full(longest - len(y), np.nan), y]) for y in train.values()])
        rows = np.array([row for row, name in enumerate(train) if name in drawn])
        actual = np.array([y.to_numpy() for y in test.values()])[rows]
        alone = np.full(len(train), ALONE)
        made.append(
            Origin(
                f"m3-{frequency.lower()}", padded[rows], actual, padded[rows], padded, alone, rows, season, "week"
            )
        )  # fmt: skip
    return made


def m5(sample: int) -> list[Origin]:
    """280 Walmart item-stores, last two years, 28 days held out at three origins; department is the group."""
    rows = pd.read_parquet(DATA / "m5_280.parquet", columns=["item_id", "store_id", "dept_id", "date", "value"])
    wide = rows.pivot_table(index=["dept_id", "item_id", "store_id"], columns="date", values="value").astype(float)
    demand = wide.to_numpy()[:, -(730 + 3 * 28) :]
    start = pd.Timestamp(wide.columns[-demand.shape[1]])
    group = pd.factorize(wide.index.get_level_values(0))[0].astype(np.int64)
    return _origins(
        "m5", demand, group, 28, 3, season=7, period="day", least=200, sample=sample,
        yearly_phase=min(start.dayofyear - 1, 364),
    )  # fmt: skip


def online_retail(sample: int) -> list[Origin]:
    """Weekly units per product of a gift shop, gross of cancellations; eight weeks held out at two origins."""
    lines = pd.read_parquet(
        DATA / "online_retail_II.parquet",
        columns=["Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "sheet"],
    )
    second = (lines["sheet"] != lines["sheet"].iloc[0]) & (lines["InvoiceDate"] < "2010-12-10")
    product = lines["StockCode"].str.match(r"^\d{5}")
    lines = lines[~second & product & (lines["Quantity"] > 0) & (lines["Price"] > 0)]
    week = (lines["InvoiceDate"].dt.normalize() - pd.Timestamp("2009-12-07")).dt.days // 7
    lines = lines[(week >= 0) & (week < 104)].assign(week=week)
    wide = lines.pivot_table(index="StockCode", columns="week", values="Quantity", aggfunc="sum", fill_value=0)
    demand = wide.to_numpy(dtype=float)
    alike = np.zeros(len(demand), dtype=np.int64)
    return _origins("online", demand, alike, 8, 2, season=52, period="week", least=60, sample=sample)


def man(sample: int) -> list[Origin]:
    """Weekly demand of spare parts, 93% zeros; sixteen weeks (the longer lead time) held out at two origins."""
    frame = pd.read_parquet(DATA / "man_spares.parquet")
    demand = frame[[name for name in frame if name.startswith("w") and name[1:].isdigit()]].to_numpy(dtype=float)
    alike = np.zeros(len(demand), dtype=np.int64)
    return _origins("man", demand, alike, 16, 2, season=52, period="week", least=60, sample=sample)


def freshretail(sample: int) -> list[Origin]:
    """Daily sales of fresh food, seven days held out; days with a stockout are not scored."""
    frame = pd.read_parquet(
        DATA / "freshretail_daily.parquet",
        columns=["store_id", "product_id", "first_category_id", "dt", "sale_amount", "oos_hours_6_22"],
    )
    frame = frame.sort_values(["store_id", "product_id", "dt"])
    days = frame["dt"].nunique()
    sales = frame["sale_amount"].to_numpy(dtype=float).reshape(-1, days)
    out = frame["oos_hours_6_22"].to_numpy().reshape(-1, days) / 16.0
    group = pd.factorize(frame["first_category_id"].to_numpy().reshape(-1, days)[:, 0])[0].astype(np.int64)
    demand = np.where(out >= 0.999, np.nan, sales)
    origins = _origins(
        "freshretail", demand, group, 7, 2, season=7, period="day", least=60, sample=sample, scored=out == 0.0,
    )  # fmt: skip
    for origin in origins:
        origin.sold[...] = sales[origin.key][:, : origin.train.shape[1]]
    return origins


SETS: dict[str, Callable[[int], list[Origin]]] = {
    "m3": m3,
    "m5": m5,
    "online": online_retail,
    "man": man,
    "freshretail": freshretail,
}
