"""The commercial invoice that crosses a border with the goods: what they are, where from, what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from invopt.documents.address import by_key, first_lines, ship_to_lines
from invopt.documents.page import Paper, shown
from invopt.money import prorate, to_major
from invopt.settings import Documents

#: Columns of `customs_lines`.
CUSTOMS = ("sku_id", "description", "customs_code", "origin_country", "units", "weight_g", "value_minor", "currency",
           "missing")  # fmt: skip


def customs_lines(
    parcel_line: pd.DataFrame, orders: pd.DataFrame, product: pd.DataFrame, order_id: str
) -> pd.DataFrame:
    """What customs asks about one order: columns `CUSTOMS`, one row a SKU and currency.

    The value is that of the order lines, prorated to the units that are in parcels; `missing` names what
    the product lacks: without a customs code or an origin the goods are held at the border.
    """
    packed = parcel_line[parcel_line["order_id"] == order_id]
    packed = packed.groupby(["order_line_id", "sku_id"], as_index=False).agg(packed_units=("packed_units", "sum"))
    ordered = orders.loc[orders["order_id"] == order_id, ["order_line_id", "ordered_units", "amount_minor", "currency"]]
    lines = packed.merge(ordered, on="order_line_id", how="left", validate="one_to_one")
    lines["value_minor"] = [
        int(prorate(int(amount), [units, max(ordered - units, 0.0)])[0]) if pd.notna(amount) else 0
        for units, ordered, amount in zip(
            lines["packed_units"], lines["ordered_units"], lines["amount_minor"], strict=True
        )
    ]
    details = product[["sku_id", "product_name", "customs_code", "origin_country", "weight_g"]]
    lines = lines.merge(details, on="sku_id", how="left", validate="many_to_one")
    lines["weight_g"] = lines["weight_g"].fillna(0).astype("int64") * lines["packed_units"]
    found = lines.groupby(["sku_id", "currency"], as_index=False, dropna=False).agg(
        description=("product_name", "first"), customs_code=("customs_code", "first"),
        origin_country=("origin_country", "first"), units=("packed_units", "sum"), weight_g=("weight_g", "sum"),
        value_minor=("value_minor", "sum"),
    )  # fmt: skip
    lacking = {"customs_code": "customs code", "origin_country": "origin", "description": "description"}
    found["missing"] = [
        ", ".join(word for name, word in lacking.items() if pd.isna(row[name])) for row in found.to_dict("records")
    ]
    return found[list(CUSTOMS)]


def commercial_invoices(
    parcel: pd.DataFrame,
    parcel_line: pd.DataFrame,
    orders: pd.DataFrame,
    product: pd.DataFrame,
    location: pd.DataFrame,
    business_name: str,
    settings: Documents,
) -> bytes:
    """A PDF with an invoice for each order that leaves the country of its location; none for the others.

    All frames are tables, `orders` being `open_order_line`. The bar code holds the order_id. Lines that lack
    a customs code, an origin or a description say so in print, so that the paper is not sent unread.
    """
    paper = Paper("Commercial invoices")
    destination, places = first_lines(orders), by_key(location, "location_id")
    for order_id, parcels in parcel.groupby("order_id", sort=True):
        order = destination.get(str(order_id))
        origin = shown(places.get(parcels["location_id"].iloc[0], {}).get("country"))
        if order is None or not origin or shown(order["ship_to_country"]) in ("", origin):
            continue
        paper.new_page()
        _invoice(paper, str(order_id), order, parcels, customs_lines(parcel_line, orders, product, str(order_id)),
                 origin, business_name, settings)  # fmt: skip
    return paper.bytes()


def _invoice(
    paper: Paper, order_id: str, order: Mapping[Any, Any], parcels: pd.DataFrame, lines: pd.DataFrame, origin: str,
    business_name: str, settings: Documents,
) -> None:  # fmt: skip
    paper.text(15, 20, "Commercial invoice", size=16, bold=True)
    if paper.can_be_scanned(order_id, 80):
        paper.barcode(115, 12, order_id, height=10, width=80, caption=order_id)
    paper.text(15, 32, "Seller", size=8, bold=True)
    tax = f"VAT/EORI {settings.seller_tax_id}" if settings.seller_tax_id else ""
    address = [part.strip() for part in settings.seller_address.split(",")]
    paper.lines(15, 37, [business_name, *address, tax], size=9, width=85)
    paper.text(110, 32, "Consignee", size=8, bold=True)
    paper.lines(110, 37, ship_to_lines(order), size=9, width=85)
    gross = int(parcels["weight_g"].sum())
    facts = (
        f"Order {order_id}   Date {parcels['ships_on'].min():%Y-%m-%d}   From {origin} to {order['ship_to_country']}"
    )
    paper.text(15, 66, facts, size=9, width=180)
    paper.text(
        15,
        71,
        f"{len(parcels)} {'parcel' if len(parcels) == 1 else 'parcels'}, gross weight {gross / 1000:.2f} kg",
        size=9,
    )
    rows = []
    for line in lines.to_dict("records"):
        currency = shown(line["currency"])
        value = to_major(line["value_minor"], currency) if currency else "not known"
        rows.append((
            f"{shown(line['description'])} ({line['sku_id']})", shown(line["customs_code"]) or "MISSING",
            shown(line["origin_country"]) or "MISSING", shown(line["units"]), f"{line['weight_g'] / 1000:.3f}",
            f"{value} {currency}",
        ))  # fmt: skip
    heads = ("Goods", "HS code", "Origin", "Units", "Net kg", "Value")
    y = paper.table(80, heads, (70, 26, 18, 16, 20, 30), rows, right=(3, 4, 5))
    for key, of_one in lines.groupby("currency", sort=True):
        total = to_major(int(of_one["value_minor"].sum()), str(key))
        y += 6
        paper.text(193, y, f"Total {total} {key}", size=10, bold=True, align="right")
    if (lines["missing"] != "").any():
        paper.text(15, y + 10, "Not complete: customs will ask for what is marked MISSING.", size=9, bold=True)
    paper.text(15, min(y + 20, 285), "I declare that the particulars on this invoice are true and correct.", size=8)
