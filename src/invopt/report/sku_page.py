"""The page of one SKU at one location: what it sold, what is expected, why that quantity, what is on its way."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import numpy as np
import pandas as pd

from invopt import calendars
from invopt.errors import WorkspaceError
from invopt.purchasing import explain
from invopt.report.page import render, sentence
from invopt.report.pictures import Projection, history_picture, projection_picture
from invopt.report.plan import Plan, as_records
from invopt.report.sections import ALERT_WORDS, SEVERITY_WORDS
from invopt.report.series import arrivals, history, weekly_means
from invopt.report.words import Words
from invopt.settings import Settings
from invopt.workspace import Snapshot

Record = dict[str, Any]


def render_sku(
    snapshot: Snapshot,
    settings: Settings,
    sku_id: str,
    location_id: str,
    *,
    back: str = "",
    answers: pd.DataFrame | None = None,
) -> str:
    """The page of one SKU at one location, straight from a published plan; `back` leads to the summary, if any.

    answers: what `purchasing.what_if` found (question, final_units, change_units, and perhaps note), to be shown.

    Raises `WorkspaceError` for a SKU-location that the plan does not know.
    """
    plan = Plan.for_skus(snapshot, settings, [sku_id])
    return render_sku_page(plan, sku_id, location_id, back=back, answers=answers)


def sku_page_name(sku_id: str, location_id: str) -> str:
    """A file name for a SKU-location: readable, safe in any file system, and different for different ones.

    >>> sku_page_name("MUG/01", "LEEDS")
    'mug-01-leeds-600c6101.html'
    """
    readable = re.sub(r"[^a-z0-9]+", "-", f"{sku_id} {location_id}".lower()).strip("-")[:40]
    mark = hashlib.sha256(f"{sku_id}\x00{location_id}".encode()).hexdigest()[:8]
    return f"{readable}-{mark}.html".lstrip("-")


def render_sku_page(
    plan: Plan, sku_id: str, location_id: str, *, back: str = "", answers: pd.DataFrame | None = None
) -> str:
    """The page of one SKU at one location from a plan's tables; `back` is the way to the summary, if any.

    answers: what `purchasing.what_if` found, to be shown beside the explanation; None leaves it out.

    Raises `WorkspaceError` for a SKU-location that the plan does not know, and `TableError` where the terms of
    its proposal do not add up.
    """
    words = Words(plan.settings.business.locale)
    described = record(plan, "sku_location", sku_id, location_id)
    if described is None:
        raise WorkspaceError(f"The plan of {plan.as_of} knows no SKU {sku_id[:80]!r} at {location_id[:80]!r}.")
    policy = record(plan, "policy", sku_id, location_id)
    stock = record(plan, "stock_position", sku_id, location_id)
    proposal = record(plan, "order_proposal", sku_id, location_id)
    coming = plan.once("arrivals", arrivals)
    coming = coming[(coming["sku_id"] == sku_id) & (coming["location_id"] == location_id)]
    coming = coming.sort_values(["arrives_on", "purchase_order_id", "purchase_order_line_id"])
    forecast = plan.table("forecast")
    forecast = forecast[(forecast["sku_id"] == sku_id) & (forecast["location_id"] == location_id)]
    forecast = forecast.sort_values("period_start")
    past = history(plan, sku_id, location_id)
    step = calendars.days_in(plan.settings.business.period)
    ahead = forecast.head(max(2, plan.settings.report.projection_weeks * 7 // step))
    projection = _projection(plan, sku_id, location_id, forecast, coming, proposal, policy)
    return render(
        "sku.html",
        words,
        shop=plan.settings.business.name,
        as_of=plan.as_of,
        run_id=plan.run_id,
        back=back,
        sku_id=sku_id,
        location_id=location_id,
        described=described,
        policy=policy,
        stock=stock,
        model=record(plan, "forecast_model", sku_id, location_id),
        proposal=proposal,
        explanation=None if proposal is None else explain(proposal),
        coming=as_records(coming),
        alerts=_alerts(plan, sku_id, location_id, words),
        advice=_rows(plan, "open_order_advice", sku_id, location_id),
        waiting=_rows(plan, "backlog", sku_id, location_id),
        lead=_lead(plan, policy, sku_id, location_id),
        assumed=assumed_inputs(plan, sku_id, location_id),
        what_if=_what_if(plan, policy, proposal, projection),
        answers=[] if answers is None else as_records(answers.assign(note=answers.get("note", ""))),
        parts=as_records(ahead.head(8)),
        history=past,
        pictures={
            "history": history_picture(past, ahead, words, plan.as_of, step),
            "projection": None if projection is None else projection_picture(projection, words, plan.as_of),
        },
    )


def _projection(
    plan: Plan,
    sku_id: str,
    location_id: str,
    forecast: pd.DataFrame,
    coming: pd.DataFrame,
    proposal: Record | None,
    policy: Record | None,
) -> Projection | None:
    if policy is None:
        return None
    weeks = plan.settings.report.projection_weeks
    keys = pd.DataFrame({"sku_id": [sku_id], "location_id": [location_id]})
    daily = np.repeat(weekly_means(plan, keys, forecast, weeks)[0] / 7, 7)
    stock = record(plan, "stock_position", sku_id, location_id)
    opening = 0.0 if stock is None else max(0.0, float(stock["on_hand_units"] - stock["reserved_units"]))
    events = [
        (float(max(0, (day - plan.today).days)), float(units), str(kind))
        for day, units, kind in zip(coming["arrives_on"], coming["open_units"], coming["arrival_kind"], strict=True)
    ]
    proposed = []
    if proposal is not None and proposal["final_units"] > 0 and proposal["expected_on"] is not None:
        proposed = [
            (
                float(max(0, (proposal["expected_on"] - plan.today).days)),
                float(proposal["final_units"]),
                "proposed",
            )
        ]
    horizon = float(len(daily))
    shown = tuple(event for event in [*events, *proposed] if event[0] < horizon)
    return Projection(
        np.arange(len(daily) + 1, dtype=float),
        _path(opening, daily, [*events, *proposed]),
        _path(opening, daily, events),
        float(policy["reorder_point_units"]),
        shown,
    )


def _path(opening: float, daily: np.ndarray, events: list[tuple[float, float, str]]) -> np.ndarray:
    arriving = np.zeros(len(daily))
    for day, units, _ in events:
        if day < len(daily):
            arriving[int(day)] += units
    path = np.empty(len(daily) + 1)
    path[0] = opening
    for day in range(len(daily)):
        path[day + 1] = max(path[day] + arriving[day] - daily[day], 0.0)
    return path


def _what_if(
    plan: Plan, policy: Record | None, proposal: Record | None, projection: Projection | None
) -> list[dict[str, float]]:
    """Other quantities in the same order: what they cost, how long they last, how low stock falls before them."""
    if policy is None or proposal is None or projection is None or proposal["final_units"] <= 0:
        return []
    daily = float(policy["expected_demand_units"]) / max(float(policy["protection_days"]), 1.0)
    arrives = (proposal["expected_on"] - plan.today).days if proposal["expected_on"] is not None else None
    if daily <= 0 or arrives is None or not 0 <= arrives < len(projection.without_order) - 1:
        return []
    before = float(projection.without_order[arrives])
    rows = []
    for factor in (0.0, 0.5, 1.0, 1.5, 2.0):
        units = round(float(proposal["final_units"]) * factor)
        rows.append(
            {
                "units": float(proposal["final_units"]) if factor == 1.0 else float(units),
                "is_proposed": factor == 1.0,
                "amount_minor": round(float(proposal["unit_cost_minor"]) * units),
                "after": before + units,
                "cover_days": (before + units) / daily,
            }
        )
    return rows


def assumed_inputs(plan: Plan, sku_id: str, location_id: str) -> list[str]:
    """What the plan of one SKU-location rests on that nobody brought, a sentence an input."""
    described = record(plan, "sku_location", sku_id, location_id)
    stock = record(plan, "stock_position", sku_id, location_id)
    policy = record(plan, "policy", sku_id, location_id)
    lead = _lead(plan, policy, sku_id, location_id)
    texts = []
    if described is not None and described["is_cost_assumed"]:
        share = plan.settings.policy.cost_share_of_price
        texts.append(f"The unit cost is {share:.0%} of the price (policy.cost_share_of_price).")
    if stock is not None and stock["is_assumed"]:
        texts.append(sentence(f"stock: {stock['reason']}"))
    if lead is not None and lead["is_assumed"]:
        texts.append(sentence(f"lead time: {lead['reason']}"))
    if policy is not None and policy["supplier_id"] is None:
        texts.append("No supplier is known to sell it.")
    if policy is not None and policy["is_assumed"] and policy["reason"]:
        texts.append(sentence(str(policy["reason"])))
    return texts


def _lead(plan: Plan, policy: Record | None, sku_id: str, location_id: str) -> Record | None:
    rows = _rows(plan, "lead_time", sku_id, location_id)
    if policy is not None:
        rows = [row for row in rows if row["supplier_id"] == policy["supplier_id"]] or rows
    return rows[0] if rows else None


def _alerts(plan: Plan, sku_id: str, location_id: str, words: Words) -> list[dict[str, str]]:
    alerts = plan.table("alert")
    alerts = alerts[alerts["key"] == f"{sku_id}|{location_id}"].sort_values("worth_minor", ascending=False)
    return [
        {
            "kind": ALERT_WORDS.get(str(row["alert_kind"]), str(row["alert_kind"])),
            "severity": str(row["severity"]),
            "severity_words": SEVERITY_WORDS[str(row["severity"])],
            "message": str(row["message"]),
            "remedy": str(row["remedy"]),
            "worth": words.money(int(row["worth_minor"]), str(row["currency"])),
        }
        for row in alerts.to_dict("records")
    ]


def record(plan: Plan, name: str, sku_id: str, location_id: str) -> Record | None:
    """The row of a table of one SKU-location; None where there is none, and for values that are missing."""
    rows = _rows(plan, name, sku_id, location_id)
    return rows[0] if rows else None


def _rows(plan: Plan, name: str, sku_id: str, location_id: str) -> list[Record]:
    """Rows of one SKU-location; None where a value is missing."""
    return plan.records(name, sku_id, location_id)
