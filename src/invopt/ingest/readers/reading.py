"""What a reader says about a sheet it understands: which table it fills, and how its columns become
declared ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from invopt.database import quoted, statement
from invopt.ingest.formats import Sheet
from invopt.settings import Settings
from invopt.tables import Table


@dataclass(frozen=True)
class Reading:
    """How one sheet is read.

    `select` shapes `raw_file` (the sheet's columns as text, by identifier) into `raw_<table>` (the
    declared columns as text, money also without its `_minor`). `columns` are what the select reads; those
    a sheet lacks are null; `aliases` give a sheet's columns the names that the select knows.
    `personal_columns` identify a person, `customer_columns` and `order_column` name whom and what a row is
    about. `part_column` splits a sheet into parts, each of them a file of its own in the books.
    """

    source: str
    table: Table
    select: str
    columns: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    personal_columns: tuple[str, ...] = ()
    customer_columns: tuple[str, ...] = ()
    order_column: str | None = None
    part_column: str | None = None
    timestamp_format: str = ""
    decimal_mark: str = ""
    order_state: str = "shipped"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """A shop's export of a fixed layout: recognised by its columns, shaped by
    `sql/staging/<statement>.sql`.
    """

    source: str
    table: Table
    statement: str
    recognised_by: tuple[str, ...]
    personal_columns: tuple[str, ...]
    customer_columns: tuple[str, ...]
    order_column: str
    columns: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    part_column: str | None = None
    timestamp_format: str = ""
    decimal_mark: str = "."
    order_state: str = "shipped"

    def read(self, sheet: Sheet, where: str, settings: Settings) -> Reading | None:
        """How to read the sheet, or nothing where it is no such export."""
        present = {self.aliases.get(name, name) for name in sheet.columns}
        if not set(self.recognised_by) <= present:
            return None
        return Reading(
            source=self.source,
            table=self.table,
            select=statement(f"staging/{self.statement}"),
            columns=(*self.recognised_by, *self.columns, *self.personal_columns),
            aliases=self.aliases,
            personal_columns=tuple(name for name in self.personal_columns if name in present),
            customer_columns=self.customer_columns,
            order_column=self.order_column,
            part_column=self.part_column if self.part_column in present else None,
            timestamp_format=self.timestamp_format,
            decimal_mark=self.decimal_mark,
            order_state=self.order_state,
        )


def renamed(table: Table, from_columns: Mapping[str, str]) -> str:
    """A select that gives a sheet's columns the names that the staging of `table` reads; what is
    absent is null.
    """
    shaped = [
        f"{quoted(from_columns[name])} as {quoted(name)}"
        if name in from_columns
        else f"cast(null as varchar) as {quoted(name)}"
        for name in text_names(table)
    ]
    return f"select line_number, file_fault, {', '.join(shaped)} from raw_file"


def text_names(table: Table) -> tuple[str, ...]:
    """The names a file may use for a table's columns: the declared ones, and money without its `_minor`."""
    decimals = tuple(name.removesuffix("_minor") for name in table.names if name.endswith("_minor"))
    return table.names + decimals


__all__ = ["Export", "Reading", "renamed", "text_names"]
