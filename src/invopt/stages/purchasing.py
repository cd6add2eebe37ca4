"""Purchasing stage: what to buy, in which orders, and what to do about orders on the way."""

from __future__ import annotations

import pandas as pd

from invopt.purchasing import (
    advise_open_orders,
    apply_decisions,
    commitments,
    forward_plan,
    plan_changes,
    propose,
    purchase_order_lines,
    supplier_orders,
)
from invopt.stages.run import Chunk, Run
from invopt.stages.supply import usable_terms
from invopt.tables import (
    FORECAST,
    FORWARD_PLAN,
    INBOUND,
    LEAD_TIME,
    OPEN_ORDER_ADVICE,
    ORDER_COMMITMENT,
    ORDER_PROPOSAL,
    PLAN_CHANGE,
    PLANNED_ORDER,
    POLICY,
    PRODUCT,
    PURCHASE_ORDER_DRAFT,
    REFUSED_DECISION,
    SKU_LOCATION,
    STOCK_POSITION,
    SUPPLIER,
    SUPPLIER_CLOSURE,
    SUPPLIER_ORDER,
    SUPPLIER_TERM,
    Dtype,
    empty,
)


def plan_purchases(run: Run) -> None:
    """Write the explained proposals, the supplier orders they add up to, and advice on open orders."""
    settings = run.settings
    known, policy, stock = run.read(SKU_LOCATION), run.read(POLICY), run.read(STOCK_POSITION)
    terms = usable_terms(run.read(SUPPLIER_TERM), known[known["is_planned"]], settings)
    suppliers, lead_time = run.read(SUPPLIER), run.read(LEAD_TIME)
    decisions = run.decisions()
    committed, refused = commitments(decisions, empty(ORDER_PROPOSAL), run.as_of)
    before = run.plan_before
    last_plan = before.table(ORDER_PROPOSAL.name) if before else None
    proposals = propose(
        policy,
        stock,
        known,
        terms,
        suppliers,
        run.read(SUPPLIER_CLOSURE),
        settings,
        run.as_of,
        products=run.read(PRODUCT),
        lead_time=lead_time,
        last_plan=last_plan,
        commitments=committed,
    )
    proposals = apply_decisions(proposals, decisions, run.as_of)
    run.write(ORDER_PROPOSAL, proposals)
    changes = empty(PLAN_CHANGE) if last_plan is None else plan_changes(last_plan, proposals)
    run.write(PLAN_CHANGE, changes)
    run.write(PURCHASE_ORDER_DRAFT, purchase_order_lines(committed, suppliers, run.read(PRODUCT)))
    run.write(ORDER_COMMITMENT, committed)
    run.write(REFUSED_DECISION, refused)
    run.write(SUPPLIER_ORDER, supplier_orders(proposals, suppliers))
    run.write(
        OPEN_ORDER_ADVICE,
        advise_open_orders(run.read(INBOUND), policy, stock, known, lead_time, settings, run.as_of),
    )


def plan_ahead(run: Run) -> None:
    """Write planned orders, receipts, stock and cash by week, chunk by chunk; the parts add up to the whole."""
    shared = {table: run.read(table) for table in (SUPPLIER, SUPPLIER_CLOSURE, PRODUCT)}
    known = run.read(SKU_LOCATION)
    terms = usable_terms(run.read(SUPPLIER_TERM), known[known["is_planned"]], run.settings)
    parts = []
    for chunk in run.chunks():
        orders, sums = forward_plan(
            run.read(POLICY, chunk),
            _within(run.read(ORDER_PROPOSAL), chunk),
            run.read(STOCK_POSITION, chunk),
            run.read(SKU_LOCATION, chunk),
            run.read(FORECAST, chunk),
            run.read(INBOUND, chunk),
            run.read(LEAD_TIME, chunk),
            terms[terms["sku_id"].between(chunk.first_sku_id, chunk.last_sku_id)].reset_index(drop=True),
            shared[SUPPLIER],
            shared[SUPPLIER_CLOSURE],
            run.settings,
            run.as_of,
            products=shared[PRODUCT],
        )
        run.write(PLANNED_ORDER, orders, chunk)
        parts.append(sums)
    if not parts:
        run.write_empty(PLANNED_ORDER)
    run.write(FORWARD_PLAN, added_up(parts))


def added_up(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The forward plan of all chunks by supplier and week."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return empty(FORWARD_PLAN)
    keys = list(FORWARD_PLAN.key)
    numbers = [column.name for column in FORWARD_PLAN.columns if column.dtype in (Dtype.UNITS, Dtype.INTEGER)]
    texts = [name for name in FORWARD_PLAN.names if name not in (*keys, *numbers)]
    rows = pd.concat(filled, ignore_index=True)
    rules = dict.fromkeys(numbers, "sum") | dict.fromkeys(texts, "first")
    summed = rows.groupby(keys, as_index=False, dropna=False).agg(rules)
    units = [column.name for column in FORWARD_PLAN.columns if column.dtype is Dtype.UNITS]
    return summed.assign(**{name: summed[name].round(3) for name in units})


def _within(rows: pd.DataFrame, chunk: Chunk) -> pd.DataFrame:
    return rows[rows["sku_id"].between(chunk.first_sku_id, chunk.last_sku_id)].reset_index(drop=True)
