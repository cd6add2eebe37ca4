"""The parcels of a day: cartons and carriers chosen together on billed cost, each with its dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from invopt.settings import Business, Shipping
from invopt.shipping.choice import choose_service, delivery_options
from invopt.shipping.parcels import Packed, pack_orders
from invopt.shipping.promise import offers, ship_dates
from invopt.shipping.rates import quote
from invopt.tables import DELIVERY_OPTION, PARCEL, PARCEL_LINE, PLACEMENT, check, empty


@dataclass(frozen=True)
class Network:
    """What carriers offer: the tables carton, carrier_service, carrier_zone, rate, surcharge, transit_time."""

    carton: pd.DataFrame
    carrier_service: pd.DataFrame
    carrier_zone: pd.DataFrame
    rate: pd.DataFrame
    surcharge: pd.DataFrame
    transit_time: pd.DataFrame


@dataclass(frozen=True)
class ParcelPlan:
    """Tables `parcel`, `parcel_line`, `delivery_option` and `placement`."""

    parcel: pd.DataFrame
    parcel_line: pd.DataFrame
    delivery_option: pd.DataFrame
    placement: pd.DataFrame


@dataclass(frozen=True)
class LiveAnswer:
    """What carriers say when asked now.

    `quotes` has the columns of a quote; `services` carrier_id, service_id, transit_weekdays and stated_transit_days
    of services that no file names; `notes` why a parcel has no live rate, indexed by parcel_id.
    """

    quotes: pd.DataFrame
    services: pd.DataFrame
    notes: pd.Series


def plan_parcels(
    allocation: pd.DataFrame,
    orders: pd.DataFrame,
    product: pd.DataFrame,
    location: pd.DataFrame,
    network: Network,
    as_of: dt.datetime,
    settings: Shipping,
    business: Business,
    live: Callable[[pd.DataFrame], LiveAnswer] | None = None,
) -> ParcelPlan:
    """Pack what is allocated, and give every parcel a carrier service and its dates.

    `allocation`, `product` and `location` are the tables; `orders` is `open_order_line` (ship-to and promised
    day are read from the first line of an order); `as_of` is the moment of release in UTC.

    A consignment is packed in the fewest cartons, and again with each single carton size. Of these the plan
    whose carriers and cartons together cost least is taken, so that a larger carton does not cost its
    dimensional weight unnoticed. `live` is asked about the packed parcels (parcel_id, order_id, location_id, sides,
    weight): its quotes take the place of the rate cards' for the same service, and its notes stand in the parcel's
    reason. A parcel that no service takes stays in the plan without a carrier, with
    the reasons of all services.
    """
    if not (allocation["allocated_units"] > 0).any():
        return ParcelPlan(empty(PARCEL), empty(PARCEL_LINE), empty(DELIVERY_OPTION), empty(PLACEMENT))
    destination = _destinations(orders)
    location = _all_locations(location, allocation)
    leaves = ship_dates(location, as_of, settings, business.time_zone, business.country)
    home = location.assign(from_country=location["country"].fillna(business.country))
    home = home[["location_id", "from_country"]]
    plans = [pack_orders(allocation, product, network.carton, settings)]
    if len(network.carton) > 1:
        plans += [
            pack_orders(allocation, product, network.carton.iloc[[size]], settings)
            for size in range(len(network.carton))
        ]
    valued = [_valued(plan, destination, home, leaves, network, as_of, settings, business, orders) for plan in plans]
    best = _cheapest_plans(valued)
    parcel = _of_best([value.parcel for value in valued], best)
    quotes = _of_best([value.quotes for value in valued], best)
    offer = _of_best([value.offer for value in valued], best)
    notes = pd.Series(dtype="str")
    if live is not None:
        answer = live(parcel)
        key = ["parcel_id", "carrier_id", "service_id"]
        is_replaced = pd.MultiIndex.from_frame(quotes[key]).isin(pd.MultiIndex.from_frame(answer.quotes[key]))
        quotes = pd.concat([quotes[~is_replaced], answer.quotes], ignore_index=True)
        services = pd.concat([network.carrier_service[list(answer.services.columns)], answer.services])
        services = services.drop_duplicates(["carrier_id", "service_id"])
        offer = offers(quotes, parcel, services, network.transit_time, leaves, settings)
        notes = answer.notes
    promised = parcel.set_index("parcel_id")["promised_on"]
    chosen = choose_service(offer, settings, promised)
    return ParcelPlan(
        _parcel_table(parcel, chosen, quotes, leaves, business, notes),
        _of_best([value.packed.parcel_line for value in valued], best),
        delivery_options(offer, settings),
        _of_best([value.packed.placement for value in valued], best),
    )


@dataclass(frozen=True)
class _Valued:
    """One way to pack everything, with its prices."""

    packed: Packed
    parcel: pd.DataFrame
    quotes: pd.DataFrame
    offer: pd.DataFrame
    cost: pd.DataFrame


def _valued(
    packed: Packed,
    destination: pd.DataFrame,
    home: pd.DataFrame,
    leaves: dict[str, dt.date],
    network: Network,
    as_of: dt.datetime,
    settings: Shipping,
    business: Business,
    orders: pd.DataFrame,
) -> _Valued:
    parcel = packed.parcel.merge(destination, on="order_id", how="left", validate="many_to_one")
    parcel = parcel.merge(home, on="location_id", how="left", validate="many_to_one")
    parcel["to_country"] = parcel["to_country"].astype("str").fillna(business.country)
    parcel["to_postcode"] = parcel["to_postcode"].astype("str").fillna("")
    parcel["is_residential"] = settings.is_residential
    parcel["value_minor"] = parcel["parcel_id"].map(values(packed.parcel_line, orders)).fillna(0).astype("int64")
    day = pd.Timestamp(as_of).normalize()
    quotes = quote(
        parcel, network.carrier_service, network.carrier_zone, network.rate, network.surcharge, day,
        currency=business.currency,
    )  # fmt: skip
    offer = offers(quotes, parcel, network.carrier_service, network.transit_time, leaves, settings)
    chosen = choose_service(offer, settings, parcel.set_index("parcel_id")["promised_on"])
    price = parcel["parcel_id"].map(chosen.set_index("parcel_id")["cost_minor"]).astype("float64")
    cost = (
        parcel.assign(
            is_bare=parcel["carton_id"].isna(),
            is_stranded=price.isna(),
            total=price.fillna(0.0) + parcel["carton_cost_minor"],
            parcels=1,
        )
        .groupby(["order_id", "location_id"])[["is_bare", "is_stranded", "total", "parcels"]]
        .sum()
    )
    return _Valued(packed, parcel, quotes, offer, cost)


def values(parcel_line: pd.DataFrame, orders: pd.DataFrame) -> pd.Series:
    """Value of the goods in each parcel in minor units, by parcel_id: its share of each order line's amount."""
    keys = ["order_id", "order_line_id"]
    lines = parcel_line.merge(orders[[*keys, "amount_minor", "ordered_units"]], on=keys, validate="many_to_one")
    amount = lines["amount_minor"] * lines["packed_units"] / lines["ordered_units"].where(lines["ordered_units"] > 0)
    return amount.fillna(0.0).groupby(lines["parcel_id"]).sum().round()


def _cheapest_plans(valued: list[_Valued]) -> pd.DataFrame:
    """For each consignment the number of its best plan: fewest without a carton, fewest stranded, least cost.

    Goods that fit some carton are never sent bare because one size alone could not hold them.
    """
    costs = pd.concat([value.cost.assign(plan=number) for number, value in enumerate(valued)]).reset_index()
    ranks = ["is_bare", "is_stranded", "total", "parcels", "plan"]
    ordered = costs.sort_values(["order_id", "location_id", *ranks], kind="stable")
    return ordered.drop_duplicates(["order_id", "location_id"])[["order_id", "location_id", "plan"]]


def _of_best(frames: list[pd.DataFrame], best: pd.DataFrame) -> pd.DataFrame:
    """From each plan's frame the rows of the consignments for which that plan is best."""
    place = (best["order_id"] + "/" + best["location_id"] + "/").tolist()
    plan_of = dict(zip(place, best["plan"], strict=True))
    kept: list[pd.DataFrame] = []
    for number, frame in enumerate(frames):
        consignment = frame["parcel_id"].str.replace(r"[^/]*$", "", regex=True)
        kept.append(frame[consignment.map(plan_of) == number])
    return pd.concat(kept).sort_values("parcel_id", kind="stable").reset_index(drop=True)


def _all_locations(location: pd.DataFrame, allocation: pd.DataFrame) -> pd.DataFrame:
    """The locations' columns that shipping reads, with a row of unknowns for each that nothing is known of."""
    columns = ["location_id", "country", "cut_off_time", "handling_days"]
    unknown = sorted(set(allocation["location_id"]) - set(location["location_id"]))
    return location[columns].merge(pd.DataFrame({"location_id": pd.array(unknown, "str")}), how="outer")


def _destinations(orders: pd.DataFrame) -> pd.DataFrame:
    """One row an order: to_country, to_postcode, promised_on."""
    first = orders.sort_values(["order_id", "order_line_id"], kind="stable").drop_duplicates("order_id")
    return pd.DataFrame(
        {
            "order_id": first["order_id"],
            "to_country": first["ship_to_country"],
            "to_postcode": first["ship_to_postcode"],
            "promised_on": first["promised_on"],
        }
    )


def _parcel_table(
    parcel: pd.DataFrame, chosen: pd.DataFrame, quotes: pd.DataFrame, leaves: dict[str, dt.date], business: Business,
    live_notes: pd.Series,
) -> pd.DataFrame:  # fmt: skip
    """Table `parcel`."""
    take = ["parcel_id", "carrier_id", "service_id", "billed_weight_g", "cost_minor", "ships_on", "promise_on",
            "likely_on", "transit_reason", "is_transit_assumed", "is_late_choice"]  # fmt: skip
    table = parcel.merge(chosen[take], on="parcel_id", how="left", validate="one_to_one")
    is_stranded = table["carrier_id"].isna()
    causes = quotes[quotes["reason"] != ""].assign(
        cause=lambda rows: rows["carrier_id"] + " " + rows["service_id"] + ": " + rows["reason"]
    ).groupby("parcel_id")["cause"].agg("; ".join)  # fmt: skip
    why = pd.Series([causes.get(parcel_id, "no carrier service is known") for parcel_id in table["parcel_id"]])
    is_assumed = table["is_transit_assumed"].astype("boolean").fillna(False).astype(bool)
    is_late = table["is_late_choice"].astype("boolean").fillna(False).astype(bool)
    notes = pd.DataFrame(
        {
            "packing": table["reason"],
            "transit": table["transit_reason"].where(is_assumed, ""),
            "late": pd.Series("no service keeps the promised date", index=table.index).where(is_late, ""),
            "live": table["parcel_id"].map(live_notes).astype("str").fillna(""),
            "stranded": ("no carrier takes it (" + why + ")").where(is_stranded, ""),
        }
    )
    table["reason"] = ["; ".join(part for part in row if part) for row in notes.itertuples(index=False)]
    table["is_assumed"] |= is_assumed
    leaving = table["location_id"].map({place: pd.Timestamp(day) for place, day in leaves.items()})
    table["ships_on"] = table["ships_on"].fillna(leaving)
    table["currency"] = business.currency
    return check(table[list(PARCEL.names)], PARCEL)
