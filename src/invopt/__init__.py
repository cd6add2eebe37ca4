"""invopt: from order history to what to buy, what to ship and what to expect back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from invopt.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["open"]


def open(folder: str | Path) -> Workspace:
    """The workspace in a folder: the way in for notebooks, e.g. `invopt.open("data/demo").table("policy")`.

    Raises `WorkspaceError` where there is none.
    """
    from pathlib import Path

    from invopt.workspace import Workspace  # imported here, so that `import invopt` stays quick

    return Workspace.open(Path(folder))
