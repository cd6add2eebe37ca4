"""How a table is declared: its grain, its key, and each column's type, unit and meaning.

A column's name, type and meaning are fixed here once; nothing in the project takes a column name as a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Dtype(Enum):
    """What a column holds, with its type in DuckDB and in pandas (plain, and where values may be missing)."""

    TEXT = ("VARCHAR", "str", "str")
    INTEGER = ("BIGINT", "int64", "Int64")
    # Quantities are exact decimals in the database, so that their sums do not depend on the order of adding.
    UNITS = ("DECIMAL(18,3)", "float64", "float64")
    REAL = ("DOUBLE", "float64", "float64")
    BOOLEAN = ("BOOLEAN", "bool", "boolean")
    DATE = ("DATE", "datetime64[us]", "datetime64[us]")
    TIMESTAMP = ("TIMESTAMP", "datetime64[us]", "datetime64[us]")

    @property
    def sql(self) -> str:
        """The DuckDB type."""
        return str(self.value[0])

    def pandas(self, *, nullable: bool) -> str:
        """The pandas dtype."""
        return str(self.value[2] if nullable else self.value[1])


@dataclass(frozen=True)
class Column:
    """One column: name, type, meaning, unit, and the values it may take."""

    name: str
    dtype: Dtype
    meaning: str
    unit: str = ""
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    personal: bool = False  # identifies a person: erased on request and kept out of exports and messages


@dataclass(frozen=True)
class Table:
    """One table: what a row stands for, what identifies it, and its columns.

    `is_input` marks what a business brings as files: the database keeps every version of such a row together
    with where it came from (`PROVENANCE`), and a plan as of a day reads the latest version recorded before it.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_input: bool = False

    def __post_init__(self) -> None:
        """Refuse a declaration that contradicts itself."""
        names = self.names
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column is declared twice")
        if missing := [name for name in self.key if name not in names]:
            raise ValueError(f"{self.name}: key columns {missing} are not declared")

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in their order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """The columns in the database: an input's rows carry their provenance."""
        return self.columns + (PROVENANCE if self.is_input else ())


def text(
    name: str,
    meaning: str,
    *,
    nullable: bool = False,
    choices: tuple[str, ...] = (),
    personal: bool = False,
) -> Column:
    """A text column."""
    return Column(name, Dtype.TEXT, meaning, "", nullable, choices=choices, personal=personal)


def integer(
    name: str,
    meaning: str,
    unit: str = "",
    *,
    nullable: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Column:
    """A whole-number column."""
    return Column(name, Dtype.INTEGER, meaning, unit, nullable, minimum, maximum)


def units(name: str, meaning: str, *, nullable: bool = False, minimum: float | None = None) -> Column:
    """A quantity of goods, exact to a thousandth of a unit."""
    return Column(name, Dtype.UNITS, meaning, "units", nullable, minimum)


def minor(name: str, meaning: str, *, nullable: bool = False, minimum: float | None = None) -> Column:
    """An amount of money in minor units (cents, pence) of the row's currency."""
    return Column(name, Dtype.INTEGER, meaning, "minor units of currency", nullable, minimum)


def real(
    name: str,
    meaning: str,
    unit: str = "",
    *,
    nullable: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Column:
    """A number that is calculated rather than counted."""
    return Column(name, Dtype.REAL, meaning, unit, nullable, minimum, maximum)


def share(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A share between 0 and 1."""
    return Column(name, Dtype.REAL, meaning, "share 0-1", nullable, 0.0, 1.0)


def flag(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A yes or no."""
    return Column(name, Dtype.BOOLEAN, meaning, "", nullable)


def date(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A day in the shop's time zone."""
    return Column(name, Dtype.DATE, meaning, "local date", nullable)


def timestamp(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A moment in UTC."""
    return Column(name, Dtype.TIMESTAMP, meaning, "UTC", nullable)


PROVENANCE = (
    text("file_id", "the ingested file that brought the row"),
    integer("line_number", "line of that file, counted from 1 with the header", minimum=1),
    text("assumed_columns", "columns that the row left out and a setting filled, joined by commas", nullable=True),
    timestamp("recorded_at", "when this version of the row became known"),
)
