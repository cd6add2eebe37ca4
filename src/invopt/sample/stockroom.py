"""Day by day: goods arrive, customers take what there is, returns come back, the buyer orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invopt.sample.assortment import Assortment
from invopt.sample.buyer import Buyer
from invopt.sample.comebacks import Comebacks
from invopt.sample.requests import OPENS_SECOND, SELLING_SECONDS, Requests
from invopt.sample.shelf import ShelfLines, served_units, shelf_lines
from invopt.sample.spec import ShopSpec


@dataclass(frozen=True)
class Counts:
    """Arrays over counted SKU-locations: the day, the place, units at its close, share of it without stock."""

    day: np.ndarray
    place: np.ndarray
    units: np.ndarray
    out_share: np.ndarray


@dataclass(frozen=True)
class Ledger:
    """What happened in the stockroom of one block."""

    served: np.ndarray  # units served, per requested line
    counts: Counts  # on the days of counting
    stockouts: Counts  # on the days without stock for a while
    ordered: dict[str, np.ndarray]  # purchase order lines, by the names of `buyer.ORDER_FIELDS`


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
    places = 2 * goods.skus
    buyer = Buyer(spec, goods, daily_units)
    stock = buyer.opening_stock(random)
    shelf = shelf_lines(goods, requests, comebacks)
    bounds = np.searchsorted(shelf.day, np.arange(spec.days + 1))
    first_day, end_day = buyer.first_day, np.repeat(goods.last_week * 7, 2)
    returning = np.zeros((spec.days + 1, places), dtype=np.int64)
    taken = np.zeros(len(shelf.line), dtype=np.int64)
    stockouts: list[Counts] = []
    counts: list[Counts] = []
    counted_days = _count_days(spec)

    for today in range(spec.days):
        stock = stock + buyer.receive(today) + returning[today]
        rows = slice(bounds[today], bounds[today + 1])
        got, out_share = _serve(shelf, rows, stock)
        taken[rows] = got
        kept = got * ~shelf.is_cancelled[rows]
        sold = np.bincount(shelf.place[rows], weights=kept, minlength=places).astype(np.int64)
        stock = stock - sold
        home = (shelf.restock_day[rows] >= 0) & (kept > 0)
        back = np.minimum(shelf.restock_units[rows], kept)[home]
        np.add.at(returning, (shelf.restock_day[rows][home], shelf.place[rows][home]), back)
        on_sale = (first_day <= today) & (today < end_day) & ~buyer.is_kit
        stockouts.append(_count(today, np.flatnonzero((out_share > 0) & on_sale), stock, out_share))
        if today in counted_days:
            counts.append(_count(today, np.flatnonzero((first_day <= today) & ~buyer.is_kit), stock, out_share * 0))
        buyer.learn(sold, on_sale & (out_share < 0.5))
        buyer.order(random, today, stock)

    return Ledger(
        served=served_units(goods, requests, shelf, taken),
        counts=_joined(counts),
        stockouts=_joined(stockouts),
        ordered=buyer.order_book(),
    )


def _serve(shelf: ShelfLines, rows: slice, stock: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Units taken per shelf line of the day, first come first served, and the share of the day without stock."""
    at, wanted, earlier = shelf.place[rows], shelf.units[rows], shelf.before[rows]
    free = stock[at]
    got = np.clip(free - earlier, 0, wanted)
    emptied = (earlier < free) & (earlier + wanted >= free)
    out_share = np.zeros(len(stock))
    out_share[at[emptied]] = 1 - (shelf.second[rows][emptied] - OPENS_SECOND) / SELLING_SECONDS
    out_share[stock == 0] = 1.0
    return got, out_share


def _count(today: int, place: np.ndarray, stock: np.ndarray, out_share: np.ndarray) -> Counts:
    return Counts(np.full(len(place), today), place, stock[place], out_share[place])


def _joined(counts: list[Counts]) -> Counts:
    return Counts(
        np.concatenate([row.day for row in counts]),
        np.concatenate([row.place for row in counts]),
        np.concatenate([row.units for row in counts]),
        np.concatenate([row.out_share for row in counts]),
    )


def _count_days(spec: ShopSpec) -> frozenset[int]:
    """Stock is counted every thirteenth Sunday, on the last four, and on the last day."""
    quarters = range(spec.days - 1, 0, -91)
    recent = range(spec.days - 1, max(spec.days - 29, -1), -7)
    return frozenset({*quarters, *recent})
