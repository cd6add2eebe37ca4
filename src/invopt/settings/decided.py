"""Settings as planners decided them at the desk: the file's values, with the decisions that stand laid over."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from invopt.errors import SettingsError

if TYPE_CHECKING:
    import pandas as pd

    from invopt.settings import Settings

SUBJECT = "setting"
SET = "set"
# What may be decided: the section, the name, and the entry for settings that hold several.
DECIDABLE = (
    "policy.target_by_class.A", "policy.target_by_class.B", "policy.target_by_class.C",
    "policy.review_days", "policy.holding_rate_per_year", "purchasing.budget_minor",
)  # fmt: skip


def value_of(settings: Settings, key: str) -> float:
    """The value of a decidable setting, e.g. of "policy.target_by_class.A".

    >>> from invopt.settings import Settings
    >>> value_of(Settings(), "policy.review_days")
    7
    """
    section, name, entry = _parts(key)
    value = getattr(getattr(settings, section), name)
    found: float = value[entry] if entry else value
    return found


def with_values(settings: Settings, values: dict[str, Any]) -> Settings:
    """The settings with decidable ones replaced. Raises `SettingsError` for what is not decidable or out of range.

    >>> from invopt.settings import Settings
    >>> with_values(Settings(), {"policy.target_by_class.A": 0.99}).policy.target_by_class
    {'A': 0.99, 'B': 0.95, 'C': 0.9}
    """
    for key, value in values.items():
        section, name, entry = _parts(key)
        held = getattr(getattr(settings, section), name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SettingsError(f"{key}: {value!r} is no number.")
        settings = settings.replaced(section, **{name: {**held, entry: float(value)} if entry else type(held)(value)})
    return settings


def decided_settings(settings: Settings, decisions: pd.DataFrame, as_of: dt.date) -> Settings:
    """The settings that a plan of that day goes by.

    `settings` are those of the file, `decisions` the DECISION rows that stand: of subject `setting`, with the
    setting as key and its new value in `to_value`. The last one of a setting that has not expired counts.

    Raises `SettingsError`, naming the decision, for one that cannot be followed.
    """
    import numpy as np

    rows = decisions[(decisions["subject"] == SUBJECT) & (decisions["action"] == SET)]
    rows = rows[rows["expires_on"].isna() | (rows["expires_on"] >= np.datetime64(as_of))]
    rows = rows.sort_values(["decided_at", "decision_id"]).drop_duplicates("key", keep="last")
    for row in rows.to_dict("records"):
        try:
            settings = with_values(settings, {str(row["key"]): json.loads(row["to_value"])})
        except (ValueError, TypeError, SettingsError) as error:
            raise SettingsError(
                f"decision {row['decision_id']} about the setting {row['key']}: {row['to_value']!r} cannot be "
                f"followed ({error}). Undo it at the desk."
            ) from error
    return settings


def _parts(key: str) -> tuple[str, str, str]:
    if key not in DECIDABLE:
        raise SettingsError(f"{key!r} is not decided at the desk; change it in settings.toml.")
    section, name, *entry = key.split(".")
    return section, name, entry[0] if entry else ""
