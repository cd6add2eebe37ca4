"""A SKU's page: its quantity adds up on the page, its pictures speak, its file name is safe."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from invopt.errors import WorkspaceError
from invopt.report.plan import Plan
from invopt.report.series import arrivals, history, weekly_means
from invopt.report.sku_page import render_sku_page, sku_page_name
from invopt.settings import Settings
from tests.unit.report.shop import AS_OF, HOSTILE_NAMES, night
from tests.unit.report.test_summary_page import Page, plan_of


@pytest.fixture(scope="module")
def shop() -> Plan:
    return plan_of(night(24))


def numbers(html: str) -> list[float]:
    table = re.search(r'<table class="sum">(.*?)</table>', html, re.S)
    assert table is not None
    rows = re.findall(r'<td class="sign">(.)</td><td class="n">([\d.,]+)</td>', table.group(1))
    return [(-1 if sign == "−" else 1) * float(text.replace(",", "")) for sign, text in rows if sign != "="]


def test_the_explanation_on_the_page_adds_up_to_the_quantity(shop: Plan) -> None:
    for row in shop.table("order_proposal").to_dict("records"):
        html = render_sku_page(shop, row["sku_id"], row["location_id"])
        assert round(sum(numbers(html)), 3) == row["final_units"]


def test_every_known_sku_has_a_page(shop: Plan) -> None:
    for row in shop.table("sku_location").to_dict("records"):
        page = Page(render_sku_page(shop, row["sku_id"], row["location_id"], back="../index.html"))
        assert ("a", {"href": "../index.html"}) in page.elements
        pictures = [a for tag, a in page.elements if tag == "svg" and a.get("role") == "img"]
        assert pictures
        assert not [a for _, a in page.elements if "style" in a]


def test_an_unknown_sku_is_named(shop: Plan) -> None:
    with pytest.raises(WorkspaceError, match="knows no SKU 'NO'"):
        render_sku_page(shop, "NO", "MAIN")


def test_hostile_names_stay_text() -> None:
    plan = plan_of(night(len(HOSTILE_NAMES), hostile=True))
    plain = plan_of(night(20))
    keys = plain.table("sku_location")[["sku_id", "location_id"]].itertuples(index=False)
    allowed = {tag for key in keys for tag, _ in Page(render_sku_page(plain, *key)).elements}
    for row in plan.table("sku_location").to_dict("records"):
        html = render_sku_page(plan, row["sku_id"], row["location_id"])
        page = Page(html)
        assert {tag for tag, _ in page.elements} <= allowed
        assert len(html) < 200_000  # a name of ten kilobytes is cut


def test_file_names_are_safe_and_differ() -> None:
    names = {
        sku_page_name(sku, place) for sku in (*HOSTILE_NAMES, "../../etc/passwd", "a", "A") for place in ("X", "Y")
    }
    assert len(names) == 2 * (len(HOSTILE_NAMES) + 3)
    assert all(re.fullmatch(r"[a-z0-9-]+\.html", name) and len(name) < 80 for name in names)


def test_history_counts_whole_weeks_only_and_marks_censored_ones(shop: Plan) -> None:
    late = replace(shop, as_of=AS_OF - dt.timedelta(days=4))  # a Thursday: the week that runs is not shown
    sku = shop.table("sku_location").iloc[0]
    past = history(late, sku["sku_id"], sku["location_id"])
    demand = shop.table("demand")
    demand = demand[(demand["sku_id"] == sku["sku_id"]) & (demand["demand_on"] < "2026-03-02")]
    assert past.starts[-1] == np.datetime64("2026-02-23")
    assert past.units.sum() == demand["ordered_units"].sum()
    weeks = demand[demand["is_censored"]]["demand_on"].dt.to_period("W-SUN").nunique()
    assert int(past.is_censored.sum()) == weeks
    assert np.nansum(past.capped_units) == 60.0


def test_arrivals_show_what_is_confirmed_and_what_is_overdue(shop: Plan) -> None:
    coming = arrivals(shop).set_index("purchase_order_id")
    assert coming.loc["PO-7", "arrives_on"] == pd.Timestamp("2026-03-20")
    assert coming.loc["PO-4", "arrival_kind"] == "overdue"
    assert (coming["arrives_on"] >= pd.Timestamp(AS_OF)).all()


def test_weekly_means_spread_a_period_over_its_days() -> None:
    shop = plan_of(night(3))
    late = Plan("r", AS_OF + dt.timedelta(days=3), Settings(), shop.tables)
    keys = shop.table("sku_location")[["sku_id", "location_id"]]
    means = weekly_means(late, keys, shop.table("forecast"), 2)
    first = shop.table("forecast")[lambda frame: frame["sku_id"] == keys["sku_id"].iloc[0]]["mean_units"].to_numpy()
    assert means[0] == pytest.approx([4 / 7 * first[0] + 3 / 7 * first[1], 4 / 7 * first[1] + 3 / 7 * first[2]])


def test_answers_to_what_if_stand_beside_the_explanation(shop: Plan) -> None:
    row = shop.table("order_proposal").query("final_units > 0").iloc[0]
    answers = pd.DataFrame(
        {"question": ["lead time <b>a day</b> longer", "MOQ doubled"], "final_units": [12.0, 7.0],
         "change_units": [5.0, 0.0], "note": ["", "its terms name no MOQ"]}
    )  # fmt: skip
    html = render_sku_page(shop, row["sku_id"], row["location_id"], answers=answers)
    assert "What would change it" in html
    assert "lead time &lt;b&gt;a day&lt;/b&gt; longer" in html
    assert '<td class="k-units">+5</td>' in html
    assert "its terms name no MOQ" in html
    assert "What would change it" not in render_sku_page(shop, row["sku_id"], row["location_id"])
