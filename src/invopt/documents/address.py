"""Who sends and who receives, as lines on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from invopt.documents.page import shown


def ship_to_lines(order: Mapping[Any, Any]) -> list[str]:
    """Name, street, town and country of an order's addressee; what is not known is left out."""
    town = f"{shown(order['ship_to_postcode'])} {shown(order['ship_to_city'])}".strip()
    lines = [shown(order["ship_to_name"]), shown(order["ship_to_street"]), town, shown(order["ship_to_country"])]
    return [line for line in lines if line]


def sender_lines(business_name: str, location: Mapping[Any, Any]) -> list[str]:
    """The shop and the location that the goods leave."""
    place = f"{shown(location.get('postcode'))} {shown(location.get('country'))}".strip()
    name = shown(location.get("location_name")) or shown(location.get("location_id"))
    return [line for line in (business_name, name, place) if line]


def first_lines(orders: pd.DataFrame) -> dict[str, Mapping[Any, Any]]:
    """An order's first line by order_id: ship-to and customer are the same on all of them."""
    first = orders.sort_values(["order_id", "order_line_id"], kind="stable").drop_duplicates("order_id")
    return {row["order_id"]: row for row in first.to_dict("records")}


def by_key(frame: pd.DataFrame, key: str) -> dict[str, Mapping[Any, Any]]:
    """The rows of a frame by a column that names each once."""
    return {row[key]: row for row in frame.to_dict("records")}
