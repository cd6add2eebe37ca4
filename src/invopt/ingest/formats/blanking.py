"""Rewrite a file without what identifies a person; everything else stays as it was.

Text files keep every other line byte for byte, Parquet files their schema, workbooks their sheets. Only cells of
personal columns in the person's rows become empty, so that the file still gives the same orders and sums.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from invopt.ingest.formats.delimited import Lines, clean_title, open_text, rows_of
from invopt.ingest.formats.fingerprint import Fingerprint, text_encoding
from invopt.ingest.formats.person import Person
from invopt.ingest.formats.sheet import BATCH_ROWS, Sheet, identifiers

Named = Mapping[str, "str | None"]


def blank(
    path: Path,
    target: Path,
    found: Fingerprint,
    sheets: list[tuple[Sheet, Person, Mapping[str, str]]],
    *,
    encoding: str,
) -> int:
    """Write `path` to `target` without the person; returns the rows changed.

    `sheets` are those that can concern a person: the sheet, the person within it, and its columns' aliases.
    """
    for sheet, person, aliases in sheets:
        _learn(sheet, person, aliases)
    if found.kind == "parquet":
        return _parquet(path, target, *sheets[0])
    if found.kind == "excel":
        return _excel(path, target, sheets)
    return _text(path, target, found, *sheets[0], encoding=encoding)


def _learn(sheet: Sheet, person: Person, aliases: Mapping[str, str]) -> None:
    """Find the customer's orders in the sheet itself: an export may name the customer on an order's first row only."""
    if person.customer_id is None or person.order_column is None:
        return
    names = [aliases.get(name, name) for name in sheet.columns]
    for part in sheet.batches():
        for customers, order in _identities(part, names, person, offset=2):
            person.notice(customers, order)


def _identities(
    part: pa.RecordBatch, names: list[str], person: Person, *, offset: int
) -> Iterator[tuple[list[str | None], str | None]]:
    """The customer cells and the order of each row of a batch."""

    def column(name: str) -> list[str | None]:
        values: list[str | None] = part.column(names.index(name) + offset).cast(pa.string()).to_pylist()
        return values

    customers = [column(name) for name in person.customer_columns]
    orders = column(person.order_column) if person.order_column else [None] * part.num_rows
    for position in range(part.num_rows):
        yield [values[position] for values in customers], orders[position]


def _text(
    path: Path,
    target: Path,
    found: Fingerprint,
    sheet: Sheet,
    person: Person,
    aliases: Mapping[str, str],
    *,
    encoding: str,
) -> int:
    codec, _ = text_encoding(found, encoding, path.name)
    names: list[str] = []
    changed = 0
    with open_text(path, codec) as stream, open_text(target, codec, "w") as out:
        lines = Lines(stream)
        for _, fields, fault in rows_of(lines, sheet.separator):
            written = "".join(lines.row)
            if not names:
                if any(text.strip() for text in fields) and not written.casefold().startswith("sep="):
                    titles = identifiers([clean_title(title) for title in fields], path.name)
                    names = [aliases.get(name, name) for name in titles]
                out.write(written)
                continue
            end = written[len(written.rstrip("\r\n")) :]
            row = dict(zip(names, fields, strict=False))
            if (fault or len(fields) != len(names)) and person.is_named_in(written):
                out.write(end)  # what cannot be split cannot be blanked in part
                changed += 1
            elif _is_theirs(row, person):
                kept = ["" if name in person.personal_columns else text for name, text in row.items()]
                csv.writer(out, delimiter=sheet.separator, lineterminator=end).writerow(kept)
                changed += 1
            else:
                out.write(written)
    return changed


def _is_theirs(row: Named, person: Person) -> bool:
    """Whether a row is the person's and still says who that is."""
    customers = [row.get(name) for name in person.customer_columns]
    order = row.get(person.order_column) if person.order_column else None
    return person.concerns(customers, order) and any(row.get(name) for name in person.personal_columns)


def _parquet(path: Path, target: Path, sheet: Sheet, person: Person, aliases: Mapping[str, str]) -> int:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    names = [aliases.get(name, name) for name in sheet.columns]
    changed = 0
    with pq.ParquetFile(path) as source, pq.ParquetWriter(target, source.schema_arrow, compression="zstd") as out:
        for part in source.iter_batches(batch_size=BATCH_ROWS):
            theirs = [person.concerns(*row) for row in _identities(part, names, person, offset=0)]
            changed += sum(theirs)
            mask = pa.array(theirs, pa.bool_())
            columns = [
                pc.if_else(mask, pa.scalar(None, values.type), values) if name in person.personal_columns else values
                for name, values in zip(names, part.columns, strict=True)
            ]
            out.write_batch(pa.RecordBatch.from_arrays(columns, schema=source.schema_arrow))
    return changed


def _excel(path: Path, target: Path, sheets: list[tuple[Sheet, Person, Mapping[str, str]]]) -> int:
    import openpyxl

    workbook = openpyxl.load_workbook(path)
    changed = 0
    for sheet, person, aliases in sheets:
        names = [aliases.get(name, name) for name in sheet.columns]
        rows = iter(workbook[sheet.name].iter_rows())
        for cells in rows:  # up to the header
            if any(cell.value is not None for cell in cells):
                break
        for cells in rows:
            row = {name: _cell_text(cell.value) for name, cell in zip(names, cells, strict=False)}
            if _is_theirs(row, person):
                changed += 1
                for name, cell in zip(names, cells, strict=False):
                    if name in person.personal_columns:
                        cell.value = None
    workbook.save(target)
    return changed


def _cell_text(value: Any) -> str | None:
    return None if value is None else str(value)
