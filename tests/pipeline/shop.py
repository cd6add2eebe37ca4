"""The small made-up shop that the whole night is tested on, and how two plans are compared."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd

from invopt.sample import ShopSpec
from invopt.tables import RUN_TABLES
from invopt.workspace import Snapshot, Workspace
from tests.connection import connect

# Forty SKUs and half a year: small enough to plan in seconds, and every kind of table has rows.
SPEC = ShopSpec(skus=40, days=182)
WEEK_BEFORE = SPEC.as_of - dt.timedelta(days=7)


def new_workspace(root: Path, files: Path, *, extra_settings: str = "", without: tuple[str, ...] = ()) -> Workspace:
    """A workspace with the shop's settings, and its files in the inbox."""
    workspace = Workspace.create(root)
    settings = (files / "settings.toml").read_text(encoding="utf-8")
    (root / "settings.toml").write_text(settings + extra_settings, encoding="utf-8")
    for path in sorted(files.glob("*.csv")):
        if path.name not in without:
            shutil.copyfile(path, workspace.inbox / path.name)
    return workspace


def copy_of(workspace: Workspace, root: Path) -> Workspace:
    """A workspace with the same files, so that a test may change it."""
    shutil.copytree(workspace.root, root)
    return Workspace.open(root)


def run_tables(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """Every table of a run, as readers get it."""
    return {table.name: snapshot.table(table.name) for table in RUN_TABLES}


def stored_tables(workspace: Workspace) -> dict[str, pd.DataFrame]:
    """Every table of the current run as the database holds it, in the order of its key."""
    with connect(workspace) as db:
        return {
            table.name: db.frame(
                f"select {', '.join(table.names)} from {table.name} "
                f"where run_id = (select run_id from current_run) order by {', '.join(table.key)}",
                table=table,
            )
            for table in RUN_TABLES
        }


def assert_same(
    ours: dict[str, pd.DataFrame], theirs: dict[str, pd.DataFrame], *, apart_from: tuple[str, ...] = ()
) -> None:
    """Two plans are the same in every row, every column and every bit."""
    assert ours.keys() == theirs.keys()
    for name, frame in ours.items():
        if name in apart_from:
            continue
        pd.testing.assert_frame_equal(frame, theirs[name], check_exact=True, obj=name)
