"""The report of a shop of about 10,000 SKU-locations: its size, how soon it opens, its share of the night.

    python benchmarks/report.py [--skus 5000] [--keep FOLDER]

Opening is measured in Chromium from the first byte to the first list drawn by the page's script, the file on disk. The
page is the summary; pages of single SKUs that need attention are counted into the time of the stage.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from measured import report
from night import measure as measure_night

REPEATS = 5
DRAWN = "document.querySelector('.list[data-caption] tbody tr[data-place]') !== null"


def main() -> None:
    """Plan the shop, look at its report, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skus", type=int, default=5_000, help="SKUs; each at two locations")
    parser.add_argument("--keep", type=Path, help="make the workspace here and leave it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary) / "shop"
        night = measure_night(folder, arguments.skus, 728, 100.0)
        (index,) = folder.glob("reports/*/index.html")
        pages = list(index.parent.glob("sku/*.html"))
        report(
            {
                "sku_locations": night["sku_locations"],
                "report_mb": index.stat().st_size / 1e6,
                "sku_pages": len(pages),
                "report_open_seconds": open_seconds(index),
                "seconds_report": night["seconds_report"],
                "seconds_plan": night["seconds_plan"],
                "report_share_of_night": night["seconds_report"] / night["seconds_plan"],
            }
        )


def open_seconds(page_path: Path) -> float:
    """Median seconds until the first list of the page is drawn, in a fresh tab each time."""
    import time

    from playwright.sync_api import sync_playwright

    seconds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for _ in range(REPEATS):
            page = browser.new_page()
            started = time.monotonic()
            page.goto(page_path.as_uri())
            page.wait_for_function(DRAWN)
            seconds.append(time.monotonic() - started)
            page.close()
        browser.close()
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
