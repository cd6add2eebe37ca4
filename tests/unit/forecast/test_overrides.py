"""Planners' overrides: what they are, what they do to a forecast, and what they were worth."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from invopt.errors import ForecastError
from invopt.forecast import (
    DecidedOverride,
    ForecastCells,
    Override,
    apply_overrides,
    decided_overrides,
    forecast_value_added,
    override_rows,
)
from invopt.tables import DECISION, PROMOTION, check, empty

MONDAY = dt.date(2026, 3, 2)
WEEKEND = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.25, 0.25])
NO_PROMOTIONS = empty(PROMOTION)


def day(number):
    return MONDAY + dt.timedelta(days=number)


def asked(scope="sku", key="A", *, mode="percent", value=50.0, first=0, last=6, location=None, expires=None, number=1):
    return DecidedOverride(
        override_id=f"o{number}",
        override=Override(scope, key, location, day(first), day(last), mode, value),
        reason="",
        decided_by="ann",
        decided_at=pd.Timestamp(2026, 3, 1, number),
        expires_on=None if expires is None else pd.Timestamp(day(expires)),
        is_undone=False,
    )


def weekly(baseline, profile=None):
    """A at two locations and B, of one category; C of another; four weeks."""
    keys = pd.DataFrame(
        {"sku_id": ["A", "A", "B", "C"], "location_id": ["X", "Y", "X", "X"], "category_id": ["c", "c", "c", "d"]}
    )
    starts = np.datetime64(MONDAY, "D") + 7 * np.arange(4).astype("timedelta64[D]")
    rows = np.full((4, 7), 1 / 7) if profile is None else np.tile(profile, (4, 1))
    return ForecastCells(keys, np.array(baseline, dtype=float)[:, None] * np.ones(4), rows, starts, 7)


def test_per_cent_changes_the_days_it_covers_and_no_other():
    """Saturday and Sunday bring half of the week: +100% on them is +50% of the week."""
    (change,) = apply_overrides(
        weekly([10, 20, 30, 40], WEEKEND), [asked(value=100.0, first=5, last=6)], NO_PROMOTIONS, MONDAY
    )
    assert change.rows.tolist() == [0, 1]
    np.testing.assert_allclose(change.after, [[15, 10, 10, 10], [30, 20, 20, 20]])
    assert change.covered_units == pytest.approx(15.0)


def test_absolute_units_are_shared_as_the_forecast_is():
    """120 units of category c over two weeks, whose forecast is 2 x 60."""
    change, = apply_overrides(
        weekly([10, 20, 30, 40]), [asked("category", "c", mode="absolute", value=240.0, last=13)], NO_PROMOTIONS, MONDAY
    )  # fmt: skip
    np.testing.assert_allclose(change.after[:, :2], [[20, 20], [40, 40], [60, 60]])
    np.testing.assert_allclose(change.after[:, 2:], change.before[:, 2:])


def test_absolute_units_of_days_beyond_the_forecast_are_left_out():
    """Half of the 56 days lie in the four weeks of the forecast."""
    (change,) = apply_overrides(
        weekly([10, 20, 30, 40]), [asked(key="C", mode="absolute", value=800.0, last=55)], NO_PROMOTIONS, MONDAY
    )
    assert change.after.sum() == pytest.approx(400.0)


def test_absolute_units_where_nothing_is_expected_are_spread_over_the_days():
    (change,) = apply_overrides(
        weekly([0, 0, 5, 5]), [asked(mode="absolute", value=84.0, last=13)], NO_PROMOTIONS, MONDAY
    )
    np.testing.assert_allclose(change.after, [[21, 21, 0, 0], [21, 21, 0, 0]])


def test_later_overrides_find_what_earlier_ones_left():
    first, second = apply_overrides(
        weekly([10, 20, 30, 40]),
        [asked(value=100.0), asked(location="X", value=-50.0, number=2)],
        NO_PROMOTIONS,
        MONDAY,
    )
    assert first.after[:, 0].tolist() == [20, 40]
    assert second.rows.tolist() == [0]
    assert (second.before[0, 0], second.after[0, 0]) == (20, 10)


def test_a_promotion_brings_its_own_days_and_its_skus():
    promotions = check(
        pd.DataFrame(
            {
                "promotion_id": ["P"], "scope": ["category"], "scope_id": ["d"], "discount_share": [0.2],
                "starts_on": [pd.Timestamp(day(7))], "ends_on": [pd.Timestamp(day(13))],
            }
        ), PROMOTION,
    )  # fmt: skip
    decided = asked("promotion", "P", value=25.0)
    own_days = DecidedOverride(
        "p", Override("promotion", "P", None, None, None, "percent", 25.0), "", "ann", decided.decided_at, None, False
    )
    (change,) = apply_overrides(weekly([10, 20, 30, 40]), [own_days], promotions, MONDAY)
    assert change.rows.tolist() == [3]
    np.testing.assert_allclose(change.after, [[40, 50, 40, 40]])
    (moved,) = apply_overrides(weekly([10, 20, 30, 40]), [decided], promotions, MONDAY)
    np.testing.assert_allclose(moved.after, [[50, 40, 40, 40]])


def test_what_no_longer_stands_changes_nothing_and_says_why():
    entries = [
        asked(expires=-1),
        asked(first=-20, last=-10, number=2),
        asked(key="unknown", number=3),
        asked(first=100, last=120, number=4),
        asked(value=10.0, number=5),
    ]
    cells = weekly([10, 20, 30, 40])
    changes = apply_overrides(cells, entries, NO_PROMOTIONS, MONDAY)
    assert [change.override_id for change in changes] == ["o5"]
    rows = override_rows(entries, changes, day(27), MONDAY, NO_PROMOTIONS, {"o3": "no such SKU"})
    assert rows["state"].tolist() == ["expired", "over", "unmatched", "not yet", "applied"]
    assert rows.loc[2, "note"] == "no such SKU"
    assert (rows.loc[4, "sku_locations"], rows.loc[4, "override_units"]) == (2, pytest.approx(3.0))


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (("shelf", "A", None, MONDAY, MONDAY, "percent", 1.0), "scope"),
        (("sku", "", None, MONDAY, MONDAY, "percent", 1.0), "name the sku"),
        (("sku", "A", None, MONDAY, MONDAY, "times", 1.0), "mode"),
        (("sku", "A", None, MONDAY, MONDAY, "percent", -101.0), "-100"),
        (("sku", "A", None, MONDAY, MONDAY, "absolute", -1.0), "from 0"),
        (("sku", "A", None, MONDAY, MONDAY, "absolute", float("nan")), "number"),
        (("sku", "A", None, None, MONDAY, "percent", 1.0), "first and last"),
        (("sku", "A", None, MONDAY, day(-1), "percent", 1.0), "before its first"),
    ],
)
def test_what_could_not_be_followed_is_refused(values, word):
    with pytest.raises(ForecastError, match=word):
        Override(*values)


def test_decisions_are_read_in_their_order_and_undone_ones_marked():
    good = Override("sku", "A", "X", MONDAY, day(6), "percent", 20.0)
    rows = [
        ("d3", "d1", "undo", None, 5), ("d1", good.decision_key, "override", good.to_value, 2),
        ("d2", "sku|B", "override", "{nonsense", 1),
    ]  # fmt: skip
    decisions = check(
        pd.DataFrame(
            {
                "decision_id": [row[0] for row in rows], "key": [row[1] for row in rows],
                "subject": "forecast_override",
                "action": [row[2] for row in rows], "from_value": None, "to_value": [row[3] for row in rows],
                "reason": None, "decided_by": "ann", "decided_at": [pd.Timestamp(2026, 3, 1, row[4]) for row in rows],
                "expires_on": pd.NaT,
            }
        ), DECISION,
    )  # fmt: skip
    broken, undone = decided_overrides(decisions)
    assert broken.override is None
    assert "no override" in broken.fault
    assert (undone.override, undone.is_undone, undone.stands(MONDAY)) == (good, True, False)
    assert good.decision_key == "sku|A|X"


def test_value_added_by_hand():
    """Ann's raise halves an error of 4 in 20; Bob's cut doubles one of 1 in 10."""
    scored = pd.DataFrame(
        {
            "override_id": ["a", "b"], "decided_by": ["ann", "bob"], "category_id": ["c", "c"],
            "naive_units": [10.0, 10.0], "baseline_units": [16.0, 9.0], "overridden_units": [18.0, 8.0],
            "actual_units": [20.0, 10.0],
        }
    )  # fmt: skip
    table = forecast_value_added(scored).set_index(["level", "level_id"])
    assert table.loc[("author", "ann"), "override_gain"] == pytest.approx(0.1)
    assert table.loc[("author", "bob"), "override_gain"] == pytest.approx(-0.1)
    assert table.loc[("author", "ann"), "statistical_gain"] == pytest.approx(0.3)
    whole = table.loc[("all", "")]
    assert whole["baseline_wape"] == pytest.approx(5 / 30)
    assert whole["override_wape"] == pytest.approx(4 / 30)
    assert whole["better_share"] == 0.5
    assert set(table.index.get_level_values("level")) == {"all", "author", "category", "override"}


def test_nothing_sold_has_no_share():
    scored = pd.DataFrame(
        {
            "override_id": ["a"], "decided_by": ["ann"], "category_id": ["c"], "naive_units": [1.0],
            "baseline_units": [1.0], "overridden_units": [2.0], "actual_units": [0.0],
        }
    )  # fmt: skip
    assert forecast_value_added(scored)["override_gain"].isna().all()
