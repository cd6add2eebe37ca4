"""What would change the answer: one SKU planned again with a lead time, a target or a minimum other than the plan's."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from invopt.errors import StageError
from invopt.purchasing import QUESTIONS, Change, commitments, propose, what_if
from invopt.settings import Settings
from invopt.stages.blocks import run_axis
from invopt.stages.periods import Axis
from invopt.stages.policy import chunk_policy, waiting_units
from invopt.stages.run import Chunk, Run, details
from invopt.stages.sourcing import planned_sources
from invopt.stages.supply import terms_of
from invopt.tables import (
    LEAD_TIME,
    ORDER_PROPOSAL,
    PRODUCT,
    SKU_LOCATION,
    STOCK_POSITION,
    SUPPLIER,
    SUPPLIER_CLOSURE,
    SUPPLIER_TERM,
    Table,
    empty,
)
from invopt.workspace import Workspace


@dataclass(frozen=True)
class OneSku(Run):
    """A published run seen through one SKU: every table is read once, and settings and tables may be others."""

    other_settings: Settings | None = None
    other_tables: dict[str, pd.DataFrame] = field(default_factory=dict, compare=False)
    kept: dict[tuple[str, bool], pd.DataFrame] = field(default_factory=dict, compare=False)
    counted: dict[tuple[str, ...], int] = field(default_factory=dict, compare=False)

    @property
    def settings(self) -> Settings:
        """The settings to plan with."""
        return self.workspace.settings if self.other_settings is None else self.other_settings

    def read(self, table: Table, chunk: Chunk | None = None) -> pd.DataFrame:
        """A table, from memory where it was read before."""
        if table.name in self.other_tables:
            return self.other_tables[table.name].copy()
        key = (table.name, chunk is None)
        if key not in self.kept:
            self.kept[key] = super().read(table, chunk)
        return self.kept[key].copy()

    def count(self, *tables: Table) -> int:
        """Rows of tables of the run, counted once."""
        names = tuple(table.name for table in tables)
        if names not in self.counted:
            self.counted[names] = super().count(*tables)
        return self.counted[names]


def answer_what_if(workspace: Workspace, sku_id: str, location_id: str) -> pd.DataFrame:
    """What one day more lead time, one point more service and double the MOQ would do to the published quantity.

    Plans the one SKU-location again from the published run's tables by the workspace's settings, once as it stands
    and once for each question. What many SKUs share (supplier minimum, container, budget, damping) is left out on
    both sides, so that the difference is that of the question alone. Columns: question, final_units, change_units,
    and `note` where the question has no grip.

    Raises `StageError` where nothing is published or the SKU-location is not planned.
    """
    published = workspace.published
    if published is None:
        raise StageError("There is no plan yet to ask about. Make one with: invopt plan")
    entry = details(published.folder)
    run = OneSku(
        workspace,
        pd.Timestamp(entry["as_of"]).date(),
        published.run_id,
        pd.Timestamp(entry["seen_until"]).to_pydatetime(),
        other_settings=_alone(workspace.settings),
    )
    chunk = Chunk(0, sku_id, sku_id)
    known = run.read(SKU_LOCATION, chunk)
    here = known[(known["location_id"] == location_id) & known["is_planned"]]
    if here.empty:
        raise StageError(f"{sku_id!r} at {location_id!r} is not planned: there is nothing to change.")
    axis = run_axis(run)
    base = _final_units(run, chunk, axis, location_id, Change("as it stands"))
    answers = what_if(lambda change: _final_units(run, chunk, axis, location_id, change), base, QUESTIONS)
    moq = terms_of(run, chunk)["moq_units"].fillna(0.0)
    has_no_moq = not len(moq) or not float(moq.max()) > 0
    is_moq = [question.moq_factor != 1.0 for question in QUESTIONS]
    answers["note"] = np.where(np.array(is_moq) & has_no_moq, "its terms name no MOQ", "")
    return answers


def _alone(settings: Settings) -> Settings:
    """The settings without what an order shares with other SKUs and with the last plan."""
    return settings.replaced(
        "purchasing",
        budget_minor=0,
        smallest_change_share=0.0,
        container_m3_by_supplier={},
        container_kg_by_supplier={},
        container_pallets_by_supplier={},
    )


def _final_units(run: OneSku, chunk: Chunk, axis: Axis, location_id: str, change: Change) -> float:
    """Units that would be ordered with a change made."""
    settings = _with_target(run.settings, change.more_target_share)
    lead_time = _slower(run.read(LEAD_TIME, chunk), change.more_lead_time_days)
    changed = {SUPPLIER_TERM.name: _terms(run.read(SUPPLIER_TERM, chunk), change), LEAD_TIME.name: lead_time}
    run = dataclasses.replace(run, other_settings=settings, other_tables=changed)
    policy = chunk_policy(
        run, chunk, axis, planned_sources(run, chunk), lead_time, waiting_units(run),
        more_target_share=change.more_target_share,
    )  # fmt: skip
    policy = policy[policy["location_id"] == location_id].reset_index(drop=True)
    committed, _ = commitments(run.standing_decisions(), empty(ORDER_PROPOSAL), run.as_of)
    proposals = propose(
        policy,
        run.read(STOCK_POSITION, chunk),
        run.read(SKU_LOCATION, chunk),
        terms_of(run, chunk),
        run.read(SUPPLIER).assign(minimum_order_minor=pd.array([None] * len(run.read(SUPPLIER)), dtype="Int64")),
        run.read(SUPPLIER_CLOSURE),
        settings,
        run.as_of,
        products=run.read(PRODUCT, chunk),
        lead_time=lead_time,
        commitments=committed,
    )
    return float(proposals["final_units"].sum())


def _with_target(settings: Settings, more: float) -> Settings:
    policy = settings.policy

    def raised(targets: dict[str, float]) -> dict[str, float]:
        return {name: min(value + more, 0.9999) for name, value in targets.items()}

    return settings.replaced(
        "policy",
        target_by_class=raised(policy.target_by_class),
        target_by_segment=raised(policy.target_by_segment),
    )


def _terms(terms: pd.DataFrame, change: Change) -> pd.DataFrame:
    stated = terms["lead_time_days"] + round(change.more_lead_time_days)
    return terms.assign(moq_units=terms["moq_units"] * change.moq_factor, lead_time_days=stated)


def _slower(lead_time: pd.DataFrame, days: float) -> pd.DataFrame:
    """Lead times of the same spread whose mean is so many days longer."""
    if not days:
        return lead_time
    mean = np.maximum(lead_time["mean_days"].to_numpy(dtype=float), 0.5)
    factor = (mean + days) / mean
    longer = {name: lead_time[name] * factor for name in ("sd_days", "median_days", "p90_days")}
    return lead_time.assign(
        mean_days=lead_time["mean_days"] + days, log_location_days=lead_time["log_location_days"] + np.log(factor),
        **longer,
    )  # fmt: skip
