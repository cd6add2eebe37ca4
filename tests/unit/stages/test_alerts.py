"""Exceptions: each rule fires where it should, is worth what its docstring says, and stays silent otherwise."""

from __future__ import annotations

import pandas as pd
import pytest

from invopt.errors import WorkspaceError
from invopt.settings import Settings
from invopt.stages.alerts import find_alerts
from invopt.stages.assumptions import count_assumptions
from invopt.tables import TABLES
from tests.unit.report.shop import AS_OF, empty_night, frame, night

SETTINGS = Settings()
TODAY = pd.Timestamp(AS_OF)


def alerts_of(tables: dict[str, pd.DataFrame], settings: Settings = SETTINGS) -> pd.DataFrame:
    return find_alerts(tables, settings, TODAY)


def of_kind(tables: dict[str, pd.DataFrame], kind: str, settings: Settings = SETTINGS) -> pd.DataFrame:
    found = alerts_of(tables, settings)
    return found[found["alert_kind"] == kind].set_index("key")


@pytest.fixture
def one() -> dict[str, pd.DataFrame]:
    """One healthy SKU: ten a week, forty in stock, cost 5, price 9."""
    tables = empty_night()
    keys = {"sku_id": ["S|1"], "location_id": ["MAIN"]}
    tables["sku_location"] = frame(
        TABLES["sku_location"], **keys, first_demand_on=pd.Timestamp("2025-01-01"),
        last_demand_on=pd.Timestamp("2026-03-08"), last_year_units=500.0, unit_cost_minor=500, unit_price_minor=900,
        currency="GBP", is_planned=True, lifecycle="active",
    )  # fmt: skip
    tables["stock_position"] = frame(TABLES["stock_position"], **keys, on_hand_units=40.0, counted_units=40.0)
    tables["policy"] = frame(
        TABLES["policy"], **keys, supplier_id="SUP", expected_demand_units=40.0, protection_days=28.0,
        lead_time_days=21.0, target_level_units=50.0, stockout_in_days=28, currency="GBP",
    )  # fmt: skip
    tables["forecast_model"] = frame(TABLES["forecast_model"], **keys, wape=0.4, bias_share=0.1)
    return tables


def changed(tables: dict[str, pd.DataFrame], name: str, **values: object) -> dict[str, pd.DataFrame]:
    return {**tables, name: tables[name].assign(**values)}


def test_a_healthy_sku_raises_nothing(one: dict[str, pd.DataFrame]) -> None:
    assert alerts_of(one).empty


def test_a_stocked_out_sku_is_worth_the_margin_it_loses(one: dict[str, pd.DataFrame]) -> None:
    out = changed(one, "stock_position", on_hand_units=0.0)
    out = changed(out, "policy", expected_lost_units=20.0, backorder_units=3.0, stockout_in_days=0)
    found = of_kind(out, "stocked_out")
    assert found.loc["S|1|MAIN", "worth_minor"] == ((20 + 3) * (900 - 500))
    assert "customers wait for 3" in found.loc["S|1|MAIN", "message"]
    assert of_kind(out, "will_stock_out").empty


def test_an_assumed_stock_is_not_known_to_be_out(one: dict[str, pd.DataFrame]) -> None:
    out = changed(one, "stock_position", on_hand_units=0.0, is_assumed=True)
    out = changed(out, "policy", expected_lost_units=20.0, stockout_in_days=0)
    assert alerts_of(out).empty


def test_a_sku_that_runs_out_within_the_lead_time_is_named(one: dict[str, pd.DataFrame]) -> None:
    soon = changed(one, "policy", stockout_in_days=10, expected_lost_units=5.0)
    assert of_kind(soon, "will_stock_out").loc["S|1|MAIN", "worth_minor"] == 5 * 400
    later = changed(one, "policy", stockout_in_days=25, expected_lost_units=5.0)
    assert of_kind(later, "will_stock_out").empty


def test_surplus_is_worth_a_year_of_holding_the_excess(one: dict[str, pd.DataFrame]) -> None:
    much = changed(one, "stock_position", on_hand_units=1_000.0)
    keep = 40 / 28 * SETTINGS.purchasing.surplus_cover_days
    worth = (1_000 - keep) * 500 * SETTINGS.policy.holding_rate_per_year
    assert of_kind(much, "surplus").loc["S|1|MAIN", "worth_minor"] == pytest.approx(worth, abs=0.51)


def test_the_remedy_of_a_surplus_names_the_discount_that_pays(one: dict[str, pd.DataFrame]) -> None:
    """40 units sell in 28 days: 257 of 500 are kept for 180 days, the other 243 wait 265 days on average, at 30% of
    the cost of 5.00 a year: 1.09."""
    much = one | {"stock_position": one["stock_position"].assign(on_hand_units=500.0)}
    daily = 40 / 28
    wait = (180 * daily + (500 - 180 * daily) / 2) / daily
    assert f"up to {5 * 0.3 * wait / 365:.2f} GBP off a unit" in of_kind(much, "surplus").loc["S|1|MAIN", "remedy"]


def test_small_surpluses_are_left_out(one: dict[str, pd.DataFrame]) -> None:
    much = changed(one, "stock_position", on_hand_units=1_000.0)
    assert of_kind(much, "surplus", SETTINGS.replaced("alerts", least_worth_minor=10_000_000)).empty


def test_dead_stock_is_worth_its_cost(one: dict[str, pd.DataFrame]) -> None:
    dead = changed(one, "sku_location", last_demand_on=pd.Timestamp("2025-06-01"))
    assert of_kind(dead, "dead_stock").loc["S|1|MAIN", "worth_minor"] == 40 * 500
    never = changed(one, "sku_location", last_demand_on=pd.NaT)
    assert "never ordered" in of_kind(never, "dead_stock").loc["S|1|MAIN", "message"]


@pytest.mark.parametrize(
    ("bias", "worth"), [(-0.5, 40 * 0.5 / 0.5 * 400), (1.0, 40 * 1.0 / 2.0 * 500 * 0.2), (0.1, None)]
)
def test_a_forecast_gone_wrong_is_worth_what_it_misses(
    one: dict[str, pd.DataFrame], bias: float, worth: float | None
) -> None:
    wrong = changed(one, "forecast_model", wape=1.4, bias_share=bias)
    found = of_kind(wrong, "forecast_wrong")
    if worth is None:
        assert found.empty
    else:
        assert found.loc["S|1|MAIN", "worth_minor"] == pytest.approx(worth, abs=0.51)


def test_a_negative_count_is_a_data_problem(one: dict[str, pd.DataFrame]) -> None:
    wrong = changed(one, "stock_position", counted_units=-3.0, on_hand_units=0.0)
    assert of_kind(wrong, "data_problem").loc["S|1|MAIN", "worth_minor"] == 3 * 500


def test_a_broken_promise_is_worth_the_goods_that_wait() -> None:
    tables = empty_night()
    line = {"order_id": ["7", "8"], "order_line_id": ["1", "1"]}
    tables["open_order_line"] = frame(
        TABLES["open_order_line"], **line, ordered_at=TODAY, promised_on=TODAY, currency="GBP"
    )
    tables["backlog"] = frame(
        TABLES["backlog"], **line, waiting_units=2.0, amount_minor=1_500, currency="GBP", cause="no_stock",
        available_on=[pd.Timestamp("2026-04-01"), TODAY],
    )  # fmt: skip
    found = of_kind(tables, "promise_at_risk")
    assert found["worth_minor"].to_dict() == {"7|GBP": 1_500}  # order 8 gets its goods on the promised day
    assert "goods expected 2026-04-01" in found.loc["7|GBP", "message"]


def test_severity_follows_from_the_worth() -> None:
    found = alerts_of(night(60))
    rules = SETTINGS.alerts
    assert (found["severity"].eq("high") == (found["worth_minor"] >= rules.high_worth_minor)).all()
    assert (found.loc[found["severity"] == "low", "worth_minor"] < rules.medium_worth_minor).all()
    assert found["worth_minor"].is_monotonic_decreasing


def test_the_order_of_rows_does_not_matter() -> None:
    tables = night(40)
    shuffled = {name: rows.sample(frac=1, random_state=3).reset_index(drop=True) for name, rows in tables.items()}
    pd.testing.assert_frame_equal(alerts_of(tables), alerts_of(shuffled))


def test_hostile_names_break_no_alert() -> None:
    assert len(alerts_of(night(24, hostile=True))) > 10


def test_nothing_known_raises_nothing() -> None:
    assert alerts_of(empty_night()).empty


def test_a_missing_table_is_named() -> None:
    tables = empty_night()
    del tables["policy"]
    with pytest.raises(WorkspaceError, match="policy"):
        alerts_of(tables)


def test_assumptions_count_planned_rows_only() -> None:
    tables = night(60)
    counted = count_assumptions(tables, SETTINGS, 12).set_index("topic")
    planned = tables["sku_location"][tables["sku_location"]["is_planned"]]
    assert counted.loc["unit_cost", "rows"] == int(planned["is_cost_assumed"].sum())
    assert counted.loc["unit_cost", "setting"] == "policy.cost_share_of_price"
    assert counted.loc["stockouts", "rows"] == 12
    assert counted.loc["supplier", "rows"] == int(tables["policy"]["supplier_id"].isna().sum())


def test_what_was_not_assumed_is_not_listed(one: dict[str, pd.DataFrame]) -> None:
    brought = changed(one, "sku_location", product_name="Mug", category_id="kitchen")
    assert count_assumptions(brought, SETTINGS, 0).empty
