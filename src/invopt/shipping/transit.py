"""How long parcels take: by lane, service and weekday, from tracking, with shrinkage and open parcels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from invopt.settings import Shipping
from invopt.shipping.reliability import on_time_shares
from invopt.shipping.tracking import status_of
from invopt.shipping.zones import plain_postcode
from invopt.tables import TRANSIT_TIME, check

FloatArray = npt.NDArray[np.float64]
#: Days looked at; a parcel still open after them does not inform the estimate further.
HORIZON = 45
#: From the root to the cell, each a key: everything, carrier, service, its weekday, its country, its lane.
_LEVELS: tuple[tuple[str, ...], ...] = (
    (),
    ("carrier_id",),
    ("carrier_id", "service_id"),
    ("carrier_id", "service_id", "weekday"),
    ("carrier_id", "service_id", "weekday", "country_lane"),
    ("carrier_id", "service_id", "weekday", "lane"),
)
#: What `TransitModel.find` is asked with.
_CELL = ("carrier_id", "service_id", "weekday", "lane", "country_lane")


@dataclass(frozen=True)
class History:
    """Trips seen so far, one row a parcel: carrier_id, service_id, lane, country_lane, weekday, shipped_on,
    days (from shipping to delivery, or to `as_of` while open), is_delivered, kept (promise; missing if none).
    """

    trips: pd.DataFrame


def region_of(country: str, postcode: str) -> str:
    """The part of a country that shares a lane: the postcode area in Great Britain, two characters elsewhere.

    >>> region_of("GB", "LS1 4AP"), region_of("FR", "75011"), region_of("IE", "")
    ('LS', '75', '')
    """
    plain = plain_postcode(postcode)
    if country == "GB":
        return plain[: next((i for i, sign in enumerate(plain) if sign.isdigit()), len(plain))][:2]
    return plain[:2]


def lane_of(location_id: str, country: str, postcode: str) -> str:
    """Name of a lane: where it starts, and the country and region where it ends.

    >>> lane_of("LEEDS", "GB", "SW1A 1AA")
    'LEEDS>GB-SW'
    """
    return f"{location_id}>{country}-{region_of(country, postcode)}"


def read_history(tracking_event: pd.DataFrame, as_of: pd.Timestamp, time_zone: str) -> History:
    """Trips from table `tracking_event` as of a moment (UTC); days are those of the shop's time zone.

    A trip begins with the first scan after the announcement. Open trips are kept with the days they have
    taken so far: dropping them would make slow lanes look fast. A trip that ended otherwise than delivered
    counts as open up to that moment.
    """
    events = tracking_event[tracking_event["happened_at"] < as_of].drop_duplicates()
    status = events["event_code"].map({code: status_of(code) for code in events["event_code"].unique()})
    moving = events[~status.isin(("announced", "unknown"))]
    delivered_at = moving[status.reindex(moving.index) == "delivered"].groupby("tracking_number")["happened_at"].min()
    ended_at = moving[status.reindex(moving.index).isin(("lost", "damaged", "returned_to_sender"))]
    by_parcel = moving.sort_values("happened_at", kind="stable").groupby("tracking_number", sort=True)
    names = ["carrier_id", "service_id", "from_location_id", "to_country", "to_postcode", "promised_on"]
    trips = by_parcel[names].first()
    shipped = _local_day(by_parcel["happened_at"].min(), time_zone)
    arrived = _local_day(delivered_at.reindex(trips.index), time_zone)
    stopped = _local_day(ended_at.groupby("tracking_number")["happened_at"].min().reindex(trips.index), time_zone)
    today = _local_day(pd.Series([as_of]), time_zone).iloc[0]
    trips["shipped_on"] = shipped
    trips["is_delivered"] = arrived.notna()
    trips["days"] = (arrived.fillna(stopped).fillna(today) - shipped).dt.days.clip(lower=0)
    trips["weekday"] = shipped.dt.day_of_week
    trips["service_id"] = trips["service_id"].fillna("")
    places = zip(trips["from_location_id"].fillna(""), trips["to_country"].fillna(""),
                 trips["to_postcode"].fillna(""), strict=True)  # fmt: skip
    trips["lane"] = [lane_of(*place) for place in places]
    trips["country_lane"] = trips["from_location_id"].fillna("") + ">" + trips["to_country"].fillna("")
    end = arrived.fillna(today)
    kept = (end <= trips["promised_on"]).astype("float64")
    # An open parcel whose day has not passed says nothing yet.
    is_decided = trips["promised_on"].notna() & (trips["is_delivered"] | (end > trips["promised_on"]))
    trips["kept"] = kept.where(is_decided)
    return History(trips.reset_index())


def _local_day(moments: pd.Series, time_zone: str) -> pd.Series:
    stamps = pd.to_datetime(moments)
    return stamps.dt.tz_localize("UTC").dt.tz_convert(time_zone).dt.tz_localize(None).dt.normalize()


@dataclass(frozen=True)
class TransitModel:
    """Probability of arrival by day, for every cell of every level that history knows.

    `survival` (cells, HORIZON + 1): share still on its way after day d. `cells` maps a key to its row.
    """

    cells: dict[tuple[Any, ...], int]
    survival: FloatArray
    observations: npt.NDArray[np.int64]
    level: npt.NDArray[np.int64]

    def find(self, carrier_id: str, service_id: str, weekday: int, lane: str, country_lane: str) -> int | None:
        """The row of the finest cell that history knows, down to the service; None below it."""
        values = {"carrier_id": carrier_id, "service_id": service_id, "weekday": weekday, "lane": lane,
                  "country_lane": country_lane}  # fmt: skip
        for number in range(len(_LEVELS) - 1, 1, -1):
            row = self.cells.get((number, *(values[name] for name in _LEVELS[number])))
            if row is not None:
                return row
        return None

    def days_to_reach(self, row: int, share: float) -> int:
        """The first day by which at least `share` have arrived; the horizon where that is later."""
        reached = 1.0 - self.survival[row] >= share - 1e-12
        return int(np.argmax(reached)) if reached.any() else HORIZON


def fit_transit(history: History, prior_parcels: float) -> TransitModel:
    """Discrete hazards by cell, each shrunk to the level above, open trips counting as at risk.

    h_cell(d) = (arrivals on day d + k h_parent(d)) / (on their way at d + k), survival = prod(1 - h): the
    Kaplan-Meier estimate with k = `prior_parcels` parcels of the parent in every day's denominator.
    """
    trips = history.trips
    days = np.minimum(trips["days"].to_numpy(np.int64), HORIZON)
    arrived = trips["is_delivered"].to_numpy(bool) & (trips["days"].to_numpy(np.int64) <= HORIZON)
    # Before anything is seen a parcel arrives with equal hazard each day: one in four.
    parent_hazard = np.full((1, HORIZON + 1), 0.25)
    parent_of = np.zeros(len(trips), np.int64)
    cells: dict[tuple[Any, ...], int] = {}
    hazards, counts, levels = [], [], []
    total = 0
    for number, names in enumerate(_LEVELS):
        columns = [trips[name] for name in names]
        keys: list[tuple[Any, ...]] = list(zip(*columns, strict=True)) if names else [()] * len(trips)
        unique: list[tuple[Any, ...]] = sorted(set(keys))
        number_of = {key: cell for cell, key in enumerate(unique)}
        index = np.array([number_of[key] for key in keys], dtype=np.int64)
        events = np.zeros((len(unique), HORIZON + 1))
        leaving = np.zeros((len(unique), HORIZON + 2))
        np.add.at(events, (index[arrived], days[arrived]), 1.0)
        np.add.at(leaving, (index, days + 1), 1.0)
        size = np.bincount(index, minlength=len(unique))
        at_risk = size[:, None] - np.cumsum(leaving, axis=1)[:, :-1]
        # An open trip is at risk on every day it has completed, and not on the day it is in.
        is_open = ~arrived
        np.add.at(at_risk, (index[is_open], days[is_open]), -1.0)
        above = np.zeros(len(unique), np.int64)
        above[index] = parent_of
        prior = parent_hazard[above]
        hazard = (events + prior_parcels * prior) / np.maximum(at_risk + prior_parcels, 1e-9)
        for cell, key in enumerate(unique):
            cells[(number, *key)] = total + cell
        total += len(unique)
        hazards.append(np.clip(hazard, 0.0, 1.0))
        counts.append(np.bincount(index[arrived], minlength=len(unique)))
        levels.append(np.full(len(unique), number))
        parent_hazard, parent_of = hazards[-1], index
    survival: FloatArray = np.cumprod(1.0 - np.concatenate(hazards), axis=1, dtype=np.float64)
    return TransitModel(cells, survival, np.concatenate(counts).astype(np.int64), np.concatenate(levels))


def conformal_share(history: History, wanted: float, prior_parcels: float, *, held_out: float = 0.3) -> float:
    """The share to aim at so that `wanted` of the promises are kept on trips that the estimate did not see.

    Split conformal in time: fit on the earlier trips, find the smallest level whose promises the later ones
    kept in (n + 1) x wanted of n cases. Never below `wanted`: a lucky stretch does not loosen a promise.
    With fewer than 30 later trips the wanted share itself.
    """
    trips = history.trips.sort_values(["shipped_on", "tracking_number"], kind="stable").reset_index(drop=True)
    cut = int(len(trips) * (1.0 - held_out))
    later = trips.iloc[cut:]
    later = later[later["is_delivered"]]
    if len(later) < 30:
        return wanted
    model = fit_transit(History(trips.iloc[:cut]), prior_parcels)
    for share in np.unique([wanted, *np.arange(np.ceil(wanted * 100) / 100, 0.995, 0.01), 0.995]):
        kept = _kept(model, later, float(share))
        if kept.sum() >= min(np.ceil((len(kept) + 1) * wanted), len(kept)):
            return float(share)
    return 0.995


def _kept(model: TransitModel, trips: pd.DataFrame, share: float) -> npt.NDArray[np.bool_]:
    """Which trips arrived within the days promised at `share`; trips of unknown services are left out."""
    keys = list(_CELL)
    promised = {
        key: model.days_to_reach(row, share)
        for key in set(trips[keys].itertuples(index=False, name=None))
        if (row := model.find(*key)) is not None
    }
    known = [(promised[key], days) for key, days in zip(
        trips[keys].itertuples(index=False, name=None), trips["days"], strict=True) if key in promised]  # fmt: skip
    return np.array([days <= limit for limit, days in known], dtype=bool)


def transit_times(
    tracking_event: pd.DataFrame, as_of: pd.Timestamp, settings: Shipping, time_zone: str
) -> pd.DataFrame:
    """Table `transit_time` as of a moment: median and promise days for each lane, service and weekday seen.

    Beside the lanes there is a row a country (lane without a region) and a row a service (lane `*`), which
    serve lanes without history. The promise days aim at `promise_share`, raised where held-out trips show
    that the estimate is too bold (`conformal_share`).
    """
    history = read_history(tracking_event, as_of, time_zone)
    trips = history.trips
    if trips.empty:
        return check(pd.DataFrame(columns=list(TRANSIT_TIME.names)), TRANSIT_TIME)
    prior = settings.transit_prior_parcels
    model = fit_transit(history, prior)
    share = conformal_share(history, settings.promise_share, prior)
    reliable = on_time_shares(trips)
    words = {3: "service and weekday", 4: "country", 5: "lane"}
    rows = []
    for (number, *key), row in model.cells.items():
        if number < 3:
            continue
        carrier, service, weekday, *place = key
        lane = str(place[0]) if place else "*"
        rows.append(
            {
                "carrier_id": carrier,
                "service_id": service,
                "lane": lane,
                "weekday": weekday,
                "median_days": model.days_to_reach(row, 0.5),
                "promise_days": model.days_to_reach(row, share),
                "observations": model.observations[row],
                "on_time_share": reliable[carrier, service, lane],
                "reason": f"{words[int(number)]} shrunk to the level above with {prior:g} parcels; "
                f"promise at {share:.3g}",
            }
        )
    found = pd.DataFrame(rows).sort_values(["carrier_id", "service_id", "lane", "weekday"], kind="stable")
    return check(found[list(TRANSIT_TIME.names)], TRANSIT_TIME)
