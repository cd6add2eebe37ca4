"""The planner's desk: the report of 10,000 SKU-locations in a browser, and the app with 100,000 proposals under load.

    python benchmarks/desk.py [--skus 5000] [--users 20] [--think 1.0] [--keep FOLDER]

The report: a made-up shop is planned; its size, the seconds until Chromium has loaded and drawn it, and the share of
the night that the stage `report` took. The app: the same plan with its SKUs copied under new names until it holds
100,000 proposals, served on loopback; each of 20 users asks for a page, thinks, asks for the next. With `--think 0`
nobody thinks. Percentiles are over all pages together and printed by page.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from measured import ROOT, report
from night import measure

from invopt.tables import TABLES
from invopt.workspace import Snapshot, Workspace

PROPOSALS = 100_000
SERVED = ("sku_location", "stock_position", "inbound", "demand", "cleaned_demand", "forecast", "forecast_model",
          "lead_time", "policy", "order_proposal", "open_order_advice", "backlog", "alert", "supplier_term",
          "purchase_order_line")  # fmt: skip


def main() -> None:
    """Plan, look at the report, serve the app, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skus", type=int, default=5_000, help="SKUs; each at two locations")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--think", type=float, default=1.0, help="mean seconds between an answer and the next request")
    parser.add_argument("--seconds", type=float, default=40.0, help="how long the users work")
    parser.add_argument(
        "--keep", type=Path, help="make the workspace here and leave it; used again where it is planned"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary) / "shop"
        if not (folder / "runs" / "published.json").exists():
            measure(folder, arguments.skus, 728, 60.0)
        figures = measure_report(Workspace.open(folder))
        large = Path(temporary) / "large"
        proposals = enlarge(Workspace.open(folder), large, PROPOSALS)
        figures |= measure_pages(large, arguments.users, arguments.think, arguments.seconds)
        report(figures | {"proposals": proposals, "users": arguments.users})


def measure_report(shop: Workspace) -> dict[str, float]:
    """Size of the summary page, seconds until it is drawn, and the share of the night that reports took."""
    from playwright.sync_api import sync_playwright

    published = shop.published
    assert published is not None
    page = shop.reports / published.run_id / "index.html"
    seconds = {}
    for path in published.folder.glob("*.done"):
        entry = json.loads(path.read_text(encoding="utf-8"))
        seconds[entry["stage"]] = float(entry["seconds"])
    opened = []
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for _ in range(5):
            tab = browser.new_page(viewport={"width": 1400, "height": 900})
            started = time.perf_counter()
            tab.goto(page.as_uri(), wait_until="load")
            tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            opened.append(time.perf_counter() - started)
            tab.close()
        browser.close()
    return {
        "report_sku_locations": float(len(published.table("sku_location"))),
        "report_mb": page.stat().st_size / 1e6,
        "report_open_seconds": float(np.median(opened)),
        "report_share_of_night": seconds["report"] / sum(seconds.values()),
    }


def enlarge(shop: Workspace, root: Path, proposals: int) -> int:
    """A workspace whose published plan holds the SKUs of `shop` again and again under new names."""
    source = shop.published
    assert source is not None
    large = Workspace.create(root)
    shutil.copyfile(shop.root / "settings.toml", large.root / "settings.toml")
    held = len(source.table("order_proposal"))
    copies = -(-proposals // held)
    target = Snapshot(large.runs / source.run_id)
    target.folder.mkdir()
    for path in source.folder.iterdir():
        if path.is_file():
            shutil.copyfile(path, target.folder / path.name)
    for name in TABLES:
        if not source.files(name):
            continue
        (target.folder / name).mkdir()
        frame = source.table(name)
        for copy in range(copies if name in SERVED else 1):
            rows = renamed(frame, name, copy) if name in SERVED else frame
            rows.to_parquet(target.folder / name / f"{copy:06d}.parquet", index=False, row_group_size=65_536)
    large.publish(source.run_id)
    return held * copies


def renamed(frame: pd.DataFrame, name: str, copy: int) -> pd.DataFrame:
    """The rows under the SKU names of a copy; keys that name a SKU or an order with them."""
    prefix = f"{copy:03d}-"
    changes = {"sku_id": prefix + frame["sku_id"]} if "sku_id" in frame else {}
    for column in ("proposal_id", "purchase_order_id"):
        if column in frame:
            changes[column] = prefix + frame[column]
    if name == "alert":
        changes["key"] = prefix + frame["key"]
    return frame.assign(**changes)


def measure_pages(root: Path, users: int, think: float, seconds: float) -> dict[str, float]:
    """Percentiles of the time that pages take with so many users at once."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}
    port = 8931
    command = [sys.executable, "-m", "invopt", "review", "--workspace", str(root), "--port", str(port)]
    server = subprocess.Popen(command, env=environment)
    try:
        started = time.monotonic()
        while not answers(port):
            if server.poll() is not None:
                sys.exit("the app did not start")
            time.sleep(0.2)
        ready = time.monotonic() - started
        pages = addresses(port)
        ask(port, "/settings")  # the exchange curve is drawn once for each plan
        times: dict[str, list[float]] = {name: [] for name, _ in pages}
        stop = time.monotonic() + seconds
        threads = [threading.Thread(target=work, args=(port, pages, times, think, stop, n)) for n in range(users)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        server.terminate()
        server.wait()
    for name, taken in sorted(times.items(), key=lambda entry: -np.percentile(entry[1] or [0], 95)):
        if taken:
            print(f"{name:<12} {len(taken):>6} pages  median {1e3 * np.median(taken):7.1f} ms  "
                  f"p95 {1e3 * np.percentile(taken, 95):7.1f} ms")  # fmt: skip
    every = [value for taken in times.values() for value in taken]
    return {
        "page_p50_ms": 1e3 * float(np.median(every)),
        "page_p95_ms": 1e3 * float(np.percentile(every, 95)),
        "page_worst_p95_ms": 1e3 * max(float(np.percentile(taken, 95)) for taken in times.values() if taken),
        "pages_per_second": len(every) / seconds,
        "app_ready_seconds": ready,
    }


def answers(port: int) -> bool:
    """Whether the app is there."""
    try:
        return ask(port, "/")[0] == 200
    except OSError:
        return False


def ask(port: int, path: str) -> tuple[int, str]:
    """One page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def addresses(port: int) -> list[tuple[str, list[str]]]:
    """Every page with some of its addresses, taken from the lists themselves."""
    from html import unescape

    found = [
        ("inbox", ["/", "/?page=7", "/?alert_kind=surplus"]),
        ("plan", ["/plan", "/plan?page=90", "/plan?sort=amount_minor", "/plan?q=lamp", "/plan?urgency=due"]),
        ("orders", ["/orders"]),
        ("suppliers", ["/suppliers"]),
        ("holds", ["/holds"]),
        ("promises", ["/promises"]),
        ("returns", ["/returns"]),
        ("skus", ["/skus", "/skus?" + urlencode({"q": "050- kettle"})]),
        ("forecast", ["/forecast"]),
        ("settings", ["/settings"]),
        ("runs", ["/runs"]),
        ("decisions", ["/decisions"]),
    ]
    for name, place in (("proposal", "/plan?page="), ("sku", "/skus?page=")):
        links: list[str] = []
        for number in (1, 40, 400, 900):
            links += re.findall(rf'href="(/{name}\?[^"]+)"', ask(port, f"{place}{number}")[1])[:30]
        found.append((name, [unescape(link) for link in links]))
    return found


def work(
    port: int, pages: list[tuple[str, list[str]]], times: dict[str, list[float]], think: float, stop: float, number: int
) -> None:
    """One user: a page, a moment, the next page. Fetched as a browser does, over a connection that is kept."""
    rng = random.Random(number)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", "/")
    answer = connection.getresponse()
    cookie = (answer.getheader("set-cookie") or "").split(";")[0]
    answer.read()
    time.sleep(rng.uniform(0, think))
    while time.monotonic() < stop:
        name, links = rng.choice(pages)
        started = time.perf_counter()
        connection.request("GET", rng.choice(links), headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        taken = time.perf_counter() - started
        if answer.status != 200:
            raise RuntimeError(f"{name}: {answer.status}")
        times[name].append(taken)
        if think:
            time.sleep(rng.expovariate(1 / think))
    connection.close()


if __name__ == "__main__":
    main()
