"""A list of the report: declared columns, rows as a data block, and the first rows as plain text.

The page's script sorts, filters, scrolls and exports the data block; without the script the first rows stand
there as an ordinary table.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from invopt.money import digits
from invopt.report.glossary import Term, define
from invopt.report.words import MISSING, Words

KINDS = ("text", "prose", "sku", "money", "units", "integer", "share", "days", "date", "flag", "severity")
_LONGEST_TEXT = 240  # characters of a text on the page; the exports hold the whole
_FIRST_ROWS = 8


@dataclass(frozen=True)
class ListColumn:
    """A column of a list: the column of the frame, its term, how it is written, how much it matters."""

    name: str
    term: str
    kind: str
    is_wide: bool = False  # left out on a phone; the row's details show it
    is_detail: bool = False  # only in the row's details and in the CSV
    is_facet: bool = False  # offered as a filter of its own
    words: dict[str, str] = field(default_factory=dict)  # what a code reads as

    @property
    def definition(self) -> Term:
        """Its name and definition."""
        return define(self.term)


@dataclass(frozen=True)
class PlanList:
    """A list with its rows. `frame` has the columns; `links` the page of each row, empty for none.

    `currency` is a column of the frame where the list shows money. `total` counts the rows before the list was
    cut to the longest allowed.
    """

    name: str
    caption: str
    columns: tuple[ListColumn, ...]
    frame: pd.DataFrame
    nothing: str
    links: Sequence[str] | None = None
    currency: str | None = None
    total: int = 0
    sorted_by: str = ""
    export: str = ""  # where the whole list lies, where it was cut

    @property
    def visible(self) -> tuple[ListColumn, ...]:
        """The columns of the table itself."""
        return tuple(column for column in self.columns if not column.is_detail)

    def __len__(self) -> int:
        """Rows shown."""
        return len(self.frame)


def cut(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The first rows, as many as a list may have."""
    return frame.head(rows).reset_index(drop=True)


def data_block(shown: PlanList) -> Markup:
    """The rows as JSON that can stand in a page: no text in it can end the block or begin a tag.

    >>> frame = pd.DataFrame({"sku_id": ["</script><b>"]})
    >>> text = data_block(PlanList("x", "X", (ListColumn("sku_id", "sku", "text"),), frame, ""))
    >>> "<" in text or ">" in text
    False
    """
    currencies = _codes(shown)
    block = {
        "name": shown.name,
        "rows": len(shown.frame),
        "columns": [_column(column, shown) for column in shown.columns],
        "currency": currencies,
        "links": _packed([link or "" for link in shown.links]) if shown.links is not None else None,
    }
    text = json.dumps(block, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def first_rows(shown: PlanList, words: Words) -> list[dict[str, Any]]:
    """The first rows as texts: `cells` (column, text) and the link of the row."""
    rows = []
    for position in range(min(_FIRST_ROWS, len(shown.frame))):
        record = shown.frame.iloc[position]
        currency = str(record[shown.currency]) if shown.currency else ""
        cells = [(column, written(record[column.name], column, currency, words)) for column in shown.visible]
        rows.append({"cells": cells, "link": shown.links[position] if shown.links is not None else ""})
    return rows


def written(value: Any, column: ListColumn, currency: str, words: Words) -> str:
    """One value as text."""
    if value is None or pd.isna(value):
        return MISSING
    if column.kind == "money":
        return words.money(value, currency) if currency else MISSING
    if column.kind in ("units", "days"):
        return words.units(value)
    if column.kind == "share":
        return words.share(value)
    if column.kind == "date":
        return words.short_day(value)
    if column.kind == "integer":
        return words.number(int(value))
    if column.kind == "flag":
        return "yes" if value else ""
    text = str(value)
    return column.words.get(text, clipped(text))


def clipped(text: str) -> str:
    """A text short enough for a page."""
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _column(column: ListColumn, shown: PlanList) -> dict[str, Any]:
    values = shown.frame[column.name]
    made: dict[str, Any] = {
        "name": column.name,
        "label": column.definition.label,
        "kind": column.kind,
        "wide": column.is_wide,
        "detail": column.is_detail,
        "facet": column.is_facet,
    }
    if column.kind in ("text", "prose", "sku", "severity"):
        texts = [MISSING if pd.isna(value) else str(value) for value in values.tolist()]
        made["values"] = _packed([column.words.get(text, clipped(text)) for text in texts])
    elif column.kind == "date":
        days = values.to_numpy(dtype="datetime64[D]")
        made["values"] = [None if np.isnat(day) else int(day.astype("int64")) for day in days]
    elif column.kind == "flag":
        made["values"] = [int(bool(value)) for value in values.fillna(False).tolist()]
    elif column.kind in ("money", "integer"):
        made["values"] = [None if pd.isna(value) else round(value) for value in values.tolist()]
    else:
        made["values"] = [None if pd.isna(value) else _short(float(value)) for value in values.tolist()]
    return made


def _short(value: float) -> float | int:
    rounded = round(value, 4)
    return int(rounded) if rounded.is_integer() else rounded


def _packed(texts: list[str]) -> Any:
    """Texts that repeat are stored once: {"d": the different ones, "i": which of them}."""
    different = list(dict.fromkeys(texts))
    if len(different) * 2 > len(texts):
        return texts
    place = {text: index for index, text in enumerate(different)}
    return {"d": different, "i": [place[text] for text in texts]}


def _codes(shown: PlanList) -> dict[str, Any] | None:
    if shown.currency is None:
        return None
    codes = ["" if pd.isna(value) else str(value) for value in shown.frame[shown.currency].tolist()]
    return {"codes": _packed(codes), "digits": {code: digits(code) for code in dict.fromkeys(codes)}}
