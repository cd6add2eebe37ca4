"""What of an order may come back, asked of the database as it stands."""

from __future__ import annotations

import datetime as dt
import time
from typing import NamedTuple

import numpy as np
import pandas as pd

from invopt import database
from invopt.decisions import read_decisions
from invopt.errors import InvoptError
from invopt.returns import ReturnDesk, ReturnPolicy, apply_decisions
from invopt.shipping.tracking import fold_events
from invopt.stages.run import connect
from invopt.tables import KIT_COMPONENT, ORDER_LINE, PRODUCT, RETURN_LINE, TRACKING_EVENT, Table
from invopt.tables.returns import RETURN_REASONS
from invopt.workspace import Workspace


class Quote(NamedTuple):
    """The answer, and the seconds that reading and answering took."""

    frame: pd.DataFrame
    reading_seconds: float
    seconds: float


def quote_order(
    workspace: Workspace, order_id: str, as_of: dt.date, reason: str = "changed_mind", customer_id: str | None = None
) -> Quote:
    """Table `return_authorisation` of all units of an order that have not come back, as if asked for on `as_of`.

    Reads the order, its returns and its parcels from the database, and the policy of the workspace. Raises
    `InvoptError` for a reason that is none.
    """
    if reason not in RETURN_REASONS:
        raise InvoptError(f"{reason!r} is no reason of a return. Known: {', '.join(RETURN_REASONS)}.")
    started = time.perf_counter()
    moment = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with connect(workspace) as db:
        db.create_tables()

        def read(table: Table, where: str) -> pd.DataFrame:
            select = f"select * from ({database.latest(table)}) where {where}"
            values = {"as_of_at": moment, "wanted": order_id} if "$wanted" in where else {"as_of_at": moment}
            return db.frame(select, values, table=table)

        orders = read(ORDER_LINE, "order_id = $wanted")
        lines = read(RETURN_LINE, "order_id = $wanted")
        events = read(TRACKING_EVENT, "order_id = $wanted")
        products, kits = read(PRODUCT, "true"), read(KIT_COMPONENT, "true")
    settings = workspace.settings
    goods = products[products["sku_id"].isin(orders["sku_id"])]
    parcels = fold_events(events, pd.Timestamp(moment), settings.shipping)
    today = np.datetime64(as_of, "D")
    lines = apply_decisions(lines, read_decisions(workspace.decisions_path), today).lines
    desk = ReturnDesk(
        orders, lines, parcels, goods, ReturnPolicy.read(workspace.return_policy_path), settings.returns, kits
    )
    read_at = time.perf_counter()
    found = desk.quote(order_id, today, reason, customer_id)
    return Quote(found, read_at - started, time.perf_counter() - read_at)
