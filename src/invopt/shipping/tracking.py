"""What carriers say about parcels: events in any order, any number of times, folded to one status each."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from invopt.settings import Shipping
from invopt.tables import SHIPMENT, check

#: The statuses, and the words in a carrier's code that mean them; the first match counts.
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("returned_to_sender", ("returned", "return_to_sender", "rts", "refused")),
    ("damaged", ("damage", "damaged", "broken")),
    ("lost", ("lost", "missing")),
    ("failed", ("failed", "failure", "attempt", "attempted", "not_delivered", "undelivered", "undeliverable",
                "exception")),
    ("out_for_delivery", ("out_for_delivery", "with_courier", "on_vehicle")),
    ("delivered", ("delivered", "delivery_confirmed", "pod")),
    ("announced", ("announced", "label", "label_created", "manifested", "pre_advice", "pre_transit", "pending")),
    ("in_transit", ("in_transit", "transit", "accepted", "collected", "picked_up", "pickup", "departed",
                    "arrived", "depot", "hub", "customs", "sorted", "shipped")),
)  # fmt: skip
#: A parcel in one of these has come to an end, unless a later end is reported (found again, sent back).
_ENDS = ("delivered", "returned_to_sender", "lost", "damaged")
_NEXT_STEP = {
    "late": "Ask the carrier, tell the customer the new date.",
    "stuck": "Open a search with the carrier, tell the customer.",
    "failed": "Check address and phone with the customer, ask for a second delivery.",
    "returned_to_sender": "Receive the goods back, ask the customer for an address or refund.",
    "lost": "Claim from the carrier, send a replacement or refund.",
    "damaged": "Claim from the carrier with pictures, offer replacement or refund.",
    "": "",
}


def status_of(event_code: str) -> str:
    """The status that a carrier's code means; `unknown` where no word of it is known.

    >>> status_of("Out For Delivery"), status_of("NOT-DELIVERED"), status_of("X17")
    ('out_for_delivery', 'failed', 'unknown')
    """
    code = "_" + re.sub(r"[^a-z0-9]+", "_", event_code.lower()).strip("_") + "_"
    for status, words in _WORDS:
        if any(f"_{word}_" in code for word in words):
            return status
    return "unknown"


def fold_events(tracking_event: pd.DataFrame, as_of: pd.Timestamp, settings: Shipping) -> pd.DataFrame:
    """One row a parcel: table `shipment`, from table `tracking_event` as of a moment (UTC).

    The order of rows and repeated rows do not matter, and events after `as_of` are not seen. The latest end
    (delivered, returned, lost, damaged) counts before anything else, so a scan that arrives late or with a
    wrong clock does not undo a delivery; otherwise the latest event whose code is known. Unknown codes are
    kept in the events; they count as news of the parcel and never change its status.

    Problems, the gravest first: the carrier's own word (damaged, lost, returned_to_sender, failed), no news
    for `lost_after_days` (lost) or `stuck_after_days` (stuck), not delivered after the promised day (late).
    """
    events = tracking_event[tracking_event["happened_at"] < as_of].drop_duplicates()
    if events.empty:
        return check(pd.DataFrame(columns=list(SHIPMENT.names)), SHIPMENT)
    known = {code: status_of(code) for code in events["event_code"].unique()}
    events = events.assign(status=events["event_code"].map(known))
    # A fixed order for equal times: the status further along counts as the later.
    rank = {status: number for number, status in enumerate(
        ("unknown", "announced", "in_transit", "out_for_delivery", "failed", "damaged", "lost", "delivered",
         "returned_to_sender"))}  # fmt: skip
    events = events.assign(rank=events["status"].map(rank))
    events = events.sort_values(["tracking_number", "happened_at", "rank", "event_code"], kind="stable")
    by_parcel = events.groupby("tracking_number", sort=True)
    shipment = pd.DataFrame(
        {
            "order_id": by_parcel["order_id"].first(),
            "carrier_id": by_parcel["carrier_id"].first(),
            "service_id": by_parcel["service_id"].first(),
            "tracking_status": "unknown",
            "shipped_at": _times(events, "first", "in_transit", "out_for_delivery", "delivered", "failed"),
            "delivered_at": _times(events, "last", "delivered"),
            "last_event_at": by_parcel["happened_at"].max(),
            "promised_on": by_parcel["promised_on"].last(),
        }
    )
    known_events = events[(events["status"] != "unknown")]
    moving = known_events[known_events["status"] != "announced"]
    ended = known_events[known_events["status"].isin(_ENDS)]
    for rows in (known_events, moving, ended):
        last = rows.groupby("tracking_number")["status"].last()
        shipment["tracking_status"] = last.reindex(shipment.index).fillna(shipment["tracking_status"])
    shipment.loc[shipment["tracking_status"] != "delivered", "delivered_at"] = pd.NaT
    shipment["problem"] = _problem(shipment, as_of, settings)
    shipment["next_step"] = shipment["problem"].map(_NEXT_STEP)
    return check(shipment.reset_index()[list(SHIPMENT.names)], SHIPMENT)


def _times(events: pd.DataFrame, which: str, *statuses: str) -> pd.Series:
    rows = events[events["status"].isin(statuses)].groupby("tracking_number")["happened_at"]
    return rows.min() if which == "first" else rows.max()


def _problem(shipment: pd.DataFrame, as_of: pd.Timestamp, settings: Shipping) -> np.ndarray:
    status = shipment["tracking_status"]
    is_open = ~status.isin(_ENDS)
    has_left = status != "announced"
    silent_days = (as_of - shipment["last_event_at"]).dt.total_seconds() / 86_400
    is_past = as_of.normalize() > shipment["promised_on"]
    return np.select(
        [
            status.isin(("damaged", "lost", "returned_to_sender")),
            is_open & has_left & (silent_days >= settings.lost_after_days),
            status == "failed",
            is_open & has_left & (silent_days >= settings.stuck_after_days),
            is_open & is_past.fillna(False).astype(bool),
        ],
        [status, "lost", "failed", "stuck", "late"],
        default="",
    )
