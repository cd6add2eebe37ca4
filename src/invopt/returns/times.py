"""How long returns take, step by step, and which are late against the promise."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from invopt.settings.returns import Returns
from invopt.tables import ALERT, RETURN_LATE, RETURN_STEP, RETURN_TIME, check

STEPS = ("requested", "labelled", "scanned", "received", "graded", "refunded")
PERCENTILES = (0.5, 0.8, 0.95)


def return_times(steps: pd.DataFrame) -> pd.DataFrame:
    """Percentiles of the days from each step to the next one that was stamped, and from request to refund.

    `steps` is RETURN_STEP, one row a return and step; a step may be missing, its time then belongs to the stretch
    around it. Only returns that have reached both ends of a stretch count. Returns RETURN_TIME.
    """
    wide = _wide(steps)
    rows = []
    stamped = wide.to_numpy(dtype="datetime64[us]")
    stretches: dict[tuple[str, str], list[float]] = {}
    for moments in stamped:
        known = np.flatnonzero(~np.isnat(moments))
        for first, last in pairwise(known.tolist()):
            days = (moments[last] - moments[first]) / np.timedelta64(1, "D")
            stretches.setdefault((STEPS[first], STEPS[last]), []).append(float(days))
        if len(known) > 2 and known[0] == 0 and known[-1] == len(STEPS) - 1:
            whole = float((moments[-1] - moments[0]) / np.timedelta64(1, "D"))
            stretches.setdefault((STEPS[0], STEPS[-1]), []).append(whole)
    for (first_step, last_step), values in sorted(stretches.items()):
        low, high, slow = np.quantile(values, PERCENTILES)
        rows.append((first_step, last_step, len(values), low, high, slow))
    return check(pd.DataFrame(rows, columns=list(RETURN_TIME.names)), RETURN_TIME)


def late_returns(steps: pd.DataFrame, settings: Returns, as_of: np.datetime64) -> pd.DataFrame:
    """Returns that were not refunded within `promised_refund_days` of the request, the latest first.

    `steps` is RETURN_STEP. A return that was refunded, late or not, is off the list. Returns RETURN_LATE with the step
    at which each one stands.
    """
    wide = _wide(steps)
    requested = wide["requested"].to_numpy(dtype="datetime64[D]")
    age = (as_of - requested).astype(np.float64)
    open_rows = wide["refunded"].isna().to_numpy() & ~np.isnat(requested)
    late = np.flatnonzero(open_rows & (age > settings.promised_refund_days))
    standing = (~np.isnat(wide.to_numpy(dtype="datetime64[us]")))[late]
    at = standing.shape[1] - 1 - np.argmax(standing[:, ::-1], axis=1) if len(late) else late
    frame = pd.DataFrame(
        {
            "return_id": wide.index.to_numpy()[late],
            "standing_at": np.array(STEPS, dtype=object)[at],
            "requested_on": requested[late].astype("datetime64[us]"),
            "late_days": (age[late] - settings.promised_refund_days).astype(np.int64),
        }
    )
    return check(frame.sort_values(["late_days", "return_id"], ascending=[False, True]), RETURN_LATE)


def late_alerts(late: pd.DataFrame, refunds: pd.DataFrame) -> pd.DataFrame:
    """ALERT rows of late returns, worth the refund that is owed.

    `late` is RETURN_LATE; `refunds` has `return_id, refund_minor, currency`, one row a return.
    """
    rows = check(late, RETURN_LATE).merge(refunds, on="return_id", how="left", validate="one_to_one")
    severity = np.where(rows["late_days"] > 7, "high", "medium")
    frame = pd.DataFrame(
        {
            "alert_kind": "late_return",
            "subject": "return",
            "key": rows["return_id"],
            "severity": severity,
            "worth_minor": rows["refund_minor"].fillna(0).astype("int64"),
            "currency": rows["currency"].fillna("XXX"),
            "message": "refund promised "
            + rows["late_days"].astype("str")
            + " days ago; stands at "
            + rows["standing_at"],
            "remedy": "Finish the next step of this return, or tell the customer when it will be.",
        }
    )
    return check(frame, ALERT)


def _wide(steps: pd.DataFrame) -> pd.DataFrame:
    """One row a return, one column a step: its first stamp."""
    rows = check(steps, RETURN_STEP)
    first = rows.pivot_table(index="return_id", columns="step", values="stamped_at", aggfunc="min")
    return first.reindex(columns=list(STEPS)).astype("datetime64[us]")
