"""The paper in the parcel: what is in it, for whom, and a picture of how it is packed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from invopt.documents.address import by_key, first_lines, sender_lines, ship_to_lines
from invopt.documents.carton_picture import draw_carton
from invopt.documents.page import Paper, shown

#: Units drawn into a picture; a carton with more shows its lowest ones and says so.
_MOST_DRAWN = 120


def packing_slips(
    parcel: pd.DataFrame,
    parcel_line: pd.DataFrame,
    placement: pd.DataFrame,
    orders: pd.DataFrame,
    product: pd.DataFrame,
    carton: pd.DataFrame,
    location: pd.DataFrame,
    business_name: str,
) -> bytes:
    """A PDF with a slip a parcel, in the order of `parcel`; each begins on a new page.

    All frames are the tables of their names, `orders` being `open_order_line`. The bar code holds the
    parcel_id. Prices are left out: a slip may travel with a gift. A parcel whose goods lie in no carton has
    no picture.
    """
    paper = Paper("Packing slips")
    destination, places = first_lines(orders), by_key(location, "location_id")
    names, sizes = by_key(product, "sku_id"), by_key(carton, "carton_id")
    lines = dict(list(parcel_line.groupby("parcel_id")))
    units = dict(list(placement.groupby("parcel_id")))
    of_order = parcel.groupby("order_id")["parcel_id"].agg(list)
    for row in parcel.to_dict("records"):
        paper.new_page()
        siblings = of_order[row["order_id"]]
        sender = sender_lines(business_name, places.get(row["location_id"], {"location_id": row["location_id"]}))
        addressee = ship_to_lines(destination[row["order_id"]]) if row["order_id"] in destination else []
        _head(paper, row, siblings.index(row["parcel_id"]) + 1, len(siblings), sender, addressee)
        cells = [
            (
                shown(line["sku_id"]),
                shown(names.get(line["sku_id"], {}).get("product_name")),
                shown(line["packed_units"]),
            )
            for line in lines[row["parcel_id"]].to_dict("records")
        ]
        y = paper.table(75, ("SKU", "Article", "Units"), (50, 105, 25), cells, right=(2,))
        if row["parcel_id"] in units and row["carton_id"] in sizes:
            if y > 175:
                paper.new_page()
                y = 20.0
            _picture(paper, y + 8, row, sizes[row["carton_id"]], units[row["parcel_id"]])
    return paper.bytes()


def _head(
    paper: Paper, parcel: Mapping[Any, Any], number: int, count: int, sender: list[str], addressee: list[str]
) -> None:
    paper.text(15, 20, "Packing slip", size=16, bold=True)
    paper.lines(15, 27, sender, size=8, width=80)
    if paper.can_be_scanned(parcel["parcel_id"], 90):
        paper.barcode(105, 12, parcel["parcel_id"], height=12, width=90, caption=parcel["parcel_id"])
    else:
        paper.text(105, 18, parcel["parcel_id"], size=8, width=90)
    paper.text(15, 46, "Ship to", size=8, bold=True)
    paper.lines(15, 51, addressee, size=9, width=85)
    facts = [
        f"Order {parcel['order_id']}, parcel {number} of {count}",
        f"Carton {shown(parcel['carton_id']) or 'none: own box'}",
        f"Weight {parcel['weight_g'] / 1000:.2f} kg",
        f"Ships on {parcel['ships_on']:%Y-%m-%d}",
    ]
    paper.lines(110, 46, facts, size=9, width=85)


def _picture(paper: Paper, y: float, parcel: Mapping[Any, Any], carton: Mapping[Any, Any], units: pd.DataFrame) -> None:
    drawn = units.sort_values("unit_number").head(_MOST_DRAWN)
    skus = sorted(drawn["sku_id"].unique())
    boxes = [
        (x, y0, z, x + dx, y0 + dy, z + dz)
        for x, y0, z, dx, dy, dz in drawn[["x_mm", "y_mm", "z_mm", "length_mm", "width_mm", "height_mm"]]
        .to_numpy("int64").tolist()
    ]  # fmt: skip
    inner = tuple(int(carton[f"inner_{side}_mm"]) for side in ("length", "width", "height"))
    title = f"How it is packed ({parcel['fill_share']:.0%} full)"
    if len(units) > len(drawn):
        title += f"; the first {len(drawn)} of {len(units)} units"
    paper.text(15, y, title, size=9, bold=True)
    numbers = [str(skus.index(sku) + 1) for sku in drawn["sku_id"]]
    groups = [skus.index(sku) for sku in drawn["sku_id"]]
    draw_carton(paper, 15, y + 5, 110, 80, (inner[0], inner[1], inner[2]), boxes, numbers, groups)
    paper.lines(132, y + 8, [f"{number + 1}  {sku}" for number, sku in enumerate(skus[:18])], size=8, width=60)
