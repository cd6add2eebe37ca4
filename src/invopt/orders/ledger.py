"""Stock as a ledger: what movements add up to, and the movements that reserve, release and correct."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.errors import TableError
from invopt.orders.problem import THOUSANDTHS, thousandths
from invopt.tables import ALLOCATION, STOCK_MOVEMENT, check

RESERVING = ("reservation", "release")
_KEY = ["sku_id", "location_id"]


def ledger_position(movements: pd.DataFrame) -> pd.DataFrame:
    """On hand, reserved and available by SKU and location: sums of the ledger, exact to a thousandth.

    `movements` is STOCK_MOVEMENT. Returns `sku_id, location_id, on_hand_units, reserved_units, available_units`,
    sorted; available = on hand - reserved, and may be negative where a count found less than was promised.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"movement_id": ["1", "2"], "sku_id": "A", "location_id": "L", "reference": "",
    ...     "movement_kind": ["receipt", "reservation"], "moved_units": [5.0, 2.0],
    ...     "moved_at": pd.Timestamp("2026-03-01")})
    >>> ledger_position(rows)[["on_hand_units", "reserved_units", "available_units"]].to_numpy().tolist()
    [[5.0, 2.0, 3.0]]
    """
    ledger = check(movements, STOCK_MOVEMENT)
    units = thousandths(ledger["moved_units"])
    is_reserving = ledger["movement_kind"].isin(RESERVING).to_numpy(dtype=bool)
    parts = ledger[_KEY].assign(on_hand=np.where(is_reserving, 0, units), reserved=_reserved(ledger))
    sums = parts.groupby(_KEY, as_index=False, sort=True)[["on_hand", "reserved"]].sum()
    return pd.DataFrame(
        {
            "sku_id": sums["sku_id"],
            "location_id": sums["location_id"],
            "on_hand_units": sums["on_hand"] / THOUSANDTHS,
            "reserved_units": sums["reserved"] / THOUSANDTHS,
            "available_units": (sums["on_hand"] - sums["reserved"]) / THOUSANDTHS,
        }
    )


def reserve(
    allocation: pd.DataFrame, ledger: pd.DataFrame, at: pd.Timestamp, position: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Movements that reserve an allocation when it is released to picking.

    `allocation` is ALLOCATION, `ledger` STOCK_MOVEMENT as it stands inside the writing transaction (at least all
    movements of its SKUs and of its references). `position` has `sku_id, location_id, available_units` where stock
    is known by counts beside the ledger; without it the ledger alone says what there is. A line is brought up to
    what is allocated to it: what is reserved for it there already is left out, so that a rerun, or a second process
    after the first, reserves once. An entry is reserved whole or not at all; entries of one SKU and location
    queue by order and line, and one that finds too little is left out (compare, and plan those orders again).
    Ids follow from reference, location and the number of movements before, so none is ever given twice.

    Returns STOCK_MOVEMENT rows to append.
    """
    wanted = check(allocation, ALLOCATION).sort_values(["order_id", "order_line_id", "location_id"])
    reference = (wanted["order_id"] + "|" + wanted["order_line_id"]).to_numpy(dtype=object)
    units = thousandths(wanted["allocated_units"])
    skus, places = wanted["sku_id"].to_numpy(dtype=object), wanted["location_id"].to_numpy(dtype=object)
    known = ledger[ledger["movement_kind"].isin(RESERVING)]
    already: dict[tuple[str, str, str], int] = {}
    moves: dict[tuple[str, str], int] = {}
    rows = (known["reference"], known["sku_id"], known["location_id"], _reserved(known))
    for name, sku, place, size in zip(*rows, strict=True):
        already[name, sku, place] = already.get((name, sku, place), 0) + int(size)
        moves[name, place] = moves.get((name, place), 0) + 1
    stock = ledger_position(ledger) if position is None else position
    free = dict(
        zip(zip(stock["sku_id"], stock["location_id"], strict=True), thousandths(stock["available_units"]), strict=True)
    )
    granted = np.zeros(len(wanted), dtype=np.int64)
    ids = np.full(len(wanted), "", dtype=object)
    for row, key in enumerate(zip(reference, skus, places, strict=True)):
        missing = int(units[row]) - already.get(key, 0)
        left = int(free.get(key[1:], 0))
        if 0 < missing <= left:
            granted[row] = missing
            free[key[1:]] = left - missing
            ids[row] = f"reserve|{key[0]}|{key[2]}|{moves.get((key[0], key[2]), 0)}"
    rows_granted = wanted.assign(reference=pd.array(reference, dtype="str"))[granted > 0]
    chosen = pd.Series(ids[granted > 0], index=rows_granted.index, dtype="str")
    return _movements(
        rows_granted, "reservation", pd.Series(granted[granted > 0] / THOUSANDTHS, index=chosen.index), chosen, at
    )


def _reserved(ledger: pd.DataFrame) -> np.ndarray:
    """What each movement adds to reserved, in thousandths: a reservation its size, a release less its size."""
    size = np.abs(thousandths(ledger["moved_units"]))
    kind = ledger["movement_kind"]
    return np.where(kind == "reservation", size, np.where(kind == "release", -size, 0))


def release(
    references: pd.Series, ledger: pd.DataFrame, at: pd.Timestamp, why: str, keep: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Movements that give back what is still reserved for order lines that were cancelled, edited or shipped.

    `references` are `order_id|order_line_id`. `keep` has `reference, sku_id, location_id, kept_units` where a part
    stays reserved; without it everything is given back. `why` (cancelled, edited, shipped, ...) goes into the id
    together with the number of movements before it, so that a line may be reserved and released again. Returns
    STOCK_MOVEMENT rows; none where nothing is reserved.
    """
    known = check(ledger, STOCK_MOVEMENT)
    mine = known[known["movement_kind"].isin(RESERVING) & known["reference"].isin(references)]
    open_units = mine.assign(units=_reserved(mine))
    keys = [*_KEY, "reference"]
    left = open_units.groupby(keys, as_index=False, sort=True).agg(units=("units", "sum"), movements=("units", "size"))
    if keep is not None:
        kept = keep.assign(kept=thousandths(keep["kept_units"])).groupby(keys)["kept"].sum()
        left["units"] -= kept.reindex(pd.MultiIndex.from_frame(left[keys])).fillna(0).to_numpy(dtype=np.int64)
    left = left[left["units"] > 0]
    number = left["movements"].astype("str")
    ids = f"{why}|" + left["reference"] + "|" + left["location_id"] + "|" + number
    return _movements(left, "release", -left["units"] / THOUSANDTHS, ids, at)


def short_pick(
    reference: str, sku_id: str, location_id: str, missing_units: float, ledger: pd.DataFrame, at: pd.Timestamp
) -> pd.DataFrame:
    """Movements after a picker found fewer units than the ledger says: correct the count, free the reservation.

    The line's whole reservation there is released, so that the next plan looks for the order anew.

    Raises `TableError` where nothing is reserved there for the line.
    """
    freed = release(pd.Series([reference], dtype="str"), ledger, at, "short")
    freed = freed[(freed["sku_id"] == sku_id) & (freed["location_id"] == location_id)]
    if freed.empty:
        raise TableError(f"stock_movement: nothing of {sku_id} is reserved at {location_id} for {reference}.")
    correction = freed.assign(
        movement_kind="count_correction",
        moved_units=-abs(missing_units),
        movement_id="count|" + freed["movement_id"],
    )
    return check(pd.concat([freed, correction], ignore_index=True), STOCK_MOVEMENT)


def count_correction(
    sku_id: str, location_id: str, counted_units: float, on_hand_units: float, at: pd.Timestamp, reference: str
) -> pd.DataFrame:
    """The movement that brings the ledger to what was counted; no row where it agrees already.

    `on_hand_units` is what ledger and counts say now. The ledger is never overwritten: the difference is added.

    >>> count_correction("A", "L", 7.0, 9.0, pd.Timestamp("2026-03-10"), "shelf 4")["moved_units"].tolist()
    [-2.0]
    """
    off = round((counted_units - on_hand_units) * THOUSANDTHS)
    row = pd.DataFrame(
        {
            "movement_id": [f"count|{sku_id}|{location_id}|{at.isoformat()}"], "sku_id": [sku_id],
            "location_id": [location_id], "movement_kind": ["count_correction"], "moved_units": [off / THOUSANDTHS],
            "moved_at": [at], "reference": [reference],
        }
    )  # fmt: skip
    return check(row if off else row.iloc[:0], STOCK_MOVEMENT)


def _movements(rows: pd.DataFrame, kind: str, units: pd.Series, ids: pd.Series, at: pd.Timestamp) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "movement_id": ids,
            "sku_id": rows["sku_id"],
            "location_id": rows["location_id"],
            "movement_kind": kind,
            "moved_units": units,
            "moved_at": at,
            "reference": rows["reference"],
        }
    )
    return check(frame, STOCK_MOVEMENT)
