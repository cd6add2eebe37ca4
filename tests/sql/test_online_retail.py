"""UCI Online Retail II whole: what the publisher's file holds is what the books say, line for line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from invopt.ingest import ingest_files
from invopt.workspace import Workspace
from tests.connection import connect

SHARED = Path(os.environ.get("INVOPT_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FILE = SHARED / "data" / "online_retail_II.parquet"


@pytest.mark.skipif(not FILE.is_file(), reason="online_retail_II.parquet is not here")
def test_every_line_is_accepted_or_known_and_says_what_it_is(tmp_path: Path) -> None:
    shop = Workspace.create(tmp_path / "shop")
    first, second = ingest_files(shop, [FILE])
    # 22,523 lines of 1 to 9 December 2010 stand in both sheets; true repetitions within a sheet are kept.
    assert (first.rows_read, first.rows_accepted, first.rows_known) == (525_461, 525_461, 0)
    assert (second.rows_read, second.rows_accepted, second.rows_known) == (541_909, 519_386, 22_523)
    assert (first.rows_rejected, second.rows_rejected) == (0, 0)
    assert (first.rows_withdrawn, second.rows_withdrawn) == (0, 0)
    with connect(shop) as db:
        kinds = dict(db.execute("select line_kind, count(*) from order_line group by 1").fetchall())
        bad_debt = db.execute(
            "select line_kind, count(*) from order_line where starts_with(order_id, 'A') group by 1"
        ).fetchall()
        cheap = db.scalar("select sum(amount_minor) from order_line where sku_id = 'PADS'")
        price = db.scalar("select unit_price_minor from order_line where order_id = '489434' and sku_id = '85048'")
    assert sum(kinds.values()) == 1_044_847
    assert set(kinds) == {"sale", "cancellation", "return", "write_off", "fee", "adjustment"} - {"return"}
    assert bad_debt == [("adjustment", 6)]
    assert cheap is not None
    assert price == 695
