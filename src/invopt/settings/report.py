"""What the planner sees: how large the report is, and from when on something is an exception."""

from __future__ import annotations

from dataclasses import dataclass

from invopt.settings.section import Section, setting


@dataclass(frozen=True)
class Report(Section):
    """Size and reach of the report and the exports."""

    attention_pages: int = setting(
        40, "SKU-locations with the most money at stake that get a page of their own; the rest on demand.",
        unit="pages", minimum=0, maximum=5_000,
    )  # fmt: skip
    list_rows: int = setting(10_000, "Longest list in the report; the rest is in the exports.", unit="rows", minimum=10)
    history_weeks: int = setting(104, "History shown on a SKU's page.", unit="weeks", minimum=4, maximum=520)
    projection_weeks: int = setting(13, "How far stock is projected in pictures.", unit="weeks", minimum=2, maximum=104)
    excel_rows: int = setting(
        100_000, "Longest table in the Excel workbook; longer ones are only in CSV and Parquet.",
        unit="rows", minimum=1, maximum=1_000_000,
    )  # fmt: skip


@dataclass(frozen=True)
class Alerts(Section):
    """From when on something is an exception, and how urgent it is."""

    high_worth_minor: int = setting(
        50_000, "An exception worth this much or more is high.", unit="minor units", minimum=0
    )
    medium_worth_minor: int = setting(
        5_000, "An exception worth this much or more is medium, below it low.", unit="minor units", minimum=0
    )
    dead_after_days: int = setting(180, "Stock of a SKU without an order for so long is dead.", unit="days", minimum=1)
    short_fill_share: float = setting(
        0.9, "A supplier expected to deliver a smaller share of what is ordered is short.",
        unit="share", minimum=0, maximum=1,
    )  # fmt: skip
    forecast_error_share: float = setting(
        1.0, "Together with the bias below: an error above this share of demand is a forecast gone wrong.",
        unit="share of demand", minimum=0,
    )  # fmt: skip
    forecast_bias_share: float = setting(
        0.3, "A bias beyond this share of demand, above or below, is a forecast gone wrong.",
        unit="share of demand", minimum=0,
    )  # fmt: skip
    return_share: float = setting(
        0.3, "A SKU of which a larger share comes back is an exception.", unit="share", minimum=0, maximum=1
    )
    return_units: int = setting(10, "Fewer returned units than this say nothing about a SKU.", unit="units", minimum=1)
