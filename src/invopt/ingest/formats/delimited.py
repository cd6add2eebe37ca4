"""Delimited text (CSV and its kin): any delimiter, any encoding, true line numbers, torn rows named."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO, cast

import pyarrow as pa

from invopt.errors import IngestError
from invopt.ingest.formats.fingerprint import Fingerprint, text_encoding
from invopt.ingest.formats.sheet import BATCH_ROWS, Sheet, batch, identifiers

_DELIMITERS = (",", ";", "\t", "|")
# A row that runs over more lines than this has a quote that was opened and never closed.
_LONGEST_ROW_LINES = 1_000
_LONGEST_FIELD = 1 << 20


def sheets(path: Path, found: Fingerprint, *, encoding: str, delimiter: str) -> list[Sheet]:
    """The one sheet of a delimited text file.

    `encoding` and `delimiter` are the settings' answers, empty to find them. A byte that is not in the
    encoding, a quote never closed, and a row with too few or too many fields each make a row with a
    `file_fault`. Raises `IngestError` where no header can be read.
    """
    codec, note = text_encoding(found, encoding, path.name)
    with open_text(path, codec) as stream:
        lines = Lines(stream)
        separator = delimiter or separator_of(lines)
        rows = rows_of(lines, separator)
        header: list[str] = next((fields for _, fields, _ in rows if any(text.strip() for text in fields)), [])
    if not header:
        raise IngestError(f"{path.name}: no header line was found. The first line must name the columns.")
    columns = identifiers([clean_title(title) for title in header], path.name)
    notes = [note] if note else []
    if not found.ends_with_newline:
        notes.append("the last line has no line end: if the file was cut there, bring the whole one again")

    def batches() -> Iterator[pa.RecordBatch]:
        return _batches(path, codec, separator, columns, last_line_is_open=not found.ends_with_newline)

    return [Sheet("", tuple(header), columns, batches, typed=False, notes=notes, separator=separator)]


class Lines:
    """A file's physical lines, counted, with a way to put lines back when a row turns out not to be one."""

    def __init__(self, stream: Iterator[str]) -> None:
        """Hand out the lines of an open file."""
        self._stream = stream
        self._returned: list[str] = []
        self.row: list[str] = []  # the physical lines of the row being read
        self.number = 0  # line number of the last line handed out

    def __iter__(self) -> Lines:
        """Itself."""
        return self

    def __next__(self) -> str:
        """The next physical line, with its end."""
        line = self._returned.pop() if self._returned else next(self._stream)
        self.number += 1
        self.row.append(line)
        if len(self.row) > _LONGEST_ROW_LINES:
            raise _Unclosed
        return line

    def put_back(self, lines: list[str]) -> None:
        """Hand these lines out again."""
        self._returned.extend(reversed(lines))
        self.number -= len(lines)


class _Unclosed(Exception):
    """A row grew beyond what a row can be."""


def open_text(path: Path, codec: str, mode: str = "r") -> TextIO:
    """Open a text file so that bytes outside its encoding become surrogates, and line ends stay as they are."""
    return cast("TextIO", path.open(mode, encoding=codec, errors="surrogateescape", newline=""))


def separator_of(lines: Lines) -> str:
    """The delimiter that stands most often in the header, outside quotes; a first line `sep=;` decides."""
    try:
        first = next(lines)
        if first.casefold().startswith("sep=") and len(first.strip()) == 5:
            return first.strip()[-1]
        while not first.strip():
            first = next(lines)
    except StopIteration:
        return ","
    lines.put_back([first])
    lines.row.clear()
    outside = "".join(part for position, part in enumerate(first.split('"')) if position % 2 == 0)
    counts = {mark: outside.count(mark) for mark in _DELIMITERS}
    return max(counts, key=lambda mark: counts[mark])


def rows_of(lines: Lines, separator: str) -> Iterator[tuple[int, list[str], str | None]]:
    """Line number, fields and fault of every row; a blank line has no fields and is no row."""
    previous_limit = csv.field_size_limit(_LONGEST_FIELD)
    try:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        while True:
            lines.row.clear()
            start = lines.number + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except (csv.Error, _Unclosed):
                # Only the first physical line is refused; what follows is read again as rows of its own.
                torn, rest = lines.row[0], lines.row[1:]
                lines.put_back(rest)
                del lines.row[1:]
                reader = csv.reader(lines, delimiter=separator, strict=True)
                yield (
                    start,
                    [torn.rstrip("\r\n")],
                    (
                        'a quotation mark (") is opened and not closed, or text follows a closing one; '
                        "double it inside a text and bring the file again"
                    ),
                )
                continue
            yield start, fields, None
    finally:
        csv.field_size_limit(previous_limit)


def _batches(
    path: Path, codec: str, separator: str, columns: tuple[str, ...], *, last_line_is_open: bool
) -> Iterator[pa.RecordBatch]:
    width = len(columns)
    with open_text(path, codec) as stream:
        lines = Lines(stream)
        rows = rows_of(lines, separator)
        next(fields for _, fields, _ in _without_separator_line(rows) if any(text.strip() for text in fields))
        numbers: list[int] = []
        faults: list[str | None] = []
        values: list[list[str]] = []
        for number, fields, fault in rows:
            if not fields:
                continue
            if fault is None and len(fields) != width:
                fault = _width_fault(fields, width)
            if fault is not None or len(fields) != width:
                fields = (fields + [""] * width)[:width]
            numbers.append(number)
            faults.append(fault)
            values.append(fields)
            if len(values) == BATCH_ROWS:
                yield _made(numbers, faults, values, columns, codec)
                numbers, faults, values = [], [], []
        if last_line_is_open and faults and faults[-1] is not None:
            faults[-1] = f"the file ends inside this row, it was cut off: bring the whole file ({faults[-1]})"
        if values:
            yield _made(numbers, faults, values, columns, codec)


def _without_separator_line(
    rows: Iterator[tuple[int, list[str], str | None]],
) -> Iterator[tuple[int, list[str], str | None]]:
    """The rows after a first line `sep=;`, which a spreadsheet reads as a hint and not as data."""
    for position, (number, fields, fault) in enumerate(rows):
        joined = "".join(fields).casefold()
        if position == 0 and joined.startswith("sep=") and len(joined) <= 5:
            continue
        yield number, fields, fault


def _width_fault(fields: list[str], width: int) -> str:
    excess = f"; beyond the last column stands {fields[width]!r}" if len(fields) > width else ""
    return (
        f"the row has {len(fields)} fields and the header {width}{excess}: put texts that hold the delimiter "
        "in quotation marks"
    )


def _made(
    numbers: list[int],
    faults: list[str | None],
    values: list[list[str]],
    columns: tuple[str, ...],
    codec: str,
) -> pa.RecordBatch:
    try:
        return batch(numbers, faults, list(zip(*values, strict=True)), columns)
    except UnicodeEncodeError:
        for position, fields in enumerate(values):
            undecoded = next((text for text in fields if not _is_text(text)), None)
            if undecoded is not None:
                values[position] = [_shown(text) for text in fields]
                faults[position] = faults[position] or (
                    f"{_shown(undecoded)!r} holds bytes that are not {codec}: name the file's "
                    "encoding in the "
                    "setting ingest.encoding"
                )
        return batch(numbers, faults, list(zip(*values, strict=True)), columns)


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _shown(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def clean_title(title: str) -> str:
    """A column title without the blanks around it, bytes outside the encoding shown as escapes."""
    return _shown(title).strip()
