"""What goes wrong in any shop: open orders that must not leave as they are, and a count that cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.sample.spec import ShopSpec

# Order ids of the copies start here, above those of the history and within the first block's stride.
COPY_NUMBER = 900_001


def break_open_orders(spec: ShopSpec, lines: pd.DataFrame) -> pd.DataFrame:
    """Give some open orders of the first block a fault each; the rest of the table is untouched.

    Missing postcode, postcode of the wrong shape, failed payment, pending payment, price far below the list,
    an absurd quantity, an order sent twice, a SKU that the catalogue does not know.
    """
    random = spec.random("faults")
    is_open = lines["order_state"] == "open"
    orders = lines.loc[is_open, "order_id"].unique()
    if len(orders) < 16:
        return lines
    picked = [str(order) for order in random.permutation(np.asarray(orders, dtype=object))[:12]]
    lines = lines.copy()
    own = {order: lines["order_id"] == order for order in picked}
    for order in picked[:2]:
        lines.loc[own[order], "ship_to_postcode"] = None
    lines["ship_to_postcode"] = lines["ship_to_postcode"].astype("str")
    lines.loc[own[picked[2]], "ship_to_postcode"] = "LS6"
    lines.loc[own[picked[3]] | own[picked[4]], "payment_state"] = "failed"
    lines.loc[own[picked[5]], "payment_state"] = "pending"
    first = {order: lines.index[own[order]][0] for order in picked}
    cheap, absurd = first[picked[6]], first[picked[7]]
    lines.loc[cheap, "unit_price_minor"] = lines.loc[cheap, "unit_price_minor"] // 10
    lines.loc[absurd, "ordered_units"] = 500.0
    for row in (cheap, absurd):
        amount = int(lines.loc[row, "ordered_units"]) * int(lines.loc[row, "unit_price_minor"])
        lines.loc[row, ["discount_minor", "amount_minor"]] = [0, amount]
        lines.loc[row, "tax_minor"] = (amount + 2) // 5 if lines.loc[row, "ship_to_country"] == "GB" else 0
    lines["sku_id"] = lines["sku_id"].astype("str")
    lines.loc[first[picked[8]], "sku_id"] = "XXX999"
    copies = []
    for position, order in enumerate(picked[9:11]):
        copy = lines[own[order]].copy()
        copy["order_id"] = str(COPY_NUMBER + position)
        copy["ordered_at"] = copy["ordered_at"] + pd.Timedelta(minutes=3)
        copies.append(copy)
    lines.loc[own[picked[11]], "ship_to_street"] = None
    return pd.concat([lines, *copies], ignore_index=True)


def break_a_count(spec: ShopSpec, snapshots: pd.DataFrame) -> pd.DataFrame:
    """Make the last count of one SKU negative, as a missed receipt does."""
    last = snapshots[snapshots["counted_on"] == snapshots["counted_on"].max()]
    if len(last) < 16:
        return snapshots
    scarce = last.sort_values("on_hand_units", kind="stable").index[len(last) // 16]
    snapshots = snapshots.copy()
    snapshots.loc[scarce, "on_hand_units"] = -3.0
    return snapshots
