"""The purchase orders that the proposals add up to."""

from __future__ import annotations

import pandas as pd

from invopt.tables import ORDER_PROPOSAL, SUPPLIER, SUPPLIER_ORDER, check

# Lines in these states are to be ordered; the others were put off or are already on their way.
STATES_TO_ORDER = ("proposed", "approved", "changed")


def supplier_orders(proposals: pd.DataFrame, suppliers: pd.DataFrame) -> pd.DataFrame:
    """One purchase order for each supplier, receiving location and order day.

    `proposals` is ORDER_PROPOSAL, `suppliers` SUPPLIER. Lines without units, rejected, snoozed or already
    sent are left out. Returns SUPPLIER_ORDER with the value, the supplier's minimum, and whether the one
    reaches the other: after a planner's decision it may not, and the reason says by how much it falls short.
    """
    lines = check(proposals, ORDER_PROPOSAL)
    lines = lines[(lines["final_units"] > 0) & lines["state"].isin(STATES_TO_ORDER) & lines["supplier_id"].notna()]
    keys = ["supplier_id", "location_id", "order_on"]
    thousandths = (lines["final_units"] * 1_000).round().astype("int64")
    grouped = lines.assign(thousandths=thousandths).groupby(keys, sort=True)
    orders = grouped.agg(
        lines=("sku_id", "size"),
        thousandths=("thousandths", "sum"),
        amount_minor=("amount_minor", "sum"),
        currency=("currency", "first"),
        currencies=("currency", "nunique"),
        filled=("order_minimum_change_units", lambda values: int((values > 0).sum())),
    ).reset_index()
    facts = check(suppliers, SUPPLIER).set_index("supplier_id").reindex(orders["supplier_id"])
    minimum = facts["minimum_order_minor"].fillna(0).astype("int64").to_numpy()
    stated = facts["currency"].to_numpy(dtype=object)
    foreign = pd.notna(stated) & (stated != orders["currency"].to_numpy(dtype=object)) & (minimum > 0)
    short = minimum - orders["amount_minor"].to_numpy()
    meets = (short <= 0) | foreign
    orders["minimum_order_minor"] = minimum
    orders["meets_minimum"] = meets
    orders["units"] = orders["thousandths"] / 1_000
    orders["reason"] = [
        _reason(bool(other), int(least), int(lacks), int(filled), int(currencies))
        for other, least, lacks, filled, currencies in zip(
            foreign, minimum, short, orders["filled"], orders["currencies"], strict=True
        )
    ]
    return check(orders.drop(columns=["thousandths", "currencies", "filled"]), SUPPLIER_ORDER)


def _reason(is_foreign: bool, minimum: int, short: int, filled: int, currencies: int) -> str:
    mixed = "; its lines are in several currencies: the value adds them as they stand" if currencies > 1 else ""
    if is_foreign:
        return f"the minimum is in another currency than the lines and is not applied{mixed}"
    if minimum == 0:
        return f"no minimum{mixed}"
    if short > 0:
        return f"{short} minor units below the minimum{mixed}"
    return (f"filled up on {filled} lines" if filled else "reached by the needs alone") + mixed
