"""Supplier minimum, container and budget: what several SKUs share."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.unit.purchasing import shop

SKUS = ["A", "B", "C"]


def three(needs: list[float], **changed: object) -> dict[str, object]:
    """Three SKUs of one supplier; C sells ten times as fast as the others."""
    mean = [14.0, 14.0, 140.0]
    return {
        "policy": shop.policy(
            sku_id=SKUS,
            need_units=needs,
            expected_demand_units=mean,
            demand_sd_units=[5.0, 5.0, 20.0],
            safety_stock_units=0.0,
        ),
        "stock_position": shop.stock(sku_id=SKUS, on_hand_units=mean),
        "sku_location": shop.skus(sku_id=SKUS),
        "terms": shop.terms(sku_id=SKUS, pack_units=5.0),
    } | changed


def test_an_order_is_filled_with_what_sells_soonest() -> None:
    given = three([20.0, 0.0, 0.0], suppliers=shop.suppliers(minimum_order_minor=50_000))
    # Enough of all is on the shelf: what is added waits, and C waits least.
    given["stock_position"] = shop.stock(sku_id=SKUS, on_hand_units=[14.0, 42.0, 280.0])
    found = shop.plan(**given)
    assert found["amount_minor"].sum() == 50_000
    by_sku = found.set_index("sku_id")["order_minimum_change_units"]
    assert by_sku.to_dict() == {"A": 0.0, "C": 30.0}
    assert set(found["reason"].str.contains("filled up")) == {True, False}


def test_an_order_that_is_not_worth_its_cost_waits() -> None:
    suppliers = shop.suppliers(minimum_order_minor=50_000, fixed_order_cost_minor=10**7)
    found = shop.plan(**three([20.0, 0.0, 0.0], suppliers=suppliers))
    assert found["final_units"].tolist() == [0.0]
    assert "postponed" in found.loc[0, "reason"]


def test_a_break_reached_by_filling_does_not_leave_the_order_short() -> None:
    terms = shop.terms(sku_id=["A", "A"], from_units=[0.0, 45.0], unit_cost_minor=[1_000, 800], pack_units=5.0)
    found = shop.plan(terms=terms, suppliers=shop.suppliers(minimum_order_minor=45_000))
    assert found.loc[0, "amount_minor"] >= 45_000


def test_the_budget_buys_the_packs_that_earn_most() -> None:
    dear = three([20.0, 20.0, 20.0], settings=shop.settings(budget_minor=35_000))
    dear["sku_location"] = shop.skus(sku_id=SKUS, unit_price_minor=[4_000, 1_500, 1_500])
    found = shop.plan(**dear).set_index("sku_id")
    assert found["amount_minor"].sum() <= 35_000
    assert found.loc["A", "final_units"] > found.loc["B", "final_units"]
    assert (found["budget_change_units"] <= 0).all()


def test_a_budget_that_suffices_changes_nothing() -> None:
    assert shop.plan(settings=shop.settings(budget_minor=30_000)).loc[0, "budget_change_units"] == 0.0


def test_an_order_that_the_budget_breaks_is_dropped_and_its_money_spent_elsewhere() -> None:
    given = three([20.0, 20.0, 20.0], settings=shop.settings(budget_minor=40_000))
    given["policy"] = given["policy"].assign(supplier_id=["ACME", "BEST", "BEST"])
    given["terms"] = shop.terms(sku_id=SKUS, supplier_id=["ACME", "BEST", "BEST"], pack_units=5.0)
    given["suppliers"] = shop.suppliers(supplier_id=["ACME", "BEST"], minimum_order_minor=[20_000, 30_000])
    found = shop.plan(**given)
    values = found.groupby("supplier_id")["amount_minor"].sum()
    assert values.sum() <= 40_000
    assert values["ACME"] in (0, *range(20_000, 40_001))
    assert values["BEST"] in (0, *range(30_000, 40_001))
    assert found["reason"].str.contains("budget_below_minimum").any()


def test_the_budget_holds_when_a_cut_loses_a_price_break() -> None:
    terms = shop.terms(from_units=[0.0, 30.0], unit_cost_minor=[1_000, 500], pack_units=5.0)
    found = shop.plan(terms=terms, settings=shop.settings(budget_minor=14_000))
    assert found.loc[0, "amount_minor"] <= 14_000


def test_a_container_holds_what_it_holds() -> None:
    products = shop.products(length_mm=1_000, width_mm=1_000, height_mm=100, weight_g=1_000)
    found = shop.plan(products=products, settings=shop.settings(container_m3_by_supplier={"ACME": 2.0}))
    assert (found.loc[0, "final_units"], found.loc[0, "container_change_units"]) == (20.0, -10.0)
    heavy = shop.settings(container_m3_by_supplier={"ACME": 2.0}, container_kg_by_supplier={"ACME": 7.5})
    assert shop.plan(products=products, settings=heavy).loc[0, "final_units"] == 7.0


def test_a_container_has_so_many_places_for_pallets() -> None:
    """Eight units on a pallet, three places: 24 of the 30; the weight of 7.5 kg binds before them."""
    products = shop.products(units_per_pallet=8.0, weight_g=1_000)
    places = {"container_pallets_by_supplier": {"ACME": 3.0}}
    found = shop.plan(products=products, settings=shop.settings(**places))
    assert (found.loc[0, "final_units"], found.loc[0, "binding_constraint"]) == (24.0, "container")
    heavy = shop.settings(container_kg_by_supplier={"ACME": 7.5}, **places)
    assert shop.plan(products=products, settings=heavy).loc[0, "final_units"] == 7.0
    unknown = shop.plan(products=shop.products(), settings=shop.settings(**places))
    assert "dimensions_unknown" in unknown.loc[0, "reason"]


def test_a_container_is_filled_only_with_what_earns() -> None:
    products = shop.products(length_mm=1_000, width_mm=1_000, height_mm=100, weight_g=1_000)
    wished = {"container_m3_by_supplier": {"ACME": 4.0}, "fill_containers": True}
    found = shop.plan(products=products, settings=shop.settings(**wished))
    assert 0 < found.loc[0, "container_change_units"] <= 10.0
    poor = shop.plan(
        products=products, sku_location=shop.skus(unit_price_minor=1_001), settings=shop.settings(**wished)
    )
    assert poor.loc[0, "container_change_units"] == 0.0


def test_goods_without_dimensions_say_so() -> None:
    found = shop.plan(settings=shop.settings(container_m3_by_supplier={"ACME": 2.0}))
    assert "dimensions_unknown" in found.loc[0, "reason"]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]])
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    given = three([20.0, 20.0, 20.0], settings=shop.settings(budget_minor=35_000))
    expected = shop.plan(**given)
    shuffled = given | {
        name: given[name].iloc[order].reset_index(drop=True) for name in ("policy", "stock_position", "terms")
    }
    pd.testing.assert_frame_equal(shop.plan(**shuffled), expected)
