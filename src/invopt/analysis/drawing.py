"""Pictures of an analyst's questions, in the colours of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from invopt.analysis.forecasts import COMBINATION
from invopt.report.axes import COLOURS, finished, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart by dash as well as by hue, so that grey print and colour-blind eyes lose nothing.
_DASHES = ("--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (7, 2)), (0, (4, 2, 1, 2, 1, 2)), "--")
_HUES = ("#56879f", "#a2642f", "#4f7f52", "#7d6aa3", "#8a7a2a", "#a0526f", "#5a5f66", "#3d8a86", "#9a9a9a")


def draw_methods(methods: pd.DataFrame, name: str, period: str, axes: Axes | None = None) -> Axes:
    """The frame of `forecast_methods`: a line a method, the combination in front, dots for what came."""
    axes = new_axes(axes)
    when = methods["period_start"]
    others = [
        column for column in methods.columns
        if column not in ("period_start", "actual_units", "is_censored", COMBINATION)
    ]  # fmt: skip
    for number, method in enumerate(others):
        look = number % len(_HUES)
        axes.plot(when, methods[method], linestyle=_DASHES[look], color=_HUES[look], linewidth=1.1, label=method)
    axes.plot(when, methods[COMBINATION], color=COLOURS["mean"], linewidth=2.4, label=COMBINATION)
    if "actual_units" in methods:
        hidden = methods["is_censored"].to_numpy(dtype=bool)
        axes.plot(when[~hidden], methods.loc[~hidden, "actual_units"], "o", color="black", markersize=4, label="came")
        axes.plot(when[hidden], methods.loc[hidden, "actual_units"], "^", color="black", fillstyle="none", markersize=5,
                  label="at least (stock was out)" if hidden.any() else "_")  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.set_ylabel("units a " + period)
    axes.legend(frameon=False, fontsize="small", ncols=2, loc="upper left", bbox_to_anchor=(1, 1))
    return finished(axes, f"Methods beside each other: {name}")


def draw_replay(played: pd.DataFrame, currency: str, axes: Axes | None = None) -> Axes:
    """What each rule cost, stacked by kind of cost."""
    from invopt.money import digits

    axes = new_axes(axes)
    scale = 10.0 ** digits(currency)
    names = played["rule"]
    kinds = [column for column in played.columns if column.endswith("_cost") and column != "total_cost"]
    left = np.zeros(len(played))
    hatches = ("", "///", "...", "xx", "++")
    for number, kind in enumerate(kinds):
        amount = played[kind].to_numpy(dtype=float) / scale
        axes.barh(names, amount, left=left, color=_HUES[number], hatch=hatches[number % len(hatches)],
                  edgecolor="white", label=kind.removesuffix("_cost").replace("_", " "))  # fmt: skip
        left += amount
    axes.invert_yaxis()
    axes.set_xlabel(currency)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return finished(axes, "What each rule would have cost")


def draw_promises(promises: pd.DataFrame, axes: Axes | None = None) -> Axes:
    """Promises kept by service with their intervals, against the share that was wanted."""
    axes = new_axes(axes)
    names = promises["carrier_id"].astype("str") + " " + promises["service_id"].fillna("").astype("str")
    labels = [f"{name} ({count:,})" for name, count in zip(names, promises["parcels"], strict=True)]
    kept = 100 * promises["kept_share"].to_numpy(dtype=float)
    low, high = (100 * promises[side].to_numpy(dtype=float) for side in ("kept_low", "kept_high"))
    axes.errorbar(kept, labels, xerr=[kept - low, high - kept], fmt="o", color=COLOURS["mean"], capsize=3)
    for wanted in promises["wanted_share"].head(1):
        axes.axvline(100 * wanted, color=COLOURS["target"], linestyle="-.", label="wanted")
    axes.invert_yaxis()
    axes.set_xlabel("promises kept, % (90% interval; parcels in brackets)")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return finished(axes, "Are promises kept?")


def draw_return_curve(curve: pd.DataFrame, by: str | None, axes: Axes | None = None) -> Axes:
    """Share of sold units back within so many days, a line a group, the largest first."""
    axes = new_axes(axes)
    groups = [("all", curve)] if by is None else list(curve.groupby(by, sort=True))
    groups.sort(key=lambda group: -float(group[1]["back_share"].max()))
    for number, (name, part) in enumerate(groups):
        look = number % len(_HUES)
        axes.plot(part["days"], 100 * part["back_share"], color=_HUES[look], linestyle=_DASHES[look], label=str(name))
    axes.set_xlabel("days since the sale")
    axes.set_ylabel("back, % of units sold")
    axes.set_ylim(bottom=0)
    if by is not None:
        axes.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    return finished(axes, "What comes back, and when")
