"""The workspace's database for a test to look into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from invopt.database import Database, open_database
from invopt.workspace import Workspace


@contextmanager
def connect(workspace: Workspace) -> Iterator[Database]:
    """The open database, with its tables made."""
    with open_database(workspace.database_path) as database:
        database.create_tables()
        yield database
