"""How files are taken in: their columns' names, their spelling of numbers and dates, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from invopt.errors import SettingsError
from invopt.settings.section import Section, setting


@dataclass(frozen=True)
class Ingest(Section):
    """Files from the inbox or the command line."""

    encoding: str = setting("", "Encoding of text files, e.g. cp1252; empty to find it.")
    delimiter: str = setting("", "What separates the fields of text files; empty to find it.")
    decimal_mark: str = setting(".", "Decimal mark in text files.", choices=(".", ","))
    timestamp_format: str = setting(
        "", "How times are written where not as 2026-03-02 14:30, e.g. %d/%m/%Y %H:%M; a time "
        "without a zone is "
        "in the shop's.",
    )  # fmt: skip
    date_format: str = setting("", "How days are written where not as 2026-03-02, e.g. %d/%m/%Y.")
    maximum_units: float = setting(
        1_000_000.0, "A quantity beyond it is refused as absurd, either sign.", unit="units", minimum=1
    )
    maximum_unit_price: float = setting(
        10_000_000.0, "A price of one unit beyond it is refused as absurd.", unit="currency", minimum=1
    )
    maximum_rejected_share: float = setting(
        0.2, "A file with more of its rows refused is refused whole.", unit="share", minimum=0, maximum=1
    )
    rejected_rows_allowed: int = setting(
        10, "So many refused rows are listed and never refuse their file.", unit="rows", minimum=0
    )
    mapping: dict[str, Any] = setting(
        {},
        "Names of a file's columns where they differ: a section [ingest.mapping.order_line] with lines like "
        'order_id = "Order No".',
    )

    def __post_init__(self) -> None:
        """Check also the mapping's shape and that the delimiter is one character."""
        super().__post_init__()
        if len(self.delimiter) > 1:
            raise SettingsError(f"ingest.delimiter: {self.delimiter!r} must be one character, or empty.")
        for table, names in self.mapping.items():
            if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
                raise SettingsError(f'ingest.mapping.{table}: write a section with lines like order_id = "Order No".')
