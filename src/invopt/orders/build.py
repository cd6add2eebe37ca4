"""The arrays of the allocation problem from coded frames."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.orders.coded import Coded, location_of_orders
from invopt.orders.problem import (
    MOST_CANDIDATES,
    THOUSANDTHS,
    Demands,
    Floats,
    Ints,
    Problem,
    merge_lines,
    policy_codes,
    shortage_per_thousandth,
    subsets,
)
from invopt.settings.orders import Orders
from invopt.tables import STOCK_PRICE, check


class Built(NamedTuple):
    """The problem, and what is needed to read its answer."""

    arrays: Problem
    sequence: Ints  # problem orders by priority
    order: Ints  # code of each problem order
    demands: Demands
    line: Ints  # row of each problem line
    is_cost_assumed: NDArray[np.bool_]  # of each problem order


class Options(NamedTuple):
    """Candidate locations of problem orders, one entry each, sorted by order and cost."""

    order: Ints
    location: Ints
    fixed: Floats
    unit: Floats

    def rows(self, chosen: Ints) -> Options:
        """The options at these places."""
        return Options(self.order[chosen], self.location[chosen], self.fixed[chosen], self.unit[chosen])


def build(
    coded: Coded, lines: pd.DataFrame, parcel_costs: pd.DataFrame, settings: Orders, as_of: np.datetime64,
    stock_prices: pd.DataFrame | None = None,
) -> Built:  # fmt: skip
    """Accepted orders with something to serve, their candidate locations and the cells they meet in."""
    line = np.flatnonzero((coded.outcome == "accepted")[coded.order] & (coded.units > 0))
    order, position = np.unique(coded.order[line], return_inverse=True)
    shortage = shortage_per_thousandth(lines, settings, as_of)[line]
    demands = merge_lines(position.astype(np.int64), coded.sku[line], coded.units[line], shortage, len(coded.sku_names))
    stock = _whole_where_orders_are(coded, demands)
    known = _known_options(coded, parcel_costs, order, settings)
    is_assumed = np.ones(len(order), dtype=bool)
    is_assumed[known.order] = False
    assumed = _assumed_options(coded, order, demands, is_assumed, settings)
    joined = Options(
        np.concatenate([known.order, assumed.order]), np.concatenate([known.location, assumed.location]),
        np.concatenate([known.fixed, assumed.fixed]), np.concatenate([known.unit, assumed.unit]),
    )  # fmt: skip
    options, entry_demand, entry_cell = _useful(joined, demands, stock, coded, len(order))
    if not settings.waiting_saves_postage:
        demands = demands._replace(shortage=demands.shortage + _postponed(options, demands, len(order)))
    first_demand = np.searchsorted(demands.order, np.arange(len(order) + 1))
    first_cell = np.searchsorted(entry_demand, np.arange(len(demands.order) + 1))
    masks, first_mask, last_single = subsets(settings.maximum_parcels)
    channel = np.zeros(len(order), dtype=np.int64)
    # Lines of one order that name different channels follow the later policy in the list, whatever their
    # order.
    np.maximum.at(channel, position, policy_codes(lines["channel"].iloc[line], settings))
    arrays = Problem(
        first_demand.astype(np.int64),
        np.searchsorted(options.order, np.arange(len(order) + 1)).astype(np.int64),
        first_cell.astype(np.int64), entry_cell, demands.units, demands.shortage, options.fixed, options.unit,
        options.location, channel, stock, _worth(coded, stock_prices), float(settings.split_minor),
        settings.maximum_parcels,
        masks, first_mask, last_single,
    )  # fmt: skip
    sequence = np.argsort(coded.rank[order], kind="stable").astype(np.int64)
    return Built(arrays, sequence, order, demands, line, is_assumed)


def _whole_where_orders_are(coded: Coded, demands: Demands) -> Ints:
    """Available stock; part units are left out of SKUs that are ordered only in whole units."""
    in_parts = np.zeros(len(coded.sku_names), dtype=bool)
    in_parts[demands.sku[demands.units % THOUSANDTHS != 0]] = True
    whole = coded.stock_units // THOUSANDTHS * THOUSANDTHS
    return np.where(in_parts[coded.stock_sku], coded.stock_units, whole)


def _worth(coded: Coded, stock_prices: pd.DataFrame | None) -> Floats:
    """What a thousandth of each stock row is worth to later orders; nothing where no price is given."""
    if stock_prices is None or stock_prices.empty:
        return np.zeros(len(coded.stock_sku))
    keys = pd.MultiIndex.from_arrays([coded.sku_names[coded.stock_sku], coded.location_names[coded.stock_location]])
    price = check(stock_prices, STOCK_PRICE).set_index(["sku_id", "location_id"])["price_minor"]
    return price.reindex(keys).fillna(0.0).to_numpy(dtype=np.float64) / THOUSANDTHS


def _postponed(options: Options, demands: Demands, orders: int) -> Floats:
    """Postage that a waiting thousandth of each demand still has to pay one day: its share of the cheapest way."""
    units = np.bincount(demands.order, demands.units, minlength=orders)
    cost = options.fixed + options.unit * units[options.order]
    cheapest = np.full(orders, np.inf)
    np.minimum.at(cheapest, options.order, cost)
    each = np.divide(np.where(np.isfinite(cheapest), cheapest, 0.0), units, out=np.zeros(orders), where=units > 0)
    return np.asarray(each[demands.order], dtype=np.float64)


def _known_options(coded: Coded, parcel_costs: pd.DataFrame, order: Ints, settings: Orders) -> Options:
    code = coded.order_names.get_indexer(pd.Index(parcel_costs["order_id"]))
    position = np.full(len(coded.order_names) + 1, -1, dtype=np.int64)
    position[order] = np.arange(len(order))
    at = position[code]
    used = at >= 0
    # Days that no place could save are spent whatever is decided: an order long overdue must not wait for ever.
    days = parcel_costs["late_days"]
    late = (days - days.groupby(parcel_costs["order_id"]).transform("min")).to_numpy(dtype=np.float64)
    late *= settings.late_day_minor
    fixed = parcel_costs["parcel_minor"].to_numpy(dtype=np.float64) + late
    location = coded.location_names.get_indexer(pd.Index(parcel_costs["location_id"]))
    unit = parcel_costs["unit_minor"].to_numpy(dtype=np.float64) / THOUSANDTHS
    return Options(at[used], location[used].astype(np.int64), fixed[used], unit[used])


def _assumed_options(
    coded: Coded, order: Ints, demands: Demands, is_assumed: NDArray[np.bool_], settings: Orders
) -> Options:
    """Every location that holds a SKU of an order nobody has costed, at the costs of the settings."""
    wanted = np.flatnonzero(is_assumed[demands.order])
    by_sku = np.argsort(coded.stock_sku, kind="stable")
    sorted_sku = coded.stock_sku[by_sku]
    first = np.searchsorted(sorted_sku, demands.sku[wanted], side="left")
    count = np.searchsorted(sorted_sku, demands.sku[wanted], side="right") - first
    stock_row = by_sku[np.repeat(first, count) + _within(count)]
    locations = len(coded.location_names)
    key = np.unique(np.repeat(demands.order[wanted], count) * locations + coded.stock_location[stock_row])
    at, location = key // locations, key % locations
    preferred = location_of_orders(coded)[order[at]]
    fixed = settings.assumed_parcel_minor + np.where(location == preferred, 0.0, float(settings.assumed_distance_minor))
    return Options(at, location, fixed, np.zeros(len(at)))


def _useful(options: Options, demands: Demands, stock: Ints, coded: Coded, orders: int) -> tuple[Options, Ints, Ints]:
    """Options that hold something the order wants, the cheapest of them, with the cell of each demand
    there.
    """
    cell_of = _CellIndex(coded)
    ranked = np.lexsort((options.location, options.fixed, options.order))
    options = options.rows(ranked)
    entry_demand, entry_option = _entries(options, demands, orders)
    cell = cell_of(demands.sku[entry_demand], options.location[entry_option])
    has_stock = np.append(stock, 0)[cell] > 0  # -1, no such cell, reads the zero at the end
    holds = np.zeros(len(options.order), dtype=bool)
    holds[entry_option[has_stock]] = True
    kept = np.flatnonzero(holds)
    order = options.order[kept]
    starts = np.searchsorted(order, np.arange(orders + 1))
    kept = kept[np.arange(len(kept)) - starts[order] < MOST_CANDIDATES]
    is_kept = np.zeros(len(options.order), dtype=bool)
    is_kept[kept] = True
    stays = is_kept[entry_option]
    return (
        options.rows(kept), entry_demand[stays], np.where(has_stock, cell, -1)[stays]
    )  # fmt: skip


def _entries(options: Options, demands: Demands, orders: int) -> tuple[Ints, Ints]:
    """Every pair of a demand and an option of its order: the demand, and the option."""
    first = np.searchsorted(options.order, np.arange(orders + 1))
    count = np.diff(first)[demands.order]
    demand = np.repeat(np.arange(len(demands.order)), count)
    return demand, np.repeat(first[demands.order], count) + _within(count)


def _within(count: Ints) -> Ints:
    """0, 1, ... within each stretch of `count` entries."""
    starts = np.cumsum(count) - count
    return np.arange(int(count.sum())) - np.repeat(starts, count)


class _CellIndex:
    """Row of available stock for a SKU and a location; -1 for none."""

    DENSE = 50_000_000

    def __init__(self, coded: Coded) -> None:
        self.locations = len(coded.location_names)
        key = coded.stock_sku * self.locations + coded.stock_location
        size = len(coded.sku_names) * self.locations
        self.dense: Ints | None = None
        if size <= self.DENSE:
            self.dense = np.full(size, -1, dtype=np.int64)
            self.dense[key] = np.arange(len(key))
        else:
            self.rows = np.argsort(key, kind="stable")
            self.keys = key[self.rows]

    def __call__(self, sku: Ints, location: Ints) -> Ints:
        key = sku * self.locations + location
        if self.dense is not None:
            return np.asarray(self.dense[key])
        at = np.minimum(np.searchsorted(self.keys, key), max(len(self.keys) - 1, 0))
        if len(self.keys) == 0:
            return np.full(len(key), -1, dtype=np.int64)
        return np.where(self.keys[at] == key, self.rows[at], -1)
