from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from invopt.orders import verify
from invopt.orders.addresses import is_implausible
from invopt.settings import Orders
from invopt.tables import CARRIER_SERVICE, check, empty
from tests.unit.orders.frames import AS_OF, decisions, order_lines, products

CATALOGUE = ({"sku_id": "A"}, {"sku_id": "B"})


def outcome(*rows: dict[str, object], made: object = None, **settings: object) -> dict[str, tuple[str, str]]:
    made = decisions() if made is None else made
    table = verify(order_lines(*rows), products(*CATALOGUE), made, Orders(**settings), AS_OF)
    return dict(zip(table["order_id"], zip(table["outcome"], table["rule"], strict=True), strict=True))


def test_an_ordinary_order_is_accepted() -> None:
    assert outcome({"order_id": "o"}) == {"o": ("accepted", "")}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"ordered_units": 0}, ("rejected", "no_quantity")),
        ({"payment_state": "failed"}, ("rejected", "payment_refused")),
        ({"payment_state": "pending"}, ("on_hold", "payment_open")),
        ({"sku_id": "Z"}, ("on_hold", "unknown_sku")),
        ({"ship_to_street": None}, ("on_hold", "address_incomplete")),
        ({"ship_to_city": "  "}, ("on_hold", "address_incomplete")),
        ({"ship_to_postcode": "12345"}, ("on_hold", "postcode_implausible")),
        ({"ship_to_street": "xxx"}, ("on_hold", "address_placeholder")),
        ({"unit_price_minor": 100}, ("on_hold", "price_off_list")),
        ({"ordered_units": 501, "amount_minor": 100}, ("on_hold", "too_many_units")),
        ({"amount_minor": 600_000}, ("on_hold", "order_value")),
        ({"ordered_at": pd.Timestamp("2026-03-13")}, ("on_hold", "future_order")),
    ],
)
def test_each_rule(row: dict[str, object], expected: tuple[str, str]) -> None:
    assert outcome({"order_id": "o", **row})["o"] == expected


def test_a_rejection_outranks_a_hold_and_both_are_told() -> None:
    lines = order_lines({"order_id": "o", "payment_state": "failed", "ship_to_city": None})
    row = verify(lines, products(*CATALOGUE), decisions(), Orders(), AS_OF).iloc[0]
    assert row["outcome"] == "rejected"
    assert "payment failed" in row["reason"]
    assert "no city" in row["reason"]


def test_the_same_basket_twice_holds_the_later_order() -> None:
    basket = {"customer_id": "c", "ordered_units": 2}
    found = outcome(
        {"order_id": "z", **basket},
        {"order_id": "a", **basket, "ordered_at": pd.Timestamp("2026-03-09 11:00")},
        {"order_id": "b", **basket, "ordered_units": 1},
    )
    assert found["a"] == ("on_hold", "duplicate")
    assert found["z"] == found["b"] == ("accepted", "")


def test_outside_the_window_it_is_no_duplicate() -> None:
    basket = {"customer_id": "c"}
    found = outcome({"order_id": "a", **basket}, {"order_id": "b", **basket, "ordered_at": pd.Timestamp("2026-03-07")})
    assert set(found.values()) == {("accepted", "")}


def test_an_address_is_enough_to_find_duplicates_of_guests() -> None:
    found = outcome({"order_id": "a", "customer_id": None}, {"order_id": "b", "customer_id": None})
    assert found["b"] == ("on_hold", "duplicate")


def test_release_lifts_a_hold_and_names_who() -> None:
    lines = order_lines({"order_id": "o", "payment_state": "pending", "ship_to_city": None})
    made = decisions({"key": "o", "action": "release"})
    row = verify(lines, products(*CATALOGUE), made, Orders(), AS_OF).iloc[0]
    assert (row["outcome"], row["rule"], row["released_by"]) == ("accepted", "", "")
    assert "released by Ada" in row["reason"]


def test_release_of_one_rule_leaves_the_other() -> None:
    made = decisions({"key": "o", "action": "release", "to_value": "payment_open"})
    assert outcome({"order_id": "o", "payment_state": "pending", "ship_to_city": None}, made=made) == {
        "o": ("on_hold", "address_incomplete")
    }


def test_an_expired_release_and_one_of_a_rejection_do_nothing() -> None:
    made = decisions(
        {"key": "o", "action": "release", "expires_on": pd.Timestamp("2026-03-09")},
        {"key": "p", "action": "release"},
    )
    found = outcome(
        {"order_id": "o", "payment_state": "pending"}, {"order_id": "p", "payment_state": "failed"}, made=made
    )
    assert found == {"o": ("on_hold", "payment_open"), "p": ("rejected", "payment_refused")}


def test_a_hold_by_hand_stands_until_it_is_released() -> None:
    held = {"key": "o", "action": "hold"}
    later = {"key": "o", "action": "release", "decided_at": pd.Timestamp("2026-03-09 13:00")}
    assert outcome({"order_id": "o"}, made=decisions(held))["o"] == ("on_hold", "held_by_hand")
    assert outcome({"order_id": "o"}, made=decisions(held, later))["o"] == ("accepted", "")


def test_regions_and_customers_that_are_blocked() -> None:
    rows = ({"order_id": "o"}, {"order_id": "n", "ship_to_postcode": "BT1 1AA", "customer_id": "x"})
    found = outcome(*rows, blocked_regions=("GB:BT",))
    assert found == {"o": ("accepted", ""), "n": ("rejected", "region_not_served")}
    assert outcome(*rows, blocked_customers=("x",))["n"] == ("on_hold", "blocked_customer")


def test_a_fraud_score_adds_up_and_says_what_it_is_made_of() -> None:
    row = {"order_id": "o", "customer_id": None, "ordered_units": 20, "unit_price_minor": 10_000}
    lines = order_lines(row)
    settings = Orders(price_tolerance_share=100.0)
    found = verify(lines, products(*CATALOGUE), decisions(), settings, AS_OF).iloc[0]
    assert found["rule"] == "fraud_score"
    assert "75: high value, many units of one SKU, high value without an account" in found["reason"]


def test_dangerous_goods_need_a_service_that_takes_them() -> None:
    catalogue = products({"sku_id": "A", "is_hazardous": True})
    lines = order_lines({"order_id": "o"})
    services = pd.DataFrame([{"carrier_id": "c", "service_id": "s", "takes_hazardous": True}])
    services = check(services.reindex(columns=list(CARRIER_SERVICE.names)), CARRIER_SERVICE)
    able = verify(lines, catalogue, decisions(), Orders(), AS_OF, services)
    unable = verify(lines, catalogue, decisions(), Orders(), AS_OF, empty(CARRIER_SERVICE))
    assert able["outcome"].item() == "accepted"
    assert unable["rule"].item() == "hazardous"


def test_mixed_currency_and_very_long_orders_are_held() -> None:
    found = outcome(
        {"order_id": "m"}, {"order_id": "m", "order_line_id": "2", "currency": "EUR"},
        *({"order_id": "long", "order_line_id": str(line)} for line in range(201)),
    )  # fmt: skip
    assert found == {"m": ("on_hold", "mixed_currency"), "long": ("on_hold", "too_many_lines")}


def test_without_a_catalogue_its_rules_are_silent() -> None:
    lines = order_lines({"order_id": "o", "sku_id": "anything"})
    assert verify(lines, products().iloc[:0], decisions(), Orders(), AS_OF)["outcome"].item() == "accepted"


def test_the_answer_does_not_depend_on_row_order() -> None:
    lines = order_lines(
        *({"order_id": f"o{n % 7}", "order_line_id": str(n), "customer_id": f"c{n % 2}"} for n in range(20))
    )
    first = verify(lines, products(*CATALOGUE), decisions(), Orders(), AS_OF)
    shuffled = lines.iloc[np.random.default_rng(1).permutation(20)].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, verify(shuffled, products(*CATALOGUE), decisions(), Orders(), AS_OF))


@pytest.mark.parametrize(
    ("country", "postcode", "fits"),
    [("GB", "W1A 0AX", True), ("GB", "LS1-4AP", True), ("GB", "1234", False), ("NL", "1012 ab", True),
     ("US", "10001-1234", True), ("FR", "99999", False), ("IE", "D02 X285", True), ("KE", "anything", True),
     ("DE", None, True)],
)  # fmt: skip
def test_postcodes(country: str, postcode: str | None, fits: bool) -> None:
    found = is_implausible(pd.Series([country], dtype="str"), pd.Series([postcode], dtype="str"))
    assert found.tolist() == [not fits]
