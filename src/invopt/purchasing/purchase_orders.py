"""Purchase orders as rows: what a document for the supplier shows."""

from __future__ import annotations

import pandas as pd

from invopt.tables import ORDER_PROPOSAL, PRODUCT, PURCHASE_ORDER_DRAFT, SUPPLIER, check

STATES_TO_SEND = ("approved", "changed")


def purchase_order_lines(
    proposals: pd.DataFrame,
    suppliers: pd.DataFrame,
    products: pd.DataFrame | None = None,
    *,
    states: tuple[str, ...] = STATES_TO_SEND,
) -> pd.DataFrame:
    """The lines of the purchase orders that may leave: proposals approved or changed, by supplier and location.

    `proposals` is ORDER_PROPOSAL with its decisions applied, `suppliers` SUPPLIER, `products` PRODUCT. An order is
    numbered by day, supplier and receiving location, so that the same approvals give the same order again; its
    lines are numbered by SKU. Sending it is a decision of its own (`send`, with this number).

    Returns PURCHASE_ORDER_DRAFT.
    """
    lines = check(proposals, ORDER_PROPOSAL)
    chosen = lines["state"].isin(states) & (lines["final_units"] > 0) & lines["supplier_id"].notna()
    lines = lines[chosen].sort_values(["order_on", "supplier_id", "location_id", "sku_id"], ignore_index=True)
    names = check(suppliers, SUPPLIER).set_index("supplier_id")["supplier_name"]
    described = None if products is None else check(products, PRODUCT).set_index("sku_id")["product_name"]
    day = lines["order_on"].dt.strftime("%Y%m%d").astype("str")
    number = "PO-" + day + "-" + lines["supplier_id"] + "-" + lines["location_id"]
    frame = pd.DataFrame(
        {
            "purchase_order_id": number,
            "line_number": lines.groupby(number.to_numpy()).cumcount() + 1,
            "supplier_id": lines["supplier_id"],
            "supplier_name": lines["supplier_id"].map(names).astype("str"),
            "location_id": lines["location_id"],
            "order_on": lines["order_on"],
            "expected_on": lines["expected_on"],
            "proposal_id": lines["proposal_id"],
            "sku_id": lines["sku_id"],
            "product_name": pd.Series(pd.NA, index=lines.index, dtype="str")
            if described is None
            else lines["sku_id"].map(described).astype("str"),
            "ordered_units": lines["final_units"],
            "unit_cost_minor": lines["unit_cost_minor"],
            "amount_minor": lines["amount_minor"],
            "currency": lines["currency"],
        }
    )
    return check(frame, PURCHASE_ORDER_DRAFT)
