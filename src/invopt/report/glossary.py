"""Every figure of the report, defined once: its name, and what it means in a sentence or two."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A figure's name for people, and its definition."""

    label: str
    definition: str


GLOSSARY: dict[str, Term] = {
    "as_of": Term("As of", "The first day not yet observed: everything recorded before it is known to the plan."),
    "buy_today": Term(
        "To buy today",
        "Value of all proposed order lines whose order day is today, at the supplier's price for that quantity.",
    ),
    "at_risk": Term(
        "At risk",
        "Margin on the units that are expected to be lost, or that customers already wait for, because stock is "
        "out or will be out before an order sent today can arrive.",
    ),
    "ships_today": Term("Ships today", "Parcels that are packed, have a carrier and leave today."),
    "on_hold": Term("On hold", "Orders that a check has stopped until a person releases them, with their value."),
    "backlog": Term("Waiting", "Value of order lines that cannot be served today, whatever the cause."),
    "service": Term(
        "Service expected",
        "Probability of no stockout in a replenishment cycle if the plan is followed (or the share of units "
        "served from stock where the target is a fill rate), weighted by the value of expected demand, beside "
        "its target.",
    ),
    "availability": Term(
        "In stock, last 4 weeks",
        "Share of selling time in the last 28 days in which a planned SKU was in stock where it should be.",
    ),
    "stock_value": Term("Stock now", "Units on hand at cost."),
    "stock_projected": Term(
        "Stock in 4 weeks",
        "Units expected on hand at the end of the fourth week, at cost, by the forward plan: stock and open orders, "
        "today's proposals and the orders planned for later weeks, less mean demand.",
    ),
    "stock_optimal": Term(
        "Stock at target",
        "Average stock over a cycle, at cost, that the targets imply once every SKU runs at its level.",
    ),
    "wape": Term(
        "Forecast error",
        "Sum of absolute forecast errors as a share of the sum of demand, from forecasts made in the past and scored "
        "on periods they had not seen. Of several SKUs the typical one: half of the units sold last year belong to "
        "SKUs with a smaller error.",
    ),
    "bias": Term(
        "Forecast bias",
        "Sum of forecast less demand, as a share of demand, from the same past forecasts. Above zero: too high. Of "
        "several SKUs the typical one, as for the error.",
    ),
    "forecasts": Term("Forecasts judged", "Past forecasts behind the figure: series and origins, several weeks each."),
    "naive_error": Term(
        "Naive error",
        "Error of the seasonal naive forecast, last year's demand of the same weeks, as a share of demand.",
    ),
    "combination_error": Term(
        "The plan's error",
        "Error of the plan's combination of methods on the very same past forecasts, as a share of demand. Its few "
        "weights were learnt from them, which flatters it a little.",
    ),
    "value_added": Term(
        "Value added", "The naive error less the plan's, in points of demand. Below zero, the naive one was better."
    ),
    "tried_method": Term("Method", "One of the methods that the forecast combines, or the combination itself."),
    "method_error": Term("Error", "Sum of absolute errors of the past forecasts as a share of the sum of demand."),
    "method_bias": Term("Bias", "Sum of forecast less demand, as a share of demand. Above zero: too high."),
    "method_added": Term(
        "Worse by", "The method's error less the combination's, on the series that the method can forecast."
    ),
    "worth": Term("At stake", "Money that the exception puts at stake; how it is found depends on the kind."),
    "exception_kind": Term("Exception", "What is wrong; exceptions are sorted by the money at stake."),
    "remedy": Term("What to do", "The next step that removes the exception."),
    "severity": Term("Urgency", "High, medium or low, by the money at stake; the limits are settings."),
    "subject": Term("About", "The SKU and location, order, parcel, supplier or file."),
    "sku": Term("SKU", "Stock keeping unit: one sellable item."),
    "product_name": Term("Product", "The product's name."),
    "location": Term("Location", "Warehouse or shop that holds the stock."),
    "supplier": Term("Supplier", "Who delivers it."),
    "order_on": Term("Order on", "Day on which the order is to be sent."),
    "expected_on": Term("Expected", "Day on which the goods are expected."),
    "final_units": Term("Buy", "Units proposed, after every rounding and constraint."),
    "need_units": Term("Need", "Units needed before minimum quantities, packs, budget and other constraints."),
    "amount": Term("Amount", "Quantity times price, in the row's currency."),
    "unit_cost": Term("Unit cost", "Price of one unit at that quantity."),
    "urgency": Term("Why today", "Stocked out; will run out before an order of a later day arrives; or simply due."),
    "constraint": Term("Changed by", "The constraint that moved the quantity most away from the need."),
    "proposal_state": Term("Decision", "Where the decision about the proposal stands."),
    "cover": Term("Cover", "Days for which the projected stock lasts at mean demand."),
    "gain": Term("Gain", "Expected margin that the order saves, less holding and obsolescence."),
    "open_units": Term("To come", "Units approved and not yet received."),
    "approved_on": Term("Approved", "Day of the approval."),
    "sent_on": Term("Sent", "Day the order was sent; a dash until then."),
    "confirmed_on": Term("Confirmed for", "Arrival day that the supplier confirmed."),
    "decided_by": Term("Decided by", "Who decided last."),
    "last_units": Term("Last plan", "Units that the last plan proposed."),
    "change": Term("Change", "Units proposed now less those of the last plan, at cost."),
    "change_cause": Term("Because of", "The term of the explanation that changed most."),
    "week_start": Term("Week from", "First day of the week; the as-of day for the first."),
    "planned_orders": Term("Orders", "Value of the orders sent in the week: today's proposals, later ones as planned."),
    "cash": Term("Falls due", "Value of the goods that arrive in the week, due on receipt."),
    "week_demand": Term("Demand", "Units expected to be asked for in the week."),
    "unserved": Term("Not served", "Of that demand, what expected stock does not cover."),
    "week_stock": Term("Stock at its end", "Value at cost of the stock expected at the end of the week."),
    "order_lines": Term("Lines", "Lines of the order."),
    "units": Term("Units", "Units of goods."),
    "minimum_order": Term("Minimum", "Smallest order value the supplier accepts; 0 where it has none."),
    "order": Term("Order", "Customer order."),
    "order_value": Term("Value", "Value of the order, or of the lines that are meant."),
    "reason": Term("Reason", "Why, in words."),
    "release": Term("Released by", "Role that may release the order."),
    "outcome": Term("Outcome", "Whether the order passed its checks, waits for a person, or was refused."),
    "cause": Term("Cause", "No stock, on hold, refused, capacity, or waiting for the rest of the order."),
    "available_on": Term(
        "Goods expected", "Day on which the missing goods are expected; a dash where nothing is on order."
    ),
    "parcel": Term("Parcel", "One box of one order from one location."),
    "carrier": Term("Carrier", "Who carries it, and by which service."),
    "parcel_cost": Term("Cost", "What the carrier bills for the parcel."),
    "ships_on": Term("Leaves", "Day it leaves the location."),
    "promise_on": Term("Promise", "Delivery day that is kept with the set probability, given the lane's past."),
    "likely_on": Term("Likely", "Median delivery day."),
    "weight": Term("Weight", "Gross weight with the carton."),
    "abc_class": Term("Class", "A, B, C by margin over the last year: A makes the first 80%, B the next 15%."),
    "skus": Term("SKUs", "SKUs at locations that are planned."),
    "target": Term("Target", "What the settings ask for in this class."),
    "implied": Term("With this plan", "What the plan is expected to reach."),
    "current": Term("If nothing is ordered", "The same if nothing is ordered today."),
    "below_target": Term("Below target", "SKUs at locations expected to miss their target by more than half a point."),
    "on_hand": Term("On hand", "Units there at the opening of the day."),
    "on_order": Term("On order", "Units still expected from suppliers."),
    "weekly_demand": Term("Demand a week", "Mean demand expected in a week, from the policy's protection interval."),
    "reorder_point": Term("Reorder point", "An order is due when the projected position is at or below it."),
    "target_level": Term("Target level", "Projected position after ordering that just meets the target."),
    "safety_stock": Term("Safety stock", "What the target adds to mean demand; may be negative for modest targets."),
    "stockout_in": Term("Runs out in", "Days until expected demand has used the stock up, if nothing is ordered."),
    "demand_class": Term(
        "Demand",
        "Smooth, erratic, intermittent or lumpy, by how often and how evenly it sells; new; dormant.",
    ),
    "method": Term("Method", "What made the forecast."),
    "on_time": Term(
        "On time",
        "Share of delivered parcels that kept their day, shrunk towards the carrier's mean where few were seen.",
    ),
    "observations": Term("Parcels seen", "Delivered parcels behind the figure."),
    "transit_days": Term("Typical days", "Median days from leaving to delivery, weighted by parcels seen."),
    "promise_days": Term("Promised days", "Days that are kept with the set probability."),
    "tracking_number": Term("Tracking", "The parcel as the carrier names it."),
    "problem": Term("Problem", "Late, stuck, failed, returned to sender, lost or damaged."),
    "promise_kept": Term(
        "Promises kept",
        "Of the parcels delivered and promised, the share that arrived on or before the promised day.",
    ),
    "promised_parcels": Term("Promised", "Delivered parcels that had a promised day."),
    "promises_kept": Term("Kept", "Of those, the share that arrived on or before the promised day."),
    "promise_wanted": Term("Wanted", "Share of promises that is to be kept, by the setting shipping.promise_share."),
    "promise_verdict": Term(
        "Calibration",
        "Whether the share kept can be told apart from the share wanted (90% interval): promises too early break too "
        "often, promises that could be sooner lose sales.",
    ),
    "early_days": Term("Days early", "Mean days by which parcels arrive before the promised day."),
    "return_lag": Term("After days", "Mean days from sale to the return's arrival."),
    "return_share": Term("Comes back", "Share of the units sold that is returned, shrunk to the category."),
    "resaleable": Term("Resaleable", "Of the returned units, the share that is fit for sale again."),
    "sold_units": Term("Sold", "Units sold behind the figure."),
    "returned_units": Term("Returned", "Units returned behind the figure."),
    "return_reason": Term("Why", "Reason the customer gave."),
    "category": Term("Category", "Category of the product."),
    "returns_open": Term("Returns open", "Return lines granted of which the goods have not been graded yet."),
    "refunds_due": Term("Refunds due", "Refunds of goods that have arrived and wait to be graded."),
    "return_id": Term("Return", "The return as the shop names it."),
    "refund": Term("Refund", "What the customer gets back, discount and tax prorated, fee taken off."),
    "return_state": Term("State", "Authorised, received, graded, closed, or refused."),
    "assumption": Term("Assumed", "An input that nobody brought, with the value the plan took instead."),
    "setting": Term("Setting", "The setting that filled it."),
    "assumed_value": Term("Value", "What was taken."),
    "assumed_rows": Term("Rows", "Rows of the plan that rest on it."),
    "meaning": Term("What it means", "What it means for the plan, and how to bring the real figure."),
    "file": Term("File", "File that was taken in."),
    "table": Term("Table", "Input table that the file fills."),
    "rows_read": Term("Read", "Data rows of the file; read = accepted + refused + known."),
    "rows_accepted": Term("Accepted", "Rows typed and understood."),
    "rows_rejected": Term("Refused", "Rows refused, each with its reason."),
    "rows_known": Term("Known", "Rows that were already there, word for word."),
    "line": Term("Line", "Line of the file, counted from 1 with the header."),
    "column": Term("Column", "Column that was refused."),
    "bad_value": Term("Value", "What stood there."),
    "lifecycle": Term("Lifecycle", "Active, run down, do not reorder, or discontinued."),
    "assumed": Term("Assumed", "An input of this row was assumed: lead time, stock or cost."),
    "excuse": Term("Not planned", "Why no forecast and no policy were made."),
    "stock_sku": Term("Stock value", "Units on hand at cost."),
    "skus_at_stake": Term("SKUs", "SKUs at locations with such an exception."),
    "exceptions": Term("Exceptions", "How many there are."),
}


def define(name: str) -> Term:
    """The term of that name. Raises `KeyError` for a figure that nobody has defined."""
    return GLOSSARY[name]
