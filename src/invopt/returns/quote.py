"""What of an order may come back, until when, for how much: asked before a return exists."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.returns.authorise import answer
from invopt.returns.policy import ReturnPolicy
from invopt.settings.returns import Returns
from invopt.tables import KIT_COMPONENT, ORDER_LINE, PRODUCT, RETURN_LINE, SHIPMENT, check, empty

_ASKED = "quote"  # sorts behind nothing real: the caller's returns keep their own ids and are asked first


def quote(
    order_id: str,
    order_lines: pd.DataFrame,
    return_lines: pd.DataFrame,
    shipments: pd.DataFrame,
    products: pd.DataFrame,
    policy: ReturnPolicy,
    settings: Returns,
    as_of: np.datetime64,
    reason: str = "changed_mind",
    customer_id: str | None = None,
    kits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """RETURN_AUTHORISATION of all units of an order that have not come back, as if they were asked for on
    `as_of`.

    The frames are those of `authorise`; only rows of the order are looked at. `reason` is one of
    RETURN_REASONS. With a `customer_id`, an order of somebody else is answered like one that does not exist,
    so that order numbers cannot be tried out.
    """
    mine = check(order_lines[order_lines["order_id"] == order_id], ORDER_LINE)
    if customer_id is not None:
        mine = mine[mine["customer_id"] == customer_id]
    past = return_lines[return_lines["order_id"] == order_id]
    sales = mine[mine["line_kind"] == "sale"].sort_values("order_line_id")
    asked = pd.DataFrame(
        {
            "return_id": _ASKED, "return_line_id": sales["order_line_id"], "order_id": order_id,
            "order_line_id": sales["order_line_id"], "sku_id": sales["sku_id"],
            "returned_units": sales["ordered_units"], "requested_on": as_of.astype("datetime64[us]"),
            "return_reason": reason,
        }
    ).reindex(columns=list(RETURN_LINE.names))  # fmt: skip
    if asked.empty:
        asked = pd.DataFrame(
            [{"return_id": _ASKED, "return_line_id": "", "order_id": order_id, "sku_id": "",
            "returned_units": 0,
              "requested_on": as_of.astype("datetime64[us]"), "return_reason": reason}]
        ).reindex(columns=list(RETURN_LINE.names))  # fmt: skip
    # The question comes after every return of the same day: its id sorts last.
    last = max([*past["return_id"], ""]) + "~"
    everything = check(pd.concat([past, asked.assign(return_id=last)], ignore_index=True), RETURN_LINE)
    kits = empty(KIT_COMPONENT) if kits is None else check(kits, KIT_COMPONENT)
    mine_shipped = check(shipments[shipments["order_id"] == order_id], SHIPMENT)
    goods = check(products[products["sku_id"].isin(mine["sku_id"])], PRODUCT)
    found = answer(everything, mine, mine_shipped, goods, kits, policy, settings, as_of)
    found = found[found["return_id"] == last]
    named: pd.DataFrame = found.assign(return_id=_ASKED).reset_index(drop=True)
    return named
