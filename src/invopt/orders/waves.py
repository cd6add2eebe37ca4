"""Pick waves: what is picked together, in which sequence, and how much work each hour brings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.tables import ALLOCATION, LOCATION, PICK_LINE, WORKLOAD, check


def pick_waves(
    allocation: pd.DataFrame, locations: pd.DataFrame, promised: pd.DataFrame, wave_lines: int
) -> pd.DataFrame:
    """Batch today's allocation into waves of orders that share SKUs.

    `allocation` is ALLOCATION, `locations` LOCATION (the cut-off), `promised` has `order_id, promised_on`, and
    `wave_lines` is about how many lines a wave holds. At each location orders are sorted by promise, then by the
    SKU most in demand there that they hold, then by that of the rest: orders for the same goods fall into the same
    wave and a picker walks once. An order is never divided between waves of a location. Returns PICK_LINE, one row
    an order line and location.

    Fails where bins matter: goods are put in sequence by SKU, since no bin is known.
    """
    rows = check(allocation, ALLOCATION).sort_values(["location_id", "order_id", "order_line_id"])
    popularity = rows.groupby(["location_id", "sku_id"])["order_id"].transform("nunique")
    rows = rows.assign(popularity=popularity)
    tasks = rows.sort_values(["location_id", "order_id", "popularity", "sku_id"], ascending=[True, True, False, True])
    heads = tasks.groupby(["location_id", "order_id"], as_index=False).agg(
        lines=("sku_id", "size"), leader=("sku_id", "first"), strength=("popularity", "first")
    )
    heads = heads.merge(promised[["order_id", "promised_on"]], on="order_id", how="left", validate="many_to_one")
    heads = heads.sort_values(
        ["location_id", "promised_on", "strength", "leader", "order_id"],
        ascending=[True, True, False, True, True], na_position="last",
    )  # fmt: skip
    before = heads.groupby("location_id")["lines"].cumsum() - heads["lines"]
    heads = heads.assign(wave_number=before // max(wave_lines, 1) + 1)
    cut_off = check(locations, LOCATION)[["location_id", "cut_off_time"]]
    found = rows.merge(heads[["location_id", "order_id", "wave_number"]], on=["location_id", "order_id"])
    found = found.merge(cut_off, on="location_id", how="left", validate="many_to_one")
    found = found.sort_values(["location_id", "wave_number", "sku_id", "order_id", "order_line_id"])
    sequence = found.groupby(["location_id", "wave_number"]).cumcount() + 1
    frame = pd.DataFrame(
        {
            "location_id": found["location_id"],
            "wave_number": found["wave_number"],
            "pick_number": sequence,
            "order_id": found["order_id"],
            "order_line_id": found["order_line_id"],
            "sku_id": found["sku_id"],
            "pick_units": found["allocated_units"],
            "cut_off_time": found["cut_off_time"],
        }
    )
    return check(frame, PICK_LINE)


def workload(
    waiting_lines: pd.DataFrame, expected_lines: pd.DataFrame, locations: pd.DataFrame, hours: tuple[int, ...]
) -> pd.DataFrame:
    """Lines that each hour of tomorrow brings to each location, against what it can pick.

    `waiting_lines` has `location_id, lines` (left over from today), `expected_lines` has `location_id, hour,
    lines` (orders expected by hour of the day), `locations` LOCATION and `hours` the working hours. What comes
    before the first working hour waits for it; capacity is spread evenly over the hours, and what is not picked moves
    on to the next. Returns WORKLOAD, one row a location and hour.
    """
    places = check(locations, LOCATION)
    open_hours = np.array(sorted(hours), dtype=np.int64)
    rows = []
    for place, limit in zip(places["location_id"], places["pick_lines_per_day"], strict=True):
        mine = expected_lines[expected_lines["location_id"] == place]
        backlog = float(waiting_lines.loc[waiting_lines["location_id"] == place, "lines"].sum())
        per_hour = np.inf if pd.isna(limit) else float(limit) / len(open_hours)
        arrived_until = -1
        for hour in open_hours.tolist():
            new = float(mine.loc[(mine["hour"] > arrived_until) & (mine["hour"] <= hour), "lines"].sum())
            arrived_until = hour
            picked = min(backlog + new, per_hour)
            backlog = backlog + new - picked
            rows.append((place, hour, new, picked, backlog))
    return check(pd.DataFrame(rows, columns=list(WORKLOAD.names)), WORKLOAD)
