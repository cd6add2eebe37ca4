"""When a row is taken to have been known: the one place of this rule.

A plan as of a day reads what was recorded before it, so the moment that a row gets decides which plans see
it.

- The first version of a row is taken to have been known when it happened (an order when it was ordered, a
  receipt when it was received), never later than now. So a history that is brought in today counts for
  every day since it happened, and a plan as of an earlier day is what it would have been then.
- Rows about nothing that happens (products, suppliers, rates, promotions) are taken to have been known
  always.
- Every later version, and every line that comes to an order already known, is known from the moment it is
  taken in. So a correction never changes a plan as of a day before it came.
"""

from __future__ import annotations

import datetime as dt

from invopt.database import Database
from invopt.tables import Table

ALWAYS = dt.datetime(1970, 1, 1)

# The column that says when a row's event happened; the tables left out are known always.
_HAPPENED = {
    "order_line": "ordered_at",
    "stock_movement": "moved_at",
    "tracking_event": "happened_at",
    "stock_snapshot": "counted_on",
    "purchase_order_line": "ordered_on",
    "receipt": "received_on",
    "return_line": "requested_on",
}


def first_known_at(table: Table) -> str:
    """SQL for the moment at which the first version of a row of `staged` counts as known; days begin at
    midnight.

    Reads the parameters `$recorded_at` and, for tables with days, `$time_zone`.
    """
    column = _HAPPENED.get(table.name)
    if column is None:
        return f"timestamp '{ALWAYS}'"
    moment = f"staged.{column}"
    if column.endswith("_on"):
        moment = f"utc_of(cast({moment} as timestamp), $time_zone)"
    return f"least({moment}, $recorded_at)"


def next_recorded_at(database: Database, now: dt.datetime) -> dt.datetime:
    """The moment of this intake: now, and later than every intake before it, so that versions have
    one order.
    """
    last = database.scalar("select max(recorded_at) from ingested_file")
    return now if last is None or last < now else last + dt.timedelta(microseconds=1)
