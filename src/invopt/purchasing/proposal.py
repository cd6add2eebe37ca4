"""What to buy today: from the policy's need to a quantity that the supplier, the shelf and the purse
allow."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.purchasing.budget import within_budget
from invopt.purchasing.container import fit_containers
from invopt.purchasing.keys import positions
from invopt.purchasing.lots import cover_limit, lot_sizes, price_break_quantity
from invopt.purchasing.orders_of_rows import OrderGroups, order_groups
from invopt.purchasing.proposal_rows import CHANGES, proposal_rows
from invopt.purchasing.quantities import Thousandths, thousandths
from invopt.purchasing.reasons import Reason, where
from invopt.purchasing.supplier_minimum import reach_minimums
from invopt.purchasing.workings import KEY, Workings, gather
from invopt.settings import Settings
from invopt.tables import (
    POLICY,
    SKU_LOCATION,
    STOCK_POSITION,
    SUPPLIER,
    SUPPLIER_CLOSURE,
    check,
)


def propose(
    policy: pd.DataFrame,
    stock_position: pd.DataFrame,
    sku_location: pd.DataFrame,
    terms: pd.DataFrame,
    suppliers: pd.DataFrame,
    closures: pd.DataFrame,
    settings: Settings,
    as_of: dt.date,
    *,
    products: pd.DataFrame | None = None,
    lead_time: pd.DataFrame | None = None,
    last_plan: pd.DataFrame | None = None,
    commitments: pd.DataFrame | None = None,
    transfers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One explained order proposal for each SKU-location that needs units, or gets some to fill an order.

    Frames of POLICY, STOCK_POSITION, SKU_LOCATION, SUPPLIER_TERM, SUPPLIER and SUPPLIER_CLOSURE; where given,
    PRODUCT (last day to buy, shelf life, volume and weight), LEAD_TIME (choice among suppliers), `last_plan` (the
    ORDER_PROPOSAL of the plan of an earlier day, for damping), `transfers` (TRANSFER_PROPOSAL) and `commitments`
    (ORDER_COMMITMENT: what was approved before; its open units have to be in the policy's `on_order_due_units`, and
    a proposal for what is left after an approval of the same day gets an id of its own).

    Returns ORDER_PROPOSAL, sorted by SKU and location. The steps, each a column: need of the policy -> less what
    comes from other locations -> less what was approved and leaves with this order -> ordered ahead of a shutdown ->
    supplier -> MOQ -> economic lot -> whole packs -> line maximum -> price break where it pays -> lifecycle ->
    maximum cover and shelf life -> damping -> supplier's minimum order value -> container -> budget. All quantities
    are whole thousandths of a unit and the terms add up to `final_units` exactly.

    Raises `TableError` where a frame does not match its table or a policy row has no `sku_location`. A bad
    input of a single row (no supplier, two terms in force, a pack of zero, another currency ...) becomes its
    reason.

    Where it fails: a need is taken as given, so two locations that could share one MOQ are not pooled; the
    choice of supplier is made at the usual quantity, before minimums and breaks of other lines are known.
    """
    policy = check(policy, POLICY)
    workings = gather(
        policy,
        check(stock_position, STOCK_POSITION),
        check(sku_location, SKU_LOCATION),
        products,
        terms,
        check(suppliers, SUPPLIER),
        check(closures, SUPPLIER_CLOSURE),
        lead_time,
        settings,
        as_of,
    )
    urgency = _urgency(policy, workings)
    groups = order_groups(policy, workings, suppliers, settings)
    committed = _committed(policy, commitments, as_of)
    moved = _moved(policy, transfers)
    changes, final = _constrain(policy, workings, groups, urgency, last_plan, committed, moved, settings)
    kept = np.flatnonzero((workings.sums["need_units"] > 0) | (final > 0) | (changes["closure_change_units"] != 0))
    return proposal_rows(policy, workings, changes, final, urgency, kept, settings, as_of, commitments)


def _constrain(
    policy: pd.DataFrame,
    workings: Workings,
    groups: OrderGroups,
    urgency: NDArray[np.object_],
    last_plan: pd.DataFrame | None,
    committed: Thousandths,
    moved: Thousandths,
    settings: Settings,
) -> tuple[dict[str, Thousandths], Thousandths]:
    """Every step's change and the quantity after the last."""
    steps = [workings.sums["need_units"]]

    def step(quantity: Thousandths, reason: Reason | None = None) -> Thousandths:
        if reason is not None:
            workings.reasons |= where(quantity != steps[-1], reason)
        steps.append(quantity)
        return quantity

    buying, w = settings.purchasing, workings
    now = step(np.maximum(w.sums["need_units"] - moved, 0), Reason.TRANSFER)
    now = step(np.maximum(now - committed, 0), Reason.COMMITTED)
    now = step(_ordered_ahead(now, workings, committed), Reason.ORDERED_AHEAD)
    has_supplier = (w.line >= 0) & groups.is_open
    now = step(np.where(has_supplier, now, 0))
    lots = lot_sizes(now, w.moq, w.pack, w.line_maximum, w.economic_lot)
    step(lots.at_least_moq, Reason.MOQ)
    step(lots.economic, Reason.ECONOMIC_LOT)
    step(lots.in_packs, Reason.PACK)
    now = step(lots.within_maximum, Reason.LINE_MAXIMUM)

    cover = cover_limit(w.position, w.rate_per_day, w.cover_days, w.pack)
    largest = np.minimum(np.maximum(cover, w.smallest_lot), w.line_maximum)
    if len(w.terms.sku_id):
        now = step(
            price_break_quantity(
                now,
                np.maximum(w.line, 0),
                w.terms,
                np.minimum(cover, w.line_maximum),
                w.rate_per_day,
                w.model.carrying_rate_per_year,
            ),
            Reason.PRICE_BREAK,
        )
    else:
        step(now)
    now = step(np.where(w.may_buy, now, 0))
    now = step(_within_cover(now, workings, largest, settings))
    now = step(_damped(now, policy, workings, largest, urgency, last_plan, settings), Reason.DAMPED)
    # What may be added without a need: only what still fits the cover, and never a lot that does not.
    addable = np.where(
        w.may_buy & has_supplier & (np.minimum(cover, w.line_maximum) >= w.smallest_lot),
        np.minimum(cover, w.line_maximum),
        0,
    )
    now = step(
        reach_minimums(now, workings, addable, groups.group, groups.minimum_minor, groups.fixed_order_cost_minor)
    )
    now = step(
        fit_containers(
            now,
            workings,
            addable,
            groups,
            buying.containers_per_order,
            buying.fill_containers,
        )
    )
    if buying.budget_minor:
        now = within_budget(now, workings, groups.group, groups.minimum_minor, buying.budget_minor, groups.in_budget)
    step(now)
    names = [name for name, _ in CHANGES]
    return {name: after - before for name, before, after in zip(names, steps, steps[1:], strict=False)}, now


def _committed(policy: pd.DataFrame, commitments: pd.DataFrame | None, as_of: dt.date) -> Thousandths:
    """Units approved and not sent before today that the policy does not count as due inside its interval.

    They leave with this order and come when it comes, so that what they cover needs no second order. Taken alone,
    as the policy takes every open order, their arrival is uncertain and a part of them would be ordered again.
    """
    units_committed = np.zeros(len(policy), dtype=np.int64)
    if commitments is None or not len(commitments):
        return units_committed
    waits = commitments["sent_on"].isna() | (commitments["sent_on"] >= pd.Timestamp(as_of))
    open_ones = commitments[waits & (commitments["open_units"] > 0)]
    at = positions(open_ones, policy, KEY) if len(policy) else np.full(len(open_ones), -1)
    np.add.at(units_committed, at[at >= 0], thousandths(open_ones["open_units"])[at >= 0])
    return np.minimum(units_committed, thousandths(policy["on_order_later_units"]))


def _moved(policy: pd.DataFrame, transfers: pd.DataFrame | None) -> Thousandths:
    """Units that come to each row from other locations."""
    arriving = np.zeros(len(policy), dtype=np.int64)
    if transfers is not None and len(transfers) and len(policy):
        rows = transfers.rename(columns={"to_location_id": "location_id"})
        at = positions(rows, policy, KEY)
        np.add.at(arriving, at[at >= 0], thousandths(rows["moved_units"])[at >= 0])
    return arriving


def _ordered_ahead(need: Thousandths, workings: Workings, committed: Thousandths) -> Thousandths:
    """The need with the demand of the days by which the next order comes later than the next review."""
    spare = workings.sums["unneeded_units"] + np.maximum(committed - workings.sums["need_units"], 0)
    if not len(workings.calendar.supplier_id):
        return need
    extra_days = np.where(workings.line >= 0, workings.calendar.extra_days[workings.supplier], 0)
    extra = thousandths(workings.rate_per_day * extra_days)
    return np.where(extra > 0, np.maximum(need - spare + extra, need), need)


def _within_cover(quantity: Thousandths, workings: Workings, largest: Thousandths, settings: Settings) -> Thousandths:
    """At most the maximum cover or the smallest lot; nothing where even that lot would never sell."""
    w, limit = workings, settings.purchasing.largest_lot_cover_days
    kept = np.minimum(quantity, np.where(w.line >= 0, largest, quantity))
    is_short_lived = w.cover_days < settings.purchasing.maximum_cover_days
    workings.reasons |= where((kept < quantity) & ~is_short_lived, Reason.MAXIMUM_COVER)
    workings.reasons |= where((kept < quantity) & is_short_lived, Reason.SHELF_LIFE)
    wanted = np.maximum(w.sums["need_units"], 0)
    excess = w.smallest_lot - wanted
    too_large = (quantity > 0) & (excess > thousandths(w.rate_per_day * limit) + wanted)
    workings.reasons |= where(too_large, Reason.LOT_TOO_LARGE)
    return np.where(too_large, 0, kept)


def _damped(
    quantity: Thousandths,
    policy: pd.DataFrame,
    workings: Workings,
    largest: Thousandths,
    urgency: NDArray[np.object_],
    last_plan: pd.DataFrame | None,
    settings: Settings,
) -> Thousandths:
    """The last plan's quantity where the new one differs by less than the set share at the same urgency."""
    share = settings.purchasing.smallest_change_share
    if last_plan is None or not len(last_plan) or share <= 0:
        return quantity
    at = positions(policy, last_plan, KEY)
    row = np.maximum(at, 0)
    before = thousandths(last_plan["final_units"])[row]
    same_urgency = last_plan["urgency"].to_numpy(dtype=object)[row] == urgency
    names = last_plan["supplier_id"].to_numpy(dtype=object)[row]
    same_supplier = np.zeros(len(policy), dtype=bool)
    if len(workings.terms.supplier_id):
        same_supplier = names == workings.terms.supplier_id[np.maximum(workings.line, 0)]
    allowed = (before >= workings.smallest_lot) & (before <= largest) & (before % workings.pack == 0)
    small = np.abs(quantity - before) <= share * before
    keeps = (at >= 0) & (quantity > 0) & same_urgency & same_supplier & allowed & small
    return np.where(keeps, before, quantity)


def _urgency(policy: pd.DataFrame, workings: Workings) -> NDArray[np.object_]:
    days_left = policy["stockout_in_days"].to_numpy(dtype=float, na_value=np.inf)
    wanted = (workings.rate_per_day > 0) | (workings.sums["backorder_units"] > 0)
    # Nobody has counted an assumed stock: it may be low, but it is not known to be out.
    is_counted = (workings.reasons & (Reason.STOCK_ASSUMED | Reason.NO_STOCK_POSITION)) == 0
    out = (workings.sums["on_hand_units"] <= 0) & wanted & is_counted
    soon = (days_left <= workings.lead_time_days) & is_counted
    due = workings.sums["need_units"] > 0
    return np.asarray(
        np.select([out, soon & wanted, due], ["stocked_out", "will_stock_out", "due"], "not_due"),
        dtype=object,
    )
