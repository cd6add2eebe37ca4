"""Grades that people gave at the desk, beside those that came with the shop's file."""

from __future__ import annotations

import pandas as pd

from invopt.tables import DECISION, RETURN_LINE, check
from invopt.tables.returns import GRADES

SUBJECT = "return"
GRADE = "grade"


def with_hand_grades(lines: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """The return lines with the grades decided by hand, where the shop's own file brings none.

    `lines` is RETURN_LINE, `decisions` the DECISION rows that stand: of subject `return`, action `grade`, key
    return|line, the grade as `to_value`. The last decision about a line counts; one that is no grade is passed
    over, so that the line goes on waiting to be graded. Returns RETURN_LINE.

    >>> from invopt.tables import empty
    >>> with_hand_grades(empty(RETURN_LINE), empty(DECISION)).empty
    True
    """
    result = check(lines, RETURN_LINE).copy()
    rows = check(decisions, DECISION)
    rows = rows[(rows["subject"] == SUBJECT) & (rows["action"] == GRADE) & rows["to_value"].isin(GRADES)]
    if rows.empty:
        return result
    last = rows.sort_values(["decided_at", "decision_id"]).drop_duplicates("key", keep="last")
    key = result["return_id"] + "|" + result["return_line_id"]
    by_hand = key.map(last.set_index("key")["to_value"])
    arrived = result["received_on"].notna()
    result["grade"] = result["grade"].where(result["grade"].notna() | ~arrived, by_hand)
    return check(result, RETURN_LINE)
