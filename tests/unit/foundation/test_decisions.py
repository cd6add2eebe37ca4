"""A decision is on disk when it is acknowledged, whatever happens next."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from invopt.decisions import append_decision, read_decisions
from invopt.errors import InvoptError

NOW = dt.datetime(2026, 3, 2, 7, 30)


def approve(path: Path, key: str) -> str:
    return append_decision(path, subject="order_proposal", key=key, action="approve", decided_by="mia", decided_at=NOW)


def test_decisions_come_back_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    ids = [approve(path, f"A-{number}|LEEDS") for number in range(3)]
    frame = read_decisions(path)
    assert frame["decision_id"].tolist() == ids
    assert frame["key"].tolist() == ["A-0|LEEDS", "A-1|LEEDS", "A-2|LEEDS"]


def test_no_file_is_no_decision(tmp_path: Path) -> None:
    assert read_decisions(tmp_path / "absent.jsonl").empty


def test_a_line_cut_short_by_a_crash_is_passed_over_and_the_next_one_kept(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    approve(path, "A-1|LEEDS")
    with path.open("ab") as file:
        file.write(b'{"decision_id": "half')
    assert len(read_decisions(path)) == 1
    approve(path, "A-2|LEEDS")
    assert read_decisions(path)["key"].tolist() == ["A-1|LEEDS", "A-2|LEEDS"]


def test_a_broken_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text("not json\n", encoding="utf-8")
    approve(path, "A-2|LEEDS")
    with pytest.raises(InvoptError, match="line 1"):
        read_decisions(path)


def test_processes_deciding_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    code = (
        "import datetime as dt, pathlib, sys\n"
        "from invopt.decisions import append_decision\n"
        "for n in range(50):\n"
        "    append_decision(pathlib.Path(sys.argv[1]), subject='order', key=f'{sys.argv[2]}-{n}',\n"
        "        action='release', decided_by='mia', decided_at=dt.datetime(2026, 3, 2))\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in ("left", "right")]
    assert [process.wait() for process in processes] == [0, 0]
    assert sorted(read_decisions(path)["key"]) == sorted(f"{name}-{n}" for name in ("left", "right") for n in range(50))
