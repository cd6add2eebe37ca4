"""Purchase orders as rows: what a document for the supplier shows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.purchasing.keys import positions
from invopt.purchasing.quantities import amount_minor, thousandths
from invopt.purchasing.terms import TermsInForce
from invopt.tables import ORDER_COMMITMENT, PRODUCT, PURCHASE_ORDER_DRAFT, SUPPLIER, check

STATES_TO_SEND = ("approved", "changed")


def purchase_order_lines(
    committed: pd.DataFrame,
    suppliers: pd.DataFrame,
    products: pd.DataFrame | None = None,
    terms: TermsInForce | None = None,
) -> pd.DataFrame:
    """The lines of the purchase orders that are to leave: approved or changed, and not sent yet.

    `committed` is ORDER_COMMITMENT, `suppliers` SUPPLIER, `products` PRODUCT, `terms` the terms in force: a price that
    was converted for planning leaves as the supplier stated it, in the currency of its terms. An order is numbered by
    day of approval, supplier and receiving location, so that the same approvals give the same order again; its lines
    are numbered by SKU. Sending it is a decision of its own (`send`, with this number, for each proposal in it).

    Returns PURCHASE_ORDER_DRAFT.
    """
    lines = check(committed, ORDER_COMMITMENT)
    lines = lines[lines["state"].isin(STATES_TO_SEND) & (lines["open_units"] > 0)]
    lines = lines.sort_values(["approved_on", "supplier_id", "location_id", "sku_id", "proposal_id"], ignore_index=True)
    names = check(suppliers, SUPPLIER).set_index("supplier_id")["supplier_name"]
    described = pd.Series(dtype="str")
    if products is not None:
        described = check(products, PRODUCT).set_index("sku_id")["product_name"]
    day = lines["approved_on"].dt.strftime("%Y%m%d").astype("str")
    number = "PO-" + day + "-" + lines["supplier_id"] + "-" + lines["location_id"]
    cost, currency = _stated_prices(lines, terms)
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
            "product_name": lines["sku_id"].map(described).astype("str"),
            "ordered_units": lines["open_units"],
            "unit_cost_minor": cost,
            "amount_minor": amount_minor(thousandths(lines["open_units"]), cost),
            "currency": currency,
        }
    )
    return check(frame, PURCHASE_ORDER_DRAFT)


def _stated_prices(lines: pd.DataFrame, terms: TermsInForce | None) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Price and currency of each line: as planned, or as the terms state it where they are in another currency."""
    cost = lines["unit_cost_minor"].to_numpy(dtype=np.int64)
    currency = lines["currency"].to_numpy(dtype=object)
    if terms is None or not len(terms.sku_id) or not len(lines):
        return cost, currency
    held = pd.DataFrame(
        {"supplier_id": pd.Series(terms.supplier_id, dtype="str"), "sku_id": pd.Series(terms.sku_id, dtype="str")}
    )
    at = positions(lines, held, ("supplier_id", "sku_id"))
    row = np.maximum(at, 0)
    is_foreign = (at >= 0) & (terms.currency[row] != currency)
    stated = terms.unit_cost(row, thousandths(lines["open_units"]))
    return np.where(is_foreign, stated, cost), np.where(is_foreign, terms.currency[row], currency)
