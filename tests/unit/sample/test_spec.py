import datetime as dt

import numpy as np
import pytest

from invopt.errors import SettingsError
from invopt.sample import ShopSpec
from invopt.sample.spec import BLOCK_SKUS


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"skus": 0}, "skus"),
        ({"days": 100}, "write 98"),
        ({"seed": -1}, "seed"),
        ({"lines_per_sku": 0.0}, "lines_per_sku"),
        ({"as_of": dt.date(2026, 3, 3)}, "Tuesday"),
    ],
)
def test_what_cannot_be_made_is_refused_by_name(wrong, named):
    with pytest.raises(SettingsError, match=named):
        ShopSpec(**wrong)


def test_history_is_whole_weeks_up_to_the_as_of_day():
    spec = ShopSpec()
    assert spec.starts_on == dt.date(2024, 3, 4)
    assert spec.starts_on.weekday() == 0
    assert spec.day_of(spec.ends_on) == spec.days - 1


def test_blocks_cover_every_sku_once():
    spec = ShopSpec(skus=2 * BLOCK_SKUS + 3)
    numbers = [number for block in range(spec.blocks) for number in spec.block_range(block)]
    assert numbers == list(range(spec.skus))


def test_streams_are_repeatable_and_apart():
    spec = ShopSpec(seed=7)
    first = spec.random("demand", 1).random(4)
    assert np.array_equal(first, spec.random("demand", 1).random(4))
    for other in (spec.random("demand", 2), spec.random("orders", 1), ShopSpec(seed=8).random("demand", 1)):
        assert not np.array_equal(first, other.random(4))


def test_no_block_can_run_out_of_order_numbers():
    dense = ShopSpec(skus=10, lines_per_sku=5_000)
    assert dense.number_stride > BLOCK_SKUS * dense.lines_per_sku
