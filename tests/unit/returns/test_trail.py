"""Every cent of a refund: what it is for, and which payment it goes back to."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from invopt.returns import ReturnPolicy, authorise_in_full, refund_payments
from invopt.settings import Returns
from invopt.tables import PAYMENT, RETURN_EXCHANGE, check, empty
from tests.unit.returns.frames import AS_OF, products, returns, sales, shipments


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 5), st.integers(1, 9_999), st.integers(0, 400), st.integers(0, 900),
    st.lists(st.integers(1, 3), min_size=1, max_size=4), st.lists(st.integers(0, 6_000), min_size=1, max_size=3),
    st.integers(0, 30), st.integers(0, 300),
)  # fmt: skip
def test_parts_and_payments_add_up_to_the_refund_and_never_beyond_what_was_paid(
    units: int, price: int, discount: int, tax: int, parts: list[int], payments: list[int], fee: int, flat: int
) -> None:
    amount = max(units * price - discount, 0)
    cut = units * price - amount
    sold = sales({"order_id": "o", "ordered_units": float(units), "unit_price_minor": price, "discount_minor": cut,
                  "tax_minor": tax, "amount_minor": amount})  # fmt: skip
    asked = returns(*({"return_id": f"r{n}", "order_id": "o", "returned_units": float(part)}
                      for n, part in enumerate(parts)))  # fmt: skip
    rule = {"name": "standard", "window_days": 30, "fee_share": fee / 100, "fee_minor": flat}
    policy = ReturnPolicy.of({"rule": [rule]})
    found = authorise_in_full(asked, sold, shipments(("o", "2026-03-05")), products(), policy, Returns(), AS_OF)
    refund = found.authorisations.set_index("return_id")["refund_minor"]
    by_part = found.parts.groupby("return_id")["amount_minor"].sum().reindex(refund.index).fillna(0)
    assert (by_part == refund).all()
    assert refund.sum() <= amount + tax
    taken = 0
    for name, part in zip(refund.index, parts, strict=True):
        own = found.parts[found.parts["return_id"] == name].set_index("part")["amount_minor"]
        back = min(taken + part, units) - min(taken, units)
        for figure, paid in (("tax", tax), ("price", amount + cut)):
            assert abs(Decimal(int(own.get(figure, 0))) - Decimal(paid) * back / units) <= 1
        taken += part
    ways = pd.DataFrame(
        {"order_id": "o", "payment_id": [f"p{n}" for n in range(len(payments))], "payment_kind": "card",
         "used_number": range(1, len(payments) + 1), "paid_minor": payments, "currency": "GBP"}
    )  # fmt: skip
    back_to = refund_payments(found.authorisations, asked, check(ways, PAYMENT), empty(RETURN_EXCHANGE))
    assert (
        back_to.groupby("return_id")["amount_minor"].sum().reindex(refund.index).fillna(0).tolist() == refund.tolist()
    )
    known = back_to[~back_to["is_assumed"]].groupby("payment_id")["amount_minor"].sum()
    for number, paid in enumerate(payments):
        mine = int(known.get(f"p{number}", 0))
        assert mine <= paid
        if mine:  # in the sequence of their use
            assert all(known.get(f"p{before}", 0) == payments[before] for before in range(number))
    assert int(known.sum()) == min(int(refund.sum()), sum(payments))


def test_without_payments_one_is_assumed_and_store_credit_goes_back_to_none() -> None:
    asked = returns({"return_id": "r", "order_id": "o"}, {"return_id": "s", "order_id": "p", "wish": "store_credit"})
    sold = sales({"order_id": "o"}, {"order_id": "p"})
    policy = ReturnPolicy.of({"rule": [{"name": "standard", "window_days": 30}]})
    found = authorise_in_full(asked, sold, shipments(), products(), policy, Returns(), AS_OF)
    back = refund_payments(found.authorisations, asked, empty(PAYMENT), empty(RETURN_EXCHANGE))
    assert back[["return_id", "payment_id", "amount_minor", "is_assumed"]].to_numpy().tolist() == [
        ["r", "as paid", 1000, True]
    ]
