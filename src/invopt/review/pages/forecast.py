"""Overriding the forecast: beside the baseline, with what it does to stock and money before it is saved."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from starlette.responses import Response

from invopt.decisions import NewDecision
from invopt.errors import ForecastError, InvoptError
from invopt.forecast import Override, decided_overrides
from invopt.forecast.override_decisions import OVERRIDE, SUBJECT
from invopt.review.actions import expiry, reason_of, units_of_form
from invopt.review.pages.difference import differences
from invopt.review.pictures import beside_picture
from invopt.review.render import done, show
from invopt.review.web import Visit
from invopt.stages.rehearsal import overridden, rehearsal, replanned

_SHOWN_OVERRIDES = 100


def forecast(visit: Visit) -> Response:
    """The form, and the overrides that were ever made."""
    return show(visit, "forecast.html", **_content(visit))


def effect(visit: Visit) -> Response:
    """What an override would do: the forecast with it and without it, and the plan's difference."""
    asked = _asked(visit)
    run = rehearsal(visit.desk.workspace, visit.book.snapshot)
    rows = overridden(run, asked)
    if rows.empty:
        raise InvoptError(f"Nothing that is planned is meant by {asked.scope} {asked.key[:80]}.")
    sums = rows.groupby("period_start")[["before_units", "mean_units"]].sum().reset_index()
    skus = frozenset(rows["sku_id"])
    _, before = replanned(run, sku_ids=skus)
    policy, after = replanned(run, forecast=rows, sku_ids=skus)
    words = visit.book.words
    moved = sums[(sums["before_units"] - sums["mean_units"]).abs() > 1e-9]
    held = visit.book.snapshot.table("policy")
    stock_before = held.loc[held["sku_id"].isin(skus), "mean_stock_minor"].sum()
    stock_after = policy.loc[policy["sku_id"].isin(skus), "mean_stock_minor"].sum()
    change = float(sums["mean_units"].sum() - sums["before_units"].sum())
    content = {
        "is_effect": True,
        "picture": beside_picture(sums, words),
        "periods": [
            (words.day(row["period_start"]), words.units(round(row["before_units"], 1)),
             words.units(round(row["mean_units"], 1)))
            for row in moved.head(30).to_dict("records")
        ],
        "told": [
            ("SKU-locations", words.number(len(rows[["sku_id", "location_id"]].drop_duplicates()))),
            ("Expected demand", f"{'+' if change >= 0 else '−'}{words.units(abs(round(change, 1)))} units"),
            ("Mean stock, at cost", f"{words.money(stock_before, visit.book.currency, whole=True)} → "
                                    f"{words.money(stock_after, visit.book.currency, whole=True)}"),
        ],
        "difference": differences(visit.book, before, after),
    }  # fmt: skip
    return show(visit, "forecast.html", part="effect.html", **(_content(visit) | content))


def save(visit: Visit) -> Response:
    """Append the override; the next plan follows it."""
    asked = _asked(visit)
    made = NewDecision(
        SUBJECT, asked.decision_key, OVERRIDE, None, asked.to_value, reason_of(visit.form, needed=True),
        expiry(visit.form, visit.book) or asked.last_on,
    )  # fmt: skip
    topic = (SUBJECT, asked.decision_key)
    visit.desk.journal.append(
        [made], {topic: visit.form.get("version", "-")}, decided_by=visit.user.name, decided_at=dt.datetime.now(dt.UTC)
    )
    return done(visit, f"The next plan follows it: {asked.scope} {asked.key[:80]}.", "/forecast")


def _asked(visit: Visit) -> Override:
    form = visit.form
    mode = form.get("mode", "")
    value = form.get("value", "").strip()
    try:
        number = units_of_form({"value": value.removeprefix("-")}, "value", "Value", least=0.0)
        return Override(
            scope=form.get("scope", ""),
            key=form.get("key", "").strip(),
            location_id=form.get("location_id") or None,
            first_on=dt.date.fromisoformat(form.get("first_on", "")),
            last_on=dt.date.fromisoformat(form.get("last_on", "")),
            mode=mode,
            value=-number if value.startswith("-") else number,
        )
    except ForecastError:
        raise
    except ValueError as error:
        raise InvoptError("Give the first and the last day, like 2026-03-16.") from error


def _content(visit: Visit) -> dict[str, Any]:
    as_of = visit.book.as_of
    given = visit.form or {name: visit.asked(name) for name in visit.request.query_params}
    week = (7 - as_of.weekday()) % 7
    values = {
        "scope": given.get("scope") or "sku", "key": given.get("key", ""), "location_id": given.get("location_id", ""),
        "first_on": given.get("first_on") or (as_of + dt.timedelta(days=week)).isoformat(),
        "last_on": given.get("last_on") or (as_of + dt.timedelta(days=week + 13)).isoformat(),
        "mode": given.get("mode") or "percent", "value": given.get("value", ""),
        "reason": given.get("reason", ""), "expires_on": given.get("expires_on", ""),
    }  # fmt: skip
    scope, key = values["scope"], values["key"].strip()
    topic = (SUBJECT, "|".join([scope, key, *([values["location_id"]] if values["location_id"] else [])]))
    return {
        "values": values,
        "version": visit.desk.journal.version(topic),
        "locations": visit.book.skus.values["location_id"],
        "categories": visit.book.skus.values["category_id"][:500],
        "overrides": _overrides(visit),
        "is_effect": False,
    }


def _overrides(visit: Visit) -> list[dict[str, Any]]:
    from invopt.decisions import decision_frame

    entries = [entry for entry in visit.desk.journal.entries if entry["subject"] == SUBJECT]
    rows = []
    for entry in reversed(decided_overrides(decision_frame(entries))[-_SHOWN_OVERRIDES:]):
        asked = entry.override
        topic = (SUBJECT, asked.decision_key) if asked else (SUBJECT, "")
        state = "undone" if entry.is_undone else "expired" if entry.is_expired(visit.book.as_of) else "stands"
        rows.append(
            {
                "id": entry.override_id, "what": f"{asked.scope} {asked.key}" if asked else entry.fault,
                "where": (asked.location_id if asked else None) or "everywhere",
                "when": f"{asked.first_on} to {asked.last_on}" if asked and asked.first_on else "its own days",
                "change": _change(asked) if asked else "", "reason": entry.reason, "by": entry.decided_by,
                "until": entry.expires_on.date().isoformat() if isinstance(entry.expires_on, pd.Timestamp) else "",
                "state": state, "version": visit.desk.journal.version(topic),
            }
        )  # fmt: skip
    return rows


def _change(asked: Override) -> str:
    return f"{asked.value:+g}%" if asked.mode == "percent" else f"{asked.value:g} units in all"
