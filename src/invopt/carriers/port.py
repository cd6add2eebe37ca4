"""What the shop asks of carriers: prices, a label, and where a parcel is. Adapters answer it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from invopt.errors import InvoptError
from invopt.shipping.rates import QUOTE


class CarrierError(InvoptError):
    """A carrier or its gateway cannot be reached, refuses, or answers what makes no sense."""


class PurchaseUnsure(CarrierError):
    """A label may have been bought: the connection broke after the order went out. Look before buying again."""


@dataclass(frozen=True)
class Address:
    """Where a parcel leaves or arrives. Country as ISO 3166 alpha-2."""

    name: str
    street: str
    city: str
    postcode: str
    country: str
    is_residential: bool = True


@dataclass(frozen=True)
class Package:
    """A parcel on its way out: outer sides in mm, gross weight in g."""

    parcel_id: str
    sender: Address
    recipient: Address
    weight_g: int
    sides_mm: tuple[int, int, int]


@dataclass(frozen=True)
class LiveRate:
    """A price that a carrier offers now. `rate_id` is the gateway's name of it, needed to buy."""

    rate_id: str
    carrier_id: str
    service_id: str
    cost_minor: int
    currency: str
    transit_days: int | None


@dataclass(frozen=True)
class BoughtLabel:
    """A label that was paid for; `label` is the document as the carrier made it."""

    tracking_number: str
    carrier_id: str
    service_id: str
    label: bytes
    label_type: str


class Carriers(Protocol):
    """The port. Every call may raise `CarrierError`; buying may raise `PurchaseUnsure`."""

    def rates(self, package: Package) -> tuple[LiveRate, ...]:
        """Today's prices for a parcel; empty where no carrier takes it."""

    def buy_label(self, package: Package, rates: tuple[LiveRate, ...], rate_id: str) -> BoughtLabel:
        """Buy one of the rates just offered. Never tried twice by itself: each call pays."""

    def track(self, carrier_id: str, tracking_number: str) -> pd.DataFrame:
        """The events of a parcel so far: rows of table `tracking_event`."""


def live_quotes(parcel_id: str, rates: Iterable[LiveRate], currency: str) -> pd.DataFrame:
    """Live rates as the quotes that `shipping.promise.offers` and `shipping.choice` take; one row a service.

    A rate in another currency than `currency` keeps its row with a reason, like a rate card's.

    >>> rate = LiveRate("r1", "POST", "48", 450, "GBP", 2)
    >>> live_quotes("O/MAIN/1", [rate], "GBP")[["service_id", "cost_minor", "reason"]].values.tolist()
    [['48', 450, '']]
    """
    rows = []
    for rate in rates:
        is_foreign = rate.currency != currency
        rows.append(
            {
                "parcel_id": parcel_id, "carrier_id": rate.carrier_id, "service_id": rate.service_id, "zone": "live",
                "base_minor": pd.NA if is_foreign else rate.cost_minor,
                "cost_minor": pd.NA if is_foreign else rate.cost_minor,
                "surcharge_minor": 0, "fuel_minor": 0, "currency": currency,
                "reason": f"billed in another currency than {currency}" if is_foreign else "",
            }
        )  # fmt: skip
    quotes = pd.DataFrame(rows, columns=list(QUOTE))
    amounts = ["billed_weight_g", "base_minor", "fuel_minor", "surcharge_minor", "cost_minor"]
    return quotes.astype(dict.fromkeys(amounts, "Int64"))
