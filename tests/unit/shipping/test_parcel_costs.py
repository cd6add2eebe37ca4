"""What an order costs from each location: the card's price at both ends, handling, lateness, and reasons."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from invopt.settings import Business, Shipping
from invopt.shipping.parcel_costs import parcel_costs
from invopt.shipping.plan import Network, plan_parcels
from invopt.tables import TRANSIT_TIME, empty
from tests.unit.shipping.frames import (
    allocation,
    carton,
    cartons,
    locations,
    orders,
    products,
    rates,
    services,
    surcharges,
    zones,
)

MORNING = dt.datetime(2026, 3, 2, 9)
ONE_BOX = cartons(carton("S", 300, 300, 200, cost_minor=40))


def network(**more: pd.DataFrame) -> Network:
    card = rates({"up_to_g": 1_000, "rate_minor": 400}, {"up_to_g": 2_000, "rate_minor": 700}, {"rate_minor": 1_500})
    parts = {
        "carton": ONE_BOX, "carrier_service": services({"stated_transit_days": 1.0}),
        "carrier_zone": zones(("POST", "", "UK")), "rate": card, "surcharge": surcharges().iloc[:0],
        "transit_time": empty(TRANSIT_TIME),
    }  # fmt: skip
    return Network(**(parts | more))


def cost(lines: pd.DataFrame, places: pd.DataFrame, offered: Network | None = None, **product: object) -> pd.DataFrame:
    goods = products({"sku_id": "A"} | product)
    return parcel_costs(lines, goods, places, offered or network(), MORNING, Shipping(), Business())


def line(order: str, units: float = 1, **more: object) -> dict[str, object]:
    return {"order_id": order, "ordered_units": units, "ship_to_postcode": "LS1 4AP"} | more


def test_whole_order_and_one_unit_cost_what_the_card_says() -> None:
    """400 g each and 100 g of carton: one unit 400 + 40 for the carton, four units (1.7 kg) 700 + 40."""
    found = cost(orders(line("one"), line("four", 4)), locations({"handling_cost_minor": 60}))
    found = found.set_index("order_id")
    assert found.loc["one", "parcel_minor"] == 400 + 40 + 60
    four = found.loc["four"]
    assert four["parcel_minor"] + 4 * four["unit_minor"] == pytest.approx(700 + 40 + 60)
    assert four["parcel_minor"] + four["unit_minor"] == pytest.approx(400 + 40 + 60)
    assert found["reason"].tolist() == ["POST 48, 1.7 kg by estimate", "POST 48, 0.5 kg by estimate"]


def test_the_estimate_of_one_carton_is_what_the_parcel_then_costs() -> None:
    lines = orders(line("O", 3))
    planned = plan_parcels(
        allocation(("O", "1", "A", 3)), lines, products({"sku_id": "A"}), locations({}), network(), MORNING,
        Shipping(), Business(),
    )  # fmt: skip
    found = cost(lines, locations({})).iloc[0]
    assert found["parcel_minor"] + 3 * found["unit_minor"] == pytest.approx(planned.parcel["cost_minor"].sum() + 40)


def test_from_where_no_service_goes_there_is_no_row() -> None:
    places = locations({}, {"location_id": "PARIS", "country": "FR"})
    found = cost(orders(line("here"), line("nowhere", ship_to_country="NO")), places)
    assert found[["order_id", "location_id"]].to_numpy().tolist() == [["here", "LEEDS"]]


def test_a_place_that_closes_early_costs_a_day_of_lateness() -> None:
    places = locations({}, {"location_id": "BATH", "cut_off_time": "08:00"})
    lines = orders(line("O", promised_on=pd.Timestamp("2026-03-05")))
    assert cost(lines, places).set_index("location_id")["late_days"].to_dict() == {"BATH": 1, "LEEDS": 0}


def test_handling_in_another_currency_is_left_out_and_said() -> None:
    found = cost(orders(line("O")), locations({"handling_cost_minor": 60, "currency": "EUR"})).iloc[0]
    assert found["parcel_minor"] == 440
    assert found["reason"].endswith("handling left out: another currency")


def test_unknown_goods_heavy_goods_and_goods_that_ship_alone() -> None:
    lines = orders(line("unknown", sku_id="B"), line("heavy", 100))
    found = cost(lines, locations({})).set_index("order_id")
    assert found.loc["unknown", "reason"] == "POST 48, 0.6 kg by estimate"  # 500 g assumed and the carton
    total = found.loc["heavy", "parcel_minor"] + 100 * found.loc["heavy", "unit_minor"]
    assert total == pytest.approx(
        5 * 1_540, abs=0.5
    )  # the parcel is in whole pence; 50 dm3 of goods in cartons of 18 dm3 filled to 60%
    alone = cost(orders(line("O", 3)), locations({}), ships_alone=True).iloc[0]
    assert alone["parcel_minor"] + 3 * alone["unit_minor"] == pytest.approx(3 * 400)


def test_no_card_no_place_no_order_is_no_cost() -> None:
    lines = orders(line("O"))
    assert cost(lines.iloc[:0], locations({})).empty
    assert cost(lines, locations({}).iloc[:0]).empty
    assert cost(lines, locations({}), network(rate=rates().iloc[:0])).empty


def test_orders_priced_together_cost_what_each_costs_alone() -> None:
    """One postcode stands for those of the same zones, surcharges and region; nobody's price may change by it."""
    rng = np.random.default_rng(3)
    codes = ["LS1 4AP", "LS11 2AA", "BT1 1AA", "BT7 2AA", "AB10 1AA", "IV2 3DE", "S1 2AB", "SW1A 1AA", ""]
    lines = orders(*(line(f"O{number:02}", int(rng.integers(1, 9)), ship_to_postcode=codes[number % len(codes)])
                     for number in range(18)))  # fmt: skip
    card = rates({"up_to_g": 1_000}, {"rate_minor": 900}, {"zone": "FAR", "rate_minor": 1_700})
    offered = network(
        carrier_zone=zones(("POST", "", "UK"), ("POST", "BT", "FAR"), ("POST", "IV1..IV9", "FAR")), rate=card,
        surcharge=surcharges({"cause": "remote", "postcode_prefix": "AB"}),
    )  # fmt: skip
    places = locations({}, {"location_id": "BATH", "handling_cost_minor": 10})
    together = cost(lines, places, offered)
    apart = [cost(lines[lines["order_id"] == order], places, offered) for order in lines["order_id"]]
    pd.testing.assert_frame_equal(together, pd.concat(apart, ignore_index=True))
    assert together["parcel_minor"].nunique() > 4


def test_goods_worth_more_than_the_limit_are_insured_in_the_estimate_and_in_the_parcel() -> None:
    cover = surcharges({"cause": "insurance", "amount_minor": 90, "value_share": 0.01, "from_value_minor": 5_000})
    lines = orders(line("cheap", amount_minor=4_000), line("dear", amount_minor=20_000))
    offered = network(surcharge=cover)
    found = cost(lines, locations({}), offered).set_index("order_id")["parcel_minor"]
    assert found["dear"] - found["cheap"] == 90 + 200
    planned = plan_parcels(
        allocation(("cheap", "1", "A", 1), ("dear", "1", "A", 1)), lines, products({"sku_id": "A"}), locations({}),
        offered, MORNING, Shipping(), Business(),
    )  # fmt: skip
    assert planned.parcel.set_index("order_id")["cost_minor"].to_dict() == {"cheap": 400, "dear": 400 + 290}
