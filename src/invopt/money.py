"""Money in minor units: digits of a currency, rounding once, and shares that add up to the whole."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from invopt.errors import InvoptError

# ISO 4217 currencies whose minor unit is not a hundredth.
_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
         "XAF", "XOF", "XPF"), 0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip


def unusual_digits() -> dict[str, int]:
    """The currencies whose minor unit is not a hundredth, with their digits."""
    return dict(_DIGITS)


def digits(currency: str) -> int:
    """Decimal digits of the currency's minor unit.

    >>> digits("GBP"), digits("JPY"), digits("KWD")
    (2, 0, 3)
    """
    return _DIGITS.get(currency, 2)


def to_minor(amount: Decimal | int | str, currency: str) -> int:
    """A decimal amount in minor units, rounded half to even.

    >>> to_minor("6.955", "GBP")
    696
    """
    scaled = Decimal(amount).scaleb(digits(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def to_major(minor: int, currency: str) -> Decimal:
    """Minor units as a decimal amount.

    >>> to_major(695, "GBP")
    Decimal('6.95')
    """
    return Decimal(int(minor)).scaleb(-digits(currency))


def prorate(total: int, weights: ArrayLike) -> NDArray[np.int64]:
    """Split `total` minor units by `weights` so that the parts add up to it exactly.

    Largest remainders get the odd units; ties go to the earlier part, so that the split does not depend on
    anything but its inputs. Zero weights alone split evenly.

    Raises `InvoptError` for a negative weight.

    >>> prorate(100, [1, 1, 1]).tolist()
    [34, 33, 33]
    """
    shares = [Decimal(str(weight)) for weight in np.asarray(weights).tolist()]
    if any(share < 0 for share in shares):
        raise InvoptError(f"money: cannot split by a negative weight ({min(shares)}).")
    if not shares:
        return np.zeros(0, dtype=np.int64)
    whole = sum(shares, Decimal(0))
    if whole == 0:
        shares, whole = [Decimal(1)] * len(shares), Decimal(len(shares))
    sign = -1 if total < 0 else 1
    exact = [share * abs(int(total)) / whole for share in shares]
    floors = [int(part) for part in exact]
    odd = abs(int(total)) - sum(floors)
    by_remainder = sorted(range(len(exact)), key=lambda index: (floors[index] - exact[index], index))
    for index in by_remainder[:odd]:
        floors[index] += 1
    return sign * np.array(floors, dtype=np.int64)
