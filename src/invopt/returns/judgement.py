"""Hold return lines against the policy: which rule decides, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.calendars import Dates
from invopt.returns.policy import Case, ReturnPolicy, ReturnRule
from invopt.returns.sold import Bools, Floats, Ints, Pools, Sales, Texts, as_days, days_of, or_none, records, texts

REFUSALS = {
    "no_such_order": "no such order",
    "other_customer": "the order is another customer's",
    "other_currency": "the order was paid in another currency",
    "kit_in_part": "it was sold as a part of a kit, which comes back whole",
    "not_in_order": "the order holds no such line",
    "cancelled": "the line was cancelled and never sent",
    "no_quantity": "no quantity is named",
    "not_shipped": "it has not been sent yet: cancel it instead",
    "before_delivery": "it was asked for before it was delivered",
    "already_returned": "all units of it have come back already",
    "already_refunded": "the order has been refunded already",
    "no_rule": "no rule of the policy speaks of it",
}
_SOURCES = ("", ", delivery assumed from the dispatch", ", delivery assumed from the order", "")
DECIDED = "decision"


@dataclass
class Judgement:
    """Columns of the answer, one entry a return line."""

    is_granted: Bools
    rule: Texts
    words: Texts
    window_ends_on: Dates
    fee_minor: Ints
    fee_share: Floats
    deduction: Floats
    keep_below: Ints
    bonus_share: Floats
    refunds_shipping: Bools
    is_instant: Bools
    label_paid_by: Texts
    is_open: Bools = field(init=False)

    def __post_init__(self) -> None:
        """No line is decided at first."""
        self.is_open = np.ones(len(self.rule), dtype=bool)

    @classmethod
    def blank(cls, rows: int) -> Judgement:
        """Nothing granted, nothing decided."""
        return cls(
            np.zeros(rows, dtype=bool), np.full(rows, "", dtype=object), np.full(rows, "", dtype=object),
            np.full(rows, np.datetime64("NaT"), dtype="datetime64[D]"), np.zeros(rows, dtype=np.int64),
            np.zeros(rows), np.zeros(rows), np.zeros(rows, dtype=np.int64), np.zeros(rows),
            np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool), np.full(rows, "customer", dtype=object),
        )  # fmt: skip

    def refuse(self, rule: str, mask: Bools) -> None:
        """Refuse by a rule of the house, unless the line was refused before."""
        rows = np.flatnonzero(mask & (self.is_open | self.is_granted))
        self.is_granted[rows] = False
        self.is_open[rows] = False
        self.rule[rows] = rule
        self.words[rows] = f"refused by {rule}: {REFUSALS[rule]}"


class Asked:
    """Return lines as arrays: what rules ask about."""

    def __init__(self, returns: pd.DataFrame) -> None:
        """Take the columns out of RETURN_LINE."""
        self.order, self.sku = texts(returns["order_id"]), texts(returns["sku_id"])
        self.reason = texts(returns["return_reason"])
        self.reason[self.reason == np.array(None)] = "unknown"
        self.wish, self.grade = texts(returns["wish"]), texts(returns["grade"])
        self.requested = days_of(returns["requested_on"])
        self.received, self.scanned = days_of(returns["received_on"]), days_of(returns["scanned_on"])
        self.graded, self.refunded = days_of(returns["graded_on"]), days_of(returns["refunded_on"])
        self.announced = returns["returned_units"].to_numpy(dtype=np.float64)
        self.arrived = returns["received_units"].to_numpy(dtype=np.float64)
        self.customer, self.currency = texts(returns["customer_id"]), texts(returns["currency"])
        other = texts(returns["received_sku_id"])
        self.is_other = _differs(other, self.sku)

    def __len__(self) -> int:
        """Return lines."""
        return len(self.order)


def judge(
    asked: Asked, orders: pd.DataFrame, sales: Sales, pool: Pools, kits: pd.DataFrame, policy: ReturnPolicy
) -> Judgement:
    """Rules of the house first (is there such a sale at all), then the shop's rule, then the statutes."""
    result = Judgement.blank(len(asked))
    _house_rules(result, asked, orders, pool, kits)
    cases, delivered, source = _cases(asked, sales, pool)
    result.refuse("not_shipped", source == 3)
    result.refuse("before_delivery", (source == 0) & (asked.requested < delivered))
    candidates = result.is_open.copy()
    chosen = np.full(len(asked), -1, dtype=np.int64)
    for index, rule in enumerate(policy.rules):
        chosen[rule.fits(cases) & candidates & (chosen < 0)] = index
    for index, rule in enumerate(policy.rules):
        rows = np.flatnonzero(chosen == index)
        if len(rows):
            _apply(result, rule, rows, asked, delivered, source)
    result.refuse("no_rule", candidates & (chosen < 0) & ~result.is_granted)
    _statutes(result, policy, cases, candidates, asked, delivered, source)
    return result


def _house_rules(result: Judgement, asked: Asked, orders: pd.DataFrame, pool: Pools, kits: pd.DataFrame) -> None:
    unknown = pool.of_return < 0
    order_id, sku_id = texts(orders["order_id"]), texts(orders["sku_id"])
    code, names = pd.factorize(np.concatenate([order_id, asked.order]))
    own, of_return = code[: len(order_id)], code[len(order_id) :]
    first = np.full(len(names), -1)
    first[own[::-1]] = np.arange(len(own))[::-1]
    order = first[of_return]
    result.refuse("no_such_order", order < 0)
    customer, currency = or_none(texts(orders["customer_id"])), or_none(texts(orders["currency"]))
    result.refuse("other_customer", _differs(asked.customer, customer[order]))
    result.refuse("other_currency", _differs(asked.currency, currency[order]))
    if unknown.any():
        is_gone = orders["cancelled_at"].notna().to_numpy() | (texts(orders["order_state"]) == "cancelled")
        gone = set(zip(order_id[is_gone], sku_id[is_gone], strict=True))
        parts = _parts_of_kits(order_id, sku_id, kits)
        pairs = list(zip(asked.order, asked.sku, strict=True))
        result.refuse("cancelled", unknown & np.array([pair in gone for pair in pairs], dtype=bool))
        result.refuse("kit_in_part", unknown & np.array([pair in parts for pair in pairs], dtype=bool))
    result.refuse("not_in_order", unknown)
    result.refuse("no_quantity", asked.announced <= 0)
    is_refunded = np.append(texts(orders["payment_state"]) == "refunded", False)[order]
    result.refuse("already_refunded", is_refunded & np.isnat(asked.received) & np.isnat(asked.refunded))


def _differs(told: Texts, known: Texts) -> Bools:
    """Where something is told that is not what is known; silence differs from nothing."""
    return np.array([one is not None and one != other for one, other in zip(told, known, strict=True)], dtype=bool)


def _parts_of_kits(order_id: Texts, sku_id: Texts, kits: pd.DataFrame) -> set[tuple[object, object]]:
    """Order and component of every kit that was ordered."""
    if kits.empty:
        return set()
    components: dict[object, list[object]] = {}
    for kit, component in zip(texts(kits["kit_sku_id"]), texts(kits["component_sku_id"]), strict=True):
        components.setdefault(kit, []).append(component)
    return {
        (order, component) for order, sku in zip(order_id, sku_id, strict=True) for component in components.get(sku, ())
    }


def _cases(asked: Asked, sales: Sales, pool: Pools) -> tuple[Mapping[str, Case], Dates, Ints]:
    """What rules ask about, one entry a return line; of a pool of several lines the last delivery counts."""
    latest = np.full(len(pool.sold), np.iinfo(np.int64).min)
    known = ~np.isnat(sales.delivered_on)
    np.maximum.at(latest, pool.of_sale[known], sales.delivered_on[known].astype(np.int64))
    has_pool = pool.of_return >= 0
    sale = np.where(has_pool, np.append(pool.first_sale, -1)[pool.of_return], -1)

    def of_sale(values: Texts) -> Case:
        return Case.of(or_none(values)[sale])

    never = np.datetime64("NaT")
    ordered = np.append(sales.ordered_on, never)[sale].astype("datetime64[D]")
    delivered = np.append(as_days(latest), never)[pool.of_return].astype("datetime64[D]")
    cases = {
        "category_id": of_sale(sales.category), "country": of_sale(sales.country),
        "channel": of_sale(sales.channel), "sku_id": Case.of(asked.sku), "return_reason": Case.of(asked.reason),
        "ordered_on": Case.days(ordered), "delivered_on": Case.days(delivered),
    }  # fmt: skip
    return cases, delivered, np.append(sales.source, -1)[sale]


def window_end(rule: ReturnRule, delivered: Dates) -> Dates:
    """Last day of the rule's window for each delivery day."""
    end = delivered + np.timedelta64(rule.window_days, "D")
    if rule.window_until_on is not None:
        end = np.where(np.isnat(end), end, np.maximum(end, np.datetime64(rule.window_until_on)))
    return end.astype("datetime64[D]")


def _apply(result: Judgement, rule: ReturnRule, rows: Ints, asked: Asked, delivered: Dates, source: Ints) -> None:
    """Write the rule's answer for `rows`: granted, or refused with the reason and the day."""
    end = window_end(rule, delivered[rows])
    wish, grade = asked.wish[rows].astype(str), asked.grade[rows].astype(str)
    late = asked.requested[rows] > end
    wants_money = ~np.isin(wish, ("exchange", "store_credit"))
    bad = np.isin(grade, rule.refused_grades)
    told = [_SOURCES[item] for item in source[rows].tolist()]
    days = end.astype(str).tolist()
    words = np.array([f"granted by {rule.name}: until {day}{how}" for day, how in zip(days, told, strict=True)],
                     dtype=object)  # fmt: skip
    ended = [f"refused by {rule.name}: the window ended on {day}{how}" for day, how in zip(days, told, strict=True)]
    refusals: tuple[tuple[Bools, Any], ...] = (
        (late, np.array(ended, dtype=object)),
        (bad, f"refused by {rule.name}: not in this condition"),
        (np.full(len(rows), rule.exchange_only) & wants_money, f"refused by {rule.name}: exchange or credit only"),
        (np.full(len(rows), rule.final_sale), f"refused by {rule.name}: sold as final, no return"),
    )
    refused = np.zeros(len(rows), dtype=bool)
    for mask, text in refusals:
        words = np.where(mask, text, words)
        refused |= mask
    result.is_granted[rows] = ~refused
    result.is_open[rows] = False
    result.rule[rows] = rule.name
    result.words[rows] = words
    result.window_ends_on[rows] = np.where(rule.final_sale, np.datetime64("NaT"), end)
    result.fee_minor[rows] = rule.fee_minor
    result.fee_share[rows] = rule.fee_share
    result.deduction[rows] = [rule.grade_deduction.get(item, 0.0) for item in grade.tolist()]
    result.keep_below[rows] = rule.keep_below_minor
    result.bonus_share[rows] = rule.store_credit_bonus_share
    result.refunds_shipping[rows] = rule.refunds_shipping
    result.is_instant[rows] = rule.refund_on_scan
    result.label_paid_by[rows] = rule.label_paid_by


def _statutes(
    result: Judgement, policy: ReturnPolicy, cases: Mapping[str, Case], candidates: NDArray[np.bool_],
    asked: Asked, delivered: Dates, source: Ints,
) -> None:  # fmt: skip
    """Grant by statute what the shop refuses, and take off what a statute forbids to charge."""
    for statute in policy.statutes:
        fits = statute.fits(cases) & candidates
        if not fits.any():
            continue
        fits &= asked.requested <= window_end(statute, delivered)
        refused = np.flatnonzero(fits & ~result.is_granted)
        if len(refused):
            _apply(result, statute, refused, asked, delivered, source)
        kept = np.flatnonzero(fits & result.is_granted)
        result.fee_minor[kept] = np.minimum(result.fee_minor[kept], statute.fee_minor)
        result.fee_share[kept] = np.minimum(result.fee_share[kept], statute.fee_share)
        result.refunds_shipping[kept] |= statute.refunds_shipping
        if statute.label_paid_by == "shop":
            result.label_paid_by[kept] = "shop"


def decide(result: Judgement, returns: pd.DataFrame, overrides: pd.DataFrame, pool: Pools) -> None:
    """Let people have the last word: `overrides` has `return_id, return_line_id, action, decided_by, reason`.

    What was never sold cannot be granted by anybody; the money stays within what was paid.
    """
    if overrides.empty:
        return
    said = {
        (row.return_id, row.return_line_id): row for row in records(overrides)
    }  # the last of several: they come in the order in which they were made
    for number, key in enumerate(zip(returns["return_id"], returns["return_line_id"], strict=True)):
        row = said.get(key)
        if row is None or (row.action == "grant" and pool.of_return[number] < 0):
            continue
        is_granted = row.action == "grant"
        why = f": {row.reason}" if isinstance(row.reason, str) and row.reason else ""
        result.is_granted[number], result.is_open[number] = is_granted, False
        result.rule[number] = DECIDED
        result.words[number] = f"{'granted' if is_granted else 'refused'} by decision of {row.decided_by}{why}"
