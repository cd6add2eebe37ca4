"""Money adds up: no minor unit is lost or made by splitting it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invopt.errors import InvoptError
from invopt.money import prorate, to_major, to_minor


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_parts_add_up_to_the_whole(total: int, weights: list[int]) -> None:
    parts = prorate(total, weights)
    assert int(parts.sum()) == total
    assert len(parts) == len(weights)


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_no_part_is_off_by_a_whole_minor_unit(total: int, weights: list[int]) -> None:
    parts = prorate(total, weights)
    for part, weight in zip(parts.tolist(), weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < 1 + 1e-6


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(InvoptError, match="negative weight"):
        prorate(100, [1, -1])


@given(st.integers(-(10**12), 10**12), st.sampled_from(["GBP", "JPY", "KWD"]))
def test_minor_and_major_are_inverse(amount: int, currency: str) -> None:
    assert to_minor(to_major(amount, currency), currency) == amount


def test_halves_go_to_the_even_side() -> None:
    assert [to_minor(text, "GBP") for text in ("0.005", "0.015", "0.025")] == [0, 2, 2]
