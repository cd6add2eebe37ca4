"""Purchasing stage: what to buy, in which orders, and what to do about orders on the way."""

from __future__ import annotations

import pandas as pd

from invopt.purchasing import (
    advise_open_orders,
    apply_decisions,
    commitments,
    follow_line_decisions,
    plan_changes,
    propose,
    propose_transfers,
    supplier_orders,
)
from invopt.stages.run import Run
from invopt.stages.supply import terms_of
from invopt.tables import (
    INBOUND,
    LEAD_TIME,
    OPEN_ORDER_ADVICE,
    ORDER_COMMITMENT,
    ORDER_PROPOSAL,
    PLAN_CHANGE,
    POLICY,
    PRODUCT,
    REFUSED_DECISION,
    SKU_LOCATION,
    STOCK_POSITION,
    SUPPLIER,
    SUPPLIER_CLOSURE,
    SUPPLIER_ORDER,
    TRANSFER_PROPOSAL,
    empty,
)


def plan_purchases(run: Run) -> None:
    """Write the explained proposals, the supplier orders they add up to, and advice on open orders."""
    settings = run.settings
    known, policy, stock = run.read(SKU_LOCATION), run.read(POLICY), run.read(STOCK_POSITION)
    terms = terms_of(run)
    suppliers, lead_time = run.read(SUPPLIER), run.read(LEAD_TIME)
    decisions = run.standing_decisions()
    committed, refused = commitments(decisions, empty(ORDER_PROPOSAL), run.as_of)
    before = run.plan_before
    last_plan = before.table(ORDER_PROPOSAL.name) if before else None
    transfers = propose_transfers(policy, stock, known, settings)
    run.write(TRANSFER_PROPOSAL, transfers)
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
        transfers=transfers,
    )
    proposals = apply_decisions(proposals, decisions, run.as_of)
    run.write(ORDER_PROPOSAL, proposals)
    changes = empty(PLAN_CHANGE) if last_plan is None else plan_changes(last_plan, proposals)
    run.write(PLAN_CHANGE, changes)
    run.write(ORDER_COMMITMENT, committed)
    _, refused_lines = follow_line_decisions(run.read(INBOUND), decisions, run.as_of)
    refused = pd.concat([refused, refused_lines], ignore_index=True) if len(refused_lines) else refused
    run.write(REFUSED_DECISION, refused)
    run.write(SUPPLIER_ORDER, supplier_orders(proposals, suppliers))
    run.write(
        OPEN_ORDER_ADVICE,
        advise_open_orders(run.read(INBOUND), policy, stock, known, lead_time, settings, run.as_of),
    )
