"""Whose rows of a file are to lose what identifies a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Person:
    """A customer, or every customer of some orders, within one sheet's columns.

    A row concerns the person where a customer column holds `customer_id` or the order column one of `orders`; of such
    a row the `personal_columns` are blanked. `notice` learns the orders of the customer from the rows themselves, since
    an export may name the customer on an order's first row only. Compared without regard to case.
    """

    customer_id: str | None
    orders: set[str]
    customer_columns: tuple[str, ...] = ()
    order_column: str | None = None
    personal_columns: tuple[str, ...] = ()
    learned: set[str] = field(default_factory=set)

    def within(
        self, columns: Iterable[str], customer_columns: tuple[str, ...], order_column: str | None,
        personal_columns: tuple[str, ...],
    ) -> Person:  # fmt: skip
        """The same person, in a sheet of these columns."""
        present = set(columns)
        return Person(
            self.customer_id,
            self.orders,
            tuple(name for name in customer_columns if name in present),
            order_column if order_column in present else None,
            tuple(name for name in personal_columns if name in present),
        )

    @property
    def can_be_found(self) -> bool:
        """Whether the sheet has a column that could concern a person at all."""
        return bool(self.personal_columns) and bool(self.customer_columns or self.order_column)

    def notice(self, customers: Iterable[str | None], order: str | None) -> None:
        """Learn the order where the row names the customer."""
        if order and self._is_customer(customers):
            self.learned.add(spelled(order))

    def concerns(self, customers: Iterable[str | None], order: str | None) -> bool:
        """Whether a row is about the person."""
        if order and (spelled(order) in self.orders or spelled(order) in self.learned):
            return True
        return self._is_customer(customers)

    def is_named_in(self, text: str) -> bool:
        """Whether a row that could not be split into fields names the customer."""
        return self.customer_id is not None and self.customer_id in text.casefold()

    def _is_customer(self, customers: Iterable[str | None]) -> bool:
        return self.customer_id is not None and any(
            value is not None and spelled(value) == self.customer_id for value in customers
        )


def spelled(value: str) -> str:
    """An identifier as it is compared: without blanks around it, case, and a fraction that a spreadsheet added."""
    text = value.strip().casefold()
    return text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text
