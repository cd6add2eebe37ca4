"""A fraud score by rule: signs that a person would look at, each with its points."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.orders.addresses import normalised
from invopt.settings.orders import Orders

SIGNS = {
    "high_value": "high value",
    "many_units_of_one": "many units of one SKU",
    "rapid_orders": "many orders in a short time",
    "shared_address": "several customers at one address",
    "guest_high_value": "high value without an account",
    "unpaid_abroad": "high value to another country, payment not taken",
}


def fraud_scores(
    lines: pd.DataFrame, heads: pd.DataFrame, home_country: str, settings: Orders
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Points of each order and the signs behind them, in words.

    `lines` are order lines with `order` (row of `heads`); `heads` has one row an order: `amount_minor`,
    `customer_id, ordered_at, payment_state, ship_to_country, ship_to_postcode, ship_to_street`. The score is
    the sum of `fraud_points` over the signs that are present: a rule, no probability. It holds, and never
    rejects.
    """
    orders = len(heads)
    high = heads["amount_minor"].to_numpy() >= settings.fraud_high_value_minor
    many = np.zeros(orders, dtype=bool)
    many[lines.loc[lines["ordered_units"] >= settings.fraud_many_units, "order"].to_numpy()] = True
    is_abroad = (heads["ship_to_country"].fillna(home_country) != home_country).to_numpy(dtype=bool)
    is_unpaid = (heads["payment_state"] != "paid").to_numpy(dtype=bool)
    present = {
        "high_value": high,
        "many_units_of_one": many,
        "rapid_orders": _rapid(heads, settings),
        "shared_address": _shared_address(heads, settings),
        "guest_high_value": high & heads["customer_id"].isna().to_numpy(),
        "unpaid_abroad": high & is_abroad & is_unpaid,
    }
    score = np.zeros(orders, dtype=np.int64)
    words = np.full(orders, "", dtype=object)
    for sign, text in SIGNS.items():
        points = settings.fraud_points.get(sign, 0)
        rows = np.flatnonzero(present[sign] & (points > 0))
        score[rows] += points
        words[rows] = np.where(words[rows] == "", text, words[rows] + ", " + text)
    return score, words


def _rapid(heads: pd.DataFrame, settings: Orders) -> NDArray[np.bool_]:
    """Orders of a customer who placed as many within the window that ends with it."""
    known = np.flatnonzero(heads["customer_id"].notna().to_numpy())
    result = np.zeros(len(heads), dtype=bool)
    if len(known) == 0:
        return result
    customer = pd.factorize(heads["customer_id"].iloc[known])[0]
    at = heads["ordered_at"].to_numpy(dtype="datetime64[us]")[known]
    sequence = np.lexsort((at, customer))
    customer, at = customer[sequence], at[sequence]
    earlier = np.arange(len(at)) - (settings.fraud_rapid_orders - 1)
    possible = np.flatnonzero(earlier >= 0)
    window = np.timedelta64(int(settings.duplicate_hours * 3_600), "s")
    close = (customer[possible] == customer[earlier[possible]]) & (at[possible] - at[earlier[possible]] <= window)
    result[known[sequence[possible[close]]]] = True
    return result


def _shared_address(heads: pd.DataFrame, settings: Orders) -> NDArray[np.bool_]:
    street = heads["ship_to_street"].astype("str").str.upper().str.strip()
    address = street + "|" + normalised(heads["ship_to_postcode"])
    known = (address.notna() & heads["customer_id"].notna()).to_numpy()
    result = np.zeros(len(heads), dtype=bool)
    pairs = pd.DataFrame({"address": address[known], "customer": heads["customer_id"][known]})
    counts = pairs.groupby("address")["customer"].transform("nunique").to_numpy()
    result[np.flatnonzero(known)] = counts >= settings.fraud_shared_customers
    return result
