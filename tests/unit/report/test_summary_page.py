"""The summary page: its figures equal the tables, its texts stay texts, it loads nothing, it stays small."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from invopt.report.figures import morning_figures
from invopt.report.glossary import GLOSSARY
from invopt.report.plan import Plan
from invopt.report.sections import ALERT_WORDS, all_lists
from invopt.report.summary_page import render_summary
from invopt.report.words import Words
from invopt.settings import Settings
from invopt.stages.alerts import find_alerts
from tests.unit.report.shop import AS_OF, HOSTILE_NAMES, empty_night, night


def plan_of(tables: dict[str, pd.DataFrame], **business: str) -> Plan:
    settings = Settings.of({"business": business})
    tables = {**tables, "alert": find_alerts(tables, settings, pd.Timestamp(AS_OF))}
    return Plan("2026-03-09-0123456789ab", AS_OF, settings, tables)


class Page(HTMLParser):
    """What a browser would make of the page: elements with their attributes, and the texts of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_script = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        (self.scripts if self._in_script else self.texts).append(data)

    @property
    def blocks(self) -> dict[str, dict]:
        return {block["name"]: block for block in (json.loads(text) for text in self.scripts if text.startswith("{"))}


PATHS = np.linspace(500_000, 100_000, 14)


@pytest.fixture(scope="module")
def shop() -> Plan:
    return plan_of(night(60))


@pytest.fixture(scope="module")
def page(shop: Plan) -> Page:
    return Page(render_summary(shop, PATHS, {}))


def test_headline_figures_equal_the_tables(shop: Plan) -> None:
    figures = morning_figures(shop)
    proposal = shop.table("order_proposal")
    buys = proposal[proposal["final_units"] > 0]
    assert figures.buy_amount == {"GBP": int(buys["amount_minor"].sum())}
    assert figures.buy_lines == len(buys)
    check = shop.table("order_check")
    assert figures.orders_on_hold == int((check["outcome"] == "on_hold").sum())
    alerts = shop.table("alert")
    risk = alerts[alerts["alert_kind"].isin(["stocked_out", "will_stock_out"])]
    assert figures.at_risk == {"GBP": int(risk["worth_minor"].sum())}
    assert figures.out_now + figures.out_soon == len(risk)
    assert figures.planned + figures.excused == len(shop.table("sku_location"))
    assert 0 < figures.service_current <= figures.service_expected <= 1
    assert 0.9 < figures.availability < 1  # three days in thirty-seven are out of stock


def test_the_page_shows_those_figures(shop: Plan, page: Page) -> None:
    figures, words = morning_figures(shop), Words("en_GB")
    shown = " ".join(page.texts)
    for amounts in (figures.buy_amount, figures.at_risk, figures.on_hold_amount, figures.stock_now):
        assert words.sums(amounts) in shown
    assert f"{figures.parcels_today} parcels" in shown


def test_every_list_holds_every_row_and_its_money(shop: Plan, page: Page) -> None:
    for name, shown in all_lists(shop, {}).items():
        if not len(shown):
            assert name not in page.blocks
            continue
        block = page.blocks[name]
        assert block["rows"] == len(shown) == shown.total or shown.total == 0
        for column, made in zip(shown.columns, block["columns"], strict=True):
            if column.kind == "money":
                assert sum(value or 0 for value in made["values"]) == int(
                    shown.frame[column.name].fillna(0).round().sum()
                )
    assert page.blocks["exceptions"]["rows"] == len(shop.table("alert"))


def test_exceptions_come_with_the_most_money_first(page: Page) -> None:
    worth = next(column for column in page.blocks["exceptions"]["columns"] if column["name"] == "worth_minor")
    assert worth["values"] == sorted(worth["values"], reverse=True)


def test_every_figure_has_its_definition(shop: Plan, page: Page) -> None:
    terms = [attributes["data-term"] for tag, attributes in page.elements if "data-term" in attributes]
    assert len(terms) >= 12
    for term in terms:
        assert GLOSSARY[term].definition in page.texts  # one click away, beside the figure
    for shown in all_lists(shop, {}).values():
        for column in shown.columns:
            assert len(GLOSSARY[column.term].definition) > 5


def test_every_kind_of_exception_has_its_words(shop: Plan) -> None:
    assert set(shop.table("alert")["alert_kind"]) <= set(ALERT_WORDS)


def test_the_page_loads_and_sends_nothing(page: Page) -> None:
    for tag, attributes in page.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form", "img")
        assert not {"src", "srcset", "style", "action"} & set(attributes), (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")]
        href = attributes.get("href") or "#"
        assert href.startswith("#") or href.startswith("sku/")
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_pictures_have_text_alternatives(page: Page) -> None:
    pictures = [a for tag, a in page.elements if tag == "svg" and "picture" in (a.get("class") or "")]
    identities = {a["id"] for _, a in page.elements if "id" in a}
    assert len(pictures) >= 8
    for picture in pictures:
        assert picture["role"] == "img"
        assert set((picture["aria-labelledby"] or "").split()) <= identities


def test_no_identity_is_given_twice(page: Page) -> None:
    identities = [a["id"] for _, a in page.elements if "id" in a]
    assert len(identities) == len(set(identities))


def test_hostile_names_stay_text() -> None:
    plain, hostile = (
        Page(render_summary(plan_of(night(40, hostile=is_hostile)), PATHS, {})) for is_hostile in (False, True)
    )
    kinds = {tag for tag, _ in plain.elements}
    assert {tag for tag, _ in hostile.elements} <= kinds  # no element that a name brought along
    assert not [a for _, a in hostile.elements if any(name.startswith("on") for name in a)]
    assert [tag for tag, _ in hostile.elements].count("script") == [tag for tag, _ in plain.elements].count("script")
    names = next(c for c in hostile.blocks["skus"]["columns"] if c["name"] == "product_name")["values"]
    texts = set(names["d"] if isinstance(names, dict) else names)
    for name in HOSTILE_NAMES:
        assert any(text == name or (len(name) > 240 and name.startswith(text[:-1])) for text in texts)
    assert max(map(len, texts)) <= 240


def test_nobody_is_named(shop: Plan) -> None:
    assert "Personal Name" not in render_summary(shop, PATHS, {})


def test_a_night_in_which_nothing_was_known_still_makes_a_page() -> None:
    html = render_summary(plan_of(empty_night()), None, {})
    for words in ("Nothing has to be ordered today.", "No parcel leaves today.", "Nothing was assumed.",
                  "No exception today.", "Nothing is planned."):  # fmt: skip
        assert words in html
    assert "nan" not in re.sub(r"<script.*?</script>|<style.*?</style>", "", html, flags=re.S).lower().split()


def test_a_shop_of_ten_thousand_skus_stays_under_three_megabytes() -> None:
    html = render_summary(plan_of(night(10_000)), PATHS, {})
    assert len(html.encode()) < 3_000_000


def test_amounts_are_written_as_the_shop_writes_them() -> None:
    html = render_summary(plan_of(night(20), locale="de_DE"), PATHS, {})
    assert "\u00a0£" in html
    assert 'data-locale="de-DE"' in html


def test_the_same_tables_make_the_same_page(shop: Plan) -> None:
    assert render_summary(shop, PATHS, {}) == render_summary(shop, PATHS, {})
