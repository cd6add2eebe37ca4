"""What returns say about goods and people: rates, reasons, the SKUs to act on, serial returners to look at."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.settings.returns import Returns
from invopt.tables import (
    PRODUCT,
    RETURN_ACTION,
    RETURN_CLUSTER,
    RETURN_LINE,
    RETURN_MARGIN,
    RETURN_RATE,
    SERIAL_RETURNER,
    check,
)

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


def return_margins(
    return_lines: pd.DataFrame, rates: pd.DataFrame, products: pd.DataFrame, settings: Returns,
    disposals: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """RETURN_MARGIN: what each SKU earns before and after its returns.

    `return_lines` is RETURN_LINE, `rates` RETURN_RATE, `products` PRODUCT, `disposals` DISPOSAL. A unit that came
    back costs the work to restock it and the share of its cost that is lost: with a disposal, its cost less what it
    is worth where it went, else the share not fit for sale; units announced count as if they had come. Margin after
    returns is that of what was kept, less this.
    SKUs without returns, or without a known cost and price, are left out.
    """
    lines = _with_units(return_lines)
    known = check(rates, RETURN_RATE).merge(
        check(products, PRODUCT)[["sku_id", "unit_cost_minor", "unit_price_minor", "currency"]], on="sku_id"
    )
    back = lines.groupby("sku_id", as_index=False)["units"].sum()
    rows = known.merge(back, on="sku_id")
    rows = rows[rows["unit_cost_minor"].notna() & rows["unit_price_minor"].notna() & (rows["units"] > 0)]
    unit_cost = rows["unit_cost_minor"].astype("float64")
    margin = rows["unit_price_minor"].astype("float64") - unit_cost
    judged, kept_worth = _worth_of_disposed(disposals, rows["sku_id"])
    judged = np.minimum(judged, rows["units"].to_numpy())
    other = rows["units"].to_numpy() - judged
    lost = judged * unit_cost - np.minimum(kept_worth, judged * unit_cost)
    lost = lost + other * (1.0 - rows["resaleable_share"]) * unit_cost
    cost = rows["units"] * settings.restock_minor + lost.clip(lower=0.0)
    kept = (rows["sold_units"] - rows["units"]).clip(lower=0.0)
    frame = pd.DataFrame(
        {
            "sku_id": rows["sku_id"], "sold_units": rows["sold_units"], "returned_units": rows["units"],
            "margin_before_minor": np.rint(rows["sold_units"] * margin).astype("int64"),
            "cost_minor": np.rint(cost).astype("int64"),
            "margin_after_minor": np.rint(kept * margin - cost).astype("int64"),
            "currency": rows["currency"].fillna("XXX"),
        }
    )  # fmt: skip
    return check(frame.sort_values("sku_id", ignore_index=True), RETURN_MARGIN)


def _with_units(return_lines: pd.DataFrame) -> pd.DataFrame:
    lines = check(return_lines, RETURN_LINE)
    return lines.assign(
        units=lines["received_units"].fillna(lines["returned_units"]),
        return_reason=lines["return_reason"].fillna("unknown"),
    )


def _worth_of_disposed(disposals: pd.DataFrame | None, skus: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Units whose fate is decided and what they are worth there, by SKU."""
    if disposals is None or disposals.empty:
        return np.zeros(len(skus)), np.zeros(len(skus))
    sums = disposals.groupby("sku_id")[["disposed_units", "worth_minor"]].sum().reindex(skus).fillna(0.0)
    return sums["disposed_units"].to_numpy(dtype=float), sums["worth_minor"].to_numpy(dtype=float).clip(min=0.0)


def skus_to_act_on(
    return_lines: pd.DataFrame, rates: pd.DataFrame, products: pd.DataFrame, settings: Returns, count: int = 10,
    disposals: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """RETURN_ACTION: the SKUs whose returns cost most, with their leading reason and what to do about it.

    The frames are those of `return_margins`, which says how the cost is reckoned. The dearest first.
    """
    margins = return_margins(return_lines, rates, products, settings, disposals)
    lines = _with_units(return_lines)
    by_reason = lines.groupby(["sku_id", "return_reason"])["units"].sum().reset_index()
    by_reason = by_reason.sort_values(["sku_id", "units", "return_reason"], ascending=[True, False, True])
    lead = by_reason.drop_duplicates("sku_id").rename(columns={"units": "lead_units"})
    totals = by_reason.groupby("sku_id", as_index=False)["units"].sum()
    rows = margins.merge(totals, on="sku_id").merge(lead, on="sku_id")
    rows = rows.merge(rates[["sku_id", "return_share"]], on="sku_id", validate="one_to_one")
    rows = rows.assign(
        leading_reason=rows["return_reason"],
        leading_share=rows["lead_units"] / rows["units"].where(rows["units"] > 0),
        action=rows["return_reason"].map(ACTIONS),
    )
    rows = rows[rows["units"] > 0].sort_values(["cost_minor", "sku_id"], ascending=[False, True]).head(count)
    return check(rows[list(RETURN_ACTION.names)], RETURN_ACTION)


def reason_clusters(return_lines: pd.DataFrame, products: pd.DataFrame, settings: Returns) -> pd.DataFrame:
    """RETURN_CLUSTER: categories of which several SKUs come back mostly for the same reason.

    `return_lines` is RETURN_LINE, `products` PRODUCT. A SKU belongs to a cluster where its leading reason stands for
    half of its returned units or more, and for two units at least; `cluster_skus` of a category make one: what they
    share (a size table, a text, a supplier's packing) is worth looking for before each one is. Reasons that nobody
    gave make none.
    """
    lines = _with_units(return_lines)
    lines = lines[lines["return_reason"] != "unknown"]
    by_reason = lines.groupby(["sku_id", "return_reason"])["units"].sum().reset_index()
    by_reason["all_units"] = by_reason.groupby("sku_id")["units"].transform("sum")
    by_reason = by_reason.sort_values(["sku_id", "units", "return_reason"], ascending=[True, False, True])
    lead = by_reason.drop_duplicates("sku_id")
    lead = lead[(lead["units"] >= 2) & (lead["units"] >= 0.5 * lead["all_units"])]
    goods = check(products, PRODUCT)[["sku_id", "category_id"]]
    lead = lead.merge(goods, on="sku_id", how="inner", validate="one_to_one").dropna(subset="category_id")
    lead = lead.sort_values(["units", "sku_id"], ascending=[False, True])
    rows = []
    for (category, reason), skus in lead.groupby(["category_id", "return_reason"], sort=True):
        if len(skus) < settings.cluster_skus:
            continue
        units, of_all = float(skus["units"].sum()), float(skus["all_units"].sum())
        rows.append((category, reason, len(skus), units, units / of_all, ", ".join(skus["sku_id"].head(5)),
                     ACTIONS[str(reason)]))  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(RETURN_CLUSTER.names))
    return check(frame.sort_values(["returned_units", "category_id"], ascending=[False, True]), RETURN_CLUSTER)


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
