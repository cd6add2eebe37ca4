"""Planning settings, read from TOML and checked: what a person may change without touching code."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from invopt.errors import SettingsError
from invopt.settings.business import Business, Retention, Run
from invopt.settings.documents import Documents
from invopt.settings.forecasting import Forecast
from invopt.settings.intake import Ingest
from invopt.settings.live_rates import LiveRates
from invopt.settings.mail import Mail
from invopt.settings.orders import Orders
from invopt.settings.planning import Demand, LeadTime, Policy
from invopt.settings.purchasing import Purchasing
from invopt.settings.report import Alerts, Report
from invopt.settings.returns import Returns
from invopt.settings.section import Section
from invopt.settings.shipping import Shipping


@dataclass(frozen=True)
class Settings:
    """All settings of one business, a section a room."""

    business: Business = field(default_factory=Business)
    ingest: Ingest = field(default_factory=Ingest)
    demand: Demand = field(default_factory=Demand)
    forecast: Forecast = field(default_factory=Forecast)
    lead_time: LeadTime = field(default_factory=LeadTime)
    policy: Policy = field(default_factory=Policy)
    orders: Orders = field(default_factory=Orders)
    returns: Returns = field(default_factory=Returns)
    purchasing: Purchasing = field(default_factory=Purchasing)
    shipping: Shipping = field(default_factory=Shipping)
    documents: Documents = field(default_factory=Documents)
    mail: Mail = field(default_factory=Mail)
    live_rates: LiveRates = field(default_factory=LiveRates)
    alerts: Alerts = field(default_factory=Alerts)
    report: Report = field(default_factory=Report)
    run: Run = field(default_factory=Run)
    retention: Retention = field(default_factory=Retention)

    @classmethod
    def read(cls, path: Path) -> Settings:
        """Read a TOML file; what it leaves out keeps its default.

        Raises `SettingsError` for a file that is no TOML, an unknown section or name, a wrong type or range.
        """
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SettingsError(f"{path}: no such file. `invopt init` writes one.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: not a TOML file: {error}.") from error
        return cls.of(document, where=str(path))

    @classmethod
    def of(cls, document: dict[str, Any], *, where: str = "settings") -> Settings:
        """Settings from a nested mapping, `{section: {name: value}}`.

        >>> Settings.of({"policy": {"review_days": 14}}).policy.review_days
        14
        """
        sections = {part.name: section_type(part) for part in dataclasses.fields(cls)}
        _refuse_unknown(document, sections, f"{where}: section")
        made = {}
        for name, values in document.items():
            section = sections[name]
            if not isinstance(values, dict):
                raise SettingsError(f"{where}: [{name}] must be a section, found {values!r}.")
            known = {part.name: part for part in dataclasses.fields(section)}
            _refuse_unknown(values, known, f"{where}: setting {name}.")
            made[name] = section(**values)
        return cls(**made)

    def replaced(self, section: str, **values: Any) -> Settings:
        """A copy with some values of one section changed."""
        changed = dataclasses.replace(getattr(self, section), **values)
        return dataclasses.replace(self, **{section: changed})

    @property
    def hash(self) -> str:
        """A hash that is the same for the same values, whatever file they came from."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def section_type(part: dataclasses.Field[Any]) -> type[Any]:
    """The class of a section, from the field of `Settings` that holds it."""
    return cast("type[Any]", part.default_factory)


def _refuse_unknown(given: dict[str, Any], known: dict[str, Any], where: str) -> None:
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(known)}."
            raise SettingsError(f"{where}{'' if where.endswith('.') else ' '}{name!r} is unknown.{hint}")


__all__ = [
    "Alerts",
    "Business",
    "Demand",
    "Documents",
    "Forecast",
    "Ingest",
    "LeadTime",
    "LiveRates",
    "Mail",
    "Orders",
    "Policy",
    "Purchasing",
    "Report",
    "Retention",
    "Returns",
    "Run",
    "Section",
    "Settings",
    "Shipping",
    "section_type",
]
