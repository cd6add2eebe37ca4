"""WooCommerce orders, as its two common export plugins write them with a row a line item.

"Customer / Order / Coupon Export" (one row per item) carries the item's id and its sums before and after discount.
"Advanced Order Export" carries a price after discount and no id, so a line is told by its content. Statuses say both
what is paid and what is still to be served. The customer is known by e-mail address, or else by number.
"""

from __future__ import annotations

from invopt.ingest.readers.reading import Export
from invopt.tables import ORDER_LINE

_PERSONAL = tuple(
    f"{kind}_{part}"
    for kind in ("billing", "shipping")
    for part in ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "phone")
)

EXPORTS = (
    Export(
        source="woocommerce",
        table=ORDER_LINE,
        statement="woocommerce_order_line",
        recognised_by=("order_number", "date", "status", "item_sku", "item_name", "item_quantity", "item_total"),
        columns=(
            "item_id", "item_subtotal", "item_total_tax", "item_cost", "order_currency", "shipping_country",
            "billing_country",
        ),
        personal_columns=("billing_email", "customer_id", "customer_note", "customer_ip_address", *_PERSONAL),
        customer_columns=("billing_email", "customer_id"),
        order_column="order_number",
        order_state="open",
    ),
    Export(
        source="woocommerce_advanced",
        table=ORDER_LINE,
        statement="woocommerce_order_line",
        recognised_by=("order_number", "date", "status", "item_sku", "item_name", "item_quantity", "item_cost"),
        aliases={
            "order_date": "date",
            "order_status": "status",
            "sku": "item_sku",
            "quantity": "item_quantity",
            "quantity_refund": "item_quantity",
            "order_currency": "order_currency",
            "email_billing": "billing_email",
            "phone_billing": "billing_phone",
            **{
                f"{theirs}_{kind}": f"{kind}_{ours}"
                for kind in ("billing", "shipping")
                for theirs, ours in {
                    "first_name": "first_name", "last_name": "last_name", "company": "company",
                    "address_1_2": "address_1", "address_1": "address_1", "address_2": "address_2", "city": "city",
                    "state_code": "state", "postcode": "postcode", "country_code": "country",
                }.items()
            },
        },
        columns=(
            "item_id", "item_total", "item_subtotal", "item_total_tax", "order_currency", "shipping_country",
            "billing_country",
        ),
        personal_columns=("billing_email", "customer_id", "customer_note", *_PERSONAL),
        customer_columns=("billing_email", "customer_id"),
        order_column="order_number",
        order_state="open",
    ),
)  # fmt: skip
