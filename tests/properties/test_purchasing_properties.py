"""What holds for every purchase plan: exact sums, whole packs, and no dependence on order or partition."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.purchasing import shop

PLUS = ["expected_demand_units", "backorder_units", "safety_stock_units", "unneeded_units"]
MINUS = ["expected_lost_units", "expected_returns_units", "on_hand_units", "on_order_due_units"]


@st.composite
def shops(draw: st.DrawFn) -> dict[str, object]:
    count = draw(st.integers(1, 6))
    names = [f"S{index}" for index in range(count)]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def pick(*values: object) -> list[object]:
        return [values[index] for index in rng.integers(0, len(values), count)]

    mean = rng.gamma(1.0, 40.0, count)
    needs = np.where(rng.random(count) < 0.3, 0.0, rng.gamma(1.0, 30.0, count))
    return {
        "policy": shop.policy(
            sku_id=names,
            expected_demand_units=mean.tolist(),
            demand_sd_units=(mean**0.7).tolist(),
            need_units=needs.tolist(),
            safety_stock_units=rng.normal(0, 20, count).tolist(),
            expected_lost_units=(mean * 0.1).tolist(),
            expected_returns_units=(mean * 0.03).tolist(),
            backorder_units=pick(0.0, 3.0),
            on_order_due_units=pick(0.0, 12.5),
            supplier_id=pick("ACME", "BEST", None),
        ),
        "stock_position": shop.stock(sku_id=names, on_hand_units=rng.gamma(1.0, 60.0, count).round(3).tolist()),
        "sku_location": shop.skus(
            sku_id=names,
            lifecycle=pick("active", "active", "active", "run_down"),
            unit_price_minor=rng.integers(0, 4_000, count).tolist(),
        ),
        "terms": shop.many(
            [
                shop.terms(
                    sku_id=names,
                    supplier_id=supplier,
                    moq_units=pick(None, 10.0, 55.0),
                    pack_units=pick(None, 6.0, 2.5),
                    line_maximum_units=pick(None, 100.0),
                    unit_cost_minor=rng.integers(1, 2_000, count).tolist(),
                )
                for supplier in ("ACME", "BEST")
            ]
        ),
        "suppliers": shop.suppliers(
            supplier_id=["ACME", "BEST"],
            minimum_order_minor=[int(rng.integers(0, 200_000)), 0],
        ),
    }


@settings(max_examples=20, deadline=None)
@given(shops(), st.sampled_from([0, 20_000, 150_000]))
def test_the_terms_add_up_exactly_and_the_limits_hold(made: dict[str, object], budget: int) -> None:
    found = shop.plan(**made, settings=shop.settings(budget_minor=budget))
    changes = [name for name in found.columns if name.endswith("_change_units")]
    for row in found.to_dict("records"):
        exact = {name: Decimal(str(row[name])) for name in (*PLUS, *MINUS, *changes, "need_units", "final_units")}
        need = sum(exact[name] for name in PLUS) - sum(exact[name] for name in MINUS)
        assert need == exact["need_units"]
        assert need + sum(exact[name] for name in changes) == exact["final_units"]
        assert (row["binding_constraint"] == "none") == all(exact[name] == 0 for name in changes)
    if budget:
        assert found["amount_minor"].sum() <= budget
    bought = found[found["final_units"] > 0].merge(made["terms"], on=["supplier_id", "sku_id"])
    assert len(bought) == int((found["final_units"] > 0).sum())
    packs = (bought["final_units"] * 1_000).round() % (bought["pack_units"].fillna(1.0) * 1_000)
    assert (packs == 0).all()
    assert (bought["final_units"] >= bought["moq_units"].fillna(0.0)).all()
    assert (bought["final_units"] <= bought["line_maximum_units"].fillna(np.inf)).all()
    values = bought.groupby("supplier_id")["amount_minor"].sum()
    minimum = made["suppliers"].set_index("supplier_id")["minimum_order_minor"]
    assert all(values[name] >= minimum[name] for name in values.index)


@settings(max_examples=12, deadline=None)
@given(shops(), st.randoms())
def test_the_order_of_rows_does_not_matter(made: dict[str, object], random: object) -> None:
    expected = shop.plan(**made)
    shuffled = {
        name: frame.sample(frac=1.0, random_state=random.randrange(2**31)).reset_index(drop=True)  # type: ignore[attr-defined]
        for name, frame in made.items()
    }
    pd.testing.assert_frame_equal(shop.plan(**shuffled), expected)


@settings(max_examples=12, deadline=None)
@given(shops(), st.integers(1, 5))
def test_without_shared_limits_the_partition_does_not_matter(made: dict[str, object], cut: int) -> None:
    made = made | {"suppliers": shop.suppliers(supplier_id=["ACME", "BEST"])}
    whole = shop.plan(**made)
    policy = made["policy"]
    parts = [policy.iloc[:cut].reset_index(drop=True), policy.iloc[cut:].reset_index(drop=True)]
    found = pd.concat([shop.plan(**(made | {"policy": part})) for part in parts if len(part)], ignore_index=True)
    pd.testing.assert_frame_equal(found.sort_values("sku_id", ignore_index=True), whole)
