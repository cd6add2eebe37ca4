from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from invopt.cli.sample import sample
from invopt.errors import SettingsError
from invopt.sample import ShopSpec, generate, write_shop
from invopt.tables import TABLES, check

COMMITTED = Path(__file__).parents[3] / "data" / "sample"
SMALL = ShopSpec(skus=40, days=182, seed=2, lines_per_sku=30)


def read_csv(path):
    """A written file, typed as declared; an empty required text is a text."""
    table = TABLES[path.stem]
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    columns = {}
    for column in table.columns:
        values = frame[column.name]
        if column.nullable:
            values = values.mask(values == "")
        kind = column.dtype.pandas(nullable=column.nullable)
        if kind in ("bool", "boolean"):
            values = values.map({"true": True, "false": False}, na_action="ignore").astype(kind)
        elif kind.startswith("datetime"):
            values = pd.to_datetime(values, format="ISO8601", utc=True).dt.tz_localize(None).astype(kind)
        elif kind != "str":
            values = pd.to_numeric(values).astype(kind)
        columns[column.name] = values
    return check(pd.DataFrame(columns), table)


def test_csv_and_memory_hold_the_same(tmp_path):
    rows = write_shop(SMALL, tmp_path)
    tables, _ = generate(SMALL)
    assert rows == {name: len(frame) for name, frame in tables.items()}
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(read_csv(tmp_path / f"{name}.csv"), frame, check_exact=False, atol=1e-5)


def test_parquet_and_memory_hold_the_same(tmp_path):
    write_shop(SMALL, tmp_path, "parquet")
    tables, _ = generate(SMALL)
    for name, frame in tables.items():
        stored = pq.read_table(tmp_path / f"{name}.parquet").to_pandas(date_as_object=False)
        for column in stored.columns:
            if isinstance(stored[column].dtype, pd.DatetimeTZDtype):
                stored[column] = stored[column].dt.tz_localize(None)
        pd.testing.assert_frame_equal(check(stored, TABLES[name]), frame)


def test_a_folder_with_tables_is_not_overwritten(tmp_path):
    (tmp_path / "order_line.csv").write_text("mine")
    with pytest.raises(SettingsError, match=r"order_line\.csv"):
        write_shop(SMALL, tmp_path)
    assert (tmp_path / "order_line.csv").read_text() == "mine"


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="xlsx"):
        write_shop(SMALL, tmp_path, "xlsx")


def test_the_committed_shop_is_what_the_generator_writes(tmp_path):
    write_shop(ShopSpec(), tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(path.name for path in COMMITTED.iterdir())
    for name in names:
        assert (tmp_path / name).read_bytes() == (COMMITTED / name).read_bytes(), (
            f"data/sample/{name} is stale. Write it with: rm -r data/sample && invopt sample data/sample"
        )


def test_the_committed_shop_stays_under_three_megabytes():
    assert sum(path.stat().st_size for path in COMMITTED.iterdir()) < 3_000_000


def test_every_column_of_every_committed_file_is_explained():
    text = (COMMITTED / "README.md").read_text(encoding="utf-8")
    for path in COMMITTED.glob("*.csv"):
        section = text.split(f"\n### {path.stem}\n")[1].split("\n### ")[0]
        header = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
        assert all(f"| `{column}` |" in section for column in header)


def test_the_command_writes_a_shop_and_says_so(tmp_path):
    app = typer.Typer()
    app.command()(sample)
    call = [str(tmp_path / "shop"), "--skus", "20", "--days", "56", "--seed", "3", "--lines-per-sku", "5"]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 0, result.output
    assert "20 SKUs" in result.output
    assert "Plan it as of 2026-03-02." in result.output
    assert len(read_csv(tmp_path / "shop" / "product.csv")) == 20
