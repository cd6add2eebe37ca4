"""The report and the exports of a run: every link leads somewhere, every table is there, a rerun changes nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from rich.console import Console

from invopt.report.plan import Plan, as_of_day
from invopt.report.sku_page import render_sku, sku_page_name
from invopt.report.summary import print_summary
from invopt.settings import Settings
from invopt.stages.alerts import raise_alerts
from invopt.stages.exports import EXPORTED, write_exports
from invopt.stages.report import write_pages
from invopt.stages.run import Run
from invopt.tables import INPUT_TABLES, RUN_TABLES, TABLES
from invopt.workspace import Workspace
from tests.unit.report.shop import AS_OF, night


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose tables lie there as the stages before would have left them."""
    workspace = Workspace.create(tmp_path_factory.mktemp("shop"))
    text = (workspace.root / "settings.toml").read_text(encoding="utf-8")
    text = text.replace("attention_pages = 60", "attention_pages = 9")
    (workspace.root / "settings.toml").write_text(text, encoding="utf-8")
    run = Run(workspace, AS_OF, "2026-03-09-plan-0123456789ab", None)
    run.folder.mkdir(parents=True)
    (run.folder / "run.json").write_text(f'{{"as_of": "{AS_OF}"}}', encoding="utf-8")
    tables = night(40)
    for table in (*INPUT_TABLES, *RUN_TABLES, TABLES["ingested_file"], TABLES["rejected_row"]):
        run.write(table, tables[table.name])
    raise_alerts(run)
    write_pages(run)
    write_exports(run)
    return run


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_link_of_the_summary_leads_to_a_page_and_back(run: Run) -> None:
    folder = run.workspace.reports / run.run_id
    index = (folder / "index.html").read_text(encoding="utf-8")
    links = set(re.findall(r"sku/[a-z0-9-]+\.html", index))
    assert links == {f"sku/{path.name}" for path in (folder / "sku").iterdir()}
    assert len(links) == 9
    for link in links:
        assert 'href="../index.html"' in (folder / link).read_text(encoding="utf-8")


def test_a_page_on_demand_is_the_page_of_the_report(run: Run) -> None:
    described = run.read(TABLES["sku_location"])
    for sku, place in described[["sku_id", "location_id"]].itertuples(index=False):
        path = run.workspace.reports / run.run_id / "sku" / sku_page_name(sku, place)
        if path.is_file():
            page = render_sku(run.snapshot, run.settings, sku, place, back="../index.html")
            assert page == path.read_text(encoding="utf-8")
            return
    raise AssertionError("no page was written")


def test_a_second_run_writes_the_same_bytes(run: Run) -> None:
    folder = run.workspace.reports / run.run_id
    before = files(folder)
    write_pages(run)
    assert files(folder) == before


def test_every_table_is_exported_whole(run: Run) -> None:
    folder = run.workspace.exports / run.run_id
    book = openpyxl.load_workbook(folder / "plan.xlsx", read_only=True)
    for table in EXPORTED:
        rows = len(run.read(table))
        assert len(pd.read_csv(folder / f"{table.name}.csv", encoding="utf-8-sig", dtype=str)) == rows
        assert len(pd.read_parquet(folder / f"{table.name}.parquet")) == rows
        if rows:
            assert book[table.name].max_row == rows + 1


def test_exported_money_is_the_proposals_money(run: Run) -> None:
    exported = pd.read_csv(run.workspace.exports / run.run_id / "order_proposal.csv", encoding="utf-8-sig")
    proposal = run.read(TABLES["order_proposal"])
    assert round(exported["amount"].sum() * 100) == int(proposal["amount_minor"].sum())


def test_a_table_too_long_for_excel_is_named_there(run: Run) -> None:
    short = Run(run.workspace, run.as_of, run.run_id, run.seen_until)
    object.__setattr__(run.workspace, "settings", run.settings.replaced("report", excel_rows=50))
    try:
        write_exports(short)
        book = openpyxl.load_workbook(run.workspace.exports / run.run_id / "plan.xlsx", read_only=True)
        notes = [[cell.value for cell in row[:2]] for row in book["contents"].iter_rows(max_row=20)]
    finally:
        object.__setattr__(run.workspace, "settings", Settings.read(run.workspace.root / "settings.toml"))
    assert "forecast" not in book.sheetnames
    assert any(note[0] == "forecast" and "forecast.csv" in str(note[1]) for note in notes)


def test_the_summary_is_told_in_the_terminal(run: Run) -> None:
    out = io.StringIO()
    report = run.workspace.reports / run.run_id / "index.html"
    print_summary(run.snapshot, run.settings, report=report, console=Console(file=out, width=100))
    text = out.getvalue()
    for part in ("Monday 9 March 2026", "Buy today", "Exceptions", "On hold", "Ships today", "Report:", report.name):
        assert part in text
    plan = Plan.for_summary(run.snapshot, run.settings)
    buys = plan.table("order_proposal").query("final_units > 0")
    assert f"{len(buys)} lines" in text


def test_hostile_names_do_not_steer_the_terminal() -> None:
    from invopt.report.summary import print_plan
    from tests.unit.report.test_summary_page import plan_of

    out = io.StringIO()
    tables = night(24, hostile=True)
    tables["order_check"]["reason"] = "[red]\x1b[2J[/red]"
    print_plan(plan_of(tables), console=Console(file=out, width=100, force_terminal=False))
    assert "\x1b" not in out.getvalue()
    assert "[red]" in out.getvalue()


def test_the_day_is_read_from_the_run(run: Run) -> None:
    assert as_of_day(run.snapshot) == AS_OF
