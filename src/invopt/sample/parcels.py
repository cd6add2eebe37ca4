"""What the carriers reported of the parcels that left in the last ninety days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.sample.assortment import Assortment
from invopt.sample.carriers import SERVICES
from invopt.sample.destinations import COUNTRIES, LOCATIONS, Addresses
from invopt.sample.orders import SHIPPED, SHIPPED_SECOND, OrderBook
from invopt.sample.requests import Requests
from invopt.sample.spec import ShopSpec
from invopt.sample.texts import chosen, days_to_dates, local_to_utc, looked_up, numbered
from invopt.sample.working_days import add_working_days

TRACKED_DAYS, DOOR_DAYS = 90, 14  # all parcels of ninety days; out for delivery only lately
EVENTS = (
    "in_transit",
    "customs_scan",
    "out_for_delivery",
    "failed",
    "delivered",
    "returned_to_sender",
    "damaged",
)
# How services are used: by zone, cumulative.
USED = np.array([[0.30, 0.62, 0.74, 0.78, 0.96, 1.0], [0.35, 0.60, 0.72, 0.76, 0.96, 1.0],
                 [0.35, 0.65, 0.80, 0.80, 0.97, 1.0], [0.40, 0.80, 1.0, 1.0, 1.0, 1.0]])  # fmt: skip
HAZARDOUS_SERVICES = np.array([4, 4, 4, 0])  # Oxcart's parcel wherever it goes
LOST_SHARE, FAILED_SHARE, SENT_BACK_SHARE, DAMAGED_SHARE = 0.008, 0.012, 0.005, 0.004


def zone_of(addresses: Addresses) -> np.ndarray:
    """Position of the carriers' zone of each address."""
    country = addresses.country
    zone: np.ndarray = np.where(country == "GB", addresses.is_remote.astype(np.int64), np.where(country == "IE", 2, 3))
    return zone


def tracking_table(
    spec: ShopSpec, block: int, goods: Assortment, requests: Requests, book: OrderBook, addresses: Addresses
) -> pd.DataFrame:
    """The table `tracking_event`: one parcel an order, its events until the as-of day."""
    random = spec.random("parcels", block)
    left = (book.state == SHIPPED) & (book.order_ship_day[requests.order[book.line]] >= spec.days - TRACKED_DAYS)
    order, at = np.unique(requests.order[book.line[left]], return_index=True)
    number = book.number[left][at]
    by_number = np.argsort(number, kind="stable")
    order, number = order[by_number], number[by_number]
    hazardous = np.zeros(len(requests.order_day), dtype=bool)
    hazardous[requests.order[book.line[goods.is_hazardous[requests.sku[book.line]]]]] = True
    address = requests.order_address[order]
    zone = zone_of(addresses)[address]
    service = (random.random(len(order))[:, None] >= USED[zone]).sum(axis=1)
    service = np.where(hazardous[order], HAZARDOUS_SERVICES[zone], service)
    base = np.array([[*row.days, *[0] * (4 - len(row.days))] for row in SERVICES])[service, zone]
    late = np.array([row.late_chance for row in SERVICES])[service]
    steps = base + random.geometric(1 - late) - 1
    shipped = book.order_ship_day[order]
    fate = random.random(len(order))
    edges = np.cumsum([LOST_SHARE, FAILED_SHARE, SENT_BACK_SHARE, DAMAGED_SHARE])
    lost, failed = fate < edges[0], (fate >= edges[0]) & (fate < edges[1])
    sent_back, damaged = (fate >= edges[1]) & (fate < edges[2]), (fate >= edges[2]) & (fate < edges[3])
    arrives = add_working_days(spec, shipped, steps)
    after = add_working_days(spec, arrives, np.ones(len(order), dtype=np.int64))
    again = add_working_days(spec, arrives, np.full(len(order), 5))
    door = random.integers(9 * 3600, 18 * 3600, len(order))
    promised = add_working_days(spec, shipped, np.where(zone < 2, 3, 6))
    every = np.ones(len(order), dtype=bool)
    scenes = (
        ("in_transit", every, shipped, np.full(len(order), SHIPPED_SECOND + 5400)),
        (
            "customs_scan",
            zone >= 2,
            add_working_days(spec, shipped, np.ones(len(order), dtype=np.int64)),
            door,
        ),
        (
            "out_for_delivery",
            ~lost & (shipped >= spec.days - DOOR_DAYS),
            arrives,
            np.full(len(order), 7 * 3600),
        ),
        ("failed", failed | sent_back, arrives, door),
        ("damaged", damaged, arrives, door),
        ("delivered", ~(lost | failed | sent_back | damaged), arrives, door),
        ("delivered", failed, after, door),
        ("returned_to_sender", sent_back, again, door),
    )
    parts = []
    for name, whose, day, second in scenes:
        rows = np.flatnonzero(whose & (day < spec.days))
        parts.append((rows, np.full(len(rows), EVENTS.index(name)), day[rows], second[rows]))
    row, event, day, second = (np.concatenate([part[column] for part in parts]) for column in range(4))
    by_parcel = np.lexsort((event, second, day, row))
    row, event, day, second = row[by_parcel], event[by_parcel], day[by_parcel], second[by_parcel]
    return pd.DataFrame(
        {
            "tracking_number": numbered("T", number[row]),
            "carrier_id": looked_up(service[row], np.array([own.carrier_id for own in SERVICES], dtype=object)),
            "service_id": looked_up(service[row], np.array([own.service_id for own in SERVICES], dtype=object)),
            "order_id": numbered("", number[row]),
            "event_code": chosen(event, EVENTS),
            "happened_at": local_to_utc(spec, day, second),
            "from_location_id": chosen(requests.order_location[order[row]], LOCATIONS),
            "to_country": chosen(
                np.array([COUNTRIES.index(name) for name in addresses.country])[address[row]], COUNTRIES
            ),
            "to_postcode": looked_up(address[row], addresses.postcode),
            "promised_on": days_to_dates(spec, promised[row]),
        }
    )
