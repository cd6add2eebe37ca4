"""One run's tables with the day and the settings they were made for: all that a page is made from."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pandas as pd

from invopt.errors import WorkspaceError
from invopt.settings import Settings
from invopt.tables import TABLES, empty
from invopt.workspace import Snapshot

SUMMARY_TABLES = (
    "sku_location", "stock_position", "inbound", "forecast_model", "forecast_score", "forecast_override",
    "forecast_value_added", "lead_time", "policy", "order_proposal",
    "supplier", "supplier_order", "open_order_advice", "order_commitment", "plan_change", "plan_stability",
    "transfer_proposal", "forward_plan",
    "order_check", "backlog", "parcel", "parcel_line",
    "allocation", "transit_time", "shipment", "promise_score", "rate_fault", "delivery_option", "pick_line",
    "workload", "available_to_promise", "stock_price", "reservation", "return_authorisation", "return_rate",
    "return_summary", "alert",
    "return_late", "return_time", "return_exchange", "return_claim", "disposal", "refurbish_order", "return_label",
    "return_action", "return_margin", "return_cluster", "return_share_by", "serial_returner", "return_score",
    "assumption", "ingested_file", "rejected_row",
)  # fmt: skip

SKU_TABLES = (
    "sku_location", "stock_position", "inbound", "demand", "cleaned_demand", "forecast", "forecast_model",
    "lead_time", "policy", "order_proposal", "open_order_advice", "backlog", "override_forecast",
)  # fmt: skip

RECENT_DAYS = 28
Made = TypeVar("Made")


@dataclass(frozen=True)
class Plan:
    """A run to be shown. Tables that were not read count as empty."""

    run_id: str
    as_of: dt.date
    settings: Settings
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def table(self, name: str) -> pd.DataFrame:
        """A table as a frame, empty where the plan was read without it."""
        return self.tables[name] if name in self.tables else empty(TABLES[name])

    def once(self, name: str, make: Callable[[Plan], Made]) -> Made:
        """What `make` makes of the plan, made the first time that it is asked for under that name."""
        if name not in self._made:
            self._made[name] = make(self)
        made: Made = self._made[name]
        return made

    def records(self, name: str, sku_id: str, location_id: str) -> list[dict[str, Any]]:
        """The rows of a table of one SKU-location, None where a value is missing."""
        return self.once(f"records of {name}", lambda plan: _by_key(plan.table(name))).get((sku_id, location_id), [])

    @property
    def today(self) -> pd.Timestamp:
        """The as-of day."""
        return pd.Timestamp(self.as_of)

    @property
    def currency(self) -> str:
        """The shop's currency."""
        return self.settings.business.currency

    @classmethod
    def for_summary(cls, snapshot: Snapshot, settings: Settings) -> Plan:
        """What the summary page shows: results whole, of demand the last four weeks."""
        from invopt import database

        as_of = as_of_day(snapshot)
        tables = {}
        since = pd.Timestamp(as_of) - pd.Timedelta(days=RECENT_DAYS)
        with database.in_memory() as db:
            for name in SUMMARY_TABLES:
                db.parquet_view(name, snapshot.files(name), TABLES[name])
                tables[name] = db.frame(f"select * from {name}", table=TABLES[name])
            db.parquet_view("demand", snapshot.files("demand"), TABLES["demand"])
            tables["demand"] = db.frame(
                "select * from demand where demand_on >= $since", {"since": since}, table=TABLES["demand"]
            )
        return cls(snapshot.run_id, as_of, settings, tables)

    @classmethod
    def for_skus(cls, snapshot: Snapshot, settings: Settings, sku_ids: Sequence[str]) -> Plan:
        """All that is known of some SKUs, and nothing of others."""
        from invopt import database

        tables = {}
        with database.in_memory() as db:
            for name in SKU_TABLES:
                db.parquet_view(name, snapshot.files(name), TABLES[name])
                tables[name] = db.frame(
                    f"select * from {name} where list_contains($sku_ids, sku_id)",
                    {"sku_ids": list(sku_ids)},
                    table=TABLES[name],
                )
        for name in ("alert", "forecast_override"):
            tables[name] = snapshot.table(name)
        return cls(snapshot.run_id, as_of_day(snapshot), settings, tables)


def _by_key(frame: pd.DataFrame) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in as_records(frame):
        found.setdefault((row["sku_id"], row["location_id"]), []).append(row)
    return found


def as_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries, None where a value is missing."""
    known = frame.notna()
    plain = frame.astype(object).where(known, None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def as_of_day(snapshot: Snapshot) -> dt.date:
    """The day a run was made for. Raises `WorkspaceError` where its folder does not say."""
    try:
        details = json.loads((snapshot.folder / "run.json").read_text(encoding="utf-8"))
        return dt.date.fromisoformat(details["as_of"])
    except (FileNotFoundError, KeyError, ValueError) as error:
        raise WorkspaceError(
            f"{snapshot.folder}: run.json does not name the day of the plan. Make the plan again: invopt plan"
        ) from error
