"""`invopt sample`: write a made-up shop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: invopt sample --skus 5000 --seed 7 big-shop")(sample)


def sample(
    out: Annotated[Path, typer.Argument(help="Folder to write to; it must not hold tables yet.")],
    skus: Annotated[int, typer.Option(help="SKUs of the shop; a million is fine with --format parquet.")] = 200,
    days: Annotated[int, typer.Option(help="Days of history, whole weeks up to 2026-03-01.")] = 728,
    seed: Annotated[int, typer.Option(help="The same seed gives the same shop.")] = 1,
    lines_per_sku: Annotated[
        float, typer.Option(help="Mean order lines of a SKU over the history, before stockouts.")
    ] = 100.0,
    file_format: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
) -> None:
    """Write a made-up shop to OUT: every input table as a file, seeded, with known truth."""
    # Imported here, so that `invopt --help` does not wait for numpy and pandas.
    from invopt.sample.spec import ShopSpec
    from invopt.sample.write import write_shop

    spec = ShopSpec(skus=skus, days=days, seed=seed, lines_per_sku=lines_per_sku)
    rows = write_shop(spec, out, file_format)
    print(f"{out}: a made-up shop of {skus:,} SKUs, {spec.starts_on} to {spec.ends_on}")
    for name, count in rows.items():
        print(f"  {name:<22}{count:>14,}")
    print(f"Plan it as of {spec.as_of}.")
