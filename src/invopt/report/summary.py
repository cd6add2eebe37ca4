"""The morning in the terminal: what to buy, what is at risk, what ships, what is on hold, where the report lies."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid
from rich.text import Text

from invopt.report.figures import Figures, bought, morning_figures
from invopt.report.plan import Plan
from invopt.report.sections import ALERT_WORDS
from invopt.report.sentences import leads, morning
from invopt.report.words import Words
from invopt.settings import Settings
from invopt.workspace import Snapshot

_ROWS = 6
_LONGEST = 40


def print_summary(
    snapshot: Snapshot, settings: Settings, *, report: Path | None = None, console: Console | None = None
) -> None:
    """Print the summary of a published plan; `report` is where its page lies."""
    print_plan(Plan.for_summary(snapshot, settings), report=report, console=console)


def print_plan(plan: Plan, *, report: Path | None = None, console: Console | None = None) -> None:
    """Print the summary of a plan that was read already."""
    out = console or Console()
    words = Words(plan.settings.business.locale)
    figures = morning_figures(plan)
    out.print()
    out.print(Text(f"{plan.settings.business.name}, {words.long_day(plan.as_of)}", style="bold"))
    for sentence in morning(figures, words):
        out.print(Text(sentence))
    _purchase(plan, words, out)
    _alerts(plan, figures, words, out)
    _fulfilment(plan, figures, words, out)
    _stability(plan, words, out)
    out.print()
    sections = leads(figures, words)
    for name in ("service", "stock", "forecast", "returns", "assumptions", "data"):
        out.print(Text(sections[name], style="dim" if name in ("assumptions", "data") else ""))
    if report is not None:
        out.print()
        out.print(Text("Report: ", style="bold") + Text(str(report)), soft_wrap=True)


def _stability(plan: Plan, words: Words, out: Console) -> None:
    for row in plan.table("plan_stability").to_dict("records"):
        moved = f"; {words.share(row['moved_share'])} of the value planned before moved" * (
            not pd.isna(row["moved_share"])
        )
        out.print(Text(f"Since the last plan {row['changed_proposals']} proposals changed{moved}.", style="dim"))


def _purchase(plan: Plan, words: Words, out: Console) -> None:
    rows = bought(plan)
    rows = rows[rows["order_on"] <= plan.today]
    if rows.empty:
        return
    names = plan.table("supplier").set_index("supplier_id")["supplier_name"]
    grid = _grid("Buy today")
    grid.add_column("Supplier")
    grid.add_column("Lines", justify="right")
    grid.add_column("Units", justify="right")
    grid.add_column("Amount", justify="right")
    grid.add_column("Largest line")
    grouped = rows.groupby(["supplier_id", "currency"], dropna=False)
    sums = grouped.agg(
        lines=("sku_id", "size"), units=("final_units", "sum"), amount=("amount_minor", "sum"),
        largest=("amount_minor", "idxmax"),
    ).sort_values("amount", ascending=False, kind="stable").reset_index()  # fmt: skip
    for row in sums.head(_ROWS).to_dict("records"):
        line = rows.loc[row["largest"]]
        name = names.get(row["supplier_id"])
        grid.add_row(
            _cell(name if isinstance(name, str) else row["supplier_id"]),
            words.number(int(row["lines"])),
            words.units(round(float(row["units"]))),
            words.money(int(row["amount"]), str(row["currency"])),
            _cell(
                f"{line['sku_id']}: {words.units(line['final_units'])} for "
                f"{words.money(int(line['amount_minor']), str(line['currency']))}"
            ),
        )
    _more(grid, len(sums))
    out.print(grid)


def _alerts(plan: Plan, figures: Figures, words: Words, out: Console) -> None:
    alerts = plan.table("alert")
    if alerts.empty:
        return
    grid = _grid(f"Exceptions ({words.number(figures.exceptions)}, {words.number(figures.high_exceptions)} high)")
    grid.add_column("Exception")
    grid.add_column("How many", justify="right")
    grid.add_column("At stake", justify="right")
    grid.add_column("The largest", max_width=70)
    for row in alerts[alerts["alert_kind"] == "file_refused"].to_dict("records"):
        out.print(f"[bold red]{escape(str(row['message']))}[/] {escape(str(row['remedy']))}")
    alerts = alerts.sort_values(["worth_minor", "key"], ascending=[False, True], kind="stable")
    kinds = (
        alerts.groupby(["alert_kind", "currency"], sort=False)
        .agg(
            count=("key", "size"),
            worth=("worth_minor", "sum"),
            key=("key", "first"),
            message=("message", "first"),
        )
        .reset_index()
        .sort_values(["worth", "alert_kind"], ascending=[False, True], kind="stable")
    )
    for row in kinds.head(2 * _ROWS).to_dict("records"):
        grid.add_row(
            ALERT_WORDS.get(str(row["alert_kind"]), str(row["alert_kind"])),
            words.number(int(row["count"])),
            words.money(int(row["worth"]), str(row["currency"])),
            _cell(f"{str(row['key']).split('|')[0]}: {row['message']}", 110),
        )
    _more(grid, len(kinds), 2 * _ROWS)
    out.print(grid)


def _fulfilment(plan: Plan, figures: Figures, words: Words, out: Console) -> None:
    checks = plan.table("order_check")
    held = checks[checks["outcome"] == "on_hold"]
    if not held.empty:
        grid = _grid(f"On hold ({words.number(figures.orders_on_hold)})")
        grid.add_column("Order")
        grid.add_column("Value", justify="right")
        grid.add_column("Why")
        grid.add_column("Released by")
        held = held.sort_values(["amount_minor", "order_id"], ascending=[False, True], kind="stable")
        for row in held.head(_ROWS).to_dict("records"):
            grid.add_row(
                _cell(row["order_id"]),
                words.money(int(row["amount_minor"]), str(row["currency"])),
                _cell(row["reason"], 60),
                _cell(row["released_by"]),
            )
        _more(grid, len(held))
        out.print(grid)
    parcels = plan.table("parcel")
    parcels = parcels[(parcels["ships_on"] <= plan.today) & parcels["carrier_id"].notna()]
    if not parcels.empty:
        grid = _grid("Ships today")
        for name in ("From", "Carrier", "Parcels", "Postage", "Last promise"):
            grid.add_column(name, justify="right" if name in ("Parcels", "Postage") else "left")
        groups = parcels.groupby(["location_id", "carrier_id", "service_id", "currency"], dropna=False).agg(
            count=("parcel_id", "size"), cost=("cost_minor", "sum"), last=("promise_on", "max")
        )
        groups = groups.sort_values("count", ascending=False, kind="stable").reset_index()
        for row in groups.head(_ROWS).to_dict("records"):
            service = row["service_id"] if isinstance(row["service_id"], str) else ""
            grid.add_row(
                _cell(row["location_id"]),
                _cell(f"{row['carrier_id']} {service}"),
                words.number(int(row["count"])),
                words.money(int(row["cost"]), str(row["currency"])) if pd.notna(row["currency"]) else "–",
                words.day(row["last"]),
            )
        _more(grid, len(groups))
        out.print(grid)
    _warehouse(plan, words, out)


def _warehouse(plan: Plan, words: Words, out: Console) -> None:
    """Today's waves and the next working day's load, a line a location."""
    picks, hours = plan.table("pick_line"), plan.table("workload")
    if picks.empty and hours.empty:
        return
    grid = _grid("Warehouse")
    for name in ("Location", "Waves", "Lines", "Next day", "Busiest hour", "Left over"):
        grid.add_column(name, justify="left" if name == "Location" else "right")
    for place in sorted(set(picks["location_id"]) | set(hours["location_id"])):
        mine, ahead = picks[picks["location_id"] == place], hours[hours["location_id"] == place]
        busiest = ahead.sort_values(["new_lines", "hour"], ascending=[False, True]).head(1)
        grid.add_row(
            _cell(place),
            words.number(int(mine["wave_number"].nunique())),
            words.number(len(mine)),
            words.number(round(float(ahead["new_lines"].sum()))),
            *(f"{row['hour']:02d}:00 ({row['new_lines']:.0f})" for row in busiest.to_dict("records")),
            *([] if len(busiest) else ["–"]),
            words.number(round(float(ahead["waiting_lines"].iloc[-1]))) if len(ahead) else "–",
        )
    out.print(grid)


def _grid(title: str) -> Grid:
    return Grid(
        title=escape(title),
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 2, 0, 0),
        header_style="dim",
    )


def _more(grid: Grid, count: int, shown: int = _ROWS) -> None:
    if count > shown:
        grid.add_row(Text(f"and {count - shown:,} more", style="dim"))


def _cell(value: object, longest: int = _LONGEST) -> Text:
    # Control characters in a name must not move the cursor; Text is never read as markup.
    text = "".join(character if character.isprintable() else " " for character in str(value))
    return Text(text if len(text) <= longest else text[: longest - 1] + "…")
