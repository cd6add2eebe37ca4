"""Three made-up carriers with different strengths, their rate cards, and the cartons of the shop."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from invopt.sample.destinations import REMOTE
from invopt.sample.spec import ShopSpec
from invopt.sample.suppliers import CURRENCY

ZONES = ("MAINLAND", "REMOTE", "IRELAND", "EUROPE")
CARDS = ((dt.date(2020, 1, 1), dt.date(2025, 12, 31), 100), (dt.date(2026, 1, 1), None, 104))


@dataclass(frozen=True)
class Service:
    """One service: what it charges and how long it truly takes.

    The price in pence is (base + per_kg x kg) x zone factor, at the top of each weight break. The trip takes
    `days[zone]` working days plus a geometric number of further ones, each with chance `late_chance`.
    """

    carrier_id: str
    service_id: str
    cut_off: str
    weekdays: str
    stated_days: float
    divisor: float | None
    step_g: int
    maximum_g: int
    length_mm: int
    girth_mm: int
    fuel_share: float
    hazardous: bool
    age: bool
    returns: bool
    base: int
    per_kg: int
    days: tuple[int, ...]  # by zone; a zone that is missing is not served
    late_chance: float


MON_FRI = "Mon,Tue,Wed,Thu,Fri"
SERVICES: tuple[Service, ...] = (
    Service("SWALLOW", "ECONOMY", "16:00", MON_FRI, 4, None, 250, 20_000, 900, 2_400, 0.0,
            False, False, True, 255, 62, (3, 5, 5, 7), 0.22),
    Service("SWALLOW", "TRACKED", "16:00", MON_FRI, 2, None, 250, 20_000, 900, 2_400, 0.0,
            False, False, True, 345, 70, (2, 3, 4, 5), 0.14),
    Service("KESTREL", "NEXTDAY", "17:30", MON_FRI, 1, 5000, 500, 30_000, 1_200, 3_000, 0.12,
            False, False, False, 590, 55, (1, 2, 2, 3), 0.05),
    Service("KESTREL", "AM", "17:30", MON_FRI, 1, 5000, 500, 30_000, 1_200, 3_000, 0.12,
            False, True, False, 890, 60, (1, 2), 0.03),
    Service("OXCART", "PARCEL", "15:00", MON_FRI, 2, 6000, 1_000, 35_000, 1_500, 3_600, 0.06,
            True, False, True, 480, 24, (2, 3, 3), 0.10),
    Service("OXCART", "BULKY", "12:00", MON_FRI, 3, 4000, 5_000, 60_000, 2_400, 5_200, 0.06,
            True, False, False, 1_150, 28, (3, 4, 5), 0.15),
)  # fmt: skip
BREAKS_G = (250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 35_000, 60_000)
ZONE_FACTOR = (100, 135, 190, 260)


def carton_table() -> pd.DataFrame:
    """The table `carton`: eight sizes."""
    sizes = (
        ("C1", 220, 160, 60, 8), ("C2", 310, 220, 110, 8), ("C3", 350, 260, 200, 15),
        ("C4", 440, 310, 160, 15), ("C5", 450, 350, 300, 20), ("C6", 600, 400, 300, 25),
        ("C7", 640, 450, 420, 28), ("C8", 780, 560, 500, 30),
    )  # fmt: skip
    rows = []
    for name, length, width, height, kilograms in sizes:
        area = 2 * (length * width + length * height + width * height)
        rows.append(
            {
                "carton_id": name,
                "inner_length_mm": length,
                "inner_width_mm": width,
                "inner_height_mm": height,
                "outer_length_mm": length + 8,
                "outer_width_mm": width + 8,
                "outer_height_mm": height + 12,
                "empty_weight_g": area * 6 // 50_000 * 5 + 20,
                "maximum_weight_g": kilograms * 1000,
                "cost_minor": 18 + area // 9000,
                "currency": CURRENCY,
            }
        )
    return pd.DataFrame(rows)


def service_table() -> pd.DataFrame:
    """The table `carrier_service`."""
    return pd.DataFrame(
        {
            "carrier_id": [row.carrier_id for row in SERVICES],
            "service_id": [row.service_id for row in SERVICES],
            "cut_off_time": [row.cut_off for row in SERVICES],
            "transit_weekdays": [row.weekdays for row in SERVICES],
            "stated_transit_days": [row.stated_days for row in SERVICES],
            "dimensional_divisor": [row.divisor for row in SERVICES],
            "weight_step_g": [row.step_g for row in SERVICES],
            "maximum_weight_g": [row.maximum_g for row in SERVICES],
            "maximum_length_mm": [row.length_mm for row in SERVICES],
            "maximum_girth_mm": [row.girth_mm for row in SERVICES],
            "fuel_share": [row.fuel_share for row in SERVICES],
            "takes_hazardous": [row.hazardous for row in SERVICES],
            "checks_age": [row.age for row in SERVICES],
            "carries_returns": [row.returns for row in SERVICES],
        }
    )


def zone_table() -> pd.DataFrame:
    """The table `carrier_zone`: one scheme for all three, though Oxcart does not cross to the continent."""
    rows = []
    for carrier in ("SWALLOW", "KESTREL", "OXCART"):
        rows.append((carrier, "GB", "GB", "", "MAINLAND"))
        rows += [(carrier, "GB", "GB", area, "REMOTE") for area in REMOTE]
        rows.append((carrier, "GB", "IE", "", "IRELAND"))
        if carrier != "OXCART":
            rows += [(carrier, "GB", country, "", "EUROPE") for country in ("FR", "DE", "NL")]
    return pd.DataFrame(rows, columns=["carrier_id", "from_country", "to_country", "postcode_prefix", "zone"])


def rate_table() -> pd.DataFrame:
    """The table `rate`: two cards, the second dearer by 4% from 2026."""
    rows = []
    for first, last, level in CARDS:
        for row in SERVICES:
            for zone in range(len(row.days)):
                for grams in (*(cut for cut in BREAKS_G if cut < row.maximum_g), row.maximum_g):
                    pence = (row.base + row.per_kg * grams // 1000) * ZONE_FACTOR[zone] * level // 10_000
                    rows.append((row.carrier_id, row.service_id, ZONES[zone], grams, pence, CURRENCY, first, last))
    frame = pd.DataFrame(
        rows,
        columns=["carrier_id", "service_id", "zone", "up_to_g", "rate_minor", "currency", "valid_from_on",
                 "valid_until_on"],
    )  # fmt: skip
    for name in ("valid_from_on", "valid_until_on"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return frame


def surcharge_table(spec: ShopSpec) -> pd.DataFrame:
    """The table `surcharge`: long parcels, the Highlands, dangerous goods, and the weeks before Christmas."""
    rows: list[tuple[str, str, str, int, int | None, str | None, dt.date, dt.date | None]] = []
    start = dt.date(2020, 1, 1)
    for row in SERVICES:
        own = (row.carrier_id, row.service_id)
        if row.carrier_id == "SWALLOW":
            rows.append((*own, "oversize", 350, 610, None, start, None))
            rows.append((*own, "remote", 150, None, "IV", start, None))
        if row.carrier_id == "KESTREL":
            rows.append((*own, "oversize", 900, 1_000, None, start, None))
            for year in range(spec.starts_on.year, spec.as_of.year + 1):
                rows.append((*own, "peak", 60, None, None, dt.date(year, 11, 15), dt.date(year, 12, 24)))
        if row.carrier_id == "OXCART":
            rows.append((*own, "insurance", 90, None, None, start, None))
        if row.hazardous:
            rows.append((*own, "hazardous", 420, None, None, start, None))
    frame = pd.DataFrame(
        rows,
        columns=["carrier_id", "service_id", "cause", "amount_minor", "from_length_mm", "postcode_prefix",
                 "valid_from_on", "valid_until_on"],
    )  # fmt: skip
    frame.insert(4, "currency", CURRENCY)
    frame["from_length_mm"] = frame["from_length_mm"].astype("Int64")
    # Insurance: 90 pence and half a percent of what is worth more than 100 pounds.
    is_insured = frame["cause"] == "insurance"
    frame.insert(7, "value_share", pd.Series(0.005, index=frame.index).where(is_insured))
    frame.insert(8, "from_value_minor", pd.Series(10_000, index=frame.index, dtype="Int64").where(is_insured))
    for name in ("valid_from_on", "valid_until_on"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return frame
