"""Packing: what must hold for every carton, and the cases that a heuristic gets wrong."""

from __future__ import annotations

import numpy as np
import pytest

from invopt.shipping.packing import (
    ANY_WAY,
    UPRIGHT,
    Cartons,
    Goods,
    Packing,
    Search,
    load_container,
    pack_goods,
    pack_many,
    packing_faults,
)


def faults(goods: Goods, cartons: Cartons, packing: Packing, search: Search | None = None) -> list[str]:
    """What the referee finds over all cartons of one order."""
    found = []
    for number in np.unique(packing.rows[:, 1]):
        rows = packing.rows[packing.rows[:, 1] == number]
        size = rows[0, 2]
        found += packing_faults(
            goods, rows[:, 3:], cartons.inner_mm[size], empty_g=int(cartons.empty_g[size]),
            limit_g=int(cartons.limit_g[size]), least_support=(search or Search()).least_support,
        )  # fmt: skip
    return found


def test_a_carton_filled_to_the_last_millimetre() -> None:
    goods = Goods.of([[100, 100, 50]], 10, 8)
    cartons = Cartons.of([[200, 200, 100]])
    packing = pack_goods(goods, cartons)
    assert packing.cartons == 1
    assert faults(goods, cartons, packing) == []


def test_the_cheaper_carton_is_taken_where_both_hold_the_order() -> None:
    goods = Goods.of([[100, 100, 50]], 10, 2)
    packing = pack_goods(goods, Cartons.of([[300, 300, 300], [200, 100, 50]], cost=[50, 80]))
    assert set(packing.rows[:, 2]) == {0}


def test_the_weight_limit_includes_the_carton() -> None:
    goods = Goods.of([[10, 10, 10]], 500, 2)
    assert pack_goods(goods, Cartons.of([[100, 100, 100]], empty_g=0, limit_g=1000)).cartons == 1
    assert pack_goods(goods, Cartons.of([[100, 100, 100]], empty_g=1, limit_g=1000)).cartons == 2


def test_this_side_up_forbids_tipping_but_not_turning() -> None:
    tall = [[50, 40, 200]]
    lying = Cartons.of([[200, 50, 40]])
    assert len(pack_goods(Goods.of(tall, 10, 1, ANY_WAY), lying).rows) == 1
    assert len(pack_goods(Goods.of(tall, 10, 1, UPRIGHT), lying).rows) == 0
    assert len(pack_goods(Goods.of([[50, 200, 40]], 10, 1, UPRIGHT), lying).rows) == 1


def test_fragile_goods_lie_on_top_and_bear_nothing() -> None:
    # The larger is fragile: packed by size it would come to lie below.
    goods = Goods.of([[100, 100, 50], [100, 100, 20]], 10, [1, 1], ANY_WAY, [True, False])
    cartons = Cartons.of([[100, 100, 70]])
    packing = pack_goods(goods, cartons)
    assert packing.cartons == 1
    assert faults(goods, cartons, packing) == []
    fragile = packing.rows[packing.rows[:, 3] == 0][0]
    assert fragile[6] == 20


def test_groups_that_may_not_meet_travel_apart_and_the_neutral_goes_with_either() -> None:
    goods = Goods.of([[50, 50, 50]] * 3, 10, 1, group=[1, 2, 0])
    cartons = Cartons.of([[200, 200, 200]])
    packing = pack_goods(goods, cartons)
    assert packing.cartons == 2
    assert faults(goods, cartons, packing) == []


def test_limited_stock_is_not_exceeded_and_what_is_left_out_is_not_silent() -> None:
    goods = Goods.of([[100, 100, 100]], 10, 4)
    cartons = Cartons.of([[100, 100, 100], [200, 100, 100]], stock=[1, 1])
    packing = pack_goods(goods, cartons)
    assert len(packing.rows) == 3
    assert sorted(np.unique(packing.rows[:, 1:3], axis=0)[:, 1]) == [0, 1]
    assert cartons.stock.tolist() == [1, 1]


def test_a_sheet_is_not_left_hanging_over_a_small_good() -> None:
    # On the cube alone the sheet would rest on a quarter of its base.
    goods = Goods.of([[50, 50, 50], [100, 100, 5]], 10, 1, UPRIGHT)
    cartons = Cartons.of([[100, 100, 60]])
    packing = pack_goods(goods, cartons)
    assert packing.cartons == 1
    sheet = packing.rows[packing.rows[:, 3] == 1][0]
    assert sheet[6] == 0


def test_more_units_than_one_carton_searches_are_all_packed() -> None:
    goods = Goods.of([[40, 50, 60]], 100, 5_000)
    cartons = Cartons.of([[230, 300, 240]], 160, 15_000)
    packing = pack_goods(goods, cartons)
    assert len(packing.rows) == 5_000
    assert faults(goods, cartons, packing) == []


def test_an_order_of_more_lines_than_a_stretch_is_whole() -> None:
    sides = np.random.default_rng(3).integers(20, 120, (600, 3))
    goods = Goods.of(sides, 50, 1)
    cartons = Cartons.of([[400, 300, 300]])
    packing = pack_goods(goods, cartons, Search(budget=20))
    assert sorted(packing.rows[:, 3]) == list(range(600))
    assert faults(goods, cartons, packing) == []


def test_threads_and_neighbours_do_not_change_an_order() -> None:
    rng = np.random.default_rng(5)
    goods = Goods.of(rng.integers(20, 150, (300, 3)), rng.integers(10, 900, 300), rng.integers(1, 4, 300))
    first = np.arange(0, 301, 3)
    cartons = Cartons.of([[200, 200, 200], [300, 300, 200]], 100, 8_000)
    one = pack_many(goods, first, cartons, threads=1).rows
    two = pack_many(goods, first, cartons, threads=2).rows
    assert np.array_equal(one, two)
    last = pack_many(goods, first[-2:], cartons).rows
    assert np.array_equal(last[:, 1:], one[one[:, 0] == 99][:, 1:])


@pytest.mark.parametrize(
    ("placements", "message"),
    [
        ([[0, 0, 0, 0, 10, 10, 10], [0, 9, 0, 0, 10, 10, 10]], "units 0 and 1 overlap"),
        ([[0, 95, 0, 0, 10, 10, 10]], "unit 0 is not inside"),
        ([[0, 0, 0, 1, 10, 10, 10]], "unit 0 rests on 0% of its base"),
        ([[0, 0, 0, 0, 20, 10, 5]], "unit 0 has sides [20, 10, 5], not a permitted rotation of its kind"),
        ([[0, 10 * i, 0, 0, 10, 10, 10] for i in range(4)], "kind 0: 4 units packed of 3"),
        ([[0, 0, 0, 0, 10, 10, 10], [1, 20, 0, 0, 10, 10, 10]], "groups [1, 2] share a carton"),
        ([[2, 0, 0, 0, 10, 10, 10], [0, 0, 0, 10, 10, 10, 10]], "unit 1 rests on something fragile"),
    ],
)  # fmt: skip
def test_the_referee_sees(placements: list[list[int]], message: str) -> None:
    goods = Goods.of([[10, 10, 10]] * 3, 100, [3, 3, 3], group=[1, 2, 0], is_fragile=[False, False, True])
    assert packing_faults(goods, np.array(placements), [100, 100, 100]) == [message]


def test_the_referee_weighs_the_carton_too() -> None:
    goods = Goods.of([[10, 10, 10]], 600, 2)
    placements = np.array([[0, 0, 0, 0, 10, 10, 10], [0, 20, 0, 0, 10, 10, 10]])
    assert packing_faults(goods, placements, [50, 50, 50], empty_g=1, limit_g=1200) == [
        "gross weight 1201 g exceeds 1200 g"
    ]


@pytest.mark.parametrize("is_supported", [True, False])
def test_a_container_loading_passes_the_referee(is_supported: bool) -> None:
    rng = np.random.default_rng(11)
    goods = Goods.of(rng.integers(25, 90, (5, 3)), 0, 25)
    inner = np.array([300, 200, 200])
    loading = load_container(goods, inner, effort=500, must_be_supported=is_supported)
    assert packing_faults(goods, loading.placements, inner, least_support=float(is_supported)) == []
    volume = loading.placements[:, 4:].prod(axis=1).sum()
    assert loading.fill_share == pytest.approx(volume / inner.prod())
    assert loading.fill_share > 0.8


def test_goods_too_large_for_the_container_leave_it_empty() -> None:
    assert load_container(Goods.of([[500, 10, 10]], 1, 1), [100, 100, 100]).fill_share == 0.0
