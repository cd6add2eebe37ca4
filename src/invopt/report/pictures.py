"""The pictures of the report: each is drawn twice, for a desk and for a phone, from the same numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from invopt.report.series import FloatArray, History
from invopt.report.svg import Canvas, ticks
from invopt.report.words import Words

_DESK, _PHONE = 1110.0, 360.0


def both(draw: Callable[[float, str, str], Markup], identity: str) -> Markup:
    """A picture for wide and for narrow screens; the style sheet shows one of them."""
    return draw(_DESK, f"{identity}-w", "for-desk") + draw(_PHONE, f"{identity}-n", "for-phone")


def history_picture(past: History, forecast: pd.DataFrame, words: Words, today: dt.date, step_days: int) -> Markup:
    """Observed demand as bars, censored periods shaded, outliers marked, and the fan of the forecast.

    forecast: rows of `forecast` of one SKU-location, in order of period.
    """

    def draw(width: float, identity: str, name: str) -> Markup:
        keep = len(past.starts) if width == _DESK else min(len(past.starts), 40)
        starts = _numbers(past.starts[-keep:]) if keep else np.empty(0)
        units = past.units[-keep:] if keep else np.empty(0)
        capped = past.capped_units[-keep:] if keep else np.empty(0)
        ahead = _numbers(forecast["period_start"].to_numpy(dtype="datetime64[D]"))
        shown = np.where(np.isnan(capped), units, capped)
        peak = max(float(shown.max(initial=0.0)), float(forecast["p90_units"].max()) if len(forecast) else 0.0, 1.0)
        marks = ticks(0, peak * 1.06)
        now = float(np.datetime64(today, "D").astype("int64"))
        low = float(starts[0]) if len(starts) else now
        high = float(ahead[-1]) + step_days if len(ahead) else now
        canvas = Canvas(width, 250, (low, high), (0, marks[-1]))
        for first, last in _spells(past.is_censored[-keep:] if keep else np.empty(0, dtype=bool)):
            canvas.bar(starts[first], starts[last] + step_days, 0, marks[-1], "hidden-demand")
        canvas.y_axis([(value, words.units(value)) for value in marks])
        canvas.x_axis(_months(low, high, 9 if width == _DESK else 4, words))
        for start, value, cap in zip(starts, units, capped, strict=True):
            top = min(value if np.isnan(cap) else cap, marks[-1])
            hint = f"{words.day(_day(start))}: {words.units(value)}"
            canvas.bar(start + 0.08 * step_days, start + 0.92 * step_days, 0, top, "observed", hint)
            if not np.isnan(cap):
                canvas.mark(start + step_days / 2, min(cap * 1.04 + marks[-1] * 0.03, marks[-1]), "diamond", "outlier",
                            f"{hint}, used as {words.units(cap)}")  # fmt: skip
        middle = ahead + step_days / 2
        canvas.band(middle, forecast["p10_units"].to_numpy(), forecast["p90_units"].to_numpy(), "fan")
        canvas.line(middle, forecast["p50_units"].to_numpy(), "median")
        canvas.line(middle, forecast["mean_units"].to_numpy(), "mean")
        canvas.upright(now, "now")
        canvas.text(now, marks[-1], "today", "t small", anchor="end", dy=-3)
        return canvas.svg(identity, "Demand observed and expected", _history_text(past, forecast, words), name)

    return both(draw, "history")


@dataclass(frozen=True)
class Projection:
    """Expected stock of one SKU-location by day offset from the as-of day."""

    days: FloatArray
    with_order: FloatArray
    without_order: FloatArray
    reorder_point: float
    arrivals: tuple[tuple[float, float, str], ...]  # day offset, units, kind


def projection_picture(shown: Projection, words: Words, today: dt.date) -> Markup:
    """Stock expected, with today's order and without, the reorder point, and what arrives when."""

    def draw(width: float, identity: str, name: str) -> Markup:
        tall = [units for _, units, _ in shown.arrivals]
        peak = max(float(shown.with_order.max(initial=1.0)), shown.reorder_point, *tall, 1.0)
        marks = ticks(0, peak * 1.04)
        canvas = Canvas(width, 230, (0, float(shown.days[-1])), (0, marks[-1]))
        canvas.y_axis([(value, words.units(value)) for value in marks])
        weeks = int(shown.days[-1]) // 7
        every = -(-weeks // (13 if width == _DESK else 4))
        canvas.x_axis(
            [(7.0 * week, _short_day(today + dt.timedelta(weeks=week))) for week in range(0, weeks + 1, every)]
        )
        for day, units, kind in shown.arrivals:
            hint = f"{words.units(units)} {kind}, {words.day(today + dt.timedelta(days=int(day)))}"
            canvas.bar(
                day - 0.9,
                day + 0.9,
                0,
                units,
                "arriving" if kind != "proposed" else "arriving proposed",
                hint,
            )
            canvas.mark(day, units, "triangle", "arrives" if kind != "proposed" else "arrives proposed", hint, 4)
        canvas.rule(shown.reorder_point, "reorder")
        canvas.label(width - canvas.right, canvas.y(shown.reorder_point) - 4, "reorder point", "t small", anchor="end")
        canvas.line(shown.days, shown.without_order, "without")
        canvas.line(shown.days, shown.with_order, "stock")
        return canvas.svg(identity, "Stock expected", _projection_text(shown, words, today), name)

    return both(draw, "projection")


def value_picture(
    planned: FloatArray | None,
    without: FloatArray,
    target: float,
    words: Words,
    currency: str,
    today: dt.date,
) -> Markup:
    """Stock value by week if the plan goes on and if nothing is ordered, beside the value at target.

    planned, without: minor units, first as of today, then at the end of each week; None: no plan was made ahead.
    """

    def money(value: float) -> str:
        return words.money(float(value), currency, whole=True)

    def draw(width: float, identity: str, name: str) -> Markup:
        lines = [(without, "without")] if planned is None else [(without, "without"), (planned, "stock")]
        peak = max(*(float(line.max(initial=0)) for line, _ in lines), target, 1.0)
        marks = ticks(0, peak * 1.04)
        left = 66.0 if width == _DESK else 58.0
        weeks = len(without) - 1
        canvas = Canvas(width, 220, (0, weeks), (0, marks[-1]), left=left)
        canvas.y_axis([(value, money(value)) for value in marks])
        every = max(1, -(-weeks // (13 if width == _DESK else 4)))
        canvas.x_axis([(week, _short_day(today + dt.timedelta(weeks=week))) for week in range(0, weeks + 1, every)])
        at = np.arange(weeks + 1, dtype=float)
        canvas.rule(target, "reorder")
        canvas.label(canvas.left + 6, canvas.y(target) - 5, "at target", "t small")
        for line, style in lines:
            canvas.line(at[: len(line)], line, style)
            canvas.mark(len(line) - 1, float(line[-1]), "circle", "point", money(line[-1]), 3)
        goes_on = "" if planned is None else f"{money(planned[-1])} if the plan goes on and "
        text = (
            f"Stock is worth {money(without[0])} today and is expected to be worth {goes_on}{money(without[-1])} if "
            f"nothing is ordered, in {weeks} weeks; the targets imply {money(target)}."
        )
        return canvas.svg(identity, "Stock value", text, name)

    return both(draw, "value")


def service_picture(rows: Sequence[tuple[str, float, float, float]], words: Words) -> Markup:
    """Service by class: what is expected (dot), what would be if nothing is ordered (ring), the target (line).

    rows: label, expected, current, target.
    """

    def draw(width: float, identity: str, name: str) -> Markup:
        lowest = min([value for row in rows for value in row[1:] if np.isfinite(value)], default=0.9)
        marks = ticks(lowest - 0.005, 1.0, 6 if width == _DESK else 3)
        low = max(0.0, marks[0])
        canvas = Canvas(width, 34 * len(rows) + 44, (low, 1.0), (len(rows), 0), top=8, left=74)
        canvas.x_axis([(mark, words.share(mark)) for mark in marks if low <= mark <= 1.0])
        for row, (label, expected, current, target) in enumerate(rows):
            middle = row + 0.5
            canvas.label(canvas.left - 10, canvas.y(middle) + 4, label, "t strong", anchor="end")
            canvas.rule(middle, "grid")
            if np.isfinite(current) and np.isfinite(expected):
                canvas.line([current, expected], [middle, middle], "span")
            if np.isfinite(current):
                canvas.mark(
                    current,
                    middle,
                    "circle",
                    "ring",
                    f"{label}: {words.share(current)} if nothing is ordered",
                )
            if np.isfinite(target):
                canvas.mark(target, middle, "tick", "target", f"{label}: target {words.share(target)}")
            if np.isfinite(expected):
                canvas.mark(expected, middle, "circle", "point", f"{label}: {words.share(expected)} with this plan")
        text = "; ".join(
            f"{label}: expected {words.share(e)}, {words.share(c)} if nothing is ordered, target {words.share(t)}"
            for label, e, c, t in rows
        )
        return canvas.svg(identity, "Service against target", text + ".", name)

    return both(draw, "service")


def bars_picture(rows: Sequence[tuple[str, float, str]], identity: str, title: str) -> Markup:
    """Amounts as horizontal bars, each with its label and its value in words."""

    def draw(width: float, ident: str, name: str) -> Markup:
        longest = max([value for _, value, _ in rows], default=1.0) or 1.0
        left = 230.0 if width == _DESK else 136.0
        canvas = Canvas(width, 26 * len(rows) + 10, (0, longest), (len(rows), 0), top=4, bottom=4, left=left,
                        right=120 if width == _DESK else 92)  # fmt: skip
        limit = 34 if width == _DESK else 19
        for row, (label, value, text) in enumerate(rows):
            short = label if len(label) <= limit else label[: limit - 1] + "…"
            canvas.label(left - 10, canvas.y(row + 0.5) + 4, short, "t", anchor="end")
            canvas.bar(0, value, row + 0.18, row + 0.82, "amount", f"{label}: {text}")
            canvas.label(canvas.x(value) + 8, canvas.y(row + 0.5) + 4, text, "t strong")
        spoken = "; ".join(f"{label}: {text}" for label, _, text in rows)
        return canvas.svg(ident, title, spoken + ".", name)

    return both(draw, identity)


def _spells(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each unbroken spell of true values.

    >>> _spells(np.array([True, True, False, True]))
    [(0, 1), (3, 3)]
    """
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True))


def _history_text(past: History, forecast: pd.DataFrame, words: Words) -> str:
    if not len(past.starts):
        text = "No whole period has been observed yet."
    else:
        text = (
            f"{len(past.starts)} periods observed, on average {words.units(float(past.units.mean()))} units, "
            f"{int(past.is_censored.sum())} of them censored by a stockout, "
            f"{int((~np.isnan(past.capped_units)).sum())} capped as outliers."
        )
    if len(forecast):
        first = forecast.iloc[0]
        text += (
            f" The next period is expected to ask for {words.units(first['mean_units'])}, with eight chances in ten "
            f"between {words.units(first['p10_units'])} and {words.units(first['p90_units'])}."
        )
    return text


def _projection_text(shown: Projection, words: Words, today: dt.date) -> str:
    def empties(path: FloatArray) -> str:
        gone = np.flatnonzero(path <= 0)
        if not gone.size:
            return "does not run out"
        return f"runs out around {words.day(today + dt.timedelta(days=int(shown.days[gone[0]])))}"

    return (
        f"Stock is {words.units(shown.with_order[0])} now. With today's order it {empties(shown.with_order)}; "
        f"without it it {empties(shown.without_order)}. The reorder point is {words.units(shown.reorder_point)}."
    )


def _numbers(days: np.ndarray) -> FloatArray:
    return days.astype("datetime64[D]").astype(np.int64).astype(float)


def _day(number: float) -> dt.date:
    day: dt.date = np.datetime64(int(number), "D").astype(object)
    return day


def _short_day(day: dt.date) -> str:
    return f"{day.day} {day:%b}"


def _months(low: float, high: float, count: int, words: Words) -> list[tuple[float, str]]:
    first, last = np.datetime64(int(low), "D"), np.datetime64(int(high), "D")
    months = np.arange(first.astype("datetime64[M]") + 1, last.astype("datetime64[M]") + 1)
    if not len(months):
        return [(low, _short_day(_day(low)))]
    every = int(np.ceil(len(months) / count))
    labels = []
    for month in months[::every]:
        day: dt.date = month.astype("datetime64[D]").astype(object)
        labels.append((float(month.astype("datetime64[D]").astype("int64")), f"{day:%b} {day:%y}"))
    return labels
