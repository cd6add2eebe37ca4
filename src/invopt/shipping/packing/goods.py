"""What the packing kernels take in: kinds of goods, cartons, and how much search to spend.

A *kind* is a line of identical units. Everything is columns of whole numbers (millimetres, grams), so the
compiled kernels read it as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
FloatArray: TypeAlias = npt.NDArray[np.float64]

#: Which side of a good lies along the carton's x, y and z; the first two leave its height upright.
ORIENTATIONS: IntArray = np.array([[0, 1, 2], [1, 0, 2], [0, 2, 1], [2, 0, 1], [1, 2, 0], [2, 1, 0]], dtype=np.int64)
UPRIGHT = 0b000011
ANY_WAY = 0b111111


@dataclass(frozen=True)
class Goods:
    """Kinds of goods to be packed together, one element a kind.

    `sides_mm` is (kinds, 3): length, width, height. `rotations` is a mask over `ORIENTATIONS`. Two kinds of
    different `group` never share a carton; group 0 goes with every other. On a fragile kind only fragile
    goods may rest.
    """

    sides_mm: IntArray
    weight_g: IntArray
    quantity: IntArray
    rotations: IntArray
    is_fragile: BoolArray
    group: IntArray

    def __post_init__(self) -> None:
        """Refuse columns of different lengths, and sizes that cannot be."""
        kinds = len(self.weight_g)
        if self.sides_mm.shape != (kinds, 3):
            raise ValueError(f"sides_mm has shape {self.sides_mm.shape}; {kinds} kinds need ({kinds}, 3)")
        for name in ("quantity", "rotations", "is_fragile", "group"):
            if len(getattr(self, name)) != kinds:
                raise ValueError(f"{name} has {len(getattr(self, name))} elements for {kinds} kinds")
        if kinds and (self.sides_mm.min() < 1 or self.weight_g.min() < 0 or self.quantity.min() < 0):
            raise ValueError("sides must be at least 1 mm; weight and quantity must not be negative")

    @classmethod
    def of(
        cls,
        sides_mm: npt.ArrayLike,
        weight_g: npt.ArrayLike,
        quantity: npt.ArrayLike,
        rotations: npt.ArrayLike = ANY_WAY,
        is_fragile: npt.ArrayLike = False,
        group: npt.ArrayLike = 0,
    ) -> Goods:
        """Build from anything array-like; a scalar counts for every kind."""
        sides = np.atleast_2d(np.asarray(sides_mm, np.int64))
        kinds = (len(sides),)
        return cls(
            np.ascontiguousarray(sides),
            np.broadcast_to(np.asarray(weight_g, np.int64), kinds).copy(),
            np.broadcast_to(np.asarray(quantity, np.int64), kinds).copy(),
            np.broadcast_to(np.asarray(rotations, np.int64), kinds).copy(),
            np.broadcast_to(np.asarray(is_fragile, np.bool_), kinds).copy(),
            np.broadcast_to(np.asarray(group, np.int64), kinds).copy(),
        )


@dataclass(frozen=True)
class Cartons:
    """Carton sizes to choose from, one element a size.

    `inner_mm` is (sizes, 3); `limit_g` is the greatest gross weight, carton included; `cost` breaks ties
    between plans of equally many cartons; `stock` is how many there are.
    """

    inner_mm: IntArray
    empty_g: IntArray
    limit_g: IntArray
    cost: IntArray
    stock: IntArray

    #: What `stock` holds where the number of cartons does not matter.
    PLENTY = 1 << 40

    @classmethod
    def of(
        cls,
        inner_mm: npt.ArrayLike,
        empty_g: npt.ArrayLike = 0,
        limit_g: npt.ArrayLike = 1 << 40,
        cost: npt.ArrayLike | None = None,
        stock: npt.ArrayLike | None = None,
    ) -> Cartons:
        """Build from anything array-like; cost defaults to the inner volume in cm3, stock to plenty."""
        inner = np.ascontiguousarray(np.atleast_2d(np.asarray(inner_mm, np.int64)))
        sizes = (len(inner),)
        volume = inner.prod(axis=1) // 1000
        return cls(
            inner,
            np.broadcast_to(np.asarray(empty_g, np.int64), sizes).copy(),
            np.broadcast_to(np.asarray(limit_g, np.int64), sizes).copy(),
            np.broadcast_to(np.asarray(volume if cost is None else cost, np.int64), sizes).copy(),
            np.broadcast_to(np.asarray(cls.PLENTY if stock is None else stock, np.int64), sizes).copy(),
        )


@dataclass(frozen=True)
class Search:
    """How hard to look. `least_support` is the share of a base that must rest on goods or on the floor."""

    least_support: float = 0.75
    budget: int = 400

    def __post_init__(self) -> None:
        """Refuse a share outside 0 to 1 and an empty budget."""
        if not 0.0 <= self.least_support <= 1.0:
            raise ValueError(f"least_support is a share between 0 and 1, not {self.least_support}")
        if self.budget < 1:
            raise ValueError(f"budget is a number of cartons tried, at least 1, not {self.budget}")
