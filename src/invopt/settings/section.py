"""A section of settings: each field declares its default, unit, meaning and range, and is checked."""

from __future__ import annotations

import dataclasses
import math
import types
from typing import Any, get_args, get_origin, get_type_hints

from invopt.errors import SettingsError


def setting(
    default: Any,
    meaning: str,
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare a field of a settings section; `meaning` says what it changes, in the planner's words."""
    metadata = {"meaning": meaning, "unit": unit, "minimum": minimum, "maximum": maximum, "choices": choices}
    if isinstance(default, dict | list):
        return dataclasses.field(default_factory=lambda: type(default)(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


class Section:
    """Base of every section: a frozen dataclass whose fields check themselves."""

    def __post_init__(self) -> None:
        """Raise `SettingsError` naming the first field that is out of its type or range."""
        hints = get_type_hints(type(self))
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            converted = _typed(value, hints[field.name], f"{type(self).__name__}.{field.name}")
            object.__setattr__(self, field.name, converted)
            _check_range(field, converted, type(self).__name__)


def _typed(value: Any, hint: Any, where: str) -> Any:
    """`value` as the declared type; TOML's integers serve where a float is declared, its arrays as tuples."""
    if hint is Any:
        return value
    if get_origin(hint) in (types.UnionType,):
        return value if value is None else _typed(value, get_args(hint)[0], where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    plain = get_origin(hint) or hint
    if plain is tuple and isinstance(value, list | tuple):
        return tuple(value)
    if not isinstance(value, plain) or (plain is int and isinstance(value, bool)):
        raise SettingsError(f"{where}: {value!r} is a {type(value).__name__}, expected {plain.__name__}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise SettingsError(f"{where}: {value!r} is not a finite number.")
    return value


def _check_range(field: dataclasses.Field[Any], value: Any, section: str) -> None:
    limits = field.metadata
    for item in value.values() if isinstance(value, dict) else [value]:
        if isinstance(item, int | float) and not isinstance(item, bool):
            low, high = limits.get("minimum"), limits.get("maximum")
            if (low is not None and item < low) or (high is not None and item > high):
                raise SettingsError(f"{section}.{field.name}: {item!r} is outside {low} to {high}. {limits['meaning']}")
        if limits.get("choices") and isinstance(item, str) and item not in limits["choices"]:
            raise SettingsError(f"{section}.{field.name}: {item!r} is not one of {', '.join(limits['choices'])}.")
