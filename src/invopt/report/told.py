"""One SKU at one location, told in the terminal."""

from __future__ import annotations

import pandas as pd
from rich.console import Console
from rich.text import Text

from invopt.purchasing import explain
from invopt.report.diagnose import diagnose, diagnosis_lines
from invopt.report.explain import explanation_grid
from invopt.report.page import sentence
from invopt.report.plan import Plan
from invopt.report.series import history
from invopt.report.sku_page import Record, assumed_inputs, record
from invopt.report.words import Words

_AHEAD = 6


def tell(
    plan: Plan,
    sku_id: str,
    location_id: str,
    console: Console,
    *,
    with_diagnosis: bool = True,
    what_if: pd.DataFrame | None = None,
) -> None:
    """Print the proposal with its terms, the forecast, what is assumed, and what statsmodels makes of the series.

    plan: read by `Plan.for_skus`; what_if: answers as `invopt.purchasing.what_if` gives them.
    Raises `TableError` where the terms of the proposal do not add up.
    """
    words = Words(plan.settings.business.locale)
    described = record(plan, "sku_location", sku_id, location_id) or {}
    policy = record(plan, "policy", sku_id, location_id)
    console.print()
    title = f"{sku_id} at {location_id}: {described.get('product_name') or ''}".rstrip(": ")
    console.print(Text(title[:160], style="bold"))
    _quantity(plan, sku_id, location_id, described, policy, words, console)
    if what_if is not None:
        for line in what_if_lines(what_if, words):
            console.print(Text(line))
    for text in assumed_inputs(plan, sku_id, location_id):
        console.print(Text(f"Assumed: {text}"))
    model = record(plan, "forecast_model", sku_id, location_id)
    if model is not None:
        console.print(Text(f"Forecast: {sentence(model['method'])} {sentence(model['reason'])}"))
        error, bias = words.share(model["wape"]), words.share(model["bias_share"])
        console.print(Text(f"Past error {error} of demand, bias {bias}."))
    _parts(plan, sku_id, location_id, words, console)
    if with_diagnosis:
        _series(plan, sku_id, location_id, console)


def what_if_lines(answers: pd.DataFrame, words: Words) -> list[str]:
    """What would change the quantity, a line a question."""
    lines = []
    for answer in answers.to_dict("records"):
        change = float(answer["change_units"])
        effect = f"{'+' if change > 0 else '−'}{words.exact(abs(change))}" if change else "no change"
        note = f" ({answer['note']})" if answer.get("note") else ""
        lines.append(f"With {answer['question']}: {effect}{note}.")
    return lines


def _quantity(
    plan: Plan,
    sku_id: str,
    location_id: str,
    described: Record,
    policy: Record | None,
    words: Words,
    console: Console,
) -> None:
    proposal = record(plan, "order_proposal", sku_id, location_id)
    if proposal is not None:
        console.print(explanation_grid(explain(proposal), words))
        if proposal["final_units"] > 0:
            supplier = proposal["supplier_id"] or "nobody yet"
            money = words.money(proposal["amount_minor"], proposal["currency"])
            console.print(
                Text(
                    f"From {supplier} for {money}: order on {words.day(proposal['order_on'])}, expected "
                    f"{words.day(proposal['expected_on'])}."
                )
            )
        console.print(Text(sentence(proposal["reason"])))
    elif policy is None:
        console.print(Text(f"Not planned: {described.get('excuse') or 'no policy was made'}."))
    else:
        console.print(
            Text(
                f"Nothing to buy: expected service {words.share(policy['current_cycle_service'])} without an order, "
                f"reorder point {words.units(policy['reorder_point_units'])}, target level "
                f"{words.units(policy['target_level_units'])}."
            )
        )


def _parts(plan: Plan, sku_id: str, location_id: str, words: Words, console: Console) -> None:
    """What events and planners add to the forecast of the next periods, and who decided it."""
    ahead = plan.table("forecast")
    ahead = ahead[(ahead["sku_id"] == sku_id) & (ahead["location_id"] == location_id)].sort_values("period_start")
    ahead = ahead.head(_AHEAD)
    for name, what in (("event_units", "Promotions and holidays"), ("override_units", "Overrides")):
        if ahead[name].abs().max() > 0.0:
            terms = ", ".join(f"{value:+,.1f}" for value in ahead[name])
            console.print(Text(f"{what} add to the next periods: {terms}."))
    made = plan.table("override_forecast")
    made = made[
        (made["sku_id"] == sku_id) & (made["location_id"] == location_id) & (made["period_start"] >= plan.today)
    ]
    if made.empty:
        return
    added = (made["overridden_units"] - made["baseline_units"]).groupby(made["override_id"]).sum()
    for one in plan.table("forecast_override").to_dict("records"):
        if one["override_id"] in added.index:
            units = float(added[one["override_id"]])
            why = f" ({one['reason']})" if isinstance(one["reason"], str) else ""
            console.print(
                Text(
                    f"Override of {one['scope']} {one['scope_id']} by {one['decided_by']}{why}: {units:+,.1f} units "
                    f"here, when it was first followed; in force until {words.day(one['expires_on'])}."
                )
            )


def _series(plan: Plan, sku_id: str, location_id: str, console: Console) -> None:
    season = 52 if plan.settings.business.period == "week" else 7
    found = diagnose(history(plan, sku_id, location_id), season, _AHEAD)
    if found is None:
        console.print(Text("Too little history for a second opinion by statsmodels."))
        return
    for line in diagnosis_lines(found):
        console.print(Text(line))
    ahead = plan.table("forecast")
    ahead = ahead[(ahead["sku_id"] == sku_id) & (ahead["location_id"] == location_id)].sort_values("period_start")
    means = ", ".join(f"{value:,.1f}" for value in ahead["mean_units"].head(_AHEAD))
    if means:
        console.print(Text(f"The plan's own next periods: {means}."))
