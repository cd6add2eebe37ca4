"""The small shop planned once; tests that change a workspace take a copy."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from invopt.sample import write_shop
from invopt.stages import run_stages
from invopt.workspace import Workspace
from tests.pipeline.shop import SPEC, WEEK_BEFORE, copy_of, new_workspace


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's files; its order lines in two, so that a second intake has something new."""
    folder = tmp_path_factory.mktemp("files")
    write_shop(SPEC, folder)
    with (folder / "order_line.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    order = header.index("order_id")
    held_back = set(sorted({row[order] for row in rows})[::9])
    for name, is_late in (("order_line.csv", False), ("order_line_late.csv", True)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(
                [header, *(row for row in rows if (row[order] in held_back) == is_late)]
            )
    return folder


@pytest.fixture(scope="session")
def week_before(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Planned a week before the end of the history, with the late file still waiting. Read only."""
    root = tmp_path_factory.mktemp("week-before") / "shop"
    workspace = new_workspace(root, files, without=("order_line_late.csv",))
    run_stages(workspace, WEEK_BEFORE)
    late = workspace.inbox / "order_line_late.csv"
    late.write_bytes((files / late.name).read_bytes())
    return workspace


@pytest.fixture(scope="session")
def planned(week_before: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The late file taken in and the next week planned, without any interruption. Read only."""
    workspace = copy_of(week_before, tmp_path_factory.mktemp("planned") / "shop")
    run_stages(workspace, SPEC.as_of)
    return workspace


@pytest.fixture
def shop(planned: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the planned workspace, for a test to change."""
    return copy_of(planned, tmp_path / "shop")
