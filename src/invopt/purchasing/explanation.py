"""Why this quantity: the terms of a proposal as a sum that adds up exactly, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from invopt.errors import TableError

# Every term of the need, then every change, with its sign and its name for people.
TERMS: tuple[tuple[str, int, str], ...] = (
    ("expected_demand_units", 1, "expected demand until the next order can arrive"),
    ("expected_lost_units", -1, "lost before this order can arrive"),
    ("expected_returns_units", -1, "returns expected back on the shelf"),
    ("backorder_units", 1, "customer orders waiting"),
    ("safety_stock_units", 1, "safety stock for the target"),
    ("on_hand_units", -1, "on hand and free"),
    ("on_order_due_units", -1, "on order and due in time"),
    ("unneeded_units", 1, "more than needed already"),
    ("transfer_change_units", 1, "comes from another location"),
    ("commitment_change_units", 1, "approved before, leaves with this order"),
    ("closure_change_units", 1, "ordered ahead of a shutdown"),
    ("supplier_change_units", 1, "no supplier on usable terms"),
    ("moq_change_units", 1, "smallest order quantity"),
    ("economic_change_units", 1, "economic order quantity"),
    ("pack_change_units", 1, "whole packs"),
    ("line_maximum_change_units", 1, "largest order quantity"),
    ("price_break_change_units", 1, "price break"),
    ("lifecycle_change_units", 1, "end of life"),
    ("cover_change_units", 1, "maximum cover"),
    ("damping_change_units", 1, "kept as in the last plan"),
    ("order_minimum_change_units", 1, "supplier's minimum order value"),
    ("container_change_units", 1, "container"),
    ("budget_change_units", 1, "budget"),
    ("decision_change_units", 1, "planner's decision"),
)
SUBTRACTED = frozenset(column for column, sign, _ in TERMS if sign < 0)
NEED_TERMS = 8  # the first of them; their sum is the unconstrained need


@dataclass(frozen=True)
class Term:
    """One term: its column, its words, and its units with their sign as they enter the sum."""

    column: str
    words: str
    units: Decimal

    @property
    def sign(self) -> str:
        """Plus or minus, as written before the amount."""
        return "−" if self.units < 0 or (self.units == 0 and self.column in SUBTRACTED) else "+"


@dataclass(frozen=True)
class Explanation:
    """A proposal explained; `terms` and `changes` together add up to `final_units` exactly."""

    terms: tuple[Term, ...]
    need_units: Decimal
    changes: tuple[Term, ...]
    final_units: Decimal
    binding_constraint: str
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A question of the kind "what if": each field says how an input differs from the plan's."""

    words: str
    more_lead_time_days: float = 0.0
    more_target_share: float = 0.0
    moq_factor: float = 1.0


QUESTIONS: tuple[Change, ...] = (
    Change("one day more lead time", more_lead_time_days=1.0),
    Change("one point more service", more_target_share=0.01),
    Change("double the MOQ", moq_factor=2.0),
)


def explain(proposal: Mapping[Any, Any] | pd.Series, policy: pd.Series | None = None) -> Explanation:
    """The terms of one proposal, with exact decimals.

    `proposal` is a row of ORDER_PROPOSAL, `policy` the POLICY row behind it, whose assumptions are added. Terms of
    zero are left out, but expected demand, on hand and on order always stand.

    Raises `TableError` where the terms do not add up: the row was changed outside the plan.

    >>> nothing = {name: 0.0 for name, _, _ in TERMS}
    >>> row = pd.Series(nothing | {"expected_demand_units": 5.0, "need_units": 5.0, "moq_change_units": 0.1,
    ...     "final_units": 5.1, "binding_constraint": "moq", "reason": "", "is_assumed": False})
    >>> [(term.words, str(term.units)) for term in explain(row).changes]
    [('smallest order quantity', '0.100')]
    """
    always = {"expected_demand_units", "on_hand_units", "on_order_due_units"}
    made = [Term(column, words, sign * _decimal(proposal[column])) for column, sign, words in TERMS]
    need, final = _decimal(proposal["need_units"]), _decimal(proposal["final_units"])
    for name, expected, parts in (("need_units", need, made[:NEED_TERMS]), ("final_units", final, made)):
        total = sum((term.units for term in parts), Decimal(0))
        if total != expected:
            raise TableError(
                f"order_proposal {proposal.get('proposal_id', '')}: the terms add up to {total}, {name} says "
                f"{expected}. The row was changed outside the plan: plan again."
            )
    shown = [term for term in made if term.units or term.column in always]
    terms = tuple(term for term in shown if term in made[:NEED_TERMS])
    return Explanation(
        terms=terms,
        need_units=need,
        changes=tuple(term for term in shown if term not in terms),
        final_units=final,
        binding_constraint=str(proposal["binding_constraint"]),
        assumptions=_assumptions(proposal, policy),
    )


def what_if(
    recompute: Callable[[Change], float], final_units: float, questions: Sequence[Change] = QUESTIONS
) -> pd.DataFrame:
    """What would change the answer: one row a question with the quantity it leads to and the difference.

    `recompute` plans the SKU-location again, policy and proposal, with the change made, and returns its final
    units; it belongs to the caller, who has the tables.

    >>> what_if(lambda change: 20.0 * change.moq_factor, 20.0)["change_units"].tolist()
    [0.0, 0.0, 20.0]
    """
    rows = [{"question": change.words, "final_units": recompute(change)} for change in questions]
    frame = pd.DataFrame(rows, columns=["question", "final_units"])
    return frame.assign(change_units=(frame["final_units"] - final_units).round(3))


def _assumptions(proposal: Mapping[Any, Any] | pd.Series, policy: pd.Series | None) -> tuple[str, ...]:
    said = [str(proposal["reason"])] if bool(proposal["is_assumed"]) else []
    if policy is not None and bool(policy["is_assumed"]) and policy["reason"]:
        said.append(str(policy["reason"]))
    parts = (part.strip() for text in said for part in text.split(";"))
    return tuple(dict.fromkeys(part for part in parts if "assum" in part or ":" in part))


def _decimal(units: float) -> Decimal:
    return Decimal(round(float(units) * 1_000)).scaleb(-3)
