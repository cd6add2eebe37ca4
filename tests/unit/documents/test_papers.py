"""Papers: bar codes are read back from the rendered page, and text is printed as it stands."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pypdfium2
import pytest
import zxingcpp

from invopt.documents.carton_picture import drawing_order
from invopt.documents.commercial_invoice import commercial_invoices, customs_lines
from invopt.documents.gs1 import assign_sscc, check_digit, sscc
from invopt.documents.labels import return_labels, shipping_labels
from invopt.documents.packing_slip import packing_slips
from invopt.documents.page import Paper
from invopt.documents.pick_list import pick_lists
from invopt.errors import InvoptError, SettingsError
from invopt.settings import Business, Documents, Shipping
from invopt.shipping.plan import Network, ParcelPlan, plan_parcels
from invopt.tables import RETURN_AUTHORISATION, TRANSIT_TIME, empty
from tests.unit.shipping.frames import (
    allocation,
    carton,
    cartons,
    frame,
    locations,
    orders,
    products,
    rates,
    services,
    surcharges,
    zones,
)

ORDERS = orders(
    {"order_id": "O-1", "ship_to_name": "Zoë Łukasiewicz <b>", "ship_to_street": "1 High Street",
     "ship_to_city": "Leeds", "ship_to_postcode": "LS1 4AP", "ordered_units": 5, "amount_minor": 4_999},
    {"order_id": "O-1", "order_line_id": "2", "sku_id": "B", "ordered_units": 3, "amount_minor": 1_500},
    {"order_id": "O-2", "ship_to_country": "FR", "ship_to_postcode": "75011", "ordered_units": 3,
     "amount_minor": 1_000},
)  # fmt: skip
PRODUCTS = products(
    {"sku_id": "A", "product_name": "Blue mug & saucer", "customs_code": "691200", "origin_country": "PT"},
    {"sku_id": "B", "product_name": "Vase"},
)
LOCATIONS = locations({"postcode": "LS9 8AA", "location_name": "Leeds hub"})
CARTONS = cartons(carton("S", 200, 200, 100), carton("L", 400, 300, 200))


@pytest.fixture(scope="module")
def plan() -> ParcelPlan:
    network = Network(
        CARTONS, services({}), zones(("POST", "", "UK")), rates({}), surcharges({"cause": "peak"}).iloc[:0],
        empty(TRANSIT_TIME),
    )  # fmt: skip
    return plan_parcels(
        allocation(("O-1", "1", "A", 5), ("O-1", "2", "B", 3), ("O-2", "1", "A", 2)), ORDERS, PRODUCTS, LOCATIONS,
        network, dt.datetime(2026, 3, 2, 9), Shipping(), Business(),
    )  # fmt: skip


def read(document: bytes) -> list[list[tuple[str, bool]]]:
    """Page by page the bar codes on the rendered document: text, and whether it is GS1."""
    pages = []
    with pypdfium2.PdfDocument(document) as pdf:
        for number in range(len(pdf)):
            page = pdf[number]
            image = page.render(scale=300 / 72).to_pil()
            page.close()
            found = zxingcpp.read_barcodes(image)
            pages.append([(code.text, code.content_type == zxingcpp.ContentType.GS1) for code in found])
    return pages


def words(document: bytes) -> str:
    """All text of the document."""
    with pypdfium2.PdfDocument(document) as pdf:
        texts = []
        for number in range(len(pdf)):
            page = pdf[number]
            text = page.get_textpage()
            texts.append(text.get_text_bounded())
            text.close()
            page.close()
        return "\n".join(texts)


def test_a_logistic_label_reads_back_its_sscc_postcode_and_weight(plan: ParcelPlan) -> None:
    numbers = assign_sscc(plan.parcel["parcel_id"], 7, "0614141")
    pages = read(shipping_labels(plan.parcel, ORDERS, LOCATIONS, "My shop", numbers))
    for page, row, postcode in zip(pages, plan.parcel.itertuples(), ["LS14AP", "75011"], strict=True):
        weight = f"{round(row.weight_g / 10):06d}"
        assert page == [
            (f"(3302){weight}(420){postcode}", True),
            (f"(00){numbers[row.parcel_id]}", True),
        ]


def test_a_label_without_a_company_prefix_claims_no_sscc(plan: ParcelPlan) -> None:
    pages = read(shipping_labels(plan.parcel, ORDERS, LOCATIONS, "My shop"))
    assert pages == [[("O-1/LEEDS/1", False)], [("O-2/LEEDS/1", False)]]


def test_packing_slips_name_the_parcel_and_print_markup_as_text(plan: ParcelPlan) -> None:
    document = packing_slips(
        plan.parcel, plan.parcel_line, plan.placement, ORDERS, PRODUCTS, CARTONS, LOCATIONS, "My shop"
    )
    assert read(document) == [[("O-1/LEEDS/1", False)], [("O-2/LEEDS/1", False)]]
    text = words(document)
    assert "Zoë Łukasiewicz <b>" in text
    assert "Blue mug & saucer" in text
    assert "49.99" not in text


def test_the_same_plan_prints_the_same_bytes(plan: ParcelPlan) -> None:
    first, second = (
        packing_slips(plan.parcel, plan.parcel_line, plan.placement, ORDERS, PRODUCTS, CARTONS, LOCATIONS, "My shop")
        for _ in range(2)
    )
    assert first == second


def test_a_pick_list_has_each_sku_once_with_all_its_units(plan: ParcelPlan) -> None:
    document = pick_lists(plan.parcel, plan.parcel_line, PRODUCTS, "W-1")
    assert read(document) == [[("W-1", False), ("A", False), ("B", False)]]
    assert "5 in O-1/LEEDS/1, 2 in O-2/LEEDS/1" in words(document)


def test_a_pick_list_goes_on_over_the_page_and_survives_names_that_no_bar_code_holds() -> None:
    skus = [f"SKU-{number:03}" for number in range(30)] + ["Größe-L", "X" * 200]
    lines = pd.DataFrame(
        {"parcel_id": "P", "order_id": "O", "order_line_id": skus, "sku_id": skus, "packed_units": 1.0}
    )
    parcels = pd.DataFrame({"parcel_id": ["P"], "location_id": ["LEEDS"]})
    pages = read(pick_lists(parcels, lines, PRODUCTS, "W-2"))
    assert len(pages) == 3
    assert [text for page in pages for text, _ in page if text != "W-2"] == skus[:30]


def test_an_invoice_only_where_a_border_is_crossed(plan: ParcelPlan) -> None:
    settings = Documents(seller_address="1 Mill Lane, Leeds", seller_tax_id="GB123456789")
    document = commercial_invoices(plan.parcel, plan.parcel_line, ORDERS, PRODUCTS, LOCATIONS, "My shop", settings)
    assert read(document) == [[("O-2", False)]]
    text = words(document)
    for expected in ("691200", "PT", "0.800", "Total 6.67 GBP", "GB123456789"):
        assert expected in text
    assert "MISSING" not in text


def test_customs_lines_prorate_the_value_and_name_what_is_missing(plan: ParcelPlan) -> None:
    lines = customs_lines(plan.parcel_line, ORDERS, PRODUCTS, "O-1").set_index("sku_id")
    assert lines["value_minor"].to_dict() == {"A": 4_999, "B": 1_500}
    assert lines["missing"].to_dict() == {"A": "", "B": "customs code, origin"}
    part = customs_lines(plan.parcel_line, ORDERS, PRODUCTS, "O-2")
    assert part["value_minor"].tolist() == [667]


def test_a_return_label_for_what_was_granted_only() -> None:
    common = {"order_id": "O-1", "granted_units": 1, "refund_minor": 0, "credit_minor": 0, "fee_minor": 0,
              "currency": "GBP", "label_paid_by": "shop", "state": "authorised", "reason": "",
              "settlement": "refund", "count_path": "", "surplus_units": 0,
              "rule": "window"}  # fmt: skip
    lines = frame(
        RETURN_AUTHORISATION,
        [
            common | {"return_id": "R-1", "return_line_id": "1", "sku_id": "A", "outcome": "granted"},
            common | {"return_id": "R-1", "return_line_id": "2", "sku_id": "B", "outcome": "granted"},
            common | {"return_id": "R-2", "return_line_id": "1", "sku_id": "A", "outcome": "refused"},
        ],
    )
    document = return_labels(lines, ORDERS, LOCATIONS, "My shop", "LEEDS")
    assert read(document) == [[("R-1", False)]]
    assert "Postage paid by the shop" in words(document)


@pytest.mark.parametrize(
    ("body", "digit"),
    [
        ("00614141123456789", 0),  # GS1 US, SSCC example 0 0614141 123456789 0
        ("629104150021", 3),  # GS1, how to calculate a check digit: GTIN-13 6291041500213
        ("37610425002123456", 9),  # GS1, the same page: SSCC 376104250021234569
    ],
)
def test_published_check_digits(body: str, digit: int) -> None:
    assert check_digit(body) == digit


def test_serials_run_over_into_the_extension_digit_and_stay_distinct() -> None:
    numbers = list(assign_sscc(map(str, range(2_000)), 9_500, "061414112345").values())
    assert len(set(numbers)) == 2_000
    assert {number[0] for number in numbers} == {"0", "1"}
    assert all(len(number) == 18 and check_digit(number[:-1]) == int(number[-1]) for number in numbers)
    with pytest.raises(InvoptError, match="does not fit"):
        sscc("0614141", 10**9)


def test_a_bar_code_that_could_not_be_scanned_is_refused() -> None:
    paper = Paper("x")
    with pytest.raises(InvoptError, match="too long"):
        paper.barcode(0, 0, "X" * 100, width=50)
    with pytest.raises(InvoptError, match="ASCII"):
        paper.barcode(0, 0, "é")


@pytest.mark.parametrize("prefix", ["123", "12345678901234", "06141a1", "٠٦١٤١٤١"])
def test_a_company_prefix_that_is_none(prefix: str) -> None:
    with pytest.raises(SettingsError, match="4 to 12 digits"):
        Documents(gs1_company_prefix=prefix)


def test_nearer_goods_are_drawn_over_farther_ones() -> None:
    far, near, above = (0, 0, 0, 10, 10, 10), (10, 0, 0, 20, 10, 10), (0, 0, 10, 20, 10, 20)
    assert drawing_order([above, near, far]) == [2, 1, 0]
