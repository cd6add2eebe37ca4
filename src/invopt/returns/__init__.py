"""What comes back: may it, for how much, where does it go, and how much more is to be expected."""

from invopt.returns.analytics import serial_returners, skus_to_act_on
from invopt.returns.authorise import authorise
from invopt.returns.credits import as_return_lines, match_credits
from invopt.returns.disposition import dispose, restock_movements, with_dispositions
from invopt.returns.expected import expected_over, expected_returns
from invopt.returns.fit import ReturnModel, fit_returns
from invopt.returns.hand_grades import with_hand_grades
from invopt.returns.history import ReturnHistory, return_history
from invopt.returns.policy import ReturnPolicy, ReturnRule
from invopt.returns.quote import quote
from invopt.returns.refund import refund_for_units, refund_over_payments
from invopt.returns.times import late_alerts, late_returns, return_times

__all__ = [
    "ReturnHistory",
    "ReturnModel",
    "ReturnPolicy",
    "ReturnRule",
    "as_return_lines",
    "authorise",
    "dispose",
    "expected_over",
    "expected_returns",
    "fit_returns",
    "late_alerts",
    "late_returns",
    "match_credits",
    "quote",
    "refund_for_units",
    "refund_over_payments",
    "restock_movements",
    "return_history",
    "return_times",
    "serial_returners",
    "skus_to_act_on",
    "with_dispositions",
    "with_hand_grades",
]
