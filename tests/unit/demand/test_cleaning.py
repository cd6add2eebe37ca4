"""Demand as customers wanted it: recovered from stockouts that it caused itself, free of the absurd."""

import numpy as np
import pytest

from invopt.demand import REASONS, capped_outliers, clean_demand, recovered_demand
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
