"""What the made-up shop was made from can be read back from its files, within stated bounds.

The estimates are the plain ones a planner would make with a spreadsheet, so that the test is about the shop.
Bounds follow the sampling error of the counts: the committed shop has about 2,000 order lines a category, the
larger one about 35,000.
"""

import numpy as np
import pandas as pd
import pytest

from invopt.sample import ShopSpec, generate

SIZES = {"sample": ShopSpec(), "large": ShopSpec(skus=3000, seed=5)}


@pytest.fixture(scope="module", params=SIZES)
def shop(request):
    spec = SIZES[request.param]
    tables, truth = generate(spec)
    lines = tables["order_line"].merge(tables["product"][["sku_id", "category_id"]], on="sku_id")
    local = lines["ordered_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/London").dt.tz_localize(None)
    lines["day"] = local.dt.normalize()
    lines["weekday"] = lines["day"].dt.day_of_week
    lines["period_start"] = lines["day"] - pd.to_timedelta(lines["weekday"], unit="D")
    return request.param, spec, tables, truth, lines


def weekly_counts(truth, lines):
    """Order lines a category and week beside the true index, and whether a promotion ran."""
    counts = lines.groupby(["category_id", "period_start"]).size().rename("lines").reset_index()
    weeks = truth.yearly_index.merge(counts, how="left").fillna({"lines": 0})
    weeks["promoted"] = False
    for row in truth.promotion.itertuples():
        whose = True if pd.isna(row.category_id) else weeks["category_id"] == row.category_id
        weeks.loc[whose & weeks["period_start"].between(row.starts_on, row.ends_on), "promoted"] = True
    return weeks


def test_weekly_profile(shop):
    """Each share within five standard errors."""
    _, _, _, truth, lines = shop
    counts = lines.groupby(["category_id", "weekday"]).size().rename("lines").reset_index()
    total = counts.groupby("category_id")["lines"].transform("sum")
    both = counts.assign(seen=counts["lines"] / total, total=total).merge(truth.weekly_profile)
    error = np.sqrt(both["share"] * (1 - both["share"]) / both["total"])
    assert len(both) == 56
    assert ((both["seen"] - both["share"]).abs() < 5 * error).all()


def test_yearly_seasonality(shop):
    """The index by month without promoted weeks: mean absolute error a category under 0.12 (0.06 large)."""
    size, _, _, truth, lines = shop
    weeks = weekly_counts(truth, lines).query("not promoted")
    months = weeks.groupby(["category_id", weeks["period_start"].dt.month])[["lines", "index"]].mean()
    months /= months.groupby("category_id").transform("mean")
    miss = (months["lines"] - months["index"]).abs().groupby("category_id").mean()
    assert miss.max() < (0.06 if size == "large" else 0.12)


def test_promotion_uplift(shop):
    """Lines in promoted weeks over what the four weeks around lead to expect: within 8% of the truth."""
    _, _, _, truth, lines = shop
    weeks = weekly_counts(truth, lines)
    seen = expected = 0.0
    month = pd.Timedelta(days=28)
    for row in truth.promotion.itertuples():
        whose = weeks["category_id"].unique() if pd.isna(row.category_id) else [row.category_id]
        for category in whose:
            own = weeks[weeks["category_id"] == category]
            inside = own[own["period_start"].between(row.starts_on, row.ends_on)]
            around = own[~own["promoted"] & own["period_start"].between(row.starts_on - month, row.ends_on + month)]
            if len(inside) and len(around):
                level = around["lines"].sum() / around["index"].sum()
                seen += inside["lines"].sum()
                expected += level * inside["index"].sum() * row.uplift
    assert seen / expected == pytest.approx(1.0, abs=0.08)


def test_lead_times(shop):
    """Median and log scale a supplier, from orders old enough to have arrived and not placed in a shutdown.

    A SKU's own factor (8%) and rounding to days widen the scale a little: bounds are 12% or four standard
    errors on the median, 0.06 or four standard errors on the scale.
    """
    _, spec, tables, truth, _ = shop
    key = ["purchase_order_id", "purchase_order_line_id"]
    arrived = tables["receipt"].groupby(key)["received_on"].min().rename("arrived_on").reset_index()
    orders = tables["purchase_order_line"].merge(arrived, how="left", validate="one_to_one")
    for spell in tables["supplier_closure"].itertuples():
        closed = orders["ordered_on"].between(spell.starts_on, spell.ends_on)
        orders = orders[~(closed & (orders["supplier_id"] == spell.supplier_id))]
    orders = orders[orders["ordered_on"] < pd.Timestamp(spec.as_of) - pd.Timedelta(days=180)]
    assert orders["arrived_on"].notna().all()
    log_days = np.log((orders["arrived_on"] - orders["ordered_on"]).dt.days)
    seen = log_days.groupby(orders["supplier_id"]).agg(["mean", "std", "size"]).query("size >= 8")
    both = seen.join(truth.lead_time.set_index("supplier_id"))
    assert len(both) >= 12
    error = both["log_scale"] / np.sqrt(both["size"])
    miss = (both["mean"] - np.log(both["median_days"])).abs()
    assert (miss < np.maximum(0.12, 4 * error)).all()
    assert ((both["std"] - both["log_scale"]).abs() < np.maximum(0.06, 4 * error)).all()


def test_return_shares(shop):
    """Share of shipped lines that came back: each category within four standard errors, SKUs included."""
    _, spec, tables, truth, lines = shop
    old = lines["day"] < pd.Timestamp(spec.as_of) - pd.Timedelta(days=60)
    sold = lines[(lines["order_state"] == "shipped") & old]
    back = tables["return_line"][["order_id", "order_line_id", "returned_units"]]
    both = sold.merge(back, on=["order_id", "order_line_id"], how="left", validate="one_to_one")
    seen = both.groupby("category_id")["returned_units"].agg(share_seen=lambda units: units.notna().mean())
    both_shares = seen.join(truth.return_share.set_index("category_id"))
    weight = both.groupby(["category_id", "sku_id"]).size()
    total = weight.groupby("category_id").sum()
    # A SKU's own share differs by 20%: the category's moves with the SKUs that happen to sell most.
    spread = np.sqrt((weight**2).groupby("category_id").sum()) / total
    share = both_shares["share"]
    error = np.sqrt(share * (1 - share) / total + (0.2 * share * spread) ** 2)
    assert ((both_shares["share_seen"] - share).abs() < 4 * error).all()


def test_transit_times(shop):
    """Mean working days from scan to door, each service on the mainland: within 8%."""
    _, _, tables, truth, _ = shop
    events = tables["tracking_event"].query("to_country == 'GB'")
    remote = events["to_postcode"].str[:2].isin(["AB", "IV", "BT", "TR"])
    moments = events[~remote].pivot_table(
        index=["carrier_id", "service_id", "tracking_number"], columns="event_code", values="happened_at",
        aggfunc="min", observed=True,
    )  # fmt: skip
    # Parcels of the last weeks are left out: only the quick ones of them have arrived.
    moments = moments[moments["in_transit"] < moments["in_transit"].max() - pd.Timedelta(days=25)]
    if "failed" in moments:
        moments = moments[moments["failed"].isna()]
    done = moments.dropna(subset=["in_transit", "delivered"])
    closed = ["2025-12-25", "2025-12-26", "2026-01-01"]
    days = np.busday_count(
        done["in_transit"].to_numpy().astype("datetime64[D]"),
        done["delivered"].to_numpy().astype("datetime64[D]"),
        holidays=closed,
    )
    services = pd.Series(days, index=done.index).groupby(["carrier_id", "service_id"]).agg(["mean", "size"])
    mainland = truth.transit.query("zone == 'MAINLAND'").set_index(["carrier_id", "service_id"])
    expected = mainland["least_days"] + mainland["late_chance"] / (1 - mainland["late_chance"])
    both = services.join(expected.rename("expected")).query("size >= 40")
    assert len(both) >= 4
    assert (both["mean"] / both["expected"] - 1).abs().max() < 0.08
