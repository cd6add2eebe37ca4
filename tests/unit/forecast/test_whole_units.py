"""Whole units stay whole though cleaning completes stockouts by fractions."""

from __future__ import annotations

import numpy as np

from invopt.forecast import DemandBlock, Pools, forecast_block
from invopt.settings import Settings


def test_a_completed_stockout_does_not_make_demand_fractional() -> None:
    demand = np.tile([2.0, 0.0, 3.0, 1.4], (2, 15))
    for whole, unit in ((None, 0.0), (np.array([True, True]), 1.0)):
        block = DemandBlock(demand, np.array([-1, -1]), horizon=4, season_length=1, whole=whole)
        forecast = forecast_block(block, Pools.untaught(block), Settings().forecast)
        assert forecast.distribution.unit.tolist() == [unit, unit]
