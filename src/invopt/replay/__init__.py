"""The past played again in money: any forecast with any ordering rule, with only what was known then."""

from __future__ import annotations

from invopt.replay.comparison import (
    Saving,
    block_bootstrap,
    cost_saving,
    fill_rate_error,
    stock_at_fill_rate,
    summary,
)
from invopt.replay.engine import Outcome, Rule, Situation, economic_lots, packed, play
from invopt.replay.outlooks import DefaultForecast, Outlook, seasonal_average
from invopt.replay.rules import (
    base_stock,
    expecting_returns,
    lost_sales_projection,
    netting_returns,
    perfect_foresight,
    weeks_of_cover,
)
from invopt.replay.shop import Opening, Shop

__all__ = [
    "DefaultForecast",
    "Opening",
    "Outcome",
    "Outlook",
    "Rule",
    "Saving",
    "Shop",
    "Situation",
    "base_stock",
    "block_bootstrap",
    "cost_saving",
    "economic_lots",
    "expecting_returns",
    "fill_rate_error",
    "lost_sales_projection",
    "netting_returns",
    "packed",
    "perfect_foresight",
    "play",
    "seasonal_average",
    "stock_at_fill_rate",
    "summary",
    "weeks_of_cover",
]
