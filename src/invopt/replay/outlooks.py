"""What a rule expects of demand: a forecast made from the history then known, each made once and kept."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import numpy as np

from invopt.forecast import DemandBlock, Pools, estimate_pools, forecast_block
from invopt.inventory import DemandOutlook
from invopt.probability import DemandDistribution
from invopt.replay.shop import Floats, Shop
from invopt.settings.forecasting import Forecast

# An outlook is made from a shop that ends before the first period to forecast.
Outlook = Callable[[Shop], DemandOutlook]


class DefaultForecast:
    """The default forecast, remade every period; what SKUs share is learnt anew every `pool_periods`.

    A forecast depends on the history alone and not on any rule, so each is made once and serves every rule that
    is played afterwards.
    """

    def __init__(self, horizon: int, settings: Forecast | None = None, pool_periods: int = 13) -> None:
        """Set the periods to forecast, and how long seasons, weights and calibration are kept."""
        self.horizon = horizon
        self.settings = settings or Forecast()
        self.pool_periods = pool_periods
        self._made: dict[bytes, DemandOutlook] = {}
        self._pools: dict[bytes, Pools] = {}

    def __call__(self, shop: Shop) -> DemandOutlook:
        """The outlook from the end of the shop's history."""
        period = shop.demand.shape[1]
        key = _fingerprint(shop)
        if key not in self._made:
            learnt = shop.until(period - period % self.pool_periods)
            pool_key = _fingerprint(learnt)
            if pool_key not in self._pools:
                self._pools[pool_key] = estimate_pools([self._block(learnt)], self.settings)
            made = forecast_block(self._block(shop), self._pools[pool_key], self.settings)
            self._made[key] = self._outlook(made.distribution, np.asarray(shop.lead_periods + 1.0))
        return self._made[key]

    def _block(self, shop: Shop) -> DemandBlock:
        first_sale = np.argmax(shop.demand > 0, axis=1)
        # Before its first sale a SKU was not for sale: unknown, not zero. One that never sold is watched throughout.
        first_sale[~(shop.demand > 0).any(axis=1)] = 0
        known = np.where(np.arange(shop.demand.shape[1])[None, :] >= first_sale[:, None], shop.demand, np.nan)
        return DemandBlock(known, shop.group, self.horizon, shop.season_length, "week", shop.phase)

    @staticmethod
    def _outlook(distribution: DemandDistribution, periods: Floats) -> DemandOutlook:
        # A level that wanders by v1 a period adds v1 (n + 1)(2n + 1) / 6n to the variance of n equal periods.
        wander = (periods + 1.0) * (2.0 * periods + 1.0) / (6.0 * periods)
        level = distribution.level_variance + distribution.level_growth * wander
        return DemandOutlook(np.ascontiguousarray(distribution.mean), distribution.dispersion, level)


def _fingerprint(shop: Shop) -> bytes:
    """What a forecast depends on: the same history of other SKUs must not find this one's forecast."""
    return blake2b(np.ascontiguousarray(shop.demand).tobytes() + shop.lead_periods.tobytes()).digest()


def seasonal_average(shop: Shop, horizon: int) -> Floats:
    """[n, horizon] the planner's baseline: mean of the last half year, times the season of all SKUs together.

    The season is last year's share of each week in the total of its year, over a window of three weeks; without a
    full year of history there is none.
    """
    periods = shop.demand.shape[1]
    total = shop.demand.sum(axis=0)
    season = np.ones(periods + horizon)
    if periods >= shop.season_length + 2:
        year = total[-shop.season_length :]
        smooth = (np.roll(year, 1) + year + np.roll(year, -1)) / 3
        index = np.clip(smooth / max(year.mean(), 1e-12), 0.2, 5.0)
        # Position 0 of the index stands `season_length` periods before the first period to forecast.
        season = index[(np.arange(periods + horizon) - periods) % shop.season_length]
    recent = slice(max(periods - 26, 0), periods)
    level = (shop.demand[:, recent] / season[recent]).mean(axis=1)
    return np.asarray(level[:, None] * season[None, periods:])
