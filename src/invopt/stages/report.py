"""The report of the run, as pages in the workspace's reports folder."""

from __future__ import annotations

import numpy as np

from invopt.report.folder import needs_attention, unbought_value, write_report
from invopt.report.plan import Plan
from invopt.stages.run import Run
from invopt.tables import FORECAST, SKU_LOCATION


def write_pages(run: Run) -> None:
    """Render the summary and the pages of the SKU-locations that need attention."""
    settings = run.settings
    plan = Plan.for_summary(run.snapshot, settings)
    unbought = np.zeros(settings.report.projection_weeks + 1)
    for chunk in run.chunks():
        known = run.read(SKU_LOCATION, chunk)
        unbought += unbought_value(plan, known[known["is_planned"]], run.read(FORECAST, chunk))
    attention = needs_attention(plan, settings.report.attention_pages)
    run.progress(f"{len(attention)} SKU pages")
    skus = Plan.for_skus(run.snapshot, settings, sorted({sku for sku, _ in attention}))
    write_report(run.workspace.reports / run.run_id, plan, skus, attention, unbought)
