"""What the papers say about the sender, and the numbers that are the sender's own."""

from __future__ import annotations

from dataclasses import dataclass

from invopt.errors import SettingsError
from invopt.settings.section import Section, setting


@dataclass(frozen=True)
class Documents(Section):
    """Labels, slips and invoices."""

    gs1_company_prefix: str = setting(
        "", "The business's GS1 company prefix, 4 to 12 digits; labels carry an SSCC only where it is given."
    )
    seller_address: str = setting("", "Address of the seller on commercial invoices, parts separated by commas.")
    seller_tax_id: str = setting("", "VAT or EORI number of the seller on commercial invoices.")

    def __post_init__(self) -> None:
        """Check also that the prefix is one."""
        super().__post_init__()
        prefix = self.gs1_company_prefix
        if prefix and not (prefix.isascii() and prefix.isdigit() and 4 <= len(prefix) <= 12):
            raise SettingsError(
                f"documents.gs1_company_prefix: {prefix!r} must be 4 to 12 digits, or empty without one."
            )
