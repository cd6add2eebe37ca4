"""Cartons on real orders and on the container instances BR1-3: boxes used, speed, utilisation.

Reads the packing files of the shared data (`INVOPT_SHARED`, default `../shared`). Every carton and every
container is checked by the referee before it counts.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from invopt.shipping.packing import (
    ANY_WAY,
    UPRIGHT,
    Cartons,
    Goods,
    Packing,
    Search,
    load_container,
    pack_many,
    packing_faults,
)
from invopt.shipping.packing.goods import ORIENTATIONS, IntArray

ROOT = Path(os.environ.get("INVOPT_SHARED", Path(__file__).parents[1] / ".." / "shared"))
DATA = ROOT / "data" / "packing"
#: Completed loadings per container: just under a second on one core of the machine named in the README.
EFFORT = 24_000


def read_orders(rotations: int) -> tuple[Goods, IntArray]:
    """The 2,203 orders as goods, and where each order begins."""
    items = pd.read_csv(DATA / "order_items.csv").sort_values("order_id", kind="stable")
    first = np.flatnonzero(items.order_id.ne(items.order_id.shift()).to_numpy())
    sides = items[["width_mm", "length_mm", "depth_mm"]].to_numpy()
    goods = Goods.of(sides, items.weight_g, items.quantity, rotations)
    return goods, np.append(first, len(items)).astype(np.int64)


def read_cartons() -> Cartons:
    """The four boxes; the limit is of the gross weight."""
    boxes = pd.read_csv(DATA / "boxes.csv")
    inner = boxes[["inner_width_mm", "inner_length_mm", "inner_depth_mm"]]
    return Cartons.of(inner, boxes.empty_weight_g, boxes.max_weight_g)


def read_containers(path: Path) -> list[tuple[IntArray, Goods]]:
    """Instances of one BR file: container, then a line a kind with a flag per side that may stand upright."""
    numbers = iter(map(int, path.read_text().split()))
    instances = []
    for _ in range(next(numbers)):
        next(numbers), next(numbers)
        inner = np.array([next(numbers) for _ in range(3)], np.int64)
        rows = np.array([[next(numbers) for _ in range(8)] for _ in range(next(numbers))])
        may_stand = rows[:, [2, 4, 6]] == 1
        rotations = sum(np.where(may_stand[:, ORIENTATIONS[turn, 2]], 1 << turn, 0) for turn in range(6))
        instances.append((inner, Goods.of(rows[:, [1, 3, 5]], 0, rows[:, 7], rotations)))
    return instances


def check_orders(goods: Goods, packing: Packing, cartons: Cartons, search: Search) -> None:
    """Stop at the first carton that the referee rejects, or a unit that was left out."""
    if len(packing.rows) != goods.quantity.sum():
        sys.exit(f"{goods.quantity.sum() - len(packing.rows)} units were not packed")
    number = np.unique(packing.rows[:, :2], axis=0, return_inverse=True)[1].ravel()
    for rows in np.split(packing.rows, np.flatnonzero(np.diff(number)) + 1):
        size = rows[0, 2]
        faults = packing_faults(
            goods, rows[:, 3:], cartons.inner_mm[size], empty_g=int(cartons.empty_g[size]),
            limit_g=int(cartons.limit_g[size]), least_support=search.least_support,
        )  # fmt: skip
        if faults:
            sys.exit(f"order {rows[0, 0]}, carton {rows[0, 1]}: {faults}")


def measure_orders() -> dict[str, float]:
    """Boxes and orders a second, rotating and keep-flat."""
    figures: dict[str, float] = {}
    cartons, search = read_cartons(), Search()
    slowest = np.inf
    for name, rotations in (("boxes_rotate", ANY_WAY), ("boxes_keep_flat", UPRIGHT)):
        goods, first = read_orders(rotations)
        pack_many(goods, first[:3], cartons, search)  # load the compiled code
        begin = time.perf_counter()
        packing = pack_many(goods, first, cartons, search)
        seconds = time.perf_counter() - begin
        check_orders(goods, packing, cartons, search)
        figures[name] = packing.cartons
        slowest = min(slowest, (len(first) - 1) / seconds)
        print(f"{name:18} {packing.cartons:6}   {(len(first) - 1) / seconds:8.0f} orders/s")
    figures["orders_per_second"] = round(slowest)
    return figures


def measure_containers() -> dict[str, float]:
    """Mean utilisation of BR1-3 with and without the support rule, and CPU seconds an instance."""
    figures: dict[str, float] = {}
    instances = [instance for number in (1, 2, 3) for instance in read_containers(DATA / f"br{number}.txt")]
    load_container(instances[0][1], instances[0][0], effort=1)
    for name, supported in (("br_utilisation", True), ("br_utilisation_unsupported", False)):

        def load(instance: tuple[IntArray, Goods], supported: bool = supported) -> tuple[float, float]:
            inner, goods = instance
            begin = time.thread_time()
            loading = load_container(goods, inner, effort=EFFORT, must_be_supported=supported)
            seconds = time.thread_time() - begin
            faults = packing_faults(goods, loading.placements, inner, least_support=1.0 if supported else 0.0)
            if faults:
                sys.exit(f"container: {faults}")
            return loading.fill_share, seconds

        with ThreadPoolExecutor(2) as pool:
            shares, seconds = zip(*pool.map(load, instances), strict=True)
        figures[name] = round(100 * float(np.mean(shares)), 2)
        if supported:
            figures["br_seconds"] = round(float(np.mean(seconds)), 2)
            figures["br_seconds_max"] = round(float(np.max(seconds)), 2)
        by_set = " ".join(f"BR{s + 1} {100 * np.mean(shares[100 * s : 100 * s + 100]):.2f}" for s in range(3))
        print(f"{name:28} {figures[name]:6}   {by_set}   {np.mean(seconds):.2f} s an instance")
    return figures


if __name__ == "__main__":
    if not DATA.exists():
        sys.exit(f"{DATA} is absent: set INVOPT_SHARED to the folder that holds data/packing")
    print(json.dumps(measure_orders() | measure_containers()))
