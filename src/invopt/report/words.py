"""Numbers, money and days as people of the shop's locale write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import pandas as pd
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from invopt.errors import SettingsError
from invopt.money import to_major

MISSING = "–"


@dataclass(frozen=True)
class Words:
    """A way of writing, by locale.

    >>> words = Words("en_GB")
    >>> words.money(1824050, "GBP"), words.money(1824050, "GBP", whole=True), words.share(0.0721)
    ('£18,240.50', '£18,240', '7.2%')
    >>> words.units(1234.5), words.count(1, "order"), words.day(dt.date(2026, 3, 9))
    ('1,234.5', '1 order', 'Mon 9 Mar 2026')
    """

    locale: str

    def __post_init__(self) -> None:
        """Raise `SettingsError` for a locale that nobody writes."""
        try:
            Locale.parse(self.locale)
        except (UnknownLocaleError, ValueError) as error:
            raise SettingsError(
                f"business.locale: {self.locale!r} is not known; write one like en_GB or de_DE."
            ) from error

    @property
    def language_tag(self) -> str:
        """The locale as browsers name it."""
        return self.locale.replace("_", "-")

    def money(self, minor: float | None, currency: str, *, whole: bool = False) -> str:
        """An amount; `whole` leaves the cents out."""
        if minor is None or pd.isna(minor):
            return MISSING
        amount = to_major(round(minor), currency)
        if whole:
            return _currency(amount.quantize(Decimal(1)), currency, self.locale, whole=True)
        return _currency(amount, currency, self.locale, whole=False)

    def sums(self, amounts: dict[str, int], *, whole: bool = True) -> str:
        """Sums in several currencies, each by itself: they are never added."""
        shown = [self.money(minor, currency, whole=whole) for currency, minor in amounts.items()]
        return _and(shown) if shown else MISSING

    def units(self, value: float | None) -> str:
        """A quantity; one decimal below a hundred where it is no whole number."""
        if value is None or pd.isna(value):
            return MISSING
        whole = float(value).is_integer() or abs(value) >= 1_000_000
        return _decimal(float(value), "#,##0" if whole else "#,##0.0##" if abs(value) < 1 else "#,##0.0", self.locale)

    def exact(self, value: float) -> str:
        """A quantity with every thousandth it has."""
        return _decimal(float(value), "#,##0.###", self.locale)

    def share(self, value: float | None) -> str:
        """A share as a percentage."""
        if value is None or pd.isna(value):
            return MISSING
        return str(format_percent(float(value), "0.#%", locale=self.locale))

    def day(self, value: dt.date | pd.Timestamp | None) -> str:
        """A day with its weekday."""
        if value is None or pd.isna(value):
            return MISSING
        return _date(pd.Timestamp(value).date(), self.locale, "EEE d MMM y")

    def short_day(self, value: dt.date | pd.Timestamp | None) -> str:
        """A day with its weekday, without the year."""
        if value is None or pd.isna(value):
            return MISSING
        return _date(pd.Timestamp(value).date(), self.locale, "EEE d MMM")

    def long_day(self, value: dt.date) -> str:
        """A day written out."""
        return str(format_date(value, "EEEE d MMMM y", locale=self.locale))

    def number(self, value: int) -> str:
        """A whole number."""
        return _decimal(float(value), "#,##0", self.locale)

    def count(self, number: int, one: str, many: str | None = None) -> str:
        """A number with the word for it."""
        return f"{self.number(number)} {one if number == 1 else many or one + 's'}"


def money_sums(minor: pd.Series, currency: pd.Series) -> dict[str, int]:
    """Sums by currency, the largest first; amounts without a currency are left out.

    >>> money_sums(pd.Series([1, 2, 5]), pd.Series(["GBP", "GBP", "EUR"]))
    {'EUR': 5, 'GBP': 3}
    """
    known = minor.notna() & currency.notna()
    sums = minor[known].astype("int64").groupby(currency[known].astype("str")).sum()
    return {str(code): int(value) for code, value in sums.sort_values(ascending=False, kind="stable").items()}


def _and(parts: Iterable[str]) -> str:
    listed = list(parts)
    return listed[0] if len(listed) == 1 else ", ".join(listed[:-1]) + " and " + listed[-1]


@lru_cache(maxsize=4096)
def _date(value: dt.date, locale: str, pattern: str) -> str:
    return str(format_date(value, pattern, locale=locale))


@lru_cache(maxsize=4096)
def _currency(amount: Decimal, currency: str, locale: str, *, whole: bool) -> str:
    if whole:
        pattern = Locale.parse(locale).currency_formats["standard"].pattern
        pattern = pattern.replace(".00", "")
        return str(format_currency(amount, currency, pattern, locale=locale, currency_digits=False))
    return str(format_currency(amount, currency, locale=locale))


@lru_cache(maxsize=4096)
def _decimal(value: float, pattern: str, locale: str) -> str:
    return str(format_decimal(value, pattern, locale=locale))
