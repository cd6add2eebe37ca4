"""May it come back, until when, for how much, and by which rule."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from invopt.returns.judgement import Asked, Judgement, decide, judge
from invopt.returns.policy import ReturnPolicy
from invopt.returns.refund import fee, refund_for_units, share_of
from invopt.returns.sold import THOUSANDTHS, Bools, Ints, Pools, Sales, Texts, pools, sold_lines, texts
from invopt.settings.returns import Returns
from invopt.tables import (
    KIT_COMPONENT,
    ORDER_LINE,
    PRODUCT,
    REFUND_PART,
    RETURN_AUTHORISATION,
    RETURN_LINE,
    SHIPMENT,
    check,
    empty,
)

_PARTS = {
    "price": "list price of the units that come back",
    "discount": "their share of the line's discount",
    "tax": "their share of the line's tax",
    "shipping": "shipping as it was paid, with the last unit of the order",
    "fee": "fee of the rule",
    "condition": "deduction for the condition found",
    "bonus": "for taking store credit instead of money",
}


class Answer(NamedTuple):
    """RETURN_AUTHORISATION, and REFUND_PART: how each refund came about, to the cent."""

    authorisations: pd.DataFrame
    parts: pd.DataFrame


def authorise(
    return_lines: pd.DataFrame,
    order_lines: pd.DataFrame,
    shipments: pd.DataFrame,
    products: pd.DataFrame,
    policy: ReturnPolicy,
    settings: Returns,
    as_of: np.datetime64,
    kits: pd.DataFrame | None = None,
    overrides: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Answer every return line: granted or refused, the rule that decided, the window, the refund.

    Comes in: RETURN_LINE, ORDER_LINE (all kinds; sales are what can come back, fees are the shipping that was
    paid), SHIPMENT, PRODUCT, and KIT_COMPONENT where kits are sold. `as_of` is the day of the answer; `overrides`
    are what people decided (`return_id, return_line_id, action` grant or refuse, `decided_by, reason`). Returns
    RETURN_AUTHORISATION, one row a return line, sorted by return and line; `disposition` is left to `dispose`.

    Returns of the same line draw on the same units in the sequence of their request; what was granted before
    is gone. The refund prorates what was paid (see `refund_for_units`), goods and tax each, so that no number of
    partial returns adds up to more than the payment; where a return names no line, all lines of the order with that
    SKU are one pool. Fees and deductions for condition come off; shipping goes back with the last unit of the order
    where the rule says so. A granted return that was not used for `authorisation_days` is closed and gives
    its units free again. Another SKU than announced is worth nothing until a person has looked at it.

    Raises `TableError` where a frame breaks its declaration.
    """
    return authorise_in_full(
        return_lines, order_lines, shipments, products, policy, settings, as_of, kits, overrides
    ).authorisations


def authorise_in_full(
    return_lines: pd.DataFrame,
    order_lines: pd.DataFrame,
    shipments: pd.DataFrame,
    products: pd.DataFrame,
    policy: ReturnPolicy,
    settings: Returns,
    as_of: np.datetime64,
    kits: pd.DataFrame | None = None,
    overrides: pd.DataFrame | None = None,
) -> Answer:
    """As `authorise`, with the audit trail of every refund.

    The parts of a return line add up to its refund, or to its store credit where it is settled so.
    """
    found = answer(
        check(return_lines, RETURN_LINE), check(order_lines, ORDER_LINE), check(shipments, SHIPMENT),
        check(products, PRODUCT), empty(KIT_COMPONENT) if kits is None else check(kits, KIT_COMPONENT),
        policy, settings, as_of, overrides,
    )  # fmt: skip
    return Answer(check(found.authorisations, RETURN_AUTHORISATION), check(found.parts, REFUND_PART))


def answer(
    return_lines: pd.DataFrame,
    order_lines: pd.DataFrame,
    shipments: pd.DataFrame,
    products: pd.DataFrame,
    kits: pd.DataFrame,
    policy: ReturnPolicy,
    settings: Returns,
    as_of: np.datetime64,
    overrides: pd.DataFrame | None = None,
) -> Answer:
    """What `authorise_in_full` answers, for frames that have been checked."""
    returns = return_lines.sort_values(["return_id", "return_line_id"], ignore_index=True)
    own, concerned = _coded(order_lines["order_id"], returns["order_id"])
    wanted = np.zeros(max(own.max(initial=-1), concerned.max(initial=-1)) + 1, dtype=bool)
    wanted[concerned] = True
    orders = order_lines[wanted[own]].sort_values(["order_id", "order_line_id"], ignore_index=True)
    sales = sold_lines(orders, shipments, products, settings)
    pool = pools(returns, sales)
    asked = Asked(returns)
    judged = judge(asked, orders, sales, pool, kits, policy)
    if overrides is not None:
        decide(judged, returns, overrides, pool)
    units = _asked_units(asked)
    is_expired = _expired(asked, settings, as_of) & judged.is_granted
    is_expired &= ~_is_worth_keeping(pool, judged, units)
    granted, before = _share_out(asked, units, pool, judged.is_granted & ~is_expired)
    judged.refuse("already_returned", judged.is_granted & ~is_expired & (granted == 0))
    granted[is_expired] = units[is_expired]
    granted = np.where(judged.is_granted, granted, 0)
    counted = np.where(is_expired | asked.is_other, 0, granted)
    money = _money(pool, judged, before, counted, asked, orders, sales)
    is_old = _settled_long_ago(asked, settings, as_of) & judged.is_granted
    return _answer(returns, asked, orders, judged, granted, money, is_expired, is_old, settings)


def _coded(one: pd.Series, other: pd.Series) -> tuple[Ints, Ints]:
    code = np.asarray(pd.factorize(np.concatenate([texts(one), texts(other)]))[0], dtype=np.int64)
    return code[: len(one)], code[len(one) :]


def _asked_units(asked: Asked) -> Ints:
    """Thousandths that come back: as counted where the goods have arrived, never more than announced."""
    units = np.where(np.isnan(asked.arrived), asked.announced, np.fmin(asked.announced, asked.arrived))
    units = np.where(asked.is_other, asked.announced, units)
    return np.asarray(np.rint(units * THOUSANDTHS).astype(np.int64))


def _expired(asked: Asked, settings: Returns, as_of: np.datetime64) -> Bools:
    age = (as_of - asked.requested).astype(np.int64)
    never_came = np.isnat(asked.received) & np.isnat(asked.scanned) & np.isnat(asked.refunded)
    return np.asarray(never_came & (age > settings.authorisation_days))


def _settled_long_ago(asked: Asked, settings: Returns, as_of: np.datetime64) -> Bools:
    """Goods that came back so long ago that they were settled, though no refund is dated.

    Where refunds are dated at all, one that is missing since the first of them is missing indeed.
    """
    is_dated = ~np.isnat(asked.refunded)
    undated = ~is_dated & ~np.isnat(asked.received)
    if is_dated.any():
        undated &= asked.requested < asked.requested[is_dated].min()
    return np.asarray(undated & ((as_of - asked.received).astype(np.int64) > settings.assumed_settled_days))


def _is_worth_keeping(pool: Pools, judged: Judgement, units: Ints) -> Bools:
    """Where the refund is paid without the goods: nothing has to arrive, so nothing expires."""
    at = np.append(pool.goods + pool.tax, 0)[pool.of_return]
    gross = refund_for_units(at, np.append(pool.sold, 0)[pool.of_return], np.zeros(len(units), np.int64), units)
    refund = gross - fee(gross, judged.fee_minor, judged.fee_share, judged.deduction)
    return np.asarray((refund > 0) & (refund < judged.keep_below))


def _share_out(asked: Asked, units: Ints, pool: Pools, is_eligible: Bools) -> tuple[Ints, Ints]:
    """Units granted to each return line and units of its pool that earlier ones took."""
    granted = np.zeros(len(asked), dtype=np.int64)
    before = np.zeros(len(asked), dtype=np.int64)
    rows = np.flatnonzero(is_eligible)
    if not len(rows):
        return granted, before
    rows = rows[np.lexsort((rows, asked.requested[rows], pool.of_return[rows]))]
    group, wanted = pool.of_return[rows], units[rows]
    total = np.cumsum(wanted) - wanted
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    taken = total - np.repeat(total[first], np.diff(np.r_[first, len(rows)]))
    sold = pool.sold[group]
    before[rows] = np.minimum(taken, sold)
    granted[rows] = np.minimum(wanted, sold - before[rows])
    return granted, before


class Money(NamedTuple):
    """Minor units, an entry a return line; what is taken off is negative. The refund is the sum but the bonus."""

    price: Ints
    discount: Ints
    tax: Ints
    shipping: Ints
    fee: Ints
    condition: Ints
    bonus: Ints

    @property
    def refund(self) -> Ints:
        """What goes back."""
        return np.asarray(sum(self[:-1]))


def _money(
    pool: Pools, judged: Judgement, before: Ints, counted: Ints, asked: Asked, orders: pd.DataFrame, sales: Sales
) -> Money:
    at, sold = pool.of_return, np.append(pool.sold, 0)[pool.of_return]
    goods, tax, listed = (
        refund_for_units(np.append(total, 0)[at], sold, before, counted)
        for total in (pool.goods, pool.tax, pool.listed)
    )
    gross = goods + tax
    charge = fee(gross, np.where(counted > 0, judged.fee_minor, 0), judged.fee_share, judged.deduction)
    condition = np.minimum(share_of(gross, judged.deduction), charge)
    shipping = _shipping_back(asked, orders, sales, judged, counted)
    refund = gross - charge + shipping
    wants_credit = (asked.wish == "store_credit") & judged.is_granted
    bonus = np.where(wants_credit, share_of(refund, judged.bonus_share), 0)
    return Money(listed, goods - listed, tax, shipping, condition - charge, -condition, bonus)


def _shipping_back(asked: Asked, orders: pd.DataFrame, sales: Sales, judged: Judgement, counted: Ints) -> Ints:
    """What was paid for shipping, on the return line with which the last unit of the order comes back."""
    result = np.zeros(len(asked), dtype=np.int64)
    amount = orders["amount_minor"].to_numpy()
    is_fee = (texts(orders["line_kind"]) == "fee") & (amount > 0)
    rows = np.flatnonzero(counted > 0)
    if not is_fee.any() or not len(rows):
        return result
    code, names = pd.factorize(np.concatenate([asked.order, sales.order, texts(orders["order_id"])[is_fee]]))
    order, of_sale, of_fee = np.split(code, [len(asked), len(asked) + len(sales.order)])
    sold, fees = np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
    np.add.at(sold, of_sale, sales.sold)
    np.add.at(fees, of_fee, amount[is_fee] + orders["tax_minor"].to_numpy()[is_fee])
    rows = rows[np.lexsort((rows, asked.requested[rows], order[rows]))]
    group = order[rows]
    total = np.cumsum(counted[rows])
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    running = total - np.repeat(np.r_[0, total][first], np.diff(np.r_[first, len(rows)]))
    complete = rows[(running >= sold[group]) & (running - counted[rows] < sold[group])]
    complete = complete[judged.refunds_shipping[complete]]
    result[complete] = fees[order[complete]]
    return result


def _answer(
    returns: pd.DataFrame, asked: Asked, orders: pd.DataFrame, judged: Judgement, granted: Ints, money: Money,
    is_expired: Bools, is_old: Bools, settings: Returns,
) -> Answer:  # fmt: skip
    is_granted, refund = judged.is_granted, money.refund
    keep = is_granted & (refund > 0) & (refund < judged.keep_below) & ~is_expired
    settlement = np.where((asked.wish == np.array(None)) | keep, "refund", asked.wish)
    is_here = ~np.isnat(asked.received)
    is_graded = is_here & np.array([grade is not None for grade in asked.grade], dtype=bool)
    is_paid = ~np.isnat(asked.refunded)
    stage = np.where(is_paid, "refunded", np.where(is_graded, "graded", np.where(is_here, "received", "authorised")))
    state = np.where(~is_granted, "refused", np.where(is_expired | is_old | (keep & ~is_paid), "closed", stage))
    path, surplus = _count(asked, granted, is_granted)
    known = pd.factorize(np.concatenate([texts(orders["order_id"]), asked.order]))
    currency = np.full(len(known[1]) + 1, "XXX", dtype=object)
    currency[known[0][: len(orders)]] = texts(orders["currency"])
    currency = currency[known[0][len(orders) :]]
    waits = is_granted & ~is_expired & ~keep & ~is_here & np.isnat(asked.scanned) & ~is_paid
    expires = np.where(waits, asked.requested + np.timedelta64(settings.authorisation_days, "D"), np.datetime64("NaT"))
    due = _due(asked, judged, keep, is_graded, is_expired)
    frame = pd.DataFrame(
        {
            "return_id": returns["return_id"], "return_line_id": returns["return_line_id"],
            "order_id": returns["order_id"], "sku_id": returns["sku_id"],
            "outcome": np.where(is_granted, "granted", "refused"), "rule": judged.rule,
            "window_ends_on": judged.window_ends_on.astype("datetime64[us]"),
            "granted_units": granted / THOUSANDTHS, "refund_minor": refund,
            "fee_minor": -(money.fee + money.condition), "currency": currency, "settlement": settlement,
            "credit_minor": np.where(settlement == "store_credit", refund + money.bonus, 0),
            "label_paid_by": judged.label_paid_by, "expires_on": expires.astype("datetime64[us]"),
            "refund_due_on": due.astype("datetime64[us]"), "count_path": path,
            "surplus_units": surplus / THOUSANDTHS,
            "disposition": pd.array([None] * len(returns), dtype="str"), "state": state,
            "reason": _words(asked, judged, granted, money, keep, is_expired, is_old, path),
        }
    )  # fmt: skip
    return Answer(frame, _parts(returns, money, settlement, currency))


def _count(asked: Asked, granted: Ints, is_granted: Bools) -> tuple[Texts, Ints]:
    """What was counted against what was announced, and the units beyond what may come back."""
    announced, arrived = (np.rint(np.nan_to_num(units) * THOUSANDTHS) for units in (asked.announced, asked.arrived))
    is_counted = ~np.isnan(asked.arrived) & ~np.isnat(asked.received) & is_granted
    path = np.where(arrived > announced, "more", np.where(arrived < announced, "fewer", "as_announced"))
    path = np.where(is_counted, np.where(asked.is_other, "other", path), "").astype(object)
    surplus = np.where(is_counted & (path == "more"), arrived - granted, 0).astype(np.int64)
    return path, np.maximum(surplus, 0)


def _due(asked: Asked, judged: Judgement, keep: Bools, is_graded: Bools, is_expired: Bools) -> np.ndarray:
    """Day on which the money may go back: at the request, the carrier's scan, or the grading."""
    graded = np.where(np.isnat(asked.graded), asked.received, asked.graded)
    due = np.where(is_graded & ~asked.is_other, graded, np.datetime64("NaT"))
    due = np.where(judged.is_instant & ~np.isnat(asked.scanned), asked.scanned, due)
    due = np.where(keep, asked.requested, due)
    return np.where(judged.is_granted & ~is_expired, due, np.datetime64("NaT")).astype("datetime64[D]")


def _parts(returns: pd.DataFrame, money: Money, settlement: Texts, currency: Texts) -> pd.DataFrame:
    parts = []
    keys = returns[["return_id", "return_line_id"]].assign(currency=currency)
    for part, amount in zip(_PARTS, money, strict=True):
        amount = np.where(settlement == "store_credit", amount, 0) if part == "bonus" else amount
        rows = np.flatnonzero(amount)
        if len(rows):
            parts.append(keys.iloc[rows].assign(part=part, amount_minor=amount[rows], reason=_PARTS[part]))
    return pd.concat(parts)[list(REFUND_PART.names)] if parts else empty(REFUND_PART)


def _words(
    asked: Asked,
    judged: Judgement,
    granted: Ints,
    money: Money,
    keep: Bools,
    is_expired: Bools,
    is_old: Bools,
    path: Texts,
) -> Texts:
    words = judged.words.copy()
    announced = np.rint(asked.announced * THOUSANDTHS)
    arrived = np.where(np.isnan(asked.arrived), announced, np.rint(np.nan_to_num(asked.arrived) * THOUSANDTHS))
    for mask, text in (
        (path == "other", "; another article than announced arrived: to be identified first"),
        ((path != "other") & judged.is_granted & (arrived < announced), "; fewer arrived than announced"),
        (path == "more", "; more arrived than announced: the rest needs a look"),
        (judged.is_granted & (granted < np.minimum(announced, arrived)), "; only the units not yet returned"),
        (money.shipping > 0, "; shipping goes back with the last unit"),
        (keep, "; the goods may be kept"),
        (is_expired, "; not used in time, closed"),
        (is_old & ~keep, "; no refund is dated: settled long ago, it is assumed"),
    ):
        if mask.any():
            words[mask] = words[mask] + text
    return words
