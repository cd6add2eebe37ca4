"""What all tests share: where the real data lies, and hypothesis settings that suit two cores."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]

hypothesis.settings.register_profile("invopt", max_examples=40, deadline=None, derandomize=True)
hypothesis.settings.load_profile("invopt")


def shared_folder() -> Path | None:
    """The folder with real data and golden answers, beside the project or named by INVOPT_SHARED."""
    folder = Path(os.environ.get("INVOPT_SHARED", ROOT.parent / "shared"))
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data; the test is skipped where it is not there."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("no ../shared beside the project: real data is not there")
    return folder
