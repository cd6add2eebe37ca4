"""The projection: its bookkeeping, its targets, and open orders that are late."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from invopt.errors import InfeasibleError, TableError
from invopt.inventory import Arrivals, DemandOutlook, LeadTimes, critical_ratio, imply, project, series_seeds


def steady(size: int = 1, mean: float = 5.0, dispersion: float = 0.0, level_variance: float = 0.0) -> DemandOutlook:
    """Demand of the same mean on each of 30 days."""
    return DemandOutlook(np.full((size, 30), mean), np.full(size, dispersion), np.full(size, level_variance))


def late(day: float, age: float, units: float = 10.0, log_scale: float = 0.3) -> Arrivals:
    """One open order for the only SKU-location."""
    one = np.ones(1)
    return Arrivals(
        np.array([0, 1]), day * one, units * one, age * one, log_scale * one, 8 * one, np.zeros(1, np.bool_)
    )


@pytest.mark.parametrize("service", [0.5, 0.9, 0.99])
def test_backorders_with_certain_lead_time_are_the_quantile_of_the_interval(service: float) -> None:
    """With waiting customers the answer is known: the quantile of demand over lead time + review, less stock."""
    plan = project(steady(), 3, LeadTimes.certain(0), target_share=service, review_days=4, shortage_rule="backorders")
    assert plan.need_units[0] == poisson.ppf(service, 20) - 3


def test_counts_follow_the_negative_binomial() -> None:
    plan = project(steady(dispersion=0.5), 0, LeadTimes.certain(0), target_share=0.95, review_days=1)
    assert plan.need_units[0] == nbinom.ppf(0.95, 2, 2 / (2 + 5.0))


def test_large_demand_follows_the_normal() -> None:
    plan = project(
        steady(mean=1000), 0, LeadTimes.certain(0), target_share=0.975, review_days=4, shortage_rule="backorders"
    )
    assert plan.need_units[0] == pytest.approx(poisson.ppf(0.975, 4000), abs=2)


def test_shared_level_does_not_average_out() -> None:
    """Variance of the sum is mean + v mean^2, however many days the sum spans."""
    plan = project(steady(level_variance=0.04), 0, LeadTimes.certain(3), review_days=17)
    assert plan.demand_sd_units[0] == pytest.approx((100 + 0.04 * 100**2) ** 0.5, rel=1e-9)


def test_lost_sales_need_less_than_backorders() -> None:
    short = dict(target_share=0.9, review_days=7)
    waits = project(steady(), 5, LeadTimes.certain(7), shortage_rule="backorders", **short)  # type: ignore[arg-type]
    leaves = project(steady(), 5, LeadTimes.certain(7), shortage_rule="lost_sales", **short)  # type: ignore[arg-type]
    assert leaves.expected_lost_units[0] == pytest.approx(30, abs=0.2)
    assert waits.need_units[0] - leaves.need_units[0] == pytest.approx(30, abs=3)


def test_terms_add_up() -> None:
    arrivals = Arrivals.certain([0, 0], [3, 40], [6, 9], 1)
    plan = project(steady(), 20, LeadTimes.certain(7), arrivals=arrivals, backorder_units=2)
    level = (
        plan.expected_demand_units - plan.expected_lost_units - plan.expected_returns_units + plan.safety_stock_units
    )
    assert plan.target_level_units == pytest.approx(level)
    assert plan.on_order_due_units[0] == 6
    assert plan.need_units[0] == pytest.approx(plan.target_level_units[0] - 20 - 6 + 2)


def test_fill_rate_counts_shortage_against_the_lot() -> None:
    ask: Any = {"target_kind": "fill_rate", "target_share": 0.95, "review_days": 2}
    small = project(steady(), 18, LeadTimes.certain(2), **ask)
    large = project(steady(), 18, LeadTimes.certain(2), lot_units=100, **ask)
    assert large.need_units[0] == 0 < small.need_units[0]
    assert small.implied_fill_rate[0] >= 0.95
    # With nothing there, more is lost before the arrival than the lot may be short by: order all the same.
    assert project(steady(), 0, LeadTimes.certain(2), lot_units=100, **ask).need_units[0] > 0


def test_slow_mover_is_kept_in_stock() -> None:
    """One customer in 25 weeks: the shelf must not stay empty because most weeks nobody asks."""
    slow = DemandOutlook(np.full((1, 12), 0.04), np.zeros(1), np.zeros(1), days_per_period=7)
    assert project(slow, 0, LeadTimes.certain(14), target_share=0.95).need_units[0] == 1
    assert project(slow, 1, LeadTimes.certain(14), target_share=0.9).need_units[0] == 0


@pytest.mark.parametrize(("stock", "orders"), [(0, True), (1, False), (4, False)])
def test_lot_is_ordered_when_waiting_costs_more(stock: float, orders: bool) -> None:
    """A lost sale worth 130 weeks of holding a unit, lots of 20 weeks: worth it at an empty shelf only.

    Waiting a week at stock 0 loses 0.05 sales, worth 6.5 unit-weeks; the lot of one unit costs 1 a week. At stock 1
    the two weeks of lead time sell it with probability 0.1 only: 0.005 sales, 0.65, and nothing is gained.
    """
    slow = DemandOutlook(np.full((1, 12), 0.05), np.zeros(1), np.zeros(1))
    plan = project(
        slow, stock, LeadTimes.certain(2), target_kind="cost", target_share=130 / 131, review_days=1, lot_units=1.5
    )
    assert (plan.need_units[0] > 0) == orders


def test_overdue_order_is_not_expected_today() -> None:
    """An order a week late will come, but an order placed now must bridge the days until it does."""
    cover = dict(target_share=0.95, review_days=2)
    today = project(steady(), 0, LeadTimes.certain(0), arrivals=Arrivals.certain([0], [0], [10], 1), **cover)  # type: ignore[arg-type]
    overdue = project(steady(), 0, LeadTimes.certain(0), arrivals=late(day=-7, age=21), **cover)  # type: ignore[arg-type]
    assert today.on_order_due_units[0] == 10
    assert overdue.on_order_due_units[0] < 5
    assert overdue.need_units[0] > today.need_units[0]


def test_the_later_the_longer() -> None:
    """Given that it has not come by now, an order longer overdue is expected later, not sooner (heavy tail)."""
    lead = LeadTimes.certain(10)
    due = [
        project(steady(), 0, lead, arrivals=late(day=14 - age, age=age), review_days=1).on_order_due_units[0]
        for age in (14.0, 28.0, 56.0)
    ]
    assert due[0] > due[1] > due[2]


def test_waiting_customers_are_served_first() -> None:
    plan = project(steady(mean=0.0), 2, LeadTimes.certain(3), backorder_units=5)
    assert plan.need_units[0] == 3


def test_nothing_expected_needs_nothing() -> None:
    plan = project(steady(mean=0.0), 0, LeadTimes.certain(3))
    assert plan.need_units[0] == 0
    assert plan.implied_fill_rate[0] == 1


def test_given_quantity_implies_what_the_target_asked() -> None:
    lead = LeadTimes(np.log(np.array([6.0])), np.array([0.3]), np.array([6.0]))
    plan = project(steady(dispersion=0.3), 10, lead, target_share=0.9)
    again = imply(steady(dispersion=0.3), 10, lead, plan.need_units)
    assert again.implied_cycle_service == pytest.approx(plan.implied_cycle_service)
    assert 0.9 <= plan.implied_cycle_service[0] < 0.93
    less = imply(steady(dispersion=0.3), 10, lead, plan.need_units - 1)
    assert less.implied_cycle_service[0] < 0.9


def test_weekly_profile_shifts_demand_within_the_week() -> None:
    """All demand falls on the last day of the week: an order that arrives before it loses nothing."""
    weekend = DemandOutlook(
        np.full((1, 10), 70.0), np.zeros(1), np.zeros(1), days_per_period=7, day_shares=np.eye(7)[6]
    )
    even = DemandOutlook(np.full((1, 10), 70.0), np.zeros(1), np.zeros(1), days_per_period=7)
    assert project(weekend, 0, LeadTimes.certain(6)).expected_lost_units[0] == 0
    assert project(even, 0, LeadTimes.certain(6)).expected_lost_units[0] == pytest.approx(60, abs=0.5)


def test_stockout_day_counts_expected_arrivals() -> None:
    plan = project(steady(), 12, LeadTimes.certain(3), arrivals=Arrivals.certain([0], [2], [10], 1))
    assert plan.stockout_in_days[0] == 4


def test_interval_beyond_the_horizon_is_reported() -> None:
    plan = project(steady(), 0, LeadTimes.certain(33), review_days=7)
    assert plan.beyond_horizon_share[0] == pytest.approx(0.25)
    assert plan.expected_demand_units[0] == pytest.approx(200)


@pytest.mark.parametrize("target", [0.0, 1.0, float("nan"), 1.2])
def test_impossible_target(target: float) -> None:
    with pytest.raises((InfeasibleError, TableError)):
        project(steady(), 0, LeadTimes.certain(3), target_share=target)


def test_missing_stock_is_an_error() -> None:
    with pytest.raises(TableError, match="on_hand_units"):
        project(steady(2), [1.0, np.nan], LeadTimes.certain([3, 3]))


def test_seeds_follow_keys_not_rows() -> None:
    seeds = series_seeds(np.array(["A", "B", "A"], object), np.array(["X", "X", "Y"], object))
    assert len(set(seeds.tolist())) == 3
    assert seeds[2] == series_seeds(np.array(["A"], object), np.array(["Y"], object))[0]


def test_critical_ratio_of_worthless_margin_is_zero() -> None:
    assert critical_ratio([10.0, 0.0, -3.0], 100.0, 0.2, 7.0)[1:].tolist() == [0.0, 0.0]
