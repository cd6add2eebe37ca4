"""Hold return lines against the policy: which rule decides, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.calendars import Dates
from invopt.returns.policy import ReturnPolicy, ReturnRule
from invopt.returns.sold import Ints, Pools

REFUSALS = {
    "no_such_order": "no such order",
    "kit_in_part": "it was sold as a part of a kit, which comes back whole",
    "not_in_order": "the order holds no such line",
    "cancelled": "the line was cancelled and never sent",
    "no_quantity": "no quantity is named",
    "not_shipped": "it has not been sent yet: cancel it instead",
    "before_delivery": "it was asked for before it was delivered",
    "already_returned": "all units of it have come back already",
    "no_rule": "no rule of the policy speaks of it",
}
_SOURCES = ("", ", delivery assumed from the dispatch", ", delivery assumed from the order", "")


@dataclass
class Judgement:
    """Columns of the answer, one entry a return line."""

    is_granted: NDArray[np.bool_]
    rule: NDArray[np.object_]
    words: NDArray[np.object_]
    window_ends_on: Dates
    fee_minor: Ints
    fee_share: NDArray[np.float64]
    deduction: NDArray[np.float64]
    keep_below: Ints
    refunds_shipping: NDArray[np.bool_]
    label_paid_by: NDArray[np.object_]
    is_open: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        """No line is decided at first."""
        self.is_open = np.ones(len(self.rule), dtype=bool)

    @classmethod
    def blank(cls, rows: int) -> Judgement:
        """Nothing granted, nothing decided."""
        return cls(
            np.zeros(rows, dtype=bool), np.full(rows, "", dtype=object), np.full(rows, "", dtype=object),
            np.full(rows, np.datetime64("NaT"), dtype="datetime64[D]"), np.zeros(rows, dtype=np.int64),
            np.zeros(rows), np.zeros(rows), np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool),
            np.full(rows, "customer", dtype=object),
        )  # fmt: skip

    def refuse(self, rule: str, mask: NDArray[np.bool_]) -> None:
        """Refuse by a rule of the house, unless the line was refused before."""
        rows = np.flatnonzero(mask & (self.is_open | self.is_granted))
        self.is_granted[rows] = False
        self.is_open[rows] = False
        self.rule[rows] = rule
        self.words[rows] = f"refused by {rule}: {REFUSALS[rule]}"


def judge(
    returns: pd.DataFrame, orders: pd.DataFrame, sales: pd.DataFrame, pool: Pools, kits: pd.DataFrame,
    policy: ReturnPolicy,
) -> Judgement:  # fmt: skip
    """Rules of the house first (is there such a sale at all), then the shop's rule, then the statutes."""
    result = Judgement.blank(len(returns))
    _house_rules(result, returns, orders, pool, kits)
    cases, source = _cases(returns, sales, pool)
    delivered = cases["delivered_on"].to_numpy(dtype="datetime64[D]")
    requested = returns["requested_on"].to_numpy(dtype="datetime64[D]")
    result.refuse("not_shipped", source == 3)
    result.refuse("before_delivery", (source == 0) & (requested < delivered))
    candidates = result.is_open.copy()
    chosen = _first_fitting(policy.rules, cases, candidates)
    for index, rule in enumerate(policy.rules):
        rows = np.flatnonzero(chosen == index)
        if len(rows):
            _apply(result, rule, rows, returns, delivered, requested, source)
    result.refuse("no_rule", candidates & (chosen < 0) & ~result.is_granted)
    _statutes(result, policy, cases, candidates, returns, delivered, requested, source)
    return result


def _house_rules(
    result: Judgement, returns: pd.DataFrame, orders: pd.DataFrame, pool: Pools, kits: pd.DataFrame
) -> None:
    unknown = pool.of_return < 0
    result.refuse("no_such_order", ~returns["order_id"].isin(orders["order_id"]).to_numpy(dtype=bool))
    is_gone = orders["cancelled_at"].notna() | (orders["order_state"] == "cancelled")
    gone = pd.MultiIndex.from_frame(orders.loc[is_gone, ["order_id", "sku_id"]])
    asked = pd.MultiIndex.from_frame(returns[["order_id", "sku_id"]])
    result.refuse("cancelled", unknown & asked.isin(gone))
    sold_kits = orders[["order_id", "sku_id"]].merge(kits, left_on="sku_id", right_on="kit_sku_id")
    parts = pd.MultiIndex.from_arrays([sold_kits["order_id"], sold_kits["component_sku_id"]])
    result.refuse("kit_in_part", unknown & asked.isin(parts))
    result.refuse("not_in_order", unknown)
    result.refuse("no_quantity", (returns["returned_units"] <= 0).to_numpy())


def _cases(returns: pd.DataFrame, sales: pd.DataFrame, pool: Pools) -> tuple[pd.DataFrame, Ints]:
    """What rules ask about, one row a return line; of a pool of several lines the last delivery counts."""
    latest = np.full(len(pool.sold), np.iinfo(np.int64).min)
    days = sales["delivered_on"].to_numpy(dtype="datetime64[D]")
    np.maximum.at(latest, pool.of_sale[~np.isnat(days)], days[~np.isnat(days)].astype(np.int64))
    has_pool = pool.of_return >= 0
    at = np.flatnonzero(has_pool)
    sale = pool.first_sale[pool.of_return[at]]
    cases = pd.DataFrame(index=np.arange(len(returns)))
    for column in ("category_id", "country", "channel"):
        values = np.full(len(returns), None, dtype=object)
        values[at] = sales[column].to_numpy(dtype=object)[sale]
        cases[column] = values
    for column, known in (("ordered_on", sales["ordered_on"].to_numpy(dtype="datetime64[D]")[sale]),
                          ("delivered_on", _as_days(latest[pool.of_return[at]]))):  # fmt: skip
        day = np.full(len(returns), np.datetime64("NaT"), dtype="datetime64[D]")
        day[at] = known
        cases[column] = day.astype("datetime64[us]")
    cases["sku_id"] = returns["sku_id"]
    cases["return_reason"] = returns["return_reason"].fillna("unknown")
    source = np.full(len(returns), -1, dtype=np.int64)
    source[at] = sales["delivery_source"].to_numpy()[sale]
    return cases, source


def _as_days(numbers: Ints) -> Dates:
    days = numbers.astype("datetime64[D]")
    days[numbers == np.iinfo(np.int64).min] = np.datetime64("NaT")
    return days


def _first_fitting(rules: tuple[ReturnRule, ...], cases: pd.DataFrame, open_rows: NDArray[np.bool_]) -> Ints:
    chosen = np.full(len(cases), -1, dtype=np.int64)
    for index, rule in enumerate(rules):
        chosen[rule.fits(cases) & open_rows & (chosen < 0)] = index
    return chosen


def window_end(rule: ReturnRule, delivered: Dates) -> Dates:
    """Last day of the rule's window for each delivery day."""
    end = delivered + np.timedelta64(rule.window_days, "D")
    if rule.window_until_on is not None:
        end = np.where(np.isnat(end), end, np.maximum(end, np.datetime64(rule.window_until_on)))
    return end.astype("datetime64[D]")


def _apply(
    result: Judgement, rule: ReturnRule, rows: Ints, returns: pd.DataFrame, delivered: Dates,
    requested: Dates,
    source: Ints,
) -> None:  # fmt: skip
    """Write the rule's answer for `rows`: granted, or refused with the reason and the day."""
    end = window_end(rule, delivered[rows])
    wish = returns["wish"].to_numpy(dtype=object)[rows]
    grade = returns["grade"].to_numpy(dtype=object)[rows]
    late = requested[rows] > end
    wants_money = ~np.isin(wish.astype(str), ("exchange", "store_credit"))
    bad = np.isin(grade.astype(str), rule.refused_grades)
    told = np.array([_SOURCES[item] for item in source[rows].tolist()], dtype=object)
    words = np.array([f"granted by {rule.name}: until {day}" for day in end], dtype=object) + told
    refusals = (
        (
            late,
            np.array([f"refused by {rule.name}: the window ended on {day}" for day in end], dtype=object) + told,
        ),
        (bad, f"refused by {rule.name}: not in this condition"),
        (
            np.full(len(rows), rule.exchange_only) & wants_money,
            f"refused by {rule.name}: exchange or credit only",
        ),
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
    result.deduction[rows] = [rule.grade_deduction.get(str(item), 0.0) for item in grade]
    result.keep_below[rows] = rule.keep_below_minor
    result.refunds_shipping[rows] = rule.refunds_shipping
    result.label_paid_by[rows] = rule.label_paid_by


def _statutes(
    result: Judgement, policy: ReturnPolicy, cases: pd.DataFrame, candidates: NDArray[np.bool_],
    returns: pd.DataFrame, delivered: Dates, requested: Dates, source: Ints,
) -> None:  # fmt: skip
    """Grant by statute what the shop refuses, and take off what a statute forbids to charge."""
    for statute in policy.statutes:
        end = window_end(statute, delivered)
        fits = statute.fits(cases) & candidates & (requested <= end)
        refused = np.flatnonzero(fits & ~result.is_granted)
        if len(refused):
            _apply(result, statute, refused, returns, delivered, requested, source)
        kept = np.flatnonzero(fits & result.is_granted)
        result.fee_minor[kept] = np.minimum(result.fee_minor[kept], statute.fee_minor)
        result.fee_share[kept] = np.minimum(result.fee_share[kept], statute.fee_share)
        result.refunds_shipping[kept] |= statute.refunds_shipping
        if statute.label_paid_by == "shop":
            result.label_paid_by[kept] = "shop"
