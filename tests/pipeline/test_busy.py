"""Two at once: the second waits a little, then says who is in the way; readers wait for nobody."""

import subprocess
import sys
from contextlib import contextmanager

import pytest

from invopt.database import open_database
from invopt.errors import DatabaseBusy, InvoptError, WorkspaceBusy
from invopt.stages import run_stages
from invopt.tables import RUN_TABLES
from tests.pipeline.shop import SPEC

HOLD = """
import sys
from pathlib import Path
from invopt.database import open_database
with open_database(Path(sys.argv[1])) as db, db.transaction():
    db.execute("insert into current_run values ('half a run', now()::timestamp)")
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_another_process(path):
    """Another process writes to the database, in a transaction that does not end."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield
        process.stdin.close()
        process.wait(timeout=30)


def impatient(shop):
    with (shop.root / "settings.toml").open("a", encoding="utf-8") as file:
        file.write("\n[run]\nlock_wait_seconds = 0.2\n")
    return type(shop).open(shop.root)


def plan_by_command(shop):
    return subprocess.run(
        [sys.executable, "-m", "invopt", "plan", "-w", str(shop.root), "--as-of", str(SPEC.as_of)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_second_run_gets_workspace_busy(shop):
    shop = impatient(shop)
    with shop.lock():
        with pytest.raises(WorkspaceBusy, match="Another run holds the workspace"):
            run_stages(shop, SPEC.as_of)
        answer = plan_by_command(shop)
    assert answer.returncode == 4
    assert answer.stderr.startswith("invopt: Another run holds the workspace")
    assert "Traceback" not in answer.stderr


def test_a_database_in_use_is_named_and_readers_do_not_notice(shop):
    shop = impatient(shop)
    with held_by_another_process(shop.database_path):
        with (
            pytest.raises(DatabaseBusy, match="is being written by another process"),
            open_database(shop.database_path, wait_seconds=0.2),
        ):
            pass
        answer = plan_by_command(shop)
        frames = [shop.table(table.name) for table in RUN_TABLES]
    assert answer.returncode == 4
    assert "invopt.duckdb is being written by another process" in answer.stderr
    assert sum(len(frame) for frame in frames) > 0
    run_stages(shop, SPEC.as_of)  # what the other process never committed is gone, and the way is free


def test_the_workspace_is_free_after_a_run_that_failed(shop):
    shop.return_policy_path.write_text("this is no policy", encoding="utf-8")
    with pytest.raises(InvoptError, match="policy"):
        run_stages(shop, SPEC.as_of)
    with shop.lock(wait_seconds=0):
        pass
