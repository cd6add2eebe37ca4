"""The documentation builds strictly as a site, every link of it leads somewhere, and reading it asks nobody else."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


class Page(HTMLParser):
    """What a page loads, where it leads, and the places in it that can be led to."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.leads, self.places = [], [], {""}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.places |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.leads.append(given["href"])
        wanted = LOADING.get(tag)
        # A canonical address or the like is no request.
        if wanted and given.get(wanted) and (tag != "link" or "stylesheet" in given.get("rel", "") or
                                             "icon" in given.get("rel", "")):  # fmt: skip
            self.loads.append(given[wanted])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    """The pages by their place in the site."""
    return {path.relative_to(site): Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_nothing_is_loaded_from_elsewhere(site, pages):
    for name, page in pages.items():
        assert not [address for address in page.loads if re.match(r"(https?:)?//", address)], name
    for path in site.rglob("*.css"):
        addresses = re.findall(
            r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")\s]+)", path.read_text(encoding="utf-8")
        )
        assert not addresses, path.name


def test_what_is_loaded_is_there(site, pages):
    for name, page in pages.items():
        for address in page.loads:
            inside = (site / name).parent / address.split("?")[0]
            assert address.startswith(("data:", "/")) or inside.is_file(), f"{name}: {address}"


def test_the_reader_s_browser_is_told_to_ask_nobody_else(site):
    for path in site.rglob("*.html"):
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', path.read_text(encoding="utf-8"))
        assert policy, path.name
        assert "default-src 'self'" in policy.group(1)
        assert "http" not in policy.group(1)


def test_every_link_leads_to_a_page_and_a_place(site, pages):
    for name, page in pages.items():
        if name.name == "404.html":  # served from anywhere, so its addresses are absolute
            continue
        for address in page.leads:
            if re.match(r"[a-z]+:|//", address):
                continue
            target, _, place = address.partition("#")
            path = (site / name).parent / unquote(target) if target else site / name
            path = Path(os.path.normpath(path / "index.html" if path.is_dir() else path))
            assert path.is_file(), f"{name}: {address}"
            if place and path.suffix == ".html" and not place.startswith("__"):
                assert unquote(place) in pages[path.relative_to(site)].places, f"{name}: {address}"


def test_the_rooms_are_documented_from_their_own_words(site):
    text = {path.stem: path.read_text(encoding="utf-8") for path in (site / "methods").glob("*.html")}
    assert {"demand", "forecasts", "inventory", "purchasing", "orders", "shipping", "returns", "replay"} <= set(text)
    for page, name in (("forecasts", "forecast_block"), ("inventory", "service_mix"), ("purchasing", "what_if")):
        assert f'id="invopt.{page.rstrip("s") if page == "forecasts" else page}.{name}"' in text[page]
    assert "&gt;&gt;&gt;" in re.sub(r"<[^>]+>", "", text["inventory"]), "examples are shown as code"
