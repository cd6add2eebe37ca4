"""The desk's own pictures, in the report's style: a forecast beside another, and the exchange curve."""

from __future__ import annotations

import numpy as np
import pandas as pd
from markupsafe import Markup

from invopt.report.svg import Canvas, ticks
from invopt.report.words import Words


def beside_picture(sums: pd.DataFrame, words: Words) -> Markup:
    """Expected demand by period as it was and as it would be. sums: period_start, before_units, mean_units."""
    days = sums["period_start"].to_numpy(dtype="datetime64[D]").astype("int64").astype(float)
    old, new = sums["before_units"].to_numpy(dtype=float), sums["mean_units"].to_numpy(dtype=float)
    step = float(days[1] - days[0]) if len(days) > 1 else 7.0

    def draw(width: float, identity: str, name: str) -> Markup:
        marks = ticks(0, max(float(np.max(old, initial=0.0)), float(np.max(new, initial=0.0)), 1e-6) * 1.04)
        canvas = Canvas(width, 220, (float(days[0]), float(days[-1]) + step), (0, marks[-1]))
        canvas.y_axis([(value, words.units(value)) for value in marks])
        every = max(1, len(days) // (10 if width > 500 else 4))
        starts = list(zip(days, sums["period_start"], strict=True))[::every]
        canvas.x_axis([(day + step / 2, words.short_day(start)) for day, start in starts])
        for day, before, after, start in zip(days, old, new, sums["period_start"], strict=True):
            hint = (
                f"{words.day(start)}: {words.units(round(before, 1))}, with the override {words.units(round(after, 1))}"
            )
            canvas.bar(day + 0.1 * step, day + 0.9 * step, 0, before, "observed", hint)
        canvas.line(days + step / 2, new, "mean")
        sums_told = [words.units(round(float(values.sum()), 1)) for values in (old, new)]
        total = f"{sums_told[0]} units before, {sums_told[1]} with it."
        return canvas.svg(identity, "Forecast with the override and without it", total, name)

    return draw(620.0, "beside-w", "for-desk") + draw(360.0, "beside-n", "for-phone")


def curve_picture(
    curve: pd.DataFrame, now: tuple[float, float], then: tuple[float, float] | None, words: Words, currency: str
) -> Markup:
    """Share of demand served against mean stock: the best mixes as a line, the plan as a point, and a changed plan.

    curve: stock_value in minor units and fill_rate; now, then: the same two for a plan.
    """
    points = [now] if then is None else [now, then]
    shown = curve[curve["fill_rate"] > 0.3]
    lowest = min([float(shown["fill_rate"].min()) if len(shown) else 1.0, *(share for _, share in points)])
    bottom = max(0.0, lowest - 0.05)
    highest = 2.2 * max([stock for stock, _ in points] + [1.0])
    inside = shown[shown["stock_value"] <= highest]

    def draw(width: float, identity: str, name: str) -> Markup:
        canvas = Canvas(width, 260, (0, highest), (bottom, 1.0), left=52)
        shares = [value for value in ticks(bottom, 1.0) if bottom <= value <= 1]
        canvas.y_axis([(value, words.share(value)) for value in shares])
        marks = [value for value in ticks(0, highest, 6 if width > 500 else 3) if value <= highest]
        canvas.x_axis([(value, words.money(value, currency, whole=True)) for value in marks])
        canvas.line(inside["stock_value"].to_numpy(dtype=float), inside["fill_rate"].to_numpy(dtype=float), "mean")
        for (stock, share), label, shape in zip(
            points, ("the plan", "with the change"), ("circle", "diamond"), strict=False
        ):
            hint = f"{label}: {words.money(stock, currency, whole=True)}, {words.share(share)}"
            canvas.mark(stock, share, shape, "point" if shape == "circle" else "outlier", hint, 5.5)
            canvas.text(stock, share, label, "t small", dy=18 if shape == "circle" else -10, anchor="middle")
        told = "; ".join(
            f"{words.money(stock, currency, whole=True)} for {words.share(share)}" for stock, share in points
        )
        return canvas.svg(identity, "Demand served against mean stock at cost", told, name)

    return draw(620.0, "curve-w", "for-desk") + draw(360.0, "curve-n", "for-phone")
