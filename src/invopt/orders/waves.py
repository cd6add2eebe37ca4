"""Pick waves: what is picked together, in which sequence, and how much work each hour brings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.tables import ALLOCATION, LOCATION, PICK_LINE, WORKLOAD, check


def pick_waves(
    allocation: pd.DataFrame, deadlines: pd.DataFrame, products: pd.DataFrame, wave_lines: int
) -> pd.DataFrame:
    """Batch today's allocation into waves of orders that share SKUs.

    `allocation` is ALLOCATION; `deadlines` has one row an order and location: `order_id, location_id,
    cut_off_time` (HH:MM local, missing for none) and `promised_on`; `products` is PRODUCT, whose category is the zone
    of the shelf; `wave_lines` is about how many lines a wave holds. At each location the orders with the earliest
    cut-off come first and waves never mix two cut-offs; within one, orders are sorted by promise, then by the zone and
    name of the SKU most in demand there that they hold: orders for the same goods fall into the same wave and a picker
    walks once. An order is never divided between waves of a location. Picks of a wave follow zone and SKU. Returns
    PICK_LINE, one row an order line and location.

    Fails where bins matter: within a zone goods are put in sequence by SKU, since no bin is known.
    """
    places = ["location_id", "order_id"]
    rows = check(allocation, ALLOCATION).sort_values([*places, "order_line_id"])
    zone = rows["sku_id"].map(products.set_index("sku_id")["category_id"]).astype("str").fillna("")
    popularity = rows.groupby(["location_id", "sku_id"])["order_id"].transform("nunique")
    rows = rows.assign(zone=zone, popularity=popularity)
    tasks = rows.sort_values([*places, "popularity", "sku_id"], ascending=[True, True, False, True])
    heads = tasks.groupby(places, as_index=False).agg(
        lines=("sku_id", "size"), leader=("sku_id", "first"), zone=("zone", "first"), strength=("popularity", "first")
    )
    heads = heads.merge(deadlines, on=places, how="left", validate="one_to_one")
    heads["cut_off_time"] = heads["cut_off_time"].astype("str").fillna("")
    heads["later"] = heads["cut_off_time"].where(heads["cut_off_time"] != "", "24:00")
    heads = heads.sort_values(
        ["location_id", "later", "promised_on", "zone", "strength", "leader", "order_id"],
        ascending=[True, True, True, True, False, True, True], na_position="last", ignore_index=True,
    )  # fmt: skip
    batch = heads.groupby(["location_id", "later"], sort=False)["lines"]
    within = (batch.cumsum() - heads["lines"]) // max(wave_lines, 1)
    opens = heads[["location_id", "later"]].ne(heads[["location_id", "later"]].shift()).any(axis=1) | within.ne(
        within.shift()
    )
    heads["wave_number"] = opens.groupby(heads["location_id"]).cumsum().astype("int64")
    found = rows.merge(heads[[*places, "wave_number", "cut_off_time"]], on=places, validate="many_to_one")
    found = found.sort_values(["location_id", "wave_number", "zone", "sku_id", "order_id", "order_line_id"])
    frame = pd.DataFrame(
        {
            "location_id": found["location_id"],
            "wave_number": found["wave_number"],
            "pick_number": found.groupby(["location_id", "wave_number"]).cumcount() + 1,
            "order_id": found["order_id"],
            "order_line_id": found["order_line_id"],
            "sku_id": found["sku_id"],
            "zone": found["zone"],
            "pick_units": found["allocated_units"],
            "cut_off_time": found["cut_off_time"].where(found["cut_off_time"] != ""),
        }
    )
    return check(frame, PICK_LINE)


def workload(
    waiting_lines: pd.DataFrame, expected_lines: pd.DataFrame, locations: pd.DataFrame, hours: tuple[int, ...]
) -> pd.DataFrame:
    """Lines that each hour of the next working day brings to each location, against what it can pick.

    `waiting_lines` has `location_id, lines` (left over from today), `expected_lines` is ORDER_ARRIVAL, `locations`
    LOCATION and `hours` the working hours. What comes before the first working hour waits for it; capacity is spread
    evenly over the hours, and what is not picked moves on to the next. Returns WORKLOAD, one row a location and hour.
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
