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
    parts = ledger[_KEY].assign(on_hand=np.where(is_reserving, 0, units), reserved=np.where(is_reserving, units, 0))
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


def reserve(allocation: pd.DataFrame, ledger: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Movements that reserve an allocation when it is released to picking.

    `allocation` is ALLOCATION, `ledger` STOCK_MOVEMENT as it stands inside the writing transaction. Ids follow
    from order, line and location: what is reserved already is left out, so that a rerun, or a second process
    after the first, reserves once. An entry is reserved whole or not at all; entries of one SKU and location
    queue by order and line, and one that finds too little is left out (compare, and plan those orders again).

    Returns STOCK_MOVEMENT rows to append.
    """
    wanted = check(allocation, ALLOCATION).sort_values(["order_id", "order_line_id", "location_id"])
    reference = wanted["order_id"] + "|" + wanted["order_line_id"]
    wanted = wanted.assign(reference=reference, movement_id="reserve|" + reference + "|" + wanted["location_id"])
    wanted = wanted[~wanted["movement_id"].isin(ledger["movement_id"])]
    position = ledger_position(ledger).set_index(_KEY)["available_units"]
    free = thousandths(position.reindex(pd.MultiIndex.from_frame(wanted[_KEY])).fillna(0.0))
    fits = np.zeros(len(wanted), dtype=bool)
    taken: dict[tuple[str, str], int] = {}
    for row, (sku, place, units, left) in enumerate(
        zip(wanted["sku_id"], wanted["location_id"], thousandths(wanted["allocated_units"]), free, strict=True)
    ):
        before = taken.get((sku, place), 0)
        if before + units <= left:
            fits[row] = True
            taken[sku, place] = before + int(units)
    granted = wanted[fits]
    return _movements(granted, "reservation", granted["allocated_units"], granted["movement_id"], at)


def release(references: pd.Series, ledger: pd.DataFrame, at: pd.Timestamp, why: str) -> pd.DataFrame:
    """Movements that give back all that is still reserved for order lines that were cancelled, edited or shipped.

    `references` are `order_id|order_line_id`. `why` (cancelled, edited, shipped, ...) goes into the id together
    with the number of movements before it, so that a line may be reserved and released again. Returns
    STOCK_MOVEMENT rows; none where nothing is reserved.
    """
    known = check(ledger, STOCK_MOVEMENT)
    mine = known[known["movement_kind"].isin(RESERVING) & known["reference"].isin(references)]
    open_units = mine.assign(units=thousandths(mine["moved_units"]))
    keys = [*_KEY, "reference"]
    left = open_units.groupby(keys, as_index=False, sort=True).agg(units=("units", "sum"), movements=("units", "size"))
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
