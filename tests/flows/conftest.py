"""The small shop for the flows: not planned yet, its files in the inbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from invopt.sample import write_shop
from invopt.workspace import Workspace
from tests.pipeline.shop import SPEC, new_workspace


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    """A workspace with all of the shop's files waiting."""
    write_shop(SPEC, tmp_path / "files")
    return new_workspace(tmp_path / "shop", tmp_path / "files")
