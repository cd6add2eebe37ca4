"""The night: the one list of stages and their order, how it is worked through, and how it is resumed."""

from __future__ import annotations

import datetime as dt
import resource
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from invopt.errors import InvoptError, StageError
from invopt.ingest import ingest_inbox
from invopt.ingest.erase import forget_again
from invopt.stages.alerts import raise_alerts
from invopt.stages.assumptions import list_assumptions
from invopt.stages.exports import write_exports
from invopt.stages.facts import gather_facts
from invopt.stages.forecast import make_forecast
from invopt.stages.forward import plan_ahead
from invopt.stages.messages import draft
from invopt.stages.orders import plan_orders
from invopt.stages.parcels import follow_parcels, plan_shipping
from invopt.stages.picking import plan_picking
from invopt.stages.policy import make_policy
from invopt.stages.publish import prune, publish
from invopt.stages.purchasing import plan_purchases
from invopt.stages.report import write_pages
from invopt.stages.returns import answer_returns
from invopt.stages.run import Progress, Run, begin, carry_over, clock, silent
from invopt.stages.supply import make_lead_times
from invopt.tables import (
    ALERT,
    ALLOCATION,
    ALLOCATION_BOUND,
    ASSUMED_INPUT,
    ASSUMPTION,
    AVAILABLE_TO_PROMISE,
    BACKLOG,
    CLEANED_DEMAND,
    DELIVERY_OPTION,
    DEMAND,
    DISPOSAL,
    EVENT_EFFECT,
    EXPECTED_RETURN,
    FORECAST,
    FORECAST_MODEL,
    FORECAST_OVERRIDE,
    FORECAST_SCORE,
    FORECAST_VALUE_ADDED,
    FORWARD_PLAN,
    INBOUND,
    LEAD_TIME,
    MESSAGE,
    OPEN_ORDER_ADVICE,
    OPEN_ORDER_LINE,
    ORDER_ARRIVAL,
    ORDER_CHECK,
    ORDER_COMMITMENT,
    ORDER_PROPOSAL,
    OVERRIDE_FORECAST,
    PARCEL,
    PARCEL_COST,
    PARCEL_LINE,
    PICK_LINE,
    PLACEMENT,
    PLAN_CHANGE,
    PLAN_STABILITY,
    PLANNED_ORDER,
    POLICY,
    PROMISE_SCORE,
    PURCHASE_ORDER_DRAFT,
    RATE_FAULT,
    REFUND_PART,
    REFUND_PAYMENT,
    REFURBISH_ORDER,
    REFUSED_DECISION,
    RESERVATION,
    RETURN_ACTION,
    RETURN_AUTHORISATION,
    RETURN_CLAIM,
    RETURN_CLUSTER,
    RETURN_COHORT,
    RETURN_EXCHANGE,
    RETURN_LABEL,
    RETURN_LATE,
    RETURN_MARGIN,
    RETURN_MOVEMENT,
    RETURN_RATE,
    RETURN_SCORE,
    RETURN_SHARE,
    RETURN_SHARE_BY,
    RETURN_STEP,
    RETURN_SUMMARY,
    RETURN_TIME,
    RETURNED_SALE,
    SERIAL_RETURNER,
    SHIPMENT,
    SKU_LOCATION,
    STOCK_POSITION,
    STOCK_PRICE,
    SUPPLIER_ORDER,
    TRANSFER_PROPOSAL,
    TRANSIT_TIME,
    WORKLOAD,
    Table,
)
from invopt.workspace import Workspace


@dataclass(frozen=True)
class Stage:
    """A step of the night: a function that reads tables of the run, and writes others."""

    name: str
    work: Callable[[Run], None]
    makes: tuple[Table, ...]
    meaning: str
    remedy: str


NIGHT: tuple[Stage, ...] = (
    Stage(
        "facts",
        gather_facts,
        (
            SKU_LOCATION,
            STOCK_POSITION,
            INBOUND,
            DEMAND,
            OPEN_ORDER_LINE,
            ORDER_ARRIVAL,
            RESERVATION,
            RETURN_COHORT,
            RETURNED_SALE,
            SERIAL_RETURNER,
            RETURN_SHARE_BY,
            ASSUMED_INPUT,
        ),
        "stock, demand and open orders as of the day",
        "Look at `invopt status` for what was taken in.",
    ),
    Stage(
        "forecast",
        make_forecast,
        (
            CLEANED_DEMAND,
            EVENT_EFFECT,
            FORECAST,
            FORECAST_MODEL,
            FORECAST_SCORE,
            FORECAST_OVERRIDE,
            OVERRIDE_FORECAST,
            FORECAST_VALUE_ADDED,
        ),
        "what customers will want",
        "Look at the demand of the SKUs named.",
    ),
    Stage("lead_times", make_lead_times, (LEAD_TIME,), "how long each supplier takes", "Look at the receipts."),
    Stage(
        "tracking",
        follow_parcels,
        (SHIPMENT, TRANSIT_TIME, PROMISE_SCORE),
        "where parcels are, and how long trips take",
        "Look at the tracking events.",
    ),
    Stage(
        "returns",
        answer_returns,
        (
            RETURN_AUTHORISATION,
            DISPOSAL,
            RETURN_SUMMARY,
            REFUND_PART,
            REFUND_PAYMENT,
            RETURN_EXCHANGE,
            REFURBISH_ORDER,
            RETURN_CLAIM,
            RETURN_MOVEMENT,
            RETURN_LABEL,
            RETURN_STEP,
            RETURN_TIME,
            RETURN_LATE,
            RETURN_RATE,
            RETURN_SHARE,
            EXPECTED_RETURN,
            RETURN_SCORE,
            RETURN_MARGIN,
            RETURN_ACTION,
            RETURN_CLUSTER,
        ),
        "returns answered, and those to expect",
        "Look at return_policy.toml and the returns taken in.",
    ),
    Stage(
        "orders",
        plan_orders,
        (ORDER_CHECK, PARCEL_COST, STOCK_PRICE, ALLOCATION, BACKLOG, ALLOCATION_BOUND, AVAILABLE_TO_PROMISE),
        "open orders verified and allocated",
        "Look at the open orders.",
    ),
    Stage("policy", make_policy, (POLICY,), "how much stock is right", "Look at targets and lead times."),
    Stage(
        "purchasing",
        plan_purchases,
        (
            TRANSFER_PROPOSAL,
            ORDER_PROPOSAL,
            ORDER_COMMITMENT,
            REFUSED_DECISION,
            SUPPLIER_ORDER,
            OPEN_ORDER_ADVICE,
            PLAN_CHANGE,
        ),
        "what to buy",
        "Look at the suppliers' terms.",
    ),
    Stage(
        "forward",
        plan_ahead,
        (PLANNED_ORDER, FORWARD_PLAN, PLAN_STABILITY, PURCHASE_ORDER_DRAFT),
        "the weeks ahead by supplier",
        "Look at forecast and terms.",
    ),
    Stage(
        "parcels",
        plan_shipping,
        (PARCEL, PARCEL_LINE, PLACEMENT, DELIVERY_OPTION, RATE_FAULT),
        "cartons, carriers and promises",
        "Look at cartons and rate cards.",
    ),
    Stage("picking", plan_picking, (PICK_LINE, WORKLOAD), "waves of today, hours of tomorrow", "Look at locations."),
    Stage("messages", draft, (MESSAGE,), "what customers should hear", "Look at settings business.locale."),
    Stage("alerts", raise_alerts, (ALERT,), "what needs a person", "Look at the tables named."),
    Stage("assumptions", list_assumptions, (ASSUMPTION,), "what was assumed", "Look at the settings."),
    Stage("exports", write_exports, (), "the plan as CSV, Excel and Parquet", "Look at the exports folder."),
    Stage("report", write_pages, (), "the morning's report", "Look at the reports folder."),
)

# Parts of the night that run through the day, on the forecasts and policies of the last night.
FULFIL_STAGES = ("facts", "tracking", "orders", "parcels", "picking", "messages", "alerts", "exports", "report")
RETURNS_STAGES = ("facts", "tracking", "returns", "messages", "alerts", "report")


def day_part(names: tuple[str, ...]) -> tuple[Stage, ...]:
    """The named stages, in the order of the night."""
    return tuple(stage for stage in NIGHT if stage.name in names)


def do(_: str, step: Callable[[], None]) -> None:
    """Do a step here and now; a scheduler passes its own way of doing one."""
    step()


def run_stages(
    workspace: Workspace,
    as_of: dt.date,
    progress: Progress = silent,
    *,
    stages: tuple[Stage, ...] = NIGHT,
    kind: str = "plan",
    seen_until: dt.datetime | Callable[[], dt.datetime] | None = None,
    step: Callable[[str, Callable[[], None]], None] = do,
) -> Run:
    """Take in the inbox, work through `stages`, publish; what an interrupted run finished is not done again.

    `kind` names the run ("plan", "fulfil", "returns"). `seen_until` is the UTC moment up to which facts are read:
    the beginning of the as-of day by default; a clock for a run in the middle of a day, which is asked once the
    inbox has been taken in, so that an edit or a cancellation in it counts at once. `step` does one named step, so
    that a scheduler can watch and retry each.

    Raises `WorkspaceBusy` while another run holds the workspace, and `StageError` naming what failed.
    """
    with workspace.lock():
        step("ingest", lambda: take_in(workspace, progress))
        moment = seen_until() if callable(seen_until) else seen_until
        run = begin(workspace, as_of, progress, kind=kind, seen_until=moment)
        if kind != "plan":
            carry_over(run, tuple(table for stage in stages for table in stage.makes))
        for stage in stages:
            step(stage.name, partial(work, run, stage))
        step("publish", lambda: publish(run))
        prune(workspace, run.settings.run.keep_runs)
    return run


def take_in(workspace: Workspace, progress: Progress) -> None:
    """Take in whatever lies in the inbox.

    A file that is refused stays there and becomes the plan's first alert: a plan on yesterday's figures that says so
    serves a morning better than no plan.
    """
    for report in ingest_inbox(workspace):
        if report.problem:
            progress(f"REFUSED {report.problem}")
        else:
            progress(f"took in {report.file_name}: {report.rows_read:,} rows")
    forget_again(workspace)


def work(run: Run, stage: Stage) -> None:
    """Do one stage of a run unless it is done already. Raises `StageError` with the remedy where it fails."""
    if run.is_done(stage.name):
        run.progress(f"{stage.name}: done before")
        return
    run.progress(f"{stage.name}: {stage.meaning}")
    started = clock()
    try:
        stage.work(run)
    except StageError:
        raise
    except InvoptError as error:
        raise StageError(f"Stage {stage.name!r} failed ({stage.meaning}). {error} {stage.remedy}") from error
    run.mark_done(stage.name, clock() - started, stage.makes)


def peak_gib() -> float:
    """Largest resident memory of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
