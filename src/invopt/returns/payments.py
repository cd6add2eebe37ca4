"""Which payment of an order gets how much of a refund back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.returns.refund import refund_over_payments
from invopt.returns.sold import records
from invopt.tables import PAYMENT, REFUND_PAYMENT, RETURN_AUTHORISATION, RETURN_LINE, check, empty

ASSUMED_PAYMENT = "as paid"


def refund_payments(
    authorisations: pd.DataFrame, return_lines: pd.DataFrame, payments: pd.DataFrame, exchange: pd.DataFrame
) -> pd.DataFrame:
    """REFUND_PAYMENT: every refund divided over the order's payments, in the sequence in which they were used.

    `authorisations` is RETURN_AUTHORISATION, `return_lines` RETURN_LINE (returns of an order are refunded in the
    sequence of their request), `payments` PAYMENT, `exchange` RETURN_EXCHANGE (where a replacement goes out, only
    what it is cheaper by goes back). Each payment gets back at most what it brought, over all returns of the order; a
    refund beyond all payments known goes to an assumed one and says so, as does all of it where none is known.
    Store credit goes back to no payment.
    """
    keys = ["return_id", "return_line_id"]
    answers = check(authorisations, RETURN_AUTHORISATION)
    lines = check(return_lines, RETURN_LINE)[[*keys, "requested_on"]]
    owed = answers[(answers["outcome"] == "granted") & (answers["settlement"] != "store_credit")]
    owed = owed.merge(lines, on=keys, how="left", validate="one_to_one")
    swaps = exchange[exchange["state"].isin(("reserved", "due", "sent"))]
    swaps = swaps[[*keys, "difference_minor"]]
    owed = owed.merge(swaps, on=keys, how="left", validate="one_to_one")
    back = (-owed["difference_minor"]).clip(lower=0)
    owed["amount"] = np.where(owed["difference_minor"].isna(), owed["refund_minor"], back.fillna(0)).astype(np.int64)
    owed = owed[owed["amount"] > 0].sort_values(["requested_on", *keys], kind="stable")
    if owed.empty:
        return empty(REFUND_PAYMENT)
    known = check(payments, PAYMENT)
    known = known[known["order_id"].isin(owed["order_id"])].sort_values(["order_id", "used_number", "payment_id"])
    by_order = {order: rows for order, rows in known.groupby("order_id")} if len(known) else {}  # noqa: C416
    columns = [*keys, "order_id", "currency"]
    single = owed[~owed["order_id"].isin(list(by_order))]
    frames = [
        single[columns].assign(
            payment_id=ASSUMED_PAYMENT, payment_kind="other", amount_minor=single["amount"], is_assumed=True
        )
    ]
    rows = []
    for order, returns in owed[owed["order_id"].isin(list(by_order))].groupby("order_id"):
        ways = by_order[order]
        paid = ways["paid_minor"].to_numpy()
        refunded = np.zeros(len(ways), dtype=np.int64)
        for line in records(returns):
            amount = int(min(line.amount, int((paid - refunded).sum())))
            parts = refund_over_payments(amount, paid, refunded)
            refunded = refunded + parts
            for way, part in zip(records(ways), parts.tolist(), strict=True):
                if part:
                    rows.append((line.return_id, line.return_line_id, line.order_id, line.currency, way.payment_id,
                                 way.payment_kind, part, False))  # fmt: skip
            if line.amount > amount:
                rows.append((line.return_id, line.return_line_id, line.order_id, line.currency, ASSUMED_PAYMENT,
                             "other", int(line.amount) - amount, True))  # fmt: skip
    if rows:
        frames.append(
            pd.DataFrame(rows, columns=[*columns, "payment_id", "payment_kind", "amount_minor", "is_assumed"])
        )
    frame = pd.concat(frames, ignore_index=True)
    return check(frame[list(REFUND_PAYMENT.names)].sort_values([*keys, "payment_id"]), REFUND_PAYMENT)
