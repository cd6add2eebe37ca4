"""The UCI Online Retail data sets (I and II), as Excel, CSV or Parquet.

Invoices of a gift wholesaler. Every line says what it is: `C` invoices are cancellations, `A` invoices
adjust bad debt, postage and bank charges are fees, unpriced stock corrections are write-offs. Codes that
differ only in case are one SKU. Sheets overlap: what stands in both is already known.
"""

from __future__ import annotations

from invopt.ingest.readers.reading import Export
from invopt.tables import ORDER_LINE

EXPORTS = (
    Export(
        source="uci_online_retail",
        table=ORDER_LINE,
        statement="uci_order_line",
        recognised_by=(
            "invoice",
            "stockcode",
            "description",
            "quantity",
            "invoicedate",
            "price",
            "customer_id",
            "country",
        ),
        # The first data set spells three of the second's columns otherwise.
        aliases={"invoiceno": "invoice", "unitprice": "price", "customerid": "customer_id"},
        personal_columns=("customer_id",),
        customer_columns=("customer_id",),
        order_column="invoice",
        part_column="sheet",
        # The CSV in circulation writes 12/1/2010 8:26, month first.
        timestamp_format="%m/%d/%Y %H:%M",
    ),
)
