"""The summary page: the morning in words and numbers, exceptions first, and every list of the plan."""

from __future__ import annotations

import numpy as np
import pandas as pd
from markupsafe import Markup

from invopt.report.figures import bought, morning_figures, service_by_class
from invopt.report.page import render
from invopt.report.pictures import bars_picture, service_picture, value_picture
from invopt.report.plan import Plan
from invopt.report.sections import ALERT_WORDS, Links, all_lists
from invopt.report.sentences import leads, morning
from invopt.report.series import FloatArray
from invopt.report.words import MISSING, Words, money_sums

_PROJECTED_WEEK = 4
_BARS = 12


def render_summary(plan: Plan, unbought: FloatArray | None = None, links: Links | None = None) -> str:
    """The summary page of a plan as one self-contained HTML text.

    plan: tables read by `Plan.for_summary`, or frames by name. unbought: stock value in minor units of the
    shop's currency if nothing more is ordered, today and at the end of each week (the sum of
    `folder.unbought_value`); None leaves the picture out. links: the page of each (sku_id, location_id) that has one.

    Raises `SettingsError` for a locale that is not known. Texts of the tables are escaped wherever they stand.
    """
    words = Words(plan.settings.business.locale)
    figures = morning_figures(plan)
    planned = planned_value(plan, figures.stock_now.get(plan.currency, 0))
    projected = MISSING
    if planned is not None and len(planned) > _PROJECTED_WEEK:
        projected = words.money(float(planned[_PROJECTED_WEEK]), plan.currency, whole=True)
    return render(
        "summary.html",
        words,
        shop=plan.settings.business.name,
        as_of=plan.as_of,
        run_id=plan.run_id,
        figures=figures,
        sentences=morning(figures, words),
        leads=leads(figures, words),
        lists=all_lists(plan, links or {}),
        pictures={
            "exceptions": _exceptions(plan, words),
            "suppliers": _suppliers(plan, words),
            "service": _service(plan, words),
            "stock": _stock(plan, planned, unbought, words),
        },
        stock_projected=projected,
    )


def planned_value(plan: Plan, now: float) -> FloatArray | None:
    """Stock value by the forward plan: `now`, then at the end of each week, in minor units of the shop's currency.

    None where no plan was made ahead. Stock of suppliers with another currency is left out.
    """
    weeks = plan.table("forward_plan")
    weeks = weeks[weeks["currency"] == plan.currency]
    if weeks.empty:
        return None
    sums = weeks.groupby("week_start")["stock_minor"].sum().sort_index()
    return np.concatenate([[float(now)], sums.to_numpy(dtype=float)])


def _exceptions(plan: Plan, words: Words) -> Markup | None:
    alerts = plan.table("alert")
    alerts = alerts[alerts["currency"] == plan.currency]
    sums = alerts.groupby("alert_kind")["worth_minor"].agg(["sum", "size"]).query("sum > 0")
    sums = sums.sort_values("sum", ascending=False, kind="stable").head(_BARS)
    if sums.empty:
        return None
    rows = [
        (f"{ALERT_WORDS.get(str(kind), str(kind))} ({words.number(int(size))})", float(total),
         words.money(int(total), plan.currency, whole=True))
        for kind, total, size in zip(sums.index, sums["sum"], sums["size"], strict=True)
    ]  # fmt: skip
    return bars_picture(rows, "exceptions-bars", "Money at stake by kind of exception")


def _suppliers(plan: Plan, words: Words) -> Markup | None:
    rows = bought(plan)
    rows = rows[(rows["order_on"] <= plan.today) & (rows["currency"] == plan.currency) & rows["supplier_id"].notna()]
    names = plan.table("supplier").set_index("supplier_id")["supplier_name"]
    sums = rows.groupby("supplier_id")["amount_minor"].sum().sort_values(ascending=False, kind="stable")
    if sums.empty:
        return None
    bars = [
        (str(names.get(key)) if pd.notna(names.get(key)) else str(key), float(total),
         words.money(int(total), plan.currency, whole=True))
        for key, total in sums.head(_BARS).items()
    ]  # fmt: skip
    if len(sums) > _BARS:
        rest = int(sums.iloc[_BARS:].sum())
        bars.append((f"{len(sums) - _BARS} others", float(rest), words.money(rest, plan.currency, whole=True)))
    return bars_picture(bars, "supplier-bars", "Amount to order today by supplier")


def _service(plan: Plan, words: Words) -> Markup | None:
    policy = plan.table("policy")
    if policy.empty:
        return None
    return service_picture(service_by_class(plan), words)


def _stock(plan: Plan, planned: FloatArray | None, unbought: FloatArray | None, words: Words) -> Markup | None:
    if unbought is None or not np.any(unbought > 0):
        return None
    policy = plan.table("policy")
    target = float(money_sums(policy["mean_stock_minor"], policy["currency"]).get(plan.currency, 0))
    shown = None if planned is None else planned[: len(unbought)]
    return value_picture(shown, unbought, target, words, plan.currency, plan.as_of)
