"""The public API: one workspace, its tables as frames, its figures as axes, the plan's questions as methods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invopt.errors import WorkspaceError
from invopt.workspace import Snapshot, Workspace

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from invopt.analysis.forecasts import Methods
    from invopt.report.diagnose import Diagnosis
    from invopt.report.plan import Plan
    from invopt.stages.service_mix import Mix

_KEY = ["sku_id", "location_id"]


@dataclass(frozen=True)
class AnalysisWorkspace(Workspace):
    """A business's folder, for analysts: `invopt.open(folder)`.

    Every method reads the published plan, waits for nobody and writes nothing, except `ingest` and `plan`. Methods
    that begin with `draw_` return matplotlib axes and take `axes=` to draw into; all others return frames. Where a
    SKU is sold at several locations and none is named, the one that sold most last year is taken.
    """

    # -- taking in and planning ----------------------------------------------------------------------------

    def ingest(self, files: Iterable[str | Path], table: str = "") -> pd.DataFrame:
        """Take files in; one row a file or sheet: rows read = accepted + rejected + known, its notes, its problem.

        `table` names the input table where neither the file's name nor its columns do. A file that cannot be taken in
        raises nothing: its row says why.
        """
        import pandas as pd

        from invopt.ingest import ingest_files

        reports = ingest_files(self, [Path(path) for path in files], table_name=table)
        columns = ["file_name", "table_name", "rows_read", "rows_accepted", "rows_rejected", "rows_known"]
        rows = [
            {name: getattr(report, name) for name in columns}
            | {"notes": "; ".join(report.notes), "problem": report.problem}
            for report in reports
        ]
        return pd.DataFrame(rows, columns=[*columns, "notes", "problem"])

    def rejected(self) -> pd.DataFrame:
        """The rows that were refused: file, line, column, what stood there, and why (table `rejected_row`)."""
        from invopt.ingest.refusals import rejected_rows

        return rejected_rows(self)

    def plan(self, as_of: dt.date | str) -> AnalysisWorkspace:
        """Work through the night as of a day (the first one not yet observed) and publish it; returns itself.

        Raises `StageError` or `IngestError` naming what is wrong, `WorkspaceBusy` while another run is under way.
        """
        from invopt.stages import run_stages

        run_stages(self, dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of)
        return self

    # -- the published plan --------------------------------------------------------------------------------

    @property
    def as_of(self) -> dt.date:
        """The day that the published plan was made for."""
        from invopt.report.plan import as_of_day

        return as_of_day(self._snapshot)

    @property
    def table_names(self) -> list[str]:
        """Every table of a published plan; the dictionary explains their columns."""
        from invopt.tables import RUN_TABLES

        return sorted(table.name for table in RUN_TABLES)

    def skus(self) -> pd.DataFrame:
        """One row a planned SKU-location: what it is, its stock, its forecast's quality, its policy.

        `sku_location` with `stock_position`, `forecast_model` and `policy` beside it; columns that stand in several
        are taken once.
        """
        rows = self.table("sku_location").query("is_planned")
        for name in ("stock_position", "forecast_model", "policy"):
            part = self.table(name)
            new = [column for column in part.columns if column not in rows.columns]
            rows = rows.merge(part[[*_KEY, *new]], on=_KEY, how="left", validate="one_to_one")
        return rows.reset_index(drop=True)

    def explain(self, sku_id: str, location_id: str | None = None) -> pd.DataFrame:
        """Why that quantity: one row a term, `units` with its sign; their sum is exactly what is proposed.

        Raises `WorkspaceError` where nothing is proposed for the SKU-location.
        """
        import pandas as pd

        from invopt.purchasing import explain
        from invopt.report.sku_page import record

        place = self._place(sku_id, location_id)
        proposal = record(self._plan_of(sku_id), "order_proposal", sku_id, place)
        if proposal is None:
            raise WorkspaceError(f"The plan of {self.as_of} proposes nothing for {sku_id!r} at {place!r}.")
        found = explain(proposal)
        terms = [(term.words, float(term.units)) for term in (*found.terms, *found.changes)]
        return pd.DataFrame(terms, columns=["term", "units"])

    def what_if(self, sku_id: str, location_id: str | None = None) -> pd.DataFrame:
        """What a longer lead time, a higher target or a larger MOQ would do to the quantity: one row a question.

        Columns: question, final_units, change_units, note. What SKUs share (budget, supplier minimum) is left out.
        """
        from invopt.stages.what_if import answer_what_if

        return answer_what_if(self, sku_id, self._place(sku_id, location_id))

    # -- forecasts -----------------------------------------------------------------------------------------

    def forecast_methods(self, sku_id: str, location_id: str | None = None, *, periods_ago: int = 0) -> pd.DataFrame:
        """What each method says of the periods ahead, a column a method, beside the `combination` that the plan uses.

        With `periods_ago` the methods stand that far back, knowing the demand before it and nothing later, and
        `actual_units` and `is_censored` say what came. Seasons, effects of events and weights that SKUs share are
        those of today. A method that abstains from the series is left out. Before a planner's overrides.
        """
        return self._methods.ahead(sku_id, self._place(sku_id, location_id), periods_ago)

    def forecast_weights(self, sku_id: str, location_id: str | None = None) -> pd.Series:
        """How much each method counts in the combination; sums to 1."""
        return self._methods.weights(sku_id, self._place(sku_id, location_id))

    def forecast_diagnosis(self, sku_id: str, location_id: str | None = None) -> Diagnosis | None:
        """What statsmodels makes of the series: strength of trend and season, the smoothing it prefers, what is left.

        A second opinion, not the plan's method; None with less than eight known periods.
        """
        from invopt import calendars
        from invopt.report.diagnose import diagnose
        from invopt.report.series import history

        season = 52 if calendars.days_in(self.settings.business.period) == 7 else 7
        return diagnose(history(self._plan_of(sku_id), sku_id, self._place(sku_id, location_id)), season, 8)

    # -- stock and money -----------------------------------------------------------------------------------

    def exchange_curve(self, weight: str = "margin") -> pd.DataFrame:
        """Stock value against fill rate of the whole range: one row a price of a shortage, ascending.

        No other mix of levels reaches a point above the curve. `weight` says what a unit short counts: units, revenue
        or margin. Columns: price, stock_value (levels at cost, in the shop's currency), fill_rate (share of weighted
        demand), cycle_service (mean over SKUs).
        """
        curve = self._mix(weight=weight, fill_rate=0.95).curve
        return curve.assign(stock_value=curve["stock_value"] / self._scale)

    def plan_on_curve(self, weight: str = "margin") -> pd.Series:
        """Where the plan's own levels lie beside the exchange curve: stock_value and fill_rate by the same measure."""
        import pandas as pd

        value, fill_rate = self._mix(weight=weight, fill_rate=0.95).today
        return pd.Series({"stock_value": value / self._scale, "fill_rate": fill_rate})

    def service_mix(
        self, *, budget: float | None = None, fill_rate: float | None = None, weight: str = "margin"
    ) -> pd.DataFrame:
        """The best levels for a budget or for a fill rate of the whole range, a row a SKU-location, beside the plan's.

        Exactly one of `budget` (value of all levels at cost, in the shop's currency) and `fill_rate`. Columns:
        plan_level_units, level_units (the best), cycle_service and fill_rate that come of it, level_minor.
        """
        rows = self._mix(weight=weight, fill_rate=fill_rate, budget=budget).rows
        levels = self.table("policy")[[*_KEY, "target_level_units"]]
        levels = levels.rename(columns={"target_level_units": "plan_level_units"})
        return rows.merge(levels, on=_KEY, how="left", validate="one_to_one")

    def rehearse(self, section: str, **values: Any) -> dict[str, pd.DataFrame]:
        """The policy and the purchases that other settings would have made; nothing is published.

        E.g. `shop.rehearse("policy", target_by_class={"A": 0.99, "B": 0.95, "C": 0.9})["order_proposal"]`. Facts,
        forecasts, lead times and decisions stay those of the published plan.
        """
        from invopt.stages.rehearsal import rehearsal, replanned

        run = rehearsal(self, self._snapshot)
        policy, proposals = replanned(run, settings=self.settings.replaced(section, **values))
        return {"policy": policy, "order_proposal": proposals}

    def replay(self, periods: int = 26) -> pd.DataFrame:
        """The last periods played again in money: the default policy, base stock, weeks of cover, perfect foresight.

        One row a rule, money in minor units; `saving_share` is what the default policy saves against the rule, with
        its bounds. Each rule knows only what was known when it ordered.
        """
        from invopt.stages.replay import replay_history

        return replay_history(self, periods).table

    # -- orders, parcels, returns --------------------------------------------------------------------------

    def promises(self) -> pd.DataFrame:
        """Promises scored on delivered parcels, one row a carrier's service.

        Columns: carrier_id, service_id, parcels, kept_share with the bounds of its 90% interval (kept_low,
        kept_high; Wilson), early_days (mean days before the promised day), wanted_share (shipping.promise_share).
        """
        from invopt.report.figures import promise_record

        return promise_record(self.table("shipment"), self.settings.shipping.promise_share)

    def return_curve(self, by: str | None = None) -> pd.DataFrame:
        """Share of sold units that is back within so many days of the sale: one row a day (and group).

        `by` groups by a column of `sku_location`, e.g. "category_id". Units sold lately have not been seen for long
        and count as that (Kaplan-Meier). Columns: the group, days, back_share.
        """
        from invopt.analysis.returns import return_curve

        return return_curve(self, by)

    # -- figures -------------------------------------------------------------------------------------------

    def draw_demand(self, sku_id: str, location_id: str | None = None, axes: Axes | None = None) -> Axes:
        """Observed demand, censored periods shaded, outliers marked, and the fan of the forecast."""
        from invopt.report.axes import draw_demand

        return draw_demand(self._plan_of(sku_id), sku_id, self._place(sku_id, location_id), axes)

    def draw_stock(self, sku_id: str, location_id: str | None = None, axes: Axes | None = None) -> Axes:
        """Stock expected by week, with today's order and without, and the reorder point."""
        from invopt.report.axes import draw_stock

        return draw_stock(self._plan_of(sku_id), sku_id, self._place(sku_id, location_id), axes)

    def draw_stock_value(self, axes: Axes | None = None) -> Axes:
        """Stock value by week: if the plan goes on, if nothing is ordered, and at target."""
        from invopt.report.axes import draw_stock_value

        return draw_stock_value(self._summary, self.table("forecast"), axes)

    def draw_service(self, axes: Axes | None = None) -> Axes:
        """Service expected by ABC class, with this plan and if nothing is ordered, against the target."""
        from invopt.report.axes import draw_service

        return draw_service(self._summary, axes)

    def draw_forecast_methods(
        self, sku_id: str, location_id: str | None = None, *, periods_ago: int = 0, axes: Axes | None = None
    ) -> Axes:
        """The methods beside each other, the combination in front, and what came where it is known."""
        from invopt.analysis.drawing import draw_methods

        place = self._place(sku_id, location_id)
        methods = self.forecast_methods(sku_id, place, periods_ago=periods_ago)
        return draw_methods(methods, f"{sku_id} at {place}", self.settings.business.period, axes)

    def draw_exchange_curve(self, weight: str = "margin", axes: Axes | None = None) -> Axes:
        """Stock value against fill rate, the best mix as a line and the plan as a mark."""
        from invopt.report.axes import draw_exchange_curve

        mix = self._mix(weight=weight, fill_rate=0.95)
        axes = draw_exchange_curve(mix.curve, self.settings.business.currency, {"the plan's levels": mix.today}, axes)
        axes.set_ylim(min(0.7, mix.today[1] - 0.1), 1.005)  # hardly any stock is no choice
        return axes

    def draw_replay(self, played: pd.DataFrame, axes: Axes | None = None) -> Axes:
        """What each rule of `replay` cost, by kind of cost."""
        from invopt.analysis.drawing import draw_replay

        return draw_replay(played, self.settings.business.currency, axes)

    def draw_promises(self, axes: Axes | None = None) -> Axes:
        """Promises kept by carrier's service, with their intervals, against the share that was wanted."""
        from invopt.analysis.drawing import draw_promises

        return draw_promises(self.promises(), axes)

    def draw_return_curve(self, by: str | None = None, axes: Axes | None = None) -> Axes:
        """Share of sold units back within so many days, a line a group."""
        from invopt.analysis.drawing import draw_return_curve

        return draw_return_curve(self.return_curve(by), by, axes)

    # -- what the methods share ----------------------------------------------------------------------------

    @property
    def _snapshot(self) -> Snapshot:
        if self.published is None:
            raise WorkspaceError(f"{self.root} has no published plan yet. Make one with: invopt plan")
        return self.published

    @cached_property
    def _methods(self) -> Methods:
        from invopt.analysis.forecasts import Methods
        from invopt.stages.run import published_run

        return Methods(published_run(self))

    @cached_property
    def _summary(self) -> Plan:
        from invopt.report.plan import Plan

        return Plan.for_summary(self._snapshot, self.settings)

    def _plan_of(self, sku_id: str) -> Plan:
        from invopt.report.plan import Plan

        return Plan.for_skus(self._snapshot, self.settings, [sku_id])

    def _mix(self, *, weight: str, fill_rate: float | None = None, budget: float | None = None) -> Mix:
        from invopt.stages.service_mix import best_service_mix

        minor = None if budget is None else budget * self._scale
        return best_service_mix(self, budget_minor=minor, fill_rate=fill_rate, weight=weight)

    @property
    def _scale(self) -> float:
        from invopt.money import digits

        return float(10.0 ** digits(self.settings.business.currency))

    def _place(self, sku_id: str, location_id: str | None) -> str:
        if location_id is not None:
            return location_id
        known = self.table("sku_location").query("sku_id == @sku_id")
        if known.empty:
            raise WorkspaceError(f"The plan of {self.as_of} knows no SKU {sku_id[:80]!r}.")
        best = known.sort_values(["is_planned", "last_year_units", "location_id"], ascending=[False, False, True])
        return str(best["location_id"].iloc[0])
