"""Folders that the wheel carries besides the code: settings that a person reviews, and flows."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def packaged_folder(name: str) -> Path:
    """The folder `models` or `flows`: inside the installed package, or at the top of a clone."""
    installed = Path(str(resources.files("invopt"))) / f"_{name}"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / name
