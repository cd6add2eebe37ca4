"""Demand as customers wanted it: recovered from stockouts that it caused itself, free of the absurd."""

import numpy as np
import pytest

from invopt.demand import REASONS, capped_outliers, clean_demand, order_size, recovered_demand
from invopt.errors import TableError


def sold_out(rng, days, rate, busyness, stock):
    """A shop that opens with `stock` units a day: demand, sales, and the share of the day without stock."""
    demand = rng.poisson(rate * rng.gamma(1 / busyness, busyness, days))
    sales, out = np.minimum(demand, stock).astype(float), np.zeros(days)
    for day in np.flatnonzero(demand >= stock):
        out[day] = 1.0 - np.sort(rng.uniform(size=demand[day]))[stock - 1]
    return demand.astype(float), sales, out


def test_recovered_demand_is_nearly_unbiased_where_sales_and_masking_are_not():
    rng = np.random.default_rng(8)
    shops = [sold_out(rng, 90, 12.0, 0.3, 13) for _ in range(60)]
    truth, sales, out = (np.array(part) for part in zip(*shops, strict=True))
    recovered, level = recovered_demand(sales, out)
    masked = np.where(out > 0, np.nan, sales)
    bias = {name: abs(np.nanmean(x) / truth.mean() - 1) for name, x in
            (("sales", sales), ("masked", masked), ("recovered", recovered))}  # fmt: skip
    assert bias["recovered"] < 0.25 * min(bias["sales"], bias["masked"])
    assert np.nanmean(level) == pytest.approx(truth.mean(), rel=0.05)


def bulk_orders(rng, weeks, orders_a_week, level):
    """Weeks of few large orders, each taken whole even where it empties the shelf; a delivery every other week."""
    units, lines, out = np.zeros(weeks), np.zeros(weeks), np.zeros(weeks)
    wanted, stock = np.zeros(weeks), 0.0
    for day in range(7 * weeks):
        stock = level if day % 14 == 0 else stock
        gone = 1.0 if stock <= 0 else 0.0
        for moment in np.sort(rng.random(rng.poisson(orders_a_week / 7))):
            size = max(1, round(3 * np.exp(rng.normal(-0.5, 1.0))))
            wanted[day // 7] += size
            if stock > 0:
                units[day // 7] += size
                lines[day // 7] += 1
                stock -= size
                gone = 1.0 - moment if stock <= 0 else gone
        out[day // 7] += gone / 7
    return wanted, units, lines, out


def test_bulk_orders_that_empty_the_shelf_do_not_make_their_weeks_busy():
    rng = np.random.default_rng(21)
    shops = [bulk_orders(rng, 60, 3.0, 13) for _ in range(80)]
    wanted, units, lines, out = (np.array(part) for part in zip(*shops, strict=True))
    _, by_units = recovered_demand(units, out)
    _, by_orders = recovered_demand(units, out, orders_of=order_size(units, lines))
    assert np.mean(by_units) > 1.15 * wanted.mean()  # why the size of orders has to be known
    assert np.mean(by_orders) == pytest.approx(wanted.mean(), rel=0.04)
    assert np.mean(by_orders) > 1.1 * units.mean()


def test_the_size_of_orders_is_found_from_sums():
    rng = np.random.default_rng(22)
    size = rng.choice([1.0, 12.0], (1, 4000), p=[0.8, 0.2])
    lines = np.ones((1, 4000))
    assert order_size(size, lines)[0] == pytest.approx((0.8 + 0.2 * 144) / (0.8 + 2.4), rel=0.05)
    assert order_size(np.zeros((1, 3)), np.zeros((1, 3)))[0] == 0.0


def test_a_day_without_any_stock_is_unknown():
    recovered, _ = recovered_demand(np.array([[5.0, 0.0, 5.0]]), np.array([[0.0, 1.0, 0.0]]))
    assert np.isnan(recovered[0, 1])


def test_a_peak_that_lasts_or_returns_is_no_outlier():
    steady = np.full(104, 5.0) + np.arange(104) % 3
    lasting, alone = steady.copy(), steady.copy()
    lasting[50:53] = 200.0
    alone[50] = 200.0
    both = np.stack([lasting, alone])
    capped = capped_outliers(both, 6.0)
    assert np.all(capped[0] == lasting)
    assert capped[1, 50] < 40.0
    returning = steady.copy()
    returning[[20, 72]] = 200.0
    assert np.all(capped_outliers(returning[None, :], 6.0, season_length=52) == returning)


def test_every_change_has_its_reason_and_nothing_else_changes():
    observed = np.array([[0.0, 0.0] + [4.0, 5.0, 6.0] * 4 + [900.0, 3.0, 0.0, 5.0]])
    out = np.zeros_like(observed)
    out[0, -3], out[0, -2] = 0.4, 1.0
    clean = clean_demand(observed, outlier_multiple=6.0, out_of_stock_share=out)
    named = [REASONS[code] for code in clean.reason[0]]
    assert named[:2] == ["before first sale"] * 2
    assert named[-4:] == ["outlier", "partly out of stock", "out of stock", "as observed"]
    untouched = clean.reason[0] == 0
    np.testing.assert_array_equal(clean.demand[0, untouched], observed[0, untouched])
    assert np.isnan(clean.demand[0, 0])


def test_a_bound_of_unknown_share_stays_a_bound():
    censored = np.array([[False, True, False]])
    clean = clean_demand(np.array([[2.0, 3.0, 2.0]]), outlier_multiple=6.0, is_censored=censored)
    np.testing.assert_array_equal(clean.censored, censored)
    assert clean.demand[0, 1] == 3.0


def test_negative_demand_names_its_row():
    with pytest.raises(TableError, match="first rows: 1"):
        clean_demand(np.array([[1.0], [-2.0]]), outlier_multiple=6.0)
