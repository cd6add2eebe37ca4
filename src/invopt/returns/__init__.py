"""What comes back: may it, for how much, where does it go, and how much more is to be expected."""

from invopt.returns.authorise import authorise
from invopt.returns.policy import ReturnPolicy, ReturnRule
from invopt.returns.quote import quote
from invopt.returns.refund import refund_for_units, refund_over_payments

__all__ = [
    "ReturnPolicy",
    "ReturnRule",
    "authorise",
    "quote",
    "refund_for_units",
    "refund_over_payments",
]
