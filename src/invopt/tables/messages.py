"""What the shop would write to its customers: drafts that wait in the outbox for a person or the mail sender."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, text

MESSAGE_KINDS = ("parcel_late", "parcel_stuck", "delivery_failed", "parcel_returned", "parcel_lost", "parcel_damaged",
                 "order_waiting", "return_granted", "return_refused", "return_received", "return_drop_off",
                 "return_pick_up", "return_scanned", "return_miscounted", "return_graded", "return_refunded",
                 "return_reminder", "return_expired", "exchange_reserved", "exchange_due", "exchange_released",
                 "exchange_impossible")  # fmt: skip

MESSAGE = Table(
    "message",
    grain="one row per drafted message",
    key=("message_id",),
    columns=(
        text("message_id", "the same cause gives the same id, so that nothing is written twice"),
        text("kind", "what it is about", choices=MESSAGE_KINDS),
        text("key", "parcel, order or return"),
        text("order_id", "order", nullable=True),
        text("customer_id", "customer", nullable=True, personal=True),
        text("recipient", "mail address; missing where none is known", nullable=True, personal=True),
        text("language", "language it is written in"),
        text("subject", "subject line"),
        text("text_body", "body as plain text; missing once the customer was erased", nullable=True, personal=True),
        text("html_body", "the same as HTML", nullable=True, personal=True),
        date("drafted_on", "day of the plan that drafted it"),
        text("reason", "what was assumed; empty for nothing"),
    ),
)
