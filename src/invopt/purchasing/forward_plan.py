"""The next weeks by supplier: orders, receipts, stock and cash, if demand comes as expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.purchasing.arrivals import expected_arrivals
from invopt.purchasing.keys import positions
from invopt.purchasing.lots import cover_limit, lot_sizes
from invopt.purchasing.quantities import THOUSAND, Thousandths, amount_minor, thousandths, units
from invopt.purchasing.supplier_choice import unit_costs
from invopt.purchasing.weekly_demand import WeeklyDemand, plan_edges, weekly_demand
from invopt.purchasing.workings import KEY, Workings, gather
from invopt.settings import Settings
from invopt.tables import FORWARD_PLAN, INBOUND, ORDER_PROPOSAL, PLANNED_ORDER, POLICY, check, empty

Reals = NDArray[np.float64]


@dataclass
class _Weeks:
    """What happens in each row and week, in thousandths: filled as the weeks are played."""

    ordered: Thousandths
    received: Thousandths
    demand: Thousandths
    unserved: Thousandths
    stock: Thousandths
    cash: NDArray[np.int64]  # value of what is received, in minor units


def forward_plan(
    policy: pd.DataFrame,
    proposals: pd.DataFrame,
    stock_position: pd.DataFrame,
    sku_location: pd.DataFrame,
    forecast: pd.DataFrame,
    inbound: pd.DataFrame,
    lead_time: pd.DataFrame,
    terms: pd.DataFrame,
    suppliers: pd.DataFrame,
    closures: pd.DataFrame,
    settings: Settings,
    as_of: dt.date,
    *,
    products: pd.DataFrame | None = None,
    transfers: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Planned orders by SKU, location and week, and the plan by supplier and week.

    Frames of POLICY, ORDER_PROPOSAL, STOCK_POSITION, SKU_LOCATION, FORECAST, INBOUND, LEAD_TIME, SUPPLIER_TERM,
    SUPPLIER, SUPPLIER_CLOSURE and, where given, PRODUCT and TRANSFER_PROPOSAL (made at once);
    `purchasing.forward_weeks` weeks of the shop's calendar, the first from the as-of day to the end of its week.
    Demand is the forecast's mean, and after its end the mean of its last four periods. Today's proposals are taken as
    they stand, except those rejected or snoozed. In each later week in which a review falls and the supplier is not
    shut, a SKU-location is ordered up to

        expected demand of the protection interval from that week on + safety stock of the policy,

    less what is there and on order (both at the review), raised to MOQ, economic lot and whole packs, cut to line
    maximum and cover. Goods come after the mean lead time, open orders as `expected_arrivals` says. Where sales are
    lost, what stock does not serve is gone; where customers wait, it is served first. Supplier minimums and the budget
    are not played forward: the sums by supplier show whether they will be met.

    Fails to see: a SKU-location that a faster supplier bridges today is planned from that one throughout.

    Returns PLANNED_ORDER and FORWARD_PLAN. All quantities are whole thousandths, so that the plan of parts added
    up is the plan of the whole. Raises `TableError` where a frame does not match its table, or a SKU-location's
    forecast lacks a period that others have.
    """
    policy = check(policy, POLICY)
    w = gather(policy, stock_position, sku_location, products, terms, suppliers, closures, lead_time, settings, as_of)
    edges = plan_edges(as_of, settings)
    demand = weekly_demand(policy, forecast, edges, as_of)
    count, weeks = len(policy), settings.purchasing.forward_weeks
    plan = _Weeks(*(np.zeros((count, weeks), dtype=np.int64) for _ in range(6)))
    plan.demand[:] = thousandths(np.diff(demand.cumulative[:, : weeks + 1], axis=1))
    _open_orders(plan, policy, check(inbound, INBOUND), lead_time, w, edges, settings, as_of)
    proposed, arrives = _proposals(plan, policy, check(proposals, ORDER_PROPOSAL), edges, as_of)
    moved = _moved(policy, transfers)
    expected = _play(plan, policy, w, demand, edges, proposed, moved, settings)
    orders = _planned_orders(plan, policy, w, edges, expected, proposed, arrives, as_of)
    return orders, _by_supplier(plan, policy, w, edges, as_of)


def add_forward_plans(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The forward plan of the whole from those of parts of the SKU-locations: sums of FORWARD_PLAN rows, exact."""
    rows = pd.concat([empty(FORWARD_PLAN), *parts], ignore_index=True)
    quantities = [name for name in rows.columns if name.endswith("_units")]
    rows[quantities] = (rows[quantities] * THOUSAND).round().astype("int64")
    added = rows.groupby(list(FORWARD_PLAN.key), as_index=False, sort=True).sum()
    added[quantities] = added[quantities] / THOUSAND
    return check(added, FORWARD_PLAN)


def _open_orders(
    plan: _Weeks,
    policy: pd.DataFrame,
    inbound: pd.DataFrame,
    lead_time: pd.DataFrame,
    w: Workings,
    edges: NDArray[np.int64],
    settings: Settings,
    as_of: dt.date,
) -> None:
    """Put the open purchase order lines into the weeks in which they are expected."""
    row = positions(inbound, policy, KEY) if len(policy) else np.full(len(inbound), -1)
    lines, row = inbound[row >= 0].reset_index(drop=True), row[row >= 0]
    if not len(lines):
        return
    when = expected_arrivals(lines, lead_time, w.lead_time_days[row], settings, as_of)
    week = np.searchsorted(edges, when.wait_days, side="right") - 1
    inside = week < plan.received.shape[1]
    quantity = thousandths(lines["open_units"])
    value = amount_minor(quantity, _prices(w, row, quantity))
    np.add.at(plan.received, (row[inside], week[inside]), quantity[inside])
    np.add.at(plan.cash, (row[inside], week[inside]), value[inside])


def _proposals(
    plan: _Weeks, policy: pd.DataFrame, proposals: pd.DataFrame, edges: NDArray[np.int64], as_of: dt.date
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Put today's proposals into their weeks; the week each is sent in (-1 for none) and its day of arrival."""
    sent, arrives = np.full(len(policy), -1, dtype=np.int64), np.zeros(len(policy), dtype=np.int64)
    lines = proposals[
        (proposals["final_units"] > 0)
        & ~proposals["state"].isin(("rejected", "snoozed"))
        & proposals["order_on"].notna()
    ]
    row = positions(lines, policy, KEY) if len(policy) else np.full(len(lines), -1)
    lines, row = lines[row >= 0], row[row >= 0]
    if not len(lines):
        return sent, arrives
    today = np.datetime64(as_of, "D")
    weeks = plan.ordered.shape[1]
    order_day = (lines["order_on"].to_numpy().astype("datetime64[D]") - today).astype(np.int64)
    arrival_day = (lines["expected_on"].to_numpy().astype("datetime64[D]") - today).astype(np.int64)
    quantity = thousandths(lines["final_units"])
    week = np.searchsorted(edges, order_day, side="right") - 1
    inside = week < weeks
    plan.ordered[row[inside], week[inside]] += quantity[inside]
    sent[row[inside]], arrives[row[inside]] = week[inside], arrival_day[inside]
    week = np.searchsorted(edges, arrival_day, side="right") - 1
    inside = week < weeks
    plan.received[row[inside], week[inside]] += quantity[inside]
    plan.cash[row[inside], week[inside]] += lines["amount_minor"].to_numpy(dtype=np.int64)[inside]
    return sent, arrives


def _play(
    plan: _Weeks,
    policy: pd.DataFrame,
    w: Workings,
    demand: WeeklyDemand,
    edges: NDArray[np.int64],
    proposed: NDArray[np.int64],
    moved: Thousandths,
    settings: Settings,
) -> NDArray[np.int64]:
    """Play the weeks in turn; returns the day on which the order of each row and week arrives."""
    count, weeks = plan.ordered.shape
    waits = (policy["shortage_rule"] == "backorders").to_numpy()
    stock = w.sums["on_hand_units"] - w.sums["backorder_units"] + moved
    on_order = plan.received.sum(axis=1)
    protection = policy["protection_days"].to_numpy(dtype=float)
    safety = thousandths(policy["safety_stock_units"])
    lead = np.ceil(np.nan_to_num(w.lead_time_days)).astype(np.int64)
    expected = np.zeros((count, weeks), dtype=np.int64)
    for week in range(weeks):
        if week:
            review = -(-edges[week] // settings.policy.review_days) * settings.policy.review_days
            may = w.may_buy & (proposed != week) & (review < edges[week + 1]) & _is_open(w, edges, week)
            ahead = demand.between(edges[week], review + protection)
            need = np.where(may, np.maximum(thousandths(ahead) + safety - stock - on_order, 0), 0)
            lots = lot_sizes(need, w.moq, w.pack, w.line_maximum, w.economic_lot).within_maximum
            cover = cover_limit(stock + on_order, w.rate_per_day, w.cover_days, w.pack)
            order = np.where(may, np.minimum(lots, np.maximum(cover, w.smallest_lot)), 0)
            plan.ordered[:, week] += order
            on_order += order
            expected[:, week] = review + lead
            arrival = np.searchsorted(edges, expected[:, week], side="right") - 1
            inside = (order > 0) & (arrival < weeks)
            rows = np.flatnonzero(inside)
            plan.received[rows, arrival[rows]] += order[rows]
            plan.cash[rows, arrival[rows]] += amount_minor(order[rows], _prices(w, rows, order[rows]))
        received = plan.received[:, week]
        stock, on_order = stock + received, on_order - received
        stock = stock - plan.demand[:, week]
        short = np.maximum(-stock, 0)
        plan.unserved[:, week] = np.minimum(short, plan.demand[:, week])
        stock = np.where(waits, stock, np.maximum(stock, 0))
        plan.stock[:, week] = np.maximum(stock, 0)
    return expected


def _moved(policy: pd.DataFrame, transfers: pd.DataFrame | None) -> Thousandths:
    """Units that transfers bring to each row, less those that they take from it."""
    net = np.zeros(len(policy), dtype=np.int64)
    if transfers is not None and len(transfers):
        for side, sign in (("to_location_id", 1), ("from_location_id", -1)):
            rows = transfers.rename(columns={side: "location_id"}).reset_index(drop=True)
            at = positions(rows, policy, KEY)
            np.add.at(net, at[at >= 0], sign * thousandths(rows["moved_units"])[at >= 0])
    return net


def _is_open(w: Workings, edges: NDArray[np.int64], week: int) -> NDArray[np.bool_]:
    """Whether each row's supplier has a day outside its closures in that week."""
    rank = w.calendar.open_rank
    if not len(rank):
        return np.zeros(len(w.line), dtype=bool)
    last = rank.shape[1] - 1
    first, following = min(int(edges[week]), last), min(int(edges[week + 1]), last)
    return (w.line >= 0) & ((rank[:, following] > rank[:, first])[w.supplier])


def _planned_orders(
    plan: _Weeks,
    policy: pd.DataFrame,
    w: Workings,
    edges: NDArray[np.int64],
    expected: NDArray[np.int64],
    proposed: NDArray[np.int64],
    arrives: NDArray[np.int64],
    as_of: dt.date,
) -> pd.DataFrame:
    row, week = np.nonzero(plan.ordered)
    quantity = plan.ordered[row, week]
    is_proposal = proposed[row] == week
    today = np.datetime64(as_of, "D")
    day = np.where(is_proposal, arrives[row], expected[row, week])
    prices = _prices(w, row, quantity)
    frame = pd.DataFrame(
        {
            "sku_id": policy["sku_id"].take(row).reset_index(drop=True),
            "location_id": policy["location_id"].take(row).reset_index(drop=True),
            "supplier_id": pd.Series(w.terms.supplier_id[w.line[row]] if len(row) else [], dtype="str"),
            "week_start": today + edges[week].astype("timedelta64[D]"),
            "expected_on": today + day.astype("timedelta64[D]"),
            "planned_units": units(quantity),
            "amount_minor": amount_minor(quantity, prices),
            "currency": policy["currency"].take(row).reset_index(drop=True),
            "kind": np.where(is_proposal, "proposal", "planned"),
        }
    )
    return check(frame.sort_values([*KEY, "week_start"], ignore_index=True), PLANNED_ORDER)


def _prices(w: Workings, row: NDArray[np.int64], quantity: Thousandths) -> NDArray[np.int64]:
    return unit_costs(w.terms, w.line[row], quantity, w.own_cost[row])


def _by_supplier(
    plan: _Weeks, policy: pd.DataFrame, w: Workings, edges: NDArray[np.int64], as_of: dt.date
) -> pd.DataFrame:
    count, weeks = plan.ordered.shape
    names = np.full(count, "", dtype=object)
    has_line = w.line >= 0
    names[has_line] = w.terms.supplier_id[w.line[has_line]]
    pairs = pd.DataFrame({"supplier_id": pd.Series(names, dtype="str"), "currency": policy["currency"]})
    groups = pairs.groupby(["supplier_id", "currency"], sort=True)
    group, kinds = groups.ngroup().to_numpy(), groups.size().reset_index()[["supplier_id", "currency"]]

    def summed(values: NDArray[np.int64]) -> NDArray[np.int64]:
        total = np.zeros((len(kinds), weeks), dtype=np.int64)
        np.add.at(total, group, values)
        return total.ravel()

    frame = kinds.loc[kinds.index.repeat(weeks)].reset_index(drop=True)
    starts = np.datetime64(as_of, "D") + edges[:weeks].astype("timedelta64[D]")
    ordered_value = np.zeros_like(plan.ordered)
    row, week = np.nonzero(plan.ordered)
    ordered_value[row, week] = amount_minor(plan.ordered[row, week], _prices(w, row, plan.ordered[row, week]))
    frame["week_start"] = np.tile(starts, len(kinds))
    frame["ordered_units"] = units(summed(plan.ordered))
    frame["ordered_minor"] = summed(ordered_value)
    frame["received_units"] = units(summed(plan.received))
    frame["cash_minor"] = summed(plan.cash)
    frame["demand_units"] = units(summed(plan.demand))
    frame["unserved_units"] = units(summed(plan.unserved))
    frame["stock_units"] = units(summed(plan.stock))
    frame["stock_minor"] = summed((plan.stock * w.own_cost[:, None] + THOUSAND // 2) // THOUSAND)
    return check(frame, FORWARD_PLAN)
