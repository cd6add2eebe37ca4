"""Every inventory answer of the golden file: published numbers, each cited there, against the package's functions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from invopt import inventory


@pytest.fixture(scope="module")
def golden(shared: Path) -> list[dict[str, Any]]:
    """The cases of the golden file, in its order."""
    cases: list[dict[str, Any]] = json.loads((shared / "golden" / "inventory.json").read_text())["cases"]
    return cases


def case(cases: list[dict[str, Any]], what: str, **inputs: float) -> tuple[dict[str, Any], dict[str, Any], float]:
    """Inputs, answer and tolerance of the one case of that title whose inputs hold the given values."""
    found = [c for c in cases if c["what"].startswith(what) and all(c["inputs"].get(k) == v for k, v in inputs.items())]
    assert len(found) == 1, f"{len(found)} cases named {what!r}"
    return found[0]["inputs"], found[0]["answer"], found[0]["rtol"]


def test_economic_order_quantity(golden: list[dict[str, Any]]) -> None:
    """Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 3.1."""
    given, answer, rtol = case(golden, "economic order quantity")
    lot = inventory.economic_order_quantity(
        given["demand_per_year"], given["fixed_order_cost"], given["holding_cost_per_unit_year"]
    )
    assert lot.order_units == pytest.approx(answer["order_quantity"], rel=rtol)
    assert lot.cost_per_year == pytest.approx(answer["cost_per_year"], rel=rtol)


def test_all_units_discount(golden: list[dict[str, Any]]) -> None:
    """The textbook's all-units example, as reproduced in stockpyl's documentation."""
    given, answer, rtol = case(golden, "EOQ, all-units discount")
    lot = inventory.economic_order_quantity_all_units(
        given["demand_per_year"], given["fixed_order_cost"], given["holding_rate_per_year"], given["breaks"],
        given["unit_costs"],
    )  # fmt: skip
    assert lot.order_units == pytest.approx(answer["order_quantity"], rel=rtol)
    assert lot.cost_per_year == pytest.approx(answer["cost_per_year"], rel=rtol)


def test_newsvendor_normal(golden: list[dict[str, Any]]) -> None:
    """Snyder & Shen, Example 4.3."""
    given, answer, rtol = case(golden, "newsvendor, normal")
    season = inventory.newsvendor_normal(given["mean"], given["sd"], given["holding"], given["stockout"])
    assert season.stock_units == pytest.approx(answer["base_stock"], rel=rtol)
    assert season.expected_cost == pytest.approx(answer["cost"], rel=rtol)


def test_newsvendor_poisson(golden: list[dict[str, Any]]) -> None:
    """stockpyl's documentation; recomputed for the golden file."""
    given, answer, rtol = case(golden, "newsvendor, Poisson")
    season = inventory.newsvendor_poisson(given["mean"], given["holding"], given["stockout"])
    assert season.stock_units == answer["base_stock"]
    assert season.expected_cost == pytest.approx(answer["cost"], rel=rtol)


def test_wagner_whitin(golden: list[dict[str, Any]]) -> None:
    """Snyder & Shen, Example 3.9."""
    given, answer, rtol = case(golden, "Wagner-Whitin")
    plan = inventory.wagner_whitin(given["demand"], given["fixed_order_cost"], given["holding"])
    assert plan.order_units.tolist() == answer["orders"]
    assert plan.cost == pytest.approx(answer["cost"], rel=rtol)


@pytest.mark.parametrize("mean", [6, 10])
def test_min_max(golden: list[dict[str, Any]], mean: float) -> None:
    """Snyder & Shen, Example 4.7; Zheng & Federgruen (1991); both enumerated independently."""
    given, answer, rtol = case(golden, "(s,S), periodic review", mean=mean)
    policy = inventory.min_max_policy(mean, given["fixed_order_cost"], given["holding"], given["stockout"])
    assert (policy.reorder_level_units, policy.order_up_to_units) == (answer["s"], answer["S"])
    assert policy.cost == pytest.approx(answer["cost"], rel=rtol)


def test_reorder_point_and_quantity_normal(golden: list[dict[str, Any]]) -> None:
    """Snyder & Shen, Example 5.1."""
    given, answer, rtol = case(golden, "(r,Q), continuous review, normal")
    years = given["lead_time_years"]
    policy = inventory.reorder_policy_normal(
        given["demand_per_year"], given["fixed_order_cost"], given["demand_per_year"] * years,
        given["demand_sd_per_year"] * years**0.5, given["holding_per_year"], given["stockout_per_year"],
    )  # fmt: skip
    assert policy.reorder_point_units == pytest.approx(answer["r"], rel=rtol)
    assert policy.order_units == pytest.approx(answer["Q"], rel=rtol)
    assert policy.cost == pytest.approx(answer["cost"], rel=rtol)


def test_reorder_point_and_quantity_poisson(golden: list[dict[str, Any]]) -> None:
    """Snyder & Shen, Example 5.8."""
    given, answer, rtol = case(golden, "(r,Q), continuous review, Poisson")
    policy = inventory.reorder_policy_poisson(
        given["demand_mean"], given["fixed_order_cost"], given["lead_time"], given["holding"], given["stockout"]
    )
    assert (policy.reorder_point_units, policy.order_units) == (answer["r"], answer["Q"])
    assert policy.cost == pytest.approx(answer["cost"], rel=rtol)


def test_safety_stock_from_cycle_service(golden: list[dict[str, Any]]) -> None:
    """Computed for the golden file: z x 30 x sqrt(3)."""
    given, answer, rtol = case(golden, "safety stock from cycle service level")
    _, sd = inventory.protection_moments(
        given["mean"], given["sd"], given["lead_time_periods"], given["review_periods"]
    )
    assert inventory.safety_stock_normal(sd, given["cycle_service_level"]) == pytest.approx(
        answer["safety_stock"], rel=rtol
    )


def test_safety_stock_from_fill_rate(golden: list[dict[str, Any]]) -> None:
    """Computed for the golden file: loss G(k) = (1 - fill rate) x 100 / (30 x sqrt(3))."""
    given, answer, rtol = case(golden, "safety stock from fill rate")
    _, sd = inventory.protection_moments(
        given["mean"], given["sd"], given["lead_time_periods"], given["review_periods"]
    )
    stock = inventory.safety_stock_normal_for_fill_rate(sd, given["fill_rate"], given["mean"])
    assert stock == pytest.approx(answer["safety_stock"], rel=rtol)
    assert stock / sd == pytest.approx(answer["k"], rel=rtol)


def test_cumulative_error(golden: list[dict[str, Any]]) -> None:
    """L (1 + alpha (L-1) + alpha^2 (L-1)(2L-1)/6), checked by simulation for the golden file."""
    given, answer, rtol = case(golden, "variance of cumulative demand error")
    alpha, periods = np.transpose(given["alpha_L"])
    ratio = inventory.cumulative_error_ratio(alpha, periods)
    assert ratio == pytest.approx(answer["variance_ratio"], rel=rtol)
    assert np.sqrt(ratio / periods) == pytest.approx(answer["sd_over_sigma_sqrt_L"], rel=rtol)


def test_guaranteed_service(golden: list[dict[str, Any]]) -> None:
    """Snyder & Shen, Example 6.5: 2 sqrt(2) + sqrt(6) + 3."""
    given, answer, rtol = case(golden, "guaranteed-service")

    def by_stage(name: str) -> dict[Any, Any]:
        return {int(stage): value for stage, value in given[name].items()}

    tree = inventory.guaranteed_service_tree(
        [tuple(arc) for arc in given["arcs"]],
        by_stage("processing_time"),
        by_stage("holding_cost"),
        by_stage("demand_sd"),
        safety_factor=given["z"],
        inbound_service_time=by_stage("external_inbound_service_time"),
        outbound_service_time=by_stage("external_outbound_service_time"),
    )
    assert tree.cost[0] == pytest.approx(answer["cost"], rel=rtol)
