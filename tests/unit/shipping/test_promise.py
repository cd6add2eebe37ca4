"""Promises: cut-offs, working days, transit learnt from tracking, and options to choose from."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from invopt.errors import SettingsError
from invopt.settings import Shipping
from invopt.shipping.choice import choose_service, delivery_options
from invopt.shipping.promise import offers, ship_dates
from invopt.shipping.promise_score import promise_calibration, promise_scores
from invopt.shipping.rates import quote
from invopt.shipping.transit import (
    HORIZON,
    conformal_share,
    fit_transit,
    read_history,
    transit_times,
)
from invopt.tables import TRACKING_EVENT, TRANSIT_TIME, check
from tests.unit.shipping.frames import DAY, frame, locations, parcel, rates, services, surcharges, zones

ZONE = "Europe/London"


def trips(
    count: int, seed: int = 1, *, mean_extra: float = 1.2, weeks: int = 16, still_open: bool = False
) -> pd.DataFrame:
    """Events of parcels that take one day and a Poisson number more, from a Thursday on."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        left = pd.Timestamp("2025-11-06 15:00") + pd.Timedelta(days=int(rng.integers(0, weeks * 7)))
        arrived = left.normalize() + pd.Timedelta(days=1 + int(rng.poisson(mean_extra)), hours=12)
        trip = {"tracking_number": f"T{number:05}", "carrier_id": "POST", "service_id": "48",
                "from_location_id": "LEEDS", "to_country": "GB", "to_postcode": ("LS1 1AA", "SW1 1AA")[number % 2],
                "promised_on": left.normalize() + pd.Timedelta(days=3)}  # fmt: skip
        rows.append(trip | {"event_code": "collected", "happened_at": left})
        if not still_open or arrived < pd.Timestamp("2026-02-01"):
            rows.append(trip | {"event_code": "delivered", "happened_at": arrived})
    return frame(TRACKING_EVENT, rows)


@pytest.mark.parametrize(
    ("released", "leaves"),
    [
        ("2026-03-02 14:59", "2026-03-02"),
        ("2026-03-02 15:00", "2026-03-03"),
        ("2026-03-06 16:00", "2026-03-09"),  # Friday after the cut-off: Monday
        ("2026-03-07 09:00", "2026-03-09"),  # Saturday
        ("2026-04-02 16:00", "2026-04-06"),  # Good Friday; Easter Monday is none in Scotland, so not for GB
        ("2026-07-01 14:30", "2026-07-02"),  # 15:30 in summer time
    ],
)
def test_cut_off_and_working_days(released: str, leaves: str) -> None:
    found = ship_dates(locations({}), dt.datetime.fromisoformat(released), Shipping(), ZONE, "GB")
    assert found == {"LEEDS": dt.date.fromisoformat(leaves)}


def test_a_cut_off_that_is_no_time_is_named() -> None:
    with pytest.raises(SettingsError, match="cut-off time '3pm'"):
        ship_dates(locations({"cut_off_time": "3pm"}), dt.datetime(2026, 3, 2), Shipping(), ZONE, "GB")


def offered(transit: pd.DataFrame, *, on: dt.date = dt.date(2026, 3, 2), **service: object) -> pd.DataFrame:
    """The offers for one parcel with one service."""
    table = services(service)
    empty = surcharges({"cause": "peak"}).iloc[:0]
    quotes = quote(parcel(), table, zones(("POST", "", "UK")), rates({}), empty, DAY, currency="GBP")
    return offers(quotes, parcel(), table, transit, {"LEEDS": on}, Shipping())


def lane(lane_name: str, weekday: int, median: float, promise: float) -> dict[str, object]:
    return {"carrier_id": "POST", "service_id": "48", "lane": lane_name, "weekday": weekday, "median_days": median,
            "promise_days": promise, "observations": 50, "on_time_share": 0.93, "reason": "lane"}  # fmt: skip


def test_the_finest_known_lane_of_the_weekday_counts() -> None:
    known = frame(TRANSIT_TIME, [lane("*", 0, 4, 9), lane("LEEDS>GB", 0, 3, 7), lane("LEEDS>GB-LS", 0, 1, 2),
                                 lane("LEEDS>GB-LS", 1, 5, 6)])  # fmt: skip
    row = offered(known).iloc[0]
    assert (str(row["likely_on"].date()), str(row["promise_on"].date())) == ("2026-03-03", "2026-03-04")
    assert not row["is_transit_assumed"]
    coarse = offered(known[known["lane"] != "LEEDS>GB-LS"]).iloc[0]
    assert str(coarse["promise_on"].date()) == "2026-03-09"


def test_without_history_the_stated_days_count_as_working_days_with_a_margin() -> None:
    none = frame(TRANSIT_TIME, [lane("*", 0, 4, 9)]).iloc[:0]
    row = offered(none, on=dt.date(2026, 4, 1), stated_transit_days=2).iloc[0]
    # Wednesday + 2 working days over Good Friday, + 2 for the promise.
    assert (str(row["likely_on"].date()), str(row["promise_on"].date())) == ("2026-04-06", "2026-04-08")
    assert row["is_transit_assumed"]
    assert "stated by the carrier" in row["transit_reason"]


def test_a_holiday_on_the_way_adds_a_day() -> None:
    known = frame(TRANSIT_TIME, [lane("*", 2, 1, 3)])
    row = offered(known, on=dt.date(2026, 4, 1)).iloc[0]
    assert str(row["promise_on"].date()) == "2026-04-05"


def test_open_parcels_make_a_lane_slower_not_faster() -> None:
    as_of = pd.Timestamp("2026-02-01")
    complete = fit_transit(read_history(trips(600, mean_extra=6.0), pd.Timestamp("2026-04-01"), ZONE), 12.0)
    cut = read_history(trips(600, mean_extra=6.0, still_open=True), as_of, ZONE)
    assert (~cut.trips["is_delivered"]).sum() > 30
    cell = ("POST", "48")
    with_open = fit_transit(cut, 12.0)
    dropped = cut.trips[cut.trips["is_delivered"]]
    row, row_complete = with_open.cells[2, *cell], complete.cells[2, *cell]
    truth = complete.days_to_reach(row_complete, 0.9)
    assert abs(with_open.days_to_reach(row, 0.9) - truth) <= 1
    assert dropped["days"].quantile(0.9) <= truth


def test_a_lane_seen_once_stays_near_its_service() -> None:
    history = trips(300)
    odd = history.iloc[:2].assign(tracking_number="ODD", to_postcode="ZE1 0AA")
    odd.loc[odd.index[1], "happened_at"] = odd["happened_at"].iloc[0] + pd.Timedelta(days=30)
    table = transit_times(pd.concat([history, odd]), pd.Timestamp("2026-04-01"), Shipping(), ZONE)
    shetland = table[table["lane"] == "LEEDS>GB-ZE"].iloc[0]
    assert shetland["observations"] == 1
    assert shetland["median_days"] <= 4


def test_promises_are_kept_as_often_as_they_say() -> None:
    history = read_history(trips(1_500, seed=4), pd.Timestamp("2026-04-01"), ZONE)
    score = promise_calibration(history, 0.9, 12.0)
    assert len(score) > 800
    assert score["kept"].mean() > 0.88
    assert abs(score["kept"].mean() - score["promised"].mean()) < 0.03


def test_scores_of_a_service_are_those_of_its_lanes_together() -> None:
    """Two lanes beside the whole service; reliability of a lane lies between what was seen and the service's."""
    events = trips(600, seed=4)
    scores = promise_scores(events, pd.Timestamp("2026-04-01"), Shipping(), ZONE).set_index("lane")
    assert set(scores.index) == {"*", "LEEDS>GB-LS", "LEEDS>GB-SW"}
    lanes = scores.drop(index="*")
    assert lanes["parcels"].sum() == scores.loc["*", "parcels"] > 300
    assert lanes["dated_parcels"].sum() == scores.loc["*", "dated_parcels"] == 600
    kept = (lanes["kept_share"] * lanes["parcels"]).sum() / lanes["parcels"].sum()
    assert kept == pytest.approx(scores.loc["*", "kept_share"])
    history = read_history(events, pd.Timestamp("2026-04-01"), ZONE).trips
    for lane, seen in history.groupby("lane")["kept"].mean().items():
        low, high = sorted([seen, scores.loc["*", "on_time_share"]])
        assert low - 1e-9 <= scores.loc[lane, "on_time_share"] <= high + 1e-9
    assert promise_scores(events.iloc[:0], DAY, Shipping(), ZONE).empty


def test_a_parcel_under_way_as_the_week_began_was_not_known_to_arrive() -> None:
    """All trips of a fortnight end on one later day: before it no estimate may be made from them."""
    events = trips(120, weeks=2)
    late = pd.Timestamp("2025-12-10 12:00")
    events["happened_at"] = events["happened_at"].where(events["event_code"] != "delivered", late)
    assert promise_calibration(read_history(events, pd.Timestamp("2026-04-01"), ZONE), 0.9, 12.0).empty


def test_a_carrier_that_became_slower_is_promised_with_more_care() -> None:
    before, after = trips(300, mean_extra=0.8), trips(300, seed=2, mean_extra=2.5)
    later = after.assign(
        tracking_number="L" + after["tracking_number"],
        happened_at=after["happened_at"] + pd.Timedelta(days=112),
        promised_on=after["promised_on"] + pd.Timedelta(days=112),
    )
    steady = read_history(trips(600), pd.Timestamp("2026-09-01"), ZONE)
    slower = read_history(pd.concat([before, later]), pd.Timestamp("2026-09-01"), ZONE)
    assert conformal_share(slower, 0.9, 12.0) > conformal_share(steady, 0.9, 12.0)
    assert conformal_share(read_history(trips(40), pd.Timestamp("2026-04-01"), ZONE), 0.9, 12.0) == 0.9


def test_no_tracking_is_an_empty_table() -> None:
    table = transit_times(trips(1).iloc[:0], DAY, Shipping(), ZONE)
    assert check(table, TRANSIT_TIME).empty
    assert HORIZON >= 30


def test_options_and_the_choice_between_them() -> None:
    table = services(
        {"service_id": "slow", "stated_transit_days": 5},
        {"service_id": "fair", "stated_transit_days": 2},
        {"service_id": "fast", "stated_transit_days": 1},
    )
    cards = rates(
        *({"service_id": name, "rate_minor": price} for name, price in (("slow", 300), ("fair", 350), ("fast", 900)))
    )
    empty = surcharges({"cause": "peak"}).iloc[:0]
    quotes = quote(parcel(), table, zones(("POST", "", "UK")), cards, empty, DAY, currency="GBP")
    none = frame(TRANSIT_TIME, [lane("*", 0, 4, 9)]).iloc[:0]
    offer = offers(quotes, parcel(), table, none, {"LEEDS": dt.date(2026, 3, 2)}, Shipping())
    options = delivery_options(offer, Shipping()).set_index("option")["service_id"]
    assert options.to_dict() == {"cheapest": "slow", "fastest": "fast", "best_value": "fair"}
    for choice, service in options.items():
        assert choose_service(offer, Shipping(choice=choice))["service_id"].tolist() == [service]
    held = pd.Series({"P": pd.Timestamp("2026-03-05")})
    assert choose_service(offer, Shipping(choice="cheapest"), held)["service_id"].tolist() == ["fast"]
    impossible = choose_service(offer, Shipping(choice="cheapest"), pd.Series({"P": pd.Timestamp("2026-03-02")}))
    assert impossible["service_id"].tolist() == ["fast"]
    assert impossible["is_late_choice"].tolist() == [True]
