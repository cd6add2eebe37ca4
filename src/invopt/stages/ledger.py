"""What the house itself writes into the ledger of stock: picking begun, picks that came up short, counts, releases.

Every write happens under the workspace's lock, in one transaction, against the ledger as it stands inside it: two
processes at once, or one that dies in the middle, neither oversell nor reserve twice. Each write is entered in the
books like a file that was taken in, so rows in are rows accepted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import pandas as pd

from invopt import database
from invopt.database import Database, quoted
from invopt.errors import TableError, WorkspaceError
from invopt.orders import count_correction, release, reserve, short_pick
from invopt.orders.ledger import RESERVING
from invopt.stages.run import connect
from invopt.tables import ORDER_LINE, RESERVATION, STOCK_MOVEMENT, STOCK_SNAPSHOT, check
from invopt.workspace import Workspace

_ALWAYS = dt.datetime(9999, 1, 1)
_KEYS = ["sku_id", "location_id"]


@dataclass(frozen=True)
class PickingBegun:
    """What `begin_picking` did: the movements written, and lines of the plan that could not be reserved."""

    reserved: pd.DataFrame
    already: int
    closed: tuple[str, ...]
    short: tuple[str, ...]


def begin_picking(
    workspace: Workspace, now: dt.datetime, *, location_id: str | None = None, wave_number: int | None = None
) -> PickingBegun:
    """Reserve what the published plan allocates today: from then on it stays where it is, until it ships.

    `now` is in UTC. With `location_id` (and `wave_number`) only that location's lines, or that wave's. A line whose
    order was closed since the plan (`closed`) is left out, and so is one that stock no longer covers (`short`): the
    next `invopt fulfil` plans it anew. Lines reserved before count as `already`; a second call reserves nothing twice.
    """
    if workspace.published is None:
        raise WorkspaceError(f"{workspace.root} has no published plan yet. Make one with: invopt plan")
    time_zone = workspace.settings.business.time_zone
    with workspace.lock(), connect(workspace) as db:
        allocation = workspace.table("allocation")
        picks = workspace.table("pick_line")
        if location_id is not None:
            picks = picks[picks["location_id"] == location_id]
        if wave_number is not None:
            picks = picks[picks["wave_number"] == wave_number]
        keys = ["order_id", "order_line_id", "location_id"]
        wanted = allocation.merge(picks[keys], on=keys, validate="one_to_one")
        reference = wanted["order_id"] + "|" + wanted["order_line_id"]
        with db.transaction():
            closed = _closed(db, wanted)
            is_open = ~reference.isin(closed)
            wanted, reference = wanted[is_open], reference[is_open]
            ledger = _reservations(db, reference.tolist())
            position = stock_by_place(db, time_zone, wanted["sku_id"].unique().tolist())
            rows = reserve(wanted, ledger, pd.Timestamp(now), position)
            append_movements(db, rows, "picking", now)
            after = pd.concat([ledger, rows], ignore_index=True)
    held = after.assign(units=after["moved_units"].abs().where(after["movement_kind"] == "reservation",
                                                               -after["moved_units"].abs()))  # fmt: skip
    sums = held.groupby(["reference", "location_id"])["units"].sum()
    has = sums.reindex(pd.MultiIndex.from_arrays([reference, wanted["location_id"]])).fillna(0.0).to_numpy()
    short = reference[has < wanted["allocated_units"].to_numpy() - 1e-9]
    return PickingBegun(rows, len(wanted) - len(rows) - len(short), tuple(sorted(closed)), tuple(sorted(short)))


def report_short_pick(
    workspace: Workspace, order_id: str, order_line_id: str, location_id: str, missing_units: float, now: dt.datetime
) -> pd.DataFrame:
    """Write that a picker found `missing_units` too few: the count is corrected and the line's reservation freed.

    Returns the movements. Raises `TableError` where nothing is reserved there for the line; the next fulfilment run
    plans the order anew, from elsewhere or later.
    """
    reference = f"{order_id}|{order_line_id}"
    with workspace.lock(), connect(workspace) as db, db.transaction():
        ledger = _reservations(db, [reference])
        skus = ledger.loc[ledger["location_id"] == location_id, "sku_id"].unique().tolist()
        if not skus or missing_units <= 0:
            raise TableError(
                f"stock_movement: nothing is reserved at {location_id} for line {order_line_id} of order {order_id}, "
                "or the missing units are not above zero. See `invopt table reservation`."
            )
        rows = short_pick(reference, str(skus[-1]), location_id, missing_units, ledger, pd.Timestamp(now))
        append_movements(db, rows, "short pick", now)
    return rows


def record_count(
    workspace: Workspace, sku_id: str, location_id: str, counted_units: float, reference: str, now: dt.datetime
) -> pd.DataFrame:
    """Write the movement that brings the ledger to what was counted; none where it agrees. Returns the movement."""
    with workspace.lock(), connect(workspace) as db:
        db.create_tables()
        with db.transaction():
            position = stock_by_place(db, workspace.settings.business.time_zone, [sku_id])
            there = position[position["location_id"] == location_id]
            on_hand = float(there["on_hand_units"].iloc[0]) if len(there) else 0.0
            rows = count_correction(sku_id, location_id, counted_units, on_hand, pd.Timestamp(now), reference)
            append_movements(db, rows, "count", now)
    return rows


def release_void(db: Database, reservations: pd.DataFrame, at: dt.datetime) -> pd.DataFrame:
    """Inside a transaction: give back what a run found void, as far as the ledger still holds it.

    `reservations` is RESERVATION of the run, `at` the moment up to which it read. Returns the movements.
    """
    void = check(reservations, RESERVATION)
    void = void[void["kept_units"] < void["reserved_units"]]
    if void.empty:
        return void
    ledger = _reservations(db, void["reference"].tolist())
    made = []
    for reason, rows in void.groupby("reason", sort=True):
        kept = reservations[reservations["reference"].isin(rows["reference"])]
        why = str(reason).split(":")[0]
        made.append(release(rows["reference"], ledger, pd.Timestamp(at), why, keep=kept))
    found = pd.concat(made, ignore_index=True)
    append_movements(db, found, "release", at)
    return found


def append_movements(db: Database, rows: pd.DataFrame, source: str, at: dt.datetime) -> None:
    """Append movements with their provenance, and enter them in the books; inside the caller's transaction."""
    if rows.empty:
        return
    rows = check(rows, STOCK_MOVEMENT)
    file_id = "house-" + hashlib.sha256("\n".join(rows["movement_id"]).encode()).hexdigest()[:32]
    made = rows.assign(file_id=file_id, line_number=range(1, len(rows) + 1), recorded_at=pd.Timestamp(at))
    db.append(STOCK_MOVEMENT.name, made)
    db.append(
        "ingested_file",
        pd.DataFrame(
            {"file_id": [file_id], "file_name": [source], "sheet": [""], "source": ["invopt"],
             "table_name": [STOCK_MOVEMENT.name], "file_bytes": [0], "rows_read": [len(rows)],
             "rows_accepted": [len(rows)], "rows_rejected": [0], "rows_known": [0], "recorded_at": [pd.Timestamp(at)]}
        ),
    )  # fmt: skip


def open_reservations(db: Database) -> pd.DataFrame:
    """What the ledger holds reserved: reference, sku_id, location_id, units, and the movements behind it."""
    return db.frame(
        "select coalesce(reference, '') as reference, sku_id, location_id, count(*) as movements, "
        "sum(if(movement_kind = 'reservation', abs(moved_units), -abs(moved_units))) as units "
        f"from ({database.latest(STOCK_MOVEMENT)}) where list_contains($kinds, movement_kind) group by all",
        {"as_of_at": _ALWAYS, "kinds": list(RESERVING)},
    )


def _reservations(db: Database, references: list[str]) -> pd.DataFrame:
    """Reservations and releases of some references, each movement once, as the ledger stands."""
    return db.frame(
        f"select * from ({database.latest(STOCK_MOVEMENT)}) where list_contains($kinds, movement_kind) "
        "and list_contains($references, reference)",
        {"as_of_at": _ALWAYS, "kinds": list(RESERVING), "references": references},
        table=STOCK_MOVEMENT,
    )


def stock_by_place(db: Database, time_zone: str, skus: list[str] | None = None) -> pd.DataFrame:
    """On hand, reserved and available by SKU and location as the database stands, by the rule of a plan's facts.

    `skus` are those to look at; None for all.
    """
    at = {"as_of_at": _ALWAYS, "sku_ids": skus}
    for table in (STOCK_SNAPSHOT, STOCK_MOVEMENT):
        seen = database.latest(table)
        name = quoted(table.name + "_now")
        db.execute(
            f"create or replace temp table {name} as select * from ({seen}) "
            "where $sku_ids is null or list_contains($sku_ids, sku_id)",
            at,
        )
    frame = db.frame(
        database.statement("facts/stock_count"),
        {"as_of_at": _ALWAYS, "as_of_on": _ALWAYS.date(), "time_zone": time_zone},
    )
    frame["on_hand_units"] = frame["counted_units"].astype("float64").clip(lower=0)
    frame["reserved_units"] = frame["reserved_units"].astype("float64").clip(lower=0)
    frame["available_units"] = (frame["on_hand_units"] - frame["reserved_units"]).round(3)
    return frame[[*_KEYS, "on_hand_units", "reserved_units", "available_units"]]


def _closed(db: Database, wanted: pd.DataFrame) -> set[str]:
    """References of the allocation whose order line is not open any more."""
    rows = db.frame(
        f"select order_id, order_line_id, order_state from ({database.latest(ORDER_LINE)}) "
        "where list_contains($orders, order_id)",
        {"as_of_at": _ALWAYS, "orders": wanted["order_id"].unique().tolist()},
    )
    state = dict(zip(rows["order_id"] + "|" + rows["order_line_id"], rows["order_state"], strict=True))
    # A kit's component has its SKU behind the line: order|line#sku.
    lines = wanted["order_id"] + "|" + wanted["order_line_id"]
    tails = "#" + wanted["sku_id"]
    whole = [line.removesuffix(tail) for line, tail in zip(lines, tails, strict=True)]
    return {line for line, sold in zip(lines, whole, strict=True) if state.get(sold, state.get(line)) != "open"}
