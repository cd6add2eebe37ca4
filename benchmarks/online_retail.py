"""Online Retail II whole, from the publisher's file to a plan, as a newcomer would run it: two commands.

    python benchmarks/online_retail.py [--file FILE] [--as-of 2011-12-10] [--keep FOLDER]

The numba cache should be warm (run it twice, or any plan before): compiling takes a minute or two once a machine.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from measured import ROOT, invopt, report

SHARED = Path(os.environ.get("INVOPT_SHARED", ROOT.parent / "shared"))


def main() -> None:
    """Ingest, plan, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=SHARED / "data" / "online_retail_II.parquet")
    parser.add_argument("--as-of", default="2011-12-10")
    parser.add_argument("--keep", type=Path, help="make the workspace here and leave it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        report(measure(arguments.keep or Path(temporary) / "shop", arguments.file, arguments.as_of))


def measure(folder: Path, file: Path, as_of: str) -> dict[str, float]:
    """Run both commands in a fresh workspace; returns the figures."""
    from invopt.workspace import Workspace

    shop = Workspace.create(folder)
    taken = invopt("ingest", str(file), "--workspace", str(folder))
    planned = invopt("plan", "--as-of", as_of, "--workspace", str(folder))
    for stage, seconds in planned.answer["seconds"].items():
        print(f"  {stage:<12}{seconds:>8.1f} s")
    files = taken.answer["files"]
    known = shop.table("sku_location")
    # Sold in the last year at any location: planned there, or excused with a reason.
    recent = known[known["last_year_units"] > 0]
    skus = recent.groupby("sku_id")["is_planned"].any()
    excused = recent.groupby("sku_id")["excuse"].apply(lambda reasons: reasons.notna().all())
    assert (skus | excused).all(), "a SKU that sold is neither planned nor excused"
    return {
        "ingest_seconds": taken.seconds,
        "plan_seconds": planned.seconds,
        "ingest_processor_seconds": taken.processor_seconds,
        "plan_processor_seconds": planned.processor_seconds,
        "peak_gib": max(taken.peak_gib, planned.peak_gib),
        **{name: sum(report[name] for report in files)
           for name in ("rows_read", "rows_accepted", "rows_rejected", "rows_known")},
        "skus_planned": int(skus.sum()),
        "skus_excused": int((~skus & excused).sum()),
    }  # fmt: skip


if __name__ == "__main__":
    main()
