"""Why that quantity: the terms of a proposal, which add up to it exactly, in lines and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from invopt.errors import TableError
from invopt.report.words import Words
from invopt.tables import ORDER_PROPOSAL

_SUBTRACTED: Final = ("expected_lost_units", "expected_returns_units", "on_hand_units", "on_order_due_units")
_NEEDS: Final = (
    ("expected_demand_units", "demand expected until the next order can arrive"),
    ("expected_lost_units", "of it lost before this order can arrive"),
    ("expected_returns_units", "returns expected, fit for sale again"),
    ("backorder_units", "customer orders waiting"),
    ("safety_stock_units", "safety stock"),
    ("on_hand_units", "on hand and free"),
    ("on_order_due_units", "on order and due in that time"),
    ("unneeded_units", "covered beyond the target already"),
)
_CHANGES: Final = {
    "commitment_change_units": "approved before, leaves with this order",
    "closure_change_units": "ordered ahead of a supplier's closure",
    "supplier_change_units": "no supplier can deliver it",
    "moq_change_units": "smallest quantity of the supplier",
    "pack_change_units": "whole packs",
    "line_maximum_change_units": "largest quantity of the supplier",
    "price_break_change_units": "cheaper price from a larger quantity",
    "lifecycle_change_units": "lifecycle: not to be bought",
    "cover_change_units": "longest cover allowed",
    "damping_change_units": "kept as in the last plan",
    "order_minimum_change_units": "the supplier's smallest order value",
    "container_change_units": "what the containers hold",
    "budget_change_units": "budget",
    "decision_change_units": "the planner's decision",
    "commitment_change_units": "approved already",
}
_EXACT: Final = Decimal("0.001")


@dataclass(frozen=True)
class Term:
    """One term: its words, and its signed units; the units of all terms add up to the quantity."""

    words: str
    units: Decimal
    is_change: bool

    @property
    def sign(self) -> str:
        """Plus or minus, as written before the amount."""
        return "−" if self.units < 0 else "+"


@dataclass(frozen=True)
class Explanation:
    """The terms of one proposal that are not zero, with the need and the final quantity."""

    terms: tuple[Term, ...]
    need: Decimal
    final: Decimal

    @property
    def needs(self) -> tuple[Term, ...]:
        """The terms that make the need."""
        return tuple(term for term in self.terms if not term.is_change)

    @property
    def changes(self) -> tuple[Term, ...]:
        """The terms that constraints add to the need."""
        return tuple(term for term in self.terms if term.is_change)


def explain(proposal: Mapping[Any, Any]) -> Explanation:
    """The explanation of a row of `order_proposal`.

    Demand, backorders and safety stock count for it, losses, returns, stock and orders against it; every
    change by a constraint is signed. Quantities are exact thousandths of a unit.

    Raises `TableError` where the terms do not add up: such a row must not be shown as if they did.
    """
    terms = [
        Term(words, -_exact(proposal[name]) if name in _SUBTRACTED else _exact(proposal[name]), is_change=False)
        for name, words in _NEEDS
    ]
    changes = [
        Term(
            _CHANGES.get(name, name.removesuffix("_change_units").replace("_", " ")),
            _exact(proposal[name]),
            is_change=True,
        )
        for name in ORDER_PROPOSAL.names
        if name.endswith("_change_units")
    ]
    need, final = _exact(proposal["need_units"]), _exact(proposal["final_units"])
    for name, parts, whole in (("need_units", terms, need), ("final_units", [*terms, *changes], final)):
        if sum(term.units for term in parts) != whole:
            raise TableError(
                f"order_proposal: the terms of {proposal['sku_id']} at {proposal['location_id']} add up to "
                f"{sum(term.units for term in parts)}, but {name} is {whole}. Make the plan again."
            )
    return Explanation(tuple(term for term in [*terms, *changes] if term.units), need, final)


def explanation_lines(explanation: Explanation, words: Words) -> list[str]:
    """The explanation as lines of text, a term a line, with the sums."""
    width = max([len(words.exact(float(abs(term.units)))) for term in explanation.terms], default=1)
    width = max(width, len(words.exact(float(explanation.need))), len(words.exact(float(explanation.final))))

    def line(sign: str, units: Decimal, text: str) -> str:
        return f"{sign} {words.exact(float(abs(units))):>{width}}  {text}"

    lines = [line(term.sign, term.units, term.words) for term in explanation.needs]
    lines.append(line("=", explanation.need, "needed"))
    lines += [line(term.sign, term.units, term.words) for term in explanation.changes]
    if explanation.changes:
        lines.append(line("=", explanation.final, "to buy"))
    return lines


def explanation_grid(explanation: Explanation, words: Words) -> RenderableType:
    """The explanation for the terminal."""
    grid = Grid(box=None, show_header=False, padding=(0, 1))
    grid.add_column(justify="right")
    grid.add_column(justify="right")
    grid.add_column()
    for term in explanation.needs:
        grid.add_row(term.sign, words.exact(float(abs(term.units))), Text(term.words))
    grid.add_row("=", words.exact(float(explanation.need)), "needed", style="bold")
    for term in explanation.changes:
        grid.add_row(term.sign, words.exact(float(abs(term.units))), Text(term.words))
    if explanation.changes:
        grid.add_row("=", words.exact(float(explanation.final)), "to buy", style="bold")
    return Group(grid)


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(_EXACT)
