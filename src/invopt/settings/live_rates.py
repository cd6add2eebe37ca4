"""Live rates from a carrier gateway: off until a business switches them on."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from invopt.errors import SettingsError
from invopt.settings.section import Section, setting

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class LiveRates(Section):
    """A gateway that speaks Karrio's HTTP interface. Its key stands in INVOPT_KARRIO_KEY, never here."""

    is_enabled: bool = setting(False, "Whether the gateway may be asked at all.")
    url: str = setting("", "Address of the gateway, e.g. https://shipping.example.com.")
    most_parcels: int = setting(
        200, "Parcels of a run that the gateway is asked about; the others go by the rate cards, and say so.",
        unit="parcels", minimum=1,
    )  # fmt: skip
    timeout_seconds: float = setting(20.0, "How long to wait for an answer.", unit="s", minimum=0.1)

    def __post_init__(self) -> None:
        """Check also that the key would travel encrypted."""
        super().__post_init__()
        parts = urlsplit(self.url)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
        if self.url and not (is_safe and parts.hostname):
            raise SettingsError(f"live_rates.url: {self.url!r} must begin with https:// (http only on this machine).")
        if self.is_enabled and not self.url:
            raise SettingsError("live_rates.url: give the gateway's address, or set is_enabled = false.")
