"""invopt: from order history to what to buy, what to ship and what to expect back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from invopt.analysis import AnalysisWorkspace

__version__ = "0.1.0"
__all__ = ["create", "open"]


def open(folder: str | Path) -> AnalysisWorkspace:
    """The workspace in a folder: the way in for notebooks, e.g. `invopt.open("data/demo").table("policy")`.

    Raises `WorkspaceError` where there is none.
    """
    from pathlib import Path

    from invopt.analysis import AnalysisWorkspace  # imported here, so that `import invopt` stays quick

    return AnalysisWorkspace.open(Path(folder))


def create(folder: str | Path) -> AnalysisWorkspace:
    """Make a workspace with its default settings, as `invopt init` does; what is there already stays as it is."""
    from pathlib import Path

    from invopt.analysis import AnalysisWorkspace

    return AnalysisWorkspace.create(Path(folder))
