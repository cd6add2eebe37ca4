"""Reservations by a process that holds the database: a few look-ups and one committed write an order."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from invopt.database import Database
from invopt.orders.problem import THOUSANDTHS
from invopt.stages.ledger import open_reservations, stock_by_place

_MOVEMENT = (
    "insert into stock_movement (movement_id, sku_id, location_id, movement_kind, moved_units, moved_at, reference, "
    "file_id, line_number, recorded_at) values (?, ?, ?, 'reservation', ?, ?, ?, ?, ?, ?)"
)
_BOOK = "insert into ingested_file values (?, 'reservation', '', 'invopt', 'stock_movement', 0, ?, ?, 0, 0, ?)"


class Wanted(NamedTuple):
    """A line of an order to reserve at a location; part units down to a thousandth."""

    order_line_id: str
    sku_id: str
    location_id: str
    units: float


class HeldLedger:
    """The ledger in the hands of the one process that may write: DuckDB lets no other in while the file is open.

    `database` is the workspace's, open, with its tables made; `time_zone` the shop's. Stock and reservations are
    read once; after that every change goes through this object. What it answers is committed before it answers, so a
    crash loses nothing that was promised. Give the database back soon: plans wait for it.
    """

    def __init__(self, database: Database, time_zone: str) -> None:
        """Read what lies where and what is reserved."""
        self._database = database
        stock = stock_by_place(database, time_zone)
        self._free = {
            (sku, place): round(units * THOUSANDTHS)
            for sku, place, units in zip(stock["sku_id"], stock["location_id"], stock["available_units"], strict=True)
        }
        self._held: dict[tuple[str, str, str], int] = {}
        self._movements: dict[tuple[str, str], int] = {}
        rows = open_reservations(database)
        columns = ("reference", "sku_id", "location_id", "units", "movements")
        for reference, sku, place, units, count in zip(*(rows[name].tolist() for name in columns), strict=True):
            self._held[reference, sku, place] = round(float(units) * THOUSANDTHS)
            key = (reference, place)
            self._movements[key] = self._movements.get(key, 0) + int(count)

    def available_units(self, sku_id: str, location_id: str) -> float:
        """Units that can still be reserved there."""
        return self._free.get((sku_id, location_id), 0) / THOUSANDTHS

    def reserve(self, order_id: str, lines: Sequence[Wanted], now: dt.datetime) -> tuple[str, ...]:
        """Bring each line up to the units wanted; returns the ids of the lines for which stock was too little.

        A line is reserved whole or not at all; what it holds there already counts, so that an order that is sent
        twice reserves once. `now` is in UTC. All lines of the call are written in one transaction.
        """
        rows: list[tuple[str, str, str, float, dt.datetime, str]] = []
        short: list[str] = []
        taken: dict[tuple[str, str], int] = {}
        granted: dict[tuple[str, str, str], int] = {}
        for line in lines:
            reference = f"{order_id}|{line.order_line_id}"
            shelf = (line.sku_id, line.location_id)
            entry = (reference, *shelf)
            missing = round(line.units * THOUSANDTHS) - self._held.get(entry, 0) - granted.get(entry, 0)
            if missing <= 0:
                continue
            if missing > self._free.get(shelf, 0) - taken.get(shelf, 0):
                short.append(line.order_line_id)
                continue
            taken[shelf] = taken.get(shelf, 0) + missing
            granted[entry] = granted.get(entry, 0) + missing
            key = (reference, line.location_id)
            number = self._movements.get(key, 0) + sum(row[5] == reference and row[2] == key[1] for row in rows)
            rows.append((f"reserve|{reference}|{key[1]}|{number}", *shelf, missing / THOUSANDTHS, now, reference))
        if rows:
            self._write(rows, now)
            for shelf, units in taken.items():
                self._free[shelf] -= units
            for entry, units in granted.items():
                self._held[entry] = self._held.get(entry, 0) + units
            for row in rows:
                self._movements[row[5], row[2]] = self._movements.get((row[5], row[2]), 0) + 1
        return tuple(short)

    def _write(self, rows: Sequence[tuple[str, str, str, float, dt.datetime, str]], now: dt.datetime) -> None:
        file_id = "house-" + hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()[:32]
        connection = self._database.connection
        with self._database.transaction():
            for number, row in enumerate(rows, start=1):
                connection.execute(_MOVEMENT, [*row, file_id, number, now])
            connection.execute(_BOOK, [file_id, len(rows), len(rows), now])
