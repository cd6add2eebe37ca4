"""The table dictionary, written from the declarations: `python -m invopt.tables.dictionary [FILE]`."""

from __future__ import annotations

import sys
from pathlib import Path

from invopt.tables import BOOK_TABLES, INPUT_TABLES, PROVENANCE, RUN_TABLES, Column, Dtype, Table

TYPE_NAMES = {
    Dtype.TEXT: "text",
    Dtype.INTEGER: "whole number",
    Dtype.UNITS: "quantity",
    Dtype.REAL: "number",
    Dtype.BOOLEAN: "true/false",
    Dtype.DATE: "date",
    Dtype.TIMESTAMP: "moment",
}

INTRODUCTION = """# Tables

Every table of invopt, written from the declarations in `src/invopt/tables/` by `python -m invopt.tables.dictionary`:
do not edit this page. Types: a *quantity* is exact to a thousandth of a unit, a *date* is a day in the shop's time
zone, a *moment* is a UTC timestamp, money is a whole number of minor units (pence, cents) of the row's `currency`.
*May be missing* says that the value is optional; missing is never zero. The key identifies a row.
"""

SECTIONS = (
    (
        "Input tables",
        "What a business may bring as files; only order lines are required. In the database every row of them also "
        "carries where it came from and when it became known:",
        INPUT_TABLES,
    ),
    ("Run tables", "What a night makes, in the order in which its stages make them.", RUN_TABLES),
    ("Book tables", "What the house keeps about itself.", BOOK_TABLES),
)


def describe(table: Table, *, level: int = 3) -> str:
    """A table as Markdown: its grain, its key, and a row a column.

    >>> from invopt.tables import KIT_COMPONENT
    >>> print(describe(KIT_COMPONENT).splitlines()[0])
    ### kit_component
    """
    key = ", ".join(f"`{name}`" for name in table.key)
    head = f"{'#' * level} {table.name}\n\nGrain: {table.grain}. Key: {key}.\n\n"
    return head + columns_table(table.columns)


def columns_table(columns: tuple[Column, ...]) -> str:
    """Columns as a Markdown table."""
    rows = ["| column | type | unit | meaning |", "|---|---|---|---|"]
    rows += [
        f"| `{column.name}` | {TYPE_NAMES[column.dtype]} | {_escape(column.unit)} | {_escape(_meaning(column))} |"
        for column in columns
    ]
    return "\n".join(rows) + "\n"


def dictionary() -> str:
    """The whole dictionary as one Markdown page."""
    parts = [INTRODUCTION]
    for title, introduction, tables in SECTIONS:
        parts.append(f"## {title}\n\n{introduction}\n")
        if tables is INPUT_TABLES:
            parts.append(columns_table(PROVENANCE))
        parts += [describe(table) for table in tables]
    return "\n".join(parts)


def _meaning(column: Column) -> str:
    notes = [column.meaning]
    if column.choices and not all(choice in column.meaning for choice in column.choices):
        notes.append("one of " + ", ".join(column.choices))
    if column.minimum is not None and column.unit != "share 0-1":
        notes.append(f"at least {column.minimum:g}")
    if column.nullable:
        notes.append("*may be missing*")
    if column.personal:
        notes.append("*personal*")
    return "; ".join(notes)


def _escape(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page to the file named on the command line, by default docs/tables.md here."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/tables.md")
    path.write_text(dictionary(), encoding="utf-8")
    print(f"{path}: {len(INPUT_TABLES) + len(RUN_TABLES) + len(BOOK_TABLES)} tables")


if __name__ == "__main__":
    main()
