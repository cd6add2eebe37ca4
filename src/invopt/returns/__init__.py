"""What comes back: may it, for how much, where does it go, and how much more is to be expected."""

from invopt.returns.analytics import reason_clusters, return_margins, serial_returners, skus_to_act_on
from invopt.returns.authorise import Answer, authorise, authorise_in_full
from invopt.returns.claims import claims
from invopt.returns.credits import as_return_lines, match_credits
from invopt.returns.decided import ACTIONS, ReturnDecisions, apply_decisions, check_decision, decision_key
from invopt.returns.disposition import dispose, refurbish_orders, restock_movements, with_dispositions
from invopt.returns.exchange import exchange_movements, exchanges
from invopt.returns.expected import expected_over, expected_returns
from invopt.returns.fit import ReturnModel, fit_returns
from invopt.returns.history import ReturnHistory, cancellation_days, return_history
from invopt.returns.payments import refund_payments
from invopt.returns.policy import ReturnPolicy, ReturnRule
from invopt.returns.quote import ReturnDesk, quote
from invopt.returns.refund import refund_for_units, refund_over_payments
from invopt.returns.scoring import score_returns
from invopt.returns.shares import return_shares, shares_by
from invopt.returns.steps import return_steps
from invopt.returns.times import late_alerts, late_returns, return_times

__all__ = [
    "ACTIONS",
    "Answer",
    "ReturnDecisions",
    "ReturnDesk",
    "ReturnHistory",
    "ReturnModel",
    "ReturnPolicy",
    "ReturnRule",
    "apply_decisions",
    "as_return_lines",
    "authorise",
    "authorise_in_full",
    "cancellation_days",
    "check_decision",
    "claims",
    "decision_key",
    "dispose",
    "exchange_movements",
    "exchanges",
    "expected_over",
    "expected_returns",
    "fit_returns",
    "late_alerts",
    "late_returns",
    "match_credits",
    "quote",
    "reason_clusters",
    "refund_for_units",
    "refund_over_payments",
    "refund_payments",
    "refurbish_orders",
    "restock_movements",
    "return_history",
    "return_margins",
    "return_shares",
    "return_steps",
    "return_times",
    "score_returns",
    "serial_returners",
    "shares_by",
    "skus_to_act_on",
    "with_dispositions",
]
