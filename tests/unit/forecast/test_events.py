"""Promotions and holidays: what they truly did is found again, and what they did not do is not invented."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from invopt.calendars import named_holidays
from invopt.demand import clean_demand
from invopt.forecast import (
    DemandBlock,
    Event,
    Pools,
    Series,
    Timeline,
    estimate_effects,
    forecast_block,
    holiday_events,
    promotion_events,
)
from invopt.sample import ShopSpec, generate
from invopt.sample.truth import promotion_table
from invopt.settings.forecasting import Forecast
from invopt.tables import PROMOTION, check

MONDAY = dt.date(2024, 1, 1)
WEEKS, AHEAD = 104, 8
EVEN = np.full((2, 7), 1 / 7)


def timeline(days=7, history=WEEKS, ahead=AHEAD, profile=EVEN):
    starts = np.datetime64(MONDAY) + days * np.arange(history + ahead).astype("timedelta64[D]")
    return Timeline(starts, days, history, profile)


def shop(skus=120):
    """SKUs of two categories in turn."""
    names = np.array([f"S{number:03d}" for number in range(skus)], dtype=object)
    return Series(names, np.arange(skus) % 2, ("garden", "toys"))


def promotions(*rows):
    """Of (id, scope, its id, first week, weeks, discount)."""
    columns = ["promotion_id", "scope", "scope_id", "first", "weeks", "discount_share"]
    frame = pd.DataFrame(rows, columns=columns)
    start = pd.Timestamp(MONDAY) + pd.to_timedelta(7 * frame["first"], unit="D")
    end = start + pd.to_timedelta(7 * frame["weeks"] - 1, unit="D")
    return check(frame.assign(starts_on=start, ends_on=end).drop(columns=["first", "weeks"]), PROMOTION)


def poisson(series, lift, seed=1, level=8.0):
    """Poisson demand around a level and a yearly wave, times the true lift [n, T]."""
    wave = 1.0 + 0.3 * np.sin(2 * np.pi * np.arange(lift.shape[1]) / 52)
    return np.random.default_rng(seed).poisson(level * wave * lift).astype(float)


def test_elasticities_of_categories_are_recovered():
    """Garden goods answer with elasticity 4, toys with 1.5; a promotion to come is expected to do the same."""
    rows = [
        (f"{name}{week}", "category", name, week, 1, cut)
        for name, first in (("garden", 10), ("toys", 14))
        for week, cut in zip(range(first, 100, 17), (0.1, 0.2, 0.25, 0.1, 0.2, 0.25), strict=False)
    ]
    rows += [("g-next", "category", "garden", WEEKS + 2, 1, 0.2), ("t-next", "category", "toys", WEEKS + 2, 1, 0.2)]
    series, events = shop(), promotion_events(promotions(*rows))
    true = np.ones((120, WEEKS))
    for _, _, name, week, _, cut in rows[:-2]:
        group = series.categories.index(name)
        true[series.group == group, week] = (1 - cut) ** -(4.0, 1.5)[group]
    effects = estimate_effects(poisson(series, true), series, timeline(), events)
    coming = {event.event_id: lift for event, lift in zip(effects.events, effects.lift, strict=True)}
    assert coming["g-next"][0] == pytest.approx(0.8**-4.0, rel=0.10)
    assert coming["t-next"][1] == pytest.approx(0.8**-1.5, rel=0.10)
    lifts = effects.lifts(series, timeline())
    past = true != 1.0
    assert np.abs(np.log(lifts[:, :WEEKS][past] / true[past])).mean() < 0.08
    assert (lifts[:, :WEEKS][~past] == 1.0).all()


def test_the_lifts_of_the_made_up_shop_are_recovered():
    """Its true uplifts are linear in the price cut, its demand is shocked and sells out: within 0.20 of the
    logarithm at the root of the mean square (0.49 without, 0.35 as measured), and biased by less than 0.12."""
    spec = ShopSpec()
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
    starts = np.datetime64(spec.starts_on) + 7 * np.arange(spec.weeks + 8).astype("timedelta64[D]")
    clean = clean_demand(demand, outlier_multiple=6.0, season_length=52).demand
    effects = estimate_effects(
        clean, series, Timeline(starts, 7, spec.weeks, profile.to_numpy()), promotion_events(promotion_table(truth))
    )
    true = truth.promotion.set_index("promotion_id")["uplift"]
    miss = np.array(
        [
            np.log(lift[place] / true[event.event_id])
            for event, lift in zip(effects.events, effects.lift, strict=True)
            for place, name in enumerate(names)
            if ("category", name) in event.targets or ("shop", "") in event.targets
        ]
    )
    assert len(miss) > 50
    assert np.sqrt((miss**2).mean()) < 0.20
    assert abs(miss.mean()) < 0.12


def test_promotions_that_do_nothing_are_found_to_do_nothing():
    rows = [(f"P{week}", "shop", "", week, 1, 0.2) for week in range(10, 100, 15)]
    series = shop()
    effects = estimate_effects(
        poisson(series, np.ones((120, WEEKS))), series, timeline(), promotion_events(promotions(*rows))
    )
    assert np.abs(effects.lift - 1.0).max() < 0.05


def test_a_shop_without_events_is_left_alone():
    series = shop()
    effects = estimate_effects(poisson(series, np.ones((120, WEEKS))), series, timeline(), [])
    assert effects.lifts(series, timeline()) is None
    far = promotion_events(promotions(("P", "shop", "", 500, 1, 0.2)))
    assert estimate_effects(np.ones((120, WEEKS)), series, timeline(), far).lifts(series, timeline()) is None


def test_a_promotion_of_one_sku_is_its_own():
    series = shop()
    rows = [(f"P{week}", "sku", "S007", week, 1, 0.3) for week in (20, 40, 60, 80, WEEKS + 1)]
    true = np.ones((120, WEEKS))
    true[7, [20, 40, 60, 80]] = 3.0
    effects = estimate_effects(
        poisson(series, true, level=60.0), series, timeline(), promotion_events(promotions(*rows))
    )
    lifts = effects.lifts(series, timeline())
    assert lifts[7, WEEKS + 1] == pytest.approx(3.0, rel=0.15)
    others = np.arange(120) != 7
    assert (lifts[others] == 1.0).all()


def test_half_a_week_lifts_by_its_share_and_no_depth_takes_the_typical_one():
    weekend = np.tile([0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.3], (2, 1))
    table = promotions(("A", "shop", "", 10, 1, 0.2), ("B", "shop", "", 20, 1, None))
    table["starts_on"] += pd.Timedelta(days=5)
    known, unnamed = promotion_events(table)
    assert unnamed.strength == known.strength == pytest.approx(-np.log(0.8))
    first, share = timeline(profile=weekend).share(known)
    assert (first, share.tolist()) == (10, [[pytest.approx(0.5)]] * 2)


def test_the_level_is_cleaned_of_a_promotion_that_has_just_ended():
    """The last two weeks sold twice the level of 20: the baseline must not follow, the coming promotion must."""
    demand = np.full((1, 60), 20.0)
    demand[0, 58:] = 40.0
    lift = np.ones((1, 68))
    lift[0, 58:60] = lift[0, 63] = 2.0

    def mean(event_lift):
        block = DemandBlock(demand, np.array([-1]), 8, 1, event_lift=event_lift)
        return forecast_block(block, Pools.untaught(block), Forecast()).mean[0]

    np.testing.assert_allclose(mean(lift), [20, 20, 20, 40, 20, 20, 20, 20], rtol=0.02)
    assert mean(None)[0] > 24.0


def test_holidays_by_name_are_shrunk_by_what_they_show():
    """A closed day sells nothing much; the others are ordinary days, and stay so."""
    days, history = named_holidays("GB", 2024, 2025), 700
    line = timeline(days=1, history=history, ahead=30)
    series = shop(40)
    true = np.ones((40, history))
    for day in days["Christmas Day"]:
        place = (day - np.datetime64(MONDAY)).astype(int)
        if place < history:
            true[:, place] = 0.2
    demand = np.random.default_rng(3).poisson(6.0 * true).astype(float)
    effects = estimate_effects(demand, series, line, holiday_events(days))
    for event, lift in zip(effects.events, effects.lift, strict=True):
        if event.event_id == "Christmas Day":
            np.testing.assert_allclose(lift, 0.2, atol=0.1)
        else:
            np.testing.assert_allclose(lift, 1.0, atol=0.15)


def test_an_observed_day_is_the_holiday_itself():
    assert np.datetime64("2026-12-28") in named_holidays("GB", 2026, 2026)["Boxing Day"]


@pytest.mark.parametrize("rows", [1, 3])
def test_which_series_are_measured_beside_it_does_not_matter_to_the_sums(rows):
    """The same series in another order give the same factors, but for the last bits of the sums."""
    series, events = shop(), promotion_events(promotions(("A", "shop", "", 30, rows, 0.2)))
    true = np.ones((120, WEEKS))
    true[:, 30 : 30 + rows] = 1.8
    demand = poisson(series, true)
    turned = np.random.default_rng(4).permutation(120)
    other = Series(series.sku_id[turned], series.group[turned], series.categories)
    ours = estimate_effects(demand, series, timeline(), events).lift
    np.testing.assert_allclose(estimate_effects(demand[turned], other, timeline(), events).lift, ours, rtol=1e-9)


def test_events_need_their_days():
    outside = Event(
        "promotion", "P", MONDAY - dt.timedelta(days=30), MONDAY - dt.timedelta(days=3), (("shop", ""),), 0.2, 0.2
    )
    assert timeline().share(outside)[1].size == 0
