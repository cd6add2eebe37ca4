"""Settings of the inventory room."""

from __future__ import annotations

from dataclasses import dataclass

from invopt.errors import SettingsError


@dataclass(frozen=True)
class LeadTimeSettings:
    """How lead times are learnt, and what stands in where nothing is known.

    An order still open after `abandoned_after_days` was lost or forgotten and says nothing about the next
    one. A receipt counts half after `half_life_days`. `greatest_log_scale` bounds the spread: at 1, one
    order in ten takes over 3.6 times the median, and what looks wider is two kinds of orders under one
    name.
    """

    assumed_days: float = 14.0
    assumed_log_scale: float = 0.25
    abandoned_after_days: float = 365.0
    half_life_days: float = 730.0
    least_degrees_of_freedom: float = 4.0
    greatest_log_scale: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no lead time can be."""
        for name in ("assumed_days", "abandoned_after_days", "half_life_days"):
            if not getattr(self, name) > 0:
                raise SettingsError(f"lead_time.{name} is {getattr(self, name)}; it must be above 0.")
        if not self.assumed_log_scale >= 0:
            raise SettingsError("lead_time.assumed_log_scale is negative; use 0 for a certain lead time.")
        if not self.greatest_log_scale > 0:
            raise SettingsError("lead_time.greatest_log_scale must be above 0.")
        if not self.least_degrees_of_freedom >= 3:
            raise SettingsError(
                "lead_time.least_degrees_of_freedom is below 3: the spread would have no variance."
            )
