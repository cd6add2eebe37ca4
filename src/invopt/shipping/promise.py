"""When a parcel leaves, when it arrives, and the date that is kept with the set probability."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from invopt.calendars import WorkingCalendar, parse_weekdays, public_holidays
from invopt.errors import SettingsError
from invopt.settings import Shipping
from invopt.shipping.transit import lane_of

#: What `offers` adds to a quote.
OFFER = ("ships_on", "promise_on", "likely_on", "on_time_share", "transit_reason", "is_transit_assumed")
#: A row of table `transit_time` by carrier, service, lane and weekday.
_Known = Mapping[tuple[str, str, str, int], Mapping[Any, Any]]


def ship_dates(
    location: pd.DataFrame, as_of: dt.datetime, settings: Shipping, time_zone: str, home_country: str
) -> dict[str, dt.date]:
    """The day on which a parcel released now leaves each location.

    `as_of` is in UTC. Before the location's cut-off on a working day it is that day, otherwise the next
    working day; then come the handling days. Public holidays are those of the location's country.

    >>> places = pd.DataFrame({"location_id": ["LEEDS"], "country": ["GB"], "cut_off_time": ["14:00"],
    ...                        "handling_days": [1]})
    >>> friday_evening = dt.datetime(2026, 3, 6, 18, 0)
    >>> str(ship_dates(places, friday_evening, Shipping(), "Europe/London", "GB")["LEEDS"])
    '2026-03-10'
    """
    local = as_of.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(time_zone))
    leaves = {}
    for row in location.to_dict("records"):
        country = home_country if pd.isna(row["country"]) else row["country"]
        calendar = WorkingCalendar.of(country, local.year, local.year + 1)
        cut_off = _time_of(settings.cut_off_time if pd.isna(row["cut_off_time"]) else row["cut_off_time"])
        handling = settings.handling_days if pd.isna(row["handling_days"]) else int(row["handling_days"])
        is_late = not calendar.is_open(_day(local.date())) or local.time() >= cut_off
        first = _date(calendar.next_open(_day(local.date() + dt.timedelta(days=int(is_late)))))
        leaves[row["location_id"]] = _date(calendar.add_days(_day(first), handling))
    return leaves


def _day(day: dt.date) -> np.datetime64:
    return np.datetime64(day, "D")


def _date(day: npt.NDArray[np.datetime64]) -> dt.date:
    plain: dt.date = day.astype("datetime64[D]").item()
    return plain


def _time_of(text: str) -> dt.time:
    try:
        return dt.time.fromisoformat(text.strip())
    except ValueError as error:
        raise SettingsError(f"cut-off time {text!r}: write hours and minutes like 15:00.") from error


def offers(
    quotes: pd.DataFrame,
    parcel: pd.DataFrame,
    carrier_service: pd.DataFrame,
    transit_time: pd.DataFrame,
    ships_on: Mapping[str, dt.date],
    settings: Shipping,
) -> pd.DataFrame:
    """Quotes that can go, with the day they leave, the median day and the promised day; one row a quote.

    `quotes` are those of `rates.quote`; `parcel` has parcel_id, location_id, to_country, to_postcode;
    `transit_time` is the table; `ships_on` the day on which each location's parcels leave, for the carrier
    rolled to the next day on which the service moves parcels. Transit comes from the finest of lane,
    country and service that history knows for that weekday; without any, the stated days (or the assumed
    ones) on the service's days, with a margin for the promise, marked as assumed. A public holiday of the
    destination on one of the service's days adds a day.
    """
    rows = quotes[quotes["reason"] == ""].merge(
        parcel[["parcel_id", "location_id", "to_country", "to_postcode"]], on="parcel_id", validate="many_to_one"
    )
    rows = rows.merge(
        carrier_service[["carrier_id", "service_id", "transit_weekdays", "stated_transit_days"]],
        on=["carrier_id", "service_id"], validate="many_to_one",
    )  # fmt: skip
    # Dates depend on the lane, not on the postcode: a few hundred trips serve all parcels.
    place = ["location_id", "to_country", "to_postcode"]
    lanes = {way: lane_of(*way) for way in set(rows[place].itertuples(index=False, name=None))}
    rows["lane"] = pd.Series([lanes[way] for way in rows[place].itertuples(index=False, name=None)], dtype="str")
    keys = ["carrier_id", "service_id", "location_id", "to_country", "lane"]
    trips = rows[[*keys, "transit_weekdays", "stated_transit_days"]].drop_duplicates(keys).reset_index(drop=True)
    known = {
        (row["carrier_id"], row["service_id"], row["lane"], row["weekday"]): row
        for row in transit_time.to_dict("records")
    }
    dated = pd.DataFrame(
        [_dates(trip, known, ships_on[trip["location_id"]], settings) for trip in trips.to_dict("records")],
        columns=list(OFFER),
    )
    for name in ("ships_on", "promise_on", "likely_on"):
        dated[name] = pd.to_datetime(dated[name]).astype("datetime64[us]")
    trips = pd.concat([trips[keys], dated], axis=1)
    kept = [*quotes.columns, "location_id", "to_country", "lane"]
    return rows[kept].merge(trips, on=keys, how="left", validate="many_to_one")


def _dates(
    trip: Mapping[Any, Any], known: _Known, leaves: dt.date, settings: Shipping
) -> tuple[dt.date, dt.date, dt.date, float, str, bool]:
    """The columns of `OFFER` for one trip."""
    country, place = trip["to_country"], trip["location_id"]
    service = _Service.of(trip["transit_weekdays"], country, leaves)
    ships_on = _date(service.calendar.next_open(_day(leaves)))
    for lane in (trip["lane"], f"{place}>{country}", "*"):
        row = known.get((trip["carrier_id"], trip["service_id"], lane, ships_on.weekday()))
        if row is not None:
            likely_on = service.after(ships_on, row["median_days"])
            promise_on = service.after(ships_on, row["promise_days"])
            return ships_on, promise_on, likely_on, row["on_time_share"], _joined(row["reason"], service.note), False
    stated = trip["stated_transit_days"]
    days = settings.assumed_transit_days if pd.isna(stated) else float(stated)
    likely_on = _date(service.open_calendar.add_days(_day(ships_on), int(np.ceil(days))))
    promise_on = _date(service.open_calendar.add_days(_day(likely_on), settings.assumed_margin_days))
    source = "transit time assumed" if pd.isna(stated) else "transit time as stated by the carrier"
    reason = _joined(f"{source}, no tracking yet", service.note)
    return ships_on, promise_on, likely_on, settings.promise_share, reason, True


@dataclass(frozen=True)
class _Service:
    """The days on which a service moves parcels, and the holidays of the destination."""

    weekdays: tuple[int, ...]
    holidays: tuple[dt.date, ...]
    note: str

    @classmethod
    def of(cls, transit_weekdays: str | None, country: str, day: dt.date) -> _Service:
        weekdays = parse_weekdays(None if pd.isna(transit_weekdays) else transit_weekdays)
        try:
            days = public_holidays(country, day.year, day.year + 1)
        except SettingsError:
            return cls(weekdays, (), f"no holidays known for {country!r}")
        return cls(weekdays, tuple(days.astype("datetime64[D]").tolist()), "")

    @property
    def calendar(self) -> WorkingCalendar:
        """Days on which it collects."""
        return WorkingCalendar(self.weekdays)

    @property
    def open_calendar(self) -> WorkingCalendar:
        """The same without the destination's holidays."""
        return WorkingCalendar(self.weekdays, tuple(np.datetime64(day) for day in self.holidays))

    def after(self, ships_on: dt.date, days: float) -> dt.date:
        """The day so many calendar days later, one more for each holiday on which it would have moved."""
        end = ships_on + dt.timedelta(days=int(np.ceil(days)))
        for holiday in self.holidays:
            if ships_on < holiday <= end and holiday.weekday() in self.weekdays:
                end += dt.timedelta(days=1)
        return end


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
