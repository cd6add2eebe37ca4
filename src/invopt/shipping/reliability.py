"""How often carriers keep the date that the customer was given."""

from __future__ import annotations

import pandas as pd

#: Weight of the level above, in parcels, and the share believed before anything is seen.
PRIOR_PARCELS = 20.0
PRIOR_SHARE = 0.9


def on_time_shares(trips: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    """Shrunk share of kept dates by (carrier, service, lane), by country lane, and by service (lane `*`).

    `trips`: carrier_id, service_id, lane, country_lane, kept (1, 0, or missing where nothing was promised or
    the day has not passed). Beta-binomial means: (kept + m a) / (decided + m), with a the share of the level
    above: all, service, country lane, lane.

    >>> rows = {"carrier_id": "C", "service_id": "S", "lane": "A>GB-LS", "country_lane": "A>GB"}
    >>> shares = on_time_shares(pd.DataFrame([rows | {"kept": 1.0}] * 20))
    >>> round(shares["C", "S", "*"], 3)
    0.975
    """
    decided = trips[trips["kept"].notna()]
    overall = (decided["kept"].sum() + PRIOR_PARCELS * PRIOR_SHARE) / (len(decided) + PRIOR_PARCELS)
    shares: dict[tuple[str, str, str], float] = {}
    for key, rows in trips.groupby(["carrier_id", "service_id"], sort=True):
        carrier, service = (str(part) for part in key)
        by_service = _shrunk(rows["kept"], overall)
        shares[carrier, service, "*"] = by_service
        for country, in_country in rows.groupby("country_lane", sort=True):
            by_country = _shrunk(in_country["kept"], by_service)
            shares[carrier, service, str(country)] = by_country
            for lane, in_lane in in_country.groupby("lane", sort=True):
                shares[carrier, service, str(lane)] = _shrunk(in_lane["kept"], by_country)
    return shares


def _shrunk(kept: pd.Series, above: float) -> float:
    decided = kept.dropna()
    return float((decided.sum() + PRIOR_PARCELS * above) / (len(decided) + PRIOR_PARCELS))
