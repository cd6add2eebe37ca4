"""Promotions and holidays in the night: measured on a sample of the shop before any series is forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.calendars import named_holidays
from invopt.forecast import (
    Event,
    EventEffects,
    Timeline,
    estimate_effects,
    holiday_events,
    promotion_events,
)
from invopt.stages.blocks import ShopEvents, load_sample
from invopt.stages.periods import Axis
from invopt.stages.run import Run
from invopt.tables import EVENT_EFFECT, PROMOTION, SKU_LOCATION, empty


def learn_events(run: Run, axis: Axis, groups: pd.Index, profiles: np.ndarray) -> ShopEvents | None:
    """Write what each event does (table `event_effect`) and return it; None where the shop has no event."""
    events = measure_events(run, axis, groups, profiles)
    if events is None:
        run.write_empty(EVENT_EFFECT)
    else:
        run.write(EVENT_EFFECT, effect_rows(events.effects, groups, _categories_of_skus(run)))
    return events


def measure_events(run: Run, axis: Axis, groups: pd.Index, profiles: np.ndarray) -> ShopEvents | None:
    """What each event does, measured on the axis's history; None where there is no event.

    On the sample of the calibration: so many series, evenly spaced, whatever the chunks.
    """
    starts = np.concatenate([axis.history_starts, axis.forecast_starts])
    timeline = Timeline(starts, axis.period_days, axis.history, profiles)
    events = [event for event in _events(run, starts) if timeline.share(event)[1].size]
    if not events:
        return None
    run.progress("what promotions and holidays do")
    sample = load_sample(run, axis, run.settings.forecast.calibration_series)
    effects = estimate_effects(sample.clean.demand, sample.series(groups), timeline, events)
    return ShopEvents(effects, timeline)


def effect_rows(effects: EventEffects, groups: pd.Index, category_of: dict[str, str]) -> pd.DataFrame:
    """Table `event_effect`: a row an event and category it concerns. category_of: of SKUs with promotions."""
    rows = []
    for event, lift, measured in zip(effects.events, effects.lift, effects.measured, strict=True):
        for category in sorted(_categories(event, groups, category_of)):
            place = groups.get_loc(category)
            rows.append(
                {
                    "event_kind": event.kind,
                    "event_id": event.event_id,
                    "category_id": category,
                    "starts_on": pd.Timestamp(event.first_on),
                    "ends_on": pd.Timestamp(event.last_on),
                    "discount_share": np.nan if event.depth is None else event.depth,
                    "measured_lift": measured[place],
                    "lift": lift[place],
                }
            )
    if not rows:
        return empty(EVENT_EFFECT)
    # A promotion taken in twice with another depth is one event a depth; the key names its days.
    return pd.DataFrame(rows).drop_duplicates(list(EVENT_EFFECT.key), keep="last")


def _categories_of_skus(run: Run) -> dict[str, str]:
    """The category of every SKU that has a promotion of its own."""
    with run.tables(SKU_LOCATION, PROMOTION) as db:
        found = db.frame(
            "select distinct sku_id, category_id from sku_location "
            "where sku_id in (select scope_id from promotion where scope = 'sku')"
        )
    return dict(zip(found["sku_id"], found["category_id"], strict=True))


def _events(run: Run, starts: np.ndarray) -> list[Event]:
    settings = run.settings
    found: list[Event] = []
    if settings.forecast.use_promotions:
        found += promotion_events(run.read(PROMOTION))
    if settings.forecast.use_holidays:
        first, last = (int(str(day)[:4]) for day in (starts[0], starts[-1]))
        found += holiday_events(named_holidays(settings.business.country, first, last + 1))
    return found


def _categories(event: Event, groups: pd.Index, category_of: dict[str, str]) -> set[str]:
    found: set[str] = set()
    for scope, scope_id in event.targets:
        if scope == "shop":
            found |= set(groups)
        elif scope == "category":
            found |= {scope_id} & set(groups)
        elif scope_id in category_of:
            found.add(category_of[scope_id])
    return found
