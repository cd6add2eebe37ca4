"""The SKUs of one block: what they are, how they sell, and how the made-up buyer treats them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invopt.sample.spec import ShopSpec
from invopt.sample.suppliers import SUPPLIERS
from invopt.sample.trade import CATEGORIES

LIFECYCLES = ("active", "run_down", "do_not_reorder", "discontinued")
ACTIVE, RUN_DOWN, DO_NOT_REORDER, DISCONTINUED = range(4)
LEEDS_SHARE = 0.58
PACKS = np.array([1, 1, 2, 4, 6, 10, 12, 24])


@dataclass
class Assortment:
    """Arrays over the SKUs of a block, in the order of their numbers."""

    number: np.ndarray  # number of the SKU in the shop
    sku_id: np.ndarray  # text
    name: np.ndarray  # text
    category: np.ndarray
    price_minor: np.ndarray
    cost_minor: np.ndarray
    lines: np.ndarray  # expected order lines over the history were it sold throughout
    unit_chance: np.ndarray  # units of a line are geometric with it
    unit_multiple: np.ndarray  # 1, or the business pack that lumpy SKUs are bought in
    yearly_growth: np.ndarray
    shock_sd: np.ndarray  # of the log of the week's gamma-like shock
    leeds_share: np.ndarray
    return_share: np.ndarray
    first_week: np.ndarray
    last_week: np.ndarray  # first week without demand; the number of weeks where it never ends
    fades_from_week: np.ndarray  # demand halves every four weeks from here; beyond the end where it never fades
    stop_buying_day: np.ndarray
    lifecycle: np.ndarray
    predecessor: np.ndarray  # position in the block, -1 for none
    is_lookalike: np.ndarray
    is_kit: np.ndarray
    component: np.ndarray  # shape (SKUs, 2), positions in the block; -1 where no kit
    component_units: np.ndarray  # shape (SKUs, 2)
    moq: np.ndarray
    pack: np.ndarray
    line_maximum: np.ndarray  # 0 for none
    cover_days: np.ndarray  # how much the buyer orders at once
    reorder_factor: np.ndarray  # the buyer's reorder point as a multiple of demand over the lead time
    lead_factor: np.ndarray  # of the supplier's median lead time
    size_mm: np.ndarray  # shape (SKUs, 3)
    weight_g: np.ndarray
    is_hazardous: np.ndarray
    is_fragile: np.ndarray
    is_upright: np.ndarray
    ships_alone: np.ndarray

    @property
    def skus(self) -> int:
        """SKUs in the block."""
        return len(self.number)


def make_assortment(spec: ShopSpec, block: int) -> Assortment:
    """Make up the SKUs of one block."""
    random = spec.random("assortment", block)
    number = np.array(spec.block_range(block))
    n, weeks = len(number), spec.weeks
    category = number % len(CATEGORIES)
    kits = n // 50 if n >= 40 else 0
    is_kit = np.arange(n) >= n - kits
    roles = random.permutation(n - kits)
    taken = 0

    def some(share: float) -> np.ndarray:
        nonlocal taken
        count = int(share * n)
        taken += count
        return roles[taken - count : taken]

    older, newer = some(0.015), some(0.015)
    gone, running_down, not_reordered = some(0.03), some(0.025), some(0.01)
    brand_new, fading, asleep = some(0.06), some(0.03), some(0.02)
    lumpy, slow, erratic = some(0.10), some(0.15), some(0.08)
    over_bought, under_bought = some(0.05), some(0.06)
    category[newer] = category[older]

    price, cost = _prices(random, category)
    popularity = np.exp(1.25 * random.standard_normal(n))
    popularity[slow] *= 0.12
    popularity[lumpy] *= 0.35
    popularity[is_kit] *= 0.5
    popularity = np.minimum(popularity / popularity.mean(), 14.0)
    popularity[newer] = popularity[older]
    lines = spec.lines_per_sku * popularity / popularity.mean()

    first_week, last_week = np.zeros(n, dtype=np.int64), np.full(n, weeks)
    fades = np.full(n, weeks + 1)
    stop_day, lifecycle = np.full(n, spec.days + 1), np.zeros(n, dtype=np.int64)
    predecessor, lookalike = np.full(n, -1), np.zeros(n, dtype=bool)
    if weeks >= 60:
        switch = weeks - random.integers(8, 26, len(older))
        last_week[older], first_week[newer] = switch, switch
        predecessor[newer] = older
        last_week[gone] = random.integers(weeks // 2, weeks - 6, len(gone))
        for ended in (older, gone):
            lifecycle[ended] = DISCONTINUED
            stop_day[ended] = last_week[ended] * 7 - 30
        first_week[brand_new] = weeks - np.minimum(1 + random.geometric(0.1, len(brand_new)), weeks // 2)
        candidates = roles[taken:]
        if len(brand_new) and len(candidates):
            lookalike[brand_new[:1]] = True
            predecessor[brand_new[:1]] = candidates[:1]
            category[brand_new[:1]] = category[candidates[:1]]
        fades[fading] = random.integers(weeks - 52, weeks - 16, len(fading))
        last_week[asleep] = weeks - random.integers(54, 60, len(asleep))
    lifecycle[running_down], stop_day[running_down] = RUN_DOWN, spec.days - 90
    lifecycle[not_reordered], stop_day[not_reordered] = DO_NOT_REORDER, spec.days - 45

    unit_chance = np.clip(random.normal(0.78, 0.1, n), 0.5, 0.97)
    unit_multiple = np.ones(n, dtype=np.int64)
    unit_multiple[lumpy] = random.choice(np.array([4, 6, 10, 12]), len(lumpy))
    shock = np.full(n, 0.15)
    shock[erratic] = 0.7
    cover = np.clip(26 * np.sqrt(90 / np.maximum(lines, 2)), 21, 120)
    cover[over_bought] *= 4
    factor = np.exp(0.28 * random.standard_normal(n)) * 1.45
    factor[under_bought] *= 0.45
    component, component_units = _components(random, category, lifecycle, lines, is_kit, first_week)
    factor[component[is_kit].ravel()] = 3.0
    size, weight, upright, fragile, alone = _shapes(random, category)
    hazard = np.array([row.hazardous_share for row in CATEGORIES])[category]
    shares = np.array([row.return_share for row in CATEGORIES])[category]
    return_share = np.clip(shares * np.exp(0.2 * random.standard_normal(n) - 0.02), 0, 0.6)
    return_share[is_kit] = 0.0
    pack = PACKS[random.integers(0, len(PACKS), n)]
    moq = pack * random.integers(1, 5, n)
    digits = max(3, len(str(spec.skus - 1)))
    return Assortment(
        number=number, sku_id=_sku_ids(number, category, digits), name=_names(random, category, is_kit),
        category=category, price_minor=price, cost_minor=cost, lines=lines, unit_chance=unit_chance,
        unit_multiple=unit_multiple, yearly_growth=random.normal(0.06, 0.12, n), shock_sd=shock,
        leeds_share=np.clip(random.normal(LEEDS_SHARE, 0.08, n), 0.3, 0.85), return_share=return_share,
        first_week=first_week, last_week=last_week, fades_from_week=fades, stop_buying_day=stop_day,
        lifecycle=lifecycle, predecessor=predecessor, is_lookalike=lookalike, is_kit=is_kit,
        component=component, component_units=component_units, moq=moq, pack=pack,
        line_maximum=np.where(random.random(n) < 0.05, pack * 40, 0), cover_days=cover, reorder_factor=factor,
        lead_factor=np.exp(0.08 * random.standard_normal(n)), size_mm=size, weight_g=weight,
        is_hazardous=random.random(n) < hazard, is_fragile=fragile, is_upright=upright, ships_alone=alone,
    )  # fmt: skip


def lead_medians(assortment: Assortment) -> np.ndarray:
    """True median lead time in days, shape (SKUs, 2): from the first and from the second supplier."""
    medians = np.array([supplier.median_days for supplier in SUPPLIERS])
    pair = np.stack([2 * assortment.category, 2 * assortment.category + 1], axis=1)
    own: np.ndarray = medians[pair] * assortment.lead_factor[:, None]
    return own


def _prices(random: np.random.Generator, category: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = (np.array([row.price_pounds[side] for row in CATEGORIES])[category] for side in (0, 1))
    pounds = low * (high / low) ** random.beta(1.6, 2.2, len(category))
    price = np.where(pounds < 10, np.round(pounds * 2) * 50 - 1, np.round(pounds) * 100 - 5).astype(np.int64)
    price = np.maximum(price, 99)
    share = np.array([row.cost_share for row in CATEGORIES])[category]
    share = np.clip(share + random.normal(0, 0.06, len(category)), 0.2, 0.85)
    return price, np.maximum(np.round(price * share), 1).astype(np.int64)


def _components(
    random: np.random.Generator, category: np.ndarray, lifecycle: np.ndarray, lines: np.ndarray,
    is_kit: np.ndarray, first_week: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    component = np.full((len(category), 2), -1)
    units = np.zeros((len(category), 2), dtype=np.int64)
    steady = ~is_kit & (lifecycle == ACTIVE) & (first_week == 0)
    for kit in np.flatnonzero(is_kit):
        own = np.flatnonzero(steady & (category == category[kit]))
        if len(own) < 2:
            own = np.flatnonzero(steady)
        best = own[np.argsort(-lines[own], kind="stable")][: max(2, len(own) // 3)]
        component[kit] = np.sort(random.choice(best, 2, replace=False))
        units[kit] = (1, 1 + int(random.integers(0, 2)))
    return component, units


def _shapes(random: np.random.Generator, category: np.ndarray) -> tuple[np.ndarray, ...]:
    n = len(category)
    low, high = (np.array([row.size_mm[side] for row in CATEGORIES])[category] for side in (0, 1))
    longest = low + (high - low) * random.beta(1.3, 2.5, n)
    middle = longest * random.uniform(0.4, 1.0, n)
    least = np.maximum(middle * random.uniform(0.15, 0.9, n), 8)
    size = np.round(np.stack([longest, np.maximum(middle, 8), least], axis=1)).astype(np.int64)
    litres = size[:, 0] * size[:, 1] * size[:, 2] / 1e6
    density = np.array([row.gram_per_litre for row in CATEGORIES])[category] * random.uniform(0.6, 1.6, n)
    weight = np.maximum(np.round(litres * density / 5) * 5, 10).astype(np.int64)
    chance = random.random((3, n))
    liquid = category == len(CATEGORIES) - 1
    upright = liquid & (chance[0] < 0.6)
    fragile = np.isin(category, (1, 2)) & (chance[1] < 0.35)
    alone = (longest > 430) & (chance[2] < 0.3)
    return size, weight, upright, fragile, alone


def _sku_ids(number: np.ndarray, category: np.ndarray, digits: int) -> np.ndarray:
    return np.array(
        [
            f"{CATEGORIES[place].prefix}{value:0{digits}d}"
            for value, place in zip(number.tolist(), category.tolist(), strict=True)
        ],
        dtype=object,
    )


def _names(random: np.random.Generator, category: np.ndarray, is_kit: np.ndarray) -> np.ndarray:
    picks = random.integers(0, 1 << 30, (len(category), 3))
    long_tail = ", second edition with the reinforced handle and a spare set of fittings in the box"
    tails = ("", "", "", ", large", ", small", ", gift boxed", long_tail)
    names = []
    for row, (place, (a, b, c)) in enumerate(zip(category.tolist(), picks.tolist(), strict=True)):
        own = CATEGORIES[place]
        name = f"{own.kinds[a % len(own.kinds)]} {own.nouns[b % len(own.nouns)]}{tails[c % len(tails)]}"
        names.append(f"Gift set: {name}" if is_kit[row] else name)
    return np.array(names, dtype=object)
