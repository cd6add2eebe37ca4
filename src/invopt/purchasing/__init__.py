"""Purchasing: proposals, supplier constraints, ranking under a budget, and advice on open orders."""

from __future__ import annotations

from invopt.purchasing.arrivals import ExpectedArrivals, expected_arrivals
from invopt.purchasing.decisions import apply_decisions, commitments, commitments_as_inbound, decision_value
from invopt.purchasing.exchange import in_plan_currency
from invopt.purchasing.explanation import QUESTIONS, Change, Explanation, Term, explain, what_if
from invopt.purchasing.forward_plan import add_forward_plans, forward_plan
from invopt.purchasing.line_decisions import follow_line_decisions
from invopt.purchasing.open_orders import advise_open_orders
from invopt.purchasing.plan_changes import nervousness, plan_changes
from invopt.purchasing.proposal import propose
from invopt.purchasing.purchase_orders import purchase_order_lines
from invopt.purchasing.supplier_choice import SupplierChoice, choose_suppliers
from invopt.purchasing.supplier_orders import supplier_orders
from invopt.purchasing.terms import TermsInForce, terms_in_force
from invopt.purchasing.transfers import propose_transfers, transfer_lanes

__all__ = [
    "QUESTIONS",
    "Change",
    "ExpectedArrivals",
    "Explanation",
    "SupplierChoice",
    "Term",
    "TermsInForce",
    "add_forward_plans",
    "advise_open_orders",
    "apply_decisions",
    "choose_suppliers",
    "commitments",
    "commitments_as_inbound",
    "decision_value",
    "expected_arrivals",
    "explain",
    "follow_line_decisions",
    "forward_plan",
    "in_plan_currency",
    "nervousness",
    "plan_changes",
    "propose",
    "propose_transfers",
    "purchase_order_lines",
    "supplier_orders",
    "terms_in_force",
    "transfer_lanes",
    "what_if",
]
