"""Shopify's order export (Orders > Export, "Plain CSV"): a row a line item, the order's columns on its first row only.

A line has no id, so it is told by its content. What is not shipped (gift cards, tips, services) is a fee. The order's
discount and tax are split over its lines by their value. Cash on delivery
stands there as pending, yet is agreed: nothing has to be waited for. The customer is known by e-mail address.
"""

from __future__ import annotations

from invopt.ingest.readers.reading import Export
from invopt.tables import ORDER_LINE

_ADDRESS = (
    "name", "street", "address1", "address2", "company", "city", "zip", "province", "province_name", "phone",
)  # fmt: skip

EXPORTS = (
    Export(
        source="shopify",
        table=ORDER_LINE,
        statement="shopify_order_line",
        recognised_by=(
            "name", "created_at", "lineitem_quantity", "lineitem_name", "lineitem_price", "lineitem_sku",
            "financial_status", "fulfillment_status",
        ),
        columns=(
            "currency", "taxes", "discount_amount", "fulfilled_at", "cancelled_at", "lineitem_discount",
            "lineitem_requires_shipping", "lineitem_taxable", "lineitem_fulfillment_status", "source", "location",
            "shipping_country", "payment_method",
        ),
        personal_columns=(
            "email", "phone", "notes", "note_attributes", "payment_reference", "payment_references", "payment_id",
            "employee", "device_id", "tags",
            *(f"{kind}_{part}" for kind in ("billing", "shipping") for part in _ADDRESS),
        ),
        customer_columns=("email",),
        order_column="name",
        order_state="open",
    ),
)  # fmt: skip
