"""The whole night on a made-up shop of any size: seconds a stage, and the most memory it took.

    python benchmarks/night.py [--skus 50000] [--days 728] [--lines-per-sku 100] [--keep FOLDER]

A SKU is sold from two locations, so the default is about 100,000 SKU-locations x 104 weeks.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from measured import invopt, report


def main() -> None:
    """Make the shop, ingest, plan, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skus", type=int, default=50_000, help="SKUs; each at two locations")
    parser.add_argument("--days", type=int, default=728)
    parser.add_argument("--lines-per-sku", type=float, default=100.0)
    parser.add_argument("--keep", type=Path, help="make the workspace here and leave it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary) / "shop"
        report(measure(folder, arguments.skus, arguments.days, arguments.lines_per_sku))


def measure(folder: Path, skus: int, days: int, lines_per_sku: float) -> dict[str, float]:
    """Run the night in a fresh workspace; returns the figures."""
    from invopt.sample import ShopSpec, write_shop
    from invopt.workspace import Workspace

    shop = Workspace.create(folder)
    spec = ShopSpec(skus=skus, days=days, lines_per_sku=lines_per_sku)
    with tempfile.TemporaryDirectory(dir=folder) as made:
        started = time.monotonic()
        rows = write_shop(spec, Path(made), "parquet")
        print(f"made up {skus:,} SKUs, {rows['order_line']:,} order lines in {time.monotonic() - started:.0f} s")
        for path in sorted(Path(made).glob("*.parquet")):
            path.replace(shop.inbox / path.name)
        shutil.copyfile(Path(made) / "settings.toml", shop.root / "settings.toml")
    taken = invopt("ingest", "--workspace", str(folder))
    planned = invopt("plan", "--as-of", str(spec.as_of), "--workspace", str(folder))
    known = shop.table("sku_location")
    return {
        "skus": skus,
        "sku_locations": len(known),
        "sku_locations_planned": int(known["is_planned"].sum()),
        "order_lines": rows["order_line"],
        "seconds_ingest": taken.seconds,
        **{f"seconds_{stage}": seconds for stage, seconds in planned.answer["seconds"].items()},
        "seconds_plan": planned.seconds,
        "processor_seconds": taken.processor_seconds + planned.processor_seconds,
        "peak_gib": max(taken.peak_gib, planned.peak_gib),
    }


if __name__ == "__main__":
    main()
