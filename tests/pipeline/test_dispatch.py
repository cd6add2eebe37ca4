"""What leaves the house, on the planned shop: papers for every parcel, numbers given once, drafts, advice."""

from __future__ import annotations

import dataclasses
import json

import pytest
import zxingcpp

from invopt.errors import InvoptError
from invopt.messages.outbox import send_drafts
from invopt.settings import Mail
from invopt.stages.papers import advise_on_cartons, register_sscc, write_papers
from invopt.workspace import Workspace
from tests.pipeline.shop import SPEC


def with_prefix(shop: Workspace, prefix: str = "0614141") -> Workspace:
    """The workspace with a GS1 company prefix in its settings."""
    with (shop.root / "settings.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[documents]\ngs1_company_prefix = "{prefix}"\n')
    return Workspace.open(shop.root)


def codes(path):
    """The bar codes of each page."""
    import pypdfium2

    pages = []
    with pypdfium2.PdfDocument(path.read_bytes()) as pdf:
        for number in range(len(pdf)):
            page = pdf[number]
            pages.append([code.text for code in zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())])
            page.close()
    return pages


def without_documents(shop: Workspace) -> bool:
    return "[documents]" not in (shop.root / "settings.toml").read_text(encoding="utf-8")


def test_every_parcel_has_a_label_that_scans_and_a_slip(shop):
    assert without_documents(shop)
    shop = with_prefix(shop)
    paths = write_papers(shop)
    parcels = shop.table("parcel").sort_values("parcel_id")
    numbers = register_sscc(shop, parcels["parcel_id"].tolist())
    labels = codes(paths["labels"])
    assert len(labels) == len(parcels) > 0
    assert [page[-1] for page in labels] == [f"(00){numbers[parcel]}" for parcel in shop.table("parcel")["parcel_id"]]
    slips = {text for page in codes(paths["packing_slips"]) for text in page}
    assert slips == set(parcels["parcel_id"])


def test_a_number_is_given_once_and_kept(shop):
    shop = with_prefix(shop)
    first = register_sscc(shop, ["a", "b"])
    second = register_sscc(shop, ["c", "b"])
    assert second["b"] == first["b"]
    assert len({*first.values(), *second.values()}) == 3
    book = shop.root / "sscc.jsonl"
    with book.open("a", encoding="utf-8") as file:
        file.write('{"parcel_id": "half')  # a crash in the middle of a line
    third = register_sscc(shop, ["d", "a"])
    assert third["a"] == first["a"]
    assert third["d"] not in {*first.values(), *second.values()}
    assert register_sscc(shop, ["d"]) == {"d": third["d"]}
    lines = book.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["parcel_id"] for line in lines if line.endswith("}")] == ["a", "b", "c", "d"]


def test_without_a_prefix_no_number_is_claimed(shop):
    assert register_sscc(shop, ["a"]) is None


def test_each_unit_in_a_carton_has_its_place(planned):
    parcels, lines, places = (planned.table(name) for name in ("parcel", "parcel_line", "placement"))
    in_carton = parcels.loc[parcels["carton_id"].notna(), "parcel_id"]
    units = lines[lines["parcel_id"].isin(in_carton)].groupby("parcel_id")["packed_units"].sum()
    assert places.groupby("parcel_id").size().to_dict() == units.astype(int).to_dict()


def test_drafts_are_about_this_month_and_nothing_is_sent_unasked(planned, tmp_path):
    drafts = planned.table("message")
    assert not drafts.empty
    assert drafts["message_id"].is_unique
    assert set(drafts["reason"]) <= {"", "no mail address is known"}
    with pytest.raises(InvoptError, match="switched off"):
        send_drafts(drafts, tmp_path / "book", planned.settings.mail, lambda mail: None, SPEC.as_of)
    settings = dataclasses.replace(Mail(), is_enabled=True, sender="shop@example.com")
    outcome = send_drafts(drafts, tmp_path / "book", settings, lambda mail: None, SPEC.as_of)
    assert outcome.sent == drafts["recipient"].notna().sum()


def test_advice_on_cartons_costs_no_less_than_the_whole_set(shop):
    few, more = (advise_on_cartons(shop, sizes, SPEC.as_of) for sizes in (1, 3))
    assert len(more.carton) == 3
    assert more.cost_minor <= few.cost_minor
    assert few.consignments == more.consignments > 0
