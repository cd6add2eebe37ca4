"""The texts of messages by kind and language, with their variables checked, as plain text and HTML."""

from __future__ import annotations

import datetime as dt
import html
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from invopt.errors import InvoptError
from invopt.tables.messages import MESSAGE_KINDS

#: The language that every text exists in, for customers whose own is missing.
FALLBACK = "en"
_PARCEL = frozenset({"order_id", "tracking_number", "carrier"})
_RETURN = frozenset({"order_id", "return_id", "sku_id"})
#: What each kind can say; a text may leave a variable out and never use another.
VARIABLES: Mapping[str, frozenset[str]] = {
    "parcel_late": _PARCEL | {"promised_on"},
    "parcel_stuck": _PARCEL | {"last_event_on"},
    "delivery_failed": _PARCEL,
    "parcel_returned": _PARCEL,
    "parcel_lost": _PARCEL,
    "parcel_damaged": _PARCEL,
    "order_waiting": frozenset({"order_id", "article", "available_on"}),
    "return_granted": _RETURN | {"units", "refund"},
    "return_refused": _RETURN | {"answer"},
    "return_received": _RETURN | {"refund"},
    "return_drop_off": frozenset({"order_id", "return_id", "carrier", "until_on"}),
    "return_pick_up": frozenset({"order_id", "return_id", "carrier", "until_on"}),
    "return_scanned": _RETURN,
    "return_miscounted": _RETURN | {"units"},
    "return_graded": _RETURN | {"refund"},
    "return_refunded": _RETURN | {"refund"},
    "return_reminder": _RETURN | {"expires_on"},
    "return_expired": _RETURN,
    "exchange_reserved": _RETURN | {"until_on"},
    "exchange_due": _RETURN | {"until_on"},
    "exchange_released": _RETURN | {"until_on"},
    "exchange_impossible": _RETURN | {"until_on"},
}
#: White space that could break a line; the hard spaces of amounts stay.
_LINE_BREAK = re.compile(r"[^\S\xa0\u202f]+")
_VARIABLE = re.compile(r"\{([a-z_]+)\}")
#: Languages of countries that speak mostly one; others get the shop's own.
_LANGUAGE_OF = {"DE": "de", "AT": "de", "LI": "de", "FR": "fr", "MC": "fr", "GB": "en", "IE": "en", "US": "en",
                "AU": "en", "NZ": "en"}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A message, rendered."""

    subject: str
    text_body: str
    html_body: str


@dataclass(frozen=True)
class _Language:
    greeting: str
    greeting_without_name: str
    closing: str
    subjects: Mapping[str, str]
    paragraphs: Mapping[str, tuple[str, ...]]


def languages() -> tuple[str, ...]:
    """The languages there are texts in.

    >>> languages()
    ('de', 'en', 'fr')
    """
    folder = resources.files("invopt.messages") / "texts"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def language_for(country: str, locale: str) -> tuple[str, str]:
    """The language for a customer in a country, and what was assumed (empty for nothing).

    The country's own language where it is mostly one and there are texts in it, else that of the shop's
    `locale`, else English.

    >>> language_for("AT", "en_GB"), language_for("PL", "pl_PL")
    (('de', ''), ('en', 'no texts in pl: written in en'))
    """
    known = languages()
    wanted = _LANGUAGE_OF.get(country, locale.replace("-", "_").split("_")[0])
    if wanted in known:
        return wanted, ""
    return FALLBACK, f"no texts in {wanted}: written in {FALLBACK}"


def render(kind: str, language: str, variables: Mapping[str, str], *, shop: str, customer_name: str = "") -> Text:
    """A message as subject, plain text and HTML.

    Values go into the HTML escaped, and into the subject on one line, so that no name or article can add
    markup or a mail header. Raises `InvoptError` where the kind is unknown or a variable that the text uses
    is missing or not one of the kind's.

    >>> values = {"order_id": "O-1", "tracking_number": "T1", "carrier": "POST", "promised_on": "2 March 2026"}
    >>> render("parcel_late", "en", values, shop="Bee & Co").subject
    'Your order O-1 is late'
    """
    texts = _texts(language)
    if kind not in texts.subjects:
        raise InvoptError(f"message {kind!r}: no such kind. Known: {', '.join(MESSAGE_KINDS)}.")
    if unknown := set(variables) - VARIABLES[kind]:
        raise InvoptError(f"message {kind}: {sorted(unknown)} are no variables of it ({sorted(VARIABLES[kind])}).")
    values = {name: _LINE_BREAK.sub(" ", value).strip() for name, value in variables.items()}
    values |= {"shop": shop, "customer_name": _LINE_BREAK.sub(" ", customer_name).strip()}
    greeting = texts.greeting if values["customer_name"] else texts.greeting_without_name
    parts = (greeting, *texts.paragraphs[kind], texts.closing)
    plain = [_filled(part, values, kind) for part in parts]
    escaped = {name: html.escape(value) for name, value in values.items()}
    marked = [f"<p>{_filled(html.escape(part, quote=False), escaped, kind)}</p>" for part in parts]
    return Text(
        _filled(texts.subjects[kind], values, kind),
        "\n\n".join(plain) + "\n",
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"></head><body>\n'
        + "\n".join(marked) + "\n</body></html>\n",
    )  # fmt: skip


def written_day(day: dt.date, language: str) -> str:
    """A day as people write it.

    >>> written_day(dt.date(2026, 3, 2), "de")
    '2. März 2026'
    """
    from babel.dates import format_date

    return str(format_date(day, "long", locale=language))


def written_money(amount: str, currency: str, language: str) -> str:
    """An amount in major units as people write it.

    >>> written_money("12.5", "EUR", "en")
    '€12.50'
    """
    from decimal import Decimal

    from babel.numbers import format_currency

    return str(format_currency(Decimal(amount), currency, locale=language))


@lru_cache(maxsize=16)
def _texts(language: str) -> _Language:
    """The texts of a language, with every variable that they use checked."""
    if language not in languages():
        raise InvoptError(f"messages: no texts in {language!r}; there are {', '.join(languages())}.")
    source = (resources.files("invopt.messages") / "texts" / f"{language}.toml").read_text(encoding="utf-8")
    document = tomllib.loads(source)
    kinds = {name: part for name, part in document.items() if isinstance(part, dict)}
    if missing := set(MESSAGE_KINDS) ^ set(kinds):
        raise InvoptError(f"messages in {language}: {sorted(missing)} are missing or unknown kinds.")
    for kind, part in kinds.items():
        used = set(_VARIABLE.findall(" ".join([part["subject"], *part["paragraphs"]])))
        if unknown := used - VARIABLES[kind]:
            raise InvoptError(f"messages in {language}: {kind} uses {sorted(unknown)}, which it does not have.")
    return _Language(
        document["greeting"], document["greeting_without_name"], document["closing"],
        {kind: part["subject"] for kind, part in kinds.items()},
        {kind: tuple(part["paragraphs"]) for kind, part in kinds.items()},
    )  # fmt: skip


def _filled(text: str, values: Mapping[str, str], kind: str) -> str:
    if missing := [name for name in _VARIABLE.findall(text) if name not in values]:
        raise InvoptError(f"message {kind}: {missing} have no value.")
    return _VARIABLE.sub(lambda match: values[match.group(1)], text)
