"""May it come back, until when, for how much, and by which rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.returns.judgement import Judgement, judge
from invopt.returns.policy import ReturnPolicy
from invopt.returns.refund import fee, refund_for_units
from invopt.returns.sold import THOUSANDTHS, Ints, Pools, pools, sold_lines
from invopt.settings.returns import Returns
from invopt.tables import (
    KIT_COMPONENT,
    ORDER_LINE,
    PRODUCT,
    RETURN_AUTHORISATION,
    RETURN_LINE,
    SHIPMENT,
    check,
    empty,
)


def authorise(
    return_lines: pd.DataFrame,
    order_lines: pd.DataFrame,
    shipments: pd.DataFrame,
    products: pd.DataFrame,
    policy: ReturnPolicy,
    settings: Returns,
    as_of: np.datetime64,
    kits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Answer every return line: granted or refused, the rule that decided, the window, the refund.

    Comes in: RETURN_LINE, ORDER_LINE (all kinds; sales are what can come back, fees are the shipping that was
    paid), SHIPMENT, PRODUCT, and KIT_COMPONENT where kits are sold. `as_of` is the day of the answer. Returns
    RETURN_AUTHORISATION, one row a return line, sorted by return and line; `disposition` is left to
    `dispose`.

    Returns of the same line draw on the same units in the sequence of their request; what was granted before
    is gone. The refund prorates what was paid (see `refund_for_units`), so that no number of partial returns
    adds up to more than the payment; where a return names no line, all lines of the order with that SKU are
    one pool. Fees and deductions for condition come off; shipping goes back with the last unit of the order
    where the rule says so. A granted return that was not used for `authorisation_days` is closed and gives
    its units free again.

    Raises `TableError` where a frame breaks its declaration.
    """
    kits = empty(KIT_COMPONENT) if kits is None else check(kits, KIT_COMPONENT)
    return answer(
        check(return_lines, RETURN_LINE),
        check(order_lines, ORDER_LINE),
        check(shipments, SHIPMENT),
        check(products, PRODUCT),
        kits,
        policy,
        settings,
        as_of,
    )


def answer(
    return_lines: pd.DataFrame,
    order_lines: pd.DataFrame,
    shipments: pd.DataFrame,
    products: pd.DataFrame,
    kits: pd.DataFrame,
    policy: ReturnPolicy,
    settings: Returns,
    as_of: np.datetime64,
) -> pd.DataFrame:
    """What `authorise` answers, for frames that have been checked."""
    returns = return_lines.sort_values(["return_id", "return_line_id"], ignore_index=True)
    orders = order_lines[order_lines["order_id"].isin(returns["order_id"])]
    orders = orders.sort_values(["order_id", "order_line_id"], ignore_index=True)
    sales = sold_lines(orders, shipments, products, settings)
    pool = pools(returns, sales)
    judged = judge(returns, orders, sales, pool, kits, policy)
    is_expired = _expired(returns, settings, as_of) & judged.is_granted
    granted, before = _share_out(returns, pool, judged.is_granted & ~is_expired)
    judged.refuse("already_returned", judged.is_granted & ~is_expired & (granted == 0))
    granted[is_expired] = _asked(returns)[is_expired]
    return _answer(returns, orders, sales, pool, judged, granted, before, is_expired)


def _asked(returns: pd.DataFrame) -> Ints:
    """Thousandths that come back: as counted where the goods have arrived, never more than announced."""
    announced = returns["returned_units"].to_numpy()
    arrived = returns["received_units"].to_numpy()
    units = np.where(np.isnan(arrived), announced, np.fmin(announced, arrived))
    return np.asarray(np.rint(units * THOUSANDTHS).astype(np.int64))


def _expired(returns: pd.DataFrame, settings: Returns, as_of: np.datetime64) -> NDArray[np.bool_]:
    age = (as_of - returns["requested_on"].to_numpy(dtype="datetime64[D]")).astype(np.int64)
    never_came = returns["received_on"].isna().to_numpy()
    return np.asarray(never_came & (age > settings.authorisation_days))


def _share_out(returns: pd.DataFrame, pool: Pools, is_eligible: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Units granted to each return line and units of its pool that earlier ones took."""
    granted = np.zeros(len(returns), dtype=np.int64)
    before = np.zeros(len(returns), dtype=np.int64)
    rows = np.flatnonzero(is_eligible)
    requested = returns["requested_on"].to_numpy(dtype="datetime64[D]")[rows]
    rows = rows[np.lexsort((rows, requested, pool.of_return[rows]))]
    group = pool.of_return[rows]
    asked = _asked(returns)[rows]
    total = np.cumsum(asked) - asked
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(rows) else rows
    taken = total - np.repeat(total[first], np.diff(np.r_[first, len(rows)]))
    sold = pool.sold[group]
    before[rows] = np.minimum(taken, sold)
    granted[rows] = np.minimum(asked, sold - before[rows])
    return granted, before


def _answer(
    returns: pd.DataFrame, orders: pd.DataFrame, sales: pd.DataFrame, pool: Pools, judged: Judgement,
    granted: Ints,
    before: Ints, is_expired: NDArray[np.bool_],
) -> pd.DataFrame:  # fmt: skip
    is_granted = judged.is_granted
    granted = np.where(is_granted, granted, 0)
    at = np.maximum(pool.of_return, 0)
    has_pool = pool.of_return >= 0
    paid = np.where(has_pool, pool.paid[at], 0) if len(pool.paid) else np.zeros(len(returns), dtype=np.int64)
    sold = np.where(has_pool, pool.sold[at], 0) if len(pool.sold) else np.zeros(len(returns), dtype=np.int64)
    counted = np.where(is_expired, 0, granted)
    gross = refund_for_units(paid, sold, before, counted)
    charge = fee(gross, np.where(counted > 0, judged.fee_minor, 0), judged.fee_share, judged.deduction)
    shipping = _shipping_back(returns, orders, sales, judged, counted)
    refund = gross - charge + shipping
    keep = is_granted & (refund > 0) & (refund < judged.keep_below) & ~is_expired
    currency = orders.drop_duplicates("order_id").set_index("order_id")["currency"]
    state = np.where(~is_granted, "refused", np.where(is_expired | keep, "closed", _state(returns)))
    frame = pd.DataFrame(
        {
            "return_id": returns["return_id"], "return_line_id": returns["return_line_id"],
            "order_id": returns["order_id"], "sku_id": returns["sku_id"],
            "outcome": np.where(is_granted, "granted", "refused"), "rule": judged.rule,
            "window_ends_on": judged.window_ends_on.astype("datetime64[us]"),
            "granted_units": granted / THOUSANDTHS, "refund_minor": np.where(is_granted, refund, 0),
            "fee_minor": np.where(is_granted, charge, 0),
            "currency": currency.reindex(returns["order_id"]).fillna("XXX").to_numpy(),
            "label_paid_by": judged.label_paid_by, "disposition": pd.array([None] * len(returns),
            dtype="str"),
            "state": state, "reason": _words(returns, judged, granted, shipping, keep, is_expired),
        }
    )  # fmt: skip
    return check(frame, RETURN_AUTHORISATION)


def _state(returns: pd.DataFrame) -> NDArray[np.object_]:
    is_here = returns["received_on"].notna().to_numpy()
    is_graded = returns["grade"].notna().to_numpy()
    return np.where(is_here & is_graded, "graded", np.where(is_here, "received", "authorised"))


def _shipping_back(
    returns: pd.DataFrame, orders: pd.DataFrame, sales: pd.DataFrame, judged: Judgement, counted: Ints
) -> Ints:
    """What was paid for shipping, on the return line with which the last unit of the order comes back."""
    result = np.zeros(len(returns), dtype=np.int64)
    is_fee = (orders["line_kind"] == "fee") & (orders["amount_minor"] > 0)
    fees = orders[is_fee].groupby("order_id")[["amount_minor", "tax_minor"]].sum().sum(axis=1)
    if fees.empty:
        return result
    order, names = pd.factorize(returns["order_id"], sort=True)
    sold = sales.groupby("order_id")["sold"].sum().reindex(names).fillna(0).to_numpy(dtype=np.int64)
    requested = returns["requested_on"].to_numpy(dtype="datetime64[D]")
    rows = np.flatnonzero(counted > 0)
    rows = rows[np.lexsort((rows, requested, order[rows]))] if len(rows) else rows
    running = pd.Series(counted[rows]).groupby(order[rows]).cumsum().to_numpy()
    complete = rows[(running >= sold[order[rows]]) & (running - counted[rows] < sold[order[rows]])]
    complete = complete[judged.refunds_shipping[complete]]
    result[complete] = fees.reindex(names[order[complete]]).fillna(0).to_numpy(dtype=np.int64)
    return result


def _words(
    returns: pd.DataFrame, judged: Judgement, granted: Ints, shipping: Ints, keep: NDArray[np.bool_],
    is_expired: NDArray[np.bool_],
) -> NDArray[np.object_]:  # fmt: skip
    words = judged.words.copy()
    announced = np.rint(returns["returned_units"].to_numpy() * THOUSANDTHS).astype(np.int64)
    arrived = np.rint(returns["received_units"].fillna(returns["returned_units"]).to_numpy() * THOUSANDTHS)
    for mask, text in (
        (judged.is_granted & (arrived < announced), "; fewer arrived than announced"),
        (judged.is_granted & (arrived > announced), "; more arrived than announced: the rest needs a look"),
        (judged.is_granted & (granted < np.minimum(announced, arrived)), "; only the units not yet returned"),
        (shipping > 0, "; shipping goes back with the last unit"),
        (keep, "; the goods may be kept"),
        (is_expired, "; not used in time, closed"),
    ):
        words[mask] = words[mask] + text
    return words
