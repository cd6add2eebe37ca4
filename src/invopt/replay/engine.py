"""The past played period by period: a rule orders with what was known, the engine keeps the books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from invopt.errors import TableError
from invopt.replay.shop import Floats, Opening, Shop, ShortageRule


@dataclass(frozen=True)
class Situation:
    """What a rule may know at the opening of a period, after the receipts of the day.

    - period: its number; `shop` ends before it (`shop.demand` has `period` columns).
    - stock: [n] units there; negative where customers wait.
    - due: [n, H] units that arrive at the opening of period + 1, period + 2, ...
    - lot: [n] quantity that the engine will raise an order to: minimum, pack and economic quantity.
    - economic: [n] the economic quantity alone.
    """

    period: int
    shop: Shop
    stock: Floats
    due: Floats
    lot: Floats
    economic: Floats

    @property
    def position(self) -> Floats:
        """[n] units there and on the way."""
        return np.asarray(self.stock + self.due.sum(axis=1))


# A rule answers with the units it wants per SKU-location; 0 for no order.
Rule = Callable[[Situation], Floats]


@dataclass(frozen=True)
class Outcome:
    """What happened, [n, periods played] each: closing stock, units short, demand, units and lines ordered."""

    shop: Shop
    first: int
    closing: Floats
    short: Floats
    demand: Floats
    ordered: Floats
    receipts: Floats

    def costs(self, lost_margin: Floats | None = None) -> dict[str, Floats]:
        """Money per SKU-location and period, by kind: holding, lost margin, ordering.

        Stock and pipeline left at the end are worth their cost, so that neither running down nor building up
        pays; purchases therefore do not appear.
        """
        margin = self.shop.lost_margin if lost_margin is None else lost_margin
        return {
            "holding": np.maximum(self.closing, 0.0) * self.shop.holding_cost[:, None],
            "lost": self.short * margin[:, None],
            "ordering": (self.ordered > 0) * self.shop.order_cost[:, None],
        }

    def total_cost(self) -> Floats:
        """[n, periods] all kinds of cost together."""
        return np.asarray(sum(self.costs().values()))

    def fill_rate(self) -> float:
        """Share of units asked for that were served from stock."""
        return float(1.0 - self.short.sum() / max(self.demand.sum(), 1e-12))

    def cycle_service(self) -> float:
        """Share of SKU-periods with demand in which nobody was turned away."""
        asked = self.demand > 0
        return float(1.0 - ((self.short > 0) & asked).sum() / max(asked.sum(), 1))

    def stock_value(self) -> float:
        """Mean value of closing stock at cost."""
        return float((np.maximum(self.closing, 0.0).mean(axis=1) * self.shop.unit_cost).sum())

    def turns(self, periods_per_year: float) -> float:
        """Units sold at cost a year, per mean stock at cost."""
        sold = ((self.demand - self.short).mean(axis=1) * self.shop.unit_cost).sum() * periods_per_year
        return float(sold / max(self.stock_value(), 1e-12))


def economic_lots(shop: Shop) -> Floats:
    """[n] economic order quantity sqrt(2 K d / h) from the last year of what is known; 0 without demand or cost."""
    rate = shop.demand[:, -52:].mean(axis=1)
    return np.asarray(np.sqrt(2.0 * shop.order_cost * rate / shop.holding_cost))


def packed(wanted: Floats, least: Floats, pack: Floats) -> Floats:
    """[n] wanted units raised to the smallest order and to whole packs; nothing stays nothing."""
    return np.asarray(np.where(wanted > 0, np.ceil(np.maximum(wanted, least) / pack - 1e-9) * pack, 0.0))


def play(
    shop: Shop,
    rule: Rule,
    first: int,
    last: int,
    *,
    shortage_rule: ShortageRule = "lost_sales",
    opening: Opening | None = None,
    last_order: int | None = None,
    count_from: int | None = None,
    came_back: Floats | None = None,
) -> Outcome:
    """Play the periods `first` to `last` (excluded) and return what happened from `count_from` on.

    Each period: receipts of the opening, then the rule orders, then demand, then the books. Orders of all rules are
    raised to the same lots: minimum, economic quantity from the history then known, whole packs. `opening` is the
    stock and the pipeline at `first`; without it, mean demand of the lead time and four periods is there, nothing on
    the way. `last_order` is the last period in which an order may be placed. Periods before `count_from` warm up.

    `came_back` [n, T] are units that customers sent back in each period, fit for sale: on the shelf at the next
    opening, whether or not the rule reckoned with them.

    The rule sees a shop cut off at the period it orders in; nothing later can be read from it.
    Raises `TableError` where the periods do not lie in the data, or a rule answers with something else than units.
    """
    if not 0 < first < last <= shop.demand.shape[1]:
        raise TableError(f"replay: periods {first} to {last} do not lie in 1 to {shop.demand.shape[1]}.")
    start = first if count_from is None else count_from
    longest = int(shop.lead_periods.max(initial=0)) + 1
    rows = np.arange(shop.size)
    if opening is None:
        rate = shop.demand[:, max(first - 52, 0) : first].mean(axis=1)
        opening = Opening(np.ceil(rate * (shop.lead_periods + 4)))
    stock = opening.stock.astype(np.float64).copy()
    due = np.zeros((shop.size, max(longest, opening.due.shape[1] if opening.due.size else 0) + 1))
    if opening.due.size:
        due[:, : opening.due.shape[1]] = opening.due
    closing, short, ordered, receipts = (np.zeros((shop.size, last - first)) for _ in range(4))
    for period in range(first, last):
        at = period - first
        stock += due[:, 0]
        if came_back is not None:
            stock += came_back[:, period - 1]
        receipts[:, at] = due[:, 0]
        due = np.concatenate([due[:, 1:], np.zeros((shop.size, 1))], axis=1)
        if last_order is None or period <= last_order:
            known = shop.until(period)
            economic = economic_lots(known)
            lot = packed(np.maximum(np.maximum(economic, shop.moq), 1e-9), shop.moq, shop.pack)
            wanted = np.asarray(rule(Situation(period, known, stock.copy(), due.copy(), lot, economic)), np.float64)
            if wanted.shape != (shop.size,) or not np.isfinite(wanted).all():
                raise TableError(f"replay: the rule must return {shop.size} finite quantities in period {period}.")
            order = packed(wanted, lot, shop.pack)
            now = shop.lead_periods == 0
            stock += np.where(now, order, 0.0)
            due[rows[~now], shop.lead_periods[~now] - 1] += order[~now]
            ordered[:, at] = order
        asked = shop.demand[:, period]
        short[:, at] = np.maximum(asked - np.maximum(stock, 0.0), 0.0)
        stock = stock - asked if shortage_rule == "backorders" else np.maximum(stock - asked, 0.0)
        closing[:, at] = stock
    cut = start - first
    return Outcome(
        shop, start, closing[:, cut:], short[:, cut:], shop.demand[:, start:last], ordered[:, cut:], receipts[:, cut:]
    )
