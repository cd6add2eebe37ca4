from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from invopt.returns import expected_over, expected_returns, fit_returns, return_history
from invopt.returns.lag import fit_lags
from invopt.settings import Returns
from invopt.tables import SHIPMENT, empty
from tests.unit.returns.frames import AS_OF, products, returns, sales, shipments

SHARES = {"dress": 0.40, "mug": 0.05}


def shop(seed: int = 1, days: int = 200, orders: int = 6_000) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Orders over `days` until AS_OF; dresses and mugs come back with known shares and a geometric lag."""
    rng = np.random.default_rng(seed)
    age = rng.integers(1, days, orders)
    sku = rng.integers(0, 20, orders)
    category = np.where(sku < 10, "dress", "mug")
    comes_back = rng.random(orders) < np.array([SHARES[name] for name in category])
    lag = 5 + rng.geometric(0.1, orders)
    ordered = AS_OF - age
    received = ordered + lag
    seen = comes_back & (received < AS_OF)
    sold = sales(
        *(
            {"order_id": str(n), "sku_id": f"S{sku[n]:02d}", "ordered_at": pd.Timestamp(ordered[n])}
            for n in range(orders)
        )
    )
    back = returns(
        *(
            {"return_id": str(n), "order_id": str(n), "sku_id": f"S{sku[n]:02d}",
             "requested_on": pd.Timestamp(ordered[n] + 4), "received_on": pd.Timestamp(received[n]),
             "received_units": 1, "location_id": "L1", "grade": "as_new" if n % 4 else "damaged"}
            for n in np.flatnonzero(seen)
        )
    )  # fmt: skip
    goods = products(*({"sku_id": f"S{n:02d}", "category_id": "dress" if n < 10 else "mug"} for n in range(20)))
    return sold, back, goods


@pytest.fixture(scope="module")
def fitted() -> tuple[object, object]:
    sold, back, goods = shop()
    settings = Returns(maximum_lag_days=90)
    history = return_history(sold, back, empty(SHIPMENT), settings, AS_OF, "L1")
    return fit_returns(history, back, goods, settings, AS_OF), history


def test_the_shares_it_was_made_from_are_found(fitted: tuple[object, object]) -> None:
    rates = fitted[0].rates.set_index("sku_id")
    for category, skus in (("dress", range(10)), ("mug", range(10, 20))):
        share = rates.loc[[f"S{n:02d}" for n in skus], "return_share"]
        assert share.mean() == pytest.approx(SHARES[category], abs=0.02)
    assert rates["mean_lag_days"].mean() == pytest.approx(15, abs=1.0)
    assert rates["resaleable_share"].mean() == pytest.approx(0.75, abs=0.04)
    assert not rates["is_assumed"].any()


def test_recent_sales_do_not_pull_the_share_down() -> None:
    """Most sales are too young to have come back: returned / sold is far too low, the model is not."""
    sold, back, goods = shop(2, days=25, orders=4_000)
    settings = Returns(maximum_lag_days=60)
    history = return_history(sold, back, empty(SHIPMENT), settings, AS_OF, "L1")
    rates = fit_returns(history, back, goods, settings, AS_OF).rates.set_index("sku_id")
    dresses = rates.loc[[f"S{n:02d}" for n in range(10)]]
    naive = dresses["returned_units"].sum() / dresses["sold_units"].sum()
    assert naive < 0.25
    assert dresses["return_share"].mean() > 1.3 * naive


def test_what_is_expected_comes(fitted: tuple[object, object]) -> None:
    """Returns of sales before AS_OF that arrive after it, in the world that made the history."""
    rng = np.random.default_rng(1)
    age, sku = rng.integers(1, 200, 6_000), rng.integers(0, 20, 6_000)
    comes_back = rng.random(6_000) < np.where(sku < 10, SHARES["dress"], SHARES["mug"])
    lag = 5 + rng.geometric(0.1, 6_000)
    actual = float((comes_back & (lag >= age)).sum())
    model, history = fitted
    found = expected_returns(model, history, AS_OF + 7 * np.arange(13), AS_OF + 91, AS_OF)
    spread = float(np.sqrt(found["variance_units2"].sum()))
    mean = found["mean_units"].sum() / model.rates["resaleable_share"].mean()
    assert abs(mean - actual) < 4 * spread / 0.75


def test_an_interval_is_the_sum_of_its_means_and_less_than_the_sum_of_its_variances(
    fitted: tuple[object, object],
) -> None:
    model, history = fitted
    days = expected_returns(model, history, AS_OF + np.arange(30), AS_OF + 30, AS_OF)
    one = days[days["sku_id"] == "S01"]
    interval = pd.DataFrame([{"sku_id": "S01", "location_id": "L1", "first_on": AS_OF, "end_on": AS_OF + 30}])
    total = expected_over(model, history, interval, AS_OF)
    assert total["mean_units"].item() == pytest.approx(one["mean_units"].sum())
    assert 0 < total["variance_units2"].item() < one["variance_units2"].sum()


def test_splitting_by_location_keeps_the_total() -> None:
    sold, back, goods = shop(3, orders=500)
    settings = Returns(maximum_lag_days=60)
    both = sold.assign(location_id=np.where(np.arange(len(sold)) % 2, "L1", "L2"))
    totals = []
    for lines in (sold, both):
        history = return_history(lines, back, empty(SHIPMENT), settings, AS_OF, "L1")
        model = fit_returns(history, back, goods, settings, AS_OF)
        totals.append(expected_returns(model, history, np.array([AS_OF]), AS_OF + 60, AS_OF)["mean_units"].sum())
    assert totals[0] == pytest.approx(totals[1])


def test_nothing_after_the_as_of_day_is_looked_at() -> None:
    sold, back, goods = shop(4, orders=800)
    settings = Returns(maximum_lag_days=60)
    early = AS_OF - 40
    cut_sold = sold[sold["ordered_at"] < pd.Timestamp(early)]
    cut_back = back[back["received_on"] < pd.Timestamp(early)]
    models = []
    for lines, came in ((sold, back), (cut_sold, cut_back)):
        history = return_history(lines, came, empty(SHIPMENT), settings, early, "L1")
        models.append(fit_returns(history, came, goods, settings, early))
    pd.testing.assert_frame_equal(models[0].rates, models[1].rates)
    np.testing.assert_array_equal(models[0].lag, models[1].lag)


def test_without_returns_the_settings_are_used_and_it_says_so() -> None:
    sold = sales({"order_id": "o"})
    settings = Returns(assumed_return_share=0.1)
    history = return_history(sold, returns(), empty(SHIPMENT), settings, AS_OF, "L1")
    rates = fit_returns(history, returns(), products(), settings, AS_OF).rates
    assert rates[["return_share", "is_assumed"]].to_numpy().tolist() == [[0.1, True]]


def test_same_day_is_a_cancellation_and_a_foreign_return_is_counted() -> None:
    sold = sales({"order_id": "o", "ordered_units": 5}, {"order_id": "p"})
    back = returns(
        {"return_id": "a", "order_id": "o", "returned_units": 2, "requested_on": pd.Timestamp("2026-03-01"),
         "received_on": pd.Timestamp("2026-03-01")},
        {"return_id": "b", "order_id": "o", "order_line_id": None, "received_on": pd.Timestamp("2026-03-12")},
        {"return_id": "c", "order_id": "elsewhere", "received_on": pd.Timestamp("2026-03-12")},
    )  # fmt: skip
    history = return_history(sold, back, empty(SHIPMENT), Returns(), AS_OF, "L1")
    assert history.sold["sold_units"].sum() == 4.0
    assert history.returned[["lag_days", "units"]].to_numpy().tolist() == [[11, 1.0]]
    assert history.unmatched_units == 1.0


def test_the_clock_starts_with_a_tracked_delivery() -> None:
    sold = sales({"order_id": "o"})
    back = returns({"return_id": "a", "order_id": "o", "received_on": pd.Timestamp("2026-03-12")})
    history = return_history(sold, back, shipments(("o", "2026-03-06")), Returns(), AS_OF, "L1")
    assert history.returned["lag_days"].tolist() == [6]
    assert history.delay_days == 5.0


def test_censored_units_count_only_for_the_days_they_were_watched() -> None:
    """Two cohorts: 100 units watched for 3 days, 100 for 1; by hand 10/200, then 9/90."""
    zeros = np.zeros(2, dtype=np.int64)
    fit = fit_lags(
        zeros, np.array([2, 0]), np.array([100.0, 100.0]), np.zeros(3, dtype=np.int64), np.array([2, 0, 2]),
        np.array([0, 0, 1]), np.array([5.0, 5.0, 9.5]), 1, 2,
    )  # fmt: skip
    first = 10 / 200
    second = 9.5 / 95
    assert fit.share[0] == pytest.approx(1 - (1 - first) * (1 - second))
    assert fit.lag[0].tolist() == pytest.approx([first / fit.share[0], (1 - first) * second / fit.share[0], 0.0])
