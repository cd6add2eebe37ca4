"""Exceptions of goods on their way back: late refunds, wrong counts, work that is not ready."""

from __future__ import annotations

import pandas as pd

from invopt.stages.alerts.rows import day, joined, made, plain, told

_COUNTS = {"more": "More", "other": "Another article", "fewer": "Fewer"}
_REMEDIES = {
    "more": "Set the rest aside and ask the customer what it is.",
    "other": "Identify the goods, then grant or refuse the return.",
    "fewer": "Tell the customer what arrived; the rest may still come.",
}


def late_return_alerts(return_late: pd.DataFrame, authorisation: pd.DataFrame) -> pd.DataFrame:
    """Returns past the promised refund. Worth: the refund that is owed."""
    owed = authorisation.groupby("return_id").agg(refund=("refund_minor", "sum"), currency=("currency", "first"))
    rows = return_late.merge(owed.reset_index(), on="return_id", how="left", validate="one_to_one")
    return made(
        "late_return",
        "return",
        key=rows["return_id"],
        worth=rows["refund"],
        currency=rows["currency"].fillna("XXX"),
        message=told(
            "The refund was promised ", plain(rows["late_days"]), " days ago; the return was asked for on ",
            day(rows["requested_on"]), " and stands at ", rows["standing_at"], ".",
        ),
        remedy="Finish the next step of this return, or tell the customer when it will be.",
    )  # fmt: skip


def miscount_alerts(authorisation: pd.DataFrame) -> pd.DataFrame:
    """Returns of which more or another article arrived than announced. Worth: the refund in question."""
    rows = authorisation[
        authorisation["count_path"].isin(("more", "other")) & ~authorisation["state"].isin(("refunded", "closed"))
    ]
    return made(
        "return_miscount",
        "return",
        key=joined(rows["return_id"], rows["return_line_id"]),
        worth=rows["refund_minor"],
        currency=rows["currency"],
        message=told(rows["count_path"].map(_COUNTS), " arrived than announced of ", rows["sku_id"], "."),
        remedy=rows["count_path"].map(_REMEDIES),
    )


def refurbish_alerts(refurbish_order: pd.DataFrame) -> pd.DataFrame:
    """Work on returned goods that is past its day. Worth: what the work costs."""
    rows = refurbish_order[refurbish_order["state"] == "late"]
    return made(
        "refurbish_late",
        "return",
        key=joined(rows["return_id"], rows["return_line_id"]),
        worth=rows["cost_minor"],
        currency=rows["currency"],
        message=told(
            plain(rows["work_units"]), " units of ", rows["sku_id"], " were to be ready on ", day(rows["ready_on"]),
        ),
        remedy="Say whether the work is done or failed: invopt returns refurbished RETURN LINE done",
    )  # fmt: skip
