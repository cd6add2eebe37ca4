"""Bad input on its way to a parcel: each has a reason in its row or a named error, and the other orders go out."""

import datetime as dt

import pandas as pd
import pytest

from invopt.stages.night import day_part, run_stages
from tests.connection import connect
from tests.pipeline.shop import SPEC, copy_of

NOW = dt.datetime.now(dt.UTC).replace(tzinfo=None)
STAGES = day_part(("facts", "tracking", "returns", "orders", "parcels", "picking"))
GOOD = {
    "order_line_id": "1", "ordered_at": "2026-03-01T09:00:00Z", "ordered_units": 1, "unit_price_minor": 1000,
    "discount_minor": 0, "tax_minor": 0, "amount_minor": 1000, "currency": "GBP", "line_kind": "sale",
    "order_state": "open", "payment_state": "paid", "ship_to_name": "N. N.", "ship_to_street": "1 High Street",
    "ship_to_city": "Leeds", "ship_to_postcode": "LS1 4AP", "ship_to_country": "GB",
}  # fmt: skip


def line(order_id, sku_id, **more):
    row = GOOD | {"order_id": order_id, "sku_id": sku_id, "customer_id": f"of {order_id}"} | more
    return row | {"amount_minor": row["ordered_units"] * row["unit_price_minor"]}


def stocked(shop, count):
    """SKUs of plain goods with plenty in stock, with their list price."""
    stock, product = shop.table("stock_position"), shop.table("product")
    plain = product[~product["is_hazardous"].fillna(False).astype(bool) & (product["lifecycle"] == "active")
                    & ~product["is_age_restricted"].fillna(False).astype(bool)]  # fmt: skip
    free = stock[(stock["on_hand_units"] >= 6) & stock["sku_id"].isin(plain["sku_id"])]
    prices = plain.set_index("sku_id")["unit_price_minor"]
    chosen = sorted(free["sku_id"].unique())[:count]
    return [(sku, int(prices[sku])) for sku in chosen]


@pytest.fixture(scope="module")
def bad(planned, tmp_path_factory):
    """The planned shop after a bad morning."""
    shop = copy_of(planned, tmp_path_factory.mktemp("bad") / "shop")
    (one, price), (two, price_two), (three, price_three), *_ = stocked(shop, 4)
    own = {"unit_price_minor": price}
    lines = [
        line("good", one, **own),
        line("unknown-sku", "NO-SUCH", unit_price_minor=500),
        line("nothing", one, ordered_units=0, **own),
        line("negative", one, ordered_units=-2, **own),
        *(line("long", one, order_line_id=str(number), **own) for number in range(10_000)),
        line("unmeasured", two, unit_price_minor=price_two),
        line("weightless", three, unit_price_minor=price_three),
        line("nowhere", one, ship_to_country="NO", ship_to_postcode="0150", **own),
        line("two-currencies", one, **own),
        line("two-currencies", two, order_line_id="2", currency="EUR", unit_price_minor=price_two),
        line("tomorrow", one, ordered_at=(NOW + dt.timedelta(days=400)).isoformat() + "Z", **own),
    ]
    frame = pd.DataFrame(lines)
    frame.to_csv(shop.inbox / "order_line_bad.csv", index=False)
    with connect(shop) as db:
        product = db.frame("select * exclude (file_id, line_number, recorded_at) from product")
        rate = db.frame("select * exclude (file_id, line_number, recorded_at) from rate order by all limit 1")
    product = product[product["sku_id"].isin([two, three])].astype({"weight_g": "Int64"})
    sides = ["length_mm", "width_mm", "height_mm"]
    product[sides] = product[sides].astype("Int64").mask(product["sku_id"] == two)
    product["weight_g"] = product["weight_g"].mask(product["sku_id"] == three, 0)
    product.to_csv(shop.inbox / "product_bad.csv", index=False)
    ended = rate.assign(zone="GAP", valid_from_on="2025-01-01", valid_until_on="2025-06-30")
    again = ended.assign(valid_from_on="2025-08-01", valid_until_on="2026-12-31")
    over = [ended.assign(zone="OVERLAP"), again.assign(zone="OVERLAP", valid_from_on="2025-06-01")]
    pd.concat([ended, again, *over]).to_csv(shop.inbox / "rate_bad.csv", index=False)
    event = {"tracking_number": "NOBODY-1", "carrier_id": "OXCART", "event_code": "collected",
             "happened_at": "2026-03-01T09:00:00Z"}  # fmt: skip
    # A webhook that came three times, once inside the same file.
    pd.DataFrame([event, event]).to_csv(shop.inbox / "tracking_event_bad.csv", index=False)
    run_stages(shop, SPEC.as_of, stages=STAGES, kind="fulfil", seen_until=clock)
    pd.DataFrame([event]).to_csv(shop.inbox / "tracking_event_again.csv", index=False)
    frame.to_csv(shop.inbox / "order_line_again.csv", index=False)
    run_stages(shop, SPEC.as_of, stages=STAGES, kind="fulfil", seen_until=clock)
    return shop


def clock():
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def of(frame, order_id):
    return frame[frame["order_id"] == order_id]


def test_good_orders_go_out_beside_the_bad_ones(bad, planned):
    parcels = bad.table("parcel")
    assert of(parcels, "good")["carrier_id"].notna().all()
    assert len(of(parcels, "good")) == 1
    before = planned.table("allocation")
    assert len(bad.table("allocation")) >= len(before)


@pytest.mark.parametrize(
    ("order_id", "outcome", "reason"),
    [
        ("unknown-sku", "on_hold", "not in the catalogue"),
        ("nothing", "rejected", "without a quantity"),
        ("long", "on_hold", "more lines"),
        ("two-currencies", "on_hold", "currenc"),
    ],
)
def test_orders_that_wait_say_why(bad, order_id, outcome, reason):
    row = of(bad.table("order_check"), order_id).iloc[0]
    assert row["outcome"] == outcome
    assert reason in row["reason"]
    assert of(bad.table("allocation"), order_id).empty


@pytest.mark.parametrize(("order_id", "said"), [("unmeasured", "size assumed"), ("weightless", "weight assumed")])
def test_goods_without_a_size_or_weight_leave_on_an_assumption_that_is_marked(bad, order_id, said):
    row = of(bad.table("parcel"), order_id).iloc[0]
    assert row["is_assumed"]
    assert said in row["reason"]
    assert row["weight_g"] > 0
    assert pd.notna(row["carrier_id"])


def test_where_no_zone_reaches_the_parcel_says_so(bad):
    row = of(bad.table("parcel"), "nowhere").iloc[0]
    assert pd.isna(row["carrier_id"])
    assert "no zone covers the postcode" in row["reason"]
    assert of(bad.table("parcel_cost"), "nowhere").empty
    assert of(bad.table("allocation"), "nowhere")["reason"].str.contains("parcel costs are assumed").all()


def test_a_card_with_a_gap_or_an_overlap_is_named(bad):
    faults = bad.table("rate_fault").set_index("zone")["fault"].to_dict()
    assert faults["GAP"] == "gap"
    assert faults["OVERLAP"] == "overlap"
    assert bad.table("rate_fault")["reason"].str.contains("no card from 2025-07-01 to 2025-07-31").sum() == 1


def test_a_repeated_webhook_and_a_parcel_nobody_knows_harm_nothing(bad):
    with connect(bad) as db:
        assert db.scalar("select count(*) from tracking_event where tracking_number = 'NOBODY-1'") == 1
    row = bad.table("shipment").set_index("tracking_number").loc["NOBODY-1"]
    assert pd.isna(row["order_id"])
    assert row["tracking_status"] == "in_transit"


def test_orders_of_less_than_nothing_and_of_next_year_are_refused_by_their_line(bad):
    with connect(bad) as db:
        rows = db.execute(
            "select json_extract_string(raw_row, '$.order_id'), column_name from rejected_row "
            "where file_name = 'order_line_again.csv'"  # the same content: known under its newest name
        ).fetchall()
    assert sorted(rows) == [("negative", "ordered_units"), ("tomorrow", "ordered_at")]
