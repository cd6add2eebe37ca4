"""Shares by channel, reason and what else stands behind a return; scored forecasts; clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from invopt.returns import (
    ReturnHistory,
    expected_over,
    fit_returns,
    reason_clusters,
    return_margins,
    return_shares,
    score_returns,
    shares_by,
)
from invopt.settings import Returns
from invopt.tables import DISPOSAL, RETURN_LINE, RETURN_RATE, check, empty
from tests.unit.returns.frames import AS_OF, products, returns

CHANNEL_SHARE = {"shop": 0.1, "market": 0.4}
REASON_SHARE = {"size_or_fit": 0.7, "defective": 0.3}


@pytest.fixture(scope="module")
def history() -> ReturnHistory:
    """Six SKUs in two channels over 300 days; returns as expected, ten days after delivery."""
    rng = np.random.default_rng(3)
    days = AS_OF - np.arange(1, 301)
    sold, back = [], []
    for sku in (f"S{n}" for n in range(6)):
        for channel, share in CHANNEL_SHARE.items():
            units = rng.poisson(8.0, len(days)).astype(float)
            came = rng.binomial(units.astype(int), share)
            seen = (AS_OF - days).astype(int) > 10
            sold.append(pd.DataFrame({"sku_id": sku, "location_id": "L", "channel": channel, "clock_on": days,
                                      "sold_units": units, "returned_units": np.where(seen, came, 0.0)}))  # fmt: skip
            own = came
            for reason, part in REASON_SHARE.items():
                own = rng.binomial(came, part) if reason == "size_or_fit" else came - own
                rows = pd.DataFrame({"sku_id": sku, "location_id": "L", "channel": channel, "clock_on": days,
                                     "return_reason": reason, "lag_days": 10, "units": own * 1.0,
                                     "squared_units": own * 1.0})  # fmt: skip
                back.append(rows)
    returned = pd.concat(back)
    known = (returned["clock_on"].to_numpy(dtype="datetime64[D]") + 10 < AS_OF) & (returned["units"] > 0).to_numpy()
    frames = [pd.concat(sold, ignore_index=True), returned[known].reset_index(drop=True)]
    frames = [frame.assign(clock_on=frame["clock_on"].astype("datetime64[us]")) for frame in frames]
    return ReturnHistory(frames[0], frames[1], 0.0, 0.0)


GOODS = products(*({"sku_id": f"S{n}"} for n in range(6)))


def test_the_shares_of_channel_and_reason_are_found_and_add_up(history: ReturnHistory) -> None:
    model = fit_returns(history, empty(RETURN_LINE), GOODS, Returns(), AS_OF)
    assert model.channels is not None
    for channel, share in CHANNEL_SHARE.items():
        own = model.channels.loc[model.channels["channel"] == channel, "return_share"]
        assert np.allclose(own, share, atol=0.02)
    shares = return_shares(model, history, GOODS, Returns())
    total = shares.groupby(["sku_id", "channel"])["return_share"].sum()
    known = model.channels.set_index(["sku_id", "channel"])["return_share"]
    assert np.allclose(total, known.reindex(total.index))
    mix = shares.groupby("return_reason")["return_share"].sum() / shares["return_share"].sum()
    assert abs(mix["size_or_fit"] - 0.7) < 0.04


def test_what_a_channel_sends_back_is_expected_of_its_sales(history: ReturnHistory) -> None:
    """The last ten days' sales of the market are to send back 40%, those of the shop 10%."""
    model = fit_returns(history, empty(RETURN_LINE), GOODS, Returns(), AS_OF)
    model = model._replace(rates=model.rates.assign(resaleable_share=1.0))
    asked = pd.DataFrame({"sku_id": [f"S{n}" for n in range(6)], "location_id": "L", "first_on": AS_OF,
                          "end_on": AS_OF + 30})  # fmt: skip
    found = expected_over(model, history, asked, AS_OF)["mean_units"].sum()
    sold = history.sold
    lately = sold[sold["clock_on"].to_numpy(dtype="datetime64[D]") >= AS_OF - 10]
    true = (lately["sold_units"] * lately["channel"].map(CHANNEL_SHARE)).sum()
    assert abs(found / true - 1) < 0.1


def test_past_forecasts_are_scored_and_calibrated(history: ReturnHistory) -> None:
    found = score_returns(history, GOODS, Returns(), AS_OF, origins=3)
    assert found["forecast_on"].is_monotonic_decreasing
    assert (found["squared_error"] < found["squared_error_nothing"]).all()
    assert np.allclose(found["expected_units"] / found["actual_units"], 1.0, atol=0.15)
    origin = AS_OF - 84
    came_on = history.returned["clock_on"].to_numpy(dtype="datetime64[D]") + 10
    poisoned = history.returned["units"].where(came_on < origin, history.returned["units"] * 9)
    other = score_returns(history._replace(returned=history.returned.assign(units=poisoned)), GOODS, Returns(), AS_OF)
    # Of the first origin all that changed lies after it: the forecast does not move.
    assert other["expected_units"].iloc[2] == found["expected_units"].iloc[2]


def test_a_lot_and_a_carrier_stand_out_by_more_than_chance() -> None:
    counts = pd.DataFrame(
        [("lot", "A|1", "A", 100.0, 30.0), ("lot", "A|2", "A", 100.0, 4.0), ("lot", "A|3", "A", 100.0, 6.0),
         ("lot", "B|1", "B", 10.0, 4.0), ("carrier", "X", None, 1000.0, 50.0), ("carrier", "Y", None, 1000.0, 60.0)],
        columns=["dimension", "name", "sku_id", "sold_units", "returned_units"],
    )  # fmt: skip
    found = shares_by(counts.assign(lines=1)).set_index("name")
    assert found.index[found["stands_out"]].tolist() == ["A|1"]
    assert found.loc["A|1", "usual_share"] == pytest.approx(0.05)
    assert found.loc["A|1", "return_share"] < 0.30  # shrunk to its peers


def test_margin_after_returns_counts_what_the_goods_were_worth() -> None:
    rates = pd.DataFrame(
        {"sku_id": ["A"], "return_share": 0.2, "resaleable_share": 0.5, "mean_lag_days": 9.0, "sold_units": 10.0,
         "returned_units": 2.0, "is_assumed": False, "reason": ""}
    )  # fmt: skip
    lines = returns({"return_id": "r", "order_id": "o"}, {"return_id": "s", "order_id": "o"})
    settings = Returns(restock_minor=100)
    row = return_margins(lines, check(rates, RETURN_RATE), products(), settings).iloc[0]
    # 10 sold at 1000 that cost 400; 2 came back: 100 of work each, half of them lost.
    assert (row["margin_before_minor"], row["cost_minor"], row["margin_after_minor"]) == (6000, 600, 8 * 600 - 600)
    gone = pd.DataFrame(
        {"return_id": ["r"], "return_line_id": "1", "sku_id": "A", "location_id": "L", "disposed_units": 1.0,
         "disposition": "scrap", "worth_minor": 40, "currency": "GBP", "reason": ""}
    )  # fmt: skip
    row = return_margins(lines, check(rates, RETURN_RATE), products(), settings, check(gone, DISPOSAL)).iloc[0]
    assert row["cost_minor"] == 200 + (400 - 40) + 200


def test_skus_that_come_back_for_one_reason_make_a_cluster() -> None:
    lines = returns(
        *({"return_id": f"{sku}{n}", "order_id": "o", "sku_id": sku, "return_reason": "size_or_fit"}
          for sku in "ABC" for n in range(3)),
        *({"return_id": f"D{n}", "order_id": "o", "sku_id": "D", "return_reason": "defective"} for n in range(9)),
        {"return_id": "x", "order_id": "o", "sku_id": "A", "return_reason": "late"},
    )  # fmt: skip
    goods = products(*({"sku_id": sku} for sku in "ABCD"))
    found = reason_clusters(lines, goods, Returns(cluster_skus=3))
    assert found[["category_id", "return_reason", "skus", "returned_units"]].to_numpy().tolist() == [
        ["toys", "size_or_fit", 3, 9.0]
    ]
    assert found.loc[0, "reason_share"] == pytest.approx(0.9)
