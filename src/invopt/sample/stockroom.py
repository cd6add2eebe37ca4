"""Day by day: goods arrive, customers take what there is, returns come back, the buyer orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invopt.sample.assortment import Assortment, lead_medians
from invopt.sample.comebacks import Comebacks
from invopt.sample.requests import OPENS_SECOND, SELLING_SECONDS, Requests
from invopt.sample.spec import ShopSpec
from invopt.sample.suppliers import SUPPLIERS, closures, weekdays_of

SMOOTHING = 1 / 28  # of the buyer's own estimate of daily sales
SECOND_SUPPLIER_SHARE = 0.15
FILL_OF_SHORT = (0.5, 0.95)
REST_CANCELLED_SHARE = 0.25


@dataclass
class Ledger:
    """What happened in the stockroom of one block."""

    served: np.ndarray  # units served, per requested line
    stock: np.ndarray  # free units at the close of the last day, per SKU-location
    count_day: np.ndarray  # the three arrays of the days on which stock was counted
    count_place: np.ndarray
    count_units: np.ndarray
    out_day: np.ndarray  # the arrays of the days with a stockout
    out_place: np.ndarray
    out_share: np.ndarray
    out_units: np.ndarray  # stock at the close of such a day
    ordered: dict[str, np.ndarray]  # one entry a purchase order line: day, place, rank, units, lead_days, ...


def run_stockroom(
    spec: ShopSpec,
    block: int,
    goods: Assortment,
    requests: Requests,
    comebacks: Comebacks,
    daily_units: np.ndarray,
) -> Ledger:
    """Play the history; `daily_units` is what the buyer first believes is sold a day, per SKU-location."""
    random = spec.random("stock", block)
    days, places = spec.days, 2 * goods.skus
    lead = np.repeat(lead_medians(goods), 2, axis=0)
    scale = np.array([[SUPPLIERS[2 * c + r].log_scale for r in (0, 1)] for c in range(len(SUPPLIERS) // 2)])
    scale = np.repeat(scale[goods.category], 2, axis=0)
    short = np.array([[SUPPLIERS[2 * c + r].short_share for r in (0, 1)] for c in range(len(SUPPLIERS) // 2)])
    short = np.repeat(short[goods.category], 2, axis=0)
    takes_orders, reopens = _supplier_days(spec)
    supplier = np.repeat(2 * goods.category, 2)
    pack, moq = np.repeat(goods.pack, 2), np.repeat(goods.moq, 2)
    most = np.repeat(np.where(goods.line_maximum > 0, goods.line_maximum, 1 << 40), 2)
    cover, factor = np.repeat(goods.cover_days, 2), np.repeat(goods.reorder_factor, 2)
    stop_day = np.repeat(np.where(goods.is_kit, -1, goods.stop_buying_day), 2)
    first_day, end_day = np.repeat(goods.first_week * 7, 2), np.repeat(goods.last_week * 7, 2)
    is_kit = np.repeat(goods.is_kit, 2)

    line, day, place, units, kit_line = _stock_lines(goods, requests)
    before = _served_before(day, place, units)
    bounds = np.searchsorted(day, np.arange(days + 1))
    second = requests.order_second[requests.order[line]]
    cancelled = requests.order_is_cancelled[requests.order[line]]
    back_day, back_units = comebacks.restock_day[line], comebacks.restock_units(units, line)
    back_day = np.where(kit_line, -1, back_day)

    belief = daily_units.copy()
    opening = np.ceil(belief * (lead[:, 0] * 0.6 + cover * random.uniform(0.3, 1.1, places)) * np.minimum(factor, 1.6))
    opening = np.where(is_kit, 0, np.maximum(opening, moq * 0.5)).astype(np.int64)
    stock = np.where(first_day == 0, opening, 0)
    arriving = np.zeros((days + 1, places), dtype=np.int64)
    new = np.flatnonzero((first_day > 0) & ~is_kit)
    arriving[np.minimum(first_day[new], days), new] += opening[new]
    returning = np.zeros((days + 1, places), dtype=np.int64)
    on_order = np.zeros(places, dtype=np.int64)
    taken = np.zeros(len(line), dtype=np.int64)
    outs: list[tuple[np.ndarray, ...]] = []
    counts: list[tuple[np.ndarray, ...]] = []
    bought: list[dict[str, np.ndarray]] = []
    counted_days = _count_days(spec)
    known = np.flatnonzero(~is_kit)

    for today in range(days):
        arrived = arriving[today]
        stock = stock + arrived + returning[today]
        on_order = np.maximum(on_order - arrived, 0)
        rows = slice(bounds[today], bounds[today + 1])
        at, wanted, earlier = place[rows], units[rows], before[rows]
        free = stock[at]
        got = np.clip(free - earlier, 0, wanted)
        taken[rows] = got
        kept = got * ~cancelled[rows]
        sold = np.bincount(at, weights=kept, minlength=places).astype(np.int64)
        emptied = (earlier < free) & (earlier + wanted >= free)
        share = np.zeros(places)
        share[at[emptied]] = 1 - (second[rows][emptied] - OPENS_SECOND) / SELLING_SECONDS
        share[stock == 0] = 1.0
        on_sale = (first_day <= today) & (today < end_day) & ~is_kit
        stock = stock - sold
        home = (back_day[rows] >= 0) & (kept > 0)
        np.add.at(returning, (back_day[rows][home], at[home]), np.minimum(back_units[rows], kept)[home])
        out = np.flatnonzero((share > 0) & on_sale)
        outs.append((np.full(len(out), today), out, share[out], stock[out]))
        if today in counted_days:
            live = known[(first_day[known] <= today)]
            counts.append((np.full(len(live), today), live, stock[live]))
        learns = on_sale & (share < 0.5)
        belief = np.where(learns, belief + SMOOTHING * (sold - belief), belief)
        takes_first, takes_second = takes_orders[today][supplier], takes_orders[today][supplier + 1]
        buying = (first_day <= today) & (today < stop_day)
        low = stock + on_order <= belief * (lead[:, 0] + 7) * factor
        who = np.flatnonzero((takes_first | takes_second) & buying & low)
        rank = takes_second[who] & (random.random(len(who)) < SECOND_SUPPLIER_SHARE)
        who, rank = who[rank | takes_first[who]], rank[rank | takes_first[who]].astype(np.int64)
        if not len(who):
            continue
        wish = np.minimum(np.maximum(moq[who], belief[who] * cover[who]), most[who])
        quantity = (np.ceil(wish / pack[who]) * pack[who]).astype(np.int64)
        clean = lead[who, rank] * np.exp(scale[who, rank] * random.standard_normal(len(who)))
        lead_days = np.maximum(np.round(clean), 1).astype(np.int64)
        wait = np.maximum(reopens[today][supplier[who] + rank] - today, 0)
        first = today + wait + lead_days
        is_short = random.random(len(who)) < short[who, rank]
        portion = np.where(is_short, np.floor(quantity * random.uniform(*FILL_OF_SHORT, len(who))), quantity)
        portion = np.maximum(portion, 1).astype(np.int64)
        rest = quantity - portion
        rest_kept = random.random(len(who)) >= REST_CANCELLED_SHARE
        second_day = first + 5 + random.integers(0, 16, len(who))
        np.add.at(arriving, (np.minimum(first, days), who), portion)
        np.add.at(arriving, (np.minimum(second_day, days), who), np.where(rest_kept, rest, 0))
        on_order[who] += portion + np.where(rest_kept, rest, 0)
        bought.append(
            {"day": np.full(len(who), today), "place": who, "rank": rank, "units": quantity,
             "first_day": first, "first_units": portion, "rest_units": rest,
             "rest_day": np.where(rest_kept, second_day, -1), "was_closed": wait > 0}
        )  # fmt: skip

    served = np.zeros(len(requests.day), dtype=np.int64)
    served[line[~kit_line]] = taken[~kit_line]
    _serve_kits(goods, requests, line[kit_line], place[kit_line], taken[kit_line], served)
    out_columns, count_columns = _stack(outs, 4), _stack(counts, 3)
    names = (
        "day",
        "place",
        "rank",
        "units",
        "first_day",
        "first_units",
        "rest_units",
        "rest_day",
        "was_closed",
    )
    ordered = {name: np.concatenate([np.zeros(0, dtype=np.int64), *(row[name] for row in bought)]) for name in names}
    return Ledger(
        served=served, stock=stock, count_day=count_columns[0], count_place=count_columns[1],
        count_units=count_columns[2], out_day=out_columns[0], out_place=out_columns[1],
        out_share=out_columns[2], out_units=out_columns[3], ordered=ordered,
    )  # fmt: skip


def _stack(rows: list[tuple[np.ndarray, ...]], width: int) -> list[np.ndarray]:
    return [np.concatenate([row[column] for row in rows] or [np.zeros(0)]) for column in range(width)]


def _stock_lines(goods: Assortment, requests: Requests) -> tuple[np.ndarray, ...]:
    """Lines as the stock meets them: a kit's line becomes two, one a component."""
    plain = np.flatnonzero(~goods.is_kit[requests.sku])
    kits = np.repeat(np.flatnonzero(goods.is_kit[requests.sku]), 2)
    which = np.tile(np.array([0, 1]), len(kits) // 2)
    part = goods.component[requests.sku[kits], which]
    line = np.concatenate([plain, kits])
    place = np.concatenate([requests.place[plain], 2 * part + requests.place[kits] % 2])
    per_kit = goods.component_units[requests.sku[kits], which]
    units = np.concatenate([requests.units[plain], requests.units[kits] * per_kit])
    is_kit = np.concatenate([np.zeros(len(plain), dtype=bool), np.ones(len(kits), dtype=bool)])
    second = requests.order_second[requests.order[line]]
    by_time = np.lexsort((line, second, place, requests.day[line]))
    return line[by_time], requests.day[line][by_time], place[by_time], units[by_time], is_kit[by_time]


def _served_before(day: np.ndarray, place: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Units asked for earlier on the same day of the same SKU-location."""
    total = np.cumsum(units) - units
    starts = np.ones(len(day), dtype=bool)
    starts[1:] = (day[1:] != day[:-1]) | (place[1:] != place[:-1])
    before: np.ndarray = total - np.maximum.accumulate(np.where(starts, total, 0))
    return before


def _serve_kits(
    goods: Assortment,
    requests: Requests,
    line: np.ndarray,
    place: np.ndarray,
    taken: np.ndarray,
    served: np.ndarray,
) -> None:
    """A kit is served as often as its scarcer component allows."""
    if not len(line):
        return
    sku = requests.sku[line]
    which = (goods.component[sku, 1] == place // 2).astype(np.int64)
    possible = taken // goods.component_units[sku, which]
    served[line] = np.iinfo(np.int64).max
    np.minimum.at(served, line, possible)


def _supplier_days(spec: ShopSpec) -> tuple[np.ndarray, np.ndarray]:
    """Per day and supplier: whether it takes orders, and the day from which an order counts."""
    takes = np.zeros((spec.days, len(SUPPLIERS)), dtype=bool)
    for position, supplier in enumerate(SUPPLIERS):
        for weekday in weekdays_of(supplier):
            takes[weekday::7, position] = True
    reopens = np.repeat(np.arange(spec.days)[:, None], len(SUPPLIERS), axis=1)
    for position, first, last, _ in closures(spec):
        span = slice(max(spec.day_of(first), 0), max(spec.day_of(last) + 1, 0))
        reopens[span, position] = spec.day_of(last) + 1
    return takes, reopens


def _count_days(spec: ShopSpec) -> frozenset[int]:
    """Stock is counted every thirteenth Sunday, on the last four, and on the last day."""
    quarters = range(spec.days - 1, 0, -91)
    recent = range(spec.days - 1, max(spec.days - 29, -1), -7)
    return frozenset({*quarters, *recent})
