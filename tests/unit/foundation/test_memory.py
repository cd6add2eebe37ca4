"""What needs more memory than allowed says so, and a file that does leaves everything as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from invopt.database import open_database
from invopt.errors import MemoryShort


def test_a_step_that_needs_more_memory_names_the_setting(tmp_path: Path) -> None:
    with open_database(tmp_path / "some.duckdb", memory_limit_mb=64) as db:
        with pytest.raises(MemoryShort, match=r"run\.memory_limit_mb"):
            db.execute("create table held as select list(i) as all_of_it from range(50_000_000) as numbers(i)")
        assert db.scalar("select count(*) from information_schema.tables where table_name = 'held'") == 0
