"""Credits that do not say what they undo, matched to purchases: shops that book a return as a negative line."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.probability.compiled import kernel
from invopt.returns.sold import THOUSANDTHS, Ints
from invopt.tables import ORDER_LINE, RETURN_LINE, check


def match_credits(order_lines: pd.DataFrame) -> pd.DataFrame:
    """Match negative lines to the latest earlier purchases of the same customer and SKU, unit by unit.

    `order_lines` is ORDER_LINE: sales are purchases, lines of kind cancellation or return with a negative quantity
    are credits; lines without a customer cannot be matched. The last purchase that has units left is taken first: a
    customer sends back what came last. Returns one row a purchase and credit: `order_id, order_line_id, sku_id,
    location_id, ordered_at` of the purchase, `credit_order_id, credit_order_line_id, credited_at` of the credit, and
    `units`. A credit may be spread over several purchases, and what finds no purchase stays unmatched: sum `units` and
    compare.
    """
    lines = check(order_lines, ORDER_LINE)
    is_sale = (lines["line_kind"] == "sale") & (lines["ordered_units"] > 0)
    is_credit = lines["line_kind"].isin(("cancellation", "return")) & (lines["ordered_units"] < 0)
    lines = lines[(is_sale | is_credit) & lines["customer_id"].notna()].reset_index(drop=True)
    customer = pd.factorize(lines["customer_id"])[0]
    sku, names = pd.factorize(lines["sku_id"])
    person = customer.astype(np.int64) * len(names) + sku
    units = np.rint(lines["ordered_units"].to_numpy() * THOUSANDTHS).astype(np.int64)
    at = lines["ordered_at"].to_numpy(dtype="datetime64[us]").astype(np.int64)
    order = pd.factorize(lines["order_id"], sort=True)[0]
    line = pd.factorize(lines["order_line_id"], sort=True)[0]
    # Purchases before credits of the same moment; names decide the rest, never the order of the rows.
    sequence = np.lexsort((line, order, units < 0, at, person))
    sale, credit, taken = _last_in_first_out(person[sequence], units[sequence])
    bought, given = sequence[sale], sequence[credit]
    result = lines.loc[bought, ["order_id", "order_line_id", "sku_id", "location_id", "ordered_at"]]
    credits = lines.loc[given, ["order_id", "order_line_id", "ordered_at"]].reset_index(drop=True)
    credits.columns = pd.Index(["credit_order_id", "credit_order_line_id", "credited_at"])
    matched = pd.concat([result.reset_index(drop=True), credits], axis=1)
    return matched.assign(units=taken / THOUSANDTHS)


@kernel
def _last_in_first_out(person: Ints, units: Ints) -> tuple[Ints, Ints, Ints]:
    """Stack of purchases by person and SKU (rows sorted by both, then time); credits pop it."""
    count = len(person)
    sale, credit, taken = np.empty(2 * count, np.int64), np.empty(2 * count, np.int64), np.empty(2 * count, np.int64)
    stack, left = np.empty(count, np.int64), np.empty(count, np.int64)
    height, found = 0, 0
    for row in range(count):
        if row == 0 or person[row] != person[row - 1]:
            height = 0
        if units[row] > 0:
            stack[height], left[height] = row, units[row]
            height += 1
            continue
        open_units = -units[row]
        while open_units > 0 and height > 0:
            step = min(open_units, left[height - 1])
            sale[found], credit[found], taken[found] = stack[height - 1], row, step
            found += 1
            open_units -= step
            left[height - 1] -= step
            if left[height - 1] == 0:
                height -= 1
    return sale[:found], credit[:found], taken[:found]


def as_return_lines(matched: pd.DataFrame) -> pd.DataFrame:
    """RETURN_LINE rows of matched credits: asked for, received and counted on the day of the credit.

    The grade is not known, and no reason is: both stay missing.
    """
    day = matched["credited_at"].dt.floor("D")
    number = matched.groupby(["credit_order_id", "credit_order_line_id"]).cumcount().astype("str")
    frame = pd.DataFrame(
        {
            "return_id": matched["credit_order_id"],
            "return_line_id": matched["credit_order_line_id"] + "|" + number, "order_id": matched["order_id"],
            "order_line_id": matched["order_line_id"], "sku_id": matched["sku_id"],
            "returned_units": matched["units"], "requested_on": day, "received_on": day,
            "received_units": matched["units"], "location_id": matched["location_id"],
        }
    )  # fmt: skip
    return check(frame.reindex(columns=list(RETURN_LINE.names)), RETURN_LINE)
