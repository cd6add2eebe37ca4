"""Choose among offers: cheapest, fastest, best value; and the carton that makes the whole cheapest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.settings import Shipping
from invopt.tables import DELIVERY_OPTION, check


def delivery_options(offer: pd.DataFrame, settings: Shipping) -> pd.DataFrame:
    """Table `delivery_option`: up to three rows a parcel, each with its price and its honest date.

    `offer` comes from `promise.offers`. Cheapest: the lowest cost, the earlier promise among equals.
    Fastest: the earliest promise, the cheaper among equals. Best value: the lowest cost plus
    `value_of_a_day_minor` for every day until the promise. The same service may win more than one.
    """
    days = (offer["promise_on"] - offer["ships_on"]).dt.days
    value = offer["cost_minor"].astype("float64") + settings.value_of_a_day_minor * days
    ranked = offer.assign(value=value)
    tie = ["carrier_id", "service_id"]
    orders = {
        "cheapest": ["cost_minor", "promise_on"],
        "fastest": ["promise_on", "cost_minor"],
        "best_value": ["value", "promise_on"],
    }
    picked = [
        ranked.sort_values(["parcel_id", *columns, *tie], kind="stable")
        .drop_duplicates("parcel_id")
        .assign(option=option)
        for option, columns in orders.items()
    ]
    options = pd.concat(picked).sort_values(["parcel_id", "option"], kind="stable")
    return check(options[list(DELIVERY_OPTION.names)], DELIVERY_OPTION)


def choose_service(offer: pd.DataFrame, settings: Shipping, promised_on: pd.Series | None = None) -> pd.DataFrame:
    """The offer that each parcel takes; one row a parcel that has one.

    By the setting `choice`. Where the customer already holds a date (`promised_on`, indexed by parcel_id),
    offers that keep it go before those that do not; if none does, the fastest, and `is_late_choice` says so.
    """
    held = offer["parcel_id"].map(promised_on) if promised_on is not None else pd.Series(pd.NaT, index=offer.index)
    breaks = (offer["promise_on"] > pd.to_datetime(held)).fillna(False)
    days = (offer["promise_on"] - offer["ships_on"]).dt.days
    cost = offer["cost_minor"].astype("float64")
    by_date = offer["promise_on"].astype("int64").astype("float64")
    score = {
        "cheapest": cost,
        "fastest": by_date,
        "best_value": cost + settings.value_of_a_day_minor * days,
    }[settings.choice]
    ranked = offer.assign(
        is_late_choice=breaks.to_numpy(), score=np.where(breaks, by_date, score), cost=cost, day=by_date
    )
    ranked = ranked.sort_values(
        ["parcel_id", "is_late_choice", "score", "cost", "day", "carrier_id", "service_id"], kind="stable"
    )
    return ranked.drop_duplicates("parcel_id").drop(columns=["score", "cost", "day"]).reset_index(drop=True)
