"""Labels of returns: the cheapest service that carries each parcel back, and how it is handed over."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.settings import Settings
from invopt.shipping.plan import Network
from invopt.shipping.rates import quote
from invopt.tables import (
    LOCATION,
    ORDER_LINE,
    PRODUCT,
    RETURN_AUTHORISATION,
    RETURN_LABEL,
    check,
    empty,
)


def return_labels(
    authorisations: pd.DataFrame,
    orders: pd.DataFrame,
    products: pd.DataFrame,
    locations: pd.DataFrame,
    network: Network,
    settings: Settings,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Table `return_label`: one row a return whose goods are awaited.

    `authorisations`, `orders` (`order_line`), `products` and `locations` are the tables; `network` the carriers'
    services, zones and rates. The parcel goes from the customer's country to the home location, weighs its goods
    and `returns.packing_g`, and takes the cheapest service that carries returns and can carry it. It is dropped off,
    or picked up from `returns.pick_up_from_g` on. Raises `TableError` where a frame breaks its declaration.
    """
    lines = check(authorisations, RETURN_AUTHORISATION)
    lines = lines[(lines["state"] == "authorised") & lines["expires_on"].notna()]  # else it is on its way already
    if lines.empty:
        return empty(RETURN_LABEL)
    parcel = _parcels(lines, check(orders, ORDER_LINE), check(products, PRODUCT), check(locations, LOCATION), settings)
    services = network.carrier_service
    services = services[services["carries_returns"].fillna(False).astype(bool)]
    offers = quote(
        parcel, services, network.carrier_zone, network.rate, network.surcharge, as_of,
        currency=settings.business.currency,
    ) if len(services) else pd.DataFrame(columns=["parcel_id", "carrier_id", "service_id", "cost_minor"])  # fmt: skip
    best = offers[offers["cost_minor"].notna()].sort_values(["parcel_id", "cost_minor", "carrier_id", "service_id"])
    best = best.drop_duplicates("parcel_id")[["parcel_id", "carrier_id", "service_id", "cost_minor"]]
    rows = parcel.merge(best, on="parcel_id", how="left", validate="one_to_one")
    nobody = np.where(rows["carrier_id"].isna(), "no service that carries returns can carry it; ", "")
    frame = pd.DataFrame(
        {
            "return_id": rows["parcel_id"], "order_id": rows["order_id"],
            "location_id": settings.business.home_location, "carrier_id": rows["carrier_id"].astype("str"),
            "service_id": rows["service_id"].astype("str"),
            "hand_over": np.where(rows["weight_g"] >= settings.returns.pick_up_from_g, "pick_up", "drop_off"),
            "weight_g": rows["weight_g"], "cost_minor": rows["cost_minor"].astype("Int64"),
            "currency": settings.business.currency, "label_paid_by": rows["label_paid_by"],
            "valid_until_on": rows["valid_until_on"], "reason": pd.Series(nobody) + rows["reason"],
        }
    )  # fmt: skip
    frame["reason"] = frame["reason"].str.removesuffix("; ")
    return check(frame, RETURN_LABEL)


def _parcels(
    lines: pd.DataFrame, orders: pd.DataFrame, products: pd.DataFrame, locations: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """One parcel a return: where it comes from, where it goes, and what it weighs."""
    weight = products.set_index("sku_id")["weight_g"].astype("Float64").reindex(lines["sku_id"]).reset_index(drop=True)
    lines = lines.reset_index(drop=True)
    assumed = weight.isna()
    weight = weight.fillna(float(settings.shipping.assumed_weight_g)).astype("float64")
    flags = products.set_index("sku_id")[["is_hazardous", "is_age_restricted"]].reindex(lines["sku_id"])
    lines = lines.assign(
        goods_g=weight * lines["granted_units"], is_assumed=assumed,
        is_hazardous=flags["is_hazardous"].fillna(False).to_numpy(dtype=bool),
        is_age_restricted=flags["is_age_restricted"].fillna(False).to_numpy(dtype=bool),
    )  # fmt: skip
    # A label paid by the shop for one line carries the whole parcel.
    lines["is_shop"] = lines["label_paid_by"] == "shop"
    parcel = lines.groupby("return_id", as_index=False).agg(
        order_id=("order_id", "first"), goods_g=("goods_g", "sum"), is_assumed=("is_assumed", "any"),
        is_hazardous=("is_hazardous", "any"), is_age_restricted=("is_age_restricted", "any"),
        is_shop=("is_shop", "any"), valid_until_on=("expires_on", "max"),
    )  # fmt: skip
    ship_to = orders.drop_duplicates("order_id").set_index("order_id")["ship_to_country"]
    home = locations[locations["location_id"] == settings.business.home_location]
    country = home["country"].iloc[0] if len(home) and pd.notna(home["country"].iloc[0]) else settings.business.country
    postcode = home["postcode"].iloc[0] if len(home) and pd.notna(home["postcode"].iloc[0]) else ""
    customer = ship_to.reindex(parcel["order_id"]).reset_index(drop=True)
    said = np.where(parcel["is_assumed"], "weight of a SKU assumed; ", "")
    said = said + np.where(customer.isna(), "country of the customer assumed; ", "")
    return parcel.rename(columns={"return_id": "parcel_id"}).assign(
        from_country=customer.fillna(settings.business.country), to_country=country, to_postcode=postcode,
        weight_g=np.ceil(parcel["goods_g"]).astype("int64") + settings.returns.packing_g,
        length_mm=pd.array([None] * len(parcel), dtype="Int64"), width_mm=pd.array([None] * len(parcel), dtype="Int64"),
        height_mm=pd.array([None] * len(parcel), dtype="Int64"), is_residential=False,
        label_paid_by=np.where(parcel["is_shop"], "shop", "customer"), reason=said,
    )  # fmt: skip
