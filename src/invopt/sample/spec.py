"""What shop to make up, and the random streams it is made from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from invopt.errors import SettingsError

# SKUs that are made together. A constant, not an option: the same seed gives the same shop on any machine.
BLOCK_SKUS = 4096

# Each part of the shop draws from a stream of its own, so that a change in one leaves the others alone.
TOPICS = ("suppliers", "promotions", "assortment", "destinations", "demand", "orders", "stock", "returns",
          "purchases", "parcels", "faults")  # fmt: skip


@dataclass(frozen=True)
class ShopSpec:
    """Size and seed of a made-up shop.

    `lines_per_sku` is the mean number of order lines that a SKU is asked for over the whole history, both
    locations together; what stockouts leave of it is about 5% less. The history ends the day before `as_of`.
    """

    skus: int = 200
    days: int = 728
    seed: int = 1
    lines_per_sku: float = 100.0
    as_of: dt.date = dt.date(2026, 3, 2)

    def __post_init__(self) -> None:
        """Refuse what cannot be made."""
        if self.skus < 1:
            raise SettingsError(f"skus: {self.skus} is less than 1.")
        if self.days < 7 or self.days % 7:
            raise SettingsError(
                f"days: {self.days} is not a number of whole weeks; write {max(7, round(self.days / 7) * 7)}."
            )
        if not self.lines_per_sku > 0:
            raise SettingsError(f"lines_per_sku: {self.lines_per_sku} is not above 0.")
        if self.seed < 0:
            raise SettingsError(f"seed: {self.seed} is negative; write 0 or more.")
        if self.as_of.weekday() != 0:
            raise SettingsError(f"as_of: {self.as_of} is a {self.as_of:%A}; the history is whole weeks to a Monday.")

    @property
    def starts_on(self) -> dt.date:
        """First day of the history, a Monday."""
        return self.as_of - dt.timedelta(days=self.days)

    @property
    def ends_on(self) -> dt.date:
        """Last day of the history."""
        return self.as_of - dt.timedelta(days=1)

    @property
    def weeks(self) -> int:
        """Whole weeks of history."""
        return self.days // 7

    @property
    def blocks(self) -> int:
        """Blocks of SKUs that are made one after the other."""
        return -(-self.skus // BLOCK_SKUS)

    def block_range(self, block: int) -> range:
        """Numbers of the SKUs in a block."""
        return range(block * BLOCK_SKUS, min((block + 1) * BLOCK_SKUS, self.skus))

    @property
    def number_stride(self) -> int:
        """Order and purchase numbers of a block lie within one stride, so that no two blocks share one."""
        stride = 1_000_000
        while stride < BLOCK_SKUS * self.lines_per_sku * 2 + 100_000:
            stride *= 10
        return stride

    def day_of(self, day: dt.date) -> int:
        """Position of a day in the history; the as-of day is `days`."""
        return (day - self.starts_on).days

    def random(self, topic: str, block: int = 0) -> np.random.Generator:
        """The stream of one topic and block: PCG64, independent of every other."""
        sequence = np.random.SeedSequence([self.seed, TOPICS.index(topic), block])
        return np.random.Generator(np.random.PCG64(sequence))
