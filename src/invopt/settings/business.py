"""What is true of the business as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from invopt.errors import SettingsError
from invopt.settings.section import Section, setting

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Business(Section):
    """The shop: its clock, its money, its home."""

    name: str = setting("My shop", "Name on reports and documents.")
    time_zone: str = setting("Europe/London", "Days and weeks are those of this time zone.")
    week_start: str = setting("Mon", "First day of a week.", choices=WEEKDAYS)
    currency: str = setting("GBP", "Money without a currency is in this one (ISO 4217).")
    exchange_rates: dict[str, float] = setting(
        {},
        "Units of business.currency that one unit of another currency is worth, e.g. EUR = 0.86; prices of suppliers "
        "in a currency without a rate are not used.",
        minimum=1e-9,
    )
    country: str = setting("GB", "Home country: its holidays, and the ship-to of orders without one.")
    home_location: str = setting("MAIN", "Location of stock and demand that name none.")
    locale: str = setting("en_GB", "How numbers, dates and money are written.")
    period: str = setting("week", "Length of a forecast period.", choices=("week", "day"))

    def __post_init__(self) -> None:
        """Check also that the time zone exists."""
        super().__post_init__()
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise SettingsError(
                f"business.time_zone: {self.time_zone!r} is no time zone; write one like Europe/London."
            ) from error

    @property
    def week_start_index(self) -> int:
        """0 for Monday to 6 for Sunday."""
        return WEEKDAYS.index(self.week_start)


@dataclass(frozen=True)
class Run(Section):
    """How a night uses the machine."""

    chunk_series: int = setting(20_000, "SKU-locations in a chunk; memory follows it.", unit="series", minimum=1)
    memory_limit_mb: int = setting(1_500, "Most that the database may use.", unit="MB", minimum=128)
    keep_runs: int = setting(7, "Published runs to keep; older ones are pruned.", unit="runs", minimum=1)
    lock_wait_seconds: float = setting(30.0, "How long to wait for another run or writer.", unit="s", minimum=0)


@dataclass(frozen=True)
class Retention(Section):
    """How long personal data is kept."""

    personal_days: int = setting(
        1_095, "Names, addresses and customer ids older than this are blanked by `invopt erase --expired`.",
        unit="days", minimum=1,
    )  # fmt: skip
