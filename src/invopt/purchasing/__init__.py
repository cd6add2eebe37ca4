"""Purchasing: proposals, supplier constraints, ranking under a budget, and advice on open orders."""

from __future__ import annotations

from invopt.purchasing.decisions import apply_decisions, commitments, commitments_as_inbound, decision_value
from invopt.purchasing.open_orders import advise_open_orders
from invopt.purchasing.proposal import propose
from invopt.purchasing.supplier_choice import SupplierChoice, choose_suppliers
from invopt.purchasing.supplier_orders import supplier_orders
from invopt.purchasing.terms import TermsInForce, terms_in_force

__all__ = [
    "SupplierChoice",
    "TermsInForce",
    "advise_open_orders",
    "apply_decisions",
    "choose_suppliers",
    "commitments",
    "commitments_as_inbound",
    "decision_value",
    "propose",
    "supplier_orders",
    "terms_in_force",
]
