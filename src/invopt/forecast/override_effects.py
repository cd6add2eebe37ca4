"""What planners' overrides do to the forecast: a part of its own, beside the baseline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from invopt.calendars import Dates, weekday
from invopt.forecast.override_decisions import DecidedOverride, Override
from invopt.probability.compiled import BoolArray, FloatArray, IntArray
from invopt.tables import FORECAST_OVERRIDE, check

EVEN: Final = 1.0 / 7.0


@dataclass(frozen=True)
class ForecastCells:
    """The baseline forecast of n SKU-locations over H periods.

    - keys: sku_id, location_id, category_id, in the order of the rows.
    - baseline: [n, H] mean units. starts: [H] first day of each period. period_days: 1 or 7.
    - profile: [n, 7] share of a week's demand on each weekday, Monday first.
    """

    keys: pd.DataFrame
    baseline: FloatArray
    profile: FloatArray
    starts: Dates
    period_days: int


@dataclass(frozen=True)
class Change:
    """What one override does: of the cells' `rows` [m], the mean `before` [m, H] and `after` it.

    covered_units: what was expected on its days before it.
    """

    override_id: str
    decided_by: str
    rows: IntArray
    before: FloatArray
    after: FloatArray
    covered_units: float


def targets_of(override: Override, promotions: pd.DataFrame) -> list[tuple[str, str, dt.date, dt.date]]:
    """(scope, id, first, last day) of what an override is about: for a promotion, of all it covers."""
    if override.scope != "promotion":
        # Checked when it was made: only a promotion may leave its days open.
        assert override.first_on is not None
        assert override.last_on is not None
        return [(override.scope, override.key, override.first_on, override.last_on)]
    rows = promotions[promotions["promotion_id"] == override.key].sort_values(["scope", "scope_id"])
    return [
        (
            str(row["scope"]),
            str(row["scope_id"]),
            override.first_on or pd.Timestamp(row["starts_on"]).date(),
            override.last_on or pd.Timestamp(row["ends_on"]).date(),
        )
        for row in rows.to_dict("records")
    ]


def matched_rows(override: Override, keys: pd.DataFrame, promotions: pd.DataFrame) -> BoolArray:
    """[n] which SKU-locations (sku_id, location_id, category_id) an override is about."""
    found = np.zeros(len(keys), dtype=np.bool_)
    for scope, scope_id, _, _ in targets_of(override, promotions):
        found |= _in_scope(scope, scope_id, keys)
    if override.location_id is not None:
        found &= (keys["location_id"] == override.location_id).to_numpy()
    return found


def apply_overrides(
    cells: ForecastCells, decided: Sequence[DecidedOverride], promotions: pd.DataFrame, as_of: dt.date
) -> list[Change]:
    """What each override that stands on `as_of` does, in the order in which they were decided.

    cells must hold every SKU-location that any of them is about: an absolute override is shared among all of its
    own. promotions: PROMOTION. A later override finds the mean that earlier ones left.

    Per cent p changes the days it covers, days weighed by the weekly profile:  change = mean x share x p / 100.
    Absolute units U over D days, of which d lie in the forecast, are shared out as the mean is:
    change = w (U d/D / sum w - 1) with w = mean x share; where nothing is expected anywhere, evenly over the days.
    Overrides that no cell or no forecast period meets make no Change.
    """
    running = cells.baseline.copy()
    changes = []
    for entry in decided:
        if entry.override is None or not entry.stands(as_of):
            continue
        share, days_inside, days = _covered(entry.override, cells, promotions)
        rows = np.flatnonzero((share > 0.0).any(axis=1))
        if not rows.size:
            continue
        before, covered = running[rows], share[rows]
        weight = before * covered
        if entry.override.mode == "percent":
            change = weight * (entry.override.value / 100.0)
        else:
            wanted = entry.override.value * days_inside / days
            total = float(weight.sum())
            spread = covered * (wanted / float(covered.sum()))
            change = weight * (wanted / total - 1.0) if total > 0.0 else spread
        running[rows] = np.maximum(before + change, 0.0)
        changes.append(Change(entry.override_id, entry.decided_by, rows, before, running[rows], float(weight.sum())))
    return changes


def override_rows(
    decided: Sequence[DecidedOverride],
    changes: Sequence[Change],
    horizon_ends_on: dt.date,
    as_of: dt.date,
    promotions: pd.DataFrame,
    unplanned: dict[str, str],
) -> pd.DataFrame:
    """Table `forecast_override`: every override with its state in this plan and what it does.

    `horizon_ends_on`: last day of the forecast. `unplanned`: by override, why none of what it names is planned.
    """
    made = {change.override_id: change for change in changes}
    rows = []
    for entry in decided:
        change = made.get(entry.override_id)
        state, note = _state(entry, change, horizon_ends_on, as_of, promotions, unplanned)
        asked = entry.override
        moved = 0.0 if change is None else float((change.after - change.before).sum())
        rows.append(
            {
                "override_id": entry.override_id,
                "scope": asked.scope if asked else None,
                "scope_id": asked.key if asked else None,
                "location_id": asked.location_id if asked else None,
                "first_on": pd.Timestamp(asked.first_on) if asked and asked.first_on else pd.NaT,
                "last_on": pd.Timestamp(asked.last_on) if asked and asked.last_on else pd.NaT,
                "mode": asked.mode if asked else None,
                "override_value": asked.value if asked else np.nan,
                "reason": entry.reason or None,
                "decided_by": entry.decided_by,
                "decided_at": entry.decided_at,
                "expires_on": pd.NaT if entry.expires_on is None else entry.expires_on,
                "state": state,
                "sku_locations": 0 if change is None else len(change.rows),
                "baseline_units": 0.0 if change is None else change.covered_units,
                "override_units": moved,
                "note": note,
            }
        )
    return check(pd.DataFrame(rows, columns=list(FORECAST_OVERRIDE.names)), FORECAST_OVERRIDE)


def _state(
    entry: DecidedOverride,
    change: Change | None,
    horizon_ends_on: dt.date,
    as_of: dt.date,
    promotions: pd.DataFrame,
    unplanned: dict[str, str],
) -> tuple[str, str | None]:
    if entry.is_undone:
        return "undone", None
    if entry.override is None:
        return "refused", entry.fault
    if entry.is_expired(as_of):
        return "expired", None
    if change is not None:
        return "applied", None
    targets = targets_of(entry.override, promotions)
    if not targets:
        return "unmatched", f"no promotion {entry.override.key!r} is known"
    if max(last for _, _, _, last in targets) < as_of:
        return "over", None
    if min(first for _, _, first, _ in targets) > horizon_ends_on:
        return "not yet", f"its days begin after the forecast ends, on {horizon_ends_on}"
    return "unmatched", unplanned.get(entry.override_id, "nothing it names is planned")


def _in_scope(scope: str, scope_id: str, keys: pd.DataFrame) -> BoolArray:
    if scope == "shop":
        return np.ones(len(keys), dtype=np.bool_)
    column = "sku_id" if scope == "sku" else "category_id"
    return np.asarray((keys[column] == scope_id).to_numpy(), dtype=np.bool_)


def _covered(override: Override, cells: ForecastCells, promotions: pd.DataFrame) -> tuple[FloatArray, int, int]:
    """[n, H] share of each period's demand that falls on the override's days; its days inside the forecast; all."""
    share = np.zeros(cells.baseline.shape)
    first_day = cells.starts[0]
    stop = cells.starts[-1] + np.timedelta64(cells.period_days, "D")
    inside: set[int] = set()
    everywhere: set[int] = set()
    here = np.ones(len(cells.keys), dtype=np.bool_)
    if override.location_id is not None:
        here = (cells.keys["location_id"] == override.location_id).to_numpy()
    for scope, scope_id, first, last in targets_of(override, promotions):
        days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + np.timedelta64(1, "D"))
        ahead = days[(days >= first_day) & (days < stop)]
        everywhere |= set(days.astype(np.int64).tolist())
        inside |= set(ahead.astype(np.int64).tolist())
        rows = np.flatnonzero(_in_scope(scope, scope_id, cells.keys) & here)
        if not rows.size or not ahead.size:
            continue
        period = (ahead - first_day).astype(np.int64) // cells.period_days
        part = np.zeros((rows.size, cells.starts.size))
        if cells.period_days == 1:
            part[:, period] = 1.0
        else:
            profile = _whole(cells.profile[rows])
            # A day at a time, so that the sum runs in one order however many rows there are.
            for place, name in zip(period, weekday(ahead), strict=True):
                part[:, place] += profile[:, name]
        share[rows] = np.maximum(share[rows], np.minimum(part, 1.0))
    return share, len(inside), max(len(everywhere), 1)


def _whole(profile: FloatArray) -> FloatArray:
    total = profile.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, profile / np.where(total > 0.0, total, 1.0), EVEN)
