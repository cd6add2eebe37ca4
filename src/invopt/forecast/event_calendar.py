"""Which events there are, whom they concern, and which part of each period's demand falls on their days."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.calendars import Dates, weekday
from invopt.probability.compiled import BoolArray, FloatArray

PROMOTION_KIND: Final = "promotion"
HOLIDAY_KIND: Final = "holiday"
ASSUMED_DEPTH: Final = 0.2  # price cut of promotions that name none, where no other promotion names one
DEEPEST: Final = 0.9


@dataclass(frozen=True)
class Event:
    """One run of a promotion, or one year's day of a holiday.

    - targets: (scope, id) of what it concerns; scope is sku, category or shop.
    - strength: -log(1 - price cut) for promotions, so that its factor is an elasticity; 1 for holidays.
    """

    kind: str
    event_id: str
    first_on: dt.date
    last_on: dt.date
    targets: tuple[tuple[str, str], ...]
    depth: float | None
    strength: float


def promotion_events(promotions: pd.DataFrame) -> list[Event]:
    """The promotions (PROMOTION) as events; one without a price cut takes the typical cut of the others."""
    rows = promotions.sort_values(["starts_on", "promotion_id", "scope", "scope_id"])
    depths = rows["discount_share"].where(rows["discount_share"] > 0.0).clip(upper=DEEPEST)
    typical = float(depths.median()) if depths.notna().any() else ASSUMED_DEPTH
    parts: dict[tuple[str, dt.date, dt.date, float | None], list[tuple[str, str]]] = {}
    for row, depth in zip(rows.to_dict("records"), depths, strict=True):
        days = (pd.Timestamp(row["starts_on"]).date(), pd.Timestamp(row["ends_on"]).date())
        named = None if math.isnan(depth) else float(depth)
        parts.setdefault((str(row["promotion_id"]), *days, named), []).append((str(row["scope"]), str(row["scope_id"])))
    return [
        Event(PROMOTION_KIND, name, first, last, tuple(targets), depth, _strength(typical if depth is None else depth))
        for (name, first, last, depth), targets in parts.items()
        if last >= first
    ]


def _strength(depth: float) -> float:
    return -math.log1p(-depth)


def holiday_events(holidays: Mapping[str, Dates]) -> list[Event]:
    """Holidays, named, with their days over the years, as events of the whole shop."""
    everybody = (("shop", ""),)
    return [
        Event(HOLIDAY_KIND, name, day, day, everybody, None, 1.0)
        for name, days in sorted(holidays.items())
        for day in days.astype("datetime64[D]").astype(object)
    ]


@dataclass(frozen=True)
class Timeline:
    """The periods of a history and its forecast.

    - starts: [P] first day of each. period_days: 1 or 7. history: how many of them are observed.
    - profile: [G, 7] share of a week's demand on each weekday, Monday first, by group.
    """

    starts: Dates
    period_days: int
    history: int
    profile: FloatArray

    def share(self, event: Event) -> tuple[int, FloatArray]:
        """First period of an event, and [G, m] the share of each of its m periods' demand that falls on its days.

        A holiday counts for the whole week that holds it: customers shop around it.
        """
        step = np.timedelta64(1, "D")
        first, last = np.datetime64(event.first_on, "D"), np.datetime64(event.last_on, "D")
        stop = self.starts[-1] + self.period_days * step
        days = np.arange(max(first, self.starts[0]), min(last + step, stop))
        groups = self.profile.shape[0]
        if not days.size:
            return 0, np.empty((groups, 0))
        period = (days - self.starts[0]).astype(np.int64) // self.period_days
        share = np.zeros((groups, int(period[-1] - period[0]) + 1))
        if self.period_days == 1 or event.kind == HOLIDAY_KIND:
            share[:] = 1.0
        else:
            for place, name in zip(period - period[0], weekday(days), strict=True):
                share[:, place] += self.profile[:, name]
        return int(period[0]), np.minimum(share, 1.0)


@dataclass(frozen=True)
class Series:
    """Which series there are: SKU [n] and code of the category [n] of each, and the categories by code."""

    sku_id: NDArray[np.object_]
    group: NDArray[np.int64]
    categories: tuple[str, ...]

    def concerned(self, event: Event) -> BoolArray:
        """[n] whether an event concerns each series."""
        found = np.zeros(len(self.sku_id), dtype=np.bool_)
        for scope, scope_id in event.targets:
            if scope == "shop":
                found[:] = True
            elif scope == "sku":
                found |= self.sku_id == scope_id
            elif scope_id in self.categories:
                found |= self.group == self.categories.index(scope_id)
        return found
