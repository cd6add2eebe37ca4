"""Forward-plan stage: the next weeks by supplier, chunk by chunk, and the purchase orders that are to leave."""

from __future__ import annotations

import pandas as pd

from invopt.purchasing import (
    add_forward_plans,
    forward_plan,
    nervousness,
    purchase_order_lines,
    terms_in_force,
)
from invopt.stages.run import Run
from invopt.stages.supply import terms_of
from invopt.tables import (
    FORECAST,
    FORWARD_PLAN,
    INBOUND,
    LEAD_TIME,
    ORDER_COMMITMENT,
    ORDER_PROPOSAL,
    PLAN_CHANGE,
    PLAN_STABILITY,
    PLANNED_ORDER,
    POLICY,
    PRODUCT,
    PURCHASE_ORDER_DRAFT,
    SKU_LOCATION,
    STOCK_POSITION,
    SUPPLIER,
    SUPPLIER_CLOSURE,
    TRANSFER_PROPOSAL,
    empty,
)


def plan_ahead(run: Run) -> None:
    """Write the planned orders of the coming weeks, their sums by supplier, and today's purchase orders."""
    terms = terms_of(run)
    suppliers, closures, products = run.read(SUPPLIER), run.read(SUPPLIER_CLOSURE), run.read(PRODUCT)
    parts = []
    chunks = list(run.chunks())
    if not chunks:
        run.write_empty(PLANNED_ORDER)
    for chunk in chunks:
        policy = run.read(POLICY, chunk)
        skus = policy["sku_id"].unique()
        orders, weeks = forward_plan(
            policy,
            run.read(ORDER_PROPOSAL, chunk),
            run.read(STOCK_POSITION, chunk),
            run.read(SKU_LOCATION, chunk),
            run.read(FORECAST, chunk),
            run.read(INBOUND, chunk),
            run.read(LEAD_TIME, chunk),
            terms[terms["sku_id"].isin(skus)],
            suppliers,
            closures,
            run.settings,
            run.as_of,
            products=products[products["sku_id"].isin(skus)],
            transfers=run.read(TRANSFER_PROPOSAL, chunk),
        )
        run.write(PLANNED_ORDER, orders, chunk)
        parts.append(weeks)
    run.write(FORWARD_PLAN, add_forward_plans(parts))
    run.write(PLAN_STABILITY, _stability(run))
    run.write(
        PURCHASE_ORDER_DRAFT,
        purchase_order_lines(run.read(ORDER_COMMITMENT), suppliers, products, terms_in_force(terms, run.as_of)),
    )


def _stability(run: Run) -> pd.DataFrame:
    """How much moved since the plan of an earlier day; no row without one."""
    before = run.plan_before
    if before is None:
        return empty(PLAN_STABILITY)
    proposals = run.read(ORDER_PROPOSAL)
    share = nervousness(before.table(PLANNED_ORDER.name), run.read(PLANNED_ORDER), run.as_of)
    return pd.DataFrame(
        {
            "last_run_id": [before.run_id],
            "proposals": [len(proposals)],
            "changed_proposals": [run.count(PLAN_CHANGE)],
            "damped_proposals": [int((proposals["damping_change_units"] != 0).sum())],
            "moved_share": [share],
        }
    )
