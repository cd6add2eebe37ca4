"""Days and weeks of the shop, working days, holidays and cut-offs.

Dates are NumPy `datetime64[D]` in the shop's time zone; timestamps are UTC.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from invopt.errors import SettingsError

Dates = NDArray[np.datetime64]
WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


def weekday(days: ArrayLike) -> NDArray[np.int64]:
    """0 for Monday to 6 for Sunday.

    >>> int(weekday(np.datetime64("2026-03-02")))
    0
    """
    return (np.asarray(days, dtype="datetime64[D]").astype(np.int64) + _EPOCH_WEEKDAY) % 7


def period_start(days: ArrayLike, period: str, week_start: int = 0) -> Dates:
    """First day of the period ('day' or 'week') that holds each day; `week_start` is 0 for Monday.

    >>> str(period_start(np.datetime64("2026-03-05"), "week"))
    '2026-03-02'
    """
    dates: Dates = np.asarray(days, dtype="datetime64[D]")
    if period == "day":
        return dates
    since_start = ((weekday(dates) - week_start) % 7).astype("timedelta64[D]")
    return np.asarray(dates - since_start)


def days_in(period: str) -> int:
    """Days in a period: 1 or 7."""
    return 7 if period == "week" else 1


def start_of_day_utc(day: dt.date, time_zone: str) -> dt.datetime:
    """The UTC moment at which a local day begins, without zone information, as the database stores it.

    >>> start_of_day_utc(dt.date(2026, 7, 1), "Europe/London")
    datetime.datetime(2026, 6, 30, 23, 0)
    """
    local = dt.datetime.combine(day, dt.time(), tzinfo=ZoneInfo(time_zone))
    return local.astimezone(dt.UTC).replace(tzinfo=None)


@lru_cache(maxsize=256)
def public_holidays(country: str, first_year: int, last_year: int) -> Dates:
    """Public holidays of a country (ISO 3166 alpha-2), both years included, sorted.

    Raises `SettingsError` for a country the calendar does not know.
    """
    import holidays

    try:
        found = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    except NotImplementedError as error:
        raise SettingsError(f"country {country!r}: no holiday calendar is known; use an ISO code like GB.") from error
    return np.array(sorted(found), dtype="datetime64[D]")


def named_holidays(country: str, first_year: int, last_year: int) -> dict[str, Dates]:
    """Days of each public holiday of a country by name, both years included; a day observed instead is one of them.

    Raises `SettingsError` for a country the calendar does not know.

    >>> [str(day) for day in named_holidays("GB", 2025, 2026)["Easter Monday"]]
    ['2025-04-21', '2026-04-06']
    """
    import holidays

    days = public_holidays(country, first_year, last_year)  # refuses an unknown country
    calendar = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    found: dict[str, list[np.datetime64]] = {}
    for day in days:
        for name in str(calendar[day.astype(object)]).split("; "):
            found.setdefault(name.split(" (")[0], []).append(day)
    return {name: np.array(held, dtype="datetime64[D]") for name, held in sorted(found.items())}


@dataclass(frozen=True)
class WorkingCalendar:
    """Working days of a place: its weekdays, less public holidays and closed spells.

    >>> shop = WorkingCalendar.of("GB", 2026, 2026)
    >>> str(shop.add_days(np.datetime64("2026-12-24"), 1))   # Christmas, Boxing Day (observed), weekend
    '2026-12-29'
    """

    open_weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    closed_days: tuple[np.datetime64, ...] = ()

    @classmethod
    def of(
        cls,
        country: str | None,
        first_year: int,
        last_year: int,
        *,
        open_weekdays: tuple[int, ...] = (0, 1, 2, 3, 4),
        closed: ArrayLike = (),
    ) -> WorkingCalendar:
        """The calendar of a country over some years, with further closed days."""
        days = set(np.asarray(closed, dtype="datetime64[D]").tolist())
        if country:
            days |= set(public_holidays(country, first_year, last_year).tolist())
        return cls(open_weekdays, tuple(np.datetime64(day) for day in sorted(days)))

    def is_open(self, days: ArrayLike) -> NDArray[np.bool_]:
        """Whether each day is a working day."""
        return np.asarray(np.is_busday(self._days(days), busdaycal=self._calendar))

    def next_open(self, days: ArrayLike) -> Dates:
        """The day itself where it is open, else the next open one."""
        return np.asarray(np.busday_offset(self._days(days), 0, roll="forward", busdaycal=self._calendar))

    def add_days(self, days: ArrayLike, working_days: ArrayLike) -> Dates:
        """So many working days later; 0 rolls a closed day forward."""
        offset = np.busday_offset(
            self._days(days),
            np.asarray(working_days, dtype=np.int64),
            roll="forward",
            busdaycal=self._calendar,
        )
        return np.asarray(offset)

    @property
    def _calendar(self) -> np.busdaycalendar:
        return _busdaycalendar(self.open_weekdays, self.closed_days)

    @staticmethod
    def _days(days: ArrayLike) -> Dates:
        return np.asarray(days, dtype="datetime64[D]")


@lru_cache(maxsize=1024)
def _busdaycalendar(open_weekdays: tuple[int, ...], closed_days: tuple[np.datetime64, ...]) -> np.busdaycalendar:
    mask = [index in open_weekdays for index in range(7)]
    return np.busdaycalendar(weekmask=mask, holidays=np.array(closed_days, dtype="datetime64[D]"))


def parse_weekdays(text: str | None, default: tuple[int, ...] = (0, 1, 2, 3, 4)) -> tuple[int, ...]:
    """Weekday numbers from a text like 'Mon,Thu'; empty means the default.

    Raises `SettingsError` for a name that is no weekday.

    >>> parse_weekdays("Mon, Thu")
    (0, 3)
    """
    names = [part.strip()[:3].title() for part in (text or "").replace(";", ",").split(",") if part.strip()]
    unknown = [name for name in names if name not in WEEKDAY_NAMES]
    if unknown:
        raise SettingsError(f"weekdays {text!r}: {unknown[0]!r} is none of {', '.join(WEEKDAY_NAMES)}.")
    return tuple(sorted(WEEKDAY_NAMES.index(name) for name in names)) or default
