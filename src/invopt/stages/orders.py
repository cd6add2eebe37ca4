"""Orders stage: today's open orders verified, allocated to locations, or waiting with a reason and a date."""

from __future__ import annotations

import numpy as np

from invopt.calendars import WorkingCalendar
from invopt.orders import allocate, available_stock, expected_receipts, verify
from invopt.stages.run import Run
from invopt.tables import (
    ALLOCATION,
    ALLOCATION_BOUND,
    BACKLOG,
    CARRIER_SERVICE,
    INBOUND,
    LEAD_TIME,
    LOCATION,
    OPEN_ORDER_LINE,
    ORDER_CHECK,
    PARCEL_COST,
    PRODUCT,
    STOCK_POSITION,
    empty,
)


def plan_orders(run: Run) -> None:
    """Write what was found about each open order, where it leaves from, and what waits."""
    settings, as_of = run.settings.orders, np.datetime64(run.as_of, "D")
    lines = run.read(OPEN_ORDER_LINE)
    checks = verify(
        lines,
        run.read(PRODUCT),
        run.standing_decisions(),
        settings,
        as_of,
        run.read(CARRIER_SERVICE),
        home_country=run.settings.business.country,
    )
    plan = allocate(
        lines,
        checks,
        available_stock(run.read(STOCK_POSITION), settings),
        empty(PARCEL_COST),
        settings,
        as_of,
        receipts=expected_receipts(run.read(INBOUND), run.read(LEAD_TIME), settings, as_of),
        locations=run.read(LOCATION),
        calendar=shop_calendar(run),
    )
    run.write(ORDER_CHECK, checks)
    run.write(ALLOCATION, plan.allocation)
    run.write(BACKLOG, plan.backlog)
    run.write(ALLOCATION_BOUND, plan.bounds)


def shop_calendar(run: Run) -> WorkingCalendar:
    """Working days of the shop's country, around the as-of day."""
    year = run.as_of.year
    return WorkingCalendar.of(run.settings.business.country, year - 1, year + 2)
