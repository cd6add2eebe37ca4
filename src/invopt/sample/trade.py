"""The trade of the made-up shop: its categories, with what is true of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from invopt.sample.spec import ShopSpec

DAYS_OF_YEAR = 365.25


@dataclass(frozen=True)
class Category:
    """One category and its true parameters.

    The yearly index is exp(a cos(2 pi (d - p) / 365.25) + b cos(4 pi (d - q) / 365.25)) over day-of-year d,
    scaled to a mean of 1 over the history.
    """

    category_id: str
    prefix: str
    nouns: tuple[str, ...]
    kinds: tuple[str, ...]
    price_pounds: tuple[float, float]
    cost_share: float
    return_share: float
    fit_returns: bool
    yearly: tuple[float, float, float, float]  # a, p, b, q
    weekly: tuple[float, ...]  # Monday to Sunday, sums to 1
    uplift_per_discount: float
    size_mm: tuple[int, int]
    gram_per_litre: int
    hazardous_share: float = 0.0
    shelf_life_days: int = 0
    customs_code: str = ""
    packing_group: str = ""


EVEN = (0.150, 0.140, 0.135, 0.130, 0.125, 0.150, 0.170)
WEEKEND = (0.110, 0.105, 0.105, 0.115, 0.140, 0.210, 0.215)
OFFICE = (0.195, 0.185, 0.175, 0.165, 0.130, 0.070, 0.080)
SUNDAY = (0.140, 0.125, 0.120, 0.120, 0.120, 0.155, 0.220)

CATEGORIES: tuple[Category, ...] = (
    Category(
        "garden", "GAR",
        ("planter", "watering can", "herb trough", "bird feeder", "hand fork", "hose reel", "plant support",
         "cold frame", "seed tray", "garden lantern", "secateurs", "kneeling pad"),
        ("Terracotta", "Galvanised", "Slate grey", "Oak", "Recycled", "Folding"),
        (6, 70), 0.52, 0.05, False, (0.75, 140, 0.10, 60), WEEKEND, 4.0, (80, 520), 260, customs_code="8201",
    ),
    Category(
        "lighting", "LIG",
        ("table lamp", "floor lamp", "pendant", "wall light", "string lights", "desk lamp", "lampshade",
         "night light", "LED bulb, pack of 4", "picture light", "clip light", "lantern"),
        ("Brass", "Smoked glass", "Linen", "Matt black", "Opal", "Rattan"),
        (8, 140), 0.48, 0.08, False, (0.45, 335, 0.05, 90), EVEN, 3.5, (90, 600), 180, customs_code="9405",
    ),
    Category(
        "kitchen", "KIT",
        ("mixing bowl", "frying pan", "knife block", "storage jar", "tea towel, set of 3", "coffee press",
         "measuring jug", "bread bin", "peppermill", "baking tray", "salad spinner", "trivet"),
        ("Enamel", "Stoneware", "Cast iron", "Beech", "Steel", "Speckled"),
        (5, 95), 0.50, 0.04, False, (0.40, 345, 0.15, 130), EVEN, 4.0, (60, 360), 420, customs_code="7323",
    ),
    Category(
        "bed_and_bath", "BED",
        ("duvet cover", "bath sheet", "pillowcase, pair", "wool throw", "fitted sheet", "bath mat", "quilt",
         "blanket", "hand towel, set of 2", "bolster", "dressing gown", "laundry bag"),
        ("Washed linen", "Organic cotton", "Waffle", "Merino", "Brushed", "Striped"),
        (9, 120), 0.45, 0.13, True, (0.25, 10, 0.10, 100), SUNDAY, 3.0, (150, 450), 150, customs_code="6302",
    ),
    Category(
        "clothing", "CLO",
        ("slippers", "rain jacket", "wool socks, 3 pairs", "gardening gloves", "sun hat", "apron",
         "fleece gilet", "walking boots", "scarf", "thermal top", "clogs", "overalls"),
        ("Felted", "Waxed", "Navy", "Moss green", "Lambswool", "Quilted"),
        (8, 130), 0.42, 0.27, True, (0.30, 320, 0.25, 95), SUNDAY, 3.5, (90, 380), 220, customs_code="6404",
    ),
    Category(
        "toys", "TOY",
        ("building blocks", "jigsaw, 500 pieces", "wooden train", "plush hare", "marble run",
         "doll's tea set", "stacking rings", "board game", "kite", "craft kit", "skipping rope", "puppet"),
        ("Wooden", "Rainbow", "Giant", "Pocket", "Classic", "Little"),
        (5, 60), 0.47, 0.06, False, (0.85, 343, 0.25, 160), WEEKEND, 4.5, (70, 420), 300, customs_code="9503",
    ),
    Category(
        "stationery", "STA",
        ("notebook, A5", "fountain pen", "desk diary", "wrapping paper, 5 sheets", "card set, 12 cards",
         "pencil case", "sketchbook", "wax seal kit", "desk tidy", "ink bottle", "letter opener",
         "wall planner"),
        ("Dotted", "Marbled", "Kraft", "Botanical", "Midnight", "Plain"),
        (2, 40), 0.40, 0.02, False, (0.35, 350, 0.30, 65), OFFICE, 3.0, (20, 320), 500, customs_code="4820",
    ),
    Category(
        "household_care", "HOU",
        ("stain remover, 500 ml", "wood polish, 250 ml", "candle, 30 h", "lamp oil, 1 l", "limescale remover",
         "beeswax wrap, set of 3", "dish brush", "laundry liquid, 2 l", "moth balls", "leather balm",
         "descaler tablets", "room spray"),
        ("Lavender", "Unscented", "Cedar", "Citrus", "Strong", "Gentle"),
        (3, 28), 0.46, 0.012, False, (0.08, 90, 0.05, 20), OFFICE, 2.5, (50, 260), 900,
        hazardous_share=0.35, shelf_life_days=720, customs_code="3405", packing_group="chemicals",
    ),
)  # fmt: skip


def yearly_index(spec: ShopSpec) -> np.ndarray:
    """The true yearly index, shape (categories, weeks of the history), mean 1 in each category."""
    middles = [spec.starts_on + dt.timedelta(days=7 * week + 3) for week in range(spec.weeks)]
    day = np.array([middle.timetuple().tm_yday for middle in middles], dtype=np.float64)
    rows = []
    for category in CATEGORIES:
        a, p, b, q = category.yearly
        first = a * np.cos(2 * np.pi * (day - p) / DAYS_OF_YEAR)
        second = b * np.cos(4 * np.pi * (day - q) / DAYS_OF_YEAR)
        index = np.exp(first + second)
        rows.append(index / index.mean())
    return np.array(rows)
