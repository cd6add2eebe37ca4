"""Excel workbooks, read as a stream: every worksheet is a sheet of its own."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from invopt.errors import IngestError
from invopt.ingest.formats.sheet import BATCH_ROWS, Sheet, batch, identifiers

# A workbook's parts shrink about tenfold when packed; hostile ones a thousandfold.
_LARGEST_EXPANSION = 200
_EXPANSION_MATTERS_FROM_BYTES = 64 << 20
# All texts of a workbook are held in memory at once.
_LARGEST_TEXTS_BYTES = 512 << 20


def sheets(path: Path) -> list[Sheet]:
    """The worksheets that hold anything, each with its first row that is not blank as header.

    A formula counts as the value it had when the workbook was saved. Raises `IngestError` for a workbook
    that is cut off, damaged, or would unpack to an absurd size.
    """
    _refuse_bomb(path)
    found = []
    with _workbook(path) as workbook:
        for worksheet in workbook.worksheets:
            header_row, header = _header(worksheet)
            if header:
                columns = identifiers(header, f"{path.name}, sheet {worksheet.title}")
                found.append(_sheet(path, worksheet.title, header_row, header, columns))
    if not found:
        raise IngestError(f"{path.name}: the workbook holds no cells. Nothing was taken in.")
    return found


def _sheet(path: Path, title: str, header_row: int, header: list[str], columns: tuple[str, ...]) -> Sheet:
    return Sheet(title, tuple(header), columns, lambda: _batches(path, title, header_row, columns), typed=True)


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                expansion = part.file_size / max(part.compress_size, 1)
                is_bomb = part.file_size > _EXPANSION_MATTERS_FROM_BYTES and expansion > _LARGEST_EXPANSION
                if is_bomb or (part.filename.endswith("sharedStrings.xml") and part.file_size > _LARGEST_TEXTS_BYTES):
                    raise IngestError(
                        f"{path.name}: {part.filename} would unpack to {part.file_size >> 20:,} MB, "
                        "more than an "
                        "honest workbook does. Bring the data as CSV or Parquet."
                    )
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise _damaged(path) from error


class _workbook:
    """The workbook opened for streaming, closed at the end; damage is an `IngestError`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Any:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            self._workbook = openpyxl.load_workbook(self._path, read_only=True, data_only=True)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError,
                SyntaxError) as error:  # fmt: skip
            raise _damaged(self._path) from error
        return self._workbook

    def __exit__(self, *exception: object) -> None:
        self._workbook.close()


def _damaged(path: Path) -> IngestError:
    return IngestError(f"{path.name}: the workbook is cut off or damaged. Save or copy it again; nothing was taken in.")


def _header(worksheet: Any) -> tuple[int, list[str]]:
    for number, row in enumerate(worksheet.iter_rows(values_only=True), start=1):
        titles = ["" if value is None else str(value).strip() for value in row]
        while titles and not titles[-1]:
            titles.pop()
        if titles:
            return number, titles
    return 0, []


def _batches(path: Path, title: str, header_row: int, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    width = len(columns)
    numbers: list[int] = []
    faults: list[str | None] = []
    values: list[list[str | None]] = []
    try:
        with _workbook(path) as workbook:
            rows = workbook[title].iter_rows(min_row=header_row + 1, values_only=True)
            for number, row in enumerate(rows, start=header_row + 1):
                cells = [_text(value) for value in row]
                beyond = next((cell for cell in cells[width:] if cell is not None), None)
                cells = (cells + [None] * width)[:width]
                if beyond is None and all(cell is None for cell in cells):
                    continue
                numbers.append(number)
                faults.append(None if beyond is None else f"{beyond!r} stands right of the last named column")
                values.append(cells)
                if len(values) == BATCH_ROWS:
                    yield batch(numbers, faults, list(zip(*values, strict=True)), columns)
                    numbers, faults, values = [], [], []
    except (zipfile.BadZipFile, EOFError, SyntaxError, ValueError) as error:
        raise _damaged(path) from error
    if values:
        yield batch(numbers, faults, list(zip(*values, strict=True)), columns)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value)
