"""A file is streamed: memory follows the batch, not the file, so that one of ten gigabytes is only slow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from invopt.ingest import FileReport, ingest_files
from invopt.workspace import Workspace
from tests.connection import connect

INGEST = """
import resource, sys
from pathlib import Path
from invopt.ingest import ingest_files
from invopt.workspace import Workspace
workspace = Workspace.create(Path(sys.argv[1]))
settings = workspace.root / "settings.toml"
settings.write_text("[run]\\nmemory_limit_mb = 256\\n", encoding="utf-8")
(report,) = ingest_files(workspace, [Path(sys.argv[2])])
assert not report.problem, report.problem
print(report.rows_accepted, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def lines(path: Path, count: int) -> Path:
    """An order export of so many lines."""
    with path.open("w", encoding="utf-8") as file:
        file.write("order_id,order_line_id,sku_id,ordered_at,ordered_units,unit_price,description\n")
        for number in range(count):
            file.write(f"O{number // 3},{number % 3},S{number % 997},2026-01-05T10:00:00Z,2,4.50,plain white mug\n")
    return path


def taken_in(folder: Path, path: Path) -> tuple[int, int]:
    """Rows accepted, and the most memory it took in MiB, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", INGEST, str(folder), str(path)], capture_output=True, text=True, check=True
    )
    accepted, peak_mib = done.stdout.splitlines()[-1].split()
    return int(accepted), int(peak_mib)


def test_a_file_that_needs_more_memory_than_allowed_is_refused_whole_and_comes_in_once_it_may(tmp_path: Path) -> None:
    file = lines(tmp_path / "order_line_large.csv", 300_000)
    shop = Workspace.create(tmp_path / "shop")
    assert "run.memory_limit_mb" in taken_with(shop, file, 128).problem
    with connect(shop) as db:
        assert db.scalar("select count(*) from order_line") == db.scalar("select count(*) from ingested_file") == 0
    assert taken_with(shop, file, 600).rows_accepted == 300_000


def taken_with(shop: Workspace, file: Path, limit_mb: int) -> FileReport:
    """What became of a file with so much memory for the database."""
    (shop.root / "settings.toml").write_text(f"[run]\nmemory_limit_mb = {limit_mb}\n", encoding="utf-8")
    (report,) = ingest_files(Workspace.open(shop.root), [file])
    return report


def test_memory_does_not_follow_the_file(tmp_path: Path) -> None:
    few, small = taken_in(tmp_path / "small", lines(tmp_path / "order_line_small.csv", 200_000))
    many, large = taken_in(tmp_path / "large", lines(tmp_path / "order_line_large.csv", 1_000_000))
    assert (few, many) == (200_000, 1_000_000)
    assert large - small < 200, f"{small} MiB, then {large}"  # the larger file is 75 MB of text
