"""Shops' exports as their makers write them, cut to a few orders each."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.unit.ingest.conftest import Shop

SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Shipping Name,Shipping Street,Shipping City,Shipping Zip,Shipping Country,"
    "Cancelled at,Lineitem discount,Source,Location,Id"
)
WOO = (
    "order_id,order_number,date,status,order_currency,customer_id,billing_email,shipping_first_name,"
    "shipping_last_name,shipping_address_1,shipping_postcode,shipping_city,shipping_country,item_id,item_name,"
    "item_sku,item_quantity,item_subtotal,item_total,item_total_tax"
)
ADVANCED = (
    "Order Number,Order Status,Order Date,First Name (Shipping),Last Name (Shipping),Postcode (Shipping),"
    "Country Code (Shipping),Email (Billing),SKU,Item #,Item Name,Quantity (- Refund),Item Cost"
)


def export(header: str, *rows: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, header.split(","), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def shopify_line(name: str, sku: str, units: int, price: str, **more: Any) -> dict[str, Any]:
    line = {
        "Name": name, "Email": "Jo@Example.org", "Created at": "2026-01-05 10:15:30 -0500",
        "Lineitem quantity": units, "Lineitem name": f"Thing {sku}", "Lineitem price": price, "Lineitem sku": sku,
        "Lineitem requires shipping": "true", "Lineitem taxable": "true", "Lineitem fulfillment status": "pending",
    }  # fmt: skip
    return line | more


ORDER = {
    "Financial Status": "paid", "Fulfillment Status": "unfulfilled", "Currency": "USD", "Taxes": "1.00",
    "Discount Amount": "10.00", "Shipping Name": "Jo Doe", "Shipping Zip": "'02139", "Shipping Country": "US",
    "Source": "web",
}  # fmt: skip


def test_shopify_orders_keep_their_columns_on_every_line(shop: Shop) -> None:
    report = shop.bring(
        "orders_export_1.csv",
        export(
            SHOPIFY,
            shopify_line("#1001", "A", 2, "10.00", **ORDER),
            shopify_line("#1001", "B", 1, "10.00"),
            shopify_line("#1001", "", 1, "5.00", **{"Lineitem requires shipping": "false", "Lineitem name": "Tip"}),
            shopify_line("#1002", "", 1, "5.00", **ORDER),
        ),
    )
    assert (report.source, report.rows_accepted, report.rows_rejected) == ("shopify", 3, 1)
    lines = shop.rows(
        "select sku_id, ordered_at, line_kind, order_state, payment_state, customer_id, ship_to_postcode, currency "
        "from order_line where order_id = '#1001' order by sku_id"
    )
    assert [line[0] for line in lines] == ["A", "B", "Tip"]
    assert {str(line[1]) for line in lines} == {"2026-01-05 15:15:30"}
    assert [line[2] for line in lines] == ["sale", "sale", "fee"]
    assert {line[3:] for line in lines} == {("open", "paid", "jo@example.org", "02139", "USD")}


def test_shopify_cash_on_delivery_is_agreed_not_outstanding(shop: Shop) -> None:
    header = SHOPIFY + ",Payment Method,Note Attributes"
    pending = ORDER | {"Financial Status": "pending", "Note Attributes": "utm_source: ad\nutm_term: 12"}
    methods = {"#1": "manual + Cash on Delivery (COD)", "#2": "Bank Deposit", "#3": "codfish vouchers", "#4": ""}
    rows = [
        shopify_line(name, "A", 1, "10.00", **pending, **{"Payment Method": method}) for name, method in methods.items()
    ]
    shop.bring("orders_export.csv", export(header, *rows))
    states = shop.rows("select payment_state from order_line order by order_id")
    assert [row[0] for row in states] == ["authorised", "pending", "pending", "pending"]


def test_shopify_discount_and_tax_are_split_to_the_cent(shop: Shop) -> None:
    lines = [shopify_line("#1", sku, 1, "10.00") for sku in "ABC"]
    lines[0] |= ORDER
    shop.bring("orders_export.csv", export(SHOPIFY, *lines))
    assert shop.rows("select discount_minor, tax_minor from order_line order by sku_id") == [
        (333, 33),
        (334, 34),
        (333, 33),
    ]


def test_shopify_fulfilment_is_a_further_version_of_the_line(shop: Shop) -> None:
    one, other = (shopify_line(name, "A", 1, "10.00", **ORDER) for name in ("#1", "#2"))
    shop.bring("monday.csv", export(SHOPIFY, one, other))
    one |= {"Fulfillment Status": "fulfilled", "Fulfilled at": "2026-01-07 09:00:00 +0000"}
    report = shop.bring("tuesday.csv", export(SHOPIFY, one, other))
    assert (report.rows_accepted, report.rows_known, report.rows_withdrawn) == (1, 1, 0)
    assert shop.rows("select order_state from order_line where order_id = '#1' order by recorded_at") == [
        ("open",),
        ("shipped",),
    ]


def test_woocommerce_items_have_their_own_ids(shop: Shop) -> None:
    base = {
        "order_id": 77, "order_number": 1077, "date": "2025-07-05 10:00:00", "status": "processing",
        "order_currency": "EUR", "customer_id": 0, "billing_email": "Ann@Example.org", "shipping_first_name": "Ann",
        "shipping_last_name": "Lee", "shipping_country": "DE",
    }  # fmt: skip
    item = {
        "item_id": 9, "item_name": "Lamp", "item_sku": "L", "item_quantity": 3, "item_subtotal": "30.00",
        "item_total": "27.00", "item_total_tax": "5.13",
    }  # fmt: skip
    report = shop.bring("orders-export.csv", export(WOO, base | item))
    assert (report.source, report.rows_accepted) == ("woocommerce", 1)
    assert shop.rows(
        "select order_id, order_line_id, unit_price_minor, discount_minor, tax_minor, amount_minor, currency, "
        "order_state, payment_state, customer_id, ship_to_name, cast(ordered_at as varchar) from order_line"
    ) == [
        ("1077", "9", 1000, 300, 513, 2700, "EUR", "open", "paid", "ann@example.org", "Ann Lee", "2025-07-05 09:00:00")
    ]


def test_woocommerce_advanced_export_is_read_by_its_labels(shop: Shop) -> None:
    report = shop.bring(
        "orders.csv",
        export(
            ADVANCED,
            {
                "Order Number": 5, "Order Status": "On hold", "Order Date": "2026-01-05 10:00",
                "Email (Billing)": "x@y.z", "SKU": "L", "Item #": 1, "Item Name": "Lamp", "Quantity (- Refund)": 2,
                "Item Cost": "9.50", "Country Code (Shipping)": "FR",
            },
        ),
    )  # fmt: skip
    assert (report.source, report.rows_accepted) == ("woocommerce_advanced", 1)
    assert shop.rows("select unit_price_minor, order_state, payment_state, ship_to_country from order_line") == [
        (950, "open", "pending", "FR")
    ]


def test_uci_lines_say_what_they_are(shop: Shop) -> None:
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    rows = [
        "536365,85123a,HOLDER,6,12/1/2010 8:26,2.55,17850,United Kingdom",
        "536365,POST,POSTAGE,1,12/1/2010 8:26,18.00,17850,United Kingdom",
        "536365,22752,BOX,1,12/1/2010 8:26,0,17850,United Kingdom",
        "C536379,D,Discount,-1,12/1/2010 9:41,27.5,14527,United Kingdom",
        "C536383,35004C,SET,-1,12/1/2010 9:49,4.65,15311,United Kingdom",
        "536589,21777,,-10,12/1/2010 16:50,0,,United Kingdom",
        "536590,21778,found,10,12/1/2010 16:51,0,,United Kingdom",
        "A563186,B,Adjust bad debt,1,8/12/2011 14:51,-11062.06,,United Kingdom",
    ]
    report = shop.bring("data.csv", "\n".join([header, *rows]) + "\n")
    assert (report.source, report.rows_accepted) == ("uci_online_retail", 8)
    assert [kind for (kind,) in shop.rows("select line_kind from order_line order by line_number")] == [
        "sale", "fee", "sale", "adjustment", "cancellation", "write_off", "adjustment", "adjustment",
    ]  # fmt: skip
    assert shop.rows("select sku_id, cast(ordered_at as varchar) from order_line where line_number = 2") == [
        ("85123A", "2010-12-01 08:26:00")
    ]
