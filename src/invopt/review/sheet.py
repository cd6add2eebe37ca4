"""A table of the plan held for paging: found, filtered, sorted and cut on the server, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

PAGE_ROWS = 40
_SEARCHED = 400  # letters of each column that a search looks at
Record = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """What a page asks for: words, chosen values by column, a sort and a page number."""

    words: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool = True
    page: int = 1


@dataclass(frozen=True)
class Page:
    """A page of rows and how many there are in all; `position` is the place of each row in the sheet."""

    rows: list[Record]
    total: int
    page: int
    pages: int


class Sheet:
    """A table with its key, a state for each row, and what decisions have changed in it.

    frame: the rows; key: the column that identifies one; searched: columns that words are looked for in;
    facets: columns with few values to choose from; states: names of the states, the first being that of a row
    that nobody has decided about.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        key: str,
        *,
        searched: Sequence[str] = (),
        facets: Sequence[str] = (),
        states: Sequence[str] = ("open",),
    ) -> None:
        """Take the rows in the order in which they are to be shown where nobody sorts."""
        self.table = pa.Table.from_pandas(frame, preserve_index=False)
        self.rows = len(frame)
        self.key = key
        self.index = {str(value): row for row, value in enumerate(frame[key].tolist())}
        self.states = tuple(states)
        self.state = np.zeros(self.rows, dtype=np.int8)
        self.overrides: dict[int, Record] = {}
        self._text = self._searchable(frame, searched)
        self._codes: dict[str, NDArray[np.int64]] = {}
        self.values: dict[str, list[str]] = {}
        for name in facets:
            codes, values = pd.factorize(frame[name].astype("str").fillna(""), sort=True)
            self._codes[name] = codes.astype(np.int64)
            self.values[name] = [str(value) for value in values]
        self._order: dict[str, NDArray[np.int64]] = {}
        self._lock = RLock()

    def _searchable(self, frame: pd.DataFrame, searched: Sequence[str]) -> pa.Array:
        text = pd.Series("", index=frame.index, dtype="str")
        for name in searched:
            text = text + " " + frame[name].astype("str").fillna("").str.slice(0, _SEARCHED)
        return pa.array(text.str.lower(), type=pa.string())

    def row(self, key: str) -> Record | None:
        """One row as it stands, by its key."""
        place = self.index.get(key)
        return None if place is None else self._records(np.array([place]))[0]

    def change(self, key: str, state: str, values: Record | None = None) -> None:
        """Say where a row stands and what has changed in it; the state of a row nobody decided about undoes all."""
        place = self.index.get(key)
        if place is None:
            return
        with self._lock:
            self.state[place] = self.states.index(state)
            if values:
                self.overrides[place] = values
            else:
                self.overrides.pop(place, None)
            self._order.clear()

    def count(self, **chosen: str) -> int:
        """How many rows have these values."""
        mask = self._mask(Query(chosen=chosen))
        return self.rows if mask is None else int(mask.sum())

    def counts(self, name: str, chosen: Mapping[str, str] | None = None) -> dict[str, int]:
        """Rows by value of a facet, or of the state, among those with the chosen values."""
        mask = self._mask(Query(chosen=chosen or {}))
        codes = self.state if name == "state" else self._codes[name]
        labels = self.states if name == "state" else self.values[name]
        found = np.bincount(codes if mask is None else codes[mask], minlength=len(labels))
        return {label: int(number) for label, number in zip(labels, found, strict=True)}

    def total(self, column: str, mask_query: Query) -> float:
        """Sum of a column over the rows that a query finds."""
        mask = self._mask(mask_query)
        values = self.numbers(column)
        return float(values.sum() if mask is None else values[mask].sum())

    def numbers(self, column: str) -> NDArray[np.float64]:
        """A column as numbers, with what decisions have changed; missing ones are 0."""
        values = pc.cast(self.table[column], pa.float64()).to_numpy(zero_copy_only=False).copy()
        for place, changed in self.overrides.items():
            if column in changed:
                values[place] = changed[column]
        return np.asarray(np.nan_to_num(values), dtype=np.float64)

    def page(self, query: Query, rows: int = PAGE_ROWS) -> Page:
        """The rows of one page."""
        found = self.found(query)
        pages = max(1, -(-len(found) // rows))
        number = min(max(query.page, 1), pages)
        return Page(self._records(found[(number - 1) * rows : number * rows]), len(found), number, pages)

    def found(self, query: Query) -> NDArray[np.int64]:
        """Places of all rows that a query finds, in its order."""
        with self._lock:
            order = self._sorted(query.sort)
            mask = self._mask(query)
        if query.sort and query.descending:
            order = order[::-1]
        return order if mask is None else order[mask[order]]

    def records(self, query: Query) -> list[Record]:
        """All rows that a query finds."""
        return self._records(self.found(query))

    def _records(self, places: NDArray[np.int64]) -> list[Record]:
        records: list[Record] = self.table.take(pa.array(places)).to_pylist()
        for place, record in zip(places.tolist(), records, strict=True):
            for name, value in record.items():
                if isinstance(value, float) and value != value:  # NaN is no value to show
                    record[name] = None
            record |= self.overrides.get(place, {})
            record["state"] = self.states[self.state[place]]
        return records

    def _mask(self, query: Query) -> NDArray[np.bool_] | None:
        mask: NDArray[np.bool_] | None = None
        for name, wanted in query.chosen.items():
            labels = self.states if name == "state" else self.values.get(name, [])
            if not wanted or (name != "state" and name not in self._codes):
                continue
            code = labels.index(wanted) if wanted in labels else -1
            here = (self.state if name == "state" else self._codes[name]) == code
            mask = here if mask is None else mask & here
        for word in query.words.lower().split()[:6]:
            here = pc.match_substring(self._text, word).to_numpy(zero_copy_only=False).astype(bool)
            mask = here if mask is None else mask & here
        return mask

    def _sorted(self, name: str) -> NDArray[np.int64]:
        if not name or name not in self.table.column_names:
            return np.arange(self.rows)
        if name not in self._order:
            if pa.types.is_floating(self.table[name].type) or pa.types.is_integer(self.table[name].type):
                self._order[name] = np.argsort(self.numbers(name), kind="stable")
            else:
                column = self.table[name].combine_chunks()
                self._order[name] = np.asarray(pc.array_sort_indices(column, null_placement="at_start"), dtype=np.int64)
        return self._order[name]
