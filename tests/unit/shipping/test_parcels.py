"""Parcels: every allocated unit in exactly one, and a reason for whatever is out of the ordinary."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from invopt.settings import Business, Shipping
from invopt.shipping.parcels import pack_orders
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

SMALL, LARGE = carton("S", 200, 200, 100), carton("L", 400, 300, 200)


def test_each_unit_is_in_one_parcel_and_weights_add_up() -> None:
    packed = pack_orders(
        allocation(("O1", "1", "A", 3), ("O1", "2", "B", 1), ("O2", "1", "A", 30)),
        products({"sku_id": "A"}, {"sku_id": "B", "weight_g": 50}), cartons(SMALL, LARGE), Shipping(),
    )  # fmt: skip
    units = packed.parcel_line.groupby(["order_id", "order_line_id"])["packed_units"].sum()
    assert units.to_dict() == {("O1", "1"): 3, ("O1", "2"): 1, ("O2", "1"): 30}
    goods = packed.placement.groupby("parcel_id").size()
    assert goods.sum() == 34
    weight = packed.parcel.set_index("parcel_id")["weight_g"]
    assert weight["O1/LEEDS/1"] == 3 * 400 + 50 + 100
    assert weight.sum() == 33 * 400 + 50 + 100 * len(weight)
    assert packed.parcel["reason"].eq("").all()


@pytest.mark.parametrize(
    ("product", "reason"),
    [
        ({"sku_id": "A", "length_mm": 2_000}, "too large for every carton"),
        ({"sku_id": "A", "weight_g": 25_000}, "too heavy for every carton"),
        ({"sku_id": "A", "ships_alone": True}, "travels in its own box"),
        ({"sku_id": "A", "height_mm": 350, "is_this_side_up": True},
         "no carton that would hold it is left, or none holds it this side up"),
    ],
)  # fmt: skip
def test_goods_in_no_carton_travel_alone_and_say_why(product: dict[str, object], reason: str) -> None:
    packed = pack_orders(allocation(("O", "1", "A", 2)), products(product), cartons(SMALL, LARGE), Shipping())
    assert packed.parcel["reason"].tolist() == [reason, reason]
    assert packed.parcel["carton_id"].isna().all()
    assert packed.parcel_line["packed_units"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("product", "reason"),
    [
        ({"sku_id": "A", "length_mm": None}, "size assumed"),
        ({"sku_id": "A", "weight_g": 0}, "weight assumed"),
        ({"sku_id": "unrelated"}, "size and weight assumed"),
    ],
)
def test_what_is_assumed_is_said(product: dict[str, object], reason: str) -> None:
    packed = pack_orders(allocation(("O", "1", "A", 1)), products(product), cartons(SMALL, LARGE), Shipping())
    assert packed.parcel["reason"].tolist() == [reason]
    assert packed.parcel["is_assumed"].tolist() == [True]


def test_padding_takes_room() -> None:
    tight = (allocation(("O", "1", "A", 8)), products({"sku_id": "A"}), cartons(SMALL))
    assert len(pack_orders(*tight, Shipping()).parcel) == 1
    assert len(pack_orders(*tight, Shipping(padding_mm=5)).parcel) > 1


def test_a_shop_without_cartons_sends_a_parcel_an_order() -> None:
    packed = pack_orders(
        allocation(("O", "1", "A", 500)), products({"sku_id": "A"}), cartons(SMALL).iloc[:0], Shipping()
    )
    assert packed.parcel["weight_g"].tolist() == [200_000]
    assert packed.parcel["length_mm"].isna().all()
    assert packed.parcel["reason"].tolist() == ["no cartons are known: one parcel, by weight"]


def test_limited_cartons_run_out_in_order_of_the_orders() -> None:
    packed = pack_orders(
        allocation(("O1", "1", "A", 1), ("O2", "1", "A", 1)), products({"sku_id": "A"}), cartons(SMALL), Shipping(),
        stock={"S": 1},
    )  # fmt: skip
    assert packed.parcel.set_index("order_id")["carton_id"].fillna("none").to_dict() == {"O1": "S", "O2": "none"}


def network(service: dict[str, object], *boxes: dict[str, object]) -> Network:
    card = rates({"up_to_g": 1_000, "rate_minor": 300}, {"up_to_g": 5_000, "rate_minor": 600}, {"rate_minor": 2_500})
    return Network(
        cartons(*boxes), services(service), zones(("POST", "", "UK")), card,
        surcharges({"cause": "peak"}).iloc[:0], empty(TRANSIT_TIME),
    )  # fmt: skip


def planned(net: Network, units: float = 9, **product: object) -> pd.DataFrame:
    return plan_parcels(
        allocation(("O", "1", "A", units)), orders({"order_id": "O", "ship_to_postcode": "LS1 4AP"}),
        products({"sku_id": "A"} | product), locations({}), net, dt.datetime(2026, 3, 2, 9), Shipping(), Business(),
    ).parcel  # fmt: skip


def test_two_small_cartons_beat_one_large_where_size_is_billed() -> None:
    # Nine units need the large carton (26.6 dm3, 5.3 kg dimensional, the dear break) or two small ones.
    by_size = planned(network({"dimensional_divisor": 5_000.0}, SMALL, LARGE))
    assert by_size["carton_id"].tolist() == ["S", "S"]
    assert by_size["cost_minor"].sum() == 600 + 300
    by_weight = planned(network({}, SMALL, LARGE))
    assert by_weight["carton_id"].tolist() == ["L"]


def test_a_parcel_no_service_takes_stays_with_the_reasons() -> None:
    row = planned(network({"takes_hazardous": False}, SMALL), 1, is_hazardous=True).iloc[0]
    assert pd.isna(row["carrier_id"])
    assert "POST 48: takes no hazardous goods" in row["reason"]
    assert row["ships_on"] == pd.Timestamp("2026-03-02")


def test_nothing_allocated_is_nothing_planned() -> None:
    assert planned(network({}, SMALL), 0).empty
