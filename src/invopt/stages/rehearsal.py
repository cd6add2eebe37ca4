"""A published run planned again with other settings, in memory: to see what a change does before it is made."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from invopt.errors import StageError
from invopt.settings import Settings
from invopt.stages.policy import make_policy
from invopt.stages.purchasing import plan_purchases
from invopt.stages.run import Chunk, Run, details
from invopt.tables import Table, check
from invopt.workspace import Workspace


@dataclass(frozen=True)
class Rehearsal(Run):
    """A run that reads what was published and writes nothing but into its own memory."""

    other_settings: Settings | None = None
    written: dict[str, list[pd.DataFrame]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def settings(self) -> Settings:
        """The settings that are tried."""
        return self.workspace.settings if self.other_settings is None else self.other_settings

    def read(self, table: Table, chunk: Chunk | None = None) -> pd.DataFrame:
        """A table as rehearsed, or as it was published."""
        if table.name not in self.written:
            return super().read(table, chunk)
        rows = pd.concat(self.written[table.name], ignore_index=True)
        if chunk is not None:
            rows = rows[rows["sku_id"].between(chunk.first_sku_id, chunk.last_sku_id)].reset_index(drop=True)
        return rows

    def write(self, table: Table, frame: pd.DataFrame, chunk: Chunk | None = None) -> None:
        """Keep a table, or its chunk, in memory."""
        rows = check(frame, table).sort_values(list(table.key), kind="stable", ignore_index=True)
        self.written.setdefault(table.name, []).append(rows)

    def has(self, table: Table, chunk: Chunk) -> bool:
        """Nothing is there before it was rehearsed."""
        return False


def published_run(workspace: Workspace) -> Run:
    """The run that was published last, to be read again. Raises `StageError` before the first."""
    published = workspace.published
    if published is None:
        raise StageError(f"{workspace.root} has no published plan yet. Make one with: invopt plan")
    entry = details(published.folder)
    return Run(
        workspace,
        pd.Timestamp(entry["as_of"]).date(),
        published.run_id,
        pd.Timestamp(entry["seen_until"]).to_pydatetime(),
    )


def rehearse(workspace: Workspace, settings: Settings) -> dict[str, pd.DataFrame]:
    """Policy and purchases of the published run as other settings would have made them; nothing is published.

    Facts, forecasts, lead times and decisions are those of the run; what is planned again are the tables that the
    policy and purchasing stages make. Returns them by name, e.g. `policy`, `order_proposal`, `supplier_order`.

    Raises `StageError` where nothing is published.
    """
    run = published_run(workspace)
    rehearsal = Rehearsal(run.workspace, run.as_of, run.run_id, run.seen_until, other_settings=settings)
    make_policy(rehearsal)
    plan_purchases(rehearsal)
    return {name: pd.concat(parts, ignore_index=True) for name, parts in rehearsal.written.items()}
