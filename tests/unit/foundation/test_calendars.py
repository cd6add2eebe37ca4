"""Days of the shop: daylight saving, weeks that begin on any day, holidays."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from invopt.calendars import WorkingCalendar, parse_weekdays, period_start, start_of_day_utc, weekday
from invopt.errors import SettingsError


def test_a_day_begins_where_the_shop_is() -> None:
    assert start_of_day_utc(dt.date(2026, 3, 29), "Europe/London") == dt.datetime(2026, 3, 29, 0, 0)
    assert start_of_day_utc(dt.date(2026, 3, 30), "Europe/London") == dt.datetime(2026, 3, 29, 23, 0)
    assert start_of_day_utc(dt.date(2026, 1, 1), "Asia/Tokyo") == dt.datetime(2025, 12, 31, 15, 0)


@pytest.mark.parametrize("week_start", range(7))
def test_a_week_starts_on_its_first_day_and_holds_the_day(week_start: int) -> None:
    days = np.arange("2025-12-20", "2026-01-20", dtype="datetime64[D]")
    starts = period_start(days, "week", week_start)
    assert (weekday(starts) == week_start).all()
    assert ((days - starts).astype(int) < 7).all()
    assert ((days - starts).astype(int) >= 0).all()


def test_weekdays_agree_with_the_calendar() -> None:
    for offset in range(800):
        day = dt.date(2025, 1, 1) + dt.timedelta(days=offset)
        assert int(weekday(np.datetime64(day))) == day.weekday()


def test_holidays_and_closed_days_are_skipped() -> None:
    shop = WorkingCalendar.of("GB", 2026, 2026, closed=["2026-12-29"])
    assert str(shop.add_days(np.datetime64("2026-12-24"), 1)) == "2026-12-30"
    assert not shop.is_open(np.datetime64("2026-12-25"))


def test_zero_days_from_a_closed_day_is_the_next_open_one() -> None:
    assert str(WorkingCalendar().add_days(np.datetime64("2026-02-28"), 0)) == "2026-03-02"


def test_unknown_countries_and_weekdays_are_named() -> None:
    with pytest.raises(SettingsError, match="'Narnia'"):
        WorkingCalendar.of("Narnia", 2026, 2026)
    with pytest.raises(SettingsError, match="Fre"):
        parse_weekdays("Mon,Freitag")
