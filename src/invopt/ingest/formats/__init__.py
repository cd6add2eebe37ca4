"""File formats: each turns a file into sheets of text, streamed. Adding one is a module and a line here."""

from __future__ import annotations

from pathlib import Path

from invopt.ingest.formats import delimited, excel, parquet
from invopt.ingest.formats.fingerprint import Fingerprint, fingerprint
from invopt.ingest.formats.sheet import FAULT, LINE_NUMBER, Sheet, identifier


def sheets(path: Path, found: Fingerprint, *, encoding: str = "", delimiter: str = "") -> list[Sheet]:
    """The sheets of a file, by what its first bytes say it is."""
    if found.kind == "parquet":
        return parquet.sheets(path)
    if found.kind == "excel":
        return excel.sheets(path)
    return delimited.sheets(path, found, encoding=encoding, delimiter=delimiter)


__all__ = ["FAULT", "LINE_NUMBER", "Fingerprint", "Sheet", "fingerprint", "identifier", "sheets"]
