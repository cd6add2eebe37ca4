"""What stock is worth to the orders to come: dual prices of a transport problem."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.errors import InfeasibleError
from invopt.tables import AVAILABLE, LANE_COST, REGION_DEMAND, STOCK_PRICE, check, empty


def shadow_prices(available: pd.DataFrame, demand: pd.DataFrame, lanes: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Price of a unit of each SKU at each location: what it saves the orders expected until the next receipt.

    `available` is AVAILABLE (add what arrives before that receipt), `demand` REGION_DEMAND, `lanes` LANE_COST.
    Returns STOCK_PRICE, rows with a price above zero. For each SKU, with x units from location to region and u
    units unserved,

        min sum lane x + sum shortage u   s.t.   sum_region x <= available,   sum_location x + u = demand

    and the price of a location is minus the dual of its stock: zero where stock is plenty, the dearer lane or the
    lost margin where it is not (Acimovic & Graves 2015, M&SOM 17(1)). One linear program for all SKUs (HiGHS).

    Fails where demand is far from its mean: the program sees expected demand only.

    >>> stock = pd.DataFrame({"sku_id": ["A", "A"], "location_id": ["E", "W"], "available_units": [5.0, 50.0]})
    >>> wanted = pd.DataFrame({"sku_id": ["A"], "region": ["east"], "mean_units": [9.0], "shortage_minor": [900.0]})
    >>> lanes = pd.DataFrame({"location_id": ["E", "W"], "region": ["east"] * 2, "unit_minor": [300.0, 700.0]})
    >>> shadow_prices(stock, wanted, lanes, "GBP")[["location_id", "price_minor"]].to_numpy().tolist()
    [['E', 400.0]]
    """
    stock = check(available, AVAILABLE).sort_values(["sku_id", "location_id"], ignore_index=True)
    wanted = check(demand, REGION_DEMAND).sort_values(["sku_id", "region"], ignore_index=True)
    wanted = wanted[(wanted["mean_units"] > 0) & wanted["sku_id"].isin(stock["sku_id"])].reset_index(drop=True)
    stock = stock[stock["sku_id"].isin(wanted["sku_id"])].reset_index(drop=True)
    if wanted.empty:
        return empty(STOCK_PRICE)
    supply = stock.assign(stock_row=np.arange(len(stock))).merge(check(lanes, LANE_COST), on="location_id")
    ways = supply.merge(
        wanted.assign(demand_row=np.arange(len(wanted)))[["sku_id", "region", "demand_row"]], on=["sku_id", "region"]
    ).sort_values(["stock_row", "demand_row"])
    price = _duals(stock, wanted, ways)
    frame = stock[["sku_id", "location_id"]].assign(price_minor=price, currency=currency)
    return check(frame[frame["price_minor"] > 1e-6], STOCK_PRICE)


def regional_prices(prices: pd.DataFrame, available: pd.DataFrame) -> pd.DataFrame:
    """Prices less the lowest that the SKU has anywhere it lies: they say from where to send, never whether.

    `prices` is STOCK_PRICE, `available` AVAILABLE; a place with stock and no price counts as zero. A SKU that lies at
    one place alone has no price left. Returns STOCK_PRICE, rows with a price above zero.

    >>> prices = pd.DataFrame({"sku_id": "A", "location_id": ["E", "W"], "price_minor": [600.0, 200.0],
    ...                        "currency": "GBP"})
    >>> stock = pd.DataFrame({"sku_id": "A", "location_id": ["E", "W"], "available_units": 1.0})
    >>> regional_prices(prices, stock)[["location_id", "price_minor"]].to_numpy().tolist()
    [['E', 400.0]]
    """
    keys = ["sku_id", "location_id"]
    stock = check(available, AVAILABLE)
    found = stock[stock["available_units"] > 0][keys].merge(check(prices, STOCK_PRICE), on=keys, how="left")
    price = found["price_minor"].fillna(0.0)
    found["price_minor"] = price - price.groupby(found["sku_id"]).transform("min")
    return check(found[found["price_minor"] > 1e-6], STOCK_PRICE)


def _duals(stock: pd.DataFrame, wanted: pd.DataFrame, ways: pd.DataFrame) -> np.ndarray:
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    count, short = len(ways), len(wanted)
    column = np.arange(count)
    limits = coo_array((np.ones(count), (ways["stock_row"], column)), shape=(len(stock), count + short)).tocsr()
    rows = np.concatenate([ways["demand_row"].to_numpy(), np.arange(short)])
    served = coo_array((np.ones(count + short), (rows, np.arange(count + short))), shape=(short, count + short))
    result = linprog(
        np.concatenate([ways["unit_minor"].to_numpy(), wanted["shortage_minor"].to_numpy()]),
        A_ub=limits, b_ub=stock["available_units"].to_numpy(), A_eq=served.tocsr(),
        b_eq=wanted["mean_units"].to_numpy(), method="highs",
    )  # fmt: skip
    if result.status != 0:
        raise InfeasibleError(f"shadow prices: the transport problem has no answer ({result.message}).")
    return np.asarray(np.maximum(-np.asarray(result.ineqlin.marginals), 0.0), dtype=np.float64)
