"""Targets: what the plan aims at, the curve between stock and service, and what another target would change."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from starlette.responses import Response

from invopt.errors import InvoptError
from invopt.inventory import exchange_curve
from invopt.money import digits
from invopt.review.actions import setting_value
from invopt.review.asking import history
from invopt.review.book import Book
from invopt.review.pages.difference import differences
from invopt.review.pictures import curve_picture
from invopt.review.render import show
from invopt.review.web import Visit
from invopt.settings.decided import DECIDABLE, value_of, with_values
from invopt.stages.rehearsal import rehearsal, replanned

_WORDS = {
    "policy.target_by_class.A": ("Class A", "%"), "policy.target_by_class.B": ("Class B", "%"),
    "policy.target_by_class.C": ("Class C", "%"), "policy.review_days": ("Days between plans", "days"),
    "policy.holding_rate_per_year": ("Cost of holding stock for a year", "% of its cost"),
    "purchasing.budget_minor": ("Budget of one plan", "0 for none"),
}  # fmt: skip
_KINDS = {"cycle_service": "cycles without a stockout", "fill_rate": "units served from stock",
          "cost": "margin against holding: the targets by class are not used"}  # fmt: skip


def targets(visit: Visit) -> Response:
    """The targets as they stand and where the range lies on its exchange curve."""
    return show(visit, "targets.html", **_content(visit))


def effect(visit: Visit) -> Response:
    """What other targets would do to stock, service and the plan."""
    now = visit.desk.settings(visit.book)
    given = {key: setting_value(visit.form, key, visit.book.currency) for key in DECIDABLE if visit.form.get(key)}
    values = {key: value for key, value in given.items() if value != value_of(now, key)}
    if not values:
        raise InvoptError("Nothing was changed: give another value first.")
    run = rehearsal(visit.desk.workspace, visit.book.snapshot)
    # Beside what the settings of today give, so that the difference is that of this change alone.
    policy_before, before = replanned(run, settings=now)
    policy_after, after = replanned(run, settings=with_values(now, values))
    point_before, point_after = _point(visit.book, policy_before), _point(visit.book, policy_after)
    words, book = visit.book.words, visit.book
    content = {
        "is_effect": True,
        "picture": curve_picture(_curve(book), point_before, point_after, words, book.currency),
        "told": [
            ("Mean stock, at cost", f"{words.money(point_before[0], book.currency, whole=True)} → "
                                    f"{words.money(point_after[0], book.currency, whole=True)}"),
            ("Demand served from stock", f"{words.share(point_before[1])} → {words.share(point_after[1])}"),
        ],
        "difference": differences(book, before, after),
    }  # fmt: skip
    return show(visit, "targets.html", part="effect.html", **(_content(visit) | content))


def _content(visit: Visit) -> dict[str, Any]:
    settings = visit.desk.settings(visit.book)
    fields = []
    for key in DECIDABLE:
        label, unit = _WORDS[key]
        value: float = value_of(settings, key)
        if unit.startswith("%"):
            value = round(value * 100, 4)
        elif key == "purchasing.budget_minor":
            value = value / 10 ** digits(visit.book.currency)
        shown = visit.form.get(key) or f"{value:.10g}"
        fields.append((key, label, unit, shown, visit.desk.journal.version(("setting", key))))
    policy = visit.book.snapshot.table("policy")
    point = _point(visit.book, policy)
    words, currency = visit.book.words, visit.book.currency
    return {
        "fields": fields,
        "kind": _KINDS[settings.policy.target_kind],
        "picture": curve_picture(_curve(visit.book), point, None, words, currency),
        "told": [("Mean stock, at cost", words.money(point[0], currency, whole=True)),
                 ("Demand served from stock", words.share(point[1]))],
        "history": history(visit, *[("setting", key) for key in DECIDABLE]),
        "is_effect": False,
        "reason": visit.form.get("reason", ""),
        "expires_on": visit.form.get("expires_on", ""),
    }  # fmt: skip


def _point(book: Book, policy: pd.DataFrame) -> tuple[float, float]:
    """Mean stock in minor units of the shop's currency, and the share of expected demand, at cost, that it serves."""
    policy = policy[policy["currency"] == book.currency]
    worth = policy["expected_demand_units"].to_numpy(dtype=float) * _costs(book, policy)
    served = float((policy["implied_fill_rate"].to_numpy(dtype=float) * worth).sum() / max(worth.sum(), 1e-9))
    return float(policy["mean_stock_minor"].sum()), served


def _costs(book: Book, policy: pd.DataFrame) -> np.ndarray:
    """Cost of a unit of each row, in minor units."""
    keys = ["sku_id", "location_id"]
    costs = book.snapshot.table("sku_location").set_index(keys)["unit_cost_minor"]
    found = costs.reindex(pd.MultiIndex.from_frame(policy[keys])).fillna(0)
    return np.asarray(found, dtype=float)


@lru_cache(maxsize=2)
def _curve(book: Book) -> pd.DataFrame:
    """The curve of the best mixes: mean stock in minor units against the share of demand, at cost, that is served.

    Demand of the protection interval as negative binomial, a unit short counted at its cost. A level S leaves
    S - E[min(D, S)] when the interval ends, so all levels together leave their value less the value served; over
    a cycle half of what one review period asks for lies on top.
    """
    policy = book.snapshot.table("policy")
    policy = policy[(policy["currency"] == book.currency) & (policy["expected_demand_units"] > 0)]
    cost = _costs(book, policy)
    usable = cost > 0
    if not usable.any():
        return pd.DataFrame({"stock_value": [], "fill_rate": []})
    mean = policy["expected_demand_units"].to_numpy(dtype=float)[usable]
    variance = np.square(policy["demand_sd_units"].to_numpy(dtype=float))[usable]
    cost = cost[usable]
    dispersion = np.maximum(variance - mean, 0.0) / np.square(mean)
    curve = exchange_curve(mean, dispersion, cost, weight=cost, points=24)
    cycle = (policy["review_days"] / policy["protection_days"].clip(lower=1.0)).to_numpy(dtype=float)[usable]
    curve["stock_value"] -= curve["fill_rate"] * float((mean * cost).sum())
    asked = float((mean * cycle * cost).sum())
    curve["stock_value"] += 0.5 * asked
    # What is short over the interval is short of one cycle's demand: each interval ends with one order.
    short = (1.0 - curve["fill_rate"]) * float((mean * cost).sum())
    curve["fill_rate"] = (1.0 - short / asked).clip(lower=0.0)
    return curve
