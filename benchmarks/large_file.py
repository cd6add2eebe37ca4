"""One CSV of many gigabytes taken in: how long it takes, and that memory does not follow the file.

    python benchmarks/large_file.py [--gigabytes 10] [--folder FOLDER]

The lines are like a shop's: about 250 bytes each, with name, address and text, three to an order. The folder holds the
file, the database and what spills meanwhile: about three times the file.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from measured import invopt, report

HEADER = (
    "order_id,order_line_id,sku_id,ordered_at,ordered_units,unit_price,discount,tax,currency,customer_id,ship_to_name,"
    "ship_to_street,ship_to_city,ship_to_postcode,ship_to_country,channel,description\n"
)
STREETS = (
    "Station Road",
    "Church Lane",
    "Upper Mill Street",
    "Victoria Terrace",
    "The Old Brewery Yard",
    "High Street",
)
CITIES = ("Kingston upon Hull", "Leeds", "Newcastle upon Tyne", "York", "Bradford")
GOODS = (
    "white hanging heart tea light holder",
    "jumbo storage bag with a print of summer fruits",
    "plain mug",
    "doormat",
)
BATCH = 20_000


def main() -> None:
    """Write the file, take it in, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=10.0)
    parser.add_argument("--folder", type=Path, help="where there is room")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        file = Path(temporary) / "order_line.csv"
        lines = write(file, arguments.gigabytes * 1e9)
        report(measure(Path(temporary) / "shop", file, lines))


def write(file: Path, size: float) -> int:
    """Write lines until the file has that many bytes; returns how many lines."""
    written, number = 0, 0
    with file.open("w", encoding="utf-8") as out:
        written += out.write(HEADER)
        while written < size:
            written += out.write("".join(map(line, range(number, number + BATCH))))
            number += BATCH
    return number


def line(number: int) -> str:
    """One order line; three follow one another in an order."""
    order, day = number // 3, number // 3 % 700
    customer = order * 7919 % 1_000_003
    return (
        f"O-{order:09},{number % 3 + 1},SKU-{number * 31 % 49_999:05},202{3 + day // 365}-{day // 31 % 12 + 1:02}-"
        f"{day % 28 + 1:02}T{number % 24:02}:15:00Z,{number % 5 + 1},{number % 90 + 4}.95,0.00,{number % 9}.20,GBP,"
        f"customer-{customer:07}@example.org,Customer {customer:07} of the Made-up Shop,{number % 200} "
        f"{STREETS[order % 6]},{CITIES[order % 5]},ZZ{order % 90 + 10} {order % 9}ZZ,GB,web,{GOODS[number % 4]}\n"
    )


def measure(folder: Path, file: Path, lines: int) -> dict[str, float]:
    """Take the file in and check that every line was."""
    from invopt.workspace import Workspace

    shop = Workspace.create(folder)
    taken = invopt("ingest", str(file), "--workspace", str(folder))
    (answer,) = taken.answer["files"]
    assert answer["rows_read"] == answer["rows_accepted"] == lines, answer
    return {
        "file_gb": file.stat().st_size / 1e9,
        "rows_read": lines,
        "ingest_seconds": taken.seconds,
        "ingest_processor_seconds": taken.processor_seconds,
        "rows_a_second": lines / taken.seconds,
        "peak_gib": taken.peak_gib,
        "database_gb": shop.database_path.stat().st_size / 1e9,
    }


if __name__ == "__main__":
    main()
