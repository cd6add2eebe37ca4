"""Which rate card is valid on a day, and what is wrong with the cards."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from invopt.tables import RATE_FAULT, check

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


def rate_card_faults(rate: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Gaps and contradictions in the cards: table `rate_fault`, one row a fault. `on` is the day of the plan.

    `overlap`: a card with a last day runs into the next; from there the later one counts. `gap`: days
    between two cards on which nothing is priced. `falling`: a heavier break that costs less. `currency`:
    one card in several currencies. `is_now` marks a zone that no card prices on the day, whether the day lies in a
    gap, after the last card or before the first; such a zone has a row also where its cards have no other fault.

    >>> rates = pd.DataFrame({"carrier_id": "C", "service_id": "S", "zone": "1", "up_to_g": [1000, 1000],
    ...     "rate_minor": [500, 520], "currency": "GBP",
    ...     "valid_from_on": pd.to_datetime(["2026-01-01", "2026-07-01"]),
    ...     "valid_until_on": pd.to_datetime(["2026-05-31", None])})
    >>> rate_card_faults(rates, pd.Timestamp("2026-06-15"))[["fault", "is_now"]].to_numpy().tolist()
    [['gap', True]]
    """
    faults: list[tuple[object, ...]] = []
    priced = set(valid_rates(rate, on)[CARD].itertuples(index=False, name=None))
    for key, rows in rate.groupby(CARD, sort=True):
        found = _faults_of_card(rows)
        is_now = tuple(key) not in priced
        if is_now and not any(fault == "gap" for fault, _ in found):
            found.append(("gap", f"no card is valid on {on:%Y-%m-%d}"))
        name = "/".join(map(str, key))
        faults += [(*key, fault, is_now and fault == "gap", f"{name}: {text}") for fault, text in found]
    return check(pd.DataFrame(faults, columns=list(RATE_FAULT.names)), RATE_FAULT)


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
