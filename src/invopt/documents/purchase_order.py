"""A purchase order for its supplier: on paper, as a spreadsheet, and as JSON for a program."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from invopt.documents.page import Paper, shown
from invopt.money import digits

_HEADS = ("", "SKU", "description", "units", "price", "value")
_WIDTHS = (10.0, 38.0, 67.0, 20.0, 22.0, 23.0)


def purchase_order_pdf(lines: pd.DataFrame, business_name: str) -> bytes:
    """One purchase order as a PDF to print or send.

    `lines` are the PURCHASE_ORDER_DRAFT rows of one order. Its number stands as a Code 128 symbol where it fits, so
    that goods-in can scan it; a table that is longer than a page goes on upon the next under the same head.
    """
    first = lines.iloc[0]
    number, currency = str(first["purchase_order_id"]), str(first["currency"])
    paper = Paper(number)

    def head() -> float:
        paper.text(15, 20, "Purchase order", size=16, bold=True, width=100)
        paper.text(15, 27, number, size=10, bold=True, width=100)
        if paper.can_be_scanned(number, 72):
            paper.barcode(123, 12, number, height=9, width=72, caption="")
        y = paper.lines(
            15,
            35,
            [
                f"From: {business_name}",
                f"To: {shown(first['supplier_name']) or first['supplier_id']} ({first['supplier_id']})",
                f"Deliver to: {first['location_id']}",
                f"Ordered: {_day(first['order_on'])}",
                f"Expected: {_day(lines['expected_on'].max())}",
            ],
            width=170,
        )
        paper.rule(y)
        return y + 6

    rows = [
        [
            str(row["line_number"]), row["sku_id"], shown(row["product_name"]), shown(row["ordered_units"]),
            _money(row["unit_cost_minor"], currency), _money(row["amount_minor"], currency),
        ]
        for row in lines.to_dict("records")
    ]  # fmt: skip
    y = paper.table(head(), _HEADS, _WIDTHS, rows, right=(3, 4, 5), draw_head=head)
    if y > paper.height - 20:
        paper.new_page()
        y = head()
    paper.rule(y - 3)
    total = _money(int(lines["amount_minor"].sum()), currency)
    paper.text(193, y + 3, f"Total {currency} {total}", size=10, bold=True, align="right")
    return paper.bytes()


def purchase_order_json(lines: pd.DataFrame, business_name: str) -> str:
    """The same as JSON: a head, its lines, money in minor units and as decimal text, days in ISO form."""
    first = lines.iloc[0]
    currency = str(first["currency"])

    def money(minor: int) -> dict[str, Any]:
        return {"minor": int(minor), "amount": _money(minor, currency)}

    content = {
        "purchase_order_id": first["purchase_order_id"],
        "buyer": business_name,
        "supplier_id": first["supplier_id"],
        "supplier_name": shown(first["supplier_name"]) or None,
        "deliver_to": first["location_id"],
        "order_on": _day(first["order_on"]) or None,
        "expected_on": _day(lines["expected_on"].max()) or None,
        "currency": currency,
        "lines": [
            {
                "line_number": int(row["line_number"]),
                "proposal_id": row["proposal_id"],
                "sku_id": row["sku_id"],
                "description": shown(row["product_name"]) or None,
                "units": float(row["ordered_units"]),
                "unit_price": money(row["unit_cost_minor"]),
                "value": money(row["amount_minor"]),
            }
            for row in lines.to_dict("records")
        ],
        "total": money(int(lines["amount_minor"].sum())),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _day(value: Any) -> str:
    return "" if pd.isna(value) else str(pd.Timestamp(value).date())


def _money(minor: int, currency: str) -> str:
    places = digits(currency)
    whole, part = divmod(int(minor), 10**places)
    return f"{whole}.{part:0{places}d}" if places else str(whole)
