"""Messages stage: draft what customers should hear; nothing is sent here."""

from __future__ import annotations

import pandas as pd

from invopt.messages.drafts import draft_messages
from invopt.stages.run import Run
from invopt.tables import (
    BACKLOG,
    MESSAGE,
    OPEN_ORDER_LINE,
    ORDER_LINE,
    RETURN_AUTHORISATION,
    RETURN_EXCHANGE,
    RETURN_LABEL,
    RETURN_LINE,
    SHIPMENT,
)

_CUSTOMER = ["order_id", "customer_id", "ship_to_name", "ship_to_country"]


def draft(run: Run) -> None:
    """Write the drafts about parcels in trouble, goods that wait, and returns."""
    lines = pd.concat([run.read(OPEN_ORDER_LINE)[_CUSTOMER], run.read(ORDER_LINE)[_CUSTOMER]])
    customers = lines.drop_duplicates("order_id")
    drafts = draft_messages(
        run.read(SHIPMENT),
        run.read(BACKLOG),
        run.read(RETURN_AUTHORISATION),
        run.read(RETURN_LINE),
        customers,
        run.settings.business,
        run.as_of,
        forget_after_days=run.settings.mail.forget_after_days,
        exchange=run.read(RETURN_EXCHANGE),
        label=run.read(RETURN_LABEL),
        reminder_days=run.settings.returns.reminder_days,
    )
    run.progress(f"{len(drafts):,} messages drafted")
    run.write(MESSAGE, drafts)
