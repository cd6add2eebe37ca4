"""Lists of the summary page whose figures are worked out there: value added, promises, returns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from invopt.report.figures import morning_figures, promise_record
from invopt.report.sections import all_lists
from invopt.report.sentences import leads
from invopt.report.words import Words
from invopt.tables import TABLES
from tests.unit.report.shop import empty_night, frame, night
from tests.unit.report.test_summary_page import plan_of


def delivered(kept: int, of: int, carrier: str) -> pd.DataFrame:
    """Parcels of a carrier promised for the fifth, `kept` of them on time and the others a day late."""
    days = ["2026-03-05 18:00" if number < kept else "2026-03-06 09:00" for number in range(of)]
    return frame(
        TABLES["shipment"], tracking_number=[f"{carrier}{number}" for number in range(of)], carrier_id=carrier,
        service_id="48h", tracking_status="delivered", problem="", next_step="",
        delivered_at=pd.to_datetime(pd.Series(days)).astype("datetime64[us]"),
        last_event_at=pd.Timestamp("2026-03-06 12:00"), promised_on=pd.Timestamp("2026-03-05"),
    )  # fmt: skip


def test_value_added_compares_the_very_same_forecasts() -> None:
    shop = plan_of(night(24))
    rows = all_lists(shop, {})["value_added"].frame
    assert rows["demand_class"].tolist() == ["all", "lumpy", "smooth"]  # all first
    assert rows["added"].round(6).tolist() == [0.28, -0.05, 0.19]
    text = leads(morning_figures(shop), Words("en_GB"))["forecast"]
    assert "missed by 28% of demand less" in text
    assert "52% against 80%" in text


def test_a_combination_that_loses_says_so() -> None:
    tables = night(24)
    tables["forecast_score"]["combination_wape"] = 0.9
    text = leads(morning_figures(plan_of(tables)), Words("en_GB"))["forecast"]
    assert "10% of demand more than last year's same weeks" in text


def test_without_past_forecasts_nothing_is_claimed() -> None:
    shop = plan_of(empty_night())
    lists = all_lists(shop, {})
    assert not len(lists["value_added"])
    assert not len(lists["methods"])
    assert leads(morning_figures(shop), Words("en_GB"))["forecast"] == "No past forecast could be scored yet."


def test_promises_have_the_interval_of_wilson() -> None:
    """Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 gives 0.2553 to 0.3662 at 95%; here 90%."""
    found = promise_record(delivered(81, 263, "A"), 0.9).iloc[0]
    assert found["kept_share"] == pytest.approx(81 / 263)
    z = 1.6448536
    centre = (81 + z * z / 2) / (263 + z * z)
    half = z * np.sqrt(263) / (263 + z * z) * np.sqrt(81 / 263 * (1 - 81 / 263) + z * z / (4 * 263))
    assert (found["kept_low"], found["kept_high"]) == pytest.approx((centre - half, centre + half))
    assert found["early_days"] == pytest.approx(-(263 - 81) / 263)
    certain = promise_record(delivered(3, 3, "B"), 0.9).iloc[0]
    assert certain["kept_low"] < 0.7  # three of three prove little
    assert certain["kept_high"] == pytest.approx(1.0)


def test_a_carrier_is_judged_only_where_its_parcels_tell() -> None:
    tables = empty_night()
    tables["shipment"] = pd.concat(
        [delivered(50, 100, "LATE"), delivered(200, 200, "EARLY"), delivered(90, 100, "RIGHT"), delivered(2, 3, "FEW")]
    )
    rows = all_lists(plan_of(tables), {})["carriers"].frame.set_index("carrier")["verdict"]
    assert rows.to_dict() == {
        "LATE 48h": "promises too early", "EARLY 48h": "could promise sooner", "RIGHT 48h": "as wanted",
        "FEW 48h": "as wanted",
    }  # fmt: skip


def test_return_rates_are_weighted_by_what_was_sold() -> None:
    shop = plan_of(night(40))
    rows = all_lists(shop, {})["return_rates"].frame
    rates = shop.table("return_rate")
    assert rows["sold_units"].sum() == rates["sold_units"].sum()
    expected = (rates["return_share"] * rates["sold_units"]).sum() / rates["sold_units"].sum()
    assert (rows["return_share"] * rows["sold_units"]).sum() / rows["sold_units"].sum() == pytest.approx(expected)
