"""What of an order may come back, until when, for how much: asked before a return exists."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.returns.authorise import answer
from invopt.returns.policy import ReturnPolicy
from invopt.returns.sold import texts
from invopt.settings.returns import Returns
from invopt.tables import KIT_COMPONENT, ORDER_LINE, PRODUCT, RETURN_AUTHORISATION, RETURN_LINE, SHIPMENT, check, empty

_ASKED = "quote"


class ReturnDesk:
    """Answers questions about returns, one order after the other, from frames that were checked once.

    Comes in: ORDER_LINE, RETURN_LINE, SHIPMENT, PRODUCT and KIT_COMPONENT, as for `authorise`, and the policy.
    A desk that stands answers in milliseconds; making one takes as long as checking the frames.
    """

    def __init__(
        self, order_lines: pd.DataFrame, return_lines: pd.DataFrame, shipments: pd.DataFrame, products: pd.DataFrame,
        policy: ReturnPolicy, settings: Returns, kits: pd.DataFrame | None = None,
    ) -> None:  # fmt: skip
        """Check the frames and find the rows of each order."""
        self._orders = check(order_lines, ORDER_LINE)
        self._returns = check(return_lines, RETURN_LINE)
        self._shipments = check(shipments, SHIPMENT)
        self._products = check(products, PRODUCT)
        self._kits = empty(KIT_COMPONENT) if kits is None else check(kits, KIT_COMPONENT)
        self._policy, self._settings = policy, settings
        self._no_returns = empty(RETURN_LINE)
        self._rows = {
            name: _rows_by_order(frame)
            for name, frame in (("order", self._orders), ("return", self._returns), ("shipment", self._shipments))
        }

    def quote(
        self, order_id: str, as_of: np.datetime64, reason: str = "changed_mind", customer_id: str | None = None
    ) -> pd.DataFrame:
        """RETURN_AUTHORISATION of all units of an order that have not come back, as if asked for on `as_of`.

        `reason` is one of RETURN_REASONS. With a `customer_id`, an order of somebody else is answered like one
        that does not exist, so that order numbers cannot be tried out.
        """
        mine = self._of("order", self._orders, order_id)
        if customer_id is not None:
            mine = mine[texts(mine["customer_id"]) == customer_id]
        past = self._of("return", self._returns, order_id)
        sales = mine[texts(mine["line_kind"]) == "sale"].sort_values("order_line_id")
        # The question comes after every return of the same day: its id sorts last.
        last = max([*past["return_id"], ""]) + "~"
        asked = self._asked(order_id, sales, last, as_of, reason)
        everything = pd.concat([past, asked], ignore_index=True) if len(past) else asked
        shipped = self._of("shipment", self._shipments, order_id)
        found = answer(
            everything, mine, shipped, self._products, self._kits, self._policy, self._settings, as_of
        ).authorisations
        named: pd.DataFrame = found[texts(found["return_id"]) == last].assign(return_id=_ASKED)
        return named.reset_index(drop=True)

    def _of(self, name: str, frame: pd.DataFrame, order_id: str) -> pd.DataFrame:
        return frame.take(self._rows[name].get(order_id, np.zeros(0, np.int64)))

    def _asked(
        self, order_id: str, sales: pd.DataFrame, return_id: str, as_of: np.datetime64, reason: str
    ) -> pd.DataFrame:
        """All units of the order as return lines; one line without units where there is no such order."""
        count = max(len(sales), 1)
        asked = self._no_returns.reindex(range(count))
        asked["return_id"], asked["order_id"], asked["return_reason"] = return_id, order_id, reason
        asked["requested_on"] = as_of.astype("datetime64[us]")
        asked["return_line_id"] = sales["order_line_id"].array if len(sales) else ""
        asked["order_line_id"] = sales["order_line_id"].array if len(sales) else None
        asked["sku_id"] = sales["sku_id"].array if len(sales) else ""
        asked["returned_units"] = sales["ordered_units"].array if len(sales) else 0.0
        return asked


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
    """RETURN_AUTHORISATION of one order, as `ReturnDesk.quote`, for who asks once.

    The frames are those of `authorise`; only rows of the order are looked at.
    """
    desk = ReturnDesk(
        order_lines[order_lines["order_id"] == order_id], return_lines[return_lines["order_id"] == order_id],
        shipments[shipments["order_id"] == order_id], products, policy, settings, kits,
    )  # fmt: skip
    return check(desk.quote(order_id, as_of, reason, customer_id), RETURN_AUTHORISATION)


def _rows_by_order(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Positions of the rows of each order."""
    code, names = pd.factorize(texts(frame["order_id"]))
    order = np.argsort(code, kind="stable")
    order = order[code[order] >= 0]
    parts = np.split(order, np.flatnonzero(np.diff(code[order])) + 1) if len(order) else []
    return {str(names[code[rows[0]]]): rows for rows in parts}
