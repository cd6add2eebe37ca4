"""Which rate card is valid on a day, and what is wrong with the cards."""

from __future__ import annotations

import datetime as dt

import pandas as pd

CARD = ["carrier_id", "service_id", "zone"]


def valid_rates(rate: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """The rows of table `rate` that price a parcel on a day.

    For each carrier, service and zone the card with the latest first day among those that are valid; a card
    without a last day is succeeded by the next one.
    """
    ends = rate["valid_until_on"].fillna(pd.Timestamp.max.floor("us"))
    valid = rate[(rate["valid_from_on"] <= on) & (ends >= on)]
    latest = valid.groupby(CARD)["valid_from_on"].transform("max")
    return valid[valid["valid_from_on"] == latest].sort_values([*CARD, "up_to_g"]).reset_index(drop=True)


def rate_card_faults(rate: pd.DataFrame) -> pd.DataFrame:
    """Gaps and contradictions in the cards: carrier_id, service_id, zone, fault, reason; one row a fault.

    `overlap`: a card with a last day runs into the next; from there the later one counts. `gap`: days
    between two cards on which nothing is priced. `falling`: a heavier break that costs less. `currency`:
    one card in several currencies.

    >>> rates = pd.DataFrame({"carrier_id": "C", "service_id": "S", "zone": "1", "up_to_g": [1000, 1000],
    ...     "rate_minor": [500, 520], "currency": "GBP",
    ...     "valid_from_on": pd.to_datetime(["2026-01-01", "2026-07-01"]),
    ...     "valid_until_on": pd.to_datetime(["2026-05-31", None])})
    >>> rate_card_faults(rates)["fault"].tolist()
    ['gap']
    """
    faults = []
    for key, rows in rate.groupby(CARD, sort=True):
        faults += [(*key, fault, f"{'/'.join(map(str, key))}: {text}") for fault, text in _faults_of_card(rows)]
    return pd.DataFrame(faults, columns=[*CARD, "fault", "reason"])


def _faults_of_card(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Faults of the successive cards of one carrier, service and zone."""
    faults: list[tuple[str, str]] = []
    one_day = dt.timedelta(days=1)
    previous_end: dt.date | None = None
    for first_day in sorted(rows["valid_from_on"].dt.date.unique()):
        card = rows[rows["valid_from_on"].dt.date == first_day].sort_values("up_to_g")
        if previous_end is not None and first_day <= previous_end:
            faults.append(("overlap", f"the card from {first_day} begins before the one before it ends on "
                           f"{previous_end}; the later card counts"))  # fmt: skip
        elif previous_end is not None and first_day > previous_end + one_day:
            faults.append(("gap", f"no card from {previous_end + one_day} to {first_day - one_day}"))
        if (card["rate_minor"].diff() < 0).any():
            faults.append(("falling", f"on the card from {first_day} a heavier parcel costs less"))
        if len(card["currency"].unique()) > 1:
            currencies = " and ".join(sorted(card["currency"].unique()))
            faults.append(("currency", f"the card from {first_day} is in {currencies}"))
        ends = card["valid_until_on"]
        previous_end = None if ends.isna().any() else ends.dt.date.max()
    return faults
