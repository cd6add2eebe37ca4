"""The inbox empties into the archive, and a run that was killed at any point ends the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from invopt.ingest import inbox, ingest_inbox, intake
from tests.unit.ingest.conftest import Shop

GOOD = "sku_id,unit_cost\nA,3.00\n"


def archived(shop: Shop) -> list[str]:
    return sorted(path.name.split("_", 1)[1] for path in shop.workspace.archive.iterdir())


def test_files_move_once_taken_in_and_problems_stay(shop: Shop) -> None:
    box = shop.workspace.inbox
    (box / "product.csv").write_text(GOOD)
    (box / "nonsense.csv").write_text("a,b\n1,2\n")
    (box / "half.csv.part").write_text("still being copied")
    reports = ingest_inbox(shop.workspace, now=shop.now)
    assert [bool(report.problem) for report in reports] == [True, False]
    assert archived(shop) == ["product.csv"]
    assert sorted(path.name for path in box.iterdir()) == ["half.csv.part", "nonsense.csv"]


def test_killed_between_commit_and_move_the_file_is_known_and_moves_then(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop.workspace.inbox / "product.csv").write_text(GOOD)

    def killed(*_: object) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "archive", killed)
        with pytest.raises(KeyboardInterrupt):
            ingest_inbox(shop.workspace, now=shop.now)
    (report,) = ingest_inbox(shop.workspace, now=shop.now)
    assert (report.rows_accepted, report.rows_known) == (0, 1)
    assert archived(shop) == ["product.csv"]
    assert shop.rows("select count(*) from product") == [(1,)]


@pytest.mark.parametrize("step", ["stage", "append_versions", "write_refused", "_write_ledger"])
def test_killed_before_commit_nothing_is_taken(shop: Shop, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    (shop.workspace.inbox / "product.csv").write_text(GOOD + "B,dear\n")
    whole = getattr(intake, step)

    def killed(*given: object, **named: object) -> object:
        whole(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(intake, step, killed)
        with pytest.raises(KeyboardInterrupt):
            ingest_inbox(shop.workspace, now=shop.now)
    for table in ("product", "rejected_row", "ingested_file"):
        assert shop.rows(f"select count(*) from {table}") == [(0,)]
    (report,) = ingest_inbox(shop.workspace, now=shop.now)
    assert (report.rows_accepted, report.rows_rejected) == (1, 1)
