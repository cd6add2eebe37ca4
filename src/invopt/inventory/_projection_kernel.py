"""The compiled heart of the lost-sales projection: sample paths in compressed time, row by row.

Between two arrivals only the sum of demand matters, since max(stock - demand, 0) day by day without
arrivals is the same as max(stock - sum, 0). So a path needs one draw for each arrival due, not one a day.
The demand of the final cycle is not drawn at all: its distribution given the path is known, and averaging
over it (conditional Monte Carlo) is what makes 64 paths enough.
"""

# mypy: allow-untyped-defs
from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from invopt.inventory._distributions import (
    count_draw,
    gamma_cdf,
    gamma_draw,
    normal_cdf,
    normal_from_student,
    normal_quantile,
    student_from_normal,
)

CYCLE_SERVICE, FILL_RATE, CRITICAL_RATIO, GIVEN_QUANTITY = 0, 1, 2, 3

# Columns of the result, one row a SKU-location.
(
    NEED,
    TARGET_LEVEL,
    EXPECTED_DEMAND,
    EXPECTED_LOST,
    ON_ORDER_DUE,
    RETURNS_DUE,
    PROTECTION_DAYS,
    STOCK_AT_ARRIVAL,
    CYCLE_DEMAND,
    IMPLIED_CYCLE_SERVICE,
    IMPLIED_FILL_RATE,
    IMPLIED_STOCK,
    BEYOND_HORIZON_SHARE,
    CURRENT_CYCLE_SERVICE,
    DEMAND_SD,
    STOCKOUT_DAY,
) = range(16)
RESULT_COLUMNS = 16

# Above this mean the exact count recursion costs more than the gamma approximation loses.
_COUNTED_MEAN = 100.0
_GRID = 4096
_BLOCK = 256


@njit(cache=True, nogil=True)
def _mixed(state):
    """Return SplitMix64's scramble of a 64-bit state: the seeds of one series' rotations."""
    z = state + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True)
def _lead_days(z, log_mean, log_sd, degrees_of_freedom, at_most):
    if log_sd <= 0.0:
        days = math.exp(min(log_mean, 20.0))
    else:
        days = math.exp(min(log_mean + log_sd * student_from_normal(z, degrees_of_freedom), 20.0))
    return min(math.floor(days + 0.5), at_most)


@njit(cache=True, nogil=True)
def _share_passed(day, age, log_sd, degrees_of_freedom):
    """Return the probability that an order due in `day` days would have arrived within its age already."""
    if log_sd <= 0.0 or age <= 0.0 or age + day <= 0.0:
        return 0.0
    return normal_cdf(normal_from_student((math.log(age) - math.log(age + day)) / log_sd, degrees_of_freedom))


@njit(cache=True, nogil=True)
def _open_order_days(u, z, passed, day, age, log_sd, degrees_of_freedom, at_most):
    """Return days until an open order arrives, given that it has not come since it was placed."""
    earliest = 1.0 if age > 0.0 and day <= 0.0 else 0.0
    if log_sd <= 0.0 or age + day <= 0.0:
        # Due in the past and not here: "today" is the one answer already known to be wrong.
        return max(math.floor(day + 0.5), earliest)
    if passed > 1e-6:
        z = normal_quantile(min(passed + u * (1.0 - passed), 1.0 - 1e-9))
    t = student_from_normal(z, degrees_of_freedom)
    days = (age + day) * math.exp(min(log_sd * t, 20.0)) - age
    return min(max(math.floor(days + 0.5), earliest), at_most)


@njit(cache=True, nogil=True)
def _accumulate_days(mean, dispersion, first_day, days_per_period, weights, cumulative_mean, cumulative_extra):
    """Fill cumulated mean and gamma variance by day; return the days covered and both rates beyond."""
    days = mean.shape[0] * days_per_period - first_day
    cumulative_mean[0] = 0.0
    cumulative_extra[0] = 0.0
    for t in range(days):
        position = t + first_day
        mu = mean[position // days_per_period]
        weight = weights[position % days_per_period]
        cumulative_mean[t + 1] = cumulative_mean[t] + mu * weight
        cumulative_extra[t + 1] = cumulative_extra[t] + dispersion * mu * mu * weight
    span = min(days, max(28, days_per_period))
    rate = (cumulative_mean[days] - cumulative_mean[days - span]) / span
    extra_rate = (cumulative_extra[days] - cumulative_extra[days - span]) / span
    return days, rate, extra_rate


@njit(cache=True, nogil=True)
def _until(cumulative, days, rate, t):
    if t <= days:
        return cumulative[int(t)]
    return cumulative[days] + rate * (t - days)


@njit(cache=True, nogil=True)
def _demand_draw(mean, extra, factor, u, z, u_boost):
    """Return demand of one segment: Poisson around a gamma of this mean and variance, times the factor."""
    if mean <= 0.0:
        return 0.0
    shape = mean * mean / extra if extra > 1e-12 * mean * mean else 1e9
    level = mean * factor
    if level <= _COUNTED_MEAN:
        return count_draw(level, shape, u)
    total = level / (1.0 + level / shape)
    return math.floor(level * gamma_draw(total, z, u_boost) + 0.5)


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _gamma_tail(level, shape, stock):
    """Return P(demand > stock) of a gamma demand: Wilson and Hilferty's cube, exactly below a shape of 1."""
    if stock <= 0.0:
        return 1.0
    if shape < 1.0:
        return 1.0 - gamma_cdf(shape, stock * shape / level)
    ninth = 1.0 / (9.0 * shape)
    return normal_cdf((1.0 - ninth - np.cbrt(stock / level)) / math.sqrt(ninth))


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _stockout_day(cumulative_mean, days, stock, arrival_day, arrival_units):
    """Return the first day whose expected demand is not covered by stock and expected arrivals, or -1."""
    for t in range(days):
        available = stock
        for j in range(arrival_day.shape[0]):
            if arrival_day[j] <= t:
                available += arrival_units[j]
        if cumulative_mean[t + 1] > available + 1e-9:
            return t
    return -1


@njit(cache=True, nogil=True)
def _project_one(
    mean,
    dispersion,
    level_variance,
    first_day,
    days_per_period,
    weights,
    on_hand,
    backorders,
    arrival_day,
    arrival_units,
    arrival_age,
    arrival_log_sd,
    arrival_degrees,
    arrival_is_return,
    log_mean,
    log_sd,
    degrees_of_freedom,
    review_days,
    lot_units,
    wait_units,
    kind,
    target,
    given_units,
    is_lost,
    seed,
    paths,
    branches,
    generator,
    result,
    cumulative_mean,
    cumulative_extra,
    normals,
    strata,
    leads,
    passed,
    days_due,
    order_of_arrival,
    stocks,
    levels,
    shapes,
    tails,
):
    days, rate, extra_rate = _accumulate_days(
        mean, dispersion, first_day, days_per_period, weights, cumulative_mean, cumulative_extra
    )
    at_most = 4.0 * days + 365.0
    arrivals = arrival_day.shape[0]
    # Dimensions, the weightiest first: level factor, the next order's and this order's lead time, demand of
    # each segment, then the boosts that only very lumpy demand uses.
    first_demand = 3
    first_boost = first_demand + arrivals + 1
    dimensions = first_boost + arrivals + 2
    # Point p of a rotated rank-1 lattice, at the middle of its stratum: every coordinate visits each of the
    # `paths` strata once, so that one uncertain quantity alone is integrated by the midpoint rule and only
    # the pairing of coordinates depends on the series. The normal value of each stratum is known in
    # advance.
    state = seed
    for dimension in range(dimensions):
        state = _mixed(state)
        rotation = np.int64(state >> np.uint64(33)) % paths
        for p in range(paths):
            strata[dimension, p] = (p * generator[dimension % generator.shape[0]] + rotation) % paths
    for p in range(paths):
        leads[p] = _lead_days(normals[p], log_mean, log_sd, degrees_of_freedom, at_most)
    for j in range(arrivals):
        passed[j] = _share_passed(arrival_day[j], arrival_age[j], arrival_log_sd[j], arrival_degrees[j])

    sum_demand = 0.0
    sum_lost = 0.0
    sum_due = 0.0
    sum_returns = 0.0
    sum_days = 0.0
    sum_stock = 0.0
    sum_cycle = 0.0
    sum_beyond = 0.0
    sum_demand_squared = 0.0
    sum_extra = 0.0
    if log_sd <= 0.0:
        branches = 1
    for p in range(paths):
        factor = 1.0
        if level_variance > 0.0:
            factor = gamma_draw(1.0 / level_variance, normals[strata[0, p]], (strata[first_boost, p] + 0.5) / paths)
        lead = leads[strata[2, p]]
        for j in range(arrivals):
            # Open orders share the fortune of the order placed now: a supplier that is slow this month is slow
            # with all of them, so an order of yesterday is not overtaken by one of today and bought twice. One
            # that is long overdue may still come later than a new one.
            days_due[j] = _open_order_days(
                (strata[2, p] + 0.5) / paths,
                normals[strata[2, p]],
                passed[j],
                arrival_day[j],
                arrival_age[j],
                arrival_log_sd[j],
                arrival_degrees[j],
                at_most,
            )
            k = j
            while k > 0 and days_due[order_of_arrival[k - 1]] > days_due[j]:
                order_of_arrival[k] = order_of_arrival[k - 1]
                k -= 1
            order_of_arrival[k] = j

        stock = on_hand - backorders
        lost = 0.0
        now = 0.0
        mean_now = 0.0
        extra_now = 0.0
        for step in range(arrivals + 1):
            j = order_of_arrival[step] if step < arrivals else -1
            until = min(days_due[j], lead) if j >= 0 else lead
            if until > now:
                mean_until = _until(cumulative_mean, days, rate, until)
                extra_until = _until(cumulative_extra, days, extra_rate, until)
                demand = _demand_draw(
                    mean_until - mean_now,
                    extra_until - extra_now,
                    factor,
                    (strata[first_demand + step, p] + 0.5) / paths,
                    normals[strata[first_demand + step, p]],
                    (strata[first_boost + 1 + step, p] + 0.5) / paths,
                )
                if is_lost:
                    served = min(demand, max(stock, 0.0))
                    lost += demand - served
                    stock -= served
                else:
                    stock -= demand
                now = until
                mean_now = mean_until
                extra_now = extra_until
            if j >= 0 and days_due[j] <= lead:
                stock += arrival_units[j]

        sum_lost += lost
        sum_stock += stock
        mean_lead = _until(cumulative_mean, days, rate, lead)
        extra_lead = _until(cumulative_extra, days, extra_rate, lead)
        for branch in range(branches):
            # The next order may not overtake this one: their cycle is then empty, never negative.
            next_lead = leads[(strata[1, p] + branch * paths // branches) % paths]
            cycle_end = max(math.floor(review_days + 0.5) + next_lead, lead)
            mean_end = _until(cumulative_mean, days, rate, cycle_end)
            late_supply = 0.0
            for j in range(arrivals):
                if days_due[j] <= lead or days_due[j] < cycle_end:
                    if arrival_is_return[j]:
                        sum_returns += arrival_units[j]
                    else:
                        sum_due += arrival_units[j]
                    if days_due[j] > lead:
                        # Units that come inside the cycle serve only what is asked for after they came.
                        rest = factor * (mean_end - _until(cumulative_mean, days, rate, days_due[j]))
                        late_supply += min(arrival_units[j], rest) if is_lost else arrival_units[j]
            cycle_mean = mean_end - mean_lead
            extra_end = _until(cumulative_extra, days, extra_rate, cycle_end)
            cycle_extra = extra_end - extra_lead
            end = p * branches + branch
            stocks[end] = stock + late_supply
            levels[end] = cycle_mean * factor
            shapes[end] = (
                cycle_mean * cycle_mean / cycle_extra if cycle_extra > 1e-12 * cycle_mean * cycle_mean else 1e9
            )
            sum_demand += mean_end
            sum_demand_squared += mean_end * mean_end
            sum_extra += extra_end
            sum_days += cycle_end
            sum_cycle += cycle_mean
            if cycle_end > days:
                sum_beyond += (cycle_end - days) / cycle_end

    ends = paths * branches
    cycle_demand = sum_cycle / ends
    per_order = max(cycle_demand, lot_units)
    limit = 1.0 - target
    if kind == FILL_RATE:
        # A lot of several cycles' demand may be short by its share of the whole lot, at its end: what is lost before
        # the arrival counts too, so that the order is placed while the shortage can still be kept within it.
        limit = (1.0 - target) * max(lot_units - sum_lost / paths / (1.0 - target), cycle_demand)
    # Service to the cycles in which anybody asks: a slow mover would otherwise pass with an empty shelf.
    asked = 0.0
    for p in range(ends):
        if levels[p] > 0.0:
            if shapes[p] < 1e8:
                asked += 1.0 - math.exp(-shapes[p] * math.log1p(levels[p] / shapes[p]))
            else:
                asked += 1.0 - math.exp(-levels[p])
    asked = max(asked / ends, 1e-12)
    if kind == CYCLE_SERVICE:
        limit *= asked

    loss_now = 0.0
    highest = 0.0
    reach_above = 0.0
    stock_max = -1e300
    stock_min = 1e300
    for p in range(ends):
        highest = max(highest, levels[p])
        reach_above = max(reach_above, 2.0 * levels[p] + 14.0 * levels[p] / shapes[p])
        stock_max = max(stock_max, math.floor(stocks[p]))
        stock_min = min(stock_min, math.floor(stocks[p]))

    if cycle_demand <= 0.0:
        need = 0.0 if kind != GIVEN_QUANTITY else given_units
        quantity = max(need, 0.0)
        tail = 0.0
        loss = 0.0
        current_tail = 0.0
        if stock_min < 0.0 and kind != GIVEN_QUANTITY:
            # No demand is expected, but customers are waiting for units already promised.
            need = -stock_min
            quantity = need
    elif highest <= _COUNTED_MEAN and stock_max - stock_min + reach_above < _GRID - 64:
        written = 0
        for j in range(_GRID):
            tails[j] = 0.0
        for p in range(ends):
            reach = _add_counted_tails(levels[p], shapes[p], math.floor(stocks[p]), stock_max, tails)
            written = max(written, reach)
        need = 0.0
        if kind == GIVEN_QUANTITY:
            need = given_units
        elif kind == FILL_RATE:
            remaining = 0.0
            j = written
            while j > 0 and (remaining + tails[j - 1]) / ends <= limit:
                j -= 1
                remaining += tails[j]
            need = j - stock_max
        else:
            j = written
            while j > 0 and tails[j - 1] / ends <= limit:
                j -= 1
            need = j - stock_max
        if kind == CRITICAL_RATIO and need > 0.0 and lot_units > cycle_demand:
            for j in range(max(int(stock_max), 0), written):
                loss_now += tails[j] / ends
            loss_now += max(-stock_max, 0.0)
            need *= _pays_now(loss_now, stocks, ends, cycle_demand, target, wait_units)
        quantity = max(need, 0.0)
        at = int(quantity + stock_max)
        tail = 0.0
        loss = 0.0
        current = int(stock_max)
        current_tail = 1.0 if current < 0 else (tails[current] / ends if current < written else 0.0)
        for j in range(max(at, 0), written):
            loss += tails[j] / ends
        if at < 0:
            tail = 1.0
            loss += -at
        elif at < written:
            tail = tails[at] / ends
    else:
        for p in range(ends):
            # Poisson noise on top of the gamma: one gamma of the same mean and variance.
            levels[p] = max(levels[p], 1e-9)
            shapes[p] = levels[p] / (1.0 + levels[p] / shapes[p])
        if kind == GIVEN_QUANTITY:
            need = given_units
        else:
            need = _continuous_quantity(levels, shapes, stocks, ends, kind == FILL_RATE, limit)
            if kind == CRITICAL_RATIO and need > 0.0 and lot_units > cycle_demand:
                loss_now = _tail_or_loss(levels, shapes, stocks, ends, 0.0, True)
                need *= _pays_now(loss_now, stocks, ends, cycle_demand, target, wait_units)
        quantity = max(need, 0.0)
        tail = _tail_or_loss(levels, shapes, stocks, ends, quantity, False)
        loss = _tail_or_loss(levels, shapes, stocks, ends, quantity, True)
        current_tail = _tail_or_loss(levels, shapes, stocks, ends, 0.0, False)

    mean_stock = 0.0
    for p in range(ends):
        mean_stock += stocks[p]
    opening = mean_stock / ends + quantity
    closing = opening - cycle_demand + loss
    result[NEED] = max(need, 0.0)
    result[TARGET_LEVEL] = need + on_hand - backorders + (sum_due + sum_returns) / ends
    result[EXPECTED_DEMAND] = sum_demand / ends
    result[EXPECTED_LOST] = sum_lost / paths
    result[ON_ORDER_DUE] = sum_due / ends
    result[RETURNS_DUE] = sum_returns / ends
    result[PROTECTION_DAYS] = sum_days / ends
    result[STOCK_AT_ARRIVAL] = sum_stock / paths
    result[CYCLE_DEMAND] = cycle_demand
    result[IMPLIED_CYCLE_SERVICE] = 1.0 - min(tail / asked, 1.0)
    result[IMPLIED_FILL_RATE] = min(max(1.0 - loss / per_order, 0.0), 1.0) if per_order > 0.0 else 1.0
    result[IMPLIED_STOCK] = max(0.5 * (opening + max(closing, 0.0)), 0.0)
    result[BEYOND_HORIZON_SHARE] = sum_beyond / ends
    result[CURRENT_CYCLE_SERVICE] = 1.0 - min(current_tail / asked, 1.0)
    # Poisson + gamma + shared level + the interval's own length (law of total variance).
    demand = sum_demand / ends
    squared = sum_demand_squared / ends
    result[DEMAND_SD] = math.sqrt(
        max(demand + sum_extra / ends + level_variance * squared + squared - demand * demand, 0.0)
    )
    result[STOCKOUT_DAY] = _stockout_day(cumulative_mean, days, on_hand - backorders, arrival_day, arrival_units)


@njit(cache=True, nogil=True, parallel=True)
def project_block(
    mean,
    dispersion,
    level_variance,
    first_day,
    days_per_period,
    weights,
    on_hand,
    backorders,
    arrival_start,
    arrival_day,
    arrival_units,
    arrival_age,
    arrival_log_sd,
    arrival_degrees,
    arrival_is_return,
    log_mean,
    log_sd,
    degrees_of_freedom,
    review_days,
    lot_units,
    wait_units,
    kind,
    target,
    given_units,
    is_lost,
    seed,
    paths,
    branches,
    generator,
):
    """Project every SKU-location of a block; a row depends on its own inputs, whatever the split in
    threads."""
    n = mean.shape[0]
    results = np.zeros((n, RESULT_COLUMNS))
    most_arrivals = 1
    for i in range(n):
        most_arrivals = max(most_arrivals, arrival_start[i + 1] - arrival_start[i])
    normals = np.empty(paths)
    for p in range(paths):
        normals[p] = normal_quantile((p + 0.5) / paths)
    # Midpoints cut the tails off: stretch them so that their variance is 1 all the same.
    normals /= math.sqrt(np.mean(normals * normals))
    for block in prange((n + _BLOCK - 1) // _BLOCK):
        cumulative_mean = np.empty(mean.shape[1] * days_per_period + 1)
        cumulative_extra = np.empty(mean.shape[1] * days_per_period + 1)
        strata = np.empty((3 * most_arrivals + 6, paths), np.int64)
        leads = np.empty(paths)
        passed = np.empty(most_arrivals)
        days_due = np.empty(most_arrivals)
        order_of_arrival = np.empty(most_arrivals, np.int64)
        stocks = np.empty(paths * branches)
        levels = np.empty(paths * branches)
        shapes = np.empty(paths * branches)
        tails = np.empty(_GRID)
        for i in range(block * _BLOCK, min((block + 1) * _BLOCK, n)):
            low, high = arrival_start[i], arrival_start[i + 1]
            _project_one(
                mean[i],
                dispersion[i],
                level_variance[i],
                first_day,
                days_per_period,
                weights[min(i, weights.shape[0] - 1)],
                on_hand[i],
                backorders[i],
                arrival_day[low:high],
                arrival_units[low:high],
                arrival_age[low:high],
                arrival_log_sd[low:high],
                arrival_degrees[low:high],
                arrival_is_return[low:high],
                log_mean[i],
                log_sd[i],
                degrees_of_freedom[i],
                review_days[i],
                lot_units[i],
                wait_units[i],
                kind[i],
                target[i],
                given_units[i],
                is_lost[i],
                seed[i],
                paths,
                branches,
                generator,
                results[i],
                cumulative_mean,
                cumulative_extra,
                normals,
                strata,
                leads,
                passed,
                days_due,
                order_of_arrival,
                stocks,
                levels,
                shapes,
                tails,
            )
    return results
