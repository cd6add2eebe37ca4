"""What to fetch: one list a location and wave, each SKU once, with the parcels that it goes into."""

from __future__ import annotations

import pandas as pd

from invopt.documents.address import by_key
from invopt.documents.page import Paper, shown


def pick_lists(parcel: pd.DataFrame, parcel_line: pd.DataFrame, product: pd.DataFrame, wave_id: str) -> bytes:
    """A PDF with a pick list a location; all the parcels given make one wave.

    `parcel`, `parcel_line` and `product` are the tables. SKUs come in their order, each with its units over
    all parcels and a bar code to confirm the pick; then the units by parcel, to put them apart. A SKU with
    signs that no Code 128 holds is printed without bars.
    """
    paper = Paper(f"Pick list {wave_id}")
    names = by_key(product, "sku_id")
    rows = parcel_line.merge(parcel[["parcel_id", "location_id"]], on="parcel_id", validate="many_to_one")
    for location_id, of_place in rows.groupby("location_id", sort=True):
        paper.new_page()
        y = _head(paper, wave_id, str(location_id), of_place)
        for sku_id, of_sku in of_place.groupby("sku_id", sort=True):
            if y > 262:
                paper.new_page()
                y = _head(paper, wave_id, str(location_id), of_place)
            sku = str(sku_id)
            paper.text(15, y + 4, shown(of_sku["packed_units"].sum()), size=13, bold=True, width=18)
            paper.text(35, y + 3, sku, size=9, bold=True, width=80)
            paper.text(35, y + 7, shown(names.get(sku, {}).get("product_name")), size=8, width=80)
            shares = of_sku.sort_values("parcel_id")[["parcel_id", "packed_units"]].to_dict("records")
            places = ", ".join(f"{shown(share['packed_units'])} in {share['parcel_id']}" for share in shares)
            paper.text(35, y + 11, places, size=6.5, width=80)
            if paper.can_be_scanned(sku, 72):
                paper.barcode(123, y, sku, height=9, width=72)
            paper.rule(y + 13.5)
            y += 16
    return paper.bytes()


def _head(paper: Paper, wave_id: str, location_id: str, rows: pd.DataFrame) -> float:
    paper.text(15, 20, f"Pick list {location_id}", size=16, bold=True, width=100)
    units, parcels = shown(float(rows["packed_units"].sum())), rows["parcel_id"].nunique()
    paper.text(
        15, 27, f"Wave {wave_id}: {units} units of {rows['sku_id'].nunique()} SKUs for {parcels} parcels", size=9
    )
    if paper.can_be_scanned(wave_id, 72):
        paper.barcode(123, 12, wave_id, height=9, width=72, caption=wave_id)
    paper.rule(31)
    return 35.0
