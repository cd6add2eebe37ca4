"""Planners' overrides of the forecast, as decisions: what is asked, for what and when, and what still stands.

An override is a decision of subject `forecast_override`: `key` is `scope|key` or `scope|key|location`, `action` is
`override`, and `to_value` holds the rest as JSON, so that the decision stands by itself; who, when, why and until
when are the decision's own columns. A decision of action `undo` names the override's `decision_id` as its key.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from invopt.errors import ForecastError

if TYPE_CHECKING:
    import pandas as pd

SUBJECT: Final = "forecast_override"
OVERRIDE: Final = "override"
UNDO: Final = "undo"
SCOPES: Final = ("sku", "category", "promotion")
MODES: Final = ("percent", "absolute")


@dataclass(frozen=True)
class Override:
    """One override of the forecast.

    - scope, key: a SKU, a category or a promotion, and which one. location_id: that location alone; None: all.
    - first_on, last_on: first and last day it is about; None for a promotion's own days.
    - mode, value: `percent` changes the forecast by so many per cent (-100 and above); `absolute` is the units that
      all it is about will ask for from the first to the last day together, shared out as the forecast is.

    Raises ForecastError for anything else, saying what to write instead.

    >>> asked = Override("sku", "A-1", None, dt.date(2026, 3, 2), dt.date(2026, 3, 15), "percent", 20.0)
    >>> asked.decision_key, Override.read(asked.to_value) == asked
    ('sku|A-1', True)
    """

    scope: str
    key: str
    location_id: str | None
    first_on: dt.date | None
    last_on: dt.date | None
    mode: str
    value: float

    def __post_init__(self) -> None:
        """Refuse what could not be followed."""
        about = f"forecast override of {self.scope} {self.key!r}"
        if self.scope not in SCOPES:
            raise ForecastError(f"{about}: scope is one of {', '.join(SCOPES)}.")
        if not self.key:
            raise ForecastError(f"{about}: name the {self.scope}.")
        if self.mode not in MODES:
            raise ForecastError(f"{about}: mode is one of {', '.join(MODES)}, found {self.mode!r}.")
        least = -100.0 if self.mode == "percent" else 0.0
        if not math.isfinite(self.value) or self.value < least:
            raise ForecastError(f"{about}: {self.value} is no {self.mode} value; write a number from {least:g} up.")
        if self.scope != "promotion" and (self.first_on is None or self.last_on is None):
            raise ForecastError(f"{about}: name its first and last day.")
        if self.first_on is not None and self.last_on is not None and self.last_on < self.first_on:
            raise ForecastError(f"{about}: its last day {self.last_on} lies before its first, {self.first_on}.")

    @property
    def decision_key(self) -> str:
        """The `key` of its decision."""
        return "|".join([self.scope, self.key, *([self.location_id] if self.location_id else [])])

    @property
    def to_value(self) -> str:
        """The `to_value` of its decision: everything an override is, as JSON."""
        return json.dumps(
            {
                "scope": self.scope,
                "key": self.key,
                "location_id": self.location_id,
                "first_on": self.first_on.isoformat() if self.first_on else None,
                "last_on": self.last_on.isoformat() if self.last_on else None,
                "mode": self.mode,
                "value": self.value,
            },
            ensure_ascii=False,
        )

    @classmethod
    def read(cls, to_value: str | None) -> Self:
        """The override that a decision's `to_value` holds. Raises ForecastError for a text that holds none."""
        try:
            entry: dict[str, Any] = json.loads(to_value or "")
            location = entry.get("location_id")
            return cls(
                scope=str(entry["scope"]),
                key=str(entry["key"]),
                location_id=str(location) if location else None,
                first_on=_day(entry.get("first_on")),
                last_on=_day(entry.get("last_on")),
                mode=str(entry["mode"]),
                value=float(entry["value"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ForecastError(
                f"forecast override: {to_value!r} is no override ({error}). Undo it, and make it again with: "
                "invopt forecast override"
            ) from error


@dataclass(frozen=True)
class DecidedOverride:
    """An override as somebody decided it: `override` is None, and `fault` says why, where it cannot be read."""

    override_id: str
    override: Override | None
    reason: str
    decided_by: str
    decided_at: pd.Timestamp
    expires_on: pd.Timestamp | None
    is_undone: bool
    fault: str = ""

    def is_expired(self, as_of: dt.date) -> bool:
        """Whether it no longer stands for a plan of that day: its last day of validity has passed."""
        return self.expires_on is not None and self.expires_on.date() < as_of

    def stands(self, as_of: dt.date) -> bool:
        """Whether a plan of that day follows it."""
        return self.override is not None and not self.is_undone and not self.is_expired(as_of)


def decided_overrides(decisions: pd.DataFrame) -> list[DecidedOverride]:
    """Every override ever decided, in the order of `decided_at`, then `decision_id`; undone ones are marked.

    decisions: DECISION.
    """
    import pandas as pd

    rows = decisions[decisions["subject"] == SUBJECT].sort_values(["decided_at", "decision_id"])
    undone = set(rows.loc[rows["action"] == UNDO, "key"])
    found = []
    for row in rows[rows["action"] == OVERRIDE].to_dict("records"):
        override, fault = None, ""
        try:
            override = Override.read(row["to_value"] if isinstance(row["to_value"], str) else None)
        except ForecastError as error:
            fault = str(error)
        found.append(
            DecidedOverride(
                override_id=row["decision_id"],
                override=override,
                reason=row["reason"] if isinstance(row["reason"], str) else "",
                decided_by=row["decided_by"],
                decided_at=row["decided_at"],
                expires_on=None if pd.isna(row["expires_on"]) else pd.Timestamp(row["expires_on"]),
                is_undone=row["decision_id"] in undone,
                fault=fault,
            )
        )
    return found


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
