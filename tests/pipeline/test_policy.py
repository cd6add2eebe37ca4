"""What a policy row says of itself is consistent, and its targets are those of the settings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from invopt.settings import Settings
from invopt.stages.policy import targets


@pytest.fixture(scope="module")
def rows(planned):
    """Policy rows with demand, with cost and price."""
    costs = planned.table("sku_location")[["sku_id", "location_id", "unit_cost_minor", "unit_price_minor"]]
    policy = planned.table("policy").merge(costs, on=["sku_id", "location_id"], validate="one_to_one")
    policy = policy[policy["expected_demand_units"] > 0]
    assert len(policy) > 20
    return policy


def test_a_year_of_orders_brings_what_a_year_sells(rows):
    daily = rows["expected_demand_units"] / rows["protection_days"]
    sold = daily * rows["implied_fill_rate"] * 365
    np.testing.assert_allclose(rows["orders_per_year"] * rows["order_units"], sold, rtol=1e-9)
    stocked = rows[rows["mean_stock_units"] > 0]
    np.testing.assert_allclose(stocked["turns_per_year"] * stocked["mean_stock_units"], sold[stocked.index], rtol=1e-9)
    np.testing.assert_allclose(rows["mean_cover_days"] * daily, rows["mean_stock_units"], rtol=1e-9)
    margin = (stocked["unit_price_minor"] - stocked["unit_cost_minor"]) / stocked["unit_cost_minor"]
    np.testing.assert_allclose(stocked["gmroi"], stocked["turns_per_year"] * margin, rtol=1e-9)


def test_the_policy_keeps_its_target_whatever_lies_there_today(rows):
    """A target is met by the policy's own level (a lot leaves more), for SKUs that are out as for those too many."""
    assert (rows["implied_cycle_service"] >= rows["target_share"] - 1e-6).all()
    much = rows["current_cycle_service"] > 0.999
    assert much.any()
    assert (~much).any()


def test_orders_are_as_large_as_their_lots(rows, planned):
    terms = planned.table("supplier_term").groupby(["supplier_id", "sku_id"], as_index=False)["moq_units"].max()
    asked = rows.merge(terms, on=["supplier_id", "sku_id"], how="inner")
    assert len(asked)
    assert (asked["order_units"] >= asked["moq_units"].fillna(0) - 1e-9).all()
    assert (asked["order_units"] >= asked["economic_lot_units"] - 1e-9).all()


def test_a_segment_overrides_its_class():
    facts = pd.DataFrame({"abc_class": ["A", "A", "C"], "xyz_class": ["X", "Z", "Z"]})
    settings = Settings().replaced(
        "policy", target_by_class={"A": 0.97, "B": 0.95, "C": 0.9}, target_by_segment={"AX": 0.99, "CZ": 0.7}
    )
    assert targets(facts, settings).tolist() == [0.99, 0.97, 0.7]
