"""Quantities as whole thousandths of a unit, so that every sum of them is exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Thousandths = NDArray[np.int64]
THOUSAND = 1_000
# Larger than any quantity, and far enough from the end of int64 that sums of a few do not overflow.
UNLIMITED = np.int64(10**15)


def thousandths(units: ArrayLike) -> Thousandths:
    """Units as whole thousandths, rounded to the nearest; a quantity too large to mean anything is capped.

    >>> thousandths([1.5, 0.0004, 2.9996]).tolist()
    [1500, 0, 3000]
    """
    scaled = np.rint(np.asarray(units, dtype=np.float64) * THOUSAND)
    return np.clip(scaled, -float(UNLIMITED), float(UNLIMITED)).astype(np.int64)


def units(quantity: ArrayLike) -> NDArray[np.float64]:
    """Thousandths as units: the double nearest to the decimal, so that `thousandths` gives them back
    exactly."""
    return np.asarray(quantity, dtype=np.int64) / THOUSAND


def round_up(quantity: Thousandths, multiple: Thousandths) -> Thousandths:
    """The smallest whole multiple that is not below the quantity.

    >>> round_up(np.array([1, 12, 0]), np.array([6, 6, 6])).tolist()
    [6, 12, 0]
    """
    return np.asarray(-(-quantity // multiple) * multiple)


def round_down(quantity: Thousandths, multiple: Thousandths) -> Thousandths:
    """The largest whole multiple that is not above the quantity."""
    return np.asarray(quantity // multiple * multiple)


def amount_minor(quantity: Thousandths, unit_cost_minor: NDArray[np.int64]) -> NDArray[np.int64]:
    """Quantity times price, in minor units, halves away from zero.

    >>> amount_minor(np.array([2500]), np.array([3])).tolist()
    [8]
    """
    return np.asarray((quantity * unit_cost_minor + THOUSAND // 2) // THOUSAND)
