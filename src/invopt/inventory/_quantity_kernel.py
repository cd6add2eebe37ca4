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

CYCLE_SERVICE, FILL_RATE, CRITICAL_RATIO, GIVEN_QUANTITY, PLAIN_CYCLE_SERVICE = range(5)

# Above this mean the exact count recursion costs more than the gamma approximation loses.
COUNTED_MEAN = 100.0
GRID = 4096
# Stock levels of a lot at which large demand is looked at.
_SPAN_POINTS = 6


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
def _tail_that_pays(position, cycle_demand, target):
    """Return the chance of a sale below which the unit that raises stock to `position` costs more than it earns.

    A unit that finds no buyer in its cycle lies there until those before it are sold: as many cycles as its place in
    the queue holds cycles' demand, or units where a cycle's demand is below one. A newsvendor of one cycle charges it
    for that cycle alone, since it could be had again the next day; but demand that fell short lowers what is wanted
    then, and what is there already cannot be sent back.
    """
    waits = max(position / max(cycle_demand, 1.0), 1.0) * (1.0 - target)
    return waits / (target + waits)


@kernel
def _continuous_quantity(levels, shapes, stocks, ends, wants_loss, limit, target, cycle_demand):
    """Return the smallest whole quantity whose tail (or loss) is within its limit; `target` above 0: that pays.

    The Illinois method on whole numbers, halving now and then: the answer does not depend on the bracket, so that a
    higher target never asks for less.
    """
    spread = 1.0
    low = 0.0
    high = 1.0
    there = 0.0
    for end in range(ends):
        spread = max(spread, levels[end] / math.sqrt(shapes[end]))
        high = max(high, levels[end] - stocks[end])
        low = max(low, stocks[end])
        there += stocks[end] / ends
    low = -math.ceil(low) - 1.0
    high = math.ceil(high)
    above = _beyond(levels, shapes, stocks, ends, low, wants_loss, limit, target, cycle_demand, there)
    below = _beyond(levels, shapes, stocks, ends, high, wants_loss, limit, target, cycle_demand, there)
    while below > 0.0 and spread < 1e300:
        low, above = high, below
        high += math.ceil(2.0 * spread)
        spread *= 2.0
        below = _beyond(levels, shapes, stocks, ends, high, wants_loss, limit, target, cycle_demand, there)
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
        value = _beyond(levels, shapes, stocks, ends, middle, wants_loss, limit, target, cycle_demand, there)
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
def _beyond(levels, shapes, stocks, ends, quantity, wants_loss, limit, target, cycle_demand, there):
    """Return by how much the tail (or loss) at a quantity is above its limit."""
    value = _tail_or_loss(levels, shapes, stocks, ends, quantity, wants_loss)
    return value - (_tail_that_pays(there + quantity + 1.0, cycle_demand, target) if target > 0.0 else limit)


@kernel
def _pays_now(loss, stocks, ends, level, cycle_demand, target, wait_units):
    """Return 1 where a lot ordered at `level` above the stock costs less than one ordered a review later, else 0.

    Waiting costs the sales lost in the cycle and the stock held in it; an order postponed saves a cycle of the
    average cost of lots, `wait_units` of stock held.
    """
    opening = 0.0
    for end in range(ends):
        opening += stocks[end]
    closing = max(opening / ends + level - cycle_demand + loss, 0.0)
    return 1.0 if target * loss + (1.0 - target) * closing > (1.0 - target) * wait_units else 0.0


@kernel
def _lot_level(levels, shapes, stocks, ends, need, stock_max, cycle_demand, target, wait_units):
    """Return the level from which on a lot ordered now costs more than one ordered a review later.

    Below the quantile `need` the cost of a cycle falls with its stock, so that halving finds the one crossing.
    """
    low = -stock_max
    high = need
    if low >= high:
        return low
    loss = _tail_or_loss(levels, shapes, stocks, ends, low, True)
    if _pays_now(loss, stocks, ends, low, cycle_demand, target, wait_units) == 0.0:
        return low
    while high - low > 1.0:
        middle = math.floor(0.5 * (low + high))
        loss = _tail_or_loss(levels, shapes, stocks, ends, middle, True)
        if _pays_now(loss, stocks, ends, middle, cycle_demand, target, wait_units) > 0.0:
            low = middle
        else:
            high = middle
    return low + 1.0


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
    kind,
    target,
    given_units,
    limit,
    levels,
    shapes,
    stocks,
    ends,
    cycle_demand,
    lot_units,
    wait_units,
    step_units,
    tails,
):
    """Return need, level, tail and loss of the cycles that follow, and the tail of ordering nothing.

    All on the grid of whole quantities; see `order_quantity`.
    """
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
    elif kind == CRITICAL_RATIO:
        there = -stock_max
        for end in range(ends):
            there += stocks[end] / ends
        while j > 0 and tails[j - 1] / ends <= _tail_that_pays(there + j, cycle_demand, target):
            j -= 1
        need = j - stock_max
    elif kind != GIVEN_QUANTITY:
        while j > 0 and tails[j - 1] / ends <= limit:
            j -= 1
        need = j - stock_max
    level = need
    if kind == CRITICAL_RATIO and lot_units > cycle_demand:
        # The lot is ordered at the highest stock at which waiting for one more review costs more than it.
        loss = max(-need - stock_max, 0.0)
        for j in range(max(int(need + stock_max), 0), written):
            loss += tails[j] / ends
        pays = 0.0
        while level + stock_max >= 0.0:
            pays = _pays_now(loss, stocks, ends, level, cycle_demand, target, wait_units)
            if pays > 0.0:
                break
            level -= 1.0
            if level + stock_max >= 0.0:
                loss += tails[int(level + stock_max)] / ends
        # Ordered at this stock or below, never above it. One that never pays is not kept at all.
        level = max(level + 1.0 if pays > 0.0 else level, -stock_max)
        if need > 0.0 and level <= 0.0:
            need = 0.0
    current = int(stock_max)
    current_tail = 1.0 if current < 0 else (tails[current] / ends if current < written else 0.0)
    at = int((max(need, 0.0) if kind == GIVEN_QUANTITY else level) + stock_max)
    span = 1 if kind == GIVEN_QUANTITY else _span(cycle_demand, lot_units, step_units)
    # Orders of a lot leave the cycle with 0, 1, ... span - 1 units above the level, each as often.
    tail = 0.0
    loss = 0.0
    below = 0.0
    for j in range(written - 1, max(at + span, 0) - 1, -1):
        below += tails[j] / ends
    for j in range(max(at + span, 0) - 1, at - 1, -1):
        here = 1.0 if j < 0 else (tails[j] / ends if j < written else 0.0)
        below += here
        tail += here
        loss += below
    return need, level, tail / span, loss / span, current_tail


@kernel
def _span(cycle_demand, lot_units, step_units):
    """Return how many stock levels a cycle may begin with: those of a lot that outlasts it, else those of a pack."""
    return max(int(lot_units if lot_units > cycle_demand else min(step_units, lot_units)), 1)


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
    step_units,
    tails,
):
    """Return need, level, tail and loss at the level, tail of ordering nothing, share asked, units above the level.

    `levels` and `shapes` hold mean and gamma shape of the cycle's demand at each end, `stocks` its stock;
    `lost_before` is what is lost before the arrival, which no quantity can help. `level` is what the policy keeps
    above the stock of today (negative where there is more), which is where orders are triggered; need is the same
    but for the cost target with lots. Lots of `lot_units`, or packs of `step_units`, leave a cycle with some units
    above the level, uniformly from none to a lot less one (Hadley & Whitin 1963, section 4-3): tail and loss are
    averaged over them. For a given quantity all is as it would be with it.
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
        return need, need, 0.0, 0.0, 0.0, asked, 0.0
    span = 1 if kind == GIVEN_QUANTITY else _span(cycle_demand, lot_units, step_units)
    if highest <= COUNTED_MEAN and stock_max - stock_min + reach < GRID - 64:
        need, level, tail, loss, current_tail = _counted_quantity(
            kind,
            target,
            given_units,
            limit,
            levels,
            shapes,
            stocks,
            ends,
            cycle_demand,
            lot_units,
            wait_units,
            step_units,
            tails,
        )
        return need, level, tail, loss, current_tail, asked, 0.5 * (span - 1)
    for end in range(ends):
        # Poisson noise on top of the gamma: one gamma of the same mean and variance.
        levels[end] = max(levels[end], 1e-9)
        shapes[end] = levels[end] / (1.0 + levels[end] / shapes[end])
    need = given_units
    if kind != GIVEN_QUANTITY:
        need = _continuous_quantity(
            levels,
            shapes,
            stocks,
            ends,
            kind == FILL_RATE,
            limit,
            target if kind == CRITICAL_RATIO else 0.0,
            cycle_demand,
        )
    level = max(need, 0.0) if kind == GIVEN_QUANTITY else need
    if kind == CRITICAL_RATIO and lot_units > cycle_demand:
        level = _lot_level(levels, shapes, stocks, ends, need, stock_max, cycle_demand, target, wait_units)
        if need > 0.0 and level <= 0.0:
            need = 0.0
    tail = 0.0
    loss = 0.0
    points = 1 if span == 1 else _SPAN_POINTS
    for point in range(points):
        at = level + (span - 1) * (point + 0.5) / points if points > 1 else level
        tail += _tail_or_loss(levels, shapes, stocks, ends, at, False) / points
        loss += _tail_or_loss(levels, shapes, stocks, ends, at, True) / points
    current_tail = _tail_or_loss(levels, shapes, stocks, ends, 0.0, False)
    return need, level, tail, loss, current_tail, asked, 0.5 * (span - 1)
