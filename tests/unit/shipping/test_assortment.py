"""Carton-set advice: the sets that a person would find on paper, and exchanges against brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from invopt.settings import Business, Shipping
from invopt.shipping.assortment import _k_median, advise_cartons
from invopt.shipping.plan import Network
from invopt.tables import TRANSIT_TIME, empty
from tests.unit.shipping.frames import (
    DAY,
    allocation,
    carton,
    cartons,
    orders,
    products,
    rates,
    services,
    surcharges,
    zones,
)


def network(*boxes: dict[str, object]) -> Network:
    card = rates({"up_to_g": 1_000, "rate_minor": 300}, {"up_to_g": 5_000, "rate_minor": 600}, {"rate_minor": 2_500})
    return Network(
        cartons(*boxes), services({"dimensional_divisor": 5_000.0}), zones(("POST", "", "UK")), card,
        surcharges({"cause": "peak"}).iloc[:0], empty(TRANSIT_TIME),
    )  # fmt: skip


PAST = allocation(*((f"O{number:03}", "1", ("small", "flat", "large")[number % 3], 1.0) for number in range(60)))
ORDERS = orders(*({"order_id": order, "ship_to_postcode": "LS1 4AP"} for order in PAST["order_id"]))
GOODS = products(
    {"sku_id": "small", "length_mm": 90, "width_mm": 90, "height_mm": 90},
    {"sku_id": "flat", "length_mm": 290, "width_mm": 200, "height_mm": 20},
    {"sku_id": "large", "length_mm": 290, "width_mm": 290, "height_mm": 290, "weight_g": 4_000},
)
BOXES = (
    carton("cube", 100, 100, 100), carton("tray", 300, 210, 30), carton("big", 300, 300, 300),
    carton("bigger", 400, 400, 400), carton("huge", 600, 600, 600),
)  # fmt: skip


def test_each_kind_of_order_gets_its_carton() -> None:
    advice = advise_cartons(PAST, ORDERS, GOODS, network(*BOXES), 3, DAY, Shipping(), Business(), cartons(*BOXES))
    assert sorted(advice.carton["carton_id"]) == ["big", "cube", "tray"]
    assert advice.carton["parcels"].tolist() == [20, 20, 20]
    assert (advice.consignments, advice.left_out) == (60, 0)
    assert advice.cost_minor == advice.cost_now_minor


def test_with_one_size_it_must_hold_everything() -> None:
    advice = advise_cartons(PAST, ORDERS, GOODS, network(*BOXES), 1, DAY, Shipping(), Business(), cartons(*BOXES))
    assert advice.carton["carton_id"].tolist() == ["big"]


def test_sizes_made_up_from_the_goods_beat_one_huge_carton() -> None:
    today = network(carton("huge", 440, 440, 440))
    advice = advise_cartons(PAST, ORDERS, GOODS, today, 3, DAY, Shipping(), Business())
    assert advice.cost_minor < advice.cost_now_minor
    assert len(advice.carton) == 3


def test_goods_that_fit_nothing_are_counted_not_hidden() -> None:
    giant = products({"sku_id": "small", "length_mm": 5_000}, {"sku_id": "flat"}, {"sku_id": "large"})
    advice = advise_cartons(PAST, ORDERS, giant, network(*BOXES), 2, DAY, Shipping(), Business(), cartons(*BOXES))
    assert (advice.consignments, advice.left_out) == (40, 20)


def test_exchanges_find_the_best_set_of_small_cases() -> None:
    rng = np.random.default_rng(8)
    for _ in range(20):
        costs = rng.integers(100, 1_000, (40, 7)).astype(float)
        costs[rng.random(costs.shape) < 0.2] = np.inf
        costs[:, 0] = 2_000
        found = costs[:, _k_median(costs, 3)].min(axis=1).sum()
        best = min(costs[:, list(chosen)].min(axis=1).sum() for chosen in combinations(range(7), 3))
        assert found <= best * 1.03


def test_without_rate_cards_volume_decides() -> None:
    bare = network(*BOXES)
    bare = Network(
        bare.carton, bare.carrier_service, bare.carrier_zone, bare.rate.iloc[:0], bare.surcharge, bare.transit_time
    )
    advice = advise_cartons(PAST, ORDERS, GOODS, bare, 2, DAY, Shipping(), Business(), cartons(*BOXES))
    assert "big" in advice.carton["carton_id"].tolist()
    assert pd.api.types.is_integer_dtype(advice.carton["parcels"])
