"""Where the made-up shop ships from and to: two locations, their regions, and people who do not exist."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from invopt.sample.spec import ShopSpec
from invopt.sample.suppliers import CURRENCY

LOCATIONS = ("LEEDS", "BATH")
ADDRESSES = 1500  # made-up addresses a location
COUNTRIES = ("GB", "IE", "FR", "DE", "NL")
SERVED_ABROAD = {"IE": "LEEDS", "FR": "BATH", "DE": "BATH", "NL": "BATH"}

# Areas of two letters only, so that no prefix is the start of another.
NORTH = {"LS": "Leeds", "BD": "Bradford", "YO": "York", "NE": "Newcastle upon Tyne", "DH": "Durham",
         "EH": "Edinburgh", "AB": "Aberdeen", "CA": "Carlisle", "LA": "Lancaster", "PR": "Preston",
         "HU": "Hull", "DN": "Doncaster", "NG": "Nottingham", "SK": "Stockport", "WF": "Wakefield",
         "HG": "Harrogate", "IV": "Inverness", "BT": "Belfast"}  # fmt: skip
SOUTH = {"BA": "Bath", "BS": "Bristol", "EX": "Exeter", "PL": "Plymouth", "TR": "Truro", "SW": "London",
         "SE": "London", "RG": "Reading", "OX": "Oxford", "CF": "Cardiff", "SA": "Swansea", "CB": "Cambridge",
         "GL": "Gloucester", "SN": "Swindon", "BN": "Brighton", "SO": "Southampton",
         "PO": "Portsmouth"}  # fmt: skip
REMOTE = ("AB", "IV", "BT", "TR")
ABROAD = {
    "IE": (("D02", "Dublin"), ("T12", "Cork"), ("H91", "Galway")),
    "FR": (
        ("75011", "Paris"),
        ("69003", "Lyon"),
        ("31000", "Toulouse"),
        ("44000", "Nantes"),
        ("59000", "Lille"),
    ),
    "DE": (
        ("10115", "Berlin"),
        ("50667", "Köln"),
        ("04109", "Leipzig"),
        ("80331", "München"),
        ("20095", "Hamburg"),
    ),
    "NL": (("1012 AB", "Amsterdam"), ("3511 LN", "Utrecht"), ("9711 HN", "Groningen")),
}
STREETS = ("Mill Lane", "Station Road", "High Street", "Church Walk", "Orchard Close", "Park Avenue",
           "The Green", "Chapel Hill", "Victoria Terrace", "Long Acre")  # fmt: skip
FIRST_NAMES = ("Ada", "Bram", "Carys", "Dermot", "Elif", "Farah", "Greta", "Hamish", "Imogen", "Jakub",
               "Kofi", "Lena", "Mairi", "Noor", "Orla", "Piotr", "Quentin", "Rosa",
               "Saoirse", "Théo")  # fmt: skip
LAST_NAMES = ("Abernathy", "Brightwater", "Collingham", "Dunmore", "Eastlake", "Featherstone", "Grimshaw",
              "Hollis", "Inverarity", "Jessop", "Kettlewell", "Lindqvist", "Moorcroft", "Nettleship",
              "O'Hanlon", "Pemberton-Worthington", "Quaid", "Rosebery", "Szymańska", "Tillotson")  # fmt: skip


@dataclass(frozen=True)
class Addresses:
    """Made-up addresses: location l holds the rows l x ADDRESSES to (l + 1) x ADDRESSES."""

    country: np.ndarray
    postcode: np.ndarray
    city: np.ndarray
    street: np.ndarray
    is_remote: np.ndarray


def make_addresses(spec: ShopSpec) -> Addresses:
    """Draw the pool of addresses that customers live at."""
    random = spec.random("destinations")
    rows: list[tuple[str, str, str, str, bool]] = []
    for areas, abroad in ((NORTH, ("IE",)), (SOUTH, ("FR", "DE", "NL"))):
        picks = random.integers(0, 1 << 30, (ADDRESSES, 6)).tolist()
        for a, b, c, d, e, f in picks:
            street = f"{1 + d % 140} {STREETS[e % len(STREETS)]}"
            if f % 100 < 8:
                country = abroad[b % len(abroad)]
                postcode, city = ABROAD[country][c % len(ABROAD[country])]
                rows.append((country, postcode, city, street, False))
                continue
            area = list(areas)[a % len(areas)]
            letters = "ABDEFGHJLNPQRSTUWXYZ"
            postcode = f"{area}{1 + b % 29} {c % 9 + 1}{letters[d % 20]}{letters[e % 20]}"
            rows.append(("GB", postcode, areas[area], street, area in REMOTE))
    columns = [np.array(values, dtype=object) for values in zip(*rows, strict=True)]
    return Addresses(columns[0], columns[1], columns[2], columns[3], columns[4].astype(bool))


def location_table() -> pd.DataFrame:
    """The table `location`."""
    return pd.DataFrame(
        {
            "location_id": list(LOCATIONS),
            "location_name": ["Leeds warehouse", "Bath warehouse"],
            "country": "GB",
            "postcode": ["LS11 5BD", "BA2 3DX"],
            "cut_off_time": ["14:00", "13:00"],
            "handling_days": [0, 0],
            "pick_lines_per_day": [400, 250],
            "handling_cost_minor": [140, 165],
            "currency": CURRENCY,
        }
    )


def region_table() -> pd.DataFrame:
    """The table `service_region`: Leeds serves Great Britain but for the southern areas, and Ireland."""
    rows = [("GB", "", "LEEDS"), *(("GB", area, "BATH") for area in SOUTH)]
    rows += [(country, "", location) for country, location in SERVED_ABROAD.items()]
    return pd.DataFrame(rows, columns=["country", "postcode_prefix", "location_id"])


def person_name(customer: int) -> str:
    """A made-up name for a customer number."""
    first = FIRST_NAMES[customer % len(FIRST_NAMES)]
    return f"{first} {LAST_NAMES[(customer // 7) % len(LAST_NAMES)]}"
