"""The folder of one business: its paths, its lock, its published tables. The way in for notebooks.

>>> import tempfile, pathlib
>>> shop = Workspace.create(pathlib.Path(tempfile.mkdtemp()) / "shop")
>>> sorted(path.name for path in shop.root.iterdir())
['archive', 'decisions.jsonl', 'exports', 'inbox', 'outbox', 'reports', 'return_policy.toml', 'runs', 'settings.toml']
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from invopt.errors import WorkspaceBusy, WorkspaceError
from invopt.packaged import packaged_folder
from invopt.settings import Settings
from invopt.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

_FOLDERS = ("inbox", "archive", "reports", "exports", "runs", "outbox")


@dataclass(frozen=True)
class Workspace:
    """A business's folder. `create` makes one, `open` finds one; neither touches the database."""

    root: Path

    @classmethod
    def create(cls, root: Path) -> Self:
        """Make the folder with its default settings; what is there already stays as it is."""
        for name in _FOLDERS:
            (root / name).mkdir(parents=True, exist_ok=True)
        settings = root / "settings.toml"
        if not settings.exists():
            settings.write_text(default_settings(), encoding="utf-8")
        policy = root / "return_policy.toml"
        if not policy.exists():
            policy.write_bytes((packaged_folder("models") / "return_policy.toml").read_bytes())
        (root / "decisions.jsonl").touch()
        return cls(root.resolve())

    @classmethod
    def open(cls, root: Path) -> Self:
        """The workspace in `root`. Raises `WorkspaceError` where there is none."""
        if not (root / "settings.toml").is_file():
            raise WorkspaceError(f"{root} is not a workspace. Make one with: invopt init {root}")
        for name in _FOLDERS:
            (root / name).mkdir(exist_ok=True)
        return cls(root.resolve())

    @cached_property
    def settings(self) -> Settings:
        """The settings as they stand in settings.toml."""
        return Settings.read(self.root / "settings.toml")

    @property
    def inbox(self) -> Path:
        """Files to take in."""
        return self.root / "inbox"

    @property
    def archive(self) -> Path:
        """Files that were taken in."""
        return self.root / "archive"

    @property
    def reports(self) -> Path:
        """Reports, a folder a run."""
        return self.root / "reports"

    @property
    def exports(self) -> Path:
        """Plans as CSV, Excel and Parquet."""
        return self.root / "exports"

    @property
    def outbox(self) -> Path:
        """Drafted messages that nobody has sent yet."""
        return self.root / "outbox"

    @property
    def runs(self) -> Path:
        """Runs, finished and not: a folder a run, a Parquet file a table and chunk."""
        return self.root / "runs"

    @property
    def database_path(self) -> Path:
        """The DuckDB file."""
        return self.root / "invopt.duckdb"

    @property
    def return_policy_path(self) -> Path:
        """The policy on returns, as data."""
        return self.root / "return_policy.toml"

    @property
    def decisions_path(self) -> Path:
        """The append-only file of human decisions."""
        return self.root / "decisions.jsonl"

    def inside(self, name: str) -> Path:
        """A path below the workspace. Raises `WorkspaceError` for a name that leads out of it."""
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root):
            raise WorkspaceError(f"{name!r} leads out of the workspace {self.root}.")
        return path

    @contextmanager
    def lock(self, wait_seconds: float | None = None) -> Iterator[None]:
        """Keep every other run out. Raises `WorkspaceBusy` after the wait (default: the setting)."""
        from filelock import FileLock, Timeout

        wait = self.settings.run.lock_wait_seconds if wait_seconds is None else wait_seconds
        lock = FileLock(self.root / ".lock", timeout=wait)
        try:
            lock.acquire()
        except Timeout as error:
            raise WorkspaceBusy(
                f"Another run holds the workspace {self.root} and did not end within {wait:g} s. "
                "Wait for it, or look for a running `invopt plan` or `invopt serve`."
            ) from error
        try:
            yield
        finally:
            lock.release()

    @property
    def published(self) -> Snapshot | None:
        """The tables of the last published run, or None before the first."""
        try:
            entry = json.loads((self.runs / "published.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return Snapshot(self.runs / str(entry["run_id"]))

    def publish(self, run_id: str) -> None:
        """Point every reader at a finished run, in one step."""
        replace_text(self.runs / "published.json", json.dumps({"run_id": run_id}))

    def table(self, name: str) -> pd.DataFrame:
        """A published table as a frame, e.g. `workspace.table("order_proposal")`."""
        snapshot = self.published
        if snapshot is None:
            raise WorkspaceError(f"{self.root} has no published plan yet. Make one with: invopt plan")
        return snapshot.table(name)


@dataclass(frozen=True)
class Snapshot:
    """The tables of one run, as Parquet; reading them waits for nobody."""

    folder: Path

    @property
    def run_id(self) -> str:
        """The run that made them."""
        return self.folder.name

    def files(self, name: str) -> list[Path]:
        """The Parquet files of a table, a file a chunk, in their order."""
        if name not in TABLES:
            raise WorkspaceError(f"{name!r} is no table. Known: {', '.join(sorted(TABLES))}.")
        return sorted((self.folder / name).glob("*.parquet"))

    def table(self, name: str, *, sku_id: str | None = None) -> pd.DataFrame:
        """A table as a frame in its declared types; of one SKU alone where `sku_id` is given."""
        from invopt import database

        with database.in_memory() as db:
            db.parquet_view("rows", self.files(name), TABLES[name])
            if sku_id is None:
                return db.frame("select * from rows", table=TABLES[name])
            return db.frame("select * from rows where sku_id = $sku_id", {"sku_id": sku_id}, table=TABLES[name])


def default_settings() -> str:
    """The text of the settings file that a new workspace starts from."""
    from invopt.settings.template import default_toml

    return default_toml()


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old one or the new one, also after a crash."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
