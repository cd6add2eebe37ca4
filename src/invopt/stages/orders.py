"""Orders stage: today's open orders verified, allocated to locations, or waiting with a reason and a date."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.calendars import WorkingCalendar
from invopt.orders import (
    allocate,
    available_stock,
    available_to_promise,
    expected_receipts,
    verify,
    with_reserved,
    without_reserved,
)
from invopt.shipping.parcel_costs import parcel_costs
from invopt.stages.parcels import read_network
from invopt.stages.returns import stock_now
from invopt.stages.run import Run
from invopt.stages.scarcity import scarce_stock_prices
from invopt.tables import (
    ALLOCATION,
    ALLOCATION_BOUND,
    AVAILABLE_TO_PROMISE,
    BACKLOG,
    CARRIER_SERVICE,
    INBOUND,
    LEAD_TIME,
    LOCATION,
    OPEN_ORDER_LINE,
    ORDER_CHECK,
    PARCEL_COST,
    PRODUCT,
    RESERVATION,
    STOCK_PRICE,
    check,
)


def plan_orders(run: Run) -> None:
    """Write what was found about each open order, where it leaves from and at what cost, and what waits."""
    settings, as_of = run.settings.orders, np.datetime64(run.as_of, "D")
    lines, products, reserved = run.read(OPEN_ORDER_LINE), run.read(PRODUCT), run.read(RESERVATION)
    positions, locations = stock_now(run), run.read(LOCATION)
    checks = verify(
        lines,
        products,
        run.standing_decisions(),
        settings,
        as_of,
        run.read(CARRIER_SERVICE),
        home_country=run.settings.business.country,
    )
    receipts = expected_receipts(run.read(INBOUND), run.read(LEAD_TIME), settings, as_of)
    available = available_stock(positions, settings)
    to_plan = without_reserved(lines, reserved)
    costs = parcel_costs(
        to_plan, products, _with_unknown(locations, available), read_network(run), run.seen_until,
        run.settings.shipping, run.settings.business,
    )  # fmt: skip
    run.progress(f"{len(costs):,} ways to send {to_plan['order_id'].nunique():,} orders priced")
    prices = scarce_stock_prices(run, to_plan, available, receipts, costs)
    plan = allocate(
        to_plan,
        checks,
        available,
        costs,
        settings,
        as_of,
        receipts=receipts,
        locations=locations,
        calendar=shop_calendar(run),
        stock_prices=prices,
        busy_lines=_being_picked(reserved),
    )
    allocation = with_reserved(plan.allocation, reserved)
    run.write(ORDER_CHECK, checks)
    run.write(PARCEL_COST, costs)
    run.write(STOCK_PRICE, prices)
    run.write(ALLOCATION, allocation)
    run.write(BACKLOG, plan.backlog)
    run.write(ALLOCATION_BOUND, plan.bounds)
    run.write(
        AVAILABLE_TO_PROMISE,
        available_to_promise(positions, allocation, plan.backlog, reserved, receipts, settings, as_of),
    )


def shop_calendar(run: Run) -> WorkingCalendar:
    """Working days of the shop's country, around the as-of day."""
    year = run.as_of.year
    return WorkingCalendar.of(run.settings.business.country, year - 1, year + 2)


def _with_unknown(locations: pd.DataFrame, available: pd.DataFrame) -> pd.DataFrame:
    """LOCATION with a row of unknowns for each place that holds stock and that no file describes."""
    unknown = sorted(set(available["location_id"]) - set(locations["location_id"]))
    if not unknown:
        return locations
    more = pd.DataFrame({"location_id": pd.array(unknown, dtype="str")}).reindex(columns=list(LOCATION.names))
    return check(pd.concat([locations, check(more, LOCATION)], ignore_index=True), LOCATION)


def _being_picked(reserved: pd.DataFrame) -> pd.Series:
    """Order lines that are being picked at each location: they use its capacity today."""
    rows = reserved[reserved["order_id"].notna() & ~reserved["is_with_carrier"] & (reserved["kept_units"] > 0)]
    return rows.groupby("location_id").size()
