"""From proposal to goods received by files and commands, and the papers that leave."""

from __future__ import annotations

import csv
import json
from decimal import Decimal

import pytest

from invopt.cli import decide
from invopt.decisions import read_decisions
from invopt.errors import InvoptError
from invopt.stages import run_stages
from tests.pipeline.shop import SPEC


@pytest.fixture
def proposals(shop):
    """Proposals: first those of one supplier and location, dearest first, then the others."""
    table = shop.table("order_proposal")
    table = table[(table["final_units"] > 0) & (table["state"] == "proposed")]
    together = table.groupby(["supplier_id", "location_id"])["sku_id"].transform("size")
    order = table.assign(together=together).sort_values(
        ["together", "supplier_id", "location_id", "amount_minor"], ascending=[False, True, True, False]
    )
    rows = order.to_dict("records")
    same = [(row["supplier_id"], row["location_id"]) for row in rows[:2]]
    assert len(rows) >= 3
    assert same[0] == same[1]
    return rows


def file_of(path, rows):
    """A file of decisions."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["proposal_id", "action", "value", "reason", "decided_by", "expires_on"])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_whole_life_by_files_and_commands(shop, proposals, tmp_path, capsys):
    first, second, third = (row["proposal_id"] for row in proposals[:3])
    decide.decide(
        file_of(
            tmp_path / "monday.csv",
            [
                {"proposal_id": first, "action": "approve", "decided_by": "ann"},
                {"proposal_id": second, "action": "change", "value": "7", "reason": "trade fair"},
                {"proposal_id": third, "action": "reject", "reason": "too dear"},
            ],
        ),
        workspace=shop.root,
        by="bob",
    )
    decide.purchase_orders(workspace=shop.root)
    written = sorted((shop.exports / "purchase_orders").iterdir())
    assert {path.suffix for path in written} == {".csv", ".xlsx", ".pdf", ".json"}
    assert len(written) == 4
    order = json.loads(next(path for path in written if path.suffix == ".json").read_text(encoding="utf-8"))
    lines = {line["proposal_id"]: line for line in order["lines"]}
    assert set(lines) == {first, second}
    assert lines[first]["units"] == proposals[0]["final_units"]
    assert lines[second]["units"] == 7
    assert order["supplier_id"] == proposals[0]["supplier_id"]
    total = sum((Decimal(line["value"]["amount"]) for line in order["lines"]), Decimal(0))
    assert Decimal(order["total"]["amount"]) == total

    number = order["purchase_order_id"]
    decide.send(number, workspace=shop.root, by="ann")
    decide.confirm("2026-03-20", [first], workspace=shop.root, by="ann")
    decide.receive(second, 3, workspace=shop.root, by="goods-in")
    with pytest.raises(InvoptError, match="No purchase order"):
        decide.send(number, workspace=shop.root)
    run_stages(shop, SPEC.as_of)
    commitments = shop.table("order_commitment").set_index("proposal_id")
    assert commitments.loc[first, "state"] == "confirmed"
    assert str(commitments.loc[first, "confirmed_on"].date()) == "2026-03-20"
    assert (commitments.loc[second, "state"], commitments.loc[second, "open_units"]) == ("partly_received", 4.0)
    assert commitments.loc[first, "decided_by"] == "ann"
    inbound = shop.table("inbound").set_index("purchase_order_line_id")
    assert inbound.loc[first, "open_units"] == proposals[0]["final_units"]

    decide.close([second], workspace=shop.root, reason="rest cancelled", by="ann")
    run_stages(shop, SPEC.as_of)
    closed = shop.table("order_commitment").set_index("proposal_id").loc[second]
    assert (closed["state"], closed["open_units"]) == ("closed", 0.0)


def test_the_paper_shows_every_line_and_the_total(shop, proposals):
    pdfium = pytest.importorskip("pypdfium2")
    proposals = proposals[:2]
    decide.approve([row["proposal_id"] for row in proposals], workspace=shop.root, by="ann")
    decide.purchase_orders(workspace=shop.root)
    (path,) = (shop.exports / "purchase_orders").glob("*.pdf")
    document = pdfium.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    for row in proposals:
        assert row["sku_id"] in text
    assert "Total GBP" in text
    first = path.read_bytes()
    decide.purchase_orders(workspace=shop.root)
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"proposal_id": "", "action": "receive", "value": "5"}, "send it before"),
        ({"proposal_id": "", "action": "change"}, "is no quantity"),
        ({"proposal_id": "", "action": "change", "value": "many"}, "is no quantity"),
        ({"proposal_id": "", "action": "change", "value": "-3"}, "below zero"),
        ({"proposal_id": "NOBODY|HERE|2026-03-02", "action": "approve"}, "is no proposal"),
        ({"proposal_id": "NOBODY|HERE|2026-03-02", "action": "reject"}, "is no proposal"),
        ({"proposal_id": "", "action": "bless"}, "is no action"),
        ({"proposal_id": "", "action": "snooze", "expires_on": "soon"}, "is no date"),
    ],
)  # fmt: skip
def test_a_file_with_one_bad_row_decides_nothing(shop, proposals, tmp_path, row, message):
    first, second = (proposal["proposal_id"] for proposal in proposals[:2])
    bad = row | {"proposal_id": row["proposal_id"] or second}
    before = len(read_decisions(shop.decisions_path))
    path = file_of(tmp_path / "rows.csv", [{"proposal_id": first, "action": "approve"}, bad])
    with pytest.raises(InvoptError, match=message):
        decide.decide(path, workspace=shop.root)
    assert len(read_decisions(shop.decisions_path)) == before


def test_what_was_decided_is_taken_back_before_it_is_sent(shop, proposals):
    first = proposals[0]["proposal_id"]
    decide.approve([first], workspace=shop.root, by="ann")
    decide.reopen([first], workspace=shop.root, by="ann")
    decide.purchase_orders(workspace=shop.root)
    assert not list((shop.exports / "purchase_orders").glob("*"))
