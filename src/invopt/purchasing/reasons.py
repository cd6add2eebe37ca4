"""Why a quantity is what it is: every reason a row can give, kept as bits until the words are needed."""

from __future__ import annotations

from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

Reasons = NDArray[np.int64]


class Reason(IntFlag):
    """One bit a reason; a row holds the sum of its reasons."""

    NO_SUPPLIER = 1 << 0
    TERMS_NOT_IN_FORCE = 1 << 1
    TWO_TERMS_IN_FORCE = 1 << 2
    CURRENCY_MISMATCH = 1 << 3
    PACK_OF_ZERO = 1 << 4
    LINE_MAXIMUM_INFEASIBLE = 1 << 5
    COST_UNKNOWN = 1 << 6
    PRICE_UNKNOWN = 1 << 7
    PRICE_BELOW_COST = 1 << 8
    LEAD_TIME_ASSUMED = 1 << 9
    SUPPLIER_REPLACED = 1 << 10
    SUPPLIER_CALENDAR_UNKNOWN = 1 << 11
    SUPPLIER_CLOSED = 1 << 12
    POLICY_ASSUMED = 1 << 13
    STOCK_ASSUMED = 1 << 14
    NO_STOCK_POSITION = 1 << 15
    TERMS_CLOSED_BY_SAFETY_STOCK = 1 << 16
    PULL_IN_FIRST = 1 << 17
    ORDERED_AHEAD = 1 << 18
    MOQ = 1 << 19
    PACK = 1 << 20
    LINE_MAXIMUM = 1 << 21
    PRICE_BREAK = 1 << 22
    DISCONTINUED = 1 << 23
    RUN_DOWN = 1 << 24
    DO_NOT_REORDER = 1 << 25
    LAST_BUY_PASSED = 1 << 26
    LAST_CHANCE = 1 << 27
    MAXIMUM_COVER = 1 << 28
    SHELF_LIFE = 1 << 29
    LOT_TOO_LARGE = 1 << 30
    DAMPED = 1 << 31
    MINIMUM_FILLED = 1 << 32
    MINIMUM_POSTPONED = 1 << 33
    MINIMUM_INFEASIBLE = 1 << 34
    CONTAINER_CUT = 1 << 35
    CONTAINER_FILLED = 1 << 36
    DIMENSIONS_UNKNOWN = 1 << 37
    BUDGET_CUT = 1 << 38
    BUDGET_BREAKS_MINIMUM = 1 << 39
    BUDGET_CURRENCY = 1 << 40
    MINIMUM_CURRENCY = 1 << 41
    OVERSHOOT = 1 << 42
    TARGET_COSTS_MORE = 1 << 43
    COMMITTED = 1 << 44
    ECONOMIC_LOT = 1 << 45
    CURRENCY_CONVERTED = 1 << 46
    TRANSFER = 1 << 47


_WORDS = {
    Reason.NO_SUPPLIER: "no_supplier: no terms of any supplier cover this SKU; bring supplier_term rows",
    Reason.TERMS_NOT_IN_FORCE: "terms_not_in_force: its terms have ended or not begun on this day",
    Reason.TWO_TERMS_IN_FORCE: "two_terms_in_force: the terms that began last are used; end the earlier ones",
    Reason.CURRENCY_MISMATCH: "currency_mismatch: the terms are in another currency than the SKU's cost and price",
    Reason.PACK_OF_ZERO: "pack_of_zero: a pack of one unit is assumed",
    Reason.LINE_MAXIMUM_INFEASIBLE: "line_maximum_infeasible: no whole pack lies between the smallest "
    "quantity "
    "and the line maximum",
    Reason.COST_UNKNOWN: "cost_unknown: the terms give no price; the SKU's own cost is used",
    Reason.PRICE_UNKNOWN: "price_unknown: the margin is assumed by purchasing.assumed_margin_share",
    Reason.PRICE_BELOW_COST: "price_below_cost: it is sold at or below what it costs",
    Reason.LEAD_TIME_ASSUMED: "lead_time_assumed: by lead_time.assumed_days",
    Reason.SUPPLIER_REPLACED: "supplier_replaced: the planned supplier has no usable terms on this day",
    Reason.SUPPLIER_CALENDAR_UNKNOWN: "supplier_calendar_unknown: Monday to Friday without holidays is assumed",
    Reason.SUPPLIER_CLOSED: "supplier_closed: it takes no order within the horizon",
    Reason.POLICY_ASSUMED: "the policy rests on an assumed input",
    Reason.STOCK_ASSUMED: "the stock is assumed",
    Reason.NO_STOCK_POSITION: "no stock position is known: zero is assumed",
    Reason.TERMS_CLOSED_BY_SAFETY_STOCK: "the policy's need differs from the sum of its terms by more than "
    "a unit; "
    "safety stock takes up the difference",
    Reason.PULL_IN_FIRST: "an order on the way arrives too late: ask to pull it in before sending this one",
    Reason.COMMITTED: "less what was approved before and leaves with this order",
    Reason.ORDERED_AHEAD: "ordered ahead: the supplier takes no order when the next review is due",
    Reason.MOQ: "raised to the smallest quantity",
    Reason.TRANSFER: "less what comes from another location, which is cheaper than buying it",
    Reason.ECONOMIC_LOT: "raised to the economic quantity, which weighs ordering against holding",
    Reason.CURRENCY_CONVERTED: "currency_converted: its price is converted by business.exchange_rates",
    Reason.PACK: "rounded up to whole packs",
    Reason.LINE_MAXIMUM: "cut to the line maximum",
    Reason.PRICE_BREAK: "raised to a cheaper price that outweighs its holding",
    Reason.DISCONTINUED: "discontinued: never bought",
    Reason.RUN_DOWN: "run down: what is there is sold off",
    Reason.DO_NOT_REORDER: "not to be reordered",
    Reason.LAST_BUY_PASSED: "its last day to buy has passed",
    Reason.LAST_CHANCE: "last chance: its last day to buy falls before the next order day",
    Reason.MAXIMUM_COVER: "cut to the maximum cover",
    Reason.SHELF_LIFE: "cut to what sells within its shelf life",
    Reason.LOT_TOO_LARGE: "lot_too_large: the smallest lot covers more demand than purchasing.largest_lot_cover_days",
    Reason.DAMPED: "kept as in the last plan: the change is too small to matter",
    Reason.MINIMUM_FILLED: "filled up to the supplier's minimum order value",
    Reason.MINIMUM_POSTPONED: "postponed: the order stays below the supplier's minimum and filling it "
    "costs more "
    "than waiting",
    Reason.MINIMUM_INFEASIBLE: "minimum_infeasible: even all that may be bought stays below the supplier's minimum",
    Reason.CONTAINER_CUT: "cut to what the containers hold",
    Reason.CONTAINER_FILLED: "added to fill the container",
    Reason.DIMENSIONS_UNKNOWN: "dimensions_unknown: it takes no room in the container plan",
    Reason.BUDGET_CUT: "cut by the budget: other packs earn more for the money",
    Reason.BUDGET_BREAKS_MINIMUM: "budget_below_minimum: what the budget leaves is below the supplier's minimum",
    Reason.MINIMUM_CURRENCY: "minimum_currency: the supplier's minimum is in another currency than its "
    "terms and is "
    "not applied",
    Reason.OVERSHOOT: "overshoot: even the smallest lot covers more days of demand than the maximum cover",
    Reason.TARGET_COSTS_MORE: "target_costs_more: what the target asks for costs more to hold than the margin it saves",
    Reason.BUDGET_CURRENCY: "outside the budget: its currency is not the business's",
}

# Reasons that mean an input was made up.
ASSUMED = int(
    Reason.TWO_TERMS_IN_FORCE
    | Reason.PACK_OF_ZERO
    | Reason.COST_UNKNOWN
    | Reason.PRICE_UNKNOWN
    | Reason.LEAD_TIME_ASSUMED
    | Reason.SUPPLIER_CALENDAR_UNKNOWN
    | Reason.POLICY_ASSUMED
    | Reason.STOCK_ASSUMED
    | Reason.NO_STOCK_POSITION
)


def where(condition: NDArray[np.bool_], reason: Reason) -> Reasons:
    """The reason's bit where the condition holds, else nothing."""
    return np.where(condition, np.int64(int(reason)), np.int64(0))


def words(reasons: Reasons) -> NDArray[np.object_]:
    """Each row's reasons in words; rows without one are below their target and nothing stood in the way."""
    kinds, which = np.unique(reasons, return_inverse=True)
    texts = np.empty(len(kinds), dtype=object)
    for index, bits in enumerate(kinds.tolist()):
        parts = [text for reason, text in _WORDS.items() if bits & int(reason)]
        texts[index] = "; ".join(parts) or "the projected position is below the target level"
    return np.asarray(texts[which])
