"""Where each order leaves from, and what has to wait."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from invopt.calendars import WorkingCalendar
from invopt.orders.build import build
from invopt.orders.capacity import release_day
from invopt.orders.coded import encode
from invopt.orders.outcome import allocation_frame, backlog_frame
from invopt.orders.served import per_line
from invopt.orders.solve import solve
from invopt.settings.orders import Orders
from invopt.tables import AVAILABLE, OPEN_ORDER_LINE, ORDER_CHECK, PARCEL_COST, check


class AllocationPlan(NamedTuple):
    """What `allocate` answers: ALLOCATION, BACKLOG and ALLOCATION_BOUND."""

    allocation: pd.DataFrame
    backlog: pd.DataFrame
    bounds: pd.DataFrame


def allocate(
    lines: pd.DataFrame,
    checks: pd.DataFrame,
    available: pd.DataFrame,
    parcel_costs: pd.DataFrame,
    settings: Orders,
    as_of: np.datetime64,
    receipts: pd.DataFrame | None = None,
    locations: pd.DataFrame | None = None,
    calendar: WorkingCalendar | None = None,
    stock_prices: pd.DataFrame | None = None,
    busy_lines: pd.Series | None = None,
) -> AllocationPlan:
    """Serve accepted orders from the cheapest feasible locations; the rest waits with a cause and a date.

    `lines` is OPEN_ORDER_LINE, `checks` ORDER_CHECK (one row an order of `lines`), `available` AVAILABLE,
    `parcel_costs` PARCEL_COST: an order can leave only from locations it names; an order without any row is
    costed by the settings, and its reason says so. `receipts` comes from `expected_receipts` and dates the
    backlog; `locations` is LOCATION, whose `pick_lines_per_day` limits what is released today, and
    `calendar` holds its working days (every day where none is given).

    An order's cost is parcel + units + late days (beyond those of its earliest place, which nothing could save) for
    each location it leaves from, a split cost for each further one, and for each unit that stays its margin and
    goodwill, weighted by promise, payment and age, and its share of the cheapest postage, which waiting only
    postpones: scarce stock goes where waiting costs most. Orders that compete with none take their cheapest choice,
    which is then the best plan; competing groups of up to `exact_orders` are solved exactly (HiGHS), larger ones by
    prices on stock (Lagrangian relaxation, see `prices`), and the bound of each group is reported.

    `stock_prices` is STOCK_PRICE (see `shadow_prices`): what a unit is worth to the orders of the days to
    come is charged to today's, so that scarce stock stays where it will be needed.

    `busy_lines` counts, by location, order lines that are being picked already: they use today's capacity first.

    Never takes more than is available; what is allocated and what waits add up to what was ordered, line by
    line; the answer does not depend on the order of the rows. Quantities are exact to a thousandth of a unit.

    Raises `TableError` where a frame breaks its declaration or an order of `lines` has no check.
    """
    lines = check(lines, OPEN_ORDER_LINE)
    parcel_costs = check(parcel_costs, PARCEL_COST)
    coded = encode(lines, check(checks, ORDER_CHECK), check(available, AVAILABLE), parcel_costs)
    built = build(coded, lines, parcel_costs, settings, as_of, stock_prices)
    solution = solve(built.arrays, built.sequence, settings)
    served = per_line(built, solution.flow, lines, coded.units)
    day = release_day(served, coded, locations, calendar, as_of, busy_lines)
    is_today = day <= as_of
    return AllocationPlan(
        allocation_frame(lines, coded, built, solution, served, is_today, parcel_costs),
        backlog_frame(lines, coded, built, solution, served, day, is_today, receipts),
        solution.bounds,
    )
