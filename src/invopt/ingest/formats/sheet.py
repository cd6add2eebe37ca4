"""What every file format is turned into: sheets of text, streamed in Arrow batches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from invopt.errors import IngestError

LINE_NUMBER = "line_number"
FAULT = "file_fault"
BATCH_ROWS = 65_536


@dataclass(frozen=True)
class Sheet:
    """One table of text inside a file.

    `header` holds the names as the file writes them, `columns` the same as identifiers (lower case, words
    joined by `_`), which are the names inside the batches. A batch carries every column as text,
    `line_number` (counted from 1 with the header) and `file_fault`: why a row could not be split into its
    fields, or nothing. `typed` says that numbers and times come from typed cells, so that no decimal mark
    or date format is asked for.
    """

    name: str
    header: tuple[str, ...]
    columns: tuple[str, ...]
    batches: Callable[[], Iterator[pa.RecordBatch]]
    typed: bool
    notes: list[str] = field(default_factory=list)
    separator: str = ""  # what separates the fields of a text file

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of every batch."""
        return schema(self.columns)


def schema(columns: Sequence[str]) -> pa.Schema:
    """Line number, fault, then every column as text."""
    return pa.schema([(LINE_NUMBER, pa.int64()), (FAULT, pa.string()), *((name, pa.string()) for name in columns)])


def identifiers(header: Sequence[str], where: str) -> tuple[str, ...]:
    """Column names as identifiers; blank ones are numbered.

    Raises `IngestError` where two columns have one name: which of them is meant cannot be known.

    >>> identifiers(["Order ID", "Unit-Price", ""], "orders.csv")
    ('order_id', 'unit_price', 'column_3')
    """
    names = [identifier(title) or f"column_{position}" for position, title in enumerate(header, start=1)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise IngestError(
            f"{where}: the header names {', '.join(repeated)} more than once, so it is not clear "
            "which column "
            "is meant. Rename or remove one of them and bring the file again."
        )
    return tuple(names)


def identifier(title: str) -> str:
    """A header's title in lower case with words joined by underscores.

    >>> identifier(" Lineitem SKU "), identifier("Item #"), identifier("First Name (Billing)")
    ('lineitem_sku', 'item_number', 'first_name_billing')
    """
    spelled = title.strip().casefold().replace("#", " number ")
    return re.sub(r"[^\w]+", "_", spelled).strip("_")


def batch(line_numbers: Sequence[int], faults: Sequence[str | None], columns: Sequence[Sequence[str | None]],
          names: Sequence[str]) -> pa.RecordBatch:  # fmt: skip
    """One Arrow batch from Python columns."""
    arrays = [pa.array(line_numbers, pa.int64()), pa.array(faults, pa.string())]
    arrays += [pa.array(values, pa.string()) for values in columns]
    return pa.RecordBatch.from_arrays(arrays, schema=schema(names))
