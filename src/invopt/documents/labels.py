"""Labels of 100 x 150 mm: the logistic label of a parcel with its SSCC, and the label of a return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from invopt.documents.address import by_key, first_lines, sender_lines, ship_to_lines
from invopt.documents.gs1 import element_string, readable
from invopt.documents.page import LABEL, LOGISTIC_BAR, Paper, shown


def shipping_labels(
    parcel: pd.DataFrame,
    orders: pd.DataFrame,
    location: pd.DataFrame,
    business_name: str,
    sscc: Mapping[str, str] | None = None,
) -> bytes:
    """A PDF with a label a parcel, after the GS1 logistic label guideline: free text above, bars below.

    `parcel` and `location` are the tables, `orders` is `open_order_line`, `sscc` gives each parcel_id its
    number (`gs1.assign_sscc`). With it the label has two GS1-128 symbols: (420) ship-to postcode with (3302)
    weight, and (00) SSCC beneath. Without it a plain Code 128 of the parcel_id, which only the shop itself
    can read.
    """
    paper = Paper("Shipping labels", LABEL)
    destination, places = first_lines(orders), by_key(location, "location_id")
    for row in parcel.to_dict("records"):
        paper.new_page()
        order = destination.get(row["order_id"])
        paper.text(5, 8, "From", size=6, bold=True)
        sender = sender_lines(business_name, places.get(row["location_id"], {"location_id": row["location_id"]}))
        paper.lines(5, 12, sender, size=7, width=45)
        paper.text(55, 8, "Carrier", size=6, bold=True)
        service = f"{shown(row['carrier_id'])} {shown(row['service_id'])}".strip() or "no carrier yet"
        paper.lines(55, 13, [service, f"{row['weight_g'] / 1000:.2f} kg"], size=10, width=40)
        paper.rule(27, left=5, right=95)
        paper.text(5, 32, "To", size=6, bold=True)
        paper.lines(5, 38, ship_to_lines(order) if order else [], size=12, width=90)
        paper.text(5, 70, f"Order {row['order_id']}", size=7, width=60)
        paper.text(95, 70, f"Ships {row['ships_on']:%Y-%m-%d}", size=7, align="right")
        paper.rule(72, left=5, right=95)
        _bars(paper, row, order, (sscc or {}).get(row["parcel_id"]))
    return paper.bytes()


def _bars(paper: Paper, parcel: Mapping[Any, Any], order: Mapping[Any, Any] | None, number: str | None) -> None:
    if number is None:
        if paper.can_be_scanned(parcel["parcel_id"], 92):
            paper.barcode(4, 85, parcel["parcel_id"], height=30, width=92, caption=parcel["parcel_id"])
        else:
            paper.text(5, 95, parcel["parcel_id"], size=11, width=90)
        return
    weight = ("3302", f"{min(round(parcel['weight_g'] / 10), 999_999):06d}")
    postcode = "".join(sign for sign in shown(order and order["ship_to_postcode"]) if sign.isalnum() and sign.isascii())
    fields = [weight, ("420", postcode[:20])] if postcode else [weight]
    paper.barcode(4, 76, element_string(fields), height=25, width=92, caption=readable(fields), widest_bar=LOGISTIC_BAR)
    key = [("00", number)]
    paper.barcode(4, 111, element_string(key), height=32, width=92, caption=readable(key), widest_bar=LOGISTIC_BAR)


def return_labels(
    returns: pd.DataFrame, orders: pd.DataFrame, location: pd.DataFrame, business_name: str, return_to: str
) -> bytes:
    """A PDF with a label a return that was granted, from the customer to location `return_to`.

    `returns` is the table `return_authorisation`; refused lines get no label. The bar code holds the
    return_id, which receiving scans. Whether postage is prepaid is what the policy answered.
    """
    paper = Paper("Return labels", LABEL)
    sender, place = first_lines(orders), by_key(location, "location_id").get(return_to, {"location_id": return_to})
    granted = returns[returns["outcome"] == "granted"]
    for return_id, lines in granted.groupby("return_id", sort=True):
        paper.new_page()
        first = lines.iloc[0]
        order = sender.get(first["order_id"])
        paper.text(5, 10, "Return", size=16, bold=True)
        paid = "Postage paid by the shop" if first["label_paid_by"] == "shop" else "Postage paid by the sender"
        paper.text(95, 10, paid, size=7, align="right")
        paper.text(5, 18, "From", size=6, bold=True)
        paper.lines(5, 22, ship_to_lines(order) if order else [f"Order {first['order_id']}"], size=7, width=85)
        paper.rule(40, left=5, right=95)
        paper.text(5, 45, "To", size=6, bold=True)
        paper.lines(5, 52, [*sender_lines(business_name, place), "Returns"], size=12, width=90)
        paper.rule(82, left=5, right=95)
        contents = [f"{shown(line.granted_units)} x {line.sku_id}" for line in lines.head(6).itertuples()]
        paper.lines(5, 87, contents, size=8, width=90)
        name = str(return_id)
        if paper.can_be_scanned(name, 92):
            paper.barcode(4, 112, name, height=25, width=92, caption=name)
        else:
            paper.text(5, 125, name, size=11, width=90)
    return paper.bytes()
