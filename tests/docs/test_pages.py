"""The pages say what is so: generated ones are fresh, links lead somewhere, examples run."""

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

from invopt.ingest import ingest_files
from invopt.settings import Settings
from invopt.tables import TABLES
from invopt.tables.dictionary import dictionary
from invopt.workspace import Workspace

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def block(page, language):
    """The first fenced block of a language."""
    return re.search(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL).group(1)


def test_the_table_dictionary_is_fresh():
    assert (DOCS / "tables.md").read_text(encoding="utf-8") == dictionary(), (
        "docs/tables.md is stale. Write it with: python -m invopt.tables.dictionary"
    )


def test_every_table_and_column_is_in_the_dictionary():
    text = dictionary()
    for table in TABLES.values():
        section = text.split(f"\n### {table.name}\n")[1].split("\n#")[0]
        assert all(f"| `{column.name}` |" in section for column in table.columns)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_a_page_and_a_heading(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        assert not target.startswith("http"), target
        name, _, anchor = target.partition("#")
        other = DOCS / name if name else page
        assert other.is_file(), target
        headings = re.findall(r"^#+ (.+)$", other.read_text(encoding="utf-8"), re.MULTILINE)
        if anchor:
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_index_knows_every_page(page):
    assert page.stem == "index" or f"({page.name})" in (DOCS / "index.md").read_text(encoding="utf-8")


def test_tables_named_on_the_pages_are_declared():
    for page in ("journeys.md", "your-own-data.md"):
        for row in re.findall(r"^\|.*\|$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE):
            cell = row.split("|")[3 if page == "journeys.md" else 1]
            assert set(re.findall(r"`([a-z_]+)`", cell)) <= set(TABLES), row


def test_the_glossary_is_in_order():
    words = re.findall(r"^\| ([^|]+) \|", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)[1:]
    assert words == sorted(words, key=lambda word: re.sub("[^a-z]", "", word.lower()))
    assert len(words) == len(set(words))


def test_the_first_export_of_the_guide_is_taken_in_whole(tmp_path):
    shop = Workspace.create(tmp_path / "my-shop")
    path = tmp_path / "orders.csv"
    path.write_text(block("your-own-data.md", "csv"), encoding="utf-8")
    (report,) = ingest_files(shop, [path], now=dt.datetime(2026, 3, 2, 8))
    assert (report.table_name, report.rows_read, report.rows_accepted) == ("order_line", 3, 3)


def test_the_rule_of_the_replay_page_is_played(capsys):
    exec(compile(block("replay.md", "python"), "replay.md", "exec"), {})
    told = capsys.readouterr().out
    assert "last eight weeks" in told
    assert "two weeks of cover" in told


def test_the_mapping_of_the_guide_is_understood(tmp_path):
    mapping = tomllib.loads(block("your-own-data.md", "toml"))
    assert Settings.of(mapping).ingest.mapping["order_line"]["order_id"] == "Order No"
    shop = Workspace.create(tmp_path / "my-shop")
    (shop.root / "settings.toml").write_text(block("your-own-data.md", "toml"), encoding="utf-8")
    path = tmp_path / "export.csv"
    path.write_text("Order No,Item,Created,Qty,Price\n1,A,2026-02-27 09:14,2,8.50\n", encoding="utf-8")
    (report,) = ingest_files(shop, [path], table_name="order_line", now=dt.datetime(2026, 3, 2, 8))
    assert (report.rows_read, report.rows_accepted) == (1, 1)
