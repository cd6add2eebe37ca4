"""The steps of returns, stamped: what was done when."""

from __future__ import annotations

import pandas as pd

from invopt.tables import RETURN_AUTHORISATION, RETURN_LINE, RETURN_STEP, check

_COLUMNS = {
    "requested": "requested_on", "labelled": "labelled_on", "scanned": "scanned_on", "received": "received_on",
    "graded": "graded_on", "refunded": "refunded_on",
}  # fmt: skip


def return_steps(return_lines: pd.DataFrame, authorisations: pd.DataFrame) -> pd.DataFrame:
    """RETURN_STEP: the stamps of every granted return that goods are awaited of, or were.

    `return_lines` is RETURN_LINE, `authorisations` RETURN_AUTHORISATION. A step of a return of several lines is done
    when it is done for all of them, and then stamped with the last; closed returns have nothing left to do.
    """
    keys = ["return_id", "return_line_id"]
    lines = check(return_lines, RETURN_LINE)
    answers = check(authorisations, RETURN_AUTHORISATION)
    live = answers.loc[(answers["outcome"] == "granted") & (answers["state"] != "closed"), keys]
    lines = lines.merge(live, on=keys, how="inner", validate="one_to_one")
    parts = []
    for step, column in _COLUMNS.items():
        days = lines.groupby("return_id")[column]
        done = days.max()[days.count() == days.size()] if step != "requested" else days.min()
        parts.append(pd.DataFrame({"return_id": done.index, "step": step, "stamped_at": done.to_numpy()}))
    return check(pd.concat(parts, ignore_index=True).sort_values(["return_id", "stamped_at", "step"]), RETURN_STEP)
