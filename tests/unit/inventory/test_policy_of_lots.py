"""What a policy says of lots, packs and fractions holds when it is played for a long time."""

from __future__ import annotations

import numpy as np
import pytest

from invopt.inventory import Arrivals, DemandOutlook, LeadTimes, project
from invopt.inventory.projection import TargetKind

MEAN, LEAD = 4.0, 2


def outlook(unit: float | None = None, dispersion: float = 0.0, mean: float = MEAN) -> DemandOutlook:
    """The same demand each day."""
    one = np.ones(1)
    return DemandOutlook(np.full((1, 12), mean), dispersion * one, 0 * one, unit=None if unit is None else unit * one)


def played(kind: TargetKind, share: float, lot: float, step: float, days: int = 1_500) -> tuple[float, float, float]:
    """Cycle service, fill rate and mean stock of the policy, ordering every day at what is there."""
    rng = np.random.default_rng(3)
    stock, due = MEAN * 4, [0.0] * LEAD
    asked = served = turned_away = cycles = held = 0.0
    for day in range(-100, days):
        stock += due.pop(0)
        coming = [(ahead + 1.0, units) for ahead, units in enumerate(due) if units]
        arrivals = Arrivals.certain([0] * len(coming), [d for d, _ in coming], [u for _, u in coming], 1)
        plan = project(
            outlook(), stock, LeadTimes.certain(LEAD), target_kind=kind, target_share=share, review_days=1,
            arrivals=arrivals, lot_units=lot, step_units=step,
        )  # fmt: skip
        need = float(plan.need_units[0])
        due.append(np.ceil(max(need, lot) / step) * step if need > 0 else 0.0)
        wanted = float(rng.poisson(MEAN))
        if day >= 0:
            asked, served = asked + wanted, served + min(wanted, stock)
            cycles, turned_away = cycles + (wanted > 0), turned_away + (wanted > stock)
            held += (stock + max(stock - wanted, 0.0)) / 2
        stock = max(stock - wanted, 0.0)
    return 1 - turned_away / cycles, served / asked, held / days


@pytest.mark.parametrize(
    ("kind", "share", "lot", "step"),
    [("cycle_service", 0.8, 0.0, 1.0), ("cycle_service", 0.8, 30.0, 1.0), ("fill_rate", 0.9, 30.0, 1.0),
     ("cycle_service", 0.7, 12.0, 12.0), ("cost", 0.9, 30.0, 1.0)],
)  # fmt: skip
def test_what_a_policy_says_comes_true(kind: TargetKind, share: float, lot: float, step: float) -> None:
    """Demand of 4 a day, lots of none, a pack or a week and a half: the three figures, from any stock of today."""
    service, fill, held = played(kind, share, lot, step)
    for stock in (0.0, 12.0, 300.0):
        plan = project(
            outlook(), stock, LeadTimes.certain(LEAD), target_kind=kind, target_share=share, review_days=1,
            lot_units=lot, step_units=step, arrivals=Arrivals.none(1),
        )  # fmt: skip
        if stock == 12.0:
            assert plan.implied_cycle_service[0] == pytest.approx(service, abs=0.04)
            assert plan.implied_fill_rate[0] == pytest.approx(fill, abs=0.03)
            assert plan.mean_stock_units[0] == pytest.approx(held, rel=0.12, abs=0.4)
        # What lies there today does not change what the policy keeps up by much.
        assert plan.implied_fill_rate[0] == pytest.approx(fill, abs=0.08)
        assert plan.mean_stock_units[0] == pytest.approx(held, rel=0.35, abs=1.0)


def test_large_demand_in_lots_agrees_with_small() -> None:
    """The gamma of large demand and the count of small demand tell the same story of lots, near their border."""
    given = dict(target_share=0.9, review_days=1)
    plans = [
        project(outlook(dispersion=0.3, mean=mean), 0, LeadTimes.certain(1), lot_units=8 * mean, **given)  # type: ignore[arg-type]
        for mean in (99.0, 101.0)
    ]
    small, large = plans
    assert large.implied_cycle_service == pytest.approx(small.implied_cycle_service, abs=0.01)
    assert large.mean_stock_units / 101 == pytest.approx(small.mean_stock_units / 99, rel=0.02)


def test_fractions_are_ordered_in_fractions() -> None:
    """Cloth by the metre: a gamma of mean 0.4 and k 0.5 over one day is short of 90% below its quantile."""
    from scipy.stats import gamma

    plan = project(outlook(0.0, 0.5, 0.4), 0, LeadTimes.certain(0), target_share=0.9, review_days=1, paths=1024)
    assert plan.need_units[0] == pytest.approx(gamma.ppf(0.9, 2.0, scale=0.2), rel=0.02)
    assert plan.need_units[0] != round(plan.need_units[0])
    whole = project(outlook(1.0, 0.5, 0.4), 0, LeadTimes.certain(0), target_share=0.9, review_days=1)
    assert whole.need_units[0] == round(whole.need_units[0])
