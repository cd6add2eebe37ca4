"""A workspace, and short ways to put files into it and look at what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from invopt.ingest import FileReport, ingest_files
from invopt.workspace import Workspace
from tests.connection import connect

NOW = dt.datetime(2026, 3, 2, 12)


class Shop:
    """One workspace under test."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace.create(folder / "shop")
        self.folder = folder
        self.now = NOW

    def bring(self, name: str, content: str | bytes, **options: Any) -> FileReport:
        """Write a file and take it in, an hour after the one before; exactly one report comes back."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.now += dt.timedelta(hours=1)
        (report,) = ingest_files(self.workspace, [path], now=self.now, **options)
        assert report.rows_read == report.rows_accepted + report.rows_rejected + report.rows_known
        return report

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        with connect(self.workspace) as db:
            return db.execute(select).fetchall()

    def frame(self, select: str) -> pd.DataFrame:
        with connect(self.workspace) as db:
            return db.frame(select)

    def lines_as_of(self, moment: str) -> list[tuple[Any, ...]]:
        """(sku, units) of the order lines as a plan of that moment sees them, those of no units left out."""
        from invopt.database import latest
        from invopt.tables import ORDER_LINE

        with connect(self.workspace) as db:
            return db.execute(
                f"select sku_id, cast(ordered_units as integer) from ({latest(ORDER_LINE)}) "
                "where ordered_units <> 0 order by all",
                {"as_of_at": dt.datetime.fromisoformat(moment)},
            ).fetchall()

    def settings(self, text: str) -> None:
        """Put a section into the workspace's settings."""
        path = self.workspace.root / "settings.toml"
        path.write_text(text)
        self.workspace = Workspace.open(self.workspace.root)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """An empty workspace in a time zone with summer time."""
    return Shop(tmp_path)


@pytest.fixture
def order_csv() -> Callable[..., str]:
    """Order lines as CSV from (order, SKU, units) or (order, SKU, units, price) tuples, without line ids."""

    def make(*lines: tuple[Any, ...], at: str = "2026-01-05 10:00") -> str:
        rows = [f"{order},{sku},{at},{units},{price[0] if price else '6.95'}" for order, sku, units, *price in lines]
        return "\n".join(["order_id,sku_id,ordered_at,ordered_units,unit_price", *rows]) + "\n"

    return make
