"""Refunds to the cent: never more than was paid, over any number of partial returns."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from invopt.errors import InvoptError

Ints = NDArray[np.int64]


def refund_for_units(paid_minor: ArrayLike, sold: ArrayLike, before: ArrayLike, units: ArrayLike) -> Ints:
    """Refund for `units` of a line of which `before` have come back already; arrays of one length.

    `paid_minor` is what was paid for the line in minor units; `sold, before, units` count units in any whole
    measure (thousandths of a unit, say). With

        R(u) = round_half_up(paid x u / sold)

    the refund is R(before + units) - R(before): each is within a minor unit of its fair share, and all of
    them together are what was paid, to the cent, however the units are divided. Units beyond what was sold
    are worth nothing. The same function prorates price, discount and tax.

    >>> first = refund_for_units(1000, 3, 0, 1)
    >>> second = refund_for_units(1000, 3, 1, 2)
    >>> int(first), int(second)
    (333, 667)
    """
    paid = np.maximum(np.asarray(paid_minor, dtype=np.int64), 0)
    total = np.asarray(sold, dtype=np.int64)
    start = np.clip(np.asarray(before, dtype=np.int64), 0, total)
    end = np.clip(start + np.maximum(np.asarray(units, dtype=np.int64), 0), 0, total)
    divisor = np.maximum(total, 1)
    if np.any(paid.astype(np.float64) * total > 4e18):
        raise InvoptError("refund: an amount times its units is beyond any shop; check the order line.")
    return np.asarray(_rounded(paid * end, divisor) - _rounded(paid * start, divisor))


def _rounded(numerator: Ints, divisor: Ints) -> Ints:
    whole, rest = np.divmod(numerator, divisor)
    return np.asarray(whole + (2 * rest >= divisor))


def refund_over_payments(refund_minor: int, paid_minor: ArrayLike, refunded_minor: ArrayLike) -> Ints:
    """Divide a refund over an order's payments in the sequence in which they were used.

    `paid_minor` is what each payment (card, gift card, credit) brought, `refunded_minor` what went back to it
    already. Each gets back at most what it brought.

    Raises `InvoptError` where the refund is more than the payments have left.

    >>> refund_over_payments(700, [500, 1000], [0, 0]).tolist()
    [500, 200]
    """
    left = np.asarray(paid_minor, dtype=np.int64) - np.asarray(refunded_minor, dtype=np.int64)
    if (left < 0).any():
        raise InvoptError("refund: a payment has been refunded more than it brought; mend its record first.")
    if refund_minor < 0 or refund_minor > left.sum():
        raise InvoptError(
            f"refund: {refund_minor} cannot go back, {int(left.sum())} of the payments is left to refund."
        )
    before = np.cumsum(left) - left
    return np.asarray(np.clip(refund_minor - before, 0, left))


def fee(refund_minor: ArrayLike, fee_minor: ArrayLike, fee_share: ArrayLike, deduction_share: ArrayLike) -> Ints:
    """Fee of a rule and deduction for condition, rounded half up, at most the refund itself.

    >>> int(fee(1000, 250, 0.1, 0.0))
    350
    """
    refund = np.asarray(refund_minor, dtype=np.int64)
    by_share = share_of(refund, np.asarray(fee_share, dtype=np.float64) + np.asarray(deduction_share, np.float64))
    taken = np.add(np.asarray(fee_minor, dtype=np.int64), by_share)
    return np.asarray(np.minimum(taken, refund))


def share_of(amount_minor: ArrayLike, share: ArrayLike) -> Ints:
    """A share of an amount, rounded half up.

    >>> int(share_of(999, 0.5))
    500
    """
    # Shares in millionths, so that rounding never depends on how a share looks in binary.
    millionths = np.rint(np.asarray(share, dtype=np.float64) * 1_000_000).astype(np.int64)
    return _rounded(np.asarray(np.asarray(amount_minor, dtype=np.int64) * millionths), np.asarray(1_000_000))
