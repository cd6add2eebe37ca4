"""Prices of the moment for the parcels of a run, where the business asks a carrier gateway for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from invopt.carriers import Address, CarrierError, Carriers, LiveRate, Package, live_quotes
from invopt.carriers.karrio import Karrio
from invopt.shipping.plan import LiveAnswer
from invopt.shipping.rates import QUOTE
from invopt.stages.run import Run
from invopt.tables import LOCATION, OPEN_ORDER_LINE

_SIDES = ["length_mm", "width_mm", "height_mm"]
_SERVICE = ["carrier_id", "service_id", "transit_weekdays", "stated_transit_days"]


def ask_carriers(run: Run) -> Callable[[pd.DataFrame], LiveAnswer] | None:
    """What asks the gateway about a run's parcels; None where `live_rates.is_enabled` is false, which is the default.

    With live rates two runs of the same inputs may differ: prices are those of the moment.
    """
    settings = run.settings
    if not settings.live_rates.is_enabled:
        return None
    orders, locations = run.read(OPEN_ORDER_LINE), run.read(LOCATION)
    carriers = Karrio(settings.live_rates)

    def ask(parcel: pd.DataFrame) -> LiveAnswer:
        return live_answer(
            parcel, orders, locations, carriers, settings.business.currency, settings.live_rates.most_parcels
        )

    return ask


def live_answer(
    parcel: pd.DataFrame, orders: pd.DataFrame, locations: pd.DataFrame, carriers: Carriers, currency: str, most: int
) -> LiveAnswer:
    """Ask about each parcel in turn, at most `most`. A parcel without an answer keeps its rate cards and a note why.

    `parcel` has parcel_id, order_id, location_id, the outer sides and weight_g, to_country and to_postcode;
    `orders` is OPEN_ORDER_LINE and `locations` LOCATION, for the addresses. After a gateway that cannot be reached
    the others are not asked: each would wait for the same silence.
    """
    ship_to = orders.sort_values(["order_id", "order_line_id"]).drop_duplicates("order_id").set_index("order_id")
    senders = locations.set_index("location_id")
    quotes: list[pd.DataFrame] = []
    notes: dict[str, str] = {}
    services: dict[tuple[str, str], int | None] = {}
    silent = ""
    for number, row in enumerate(parcel.sort_values("parcel_id").to_dict("records")):
        name = str(row["parcel_id"])
        if silent or number >= most:
            notes[name] = f"by rate card: {silent or 'live_rates.most_parcels were asked before'}"
            continue
        if any(pd.isna(row[side]) for side in _SIDES):
            notes[name] = "by rate card: its size is not known"
            continue
        try:
            rates = carriers.rates(_package(row, ship_to, senders))
        except CarrierError as error:
            silent = str(error)
            notes[name] = f"by rate card: {error}"
            continue
        if not rates:
            notes[name] = "by rate card: the gateway offers nothing"
        services |= {(rate.carrier_id, rate.service_id): rate.transit_days for rate in rates}
        quotes.append(live_quotes(name, _cheapest(rates), currency))
    known = [quote for quote in quotes if len(quote)]
    return LiveAnswer(
        pd.concat(known, ignore_index=True) if known else live_quotes("", (), currency)[list(QUOTE)],
        pd.DataFrame([(*key, None, days) for key, days in services.items()], columns=_SERVICE).astype(
            {"carrier_id": "str", "service_id": "str", "transit_weekdays": "str", "stated_transit_days": "float64"}
        ),
        pd.Series(notes, dtype="str"),
    )


def _cheapest(rates: tuple[LiveRate, ...]) -> list[LiveRate]:
    """One rate a service: a gateway may offer the same one under several accounts."""
    best: dict[tuple[str, str], LiveRate] = {}
    for rate in rates:
        key = (rate.carrier_id, rate.service_id)
        if key not in best or rate.cost_minor < best[key].cost_minor:
            best[key] = rate
    return list(best.values())


def _package(row: Mapping[Any, Any], ship_to: pd.DataFrame, senders: pd.DataFrame) -> Package:
    order, place = str(row["order_id"]), str(row["location_id"])
    sender = Address(
        _text(senders, place, "location_name") or place, "", "", _text(senders, place, "postcode"),
        _text(senders, place, "country") or str(row["from_country"]), is_residential=False,
    )  # fmt: skip
    recipient = Address(
        _text(ship_to, order, "ship_to_name"), _text(ship_to, order, "ship_to_street"),
        _text(ship_to, order, "ship_to_city"), str(row["to_postcode"]), str(row["to_country"]),
        is_residential=bool(row["is_residential"]),
    )  # fmt: skip
    length, width, height = (int(str(row[side])) for side in _SIDES)
    return Package(str(row["parcel_id"]), sender, recipient, int(str(row["weight_g"])), (length, width, height))


def _text(frame: pd.DataFrame, key: str, column: str) -> str:
    value = frame[column].get(key)
    return value if isinstance(value, str) else ""
