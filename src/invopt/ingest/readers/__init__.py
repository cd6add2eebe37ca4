"""Readers: one small module a shop's export, found by being here.

A module of this package that holds `EXPORTS` (a tuple of `Export`) is a reader; adding one touches no
other. What no export recognises is read by its own column names (`generic`).
"""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module

from invopt.ingest.formats import Sheet
from invopt.ingest.readers import generic
from invopt.ingest.readers.reading import Export, Reading, text_names
from invopt.settings import Settings


@lru_cache(maxsize=1)
def exports() -> tuple[Export, ...]:
    """Every export that a module of this package describes, in the order of their names."""
    found: list[Export] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        found.extend(getattr(import_module(f"{__name__}.{module.name}"), "EXPORTS", ()))
    return tuple(found)


def reading(sheet: Sheet, where: str, settings: Settings, *, table_name: str = "") -> Reading:
    """How to read a sheet: by the export whose columns it has, or by its own column names.

    Raises `IngestError` where neither says which table it fills.
    """
    if not table_name:
        for export in exports():
            if found := export.read(sheet, where, settings):
                return found
    return generic.read(sheet, where, settings, table_name=table_name)


__all__ = ["Export", "Reading", "exports", "reading", "text_names"]
