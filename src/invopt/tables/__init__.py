"""Every table, declared once: grain, key, columns, type, unit and meaning."""

from __future__ import annotations

from invopt.tables.catalogue import KIT_COMPONENT, LOCATION, PRODUCT, SERVICE_REGION, SUCCESSION
from invopt.tables.checking import check, empty
from invopt.tables.declaration import PROVENANCE, Column, Dtype, Table
from invopt.tables.demand import CLEANED_DEMAND, DEMAND, SKU_LOCATION
from invopt.tables.forecast import FORECAST, FORECAST_MODEL
from invopt.tables.inventory import POLICY
from invopt.tables.orders import (
    ALLOCATION,
    ALLOCATION_BOUND,
    AVAILABLE,
    BACKLOG,
    LANE_COST,
    OPEN_ORDER_LINE,
    ORDER_CHECK,
    PARCEL_COST,
    PICK_LINE,
    REGION_DEMAND,
    STOCK_PRICE,
    WORKLOAD,
)
from invopt.tables.purchasing import (
    OPEN_ORDER_ADVICE,
    ORDER_COMMITMENT,
    ORDER_PROPOSAL,
    REFUSED_DECISION,
    SUPPLIER_ORDER,
)
from invopt.tables.returns import (
    DISPOSAL,
    EXPECTED_RETURN,
    RETURN_AUTHORISATION,
    RETURN_COHORT,
    RETURN_LINE,
    RETURN_RATE,
    RETURN_SUMMARY,
    RETURNED_SALE,
)
from invopt.tables.runs import (
    ALERT,
    ASSUMPTION,
    DECISION,
    INGESTED_FILE,
    REJECTED_ROW,
    RUN,
    STAGE_TIME,
)
from invopt.tables.sales import ORDER_LINE, PROMOTION
from invopt.tables.shipping import (
    CARRIER_SERVICE,
    CARRIER_ZONE,
    CARTON,
    DELIVERY_OPTION,
    PARCEL,
    PARCEL_LINE,
    RATE,
    SHIPMENT,
    SURCHARGE,
    TRACKING_EVENT,
    TRANSIT_TIME,
)
from invopt.tables.stock import INBOUND, STOCK_MOVEMENT, STOCK_POSITION, STOCK_SNAPSHOT
from invopt.tables.supply import (
    LEAD_TIME,
    PURCHASE_ORDER_LINE,
    RECEIPT,
    SUPPLIER,
    SUPPLIER_CLOSURE,
    SUPPLIER_TERM,
)

# What a business may bring as files; only order lines are required.
INPUT_TABLES: tuple[Table, ...] = (
    ORDER_LINE, PRODUCT, KIT_COMPONENT, SUCCESSION, LOCATION, SERVICE_REGION, SUPPLIER, SUPPLIER_TERM,
    SUPPLIER_CLOSURE, PURCHASE_ORDER_LINE, RECEIPT, PROMOTION, STOCK_SNAPSHOT, STOCK_MOVEMENT, CARTON,
    CARRIER_SERVICE, CARRIER_ZONE, RATE, SURCHARGE, TRACKING_EVENT, RETURN_LINE,
)  # fmt: skip

# What a night makes, in the order in which its stages make it.
RUN_TABLES: tuple[Table, ...] = (
    SKU_LOCATION, STOCK_POSITION, INBOUND, DEMAND, CLEANED_DEMAND, FORECAST_MODEL, FORECAST, LEAD_TIME,
    RETURN_COHORT, RETURNED_SALE, RETURN_RATE, EXPECTED_RETURN, RETURN_AUTHORISATION, DISPOSAL, RETURN_SUMMARY,
    OPEN_ORDER_LINE, ORDER_CHECK, ALLOCATION, ALLOCATION_BOUND, ORDER_COMMITMENT, REFUSED_DECISION, BACKLOG, POLICY, ORDER_PROPOSAL, SUPPLIER_ORDER, OPEN_ORDER_ADVICE,
    PARCEL, PARCEL_LINE, DELIVERY_OPTION, TRANSIT_TIME, SHIPMENT, ALERT, ASSUMPTION,
)  # fmt: skip

# What the house keeps about itself.
BOOK_TABLES: tuple[Table, ...] = (INGESTED_FILE, REJECTED_ROW, DECISION, RUN, STAGE_TIME)

TABLES: dict[str, Table] = {table.name: table for table in (*INPUT_TABLES, *RUN_TABLES, *BOOK_TABLES)}

__all__ = [
    "ALERT",
    "ALLOCATION",
    "ALLOCATION_BOUND",
    "ASSUMPTION",
    "AVAILABLE",
    "BACKLOG",
    "BOOK_TABLES",
    "CARRIER_SERVICE",
    "CARRIER_ZONE",
    "CARTON",
    "CLEANED_DEMAND",
    "DECISION",
    "DELIVERY_OPTION",
    "DEMAND",
    "DISPOSAL",
    "EXPECTED_RETURN",
    "FORECAST",
    "FORECAST_MODEL",
    "INBOUND",
    "INGESTED_FILE",
    "INPUT_TABLES",
    "KIT_COMPONENT",
    "LANE_COST",
    "LEAD_TIME",
    "LOCATION",
    "OPEN_ORDER_ADVICE",
    "OPEN_ORDER_LINE",
    "ORDER_CHECK",
    "ORDER_COMMITMENT",
    "ORDER_LINE",
    "ORDER_PROPOSAL",
    "PARCEL",
    "PARCEL_COST",
    "PARCEL_LINE",
    "PICK_LINE",
    "POLICY",
    "PRODUCT",
    "PROMOTION",
    "PROVENANCE",
    "PURCHASE_ORDER_LINE",
    "RATE",
    "RECEIPT",
    "REFUSED_DECISION",
    "REGION_DEMAND",
    "REJECTED_ROW",
    "RETURNED_SALE",
    "RETURN_AUTHORISATION",
    "RETURN_COHORT",
    "RETURN_LINE",
    "RETURN_RATE",
    "RETURN_SUMMARY",
    "RUN",
    "RUN_TABLES",
    "SERVICE_REGION",
    "SHIPMENT",
    "SKU_LOCATION",
    "STAGE_TIME",
    "STOCK_MOVEMENT",
    "STOCK_POSITION",
    "STOCK_PRICE",
    "STOCK_SNAPSHOT",
    "SUCCESSION",
    "SUPPLIER",
    "SUPPLIER_CLOSURE",
    "SUPPLIER_ORDER",
    "SUPPLIER_TERM",
    "SURCHARGE",
    "TABLES",
    "TRACKING_EVENT",
    "TRANSIT_TIME",
    "WORKLOAD",
    "Column",
    "Dtype",
    "Table",
    "check",
    "empty",
]
