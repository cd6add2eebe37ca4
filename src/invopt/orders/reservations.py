"""What is reserved for picking: kept as long as it is wanted, given back when the order changed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.orders.problem import THOUSANDTHS, thousandths
from invopt.tables import ALLOCATION, OPEN_ORDER_LINE, RESERVATION, check

_LINE = ["order_id", "order_line_id"]
_KEY = [*_LINE, "location_id"]


def settle_reservations(reserved: pd.DataFrame, open_lines: pd.DataFrame, scanned: pd.DataFrame) -> pd.DataFrame:
    """Which reservations stand, and which an edit, a cancellation or the shipment has made void.

    `reserved` has one row a reference, SKU and location with units still reserved: `reference, order_id,
    order_line_id` (missing where no order line has that reference), `sku_id, location_id, reserved_units,
    order_state`. `open_lines` is OPEN_ORDER_LINE; `scanned` has `order_id, location_id` of parcels that a carrier
    has taken (a missing location means every one). Returns RESERVATION.

    A line that is no longer open keeps nothing; of one edited to fewer units the last locations by name give up
    first; one edited to another SKU keeps nothing of the old. What the carrier has scanned and the shop still
    calls open stays reserved and is not planned again. References that are no order's are left alone.
    """
    frame = reserved.reset_index(drop=True)
    lines = check(open_lines, OPEN_ORDER_LINE)[[*_LINE, "sku_id", "ordered_units"]]
    lines = lines.rename(columns={"sku_id": "open_sku_id"})
    frame = frame.merge(lines, on=_LINE, how="left", validate="many_to_one").sort_values(
        ["reference", "sku_id", "location_id"], ignore_index=True
    )
    units = thousandths(frame["reserved_units"])
    is_order = frame["order_id"].notna().to_numpy(dtype=bool)
    is_open = frame["ordered_units"].notna().to_numpy(dtype=bool)
    is_same = is_open & (frame["open_sku_id"] == frame["sku_id"]).to_numpy(dtype=bool, na_value=False)
    gone = _with_carrier(frame, scanned)
    kept = np.where(is_order, 0, units)
    wanted = np.where(is_same, thousandths(frame["ordered_units"].fillna(0.0)), 0)
    for rows in frame[is_same].groupby("reference", sort=True).indices.values():
        at = np.flatnonzero(is_same)[rows]
        before = np.cumsum(units[at]) - units[at]
        kept[at] = np.clip(wanted[at] - before, 0, units[at])
    state = frame["order_state"].astype("str").fillna("").to_numpy(dtype=object)
    reason = np.select(
        [~is_order, is_same & gone & (kept > 0), is_same & (kept == units), is_same, is_open,
         (state == "cancelled") & gone, state == "cancelled", state == "shipped"],
        ["reserved for something else than an order", "with the carrier", "released to picking",
         "edited to fewer units", "edited to another SKU",
         "cancelled after the carrier's scan: stop the parcel, or take it back as a return", "cancelled", "shipped"],
        default="no longer to be served",
    )  # fmt: skip
    settled = frame.assign(
        kept_units=kept / THOUSANDTHS, is_with_carrier=gone & is_same & (kept > 0), reason=pd.array(reason, dtype="str")
    )
    return check(settled[list(RESERVATION.names)], RESERVATION)


def _with_carrier(frame: pd.DataFrame, scanned: pd.DataFrame) -> np.ndarray:
    anywhere = set(scanned.loc[scanned["location_id"].isna(), "order_id"].dropna())
    there = set(zip(scanned["order_id"], scanned["location_id"], strict=True))
    pairs = zip(frame["order_id"], frame["location_id"], strict=True)
    return np.array([pair[0] in anywhere or pair in there for pair in pairs], dtype=bool)


def without_carried(open_lines: pd.DataFrame, reservations: pd.DataFrame) -> pd.DataFrame:
    """OPEN_ORDER_LINE without the units that a carrier has already taken; lines that are wholly gone are left out."""
    return _less(open_lines, reservations[reservations["is_with_carrier"]])


def without_reserved(open_lines: pd.DataFrame, reservations: pd.DataFrame) -> pd.DataFrame:
    """OPEN_ORDER_LINE without the units that are being picked: what is still to be allocated."""
    return _less(open_lines, reservations[~reservations["is_with_carrier"]])


def with_reserved(allocation: pd.DataFrame, reservations: pd.DataFrame) -> pd.DataFrame:
    """ALLOCATION with what is being picked beside what was newly allocated: it stays where it was reserved."""
    fixed = reservations[~reservations["is_with_carrier"] & (reservations["kept_units"] > 0)]
    fixed = fixed[fixed["order_id"].notna()]
    if fixed.empty:
        return allocation
    rows = fixed[[*_KEY, "sku_id", "reason"]].assign(allocated_units=fixed["kept_units"], is_split=False)
    joined = pd.concat([rows[list(ALLOCATION.names)], allocation], ignore_index=True)
    joined["units"] = thousandths(joined["allocated_units"])
    merged = joined.groupby(_KEY, as_index=False, sort=True).agg(
        sku_id=("sku_id", "first"), units=("units", "sum"), reason=("reason", "; more: ".join)
    )
    places = merged.groupby("order_id")["location_id"].transform("nunique")
    merged = merged.assign(allocated_units=merged["units"] / THOUSANDTHS, is_split=places > 1)
    return check(merged[list(ALLOCATION.names)], ALLOCATION)


def _less(open_lines: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    if taken.empty:
        return open_lines
    kept = taken.assign(kept=thousandths(taken["kept_units"])).groupby(_LINE)["kept"].sum()
    keys = pd.MultiIndex.from_frame(open_lines[_LINE])
    units = thousandths(open_lines["ordered_units"])
    left = np.maximum(units - kept.reindex(keys).fillna(0).to_numpy(dtype=np.int64), 0)
    share = np.divide(left, units, out=np.zeros(len(units)), where=units > 0)
    amount = np.rint(open_lines["amount_minor"].to_numpy() * share).astype(np.int64)
    is_touched = left < units
    found = open_lines.assign(
        ordered_units=np.where(is_touched, left / THOUSANDTHS, open_lines["ordered_units"]),
        amount_minor=np.where(is_touched, amount, open_lines["amount_minor"]),
    )
    # A line that came with no units stays: its own check says what is wrong with it.
    return check(found[~is_touched | (left > 0)], OPEN_ORDER_LINE)
