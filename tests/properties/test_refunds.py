"""Refunds against Decimal: fair to the cent each, and together exactly what was paid."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invopt.errors import InvoptError
from invopt.returns import refund_for_units, refund_over_payments
from invopt.returns.refund import fee


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 5_000), min_size=1, max_size=12), st.integers(0, 20_000))
def test_partial_returns_never_exceed_the_payment(paid: int, parts: list[int], extra: int) -> None:
    sold = max(sum(parts) + extra - 5_000, 1)  # sometimes fewer were sold than come back
    before, total = 0, 0
    for units in parts:
        refund = int(refund_for_units(paid, sold, before, units))
        counted = min(before + units, sold) - min(before, sold)
        fair = Decimal(paid) * counted / sold
        assert abs(refund - fair) <= 1
        assert refund >= 0
        total += refund
        before += units
    assert total <= paid
    if before >= sold:
        assert total == paid


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=1, max_size=5),
    st.lists(st.integers(0, 5_000), max_size=8),
)
def test_payments_get_back_at_most_what_they_brought(payments: list[tuple[int, int]], refunds: list[int]) -> None:
    paid = [max(pair) for pair in payments]
    back = [min(pair) for pair in payments]
    for refund in refunds:
        if refund > sum(paid) - sum(back):
            with pytest.raises(InvoptError, match="left to refund"):
                refund_over_payments(refund, paid, back)
            continue
        parts = refund_over_payments(refund, paid, back).tolist()
        assert sum(parts) == refund
        back = [one + part for one, part in zip(back, parts, strict=True)]
        assert all(one <= most for one, most in zip(back, paid, strict=True))
        # In the sequence of their use: none is touched before the one in front of it is empty.
        for index in range(1, len(parts)):
            assert parts[index] == 0 or back[index - 1] == paid[index - 1]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**8), st.integers(0, 10**6), st.integers(0, 100), st.integers(0, 100))
def test_a_fee_is_exact_and_at_most_the_refund(refund: int, flat: int, share: int, deduction: int) -> None:
    exact = flat + Decimal(refund) * (share + deduction) / 100
    charged = int(fee(refund, flat, share / 100, deduction / 100))
    assert charged == min(refund, int((exact + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR")))
