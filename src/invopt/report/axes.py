"""The report's pictures as matplotlib axes, for notebooks and papers: the same numbers, the same colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from invopt import calendars
from invopt.report.figures import service_by_class
from invopt.report.plan import Plan
from invopt.report.series import KEYS, FloatArray, history, stock_paths

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Colours that differ also for colour-blind eyes and in grey; the style sheet of the report has the same.
COLOURS = {
    "observed": "#8b9096", "censored": "#f3d9c8", "outlier": "#b3430b", "mean": "#0b5c94", "fan": "#cfe2ef",
    "target": "#b3430b", "without": "#5b6168",
}  # fmt: skip


def draw_demand(plan: Plan, sku_id: str, location_id: str, axes: Axes | None = None) -> Axes:
    """Observed demand as bars, censored periods shaded, outliers marked, and the fan of the forecast.

    plan: read by `Plan.for_skus`. Draws into `axes`, or into a new figure; returns the axes.
    """
    axes = new_axes(axes)
    past = history(plan, sku_id, location_id)
    step = calendars.days_in(plan.settings.business.period)
    starts = past.starts.astype("datetime64[D]")
    middle = starts + np.timedelta64(step * 12, "h").astype("timedelta64[h]")
    for start in starts[past.is_censored]:
        axes.axvspan(start, start + np.timedelta64(step, "D"), color=COLOURS["censored"], linewidth=0)
    capped = ~np.isnan(past.capped_units)
    axes.bar(middle, np.where(capped, past.capped_units, past.units), width=0.85 * step, color=COLOURS["observed"])
    axes.plot(middle[capped], past.capped_units[capped], "D", color=COLOURS["outlier"], fillstyle="none")
    ahead = _of(plan.table("forecast"), sku_id, location_id).sort_values("period_start")
    when = ahead["period_start"].to_numpy() + np.timedelta64(step * 12, "h")
    axes.fill_between(when, ahead["p10_units"], ahead["p90_units"], color=COLOURS["fan"], linewidth=0)
    axes.plot(when, ahead["mean_units"], color=COLOURS["mean"])
    axes.set_ylim(bottom=0)
    axes.set_ylabel("units a " + plan.settings.business.period)
    return finished(axes, f"Demand of {sku_id} at {location_id}")


def draw_stock(plan: Plan, sku_id: str, location_id: str, axes: Axes | None = None) -> Axes:
    """Stock expected by week, with today's order and without, and the reorder point.

    plan: read by `Plan.for_skus`. Draws into `axes`, or into a new figure; returns the axes.
    """
    axes = new_axes(axes)
    keys = _of(plan.table("sku_location"), sku_id, location_id)[KEYS].reset_index(drop=True)
    with_order, without = stock_paths(
        plan, keys, _of(plan.table("forecast"), sku_id, location_id), plan.settings.report.projection_weeks
    )
    _two_lines(plan, axes, with_order[0], without[0])
    for level in _of(plan.table("policy"), sku_id, location_id)["reorder_point_units"]:
        axes.axhline(level, color=COLOURS["target"], linestyle="-.", linewidth=1, label="reorder point")
    axes.set_ylim(bottom=0)
    axes.set_ylabel("units")
    axes.legend(frameon=False)
    return finished(axes, f"Stock of {sku_id} at {location_id}")


def draw_stock_value(plan: Plan, forecast: pd.DataFrame, axes: Axes | None = None) -> Axes:
    """Stock value by week if the plan goes on and if nothing is ordered, beside the value that the targets imply.

    plan: read by `Plan.for_summary`; forecast: rows of `forecast`. Only SKUs costed in the shop's currency.
    """
    from invopt.money import digits
    from invopt.report.folder import unbought_value
    from invopt.report.summary_page import planned_value

    axes = new_axes(axes)
    described = plan.table("sku_location")
    scale = 10.0 ** digits(plan.currency)
    without = unbought_value(plan, described[described["is_planned"]], forecast) / scale
    planned = planned_value(plan, without[0] * scale)
    _two_lines(plan, axes, None if planned is None else planned[: len(without)] / scale, without)
    policy = plan.table("policy")
    target = float(policy.loc[policy["currency"] == plan.currency, "mean_stock_minor"].sum()) / scale
    axes.axhline(target, color=COLOURS["target"], linestyle="-.", linewidth=1, label="at target")
    axes.set_ylim(bottom=0)
    axes.set_ylabel(plan.currency)
    axes.legend(frameon=False)
    return finished(axes, "Stock value at cost")


def draw_service(plan: Plan, axes: Axes | None = None) -> Axes:
    """Service by ABC class with the plan, if nothing is ordered, and the target; weighted by demand.

    plan: read by `Plan.for_summary`. Draws into `axes`, or into a new figure; returns the axes.
    """
    axes = new_axes(axes)
    rows = service_by_class(plan)
    names = [name for name, *_ in rows]
    expected, current, target = (100 * np.array([row[place] for row in rows]) for place in (1, 2, 3))
    axes.hlines(names, np.minimum(current, expected), expected, color=COLOURS["fan"], linewidth=4)
    axes.plot(current, names, "o", color=COLOURS["without"], fillstyle="none", label="if nothing is ordered")
    axes.plot(expected, names, "o", color=COLOURS["mean"], label="with this plan")
    axes.plot(target, names, "|", color=COLOURS["target"], markersize=18, markeredgewidth=2, label="target")
    axes.invert_yaxis()
    axes.set_xlabel("service, %")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return finished(axes, "Service against target")


def draw_trade_off(curves: pd.DataFrame, currency: str, axes: Axes | None = None) -> Axes:
    """Fill rate against stock value, a line a rule, as far left and high as can be.

    curves: columns curve, fill_rate, stock_value (minor units of `currency`), as a replay gives them.
    """
    from invopt.money import digits

    axes = new_axes(axes)
    for number, (name, points) in enumerate(curves.groupby("curve", sort=False)):
        ordered = points.sort_values("stock_value")
        axes.plot(
            ordered["stock_value"] / 10.0 ** digits(currency), ordered["fill_rate"], marker="oDs^v"[number % 5],
            linestyle=("-", "--", "-.", ":")[number % 4], label=str(name).replace("$", r"\$"),
        )  # fmt: skip
    axes.set_xlabel(f"mean stock value, {currency}")
    axes.set_ylabel("share of units served")
    axes.legend(frameon=False)
    return finished(axes, "Service against stock")


def draw_exchange_curve(
    curve: pd.DataFrame,
    currency: str,
    marks: dict[str, tuple[float, float]] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """The exchange curve of the whole range, with marked points (name -> stock value in minor units, fill rate).

    curve: columns stock_value and fill_rate as `invopt.inventory.exchange_curve` gives them, in minor units.
    """
    from invopt.money import digits

    axes = new_axes(axes)
    scale = 10.0 ** digits(currency)
    axes.plot(curve["stock_value"] / scale, curve["fill_rate"], color=COLOURS["mean"], label="best mix")
    for number, (name, (value, fill)) in enumerate((marks or {}).items()):
        axes.plot([value / scale], [fill], "oD^s"[number % 4], color=COLOURS["target"], label=name)
    axes.set_xlabel(f"value of all target levels, {currency}")
    axes.set_ylabel("share of demand served")
    axes.legend(frameon=False)
    return finished(axes, "Exchange curve")


def _two_lines(plan: Plan, axes: Axes, planned: FloatArray | None, without: FloatArray) -> None:
    for line, colour, style, label in (
        (without, COLOURS["without"], "--", "if nothing is ordered"),
        (planned, COLOURS["mean"], "-", "by the plan"),
    ):
        if line is not None:
            when = np.datetime64(plan.as_of, "D") + 7 * np.arange(len(line)).astype("timedelta64[D]")
            axes.plot(when, line, color=colour, linestyle=style, label=label)


def new_axes(axes: Axes | None) -> Axes:
    """The axes given, or those of a new figure."""
    if axes is not None:
        return axes
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(9, 3.2), layout="constrained")[1]


def finished(axes: Axes, title: str) -> Axes:
    """The axes with their title, without the frame's upper and right side, dates written once and briefly."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = axes.xaxis.get_major_locator()
    if isinstance(locator, AutoDateLocator):
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    # A dollar in a name would begin a formula.
    axes.set_title(title.replace("$", r"\$"), loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _of(frame: pd.DataFrame, sku_id: str, location_id: str) -> pd.DataFrame:
    return frame[(frame["sku_id"] == sku_id) & (frame["location_id"] == location_id)]
