"""One published run in memory: its lists as sheets, and the tables behind a single SKU read when asked for."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

import pandas as pd

from invopt.report.plan import as_of_day
from invopt.report.sections import ALERT_WORDS
from invopt.report.words import Words
from invopt.review.sheet import Sheet
from invopt.review.sku_rows import SkuRows
from invopt.settings import Settings
from invopt.tables.purchasing import PROPOSAL_STATES
from invopt.workspace import Snapshot

KEYS = ["sku_id", "location_id"]
PROMISE_KINDS = ("promise_at_risk", "parcel_problem", "no_carrier")


class Book:
    """The published run as the desk shows it. Sheets are made once and then only marked by decisions."""

    def __init__(self, snapshot: Snapshot, settings: Settings) -> None:
        """Read the lists of a run; `settings` are those that the run was made with."""
        self.snapshot = snapshot
        self.settings = settings
        self.as_of: dt.date = as_of_day(snapshot)
        self.words = Words(settings.business.locale)
        self.currency = settings.business.currency
        known = snapshot.table("sku_location")
        self._rows = SkuRows(snapshot)
        self.names = known.set_index(KEYS)["product_name"]
        supplier = snapshot.table("supplier")
        self.supplier_names: dict[str, str] = {
            str(key): str(name) if pd.notna(name) else str(key)
            for key, name in zip(supplier["supplier_id"], supplier["supplier_name"], strict=True)
        }
        self.supplier = supplier
        self.proposal_frame = _proposals(snapshot.table("order_proposal"))
        self.proposals = self._proposal_sheet()
        self.alerts = _alert_sheet(snapshot.table("alert"))
        self.skus = _sku_sheet(known, snapshot.table("stock_position"), snapshot.table("policy"))
        self.holds = _hold_sheet(snapshot.table("order_check"))
        self.returns = _return_sheet(snapshot.table("return_authorisation"), snapshot.table("return_line"))
        self.lines = self._line_sheet()
        self.suppliers = self._supplier_sheet()

    @property
    def run_id(self) -> str:
        """The run that is shown."""
        return self.snapshot.run_id

    def supplier_name(self, supplier_id: Any) -> str:
        """A supplier's name for people."""
        return self.supplier_names.get(str(supplier_id), str(supplier_id)) if supplier_id is not None else "nobody"

    def of_sku(self, table: str, sku_id: str) -> pd.DataFrame:
        """Rows of a table of one SKU."""
        return self._rows.table(table, sku_id)

    def _proposal_sheet(self) -> Sheet:
        frame = self.proposal_frame.assign(
            topic=self.proposal_frame["sku_id"] + "|" + self.proposal_frame["location_id"],
            product_name=_named(self.proposal_frame, self.names),
            supplier=self.proposal_frame["supplier_id"].map(self.supplier_names).astype("str"),
        )
        names = ["topic", "proposal_id", *KEYS, "product_name", "supplier_id", "supplier", "order_on", "expected_on",
                 "need_units", "final_units", "unit_cost_minor", "amount_minor", "currency", "days_of_cover",
                 "gain_minor", "urgency", "binding_constraint", "reason"]  # fmt: skip
        return Sheet(
            frame[names],
            "topic",
            searched=("sku_id", "product_name", "supplier", "location_id"),
            facets=("urgency", "supplier_id", "location_id"),
            states=PROPOSAL_STATES,
        )

    def _line_sheet(self) -> Sheet:
        inbound = self.snapshot.table("inbound")
        lines = inbound.assign(topic=inbound["purchase_order_id"] + "|" + inbound["purchase_order_line_id"])
        ordered = self.snapshot.table("purchase_order_line")
        from_file = set(ordered["purchase_order_id"] + "|" + ordered["purchase_order_line_id"])
        lines = lines[lines["topic"].isin(from_file)]
        advice = self.snapshot.table("open_order_advice")
        advice = advice.assign(topic=advice["purchase_order_id"] + "|" + advice["purchase_order_line_id"])
        told = advice.sort_values("worth_minor", ascending=False).drop_duplicates("topic").set_index("topic")
        frame = lines.assign(
            product_name=_named(lines, self.names),
            supplier=lines["supplier_id"].map(self.supplier_names).astype("str"),
            advice=lines["topic"].map(told["advice"]).astype("str"),
            advised_on=lines["topic"].map(told["advised_on"]).astype("datetime64[us]"),
            expected_on=lines["topic"].map(told["expected_on"]).astype("datetime64[us]").fillna(lines["confirmed_on"]),
            worth_minor=lines["topic"].map(told["worth_minor"]).fillna(0).astype("int64"),
            currency=lines["topic"].map(told["currency"]).astype("str").fillna(self.currency),
            why=lines["topic"].map(told["reason"]).astype("str"),
        ).sort_values(["worth_minor", "topic"], ascending=[False, True])
        return Sheet(
            frame,
            "topic",
            searched=("purchase_order_id", "sku_id", "product_name", "supplier"),
            facets=("supplier_id", "advice", "location_id"),
            states=("open", "confirmed", "partly_received", "received"),
        )

    def _supplier_sheet(self) -> Sheet:
        frame = self.supplier.copy()
        ids = frame["supplier_id"]
        buying = self.proposal_frame[self.proposal_frame["final_units"] > 0]
        by_supplier = buying.groupby("supplier_id")["amount_minor"].agg(["sum", "size"])
        inbound = self.snapshot.table("inbound").groupby("supplier_id").size()
        lead = self.snapshot.table("lead_time")
        known = lead[lead["supplier_observations"] > 0].groupby("supplier_id")
        figures = known.agg(median=("median_days", "median"), p90=("p90_days", "median"), fill=("fill_share", "mean"))
        advice = self.snapshot.table("open_order_advice")
        late = advice[advice["advice"].isin(["chase", "expedite"])].groupby("supplier_id").size()
        frame = frame.assign(
            supplier=ids.map(self.supplier_names).astype("str"),
            proposed_minor=ids.map(by_supplier["sum"]).fillna(0).astype("int64"),
            proposals=ids.map(by_supplier["size"]).fillna(0).astype("int64"),
            open_lines=ids.map(inbound).fillna(0).astype("int64"),
            late_lines=ids.map(late).fillna(0).astype("int64"),
            median_days=ids.map(figures["median"]),
            p90_days=ids.map(figures["p90"]),
            fill_share=ids.map(figures["fill"]),
            currency=frame["currency"].fillna(self.currency),
        ).sort_values(["proposed_minor", "supplier_id"], ascending=[False, True])
        return Sheet(frame, "supplier_id", searched=("supplier_id", "supplier", "country"))

    @cached_property
    def is_assumed_supplier(self) -> bool:
        """Whether no supplier is known and one stands in for all."""
        return bool(len(self.supplier) == 0)


def _proposals(frame: pd.DataFrame) -> pd.DataFrame:
    """Most gain first; what cannot be bought last."""
    frame = frame.assign(nothing=frame["final_units"] <= 0)
    frame = frame.sort_values(["nothing", "gain_minor", *KEYS], ascending=[True, False, True, True], ignore_index=True)
    return frame.drop(columns="nothing")


def _alert_sheet(alerts: pd.DataFrame) -> Sheet:
    frame = alerts.assign(
        topic=alerts["alert_kind"] + "|" + alerts["key"],
        about=alerts["key"].str.replace("|", " · ", regex=False),
        group=alerts["alert_kind"].isin(PROMISE_KINDS).map({True: "promises", False: ""}),
        kind=alerts["alert_kind"].map(ALERT_WORDS).astype("str").fillna(alerts["alert_kind"]),
    ).drop_duplicates("topic")
    frame = frame.sort_values(["worth_minor", "topic"], ascending=[False, True])
    return Sheet(
        frame,
        "topic",
        searched=("key", "message", "kind"),
        facets=("alert_kind", "severity", "group"),
        states=("open", "snoozed"),
    )


def _sku_sheet(known: pd.DataFrame, stock: pd.DataFrame, policy: pd.DataFrame) -> Sheet:
    frame = known[[*KEYS, "product_name", "category_id", "abc_class", "lifecycle", "currency", "unit_cost_minor"]]
    frame = frame.merge(stock[[*KEYS, "on_hand_units", "on_order_units"]], on=KEYS, how="left", validate="one_to_one")
    names = [*KEYS, "supplier_id", "stockout_in_days", "reorder_point_units", "target_share"]
    frame = frame.merge(policy[names], on=KEYS, how="left", validate="one_to_one")
    frame = frame.assign(
        topic=frame["sku_id"] + "|" + frame["location_id"],
        stock_minor=(frame["on_hand_units"].fillna(0) * frame["unit_cost_minor"]).round().astype("int64"),
    ).sort_values(KEYS)
    return Sheet(
        frame,
        "topic",
        searched=("sku_id", "product_name", "category_id"),
        facets=("location_id", "abc_class", "category_id", "lifecycle"),
    )


def _hold_sheet(checks: pd.DataFrame) -> Sheet:
    frame = checks[checks["outcome"] == "on_hold"]
    frame = frame.sort_values(["amount_minor", "order_id"], ascending=[False, True])
    return Sheet(
        frame, "order_id", searched=("order_id", "reason"), facets=("rule", "released_by"), states=("open", "released")
    )


def _return_sheet(answers: pd.DataFrame, lines: pd.DataFrame) -> Sheet:
    keys = ["return_id", "return_line_id"]
    extra = lines[[*keys, "received_on", "received_units", "return_reason", "grade", "wish"]]
    frame = answers[answers["state"] == "received"].merge(extra, on=keys, how="left", validate="one_to_one")
    frame = frame.assign(topic=frame["return_id"] + "|" + frame["return_line_id"])
    frame = frame.sort_values(["received_on", "topic"])
    return Sheet(
        frame,
        "topic",
        searched=("return_id", "order_id", "sku_id"),
        facets=("return_reason",),
        states=("open", "graded"),
    )


def _named(frame: pd.DataFrame, names: pd.Series) -> Any:
    return names.reindex(pd.MultiIndex.from_frame(frame[KEYS])).to_numpy()
