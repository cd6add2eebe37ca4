"""One exception in words: how a row of `alert` is made, graded and ordered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from invopt.settings import Alerts
from invopt.tables import ALERT, empty

_URGENT = ("file_refused",)  # no worth to go by, and nothing in the plan can be trusted before it is mended
_COMMON = ("surplus", "forecast_wrong")  # small ones are everywhere and would bury the rest
_MADE = ["alert_kind", "subject", "key", "worth_minor", "currency", "message", "remedy"]


def made(
    kind: str,
    subject: str,
    *,
    key: pd.Series,
    worth: pd.Series,
    currency: pd.Series,
    message: pd.Series,
    remedy: pd.Series | str,
) -> pd.DataFrame:
    """Rows of one kind; a missing or negative worth counts as zero, and the worth is rounded once."""
    amount = worth.astype("float64").fillna(0.0).clip(lower=0.0)
    return pd.DataFrame(
        {
            "alert_kind": kind,
            "subject": subject,
            "key": key.astype("str"),
            "worth_minor": np.rint(amount).astype("int64"),
            "currency": currency.astype("str"),
            "message": message.astype("str"),
            "remedy": remedy if isinstance(remedy, str) else remedy.astype("str"),
        }
    )


def none() -> pd.DataFrame:
    """No rows."""
    return empty(ALERT)[_MADE]


def graded(found: Sequence[pd.DataFrame], rules: Alerts) -> pd.DataFrame:
    """All rows with their severity, the urgent ones and then most money first; ties in the order of kind and key."""
    filled = [frame for frame in found if len(frame)]
    if not filled:
        return empty(ALERT)
    rows = pd.concat(filled, ignore_index=True)
    is_small = rows["alert_kind"].isin(_COMMON) & (rows["worth_minor"] < rules.least_worth_minor)
    rows = rows[~is_small]
    is_urgent = rows["alert_kind"].isin(_URGENT)
    rows["severity"] = np.select(
        [is_urgent | (rows["worth_minor"] >= rules.high_worth_minor), rows["worth_minor"] >= rules.medium_worth_minor],
        ["high", "medium"],
        default="low",
    )
    rows = rows.assign(is_urgent=is_urgent).sort_values(
        ["is_urgent", "worth_minor", "alert_kind", "subject", "key"],
        ascending=[False, False, True, True, True],
        ignore_index=True,
    )
    return rows.drop(columns="is_urgent")


def joined(*parts: pd.Series) -> pd.Series:
    """Key parts joined by a bar, as the key of an alert is written."""
    columns = [part.tolist() for part in parts]
    return pd.Series(["|".join(map(str, row)) for row in zip(*columns, strict=True)], index=parts[0].index, dtype="str")


def told(*parts: pd.Series | str) -> pd.Series:
    """A text a row, from parts that differ by row and parts that do not. At least one part is a series."""
    index = next(part.index for part in parts if isinstance(part, pd.Series))
    columns = [part.tolist() if isinstance(part, pd.Series) else [part] * len(index) for part in parts]
    return pd.Series(["".join(map(str, row)) for row in zip(*columns, strict=True)], index=index, dtype="str")


def plain(units: pd.Series) -> pd.Series:
    """Quantities as people write them: no decimals where there are none, one where there are."""
    return pd.Series([_plain(value) for value in units.astype("float64")], index=units.index, dtype="str")


def day(dates: pd.Series) -> pd.Series:
    """Days in ISO form; 'no date' where there is none."""
    written = ["no date" if pd.isna(value) else f"{value:%Y-%m-%d}" for value in dates]
    return pd.Series(written, index=dates.index, dtype="str")


def percent(shares: pd.Series) -> pd.Series:
    """Shares in whole per cent, from ten times on as a multiple."""
    written = [
        f"{100 * value:.0f}%" if abs(value) < 10 else f"{value:,.0f} times"
        for value in shares.astype("float64").tolist()
    ]
    return pd.Series(written, index=shares.index, dtype="str")


def _plain(value: float) -> str:
    if np.isnan(value):
        return "unknown"
    if 0 < abs(value) < 1:
        return f"{value:.2g}"
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.1f}"
