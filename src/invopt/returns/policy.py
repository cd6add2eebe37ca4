"""The return policy as data: rules of the shop, the first that fits decides, and statutes as a floor."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.errors import SettingsError
from invopt.tables.returns import GRADES, RETURN_REASONS

LABEL_PAYERS = ("shop", "customer")


class Case(NamedTuple):
    """A column that rules ask about: texts as codes of their distinct names, days as they are."""

    code: NDArray[np.int64]
    names: NDArray[Any]

    @classmethod
    def of(cls, values: NDArray[np.object_]) -> Case:
        """Texts, None for missing."""
        code, names = pd.factorize(values, use_na_sentinel=False)
        return cls(np.asarray(code, dtype=np.int64), np.asarray(names, dtype=object))

    @classmethod
    def days(cls, values: NDArray[np.datetime64]) -> Case:
        """Days, one a case."""
        return cls(np.arange(len(values)), values)

    def is_one_of(self, allowed: tuple[str, ...]) -> NDArray[np.bool_]:
        """Which cases have one of the names; what is missing has none."""
        wanted = set(allowed)
        return np.array([name in wanted for name in self.names], dtype=bool)[self.code]


@dataclass(frozen=True)
class ReturnRule:
    """Whom it concerns (None: all) and what it answers; see `models/return_policy.toml` for each name."""

    name: str
    categories: tuple[str, ...] | None = None
    exempt_categories: tuple[str, ...] = ()
    skus: tuple[str, ...] | None = None
    countries: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    reasons: tuple[str, ...] | None = None
    ordered_from_on: dt.date | None = None
    ordered_until_on: dt.date | None = None
    delivered_from_on: dt.date | None = None
    delivered_until_on: dt.date | None = None
    window_days: int = 0
    window_until_on: dt.date | None = None
    final_sale: bool = False
    exchange_only: bool = False
    keep_below_minor: int = 0
    fee_minor: int = 0
    fee_share: float = 0.0
    label_paid_by: str = "customer"
    refunds_shipping: bool = False
    store_credit_bonus_share: float = 0.0
    refund_on_scan: bool = False
    grade_deduction: dict[str, float] = field(default_factory=dict)
    refused_grades: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise `SettingsError` for a value that cannot be meant."""
        where = f"return policy, rule {self.name!r}"
        if self.window_days < 0 or self.fee_minor < 0 or not 0 <= self.fee_share <= 1:
            raise SettingsError(f"{where}: window and fee cannot be negative, a fee share not above 1.")
        if self.store_credit_bonus_share < 0 or self.keep_below_minor < 0:
            raise SettingsError(f"{where}: a bonus and the value below which goods are kept cannot be negative.")
        if self.label_paid_by not in LABEL_PAYERS:
            raise SettingsError(f"{where}: label_paid_by is {self.label_paid_by!r}; write shop or customer.")
        if unknown := set(self.reasons or ()) - set(RETURN_REASONS):
            raise SettingsError(f"{where}: reasons {sorted(unknown)} are none of {', '.join(RETURN_REASONS)}.")
        if unknown := (set(self.grade_deduction) | set(self.refused_grades)) - set(GRADES):
            raise SettingsError(f"{where}: grades {sorted(unknown)} are none of {', '.join(GRADES)}.")
        if any(not 0 <= share <= 1 for share in self.grade_deduction.values()):
            raise SettingsError(f"{where}: a grade_deduction is a share between 0 and 1.")

    def fits(self, cases: Mapping[str, Case]) -> NDArray[np.bool_]:
        """Which cases it concerns: `category_id, sku_id, country, channel, return_reason, ordered_on,
        delivered_on`.
        """
        fits = np.ones(len(cases["sku_id"].code), dtype=bool)
        for column, allowed in (
            ("category_id", self.categories), ("sku_id", self.skus), ("country", self.countries),
            ("channel", self.channels), ("return_reason", self.reasons),
        ):  # fmt: skip
            if allowed is not None:
                fits &= cases[column].is_one_of(allowed)
        if self.exempt_categories:
            fits &= ~cases["category_id"].is_one_of(self.exempt_categories)
        for column, first, last in (
            ("ordered_on", self.ordered_from_on, self.ordered_until_on),
            ("delivered_on", self.delivered_from_on, self.delivered_until_on),
        ):
            days = cases[column].names
            if first is not None:
                fits &= days >= np.datetime64(first)
            if last is not None:
                fits &= days <= np.datetime64(last)
        return fits


@dataclass(frozen=True)
class ReturnPolicy:
    """Rules in the sequence in which they are asked, and the statutes under them."""

    rules: tuple[ReturnRule, ...]
    statutes: tuple[ReturnRule, ...] = ()

    @classmethod
    def read(cls, path: Path) -> ReturnPolicy:
        """Read a TOML file; raises `SettingsError` naming what is wrong."""
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SettingsError(f"{path}: no such file. models/return_policy.toml is one to start from.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: not a TOML file: {error}.") from error
        return cls.of(document, where=str(path))

    @classmethod
    def of(cls, document: dict[str, Any], *, where: str = "return policy") -> ReturnPolicy:
        """A policy from a nested mapping with the lists `rule` and `statute`.

        >>> policy = ReturnPolicy.of({"rule": [{"name": "standard", "window_days": 30}]})
        >>> policy.rules[0].window_days
        30
        """
        if unknown := set(document) - {"rule", "statute"}:
            raise SettingsError(f"{where}: {sorted(unknown)} is neither [[rule]] nor [[statute]].")
        rules = tuple(_rule(item, where) for item in document.get("rule", []))
        statutes = tuple(_rule(item, where) for item in document.get("statute", []))
        names = [item.name for item in rules + statutes]
        if len(set(names)) != len(names):
            raise SettingsError(f"{where}: two rules have the same name; answers could not tell them apart.")
        return cls(rules, statutes)


def _rule(item: dict[str, Any], where: str) -> ReturnRule:
    known = {part.name: part for part in fields(ReturnRule)}
    if "name" not in item:
        raise SettingsError(f"{where}: a rule has no name; every answer names the rule that gave it.")
    values: dict[str, Any] = {}
    for name, value in item.items():
        if name not in known:
            raise SettingsError(f"{where}, rule {item['name']!r}: {name!r} is unknown. Known: {', '.join(known)}.")
        values[name] = tuple(value) if isinstance(value, list) else value
        kind = str(known[name].type)
        is_right = (
            isinstance(values[name], tuple) if kind.startswith("tuple")
            else _is_day(value) if kind.startswith("dt.date")
            else isinstance(value, bool) if kind == "bool"
            else isinstance(value, int | float) and not isinstance(value, bool) if kind == "float"
            else isinstance(value, int) and not isinstance(value, bool) if kind == "int"
            else isinstance(value, dict) if kind.startswith("dict")
            else isinstance(value, str)
        )  # fmt: skip
        if not is_right:
            raise SettingsError(f"{where}, rule {item['name']!r}: {name} = {value!r} is not a {kind}.")
    return ReturnRule(**values)


def _is_day(value: object) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
