"""Series behind the pictures: weekly history, arrivals, and stock projected by mean demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt import calendars
from invopt.report.plan import Plan

KEYS = ["sku_id", "location_id"]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Observed demand by period, oldest first; one entry a period in every array.

    `units` as ordered; `capped_units` what the forecast used instead where it was an outlier, else NaN;
    `out_share` mean share of selling time without stock, NaN where nobody knows.
    """

    starts: NDArray[np.datetime64]
    units: FloatArray
    capped_units: FloatArray
    out_share: FloatArray
    is_censored: NDArray[np.bool_]


def history(plan: Plan, sku_id: str, location_id: str) -> History:
    """Demand of one SKU-location by forecast period, whole periods before the as-of day only."""
    business = plan.settings.business
    one = _one(plan.table("demand"), sku_id, location_id)
    today = np.datetime64(plan.as_of, "D")
    end = calendars.period_start(today, business.period, business.week_start_index)
    step = calendars.days_in(business.period)
    periods = max(1, plan.settings.report.history_weeks * 7 // step)
    begin = end - np.timedelta64(step * periods, "D")
    if one.empty:
        starts = np.empty(0, dtype="datetime64[D]")
        return History(starts, np.empty(0), np.empty(0), np.empty(0), np.empty(0, dtype=bool))
    days = one["demand_on"].to_numpy(dtype="datetime64[D]")
    first = calendars.period_start(days.min(), business.period, business.week_start_index)
    begin = max(begin, first)
    count = int((end - begin).astype(np.int64)) // step
    starts = begin + step * np.arange(count).astype("timedelta64[D]")
    place = (days - begin).astype(np.int64) // step
    inside = (place >= 0) & (place < len(starts))
    place, rows = place[inside], one[inside]
    units = np.bincount(place, rows["ordered_units"].to_numpy(dtype=float), len(starts)).astype(np.float64)
    known = rows["out_of_stock_share"].notna().to_numpy()
    out = np.bincount(place, rows["out_of_stock_share"].fillna(0.0).to_numpy(dtype=float), len(starts)) / step
    out[np.bincount(place, ~known, len(starts)) > 0] = np.nan
    censored = np.bincount(place, rows["is_censored"].fillna(False).to_numpy(dtype=float), len(starts)) > 0
    return History(starts, units, _capped(plan, sku_id, location_id, starts), out, censored)


def arrivals(plan: Plan) -> pd.DataFrame:
    """Every open order line with the day it is shown to arrive: `arrives_on` and `arrival_kind` beside INBOUND.

    The day that the purchasing advice expects; else the confirmed day; else the order day plus the median lead
    time. A day that has passed without the goods is shown a week from the as-of day, as overdue.
    """
    inbound = plan.table("inbound")
    if inbound.empty:
        return inbound.assign(arrives_on=inbound["ordered_on"], arrival_kind="")
    lines = ["purchase_order_id", "purchase_order_line_id"]
    advice = plan.table("open_order_advice").groupby(lines)["expected_on"].max().reset_index()
    lead = plan.table("lead_time").groupby(["supplier_id", *KEYS])["median_days"].first().reset_index()
    frame = inbound.merge(advice, on=lines, how="left", validate="one_to_one")
    frame = frame.merge(lead, on=["supplier_id", *KEYS], how="left", validate="many_to_one")
    days = frame["median_days"].fillna(plan.settings.lead_time.assumed_days).round()
    estimate = frame["ordered_on"] + pd.to_timedelta(days, unit="D")
    stated = frame["expected_on"].fillna(frame["confirmed_on"])
    arrives = stated.fillna(estimate)
    overdue = arrives < plan.today
    frame["arrives_on"] = arrives.where(~overdue, plan.today + pd.Timedelta(days=7)).astype("datetime64[us]")
    frame["arrival_kind"] = np.select(
        [overdue, frame["confirmed_on"].notna()], ["overdue", "confirmed"], default="estimated"
    )
    return frame


def weekly_means(plan: Plan, keys: pd.DataFrame, forecast: pd.DataFrame, weeks: int) -> FloatArray:
    """Mean demand of each SKU-location (rows of `keys`) in each of the weeks from the as-of day."""
    step = calendars.days_in(plan.settings.business.period)
    means = np.zeros((len(keys), weeks))
    if forecast.empty or keys.empty:
        return means
    index = pd.MultiIndex.from_frame(keys[KEYS])
    row = index.get_indexer(pd.MultiIndex.from_frame(forecast[KEYS]))
    ahead = (forecast["period_start"] - plan.today).dt.days.to_numpy()
    units = forecast["mean_units"].to_numpy(dtype=float)
    # A forecast period may begin inside a week of the picture: its days are spread evenly.
    for offset in range(step):
        week = (ahead + offset) // 7
        here = (row >= 0) & (ahead + offset >= 0) & (week < weeks)
        np.add.at(means, (row[here], week[here]), units[here] / step)
    return means


def stock_paths(plan: Plan, keys: pd.DataFrame, forecast: pd.DataFrame, weeks: int) -> tuple[FloatArray, FloatArray]:
    """Stock at the end of each week by mean demand, with today's proposals and without: two arrays, rows of `keys`.

    Week 0 is the opening of the as-of day, so each row has `weeks` + 1 values. Stock never falls below zero:
    demand that finds none is lost.
    """
    means = weekly_means(plan, keys, forecast, weeks)
    position = keys[KEYS].merge(plan.table("stock_position"), on=KEYS, how="left", validate="one_to_one")
    opening = (position["on_hand_units"] - position["reserved_units"]).clip(lower=0).fillna(0.0).to_numpy()
    coming = arrivals(plan)
    due = _by_week(plan, keys, coming, "arrives_on", "open_units", weeks)
    buying = plan.table("order_proposal")
    bought = _by_week(plan, keys, buying[buying["final_units"] > 0], "expected_on", "final_units", weeks)
    paths = []
    for arriving in (due + bought, due):
        path = np.empty((len(keys), weeks + 1))
        path[:, 0] = opening
        for week in range(weeks):
            path[:, week + 1] = np.maximum(path[:, week] + arriving[:, week] - means[:, week], 0.0)
        paths.append(path)
    return paths[0], paths[1]


def _by_week(plan: Plan, keys: pd.DataFrame, rows: pd.DataFrame, day: str, units: str, weeks: int) -> FloatArray:
    sums = np.zeros((len(keys), weeks))
    rows = rows[rows[day].notna()]
    if rows.empty or keys.empty:
        return sums
    place = pd.MultiIndex.from_frame(keys[KEYS]).get_indexer(pd.MultiIndex.from_frame(rows[KEYS]))
    week = (rows[day] - plan.today).dt.days.clip(lower=0).to_numpy() // 7
    here = (place >= 0) & (week < weeks)
    np.add.at(sums, (place[here], week[here]), rows[units].to_numpy(dtype=float)[here])
    return sums


def _capped(plan: Plan, sku_id: str, location_id: str, starts: NDArray[np.datetime64]) -> FloatArray:
    cleaned = _one(plan.table("cleaned_demand"), sku_id, location_id)
    cleaned = cleaned[cleaned["reason"].str.contains("outlier", na=False)]
    capped = np.full(len(starts), np.nan)
    where = np.searchsorted(starts, cleaned["period_start"].to_numpy(dtype="datetime64[D]"))
    for place, day, units in zip(
        where, cleaned["period_start"].to_numpy(dtype="datetime64[D]"), cleaned["cleaned_units"], strict=True
    ):
        if place < len(starts) and starts[place] == day:
            capped[place] = units
    return capped


def _one(frame: pd.DataFrame, sku_id: str, location_id: str) -> pd.DataFrame:
    return frame[(frame["sku_id"] == sku_id) & (frame["location_id"] == location_id)]
