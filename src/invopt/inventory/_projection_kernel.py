"""The compiled heart of the lost-sales projection: sample paths in compressed time, row by row.

Between two arrivals only the sum of demand matters, since max(stock - demand, 0) day by day without
arrivals is the same as max(stock - sum, 0). So a path needs one draw for each arrival due, not one a day.
The demand of the final cycle is not drawn at all: its distribution given the path is known, and averaging
over it (conditional Monte Carlo) is what makes 64 paths enough.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import math

import numpy as np
from numba import prange

from invopt.inventory._distributions import (
    count_draw,
    gamma_draw,
    normal_cdf,
    normal_from_student,
    normal_quantile,
    student_from_normal,
)
from invopt.inventory._quantity_kernel import COUNTED_MEAN, GRID, order_quantity
from invopt.probability.compiled import block_kernel, kernel

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
    ORDER_UNITS,
) = range(17)
RESULT_COLUMNS = 17

_BLOCK = 256


@kernel
def _mixed(state):
    """Return SplitMix64's scramble of a 64-bit state: the seeds of one series' rotations."""
    z = state + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def _lead_days(z, log_mean, log_sd, degrees_of_freedom, at_most):
    if log_sd <= 0.0:
        days = math.exp(min(log_mean, 20.0))
    else:
        days = math.exp(min(log_mean + log_sd * student_from_normal(z, degrees_of_freedom), 20.0))
    return min(math.floor(days + 0.5), at_most)


@kernel
def _share_passed(day, age, log_sd, degrees_of_freedom):
    """Return the probability that an order due in `day` days would have arrived within its age already."""
    if log_sd <= 0.0 or age <= 0.0 or age + day <= 0.0:
        return 0.0
    return normal_cdf(normal_from_student((math.log(age) - math.log(age + day)) / log_sd, degrees_of_freedom))


@kernel
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


@kernel
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


@kernel
def _until(cumulative, days, rate, t):
    if t <= days:
        return cumulative[int(t)]
    return cumulative[days] + rate * (t - days)


@kernel
def _demand_draw(mean, extra, factor, u, z, u_boost):
    """Return demand of one segment: Poisson around a gamma of this mean and variance, times the factor."""
    if mean <= 0.0:
        return 0.0
    shape = mean * mean / extra if extra > 1e-12 * mean * mean else 1e9
    level = mean * factor
    if level <= COUNTED_MEAN:
        return count_draw(level, shape, u)
    total = level / (1.0 + level / shape)
    return math.floor(level * gamma_draw(total, z, u_boost) + 0.5)


@kernel
def _uncertain_units(mean, variance, u):
    """Return whole units of this mean and variance: Poisson around a gamma, or Poisson where it is no wider."""
    if mean <= 0.0:
        return 0.0
    shape = mean * mean / (variance - mean) if variance > mean * (1.0 + 1e-9) else 1e9
    if mean <= COUNTED_MEAN:
        return count_draw(mean, shape, u)
    # Many units: the normal curve, and never fewer than none.
    return max(math.floor(mean + math.sqrt(variance) * normal_quantile(u) + 0.5), 0.0)


@kernel
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


@kernel
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
    arrival_variance,
    arrival_slope,
    log_mean,
    log_sd,
    degrees_of_freedom,
    review_days,
    lot_units,
    wait_units,
    step_units,
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
    units_due,
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
    # each segment, then the boosts that only very lumpy demand uses, last the units of uncertain arrivals.
    first_demand = 3
    first_boost = first_demand + arrivals + 1
    first_return = first_boost + arrivals + 2
    uncertain = 0
    for j in range(arrivals):
        if arrival_variance[j] > 0.0:
            uncertain += 1
    dimensions = first_return + uncertain
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
        # What came more than expected in the periods before comes less in the next ones: each unit comes once.
        beyond = 0.0
        drawn = 0
        for j in range(arrivals):
            units_due[j] = arrival_units[j]
            if arrival_variance[j] > 0.0:
                stratum = (strata[first_return + drawn, p] + 0.5) / paths
                units_due[j] = _uncertain_units(
                    arrival_units[j] + arrival_slope[j] * beyond, arrival_variance[j], stratum
                )
                beyond += units_due[j] - arrival_units[j]
                drawn += 1
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
                stock += units_due[j]

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
                        late_supply += min(units_due[j], rest) if is_lost else units_due[j]
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
    need, level, tail, loss, current_tail, asked, excess = order_quantity(
        kind,
        target,
        given_units,
        levels,
        shapes,
        stocks,
        ends,
        sum_lost / paths,
        cycle_demand,
        lot_units,
        wait_units,
        step_units,
        tails,
    )

    mean_stock = 0.0
    for p in range(ends):
        mean_stock += stocks[p]
    opening = mean_stock / ends + level + excess
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
    result[IMPLIED_FILL_RATE] = min(max(1.0 - loss / cycle_demand, 0.0), 1.0) if cycle_demand > 0.0 else 1.0
    result[IMPLIED_STOCK] = max(0.5 * (opening + max(closing, 0.0)), 0.0)
    result[ORDER_UNITS] = max(cycle_demand, lot_units)
    result[BEYOND_HORIZON_SHARE] = sum_beyond / ends
    result[CURRENT_CYCLE_SERVICE] = 1.0 - min(current_tail / asked, 1.0)
    # Poisson + gamma + shared level + the interval's own length (law of total variance).
    demand = sum_demand / ends
    squared = sum_demand_squared / ends
    result[DEMAND_SD] = math.sqrt(
        max(demand + sum_extra / ends + level_variance * squared + squared - demand * demand, 0.0)
    )
    result[STOCKOUT_DAY] = _stockout_day(cumulative_mean, days, on_hand - backorders, arrival_day, arrival_units)


@block_kernel
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
    arrival_variance,
    arrival_slope,
    log_mean,
    log_sd,
    degrees_of_freedom,
    review_days,
    lot_units,
    wait_units,
    step_units,
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
        strata = np.empty((4 * most_arrivals + 6, paths), np.int64)
        leads = np.empty(paths)
        passed = np.empty(most_arrivals)
        days_due = np.empty(most_arrivals)
        units_due = np.empty(most_arrivals)
        order_of_arrival = np.empty(most_arrivals, np.int64)
        stocks = np.empty(paths * branches)
        levels = np.empty(paths * branches)
        shapes = np.empty(paths * branches)
        tails = np.empty(GRID)
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
                arrival_variance[low:high],
                arrival_slope[low:high],
                log_mean[i],
                log_sd[i],
                degrees_of_freedom[i],
                review_days[i],
                lot_units[i],
                wait_units[i],
                step_units[i],
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
                units_due,
                order_of_arrival,
                stocks,
                levels,
                shapes,
                tails,
            )
    return results
