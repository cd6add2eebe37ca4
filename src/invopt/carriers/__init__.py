"""Carriers over the wire: a port for live rates, labels and tracking, and the adapters behind it."""

from __future__ import annotations

from invopt.carriers.port import (
    Address,
    BoughtLabel,
    CarrierError,
    Carriers,
    LiveRate,
    Package,
    PurchaseUnsure,
    live_quotes,
)

__all__ = [
    "Address",
    "BoughtLabel",
    "CarrierError",
    "Carriers",
    "LiveRate",
    "Package",
    "PurchaseUnsure",
    "live_quotes",
]
