"""Tracking and parcels stages: what carriers say of parcels under way, and what leaves today."""

from __future__ import annotations

import pandas as pd

from invopt.shipping.plan import Network, plan_parcels
from invopt.shipping.promise_score import promise_scores
from invopt.shipping.rate_cards import rate_card_faults
from invopt.shipping.tracking import fold_events
from invopt.shipping.transit import transit_times
from invopt.stages.live_rates import ask_carriers
from invopt.stages.run import Run
from invopt.tables import (
    ALLOCATION,
    CARRIER_SERVICE,
    CARRIER_ZONE,
    CARTON,
    DELIVERY_OPTION,
    LOCATION,
    OPEN_ORDER_LINE,
    PARCEL,
    PARCEL_LINE,
    PLACEMENT,
    PRODUCT,
    PROMISE_SCORE,
    RATE,
    RATE_FAULT,
    SHIPMENT,
    SURCHARGE,
    TRACKING_EVENT,
    TRANSIT_TIME,
)


def follow_parcels(run: Run) -> None:
    """Write where each parcel under way stands, what trips take, and how well promises are kept."""
    events, moment = run.read(TRACKING_EVENT), pd.Timestamp(run.seen_until)
    settings, time_zone = run.settings.shipping, run.settings.business.time_zone
    run.write(SHIPMENT, fold_events(events, moment, settings))
    run.write(TRANSIT_TIME, transit_times(events, moment, settings, time_zone))
    run.write(PROMISE_SCORE, promise_scores(events, moment, settings, time_zone))


def read_network(run: Run) -> Network:
    """What carriers offer, as this run sees it."""
    return Network(
        *(run.read(table) for table in (CARTON, CARRIER_SERVICE, CARRIER_ZONE, RATE, SURCHARGE, TRANSIT_TIME))
    )


def plan_shipping(run: Run) -> None:
    """Write the parcels of the day, what lies in each, its carrier, and what the customer could choose."""
    network = read_network(run)
    plan = plan_parcels(
        run.read(ALLOCATION),
        run.read(OPEN_ORDER_LINE),
        run.read(PRODUCT),
        run.read(LOCATION),
        network,
        run.seen_until,
        run.settings.shipping,
        run.settings.business,
        live=ask_carriers(run),
    )
    run.write(PARCEL, plan.parcel)
    run.write(PARCEL_LINE, plan.parcel_line)
    run.write(PLACEMENT, plan.placement)
    run.write(DELIVERY_OPTION, plan.delivery_option)
    run.write(RATE_FAULT, rate_card_faults(run.read(RATE), pd.Timestamp(run.as_of)))
