"""What returns say about goods and people: rates, reasons, the SKUs to act on, serial returners to look at."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.settings.returns import Returns
from invopt.tables import PRODUCT, RETURN_ACTION, RETURN_LINE, RETURN_RATE, SERIAL_RETURNER, check

ACTIONS = {
    "size_or_fit": "Add measurements and a size advice to the page; look at which sizes come back.",
    "not_as_described": "Correct text and pictures; compare them with the goods on the shelf.",
    "defective": "Hold the stock, sample it, and claim from the supplier.",
    "damaged_in_transit": "Pack it better, or send it with another carrier.",
    "wrong_item": "Check its bin and label: pickers take the neighbour.",
    "late": "Promise later, or ship from nearer by.",
    "changed_mind": "Show what it is used for; weigh a fee or a lower price.",
    "unknown": "Ask for the reason on the return form.",
}


def skus_to_act_on(
    return_lines: pd.DataFrame, rates: pd.DataFrame, products: pd.DataFrame, settings: Returns, count: int = 10
) -> pd.DataFrame:
    """The SKUs whose returns cost most, with their leading reason and what to do about it.

    `return_lines` is RETURN_LINE, `rates` RETURN_RATE, `products` PRODUCT. The cost of a SKU's returns is, for each
    unit that came back, the work to restock it, and its cost where it could not be sold again; margin after returns
    takes that off the margin of what was kept. Returns RETURN_ACTION, the dearest first; SKUs without returns or
    without a known cost are left out.
    """
    lines = check(return_lines, RETURN_LINE)
    units = lines["received_units"].fillna(lines["returned_units"])
    lines = lines.assign(units=units, return_reason=lines["return_reason"].fillna("unknown"))
    by_reason = lines.groupby(["sku_id", "return_reason"])["units"].sum().reset_index()
    by_reason = by_reason.sort_values(["sku_id", "units", "return_reason"], ascending=[True, False, True])
    lead = by_reason.drop_duplicates("sku_id").rename(columns={"units": "lead_units"})
    totals = by_reason.groupby("sku_id", as_index=False)["units"].sum()
    known = check(rates, RETURN_RATE).merge(
        check(products, PRODUCT)[["sku_id", "unit_cost_minor", "unit_price_minor", "currency"]], on="sku_id"
    )
    rows = known.merge(totals, on="sku_id").merge(lead, on="sku_id")
    rows = rows[rows["unit_cost_minor"].notna() & rows["unit_price_minor"].notna() & (rows["units"] > 0)]
    unit_cost = rows["unit_cost_minor"].astype("float64")
    lost = (1.0 - rows["resaleable_share"]) * unit_cost
    cost = rows["units"] * (settings.restock_minor + lost)
    kept = (rows["sold_units"] - rows["units"]).clip(lower=0.0)
    margin = kept * (rows["unit_price_minor"].astype("float64") - unit_cost) - cost
    frame = pd.DataFrame(
        {
            "sku_id": rows["sku_id"],
            "returned_units": rows["units"],
            "return_share": rows["return_share"],
            "leading_reason": rows["return_reason"],
            "leading_share": rows["lead_units"] / rows["units"],
            "cost_minor": np.rint(cost).astype("int64"),
            "margin_after_minor": np.rint(margin).astype("int64"),
            "currency": rows["currency"].fillna("XXX"),
            "action": rows["return_reason"].map(ACTIONS),
        }
    )
    frame = frame.sort_values(["cost_minor", "sku_id"], ascending=[False, True]).head(count)
    return check(frame, RETURN_ACTION)


def serial_returners(bought: pd.DataFrame, settings: Returns) -> pd.DataFrame:
    """Customers who send most of what they buy back: shown to people, never acted on by itself.

    `bought` has `customer_id, orders, bought_units, returned_units`, one row a customer. A customer is shown from
    `serial_return_orders` orders and `serial_return_share` of units on, the largest share first. Returns
    SERIAL_RETURNER.
    """
    rows = bought[bought["customer_id"].notna() & (bought["bought_units"] > 0)]
    share = (rows["returned_units"] / rows["bought_units"]).clip(upper=1.0)
    rows = rows.assign(return_share=share)
    is_shown = (rows["orders"] >= settings.serial_return_orders) & (share >= settings.serial_return_share)
    shown = rows[is_shown].sort_values(["return_share", "customer_id"], ascending=[False, True])
    rule = f"{settings.serial_return_orders} orders or more, {settings.serial_return_share:.0%} or more sent back"
    return check(shown.assign(rule=rule)[list(SERIAL_RETURNER.names)], SERIAL_RETURNER)
