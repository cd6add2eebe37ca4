"""The report of a run as a folder: index.html, and a page for each SKU-location that needs attention."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

import numpy as np
import pandas as pd

from invopt.report.figures import RISK_KINDS, bought
from invopt.report.plan import Plan
from invopt.report.series import KEYS, FloatArray, stock_paths
from invopt.report.sku_page import render_sku_page, sku_page_name
from invopt.report.summary_page import render_summary
from invopt.workspace import replace_text

_SKU_FOLDER = "sku"


def needs_attention(plan: Plan, pages: int) -> list[tuple[str, str]]:
    """The SKU-locations to have a page: in turn the most at risk, the largest order, the worst other exception."""
    known = plan.table("sku_location")[KEYS]
    keys = pd.Series(list(known.itertuples(index=False, name=None)), index=known["sku_id"] + "|" + known["location_id"])
    alerts = plan.table("alert")
    alerts = alerts[alerts["subject"].isin(["sku_location", "stock", "price"]) & alerts["key"].isin(keys.index)]
    worst = alerts.sort_values(["worth_minor", "key"], ascending=[False, True], kind="stable")
    at_risk = worst["alert_kind"].isin(RISK_KINDS)
    buying = bought(plan).sort_values(["amount_minor", *KEYS], ascending=[False, True, True], kind="stable")
    ranked = [
        [keys[key] for key in worst.loc[at_risk, "key"]],
        list(buying[KEYS].itertuples(index=False, name=None)),
        [keys[key] for key in worst.loc[~at_risk, "key"]],
    ]
    in_turn = [key for turn in zip_longest(*ranked) for key in turn if key is not None]
    return list(dict.fromkeys((str(sku), str(place)) for sku, place in in_turn))[:pages]


def unbought_value(plan: Plan, keys: pd.DataFrame, forecast: pd.DataFrame) -> FloatArray:
    """Stock value of some SKU-locations if nothing more is ordered: today and at the end of each week.

    keys: rows with sku_id, location_id, unit_cost_minor and currency; those in another currency than the
    shop's are left out. In minor units, rounded by SKU and week, so that sums do not depend on the partition.
    """
    mine = keys[keys["currency"] == plan.currency].reset_index(drop=True)
    _, without = stock_paths(plan, mine, forecast, plan.settings.report.projection_weeks)
    cost = mine["unit_cost_minor"].to_numpy(dtype=float)[:, None]
    return np.asarray(np.rint(without * cost).sum(axis=0), dtype=np.float64)


def write_report(
    folder: Path,
    summary: Plan,
    skus: Plan,
    attention: list[tuple[str, str]],
    unbought: FloatArray,
) -> Path:
    """Write the summary and the SKU pages; returns the path of the summary.

    summary: tables for the summary page; skus: tables of the SKUs in `attention`; unbought: stock value
    by week if nothing more is ordered.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = {key: f"{_SKU_FOLDER}/{sku_page_name(*key)}" for key in attention}
    if attention:
        (folder / _SKU_FOLDER).mkdir(exist_ok=True)
    for key in attention:
        page = render_sku_page(skus, *key, back="../index.html")
        replace_text(folder / names[key], page)
    index = folder / "index.html"
    replace_text(index, render_summary(summary, unbought, names))
    return index
