"""What each order would cost from each location: carrier, handling and lateness, before anything is packed."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from invopt.settings import Business, Shipping
from invopt.shipping.choice import choose_service
from invopt.shipping.plan import Network
from invopt.shipping.promise import offers, ship_dates
from invopt.shipping.rates import quote
from invopt.shipping.transit import region_of
from invopt.shipping.zones import find_zones, plain_postcode, prefixes
from invopt.tables import LOCATION, PARCEL_COST, check, empty

Floats = npt.NDArray[np.float64]

#: Actual weights are looked at in these steps: orders a few grams apart share a quote.
_WEIGHT_STEP_G = 50
_CLASS = ["to_country", "to_postcode", "promised_on", "carton", "weight_g", "value_minor", "is_hazardous",
          "is_age_restricted"]  # fmt: skip


def parcel_costs(
    orders: pd.DataFrame,
    product: pd.DataFrame,
    location: pd.DataFrame,
    network: Network,
    as_of: dt.datetime,
    settings: Shipping,
    business: Business,
) -> pd.DataFrame:
    """Table `parcel_cost`: every open order from every location, by the rate cards valid on the day.

    `orders` is `open_order_line`, `product` and `location` the tables, `as_of` the moment of release in UTC.
    Returns one row an order and location from which some service takes it; an order that no service takes from
    anywhere has no row, and neither has any where no location or no service is known.

    Nothing is packed yet, so the billed weight is estimated: goods fill `estimated_fill_share` of the smallest
    carton that then holds them (or of several of the largest), goods that ship alone count as a parcel a unit.
    The service is the one that the parcel itself would get (`choose_service`), its price that of the card. With
    f the price of the whole order, l that of its lightest unit alone and n units,

        unit = max(f - l, 0) / (n - 1),   parcel = f - n unit + handling

    so that the whole order, and one unit alone, are priced as the card prices them; between them a straight line.

    Fails where a card has steep steps between the two.
    """
    if orders.empty or location.empty or network.carrier_service.empty or network.rate.empty:
        return empty(PARCEL_COST)
    whole, single = _contents(orders, product, network.carton, settings)
    places = check(location, LOCATION)
    destination = _alike(_destinations(orders, business), places, network, business)
    worth = _insured_value(orders, whole, network)
    whole = whole.assign(value_minor=(worth / whole["parcels"]).round().astype("int64"))
    single = single.assign(value_minor=(worth / whole["units"]).round().astype("int64"))
    full = _priced(whole.join(destination), places, network, as_of, settings, business)
    light = _priced(single.join(destination), places, network, as_of, settings, business)
    keys = ["order_id", "location_id"]
    found = full.merge(light[[*keys, "cost"]].rename(columns={"cost": "light_cost"}), on=keys, how="left")
    units = found["order_id"].map(whole["units"]).to_numpy(dtype=np.float64)
    cost = found["cost"].to_numpy(dtype=np.float64)
    difference = np.maximum(cost - np.nan_to_num(found["light_cost"].to_numpy(dtype=np.float64), nan=0.0), 0.0)
    difference[found["light_cost"].isna()] = 0.0
    unit = np.divide(difference, units - 1.0, out=np.zeros(len(found)), where=units > 1.0)
    handling, note = _handling(found["location_id"], places, business)
    late = (found["promise_on"] - found["promised_on"]).dt.days.fillna(0).clip(lower=0)
    frame = pd.DataFrame(
        {
            "order_id": found["order_id"], "location_id": found["location_id"],
            "parcel_minor": np.rint(np.maximum(cost - units * unit, 0.0)).astype(np.int64) + handling,
            "unit_minor": unit, "late_days": late.astype("int64"), "currency": business.currency,
            "reason": _reason(found) + note,
        }
    )  # fmt: skip
    return check(frame.sort_values(keys), PARCEL_COST)


def _contents(
    orders: pd.DataFrame, product: pd.DataFrame, carton: pd.DataFrame, settings: Shipping
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimated parcels of each whole order, and of its lightest unit alone; indexed by order_id.

    Columns: units, parcels, weight_g and carton (row of `carton`, -1 for none) of each of its parcels, flags.
    """
    wanted = ["sku_id", "length_mm", "width_mm", "height_mm", "weight_g", "is_hazardous", "is_age_restricted",
              "ships_alone"]  # fmt: skip
    lines = orders.loc[orders["ordered_units"] > 0, ["order_id", "sku_id", "ordered_units"]]
    lines = lines.merge(product[wanted], on="sku_id", how="left", validate="many_to_one")
    volume = np.ones(len(lines))
    known = np.ones(len(lines), dtype=bool)
    for side in ("length_mm", "width_mm", "height_mm"):
        size = lines[side].to_numpy(dtype=np.float64, na_value=0.0)
        known &= size >= 1
        volume *= size
    assumed = settings.assumed_length_mm * settings.assumed_width_mm * settings.assumed_height_mm
    volume = np.where(known, volume, float(assumed))
    weight = lines["weight_g"].to_numpy(dtype=np.float64, na_value=0.0)
    weight = np.where(weight < 1, float(settings.assumed_weight_g), weight)
    units = np.ceil(lines["ordered_units"].to_numpy(dtype=np.float64))
    alone = lines["ships_alone"].fillna(False).to_numpy(dtype=bool)
    summed = lines.assign(
        units=units, weight=weight * units, volume=np.where(alone, 0.0, volume * units),
        alone=np.where(alone, units, 0.0), boxed=np.where(alone, 0.0, units), unit_weight=weight, unit_volume=volume,
    ).groupby("order_id", sort=True)  # fmt: skip
    sums = summed[["units", "weight", "volume", "alone", "boxed"]].sum()
    flags = pd.DataFrame(
        {name: lines[name].fillna(False).astype(bool).groupby(lines["order_id"]).any()
         for name in ("is_hazardous", "is_age_restricted")}
    )  # fmt: skip
    least = summed[["unit_weight", "unit_volume"]].min()
    whole = _boxed(sums["weight"], sums["volume"], sums["boxed"] > 0, carton, settings)
    whole["parcels"] += sums["alone"]
    whole["weight_g"] = _stepped(sums["weight"] / whole["parcels"] + whole.pop("empty_g"))
    single = _boxed(least["unit_weight"], least["unit_volume"], sums["boxed"] > 0, carton, settings)
    single["parcels"] = 1.0
    single["weight_g"] = _stepped(least["unit_weight"] + single.pop("empty_g"))
    return whole.assign(units=sums["units"]).join(flags), single.assign(units=1.0).join(flags)


def _insured_value(orders: pd.DataFrame, whole: pd.DataFrame, network: Network) -> pd.Series:
    """Value of each order; zero for all where no service insures by value, so that orders alike stay alike."""
    if not (network.surcharge["cause"] == "insurance").any():
        return pd.Series(0.0, index=whole.index)
    return orders.groupby("order_id")["amount_minor"].sum().reindex(whole.index).astype("float64")


def _boxed(
    weight: pd.Series, volume: pd.Series, is_boxed: pd.Series, carton: pd.DataFrame, settings: Shipping
) -> pd.DataFrame:
    """Cartons that a volume and weight need: parcels, carton (its row, -1 for none) and its empty weight."""
    frame = pd.DataFrame({"parcels": is_boxed.astype("float64"), "carton": -1, "empty_g": 0.0}, index=weight.index)
    if carton.empty or not is_boxed.any():
        return frame
    inner = carton[["inner_length_mm", "inner_width_mm", "inner_height_mm"]].to_numpy(dtype=np.float64).prod(axis=1)
    room = inner * settings.estimated_fill_share
    bears = carton["maximum_weight_g"].to_numpy(dtype=np.float64) - carton["empty_weight_g"].to_numpy(dtype=np.float64)
    largest = int(np.argmax(room))
    whole_volume: Floats = volume.to_numpy(dtype=np.float64)
    whole_weight: Floats = weight.to_numpy(dtype=np.float64)
    needed = np.maximum(np.ceil(whole_volume / room[largest]), np.ceil(whole_weight / max(bears.max(), 1.0)))
    count = np.where(is_boxed, np.maximum(needed, 1.0), 0.0)
    share = np.maximum(count, 1.0)
    part, load = whole_volume / share, whole_weight / share
    # The smallest carton that holds a part; where none bears its weight too, the roomiest.
    chosen = np.full(len(frame), largest)
    for row in np.argsort(-inner, kind="stable"):
        chosen[(room[row] >= part) & (bears[row] >= load)] = row
    empty_g = carton["empty_weight_g"].to_numpy(dtype=np.float64)[chosen]
    return frame.assign(parcels=count, carton=np.where(is_boxed, chosen, -1), empty_g=np.where(is_boxed, empty_g, 0.0))


def _stepped(weight: pd.Series) -> pd.Series:
    steps = np.ceil(weight.to_numpy(dtype=np.float64) / _WEIGHT_STEP_G)
    return pd.Series(steps * _WEIGHT_STEP_G, index=weight.index).astype("int64")


def _destinations(orders: pd.DataFrame, business: Business) -> pd.DataFrame:
    """Ship-to and promised day of each order, from its first line; indexed by order_id."""
    first = orders.sort_values(["order_id", "order_line_id"], kind="stable").drop_duplicates("order_id")
    return pd.DataFrame(
        {
            "to_country": first["ship_to_country"].astype("str").fillna(business.country),
            "to_postcode": first["ship_to_postcode"].astype("str").fillna(""),
            "promised_on": first["promised_on"],
        }
    ).set_index(first["order_id"])


def _alike(destination: pd.DataFrame, places: pd.DataFrame, network: Network, business: Business) -> pd.DataFrame:
    """Each postcode replaced by one with the same zones, surcharges and lane: a few stand for thousands."""
    ends = destination[["to_country", "to_postcode"]].drop_duplicates().reset_index(drop=True)
    marks = [region_of(*end) for end in ends.itertuples(index=False, name=None)]
    remote = sorted({plain_postcode(name) for name in network.surcharge["postcode_prefix"].dropna()} - {""})
    ways = [set(prefixes(code, country)) for country, code in ends.itertuples(index=False, name=None)]
    marks = [
        f"{mark}/{','.join(name for name in remote if name in way)}" for mark, way in zip(marks, ways, strict=True)
    ]
    signs = pd.DataFrame({"country": ends["to_country"], "marks": marks})
    for start in sorted(set(places["country"].astype("str").fillna(business.country))):
        zones = find_zones(ends.assign(from_country=start), network.carrier_zone)
        zone = (zones["carrier_id"] + "=" + zones["zone"]).groupby([zones["to_country"], zones["to_postcode"]])
        named = zone.agg("|".join).reindex(pd.MultiIndex.from_frame(ends)).to_numpy(dtype=object)
        signs[start] = pd.Series(named, index=signs.index).fillna("")
    first = ends.groupby(signs.groupby(list(signs.columns), sort=False).ngroup())["to_postcode"].transform("first")
    known = dict(zip(ends.itertuples(index=False, name=None), first, strict=True))
    pairs = destination[["to_country", "to_postcode"]].itertuples(index=False, name=None)
    return destination.assign(to_postcode=pd.array([known[pair] for pair in pairs], dtype="str"))


def _priced(
    contents: pd.DataFrame, places: pd.DataFrame, network: Network, as_of: dt.datetime, settings: Shipping,
    business: Business,
) -> pd.DataFrame:  # fmt: skip
    """Order and location with the price of all its parcels, the service, and its day; unserved ones left out.

    Orders alike in everything that the price and the day depend on are priced once.
    """
    contents = contents.reset_index()
    alike = contents[_CLASS].drop_duplicates().reset_index(drop=True)
    alike["kind"] = np.arange(len(alike))
    leaves = ship_dates(places, as_of, settings, business.time_zone, business.country)
    parcel = alike.merge(
        places[["location_id"]].assign(from_country=places["country"].astype("str").fillna(business.country)),
        how="cross",
    )
    parcel["parcel_id"] = np.arange(len(parcel)).astype(str)
    for side in ("length_mm", "width_mm", "height_mm"):
        outer = np.append(network.carton[f"outer_{side}"].to_numpy(dtype=np.float64), np.nan)
        parcel[side] = pd.array(outer[parcel["carton"].to_numpy(dtype=np.int64)], dtype="Float64").astype("Int64")
    parcel["is_residential"] = settings.is_residential
    day = pd.Timestamp(as_of).normalize()
    quotes = quote(
        parcel, network.carrier_service, network.carrier_zone, network.rate, network.surcharge, day,
        currency=business.currency,
    )  # fmt: skip
    offer = offers(quotes, parcel, network.carrier_service, network.transit_time, leaves, settings)
    chosen = choose_service(offer, settings, parcel.set_index("parcel_id")["promised_on"])
    taken = ["parcel_id", "carrier_id", "service_id", "billed_weight_g", "cost_minor", "promise_on"]
    served = parcel[["parcel_id", "kind", "location_id"]].merge(chosen[taken], on="parcel_id", validate="one_to_one")
    kinds = contents.merge(alike, on=_CLASS, how="left", validate="many_to_one")
    kinds = kinds[["order_id", "kind", "parcels", "promised_on"]]
    found = kinds.merge(served.drop(columns="parcel_id"), on="kind")
    carton_minor = network.carton["cost_minor"].to_numpy(dtype=np.float64, na_value=0.0)
    price = np.append(carton_minor, 0.0)[found["kind"].map(alike["carton"]).to_numpy(dtype=np.int64)]
    return found.assign(cost=(found["cost_minor"].astype("float64") + price) * found["parcels"])


def _handling(place: pd.Series, places: pd.DataFrame, business: Business) -> tuple[npt.NDArray[np.int64], pd.Series]:
    """Cost of pick and pack at each location; a figure in another currency is left out, and the note says so."""
    known = places.set_index("location_id")
    is_foreign = (known["currency"].fillna(business.currency) != business.currency) & (
        known["handling_cost_minor"].fillna(0) > 0
    )
    cost = known["handling_cost_minor"].fillna(0).astype("int64").where(~is_foreign, 0)
    note = is_foreign.map({True: "; handling left out: another currency", False: ""})
    return np.asarray(place.map(cost), dtype=np.int64), place.map(note).astype("str")


def _reason(found: pd.DataFrame) -> pd.Series:
    """The service and the weight that the price was reckoned with."""
    kilograms = (found["billed_weight_g"].astype("float64") / 1000).map("{:.3g} kg".format)
    count = found["parcels"].astype("int64")
    several = count.astype("str") + " parcels of " + kilograms
    weight = kilograms.where(count <= 1, several)
    service = found["carrier_id"].astype("str") + " " + found["service_id"].astype("str")
    return service + ", " + weight + " by estimate"
