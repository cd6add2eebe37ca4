"""Pack many orders: compiled code over chunks of orders, as many threads as the machine has cores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from invopt.probability.compiled import exact_kernel
from invopt.shipping.packing.goods import BoolArray, Cartons, Goods, IntArray, Search
from invopt.shipping.packing.orders import pack_order

#: Lines packed together. Longer orders are taken in stretches of so many: a carton holds no more, and what
#: a mix across the stretches could save is less than one carton each.
WINDOW = 256
#: Orders handed to a thread at once: small enough to share hard orders out evenly.
CHUNK = 64


@dataclass(frozen=True)
class Packing:
    """Where every unit went, one row a unit, grouped by order and carton.

    `rows` (units, 10): order (index as given), carton within the order, size (index into the cartons), kind
    (row of the goods), x, y, z, extent along x, y, z in mm. Units without a row fit into no carton in stock.
    """

    rows: IntArray

    @property
    def cartons(self) -> int:
        """Number of cartons used in all."""
        return len(np.unique(self.rows[:, :2], axis=0))


@exact_kernel
def _pack_chunk(
    first: IntArray,
    sides: IntArray,
    weight: IntArray,
    quantity: IntArray,
    rotations: IntArray,
    is_fragile: BoolArray,
    group: IntArray,
    inner: IntArray,
    empty_g: IntArray,
    limit_g: IntArray,
    cost: IntArray,
    stock: IntArray,
    least_support: float,
    budget: int,
) -> IntArray:
    """Pack consecutive orders; order i holds the kinds first[i] to first[i + 1]."""
    rows = np.zeros((quantity[first[0] : first[-1]].sum(), 10), np.int64)
    total = 0
    for order in range(len(first) - 1):
        cartons = 0
        for start in range(first[order], first[order + 1], WINDOW):
            end = min(start + WINDOW, first[order + 1])
            result = np.zeros((quantity[start:end].sum(), 9), np.int64)
            count = pack_order(
                sides[start:end], weight[start:end], quantity[start:end], rotations[start:end],
                is_fragile[start:end], group[start:end], inner, empty_g, limit_g, cost, stock,
                least_support, budget, result,
            )  # fmt: skip
            if count > 0:
                rows[total : total + count, 0] = order
                rows[total : total + count, 1:] = result[:count]
                rows[total : total + count, 1] += cartons
                rows[total : total + count, 3] += start
                cartons += result[count - 1, 0] + 1
                total += count
    return rows[:total].copy()


def pack_many(
    goods: Goods, first: IntArray, cartons: Cartons, search: Search | None = None, *, threads: int = 2
) -> Packing:
    """Divide every order over as few cartons as possible, and among equals over the cheapest.

    `first` (orders + 1,) says where each order's kinds begin in `goods`. Each order is packed by itself, so
    the result does not depend on chunks, threads or on the other orders; where the stock of a carton size
    is limited the orders are taken in their sequence on one thread, because each takes from what is left.

    Method: maximal-space filling from several starts, and a depth-first search over sizes and starts with
    lower bounds from volume, weight and the carton's middle lines. It is a heuristic: an order is proven
    best only where it meets its bound.

    >>> goods = Goods.of([[100, 100, 50], [200, 100, 50]], [400, 700], [2, 1])
    >>> pack_many(goods, np.array([0, 2]), Cartons.of([[200, 200, 50]])).cartons
    1
    """
    search = search or Search()
    arrays = (goods.sides_mm, goods.weight_g, goods.quantity, goods.rotations, goods.is_fragile, goods.group)
    sizes = (cartons.inner_mm, cartons.empty_g, cartons.limit_g, cartons.cost)
    effort = (search.least_support, search.budget)
    orders = len(first) - 1
    stock = cartons.stock.copy()
    is_plenty = bool((stock >= Cartons.PLENTY).all())
    step = CHUNK if is_plenty else max(orders, 1)
    starts = range(0, orders, step)

    def pack(start: int) -> IntArray:
        # Each thread counts down its own copy of a stock that does not run out.
        own = stock.copy() if is_plenty else stock
        rows: IntArray = _pack_chunk(first[start : start + step + 1], *arrays, *sizes, own, *effort)
        rows[:, 0] += start
        return rows

    if not orders or not len(cartons.inner_mm):
        return Packing(np.zeros((0, 10), np.int64))
    with ThreadPoolExecutor(max_workers=threads) as pool:
        return Packing(np.concatenate(list(pool.map(pack, starts))))


def pack_goods(goods: Goods, cartons: Cartons, search: Search | None = None) -> Packing:
    """Pack one order; see `pack_many`."""
    return pack_many(goods, np.array([0, len(goods.weight_g)]), cartons, search, threads=1)
