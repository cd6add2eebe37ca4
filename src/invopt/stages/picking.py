"""Picking stage: today's work in waves, and the next working day's by the hour."""

from __future__ import annotations

import pandas as pd

from invopt.orders import pick_waves, workload
from invopt.settings import Settings
from invopt.stages.run import Run
from invopt.tables import (
    ALLOCATION,
    BACKLOG,
    CARRIER_SERVICE,
    LOCATION,
    OPEN_ORDER_LINE,
    ORDER_ARRIVAL,
    PARCEL,
    PICK_LINE,
    PRODUCT,
    WORKLOAD,
)


def plan_picking(run: Run) -> None:
    """Write the waves of what leaves today, and the lines that each hour of the next working day brings."""
    settings = run.settings
    allocation, locations, backlog = run.read(ALLOCATION), run.read(LOCATION), run.read(BACKLOG)
    deadlines = packing_deadlines(
        allocation, run.read(PARCEL), run.read(CARRIER_SERVICE), locations, run.read(OPEN_ORDER_LINE), settings
    )
    run.write(PICK_LINE, pick_waves(allocation, deadlines, run.read(PRODUCT), settings.orders.wave_lines))
    left = backlog[backlog["cause"] == "capacity"].groupby("location_id", as_index=False).size()
    hours = tuple(range(settings.orders.first_pick_hour, settings.orders.last_pick_hour + 1))
    waiting = left.rename(columns={"size": "lines"})
    run.write(WORKLOAD, workload(waiting, run.read(ORDER_ARRIVAL), locations, hours))


def packing_deadlines(
    allocation: pd.DataFrame, parcel: pd.DataFrame, services: pd.DataFrame, locations: pd.DataFrame,
    orders: pd.DataFrame, settings: Settings,
) -> pd.DataFrame:  # fmt: skip
    """When each order has to be packed at each location: the earlier of the location's and the carriers' cut-offs.

    Returns `order_id, location_id, cut_off_time, promised_on`, one row an order and location of the allocation.
    """
    places = ["order_id", "location_id"]
    collected = parcel.merge(
        services[["carrier_id", "service_id", "cut_off_time"]], on=["carrier_id", "service_id"], how="left"
    )
    frame = allocation[places].drop_duplicates().sort_values(places, ignore_index=True)
    keys = pd.MultiIndex.from_frame(frame)
    carrier = collected.dropna(subset="cut_off_time").groupby(places)["cut_off_time"].min()
    own = frame["location_id"].map(locations.set_index("location_id")["cut_off_time"]).astype("str")
    own = own.fillna(settings.shipping.cut_off_time)
    # Times as HH:MM compare as texts.
    by_carrier = pd.Series(carrier.reindex(keys).to_numpy(dtype=object), dtype="str").fillna("24:00")
    promised = orders.groupby("order_id")["promised_on"].min().reindex(frame["order_id"])
    return frame.assign(cut_off_time=own.where(own <= by_carrier, by_carrier), promised_on=promised.to_numpy())
