"""Two made-up suppliers a category: how long each takes, what it delivers, when it is closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from invopt.sample.spec import ShopSpec
from invopt.sample.trade import CATEGORIES

CURRENCY = "GBP"


@dataclass(frozen=True)
class Supplier:
    """One supplier and what is true of it: log lead time is normal(log median, scale)."""

    supplier_id: str
    name: str
    country: str
    median_days: float
    log_scale: float
    stated_days: int
    short_share: float  # share of order lines that arrive short at first
    order_weekdays: str
    minimum_pounds: int
    fixed_pounds: int
    shutdown: str  # none, august, new_year, lunar


SUPPLIERS: tuple[Supplier, ...] = (
    Supplier("GROVE", "Grove & Daughters Ironmongers", "GB", 6.0, 0.20, 5, 0.05, "", 100, 8, "new_year"),
    Supplier("VERDE", "Verde Vivaio s.r.l.", "IT", 18.0, 0.30, 16, 0.12, "Mon", 250, 20, "august"),
    Supplier("LUMEN", "Lumen Leuchten GmbH", "DE", 14.0, 0.18, 14, 0.06, "Mon,Thu", 200, 15, "new_year"),
    Supplier("BRITE", "Ningbo Brite Lighting Co., Ltd.", "CN", 46.0, 0.22, 42, 0.15, "Mon", 600, 45, "lunar"),
    Supplier("PENNINE", "Pennine Kitchenware", "GB", 8.0, 0.22, 7, 0.06, "Mon,Wed,Fri", 150, 10, "new_year"),
    Supplier("CUISINE", "Ateliers de la Cuisine SARL", "FR", 16.0, 0.28, 14, 0.10, "Tue", 200, 18, "august"),
    Supplier("LINHO", "Linho Têxteis do Ave, Lda.", "PT", 21.0, 0.24, 20, 0.08, "Mon", 300, 20, "august"),
    Supplier("PAMUK", "Pamuk Tekstil A.Ş.", "TR", 30.0, 0.26, 28, 0.10, "Thu", 400, 28, "none"),
    Supplier(
        "HEBRIDE",
        "Hebridean Woollens Co-operative",
        "GB",
        12.0,
        0.35,
        10,
        0.14,
        "Mon,Thu",
        150,
        12,
        "new_year",
    ),
    Supplier("TIRUPUR", "Tirupur Knit Exports Pvt. Ltd.", "IN", 52.0, 0.25, 48, 0.12, "Mon", 500, 40, "none"),
    Supplier("KLOTZ", "Klotz Spielwaren KG", "DE", 13.0, 0.20, 12, 0.05, "Mon,Thu", 200, 15, "new_year"),
    Supplier("PANDA", "Shenzhen Happy Panda Toys Co., Ltd.", "CN", 50.0, 0.24, 45, 0.16, "Mon", 600, 45, "lunar"),
    Supplier("QUILL", "Quill & Vellum Papermakers", "GB", 5.0, 0.25, 5, 0.04, "", 80, 6, "new_year"),
    Supplier("PAPIER", "Papierfabriek De Zaan B.V.", "NL", 10.0, 0.20, 9, 0.05, "Tue,Fri", 150, 12, "new_year"),
    Supplier("SUDS", "Suds of Bristol", "GB", 7.0, 0.20, 6, 0.06, "Mon,Wed,Fri", 100, 8, "new_year"),
    Supplier("WOSK", "Wosk i Mydło Sp. z o.o.", "PL", 17.0, 0.25, 15, 0.09, "Wed", 200, 16, "august"),
)

LUNAR_NEW_YEARS = {
    2022: "2022-02-01", 2023: "2023-01-22", 2024: "2024-02-10", 2025: "2025-01-29", 2026: "2026-02-17",
    2027: "2027-02-06",
}  # fmt: skip


def suppliers_of(category: int) -> tuple[int, int]:
    """Positions of the first and the second supplier of a category."""
    return 2 * category, 2 * category + 1


def weekdays_of(supplier: Supplier) -> tuple[int, ...]:
    """Weekdays (0 Monday) on which it takes orders."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    if not supplier.order_weekdays:
        return (0, 1, 2, 3, 4)
    return tuple(names.index(name) for name in supplier.order_weekdays.split(","))


def closures(spec: ShopSpec) -> list[tuple[int, dt.date, dt.date, str]]:
    """Closed spells (supplier position, first day, last day, reason) of the history and the year after."""
    found = []
    for position, supplier in enumerate(SUPPLIERS):
        for year in range(spec.starts_on.year - 1, spec.as_of.year + 2):
            if supplier.shutdown == "august":
                spell = (dt.date(year, 8, 8), dt.date(year, 8, 24), "August shutdown")
            elif supplier.shutdown == "new_year":
                spell = (dt.date(year, 12, 24), dt.date(year + 1, 1, 2), "Christmas and New Year")
            elif supplier.shutdown == "lunar" and year in LUNAR_NEW_YEARS:
                first = dt.date.fromisoformat(LUNAR_NEW_YEARS[year]) - dt.timedelta(days=4)
                spell = (first, first + dt.timedelta(days=16), "Lunar New Year")
            else:
                continue
            if spell[1] >= spec.starts_on and spell[0] <= spec.as_of + dt.timedelta(days=365):
                found.append((position, *spell))
    return found


def supplier_table() -> pd.DataFrame:
    """The table `supplier`."""
    return pd.DataFrame(
        {
            "supplier_id": [supplier.supplier_id for supplier in SUPPLIERS],
            "supplier_name": [supplier.name for supplier in SUPPLIERS],
            "country": [supplier.country for supplier in SUPPLIERS],
            "order_weekdays": [supplier.order_weekdays or None for supplier in SUPPLIERS],
            "minimum_order_minor": [supplier.minimum_pounds * 100 for supplier in SUPPLIERS],
            "fixed_order_cost_minor": [supplier.fixed_pounds * 100 for supplier in SUPPLIERS],
            "currency": CURRENCY,
        }
    )


def closure_table(spec: ShopSpec) -> pd.DataFrame:
    """The table `supplier_closure`."""
    rows = closures(spec)
    return pd.DataFrame(
        {
            "supplier_id": [SUPPLIERS[position].supplier_id for position, *_ in rows],
            "starts_on": pd.to_datetime([first for _, first, _, _ in rows]).astype("datetime64[us]"),
            "ends_on": pd.to_datetime([last for _, _, last, _ in rows]).astype("datetime64[us]"),
            "reason": [reason for *_, reason in rows],
        }
    )


assert len(SUPPLIERS) == 2 * len(CATEGORIES)
