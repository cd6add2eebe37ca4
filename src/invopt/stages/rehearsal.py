"""What if: policy and proposals of a published run made again in memory with something changed.

The same functions as the night's, on the run's own tables; nothing is written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from invopt.calendars import WEEKDAY_NAMES
from invopt.forecast import DecidedOverride, ForecastCells, Override, apply_overrides, matched_rows
from invopt.purchasing import commitments, propose, propose_transfers
from invopt.settings import Settings
from invopt.stages.blocks import run_axis
from invopt.stages.policy import chunk_policy, waiting_units
from invopt.stages.run import Chunk, Run, details
from invopt.stages.sourcing import planned_sources
from invopt.stages.supply import terms_of
from invopt.tables import (
    FORECAST,
    FORECAST_MODEL,
    LEAD_TIME,
    ORDER_PROPOSAL,
    POLICY,
    PRODUCT,
    PROMOTION,
    SKU_LOCATION,
    STOCK_POSITION,
    SUPPLIER,
    SUPPLIER_CLOSURE,
    Table,
    check,
    empty,
)
from invopt.workspace import Snapshot, Workspace

_KEY = ["sku_id", "location_id"]


@dataclass(frozen=True)
class Rehearsal(Run):
    """A published run to be played again: with other settings, another forecast, or for some SKUs alone."""

    changed: Settings | None = None
    forecast: pd.DataFrame | None = None
    sku_ids: frozenset[str] | None = None

    @cached_property
    def settings(self) -> Settings:
        """The settings to play with; by default those of the run."""
        return self.changed if self.changed is not None else super().settings

    def read(self, table: Table, chunk: Chunk | None = None) -> pd.DataFrame:
        """A table of the run, of the SKUs that are played; the forecast as it was changed."""
        frame = super().read(table, chunk)
        if self.sku_ids is not None and chunk is not None:
            frame = frame[frame["sku_id"].isin(self.sku_ids)].reset_index(drop=True)
        if table is FORECAST and self.forecast is not None:
            columns = [*_KEY, "period_start"]
            other = self.forecast.set_index(columns)["mean_units"]
            found = other.reindex(pd.MultiIndex.from_frame(frame[columns])).to_numpy()
            frame["mean_units"] = pd.Series(found, index=frame.index).fillna(frame["mean_units"])
        return frame

    def write(self, table: Table, frame: pd.DataFrame, chunk: Chunk | None = None) -> None:
        """Refuse: a rehearsal leaves nothing behind."""
        raise NotImplementedError("a rehearsal writes nothing")


def rehearsal(workspace: Workspace, snapshot: Snapshot) -> Rehearsal:
    """The published run of a snapshot, to be played again as it was."""
    entry = details(snapshot.folder)
    moment = dt.datetime.fromisoformat(entry["seen_until"])
    return Rehearsal(workspace, dt.date.fromisoformat(entry["as_of"]), snapshot.run_id, moment)


def replanned(
    run: Rehearsal,
    *,
    settings: Settings | None = None,
    forecast: pd.DataFrame | None = None,
    sku_ids: frozenset[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Policy and proposals as the run would have made them with other settings or another forecast.

    forecast: FORECAST rows whose `mean_units` stand in for the run's own; the spread around them stays as it was.
    sku_ids: the SKUs whose policy changes; others keep theirs, and compete with them for budget and minimums.

    Returns POLICY and ORDER_PROPOSAL of the whole plan, before decisions about single proposals. With nothing
    changed they are the run's own.
    """
    playing = replace(run, changed=settings, forecast=forecast, sku_ids=sku_ids)
    policy = _policy(playing)
    known, stock = playing.read(SKU_LOCATION), playing.read(STOCK_POSITION)
    terms = terms_of(playing)
    committed, _ = commitments(playing.standing_decisions(), empty(ORDER_PROPOSAL), playing.as_of)
    before = playing.plan_before
    proposals = propose(
        policy,
        stock,
        known,
        terms,
        playing.read(SUPPLIER),
        playing.read(SUPPLIER_CLOSURE),
        playing.settings,
        playing.as_of,
        products=playing.read(PRODUCT),
        lead_time=playing.read(LEAD_TIME),
        last_plan=before.table(ORDER_PROPOSAL.name) if before else None,
        commitments=committed,
        transfers=propose_transfers(policy, stock, known, playing.settings),
    )
    return policy, proposals.sort_values(list(ORDER_PROPOSAL.key), ignore_index=True)


def _policy(run: Rehearsal) -> pd.DataFrame:
    """The policy of every planned SKU-location; of those not played, as it is."""
    axis, sources, lead_time, waiting = run_axis(run), planned_sources(run), run.read(LEAD_TIME), waiting_units(run)
    made = []
    for chunk in run.chunks():
        if run.sku_ids is None or any(chunk.first_sku_id <= sku <= chunk.last_sku_id for sku in run.sku_ids):
            made.append(chunk_policy(run, chunk, axis, sources, lead_time, waiting))
    if run.sku_ids is not None:
        others = run.read(POLICY)
        made.append(others[~others["sku_id"].isin(run.sku_ids)])
    return check(pd.concat(made, ignore_index=True).sort_values(_KEY, ignore_index=True), POLICY)


def overridden(run: Rehearsal, asked: Override) -> pd.DataFrame:
    """The forecast of what an override is about, with it and without it.

    Returns FORECAST rows of every planned SKU-location that it names, the mean without it as `before_units` and
    with it as `mean_units`; none where it names nothing that is planned. It comes last: it finds the mean that
    the overrides of the run left.
    """
    known = run.read(SKU_LOCATION)
    known = known[known["is_planned"]].sort_values("position", ignore_index=True)
    promotions = run.read(PROMOTION)
    keys = known.loc[matched_rows(asked, known, promotions), [*_KEY, "category_id"]]
    keys = keys.sort_values(_KEY, ignore_index=True)
    if keys.empty:
        return empty(FORECAST).assign(before_units=0.0)
    playing = replace(run, sku_ids=frozenset(keys["sku_id"]))
    chunks = [
        chunk for chunk in run.chunks() if any(chunk.first_sku_id <= sku <= chunk.last_sku_id for sku in keys["sku_id"])
    ]
    rows = pd.concat([playing.read(FORECAST, chunk) for chunk in chunks], ignore_index=True)
    model = pd.concat([playing.read(FORECAST_MODEL, chunk) for chunk in chunks], ignore_index=True)
    rows = rows.merge(keys[_KEY], on=_KEY, validate="many_to_one").sort_values(
        [*_KEY, "period_start"], ignore_index=True
    )
    model = keys[_KEY].merge(model, on=_KEY, validate="one_to_one")
    axis = run_axis(run)
    mean = rows["mean_units"].to_numpy(dtype=float).reshape(len(keys), axis.horizon)
    profile = model[[f"weekly_profile_{name.lower()}" for name in WEEKDAY_NAMES]].to_numpy(dtype=float)
    cells = ForecastCells(keys, mean, profile, axis.forecast_starts, axis.period_days)
    decided = DecidedOverride("asked", asked, "", "", pd.Timestamp(run.as_of), None, is_undone=False)
    after = mean.copy()
    for change in apply_overrides(cells, [decided], promotions, run.as_of):
        after[change.rows] = change.after
    return rows.assign(before_units=rows["mean_units"], mean_units=after.ravel())
