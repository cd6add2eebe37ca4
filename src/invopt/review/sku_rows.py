"""Rows of one SKU out of a run's Parquet files: only the row groups that can hold it are read."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from invopt.database import framed
from invopt.tables import TABLES, empty
from invopt.workspace import Snapshot


class SkuRows:
    """The tables of a run by SKU. The files' footers are read once; nothing else is kept."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Look into no file yet."""
        self._snapshot = snapshot
        self._groups: dict[str, list[tuple[Path, int, str | None, str | None]]] = {}
        self._lock = Lock()

    def table(self, name: str, sku_id: str) -> pd.DataFrame:
        """Rows of a table of one SKU, in the declared types."""
        found = []
        for path, group, low, high in self._row_groups(name):
            if (low is None or low <= sku_id) and (high is None or sku_id <= high):
                rows = pq.ParquetFile(path).read_row_group(group)
                rows = rows.filter(pc.equal(rows["sku_id"], sku_id))
                if rows.num_rows:
                    found.append(rows)
        if not found:
            return empty(TABLES[name])
        return framed(pa.concat_tables(found, promote_options="permissive"), TABLES[name])

    def _row_groups(self, name: str) -> list[tuple[Path, int, str | None, str | None]]:
        with self._lock:
            if name not in self._groups:
                groups = []
                for path in self._snapshot.files(name):
                    details = pq.ParquetFile(path).metadata
                    place = details.schema.to_arrow_schema().get_field_index("sku_id")
                    for group in range(details.num_row_groups):
                        known = details.row_group(group).column(place).statistics
                        bounded = known is not None and known.has_min_max
                        low, high = (str(known.min), str(known.max)) if bounded else (None, None)
                        groups.append((path, group, low, high))
                self._groups[name] = groups
            return self._groups[name]
