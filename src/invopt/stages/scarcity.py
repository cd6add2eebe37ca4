"""What scarce stock is worth to the orders of the days to come, from forecast, receipts and parcel costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.calendars import days_in
from invopt.orders import shadow_prices
from invopt.orders.shadow import regional_prices
from invopt.settings import Settings
from invopt.stages.run import Run
from invopt.tables import FORECAST, LANE_COST, REGION_DEMAND, SKU_LOCATION, STOCK_PRICE, check, empty

_KEY = ["sku_id", "location_id"]


def scarce_stock_prices(
    run: Run, lines: pd.DataFrame, available: pd.DataFrame, receipts: pd.DataFrame, costs: pd.DataFrame
) -> pd.DataFrame:
    """STOCK_PRICE for the SKUs that open orders ask for and that a place may run out of before the next receipt.

    A region is the ship-tos that one location should serve, as the forecast counts demand. Only the difference
    between places is charged (see `regional_prices`): an order in hand is never refused for one that may come.
    """
    settings = run.settings
    if not settings.orders.prices_scarce_stock or lines.empty or available["location_id"].nunique() < 2:
        return empty(STOCK_PRICE)
    skus = sorted(set(lines["sku_id"]) & set(available["sku_id"]))
    with run.tables(FORECAST, SKU_LOCATION) as db:
        wanted = {"sku_ids": skus}
        ahead = db.frame(
            "select sku_id, location_id, period_start, mean_units from forecast where list_contains($sku_ids, sku_id)",
            wanted,
        )
        price = db.frame(
            "select sku_id, location_id, unit_price_minor from sku_location where list_contains($sku_ids, sku_id)",
            wanted,
        )
    demand = region_demand(ahead, price, receipts, settings, np.datetime64(run.as_of, "D"))
    stock = available[available["sku_id"].isin(_scarce(demand, available))]
    demand = demand[demand["sku_id"].isin(stock["sku_id"])]
    lanes = lane_costs(lines, available, costs, settings)
    return regional_prices(shadow_prices(stock, demand, lanes, settings.business.currency), stock)


def region_demand(
    forecast: pd.DataFrame, price: pd.DataFrame, receipts: pd.DataFrame, settings: Settings, as_of: np.datetime64
) -> pd.DataFrame:
    """REGION_DEMAND: the forecast from `as_of` to the SKU's next receipt, at most `scarce_stock_days`, by location."""
    horizon = settings.orders.scarce_stock_days
    first = receipts.groupby("sku_id")["expected_on"].min() if len(receipts) else pd.Series(dtype="datetime64[us]")
    until = forecast["sku_id"].map((first - pd.Timestamp(as_of)).dt.days if len(first) else {}).fillna(horizon)
    length = days_in(settings.business.period)
    begins = (forecast["period_start"] - pd.Timestamp(as_of)).dt.days
    latest = until.astype("float64").clip(lower=0.0, upper=float(horizon)).to_numpy()
    starts = begins.astype("float64").to_numpy()
    days = np.maximum(np.minimum(latest, starts + length) - np.maximum(starts, 0.0), 0.0)
    frame = forecast.assign(mean_units=forecast["mean_units"] * days / length)
    sums = frame.groupby(_KEY, as_index=False, sort=True)["mean_units"].sum()
    sums = sums.merge(price, on=_KEY, how="left", validate="one_to_one")
    margin = sums["unit_price_minor"].fillna(0).clip(lower=0) * settings.orders.lost_margin_share
    return check(
        pd.DataFrame(
            {"sku_id": sums["sku_id"], "region": sums["location_id"], "mean_units": sums["mean_units"],
             "shortage_minor": margin + settings.orders.unserved_unit_minor}
        ),
        REGION_DEMAND,
    )  # fmt: skip


def lane_costs(lines: pd.DataFrame, available: pd.DataFrame, costs: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """LANE_COST: what a unit costs from each place to the ship-tos of each, as today's orders are priced.

    A pair that no order of today shows costs what the settings assume.
    """
    units = lines.groupby("order_id")["ordered_units"].sum()
    region = lines.sort_values(["order_id", "order_line_id"]).groupby("order_id")["location_id"].first()
    orders = costs["order_id"]
    count = orders.map(units).clip(lower=1)
    each = costs.assign(region=orders.map(region), unit=costs["parcel_minor"] / count + costs["unit_minor"])
    seen = each.groupby(["location_id", "region"])["unit"].mean()
    places = sorted(set(available["location_id"]) | set(lines["location_id"]))
    pairs = pd.MultiIndex.from_product([sorted(set(available["location_id"])), places], names=["location_id", "region"])
    own = pairs.get_level_values(0) == pairs.get_level_values(1)
    rules = settings.orders
    assumed = rules.assumed_parcel_minor + np.where(own, 0, rules.assumed_distance_minor)
    unit = seen.reindex(pairs).fillna(pd.Series(assumed, index=pairs, dtype="float64"))
    return check(unit.rename("unit_minor").reset_index(), LANE_COST)


def _scarce(demand: pd.DataFrame, available: pd.DataFrame) -> list[str]:
    """SKUs of which some place holds less than all regions together will want; elsewhere no price can arise."""
    total = demand.groupby("sku_id")["mean_units"].sum()
    least = available.groupby("sku_id")["available_units"].min().reindex(total.index).fillna(0.0)
    return sorted(total.index[(total > least) & (total > 0)])
