"""The exceptions of a night, of every room, in one table, each with its worth in money.

`raise_alerts` is the stage; the modules beside it hold the pure functions, one file a part of the shop.
"""

from __future__ import annotations

import pandas as pd

from invopt.errors import WorkspaceError
from invopt.settings import Settings
from invopt.stages.alerts.fulfilment import backlog_alerts, hold_alerts, parcel_alerts, return_alerts
from invopt.stages.alerts.goods_back import late_return_alerts, miscount_alerts, refurbish_alerts
from invopt.stages.alerts.quality import data_alerts, forecast_alerts, override_alerts, rate_card_alerts
from invopt.stages.alerts.rows import graded
from invopt.stages.alerts.stock import dead_stock_alerts, stockout_alerts, surplus_alerts
from invopt.stages.alerts.supply import (
    advice_alerts,
    refused_decision_alerts,
    short_supplier_alerts,
    supplier_order_alerts,
)
from invopt.stages.run import Run
from invopt.tables import (
    ALERT,
    BACKLOG,
    FORECAST_MODEL,
    FORECAST_OVERRIDE,
    INBOUND,
    INGESTED_FILE,
    LEAD_TIME,
    OPEN_ORDER_ADVICE,
    OPEN_ORDER_LINE,
    ORDER_CHECK,
    ORDER_LINE,
    ORDER_PROPOSAL,
    PARCEL,
    POLICY,
    RATE_FAULT,
    REFURBISH_ORDER,
    REFUSED_DECISION,
    REFUSED_FILE,
    REJECTED_ROW,
    RETURN_AUTHORISATION,
    RETURN_LATE,
    RETURN_RATE,
    SHIPMENT,
    SKU_LOCATION,
    STOCK_POSITION,
    SUPPLIER_ORDER,
    check,
)

_READ = (
    SKU_LOCATION, STOCK_POSITION, POLICY, INBOUND, LEAD_TIME, FORECAST_MODEL, ORDER_PROPOSAL, SUPPLIER_ORDER,
    OPEN_ORDER_ADVICE, OPEN_ORDER_LINE, ORDER_LINE, ORDER_CHECK, BACKLOG, PARCEL, SHIPMENT, RETURN_AUTHORISATION,
    RETURN_RATE, RETURN_LATE, REFURBISH_ORDER, INGESTED_FILE, REFUSED_FILE, REJECTED_ROW, REFUSED_DECISION, RATE_FAULT,
    FORECAST_OVERRIDE,
)  # fmt: skip


def raise_alerts(run: Run) -> None:
    """Write the run's exceptions."""
    tables = {table.name: run.read(table) for table in _READ}
    run.write(ALERT, find_alerts(tables, run.settings, pd.Timestamp(run.as_of)))


def find_alerts(tables: dict[str, pd.DataFrame], settings: Settings, as_of: pd.Timestamp) -> pd.DataFrame:
    """All exceptions, most money first.

    tables: frames by table name, each as declared. Returns rows of `alert`, one an exception and subject;
    severity follows from the worth and the settings. Raises `WorkspaceError` where a table is missing.
    """
    if missing := [table.name for table in _READ if table.name not in tables]:
        raise WorkspaceError(f"alerts: tables {', '.join(missing)} are missing. Run the stages before.")
    rules = settings.alerts
    planned = _planned(tables)
    found = [
        stockout_alerts(planned, as_of),
        surplus_alerts(
            planned,
            settings.purchasing.surplus_cover_days,
            settings.policy,
            settings.purchasing.obsolescence_rate_per_year,
        ),
        dead_stock_alerts(tables["sku_location"], tables["stock_position"], rules, as_of),
        forecast_alerts(planned, rules, settings.policy),
        advice_alerts(tables["open_order_advice"]),
        short_supplier_alerts(tables["lead_time"], tables["inbound"], tables["sku_location"], rules),
        supplier_order_alerts(tables["supplier_order"], tables["order_proposal"]),
        refused_decision_alerts(tables["refused_decision"], settings.business.currency),
        override_alerts(tables["forecast_override"], settings.business.currency),
        hold_alerts(tables["order_check"]),
        backlog_alerts(tables["backlog"], tables["open_order_line"], as_of),
        parcel_alerts(tables["parcel"], tables["shipment"], tables["open_order_line"], tables["order_line"]),
        return_alerts(tables["return_authorisation"], tables["return_rate"], tables["sku_location"], rules),
        late_return_alerts(tables["return_late"], tables["return_authorisation"]),
        miscount_alerts(tables["return_authorisation"]),
        refurbish_alerts(tables["refurbish_order"]),
        data_alerts(tables, settings.business.currency),
        rate_card_alerts(tables["rate_fault"], settings.business.currency),
    ]
    return check(graded(found, rules), ALERT)


def _planned(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Planned SKU-locations with their policy, stock, cost, price, model and next arrival, one row each."""
    keys = ["sku_id", "location_id"]
    described = tables["sku_location"][
        [*keys, "product_name", "unit_cost_minor", "unit_price_minor", "last_year_units", "lifecycle"]
    ]
    stock = tables["stock_position"][[*keys, "on_hand_units", "reserved_units", "on_order_units", "is_assumed"]]
    stock = stock.rename(columns={"is_assumed": "is_stock_assumed"})
    model = tables["forecast_model"][[*keys, "wape", "bias_share", "method"]]
    model = model.rename(columns={"method": "forecast_method"})
    buy = tables["order_proposal"][[*keys, "final_units", "order_on", "expected_on"]]
    due = tables["inbound"].groupby(keys)["confirmed_on"].min().rename("next_arrival_on").reset_index()
    frame = tables["policy"].merge(described, on=keys, how="left", validate="one_to_one")
    for part in (stock, model, buy, due):
        frame = frame.merge(part, on=keys, how="left", validate="one_to_one")
    return frame
