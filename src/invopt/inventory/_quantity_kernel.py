"""How much to order, once the sample paths have reached the arrival of the order.

Each end of a path has its stock and the distribution of the demand of the cycle that follows. Tails and losses are
averaged over the ends exactly: by the recursion of count probabilities on a grid of quantities where demand is
small, by one gamma an end and a search where it is large.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import math

import numpy as np

from invopt.inventory._distributions import gamma_cdf, normal_cdf
from invopt.probability.compiled import kernel

CYCLE_SERVICE, FILL_RATE, CRITICAL_RATIO, GIVEN_QUANTITY = 0, 1, 2, 3

# Above this mean the exact count recursion costs more than the gamma approximation loses.
COUNTED_MEAN = 100.0
GRID = 4096


@kernel
def _add_counted_tails(level, shape, stock, stock_max, tails):
    """Add P(demand > stock + q) over the grid q = index - stock_max; return how far the grid was written."""
    below = int(stock_max - stock)
    for j in range(below):
        tails[j] += 1.0
    if shape < 1e8:
        ratio = level / (level + shape)
        first = ratio * shape
        pmf = math.exp(-shape * math.log1p(level / shape))
    else:
        ratio = 0.0
        first = level
        pmf = math.exp(-level)
    tail = 1.0 - pmf
    d = 0
    room = tails.shape[0] - below
    while d < room:
        tails[below + d] += tail
        if tail < 1e-6:
            break
        pmf *= (first + ratio * d) / (d + 1.0)
        tail -= pmf
        if tail < 0.0:
            tail = 0.0
        d += 1
    return min(below + d + 1, tails.shape[0])


@kernel
def _gamma_tail(level, shape, stock):
    """Return P(demand > stock) of a gamma demand: Wilson and Hilferty's cube, exactly below a shape of 1."""
    if stock <= 0.0:
        return 1.0
    if shape < 1.0:
        return 1.0 - gamma_cdf(shape, stock * shape / level)
    ninth = 1.0 / (9.0 * shape)
    return normal_cdf((1.0 - ninth - np.cbrt(stock / level)) / math.sqrt(ninth))


@kernel
def _tail_or_loss(levels, shapes, stocks, ends, quantity, wants_loss):
    """Return P(demand > stock + quantity), or E(demand - stock - quantity)+, averaged over the ends of the paths.

    The loss of a gamma of mean m and shape a is m P(a + 1) - y P(a), with P the tails at y of shapes a + 1 and a of
    the same scale.
    """
    total = 0.0
    for end in range(ends):
        level, shape, stock = levels[end], shapes[end], stocks[end] + quantity
        tail = _gamma_tail(level, shape, stock)
        if not wants_loss:
            total += tail
        elif stock <= 0.0:
            total += level - stock
        else:
            above = _gamma_tail(level * (shape + 1.0) / shape, shape + 1.0, stock)
            total += max(level * above - stock * tail, 0.0)
    return total / ends


@kernel
def _continuous_quantity(levels, shapes, stocks, ends, wants_loss, limit):
    """Return the smallest whole quantity whose tail (or loss) is within its limit.

    The Illinois method on whole numbers, halving now and then: the answer does not depend on the bracket, so that a
    higher target never asks for less.
    """
    spread = 1.0
    low = 0.0
    high = 1.0
    for end in range(ends):
        spread = max(spread, levels[end] / math.sqrt(shapes[end]))
        high = max(high, levels[end] - stocks[end])
        low = max(low, stocks[end])
    low = -math.ceil(low) - 1.0
    high = math.ceil(high)
    above = _tail_or_loss(levels, shapes, stocks, ends, low, wants_loss) - limit
    below = _tail_or_loss(levels, shapes, stocks, ends, high, wants_loss) - limit
    while below > 0.0 and spread < 1e300:
        low, above = high, below
        high += math.ceil(2.0 * spread)
        spread *= 2.0
        below = _tail_or_loss(levels, shapes, stocks, ends, high, wants_loss) - limit
    if above <= 0.0:
        return low
    side = 0
    step = 0
    while high - low > 1.0:
        step += 1
        middle = 0.5 * (low + high)
        if step % 4 != 0 and above > below:
            middle = (low * below - high * above) / (below - above)
        middle = min(max(math.floor(middle + 0.5), low + 1.0), high - 1.0)
        value = _tail_or_loss(levels, shapes, stocks, ends, middle, wants_loss) - limit
        if value > 0.0:
            low, above = middle, value
            if side == 1:
                below *= 0.5
            side = 1
        else:
            high, below = middle, value
            if side == -1:
                above *= 0.5
            side = -1
    return high


@kernel
def _pays_now(loss, stocks, ends, cycle_demand, target, wait_units):
    """Return 1 where a lot ordered now costs less than one ordered a review later, else 0.

    Waiting costs the sales lost in the cycle and the stock held in it; an order postponed saves a cycle of the
    average cost of lots, `wait_units` of stock held.
    """
    opening = 0.0
    for end in range(ends):
        opening += stocks[end]
    closing = max(opening / ends - cycle_demand + loss, 0.0)
    return 1.0 if target * loss + (1.0 - target) * closing > (1.0 - target) * wait_units else 0.0


@kernel
def _share_asked(levels, shapes, ends):
    """Return the probability that anybody asks in the cycle, averaged over the ends."""
    asked = 0.0
    for end in range(ends):
        if levels[end] > 0.0:
            if shapes[end] < 1e8:
                asked += 1.0 - math.exp(-shapes[end] * math.log1p(levels[end] / shapes[end]))
            else:
                asked += 1.0 - math.exp(-levels[end])
    return max(asked / ends, 1e-12)


@kernel
def _counted_quantity(
    kind, target, given_units, limit, levels, shapes, stocks, ends, cycle_demand, lot_units, wait_units, tails
):
    """Return need, tail, loss and the tail of ordering nothing, on the grid of whole quantities."""
    stock_max = -1e300
    for end in range(ends):
        stock_max = max(stock_max, math.floor(stocks[end]))
    tails[:] = 0.0
    written = 0
    for end in range(ends):
        reach = _add_counted_tails(levels[end], shapes[end], math.floor(stocks[end]), stock_max, tails)
        written = max(written, reach)
    need = given_units
    j = written
    if kind == FILL_RATE:
        remaining = 0.0
        while j > 0 and (remaining + tails[j - 1]) / ends <= limit:
            j -= 1
            remaining += tails[j]
        need = j - stock_max
    elif kind != GIVEN_QUANTITY:
        while j > 0 and tails[j - 1] / ends <= limit:
            j -= 1
        need = j - stock_max
    if kind == CRITICAL_RATIO and need > 0.0 and lot_units > cycle_demand:
        loss_now = max(-stock_max, 0.0)
        for j in range(max(int(stock_max), 0), written):
            loss_now += tails[j] / ends
        need *= _pays_now(loss_now, stocks, ends, cycle_demand, target, wait_units)
    current = int(stock_max)
    current_tail = 1.0 if current < 0 else (tails[current] / ends if current < written else 0.0)
    at = int(max(need, 0.0) + stock_max)
    tail = 1.0 if at < 0 else (tails[at] / ends if at < written else 0.0)
    loss = max(-float(at), 0.0)
    for j in range(max(at, 0), written):
        loss += tails[j] / ends
    return need, tail, loss, current_tail


@kernel
def order_quantity(
    kind,
    target,
    given_units,
    levels,
    shapes,
    stocks,
    ends,
    lost_before,
    cycle_demand,
    lot_units,
    wait_units,
    tails,
):
    """Return need (negative where stock exceeds it), tail and loss at it, tail of ordering nothing, share asked.

    `levels` and `shapes` hold mean and gamma shape of the cycle's demand at each end, `stocks` its stock;
    `lost_before` is what is lost before the arrival, which no quantity can help.
    """
    asked = _share_asked(levels, shapes, ends)
    limit = 1.0 - target
    if kind == FILL_RATE:
        # A lot of several cycles' demand may be short by its share of the whole lot, at its end: what is lost before
        # the arrival counts too, so that the order is placed while the shortage can still be kept within it.
        limit = (1.0 - target) * max(lot_units - lost_before / (1.0 - target), cycle_demand)
    elif kind == CYCLE_SERVICE:
        # Service to the cycles in which anybody asks: a slow mover would otherwise pass with an empty shelf.
        limit *= asked
    highest = 0.0
    reach = 0.0
    stock_max = -1e300
    stock_min = 1e300
    for end in range(ends):
        highest = max(highest, levels[end])
        reach = max(reach, 2.0 * levels[end] + 14.0 * levels[end] / shapes[end])
        stock_max = max(stock_max, math.floor(stocks[end]))
        stock_min = min(stock_min, math.floor(stocks[end]))
    if cycle_demand <= 0.0:
        # No demand is expected, but customers may be waiting for units already promised.
        need = given_units if kind == GIVEN_QUANTITY else max(-stock_min, 0.0)
        return need, 0.0, 0.0, 0.0, asked
    if highest <= COUNTED_MEAN and stock_max - stock_min + reach < GRID - 64:
        need, tail, loss, current_tail = _counted_quantity(
            kind, target, given_units, limit, levels, shapes, stocks, ends, cycle_demand, lot_units, wait_units, tails
        )
        return need, tail, loss, current_tail, asked
    for end in range(ends):
        # Poisson noise on top of the gamma: one gamma of the same mean and variance.
        levels[end] = max(levels[end], 1e-9)
        shapes[end] = levels[end] / (1.0 + levels[end] / shapes[end])
    need = given_units
    if kind != GIVEN_QUANTITY:
        need = _continuous_quantity(levels, shapes, stocks, ends, kind == FILL_RATE, limit)
        if kind == CRITICAL_RATIO and need > 0.0 and lot_units > cycle_demand:
            loss_now = _tail_or_loss(levels, shapes, stocks, ends, 0.0, True)
            need *= _pays_now(loss_now, stocks, ends, cycle_demand, target, wait_units)
    quantity = max(need, 0.0)
    tail = _tail_or_loss(levels, shapes, stocks, ends, quantity, False)
    loss = _tail_or_loss(levels, shapes, stocks, ends, quantity, True)
    return need, tail, loss, _tail_or_loss(levels, shapes, stocks, ends, 0.0, False), asked
