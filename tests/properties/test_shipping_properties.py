"""Shipping: whatever the goods, every unit is in one carton that the referee passes; order never matters."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from invopt.settings import Shipping
from invopt.shipping.packing import ANY_WAY, UPRIGHT, Cartons, Goods, Search, pack_goods, packing_faults
from invopt.shipping.rates import billed_weight_g
from invopt.shipping.tracking import fold_events
from invopt.shipping.zones import prefixes
from tests.unit.shipping.frames import events

SIDE = st.integers(5, 160)
KIND = st.tuples(
    st.tuples(SIDE, SIDE, SIDE), st.integers(0, 3_000), st.integers(1, 5), st.sampled_from([ANY_WAY, UPRIGHT]),
    st.booleans(), st.integers(0, 2),
)  # fmt: skip


@given(kinds=st.lists(KIND, min_size=1, max_size=6), support=st.sampled_from([0.0, 0.5, 0.75, 1.0]))
def test_every_unit_that_fits_is_in_one_good_carton(kinds: list[tuple], support: float) -> None:
    sides, weight, quantity, rotations, fragile, group = (list(column) for column in zip(*kinds, strict=True))
    goods = Goods.of(sides, weight, quantity, rotations, fragile, group)
    cartons = Cartons.of([[200, 160, 100], [300, 200, 180]], [80, 150], [6_000, 9_000])
    packing = pack_goods(goods, cartons, Search(support, budget=20))
    packed = np.bincount(packing.rows[:, 3], minlength=len(kinds))
    for number, kind in enumerate(kinds):
        length, width, height = kind[0]
        upright = sorted((length, width)) <= [200, 300] and max(length, width) <= 300 and min(length, width) <= 200
        fits = (upright and height <= 180) if kind[3] == UPRIGHT else True
        assert packed[number] == (kind[2] if fits else 0)
    for number in np.unique(packing.rows[:, 1]):
        rows = packing.rows[packing.rows[:, 1] == number]
        size = rows[0, 2]
        assert packing_faults(
            goods, rows[:, 3:], cartons.inner_mm[size], empty_g=int(cartons.empty_g[size]),
            limit_g=int(cartons.limit_g[size]), least_support=support,
        ) == []  # fmt: skip


@given(
    weight=st.integers(1, 40_000), volume=st.floats(0, 500_000), divisor=st.integers(3_000, 6_000),
    step=st.sampled_from([1, 100, 500, 1_000]), more=st.integers(0, 5_000),
)  # fmt: skip
def test_billed_weight_never_falls_below_actual_or_with_size(
    weight: int, volume: float, divisor: int, step: int, more: int
) -> None:
    def billed(grams: int, cubic: float) -> int:
        columns = (pd.Series([value], dtype="float64") for value in (grams, cubic, divisor, step))
        return int(billed_weight_g(*columns).iloc[0])

    base = billed(weight, volume)
    assert base >= weight
    assert base % step == 0
    assert base - step < max(weight, volume * 1_000 / divisor) + 1
    assert billed(weight + more, volume) >= base
    assert billed(weight, volume + more) >= base


CODES = st.sampled_from(["label created", "collected", "X-7", "out for delivery", "delivered", "lost", "returned"])
EVENTS = st.lists(st.tuples(st.sampled_from(["T1", "T2"]), CODES, st.integers(0, 200)), min_size=1, max_size=12)


@given(rows=EVENTS, seed=st.integers(0, 1_000))
def test_events_in_any_order_and_repeated_fold_to_the_same(rows: list[tuple[str, str, int]], seed: int) -> None:
    start = pd.Timestamp("2026-03-01")
    unique = sorted({(number, code, str(start + pd.Timedelta(hours=hour))) for number, code, hour in rows})
    frame, as_of = events(*unique), pd.Timestamp("2026-03-15")
    expected = fold_events(frame, as_of, Shipping())
    shuffled = pd.concat([frame, frame]).sample(frac=1.0, random_state=seed, ignore_index=True)
    pd.testing.assert_frame_equal(fold_events(shuffled, as_of, Shipping()), expected)


@given(postcode=st.text(alphabet="ABC123 -", max_size=9), country=st.sampled_from(["GB", "FR"]))
def test_prefixes_go_from_the_whole_to_nothing(postcode: str, country: str) -> None:
    found = prefixes(postcode, country)
    assert found[-1] == ""
    assert all(found[0].startswith(prefix) for prefix in found)
    assert [len(prefix) for prefix in found] == sorted({len(prefix) for prefix in found}, reverse=True)
