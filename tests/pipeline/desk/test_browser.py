"""A planner's morning in a real browser: by keyboard alone, at a desk and on a phone, looked over by axe.

Pictures of every page are left in build/screenshots (or where INVOPT_SCREENSHOTS says).
"""

from __future__ import annotations

import csv
import io
import os
import shutil
from pathlib import Path

import pytest

from tests.pipeline.desk.conftest import PASSWORD, add_users, served
from tests.pipeline.shop import copy_of

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")

ROOT = Path(__file__).parents[3]
AXE = ROOT / "tests" / "browser" / "axe.min.js"
PICTURES = Path(os.environ.get("INVOPT_SCREENSHOTS", ROOT / "build" / "screenshots"))
SIZES = {"desk": {"width": 1400, "height": 900}, "phone": {"width": 390, "height": 844}}
PAGES = ["/", "/plan", "/orders", "/forecast", "/suppliers", "/holds", "/promises", "/returns", "/skus", "/settings",
         "/runs", "/decisions"]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as player:
        launched = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def shop_and_address(planned, tmp_path_factory):
    shop = copy_of(planned, tmp_path_factory.mktemp("browser") / "shop")
    add_users(shop)
    with served(shop) as address:
        yield shop, address


def opened(browser, address, size, **options):
    """A browser window in which every message of the console is an error of the test."""
    context = browser.new_context(viewport=SIZES[size], accept_downloads=True, base_url=address, **options)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda request: page.problems.append(request.url) if address not in request.url else None)
    return page


def tab_to(page, selector, *, presses=400):
    """Press Tab until the focus is on the first match."""
    wanted = page.locator(selector).first
    for _ in range(presses):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def looked_over(page, name, size):
    """A picture, no sideways scrolling, and no complaint of axe (WCAG 2.1 A and AA)."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{size}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], f"{name} scrolls sideways"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", tags)["violations"]
    assert not [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found], name


def log_in_by_keyboard(page, name="ann"):
    page.goto("/login")
    tab_to(page, "input[name=name]")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


@pytest.mark.parametrize("size", SIZES)
def test_a_morning_from_login_to_the_exported_order(browser, shop_and_address, size, tmp_path):
    shop, address = shop_and_address
    page = opened(browser, address, size)
    page.goto("/login")
    looked_over(page, "login", size)
    log_in_by_keyboard(page)
    assert "exception" in page.locator("h1").inner_text()
    tab_to(page, 'nav a[href="/plan"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan")
    open_row = "tr.s-proposed a[href^='/proposal']"
    sku = page.locator(open_row).first.inner_text()
    tab_to(page, open_row)
    page.keyboard.press("Enter")
    page.wait_for_url("**/proposal?**")
    looked_over(page, "proposal", size)
    approve = "details[open] form button.main"
    words = page.locator(approve).inner_text()
    tab_to(page, approve)
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan")
    assert "approved" in page.locator("#message").inner_text()
    decided = shop.decisions_path.read_text(encoding="utf-8").splitlines()[-1]
    assert sku in decided
    assert '"decided_by": "ann"' in decided
    tab_to(page, 'nav a[href="/orders"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders")
    looked_over(page, "orders", size)
    tab_to(page, "a.export[href$='orders.csv']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    file = tmp_path / "orders.csv"
    download.value.save_as(file)
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    bought = {row["sku_id"]: float(row["ordered_units"]) for row in rows}
    assert f"{bought[sku]:g}" in words.replace(",", "")
    assert page.problems == []
    page.context.close()


@pytest.mark.parametrize(("size", "scheme"), [("desk", "light"), ("phone", "dark")])
def test_every_page_is_accessible(browser, shop_and_address, size, scheme):
    _, address = shop_and_address
    page = opened(browser, address, size, color_scheme=scheme)
    log_in_by_keyboard(page)
    for path in PAGES:
        page.goto(path)
        looked_over(page, path.strip("/") or "inbox", size)
    page.goto("/skus")
    page.goto(page.locator("a[href^='/sku?']").first.get_attribute("href"))
    looked_over(page, "sku", size)
    assert page.problems == []
    page.context.close()


def test_a_list_narrows_while_one_types_and_an_effect_is_shown_beside(browser, shop_and_address):
    shop, address = shop_and_address
    page = opened(browser, address, "desk")
    log_in_by_keyboard(page)
    page.goto("/skus")
    sku = shop.table("sku_location")["sku_id"].iloc[-1]
    page.evaluate("window.untouched = true")
    page.locator("#q").fill(sku)
    every = "[...document.querySelectorAll('tbody tr')].every(row => row.innerText.includes(sku))"
    page.wait_for_function(f"sku => {every}",
                           arg=sku)  # fmt: skip
    assert page.evaluate("window.untouched"), "the page was loaded anew"
    assert sku in page.url
    page.goto("/settings")
    page.evaluate("window.untouched = true")
    page.locator("input[name='policy.target_by_class.A']").fill("80")
    page.get_by_role("button", name="Show the effect").click()
    page.wait_for_selector("text=What it would change")
    assert page.evaluate("window.untouched")
    assert "→" in page.locator("#effect").inner_text()
    page.screenshot(path=PICTURES / "effect-desk.png", full_page=True)
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("text=Say why")
    assert "setting" not in shop.decisions_path.read_text(encoding="utf-8")
    assert [problem for problem in page.problems if "422" not in problem] == []
    page.context.close()
