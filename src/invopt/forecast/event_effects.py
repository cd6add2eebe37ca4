"""What promotions and holidays do to demand: factors measured on all series, shrunk from event to category to shop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from invopt.forecast.event_calendar import HOLIDAY_KIND, PROMOTION_KIND, Event, Series, Timeline
from invopt.probability.compiled import BoolArray, FloatArray

WINDOW_WEEKS: Final = 4  # on either side of an event, what demand would have been without it is looked up
OVERDISPERSION: Final = 0.5  # of a period's demand: a series counts mu / (1 + k mu), its information (McCullagh)
ELASTICITY_PRIOR: Final = 3.0  # deviation around none of the elasticity of a shop that has shown nothing yet
SMALLEST_LIFT, LARGEST_LIFT = 0.1, 5.0
ROUNDS: Final = 60


@dataclass(frozen=True)
class EventEffects:
    """Factors of demand by event.

    - events: as they were given. lift: [E, G] factor on the demand of each category on the event's days: of past
      events what was measured, shrunk; of coming ones what their depth, or their name, leads to expect.
    - measured: [E, G] the factor as measured, unshrunk; NaN where nothing was.
    """

    events: tuple[Event, ...]
    lift: FloatArray
    measured: FloatArray

    def lifts(self, series: Series, timeline: Timeline) -> FloatArray | None:
        """[n, P] factor of all events together on each series and period, 1 for none; None where there is no event.

        Each event multiplies by  1 + share (lift - 1),  share being the part of the period's demand on its days.
        """
        groups, periods = timeline.profile.shape[0], timeline.starts.size
        by_group = np.ones((groups, periods))
        single: list[tuple[Event, int, FloatArray]] = []
        for event, lift in zip(self.events, self.lift, strict=True):
            first, share = timeline.share(event)
            if not share.size:
                continue
            factor = 1.0 + share * (lift[:, None] - 1.0)
            span = slice(first, first + share.shape[1])
            if any(scope == "sku" for scope, _ in event.targets):
                single.append((event, first, factor))
                continue
            for group in _groups_of(event, series.categories):
                by_group[group, span] *= factor[group]
        if not single and (by_group == 1.0).all():
            return None
        result = np.ascontiguousarray(by_group[series.group])
        for event, first, factor in single:
            rows = np.flatnonzero(series.concerned(event))
            span = slice(first, first + factor.shape[1])
            result[rows, span] *= factor[series.group[rows]]
        return result


def no_effects(groups: int) -> EventEffects:
    """For a shop without events."""
    return EventEffects((), np.ones((0, groups)), np.empty((0, groups)))


def estimate_effects(demand: FloatArray, series: Series, timeline: Timeline, events: Sequence[Event]) -> EventEffects:
    """The factor of every event on every category, from the history of many series.

    demand: [n, T] units, cleaned, NaN unknown, T the timeline's history. Method, in three steps. (1) What a series
    would have sold without the event is the mean of its last four weeks before and its first four weeks after that
    hold no event, each side weighing half; only periods with one event are compared. (2) Over the series of a
    category, with s the share of a period's demand on the event's days, E the expectation and weights
    w = 1 / (1 + k mean), the factor and the variance of its logarithm are

        L = sum w (y - E (1 - s)) / sum w E s        v = c sum w² E (1 + L0/8) / (L0 (sum w E s)²)

    L0 being the factor of all promotions together (1 for holidays) and c the squared error per unit expected, of all
    cells together: an event's own would be small just where its factor came out small. Half of v is added to log L,
    which is that much below the logarithm of what L aims at. (3) log L = e_g z + d, z the event's strength, e_g the
    category's elasticity, normal around the shop's, d what is the event's own; variances between by Paule & Mandel
    (1982), means by their precision (empirical Bayes). Holidays
    the same with z = 1, one e by name, itself shrunk to none. Fails where an event has no quiet weeks around it, or
    always falls on the same turn of the season: what is season then counts as event.
    """
    groups = len(series.categories)
    if not events:
        return no_effects(groups)
    shape = (len(events), groups)
    theta, variance = np.full(shape, np.nan), np.full(shape, np.nan)
    spans = [_in_history(timeline, event) for event in events]
    if any(share.size for _, share in spans):
        _measure(demand, series, timeline, events, spans, theta, variance)
    log_lift = np.zeros(shape)
    strength = np.array([event.strength for event in events])
    kinds = np.array([event.kind for event in events])
    promoted = np.flatnonzero(kinds == PROMOTION_KIND)
    if promoted.size:
        log_lift[promoted] = _promotion_effects(theta[promoted], variance[promoted], strength[promoted])
    kept = np.flatnonzero(kinds == HOLIDAY_KIND)
    if kept.size:
        names = np.array([event.event_id for event in events if event.kind == HOLIDAY_KIND])
        log_lift[kept] = _holiday_effects(theta[kept], variance[kept], names)
    lift = np.clip(np.exp(log_lift), SMALLEST_LIFT, LARGEST_LIFT)
    return EventEffects(tuple(events), lift, np.exp(theta - 0.5 * np.minimum(variance, 1.0)))


def _groups_of(event: Event, categories: tuple[str, ...]) -> list[int]:
    if any(scope == "shop" for scope, _ in event.targets):
        return list(range(len(categories)))
    return sorted(
        {categories.index(name) for scope, name in event.targets if scope == "category" and name in categories}
    )


def _in_history(timeline: Timeline, event: Event) -> tuple[int, FloatArray]:
    first, share = timeline.share(event)
    return first, share[:, : max(timeline.history - first, 0)]


def _measure(
    demand: FloatArray,
    series: Series,
    timeline: Timeline,
    events: Sequence[Event],
    spans: Sequence[tuple[int, FloatArray]],
    theta: FloatArray,
    variance: FloatArray,
) -> None:
    """Write log L and its variance of every past event and category; what tells nothing stays NaN."""
    y = demand
    if timeline.period_days == 1:  # a day is compared with other days of the week
        day = weekday_factors(timeline)[:, : timeline.history]
        y = demand / day[series.group]
    rows_of = [np.flatnonzero(series.concerned(event)) for event in events]
    running = np.zeros(y.shape, dtype=np.int16)
    for (first, share), rows in zip(spans, rows_of, strict=True):
        if share.size:
            running[rows, first : first + share.shape[1]] += 1
    expected = _undisturbed(y, running == 0, WINDOW_WEEKS * 7 // timeline.period_days)
    known = ~np.isnan(y)
    mean = np.where(known, y, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    weight = 1.0 / (1.0 + OVERDISPERSION * mean)
    shape = theta.shape
    base, above, size, square = (np.zeros(shape) for _ in range(4))
    for place, ((first, share), rows) in enumerate(zip(spans, rows_of, strict=True)):
        if not share.size or not rows.size:
            continue
        span = slice(first, first + share.shape[1])
        seen, level = y[rows, span], expected[rows, span]
        part, w = share[series.group[rows]], weight[rows, None]
        told = ~np.isnan(seen) & ~np.isnan(level) & (running[rows, span] == 1) & (part > 0.0)
        group = np.broadcast_to(series.group[rows, None], told.shape)[told]

        def total(values: FloatArray, told: BoolArray = told, group: NDArray[np.int64] = group) -> FloatArray:
            return np.asarray(np.bincount(group, values[told], shape[1]), dtype=np.float64)

        base[place] = total(w * level * part)
        above[place] = total(w * (seen - level * (1.0 - part)))
        lift = np.divide(above[place], base[place], out=np.ones(shape[1]), where=base[place] > 0.0)
        fitted = level * (1.0 + part * (np.clip(lift, SMALLEST_LIFT, LARGEST_LIFT)[series.group[rows], None] - 1.0))
        size[place] = total(w * w * fitted)
        square[place] = total((w * (seen - fitted)) ** 2)
    usable = (base > 0.0) & (above > 0.0) & (square > 0.0)
    if not usable.any():
        return
    noise = float(square[usable].sum() / size[usable].sum())
    promoted = np.array([event.kind == PROMOTION_KIND for event in events])[:, None] & usable
    typical = float(above[promoted].sum() / base[promoted].sum()) if promoted.any() else 1.0
    common = np.where(promoted, np.clip(typical, SMALLEST_LIFT, LARGEST_LIFT), 1.0)[usable]
    lift = np.clip(above[usable] / base[usable], SMALLEST_LIFT, LARGEST_LIFT)
    even = size[usable] / lift  # what was expected without the event, in the same weights
    variance[usable] = noise * even * (1.0 + common / 8.0) / (common * base[usable] ** 2)
    theta[usable] = np.log(lift) + 0.5 * np.minimum(variance[usable], 1.0)


def weekday_factors(timeline: Timeline) -> FloatArray:
    """[G, P] factor around 1 of the weekday of each period of one day."""
    name = (timeline.starts.astype("datetime64[D]").astype(np.int64) + 3) % 7
    factors: FloatArray = np.maximum(7.0 * timeline.profile[:, name], 0.01)
    return factors


def _undisturbed(y: FloatArray, quiet: BoolArray, window: int) -> FloatArray:
    """[n, T] mean of the quiet, known periods within `window` before and after each; each side weighs half."""
    usable = quiet & ~np.isnan(y)
    periods = y.shape[1]
    total = np.zeros((y.shape[0], periods + 1))
    count = np.zeros((y.shape[0], periods + 1))
    np.cumsum(np.where(usable, y, 0.0), axis=1, out=total[:, 1:])
    np.cumsum(usable, axis=1, out=count[:, 1:])
    t = np.arange(periods)
    before = (np.maximum(t - window, 0), t)
    after = (np.minimum(t + 1, periods), np.minimum(t + 1 + window, periods))
    sides = []
    for first, stop in (before, after):
        number = count[:, stop] - count[:, first]
        sides.append(
            np.divide(total[:, stop] - total[:, first], number, out=np.full(y.shape, np.nan), where=number > 0)
        )
    both = 0.5 * (sides[0] + sides[1])
    one = np.where(np.isnan(sides[0]), sides[1], sides[0])
    return np.asarray(np.where(np.isnan(both), one, both), dtype=np.float64)


def _promotion_effects(theta: FloatArray, variance: FloatArray, strength: FloatArray) -> FloatArray:
    """[E, G] log factors: measured ones shrunk to the category's elasticity, coming ones that elasticity."""
    z = np.broadcast_to(strength[:, None], theta.shape)
    elasticity, between = _elasticities(theta, variance, z, prior=ELASTICITY_PRIOR**2)
    expected = elasticity[None, :] * z
    return _drawn(theta, variance, expected, between)


def _holiday_effects(theta: FloatArray, variance: FloatArray, names: NDArray[np.str_]) -> FloatArray:
    """[E, G] log factors: by name and category, names shrunk to no effect."""
    kinds = np.unique(names)
    one = np.ones_like(theta)
    own = [_elasticities(theta[names == name], variance[names == name], one[names == name], prior=np.inf)
           for name in kinds]  # fmt: skip
    # How far names differ from none, from the shop-wide mean of each and its error.
    means, errors = [], []
    for name, (_, between) in zip(kinds, own, strict=True):
        told = ~np.isnan(theta[names == name])
        precision = (1.0 / (variance[names == name][told] + between)).sum()
        if precision > 0.0:
            means.append(
                float((theta[names == name][told] / (variance[names == name][told] + between)).sum() / precision)
            )
            errors.append(1.0 / float(precision))
    prior = 0.0
    if means:
        square = np.array(means) ** 2
        prior = _variance_between(lambda extra: float((square / (np.array(errors) + extra)).sum()) - len(means))
    result = np.zeros(theta.shape)
    for name in kinds:
        rows = names == name
        if prior <= 0.0:
            continue
        elasticity, between = _elasticities(theta[rows], variance[rows], one[rows], prior=prior)
        result[rows] = _drawn(theta[rows], variance[rows], np.broadcast_to(elasticity, theta[rows].shape), between)
    return result


def _drawn(theta: FloatArray, variance: FloatArray, expected: FloatArray, between: float) -> FloatArray:
    """Measured log factors drawn to what is expected, by their error; the expectation where nothing was measured."""
    trust = np.where(np.isnan(theta), 0.0, between / (between + np.where(np.isnan(variance), 1.0, variance)))
    return np.asarray(expected + trust * (np.nan_to_num(theta) - expected))


def _elasticities(theta: FloatArray, variance: FloatArray, z: FloatArray, *, prior: float) -> tuple[FloatArray, float]:
    """Factor on z of every category [G], shrunk to the shop's, and the variance of what is an event's own."""
    groups = theta.shape[1]
    told = ~np.isnan(theta) & (z > 0.0)
    if not told.any():
        return np.zeros(groups), 0.0
    group = np.broadcast_to(np.arange(groups), theta.shape)[told]
    y, v, x = theta[told], variance[told], z[told]

    def by_group(extra: float) -> tuple[FloatArray, FloatArray]:
        precision = np.asarray(np.bincount(group, x * x / (v + extra), groups), dtype=np.float64)
        slope = np.bincount(group, x * y / (v + extra), groups)
        return np.divide(slope, precision, out=np.zeros(groups), where=precision > 0.0), precision

    free = y.size - np.unique(group).size

    def left_over(extra: float) -> float:
        slope, _ = by_group(extra)
        return float(((y - slope[group] * x) ** 2 / (v + extra)).sum()) - free

    between = _variance_between(left_over) if free > 0 else float(np.median(v))
    own, precision = by_group(between)
    some = precision > 0.0
    error = 1.0 / precision[some]

    def around(extra: float) -> float:
        centre = float((own[some] / (error + extra)).sum() / (1.0 / (error + extra)).sum())
        return float(((own[some] - centre) ** 2 / (error + extra)).sum()) - (int(some.sum()) - 1)

    among = _variance_between(around) if some.sum() > 1 else 0.0
    weight = 1.0 / (error + among)
    centre = float((own[some] * weight).sum() / (weight.sum() + 1.0 / prior))
    result = np.full(groups, centre)
    trust = among / (among + error)
    result[some] = centre + trust * (own[some] - centre)
    return result, between


def _variance_between(excess: Callable[[float], float]) -> float:
    """The variance at which a sum of squares is what chance makes it (Paule & Mandel 1982), by bisection; least 0."""
    low, high = 0.0, 25.0
    if excess(low) <= 0.0:
        return 0.0
    for _ in range(ROUNDS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) > 0.0 else (low, middle)
    return 0.5 * (low + high)
