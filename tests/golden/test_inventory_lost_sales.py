"""The lost-sales test bed: long-run cost of the projection, exactly, against value iteration and simulation.

Optima agree with Zipkin (2008), Operations Research 56; the rule is de Kok & Meijer's (arXiv 2304.06936). The
published figures carry about 0.3% of simulation error, hence a tolerance of 1%.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import poisson

from invopt.inventory import Arrivals, DemandOutlook, LeadTimes, project
from invopt.inventory.projection import TargetKind

STOCKS, DUES = 40, 30


@pytest.fixture(scope="module")
def bed(shared: Path) -> dict[str, Any]:
    """The test bed of the golden file."""
    cases = json.loads((shared / "golden" / "inventory.json").read_text())["cases"]
    found: dict[str, Any] = next(c for c in cases if c["what"].startswith("lost sales, periodic review"))
    return found


def order_table(
    mean: float, ratio: float, lead_time: int, kind: TargetKind = "plain_cycle_service"
) -> NDArray[np.int64]:
    """What the rule orders in each state: stock after today's receipt, and what is due tomorrow.

    The published rule holds the probability of a stockout in the cycle against one target, whoever asks; the cost
    target also charges a unit for the time it lies there after the cycle.
    """
    stock, due = (x.ravel() for x in np.meshgrid(np.arange(STOCKS), np.arange(DUES), indexing="ij"))
    count = len(stock)
    plan = project(
        DemandOutlook(np.full((count, 6), mean), np.zeros(count), np.zeros(count)),
        stock,
        LeadTimes.certain(float(lead_time)),
        target_kind=kind,
        target_share=ratio,
        review_days=1,
        arrivals=Arrivals.certain(np.arange(count), np.ones(count), due, count),
        seeds=np.arange(count, dtype=np.uint64) * np.uint64(2654435761),
    )
    return np.minimum(plan.need_units, DUES - 1).astype(np.int64).reshape(STOCKS, DUES)


def long_run_cost(orders: NDArray[np.int64], mean: float, holding: float, lost_sale: float) -> float:
    """Cost per period under the stationary distribution of (stock, due tomorrow); nothing is simulated."""
    demand = poisson.pmf(np.arange(60), mean)
    # left[x, y]: probability that a period opened with x units closes with y.
    left = np.array([[demand[x - y] if 0 < y <= x else 0.0 for y in range(STOCKS)] for x in range(STOCKS)])
    left[:, 0] = 1.0 - left.sum(axis=1)
    states = np.zeros((STOCKS, DUES))
    states[10, 5] = 1.0
    for _ in range(600):
        after = np.zeros_like(states)
        for due in range(DUES):
            for order in range(DUES):
                here = np.where(orders[:, due] == order, states[:, due], 0.0)
                if here.any():
                    closed = here @ left
                    after[due:, order] += closed[: STOCKS - due]
                    after[-1, order] += closed[STOCKS - due :].sum()
        if np.abs(after - states).sum() < 1e-10:
            break
        states = after
    counts = np.arange(60)
    return float(
        sum(
            states[x].sum()
            * (demand * (holding * np.maximum(x - counts, 0) + lost_sale * np.maximum(counts - x, 0))).sum()
            for x in range(STOCKS)
        )
    )


@pytest.mark.parametrize("case", [0, 1, 2])
def test_projection_at_the_critical_ratio(bed: dict[str, Any], case: int) -> None:
    given, answer = bed["inputs"], bed["answer"]
    lost_sale, holding = given["lost_sale"][case], given["holding"]
    orders = order_table(given["mean"], lost_sale / (lost_sale + holding), given["lead_time"])
    cost = long_run_cost(orders, given["mean"], holding, lost_sale)
    assert cost == pytest.approx(answer["lost_sales_projection_at_critical_ratio"][case], rel=bed["rtol"])
    # The point of the method: it costs less than the best base-stock level whoever sets that.
    assert cost < answer["best_base_stock"][case]


@pytest.mark.parametrize("case", [0, 1, 2])
def test_projection_tuned_is_near_the_optimum(bed: dict[str, Any], case: int) -> None:
    given, answer = bed["inputs"], bed["answer"]
    orders = order_table(given["mean"], answer["tuned_target"][case], given["lead_time"])
    cost = long_run_cost(orders, given["mean"], given["holding"], given["lost_sale"][case])
    assert cost == pytest.approx(answer["lost_sales_projection_tuned"][case], rel=bed["rtol"])
    assert cost == pytest.approx(answer["optimal"][case], rel=bed["rtol"])


@pytest.mark.parametrize("case", [0, 1, 2])
def test_the_cost_target_needs_no_tuning(bed: dict[str, Any], case: int) -> None:
    """At the critical ratio as it stands the cost target comes within 2% of the optimum of stationary demand."""
    given, answer = bed["inputs"], bed["answer"]
    lost_sale, holding = given["lost_sale"][case], given["holding"]
    orders = order_table(given["mean"], lost_sale / (lost_sale + holding), given["lead_time"], "cost")
    cost = long_run_cost(orders, given["mean"], holding, lost_sale)
    assert cost == pytest.approx(answer["optimal"][case], rel=0.02)
    assert cost < answer["best_base_stock"][case]
