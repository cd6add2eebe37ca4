"""Requested lines as the shelf meets them: in the order of time, a kit as its components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invopt.sample.assortment import Assortment
from invopt.sample.comebacks import Comebacks
from invopt.sample.requests import Requests


@dataclass(frozen=True)
class ShelfLines:
    """Arrays over what is taken from shelves, sorted by day, SKU-location and time."""

    line: np.ndarray  # requested line
    day: np.ndarray
    place: np.ndarray  # SKU-location
    units: np.ndarray
    before: np.ndarray  # units asked for earlier on the same day of the same SKU-location
    second: np.ndarray  # local second of the day
    is_cancelled: np.ndarray
    is_part: np.ndarray  # a component of a kit
    restock_day: np.ndarray  # -1 where nothing comes back into stock
    restock_units: np.ndarray


def shelf_lines(goods: Assortment, requests: Requests, comebacks: Comebacks) -> ShelfLines:
    """Turn requested lines into shelf lines; a kit's line becomes two, one a component."""
    plain = np.flatnonzero(~goods.is_kit[requests.sku])
    kits = np.repeat(np.flatnonzero(goods.is_kit[requests.sku]), 2)
    which = np.tile(np.array([0, 1]), len(kits) // 2)
    part = goods.component[requests.sku[kits], which]
    line = np.concatenate([plain, kits])
    place = np.concatenate([requests.place[plain], 2 * part + requests.place[kits] % 2])
    per_kit = goods.component_units[requests.sku[kits], which]
    units = np.concatenate([requests.units[plain], requests.units[kits] * per_kit])
    is_part = np.concatenate([np.zeros(len(plain), dtype=bool), np.ones(len(kits), dtype=bool)])
    second = requests.order_second[requests.order[line]]
    by_time = np.lexsort((line, second, place, requests.day[line]))
    line, place, units, is_part = line[by_time], place[by_time], units[by_time], is_part[by_time]
    day = requests.day[line]
    return ShelfLines(
        line=line,
        day=day,
        place=place,
        units=units,
        before=_asked_before(day, place, units),
        second=second[by_time],
        is_cancelled=requests.order_is_cancelled[requests.order[line]],
        is_part=is_part,
        restock_day=np.where(is_part, -1, comebacks.restock_day[line]),
        restock_units=comebacks.restock_units(units, line),
    )


def served_units(goods: Assortment, requests: Requests, shelf: ShelfLines, taken: np.ndarray) -> np.ndarray:
    """Units served per requested line; a kit as often as its scarcer component allows."""
    served = np.zeros(len(requests.day), dtype=np.int64)
    served[shelf.line[~shelf.is_part]] = taken[~shelf.is_part]
    line, place = shelf.line[shelf.is_part], shelf.place[shelf.is_part]
    if len(line):
        sku = requests.sku[line]
        which = (goods.component[sku, 1] == place // 2).astype(np.int64)
        served[line] = np.iinfo(np.int64).max
        np.minimum.at(served, line, taken[shelf.is_part] // goods.component_units[sku, which])
    return served


def _asked_before(day: np.ndarray, place: np.ndarray, units: np.ndarray) -> np.ndarray:
    total = np.cumsum(units) - units
    starts = np.ones(len(day), dtype=bool)
    starts[1:] = (day[1:] != day[:-1]) | (place[1:] != place[:-1])
    before: np.ndarray = total - np.maximum.accumulate(np.where(starts, total, 0))
    return before
