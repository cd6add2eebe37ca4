"""The shop must hold together: keys refer, money adds up, nobody is served from an empty shelf."""

import numpy as np
import pandas as pd
import pytest

from invopt.sample import ShopSpec, generate, shop_parts
from invopt.sample.spec import BLOCK_SKUS
from invopt.tables import INPUT_TABLES

SPEC = ShopSpec(skus=240, seed=11)
ORDER = ["purchase_order_id", "purchase_order_line_id"]


@pytest.fixture(scope="module")
def shop():
    tables, _ = generate(SPEC)
    return tables


def test_every_input_table_but_the_ledger_is_there(shop):
    assert set(shop) == {table.name for table in INPUT_TABLES} - {"stock_movement"}
    assert all(len(frame) for frame in shop.values())


@pytest.mark.parametrize(
    ("table", "column", "other", "key"),
    [
        ("stock_snapshot", "sku_id", "product", "sku_id"),
        ("stock_snapshot", "location_id", "location", "location_id"),
        ("supplier_term", "sku_id", "product", "sku_id"),
        ("supplier_term", "supplier_id", "supplier", "supplier_id"),
        ("supplier_closure", "supplier_id", "supplier", "supplier_id"),
        ("purchase_order_line", "supplier_id", "supplier", "supplier_id"),
        ("purchase_order_line", "sku_id", "product", "sku_id"),
        ("receipt", "purchase_order_id", "purchase_order_line", "purchase_order_id"),
        ("kit_component", "component_sku_id", "product", "sku_id"),
        ("succession", "predecessor_sku_id", "product", "sku_id"),
        ("return_line", "order_id", "order_line", "order_id"),
        ("tracking_event", "order_id", "order_line", "order_id"),
        ("rate", "service_id", "carrier_service", "service_id"),
        ("surcharge", "service_id", "carrier_service", "service_id"),
    ],
)
def test_keys_refer(shop, table, column, other, key):
    assert set(shop[table][column]) <= set(shop[other][key])


def test_only_the_one_broken_order_names_an_unknown_sku(shop):
    lines = shop["order_line"]
    unknown = lines[~lines["sku_id"].isin(shop["product"]["sku_id"])]
    assert len(unknown) == 1
    assert unknown["order_state"].tolist() == ["open"]


def test_money_of_a_line_adds_up(shop):
    lines = shop["order_line"]
    gross = lines["ordered_units"] * lines["unit_price_minor"]
    assert (lines["amount_minor"] == gross - lines["discount_minor"]).all()
    at_home = lines["ship_to_country"] == "GB"
    assert (lines["tax_minor"][at_home] - lines["amount_minor"][at_home] * 0.2).abs().max() <= 0.5
    assert (lines["tax_minor"][~at_home] == 0).all()


def test_times_of_a_line_follow_each_other_and_lie_before_the_as_of_day(shop):
    lines = shop["order_line"]
    end = pd.Timestamp(SPEC.as_of)
    assert (lines["ordered_at"] < end).all()
    for later in ("cancelled_at", "shipped_at"):
        known = lines[lines[later].notna()]
        assert (known[later] > known["ordered_at"]).all()
        assert (known[later] < end).all()
    assert (lines["cancelled_at"].notna() == (lines["order_state"] == "cancelled")).all()


def test_an_order_has_one_customer_and_one_address(shop):
    lines = shop["order_line"]
    several = lines.groupby("order_id")[["ordered_at", "customer_id", "ship_to_country"]].nunique()
    assert (several <= 1).all().all()


def test_nothing_is_sold_on_a_day_without_any_stock(shop):
    lines = shop["order_line"]
    kits = shop["kit_component"]["kit_sku_id"]
    local = lines["ordered_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/London").dt.tz_localize(None)
    sold = lines[(lines["order_state"] == "shipped") & ~lines["sku_id"].isin(kits)].assign(
        counted_on=local.dt.normalize()
    )
    empty = shop["stock_snapshot"].query("out_of_stock_share == 1")
    assert len(empty) > 100
    assert sold.merge(empty, on=["sku_id", "location_id", "counted_on"]).empty


def test_receipts_never_exceed_the_order_and_never_precede_it(shop):
    orders = shop["purchase_order_line"]
    both = shop["receipt"].merge(orders, on=ORDER, how="left", validate="many_to_one")
    assert (both["received_on"] > both["ordered_on"]).all()
    received = both.groupby(ORDER)["received_units"].sum()
    assert (received <= both.groupby(ORDER)["ordered_units"].first()).all()


def test_orders_respect_pack_and_moq(shop):
    terms = shop["supplier_term"].groupby("sku_id")[["pack_units", "moq_units"]].first()
    orders = shop["purchase_order_line"].join(terms, on="sku_id")
    assert (orders["ordered_units"] % orders["pack_units"] == 0).all()
    assert (orders["ordered_units"] >= orders["moq_units"]).all()


def test_open_late_partial_and_cancelled_purchases_all_occur(shop):
    orders = shop["purchase_order_line"]
    received = shop["receipt"].groupby(ORDER)["received_units"].agg(["sum", "size"])
    both = orders.join(received, on=ORDER).fillna({"sum": 0.0, "size": 0})
    is_open = (both["sum"] < both["ordered_units"]) & both["cancelled_on"].isna()
    assert is_open.sum() >= 10
    assert (is_open & (both["confirmed_on"] < pd.Timestamp(SPEC.as_of))).any()
    assert (both["size"] > 1).any()
    assert both["cancelled_on"].notna().any()


def test_a_return_is_asked_for_after_its_order_and_not_for_more(shop):
    both = shop["return_line"].merge(
        shop["order_line"], on=["order_id", "order_line_id"], validate="one_to_one", suffixes=("", "_sold")
    )
    assert len(both) == len(shop["return_line"])
    assert (both["sku_id"] == both["sku_id_sold"]).all()
    assert (both["requested_on"] > both["ordered_at"]).all()
    assert (both["returned_units"] <= both["ordered_units"]).all()
    assert (both["received_on"].dropna() < pd.Timestamp(SPEC.as_of)).all()
    assert both["received_on"].isna().any()
    assert both["grade"].isna().sum() > both["received_on"].isna().sum()


def test_open_orders_have_their_faults(shop):
    is_open = shop["order_line"].query("order_state == 'open'")
    assert is_open["ship_to_postcode"].isna().any()
    assert {"failed", "pending", "authorised", "paid"} <= set(is_open["payment_state"])
    assert (is_open["ordered_units"] == 500).sum() == 1
    twice = is_open.drop(columns=["order_id", "ordered_at"])
    assert twice.duplicated().any()


def test_every_lifecycle_and_every_kind_of_stock_occurs(shop):
    assert set(shop["product"]["lifecycle"]) == {"active", "run_down", "do_not_reorder", "discontinued"}
    counts = shop["stock_snapshot"]
    last = counts[counts["counted_on"] == pd.Timestamp(SPEC.ends_on)]
    assert (last["on_hand_units"] < 0).sum() == 1
    assert (last["on_hand_units"] == 0).sum() > 3
    sold = shop["order_line"]
    sold = sold[sold["ordered_at"] >= pd.Timestamp("2025-09-01")].groupby("sku_id")["ordered_units"].sum()
    held = last.groupby("sku_id")["on_hand_units"].sum()
    half_years = (held / sold.reindex(held.index)).fillna(np.inf)[held > 0]
    assert (half_years > 2).sum() > 5


def test_lines_concentrate_as_in_a_real_shop(shop):
    worth = shop["order_line"].groupby("sku_id")["amount_minor"].sum().sort_values(ascending=False)
    top_fifth = worth.head(len(worth) // 5).sum() / worth.sum()
    assert 0.6 < top_fifth < 0.9


def test_the_same_seed_gives_the_same_shop_and_another_seed_another():
    small = ShopSpec(skus=24, days=112, seed=4)
    first, second = generate(small)[0], generate(small)[0]
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[name])
    other = generate(ShopSpec(skus=24, days=112, seed=5))[0]
    assert not first["order_line"].equals(other["order_line"])


def test_blocks_never_share_a_key():
    spec = ShopSpec(skus=BLOCK_SKUS + 40, days=56, lines_per_sku=4)
    seen = {}
    for name, frame in shop_parts(spec):
        key = {"order_line": "order_id", "product": "sku_id", "receipt": "receipt_id"}.get(name)
        if key:
            own = set(frame[key].astype(str))
            assert not own & seen.setdefault(name, set())
            seen[name] |= own
    assert len(seen["product"]) == spec.skus


@pytest.mark.parametrize("skus", [1, 2, 39])
def test_tiny_and_short_shops_can_be_made(skus):
    tables, _ = generate(ShopSpec(skus=skus, days=7, lines_per_sku=3))
    assert len(tables["product"]) == skus


def test_a_shop_without_a_single_order_is_still_a_shop():
    tables, _ = generate(ShopSpec(skus=2, days=7, lines_per_sku=1e-9))
    assert tables["order_line"].empty
