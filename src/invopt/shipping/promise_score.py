"""How honest promises are: by carrier, service and lane, on trips that the estimate had not seen."""

from __future__ import annotations

import pandas as pd

from invopt.settings import Shipping
from invopt.shipping.reliability import on_time_shares
from invopt.shipping.transit import History, fit_transit, read_history
from invopt.tables import PROMISE_SCORE, check, empty

#: Weeks scored, the last ones; before them lies what the first estimate learns from.
WEEKS = 12
#: Trips without which no estimate is made.
FEWEST_TRIPS = 30
_SERVICE = ["carrier_id", "service_id"]
_CELL = [*_SERVICE, "weekday", "lane", "country_lane"]


def promise_calibration(history: History, share: float, prior_parcels: float, weeks: int = WEEKS) -> pd.DataFrame:
    """How well promises would have been kept: rolling weeks, each promised from what was known as it began.

    One row a delivered trip of the last `weeks` weeks: carrier_id, service_id, lane, kept (within the days that
    the estimate gives at `share`) and promised (what the estimate said of those days: at least `share`, because days
    are whole). An honest estimate has the means of the two close together.
    """
    trips = history.trips
    week = trips["shipped_on"].dt.to_period("W-SUN").dt.start_time
    ended = trips["shipped_on"] + pd.to_timedelta(trips["days"], unit="D")
    is_delivered = trips["is_delivered"].astype(bool)
    scored = []
    for start in sorted(week[is_delivered].unique())[-weeks:]:
        seen, now = trips[trips["shipped_on"] < start], trips[(week == start) & is_delivered]
        has_ended = (is_delivered & (ended < start))[seen.index]
        if int(has_ended.sum()) < FEWEST_TRIPS:
            continue
        # What was still under way as the week began counts as open, with the days it had taken by then.
        so_far = (start - seen["shipped_on"]).dt.days
        seen = seen.assign(is_delivered=has_ended, days=seen["days"].where(ended[seen.index] < start, so_far))
        model = fit_transit(History(seen), prior_parcels)
        cells = now[_CELL].drop_duplicates().reset_index(drop=True)
        rows = [model.find(*cell) for cell in cells.itertuples(index=False, name=None)]
        known = [(place, row) for place, row in enumerate(rows) if row is not None]
        cells = cells.iloc[[place for place, _ in known]]
        limits = [model.days_to_reach(row, share) for _, row in known]
        cells = cells.assign(
            limit=limits, promised=[1.0 - model.survival[row, day] for (_, row), day in zip(known, limits, strict=True)]
        )
        found = now.merge(cells, on=_CELL, validate="many_to_one")
        scored.append(found.assign(kept=found["days"] <= found["limit"])[[*_SERVICE, "lane", "kept", "promised"]])
    columns = [*_SERVICE, "lane", "kept", "promised"]
    return pd.concat(scored, ignore_index=True) if scored else pd.DataFrame(columns=columns)


def promise_scores(
    tracking_event: pd.DataFrame, as_of: pd.Timestamp, settings: Shipping, time_zone: str
) -> pd.DataFrame:
    """Table `promise_score` as of a moment (UTC): calibration and reliability of every service and lane seen.

    `tracking_event` is the table. Calibration is `promise_calibration` at `promise_share`; reliability is the
    shrunk share of given dates that were kept (`reliability.on_time_shares`).
    """
    history = read_history(tracking_event, as_of, time_zone)
    trips = history.trips
    if trips.empty:
        return empty(PROMISE_SCORE)
    scored = promise_calibration(history, settings.promise_share, settings.transit_prior_parcels)
    keys = [*_SERVICE, "lane"]
    both = pd.concat([scored, scored.assign(lane="*")], ignore_index=True)
    sums = both.groupby(keys).agg(parcels=("kept", "size"), kept=("kept", "mean"), promised=("promised", "mean"))
    dated = pd.concat([trips, trips.assign(lane="*")], ignore_index=True).groupby(keys)["kept"].count()
    reliable = on_time_shares(trips)
    known = pd.MultiIndex.from_tuples(sorted(dated.index), names=keys)
    sums = sums.reindex(known)
    frame = pd.DataFrame(
        {
            "parcels": sums["parcels"].fillna(0).astype("int64"),
            "kept_share": sums["kept"].astype("float64"), "promised_share": sums["promised"].astype("float64"),
            "on_time_share": [reliable[key] for key in known], "dated_parcels": dated.reindex(known),
        }
    ).reset_index()  # fmt: skip
    return check(frame, PROMISE_SCORE)
