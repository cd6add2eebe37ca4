"""Commands by which a planner decides, from approval to the goods' arrival, and releases orders on hold."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import Annotated

import typer

from invopt.cli.common import JsonOption, WorkspaceOption, print_json

ReasonOption = Annotated[str | None, typer.Option(help="Why, for those who ask later.")]
ByOption = Annotated[str | None, typer.Option(help="Who decides; default: the user logged in.")]
ProposalArgument = Annotated[
    list[str],
    typer.Argument(help="Proposal ids as `invopt table order_proposal` shows them, e.g. 'A-1|LEEDS|2026-03-02'."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(epilog="Example: invopt approve 'BED043|BATH|2026-03-02'")(approve)
    app.command(epilog="Example: invopt change 'BED043|BATH|2026-03-02' 24 --reason 'trade fair'")(change)
    app.command(epilog="Example: invopt reject 'BED043|BATH|2026-03-02' --reason 'new supplier in May'")(reject)
    app.command(epilog="Example: invopt snooze 'BED043|BATH|2026-03-02' --until 2026-03-16")(snooze)
    app.command(epilog="Example: invopt send PO-20260302-LOOM-BATH")(send)
    app.command(epilog="Example: invopt confirm 2026-03-20 'BED043|BATH|2026-03-02'")(confirm)
    app.command(epilog="Example: invopt receive 'BED043|BATH|2026-03-02' 16")(receive)
    app.command(epilog="Example: invopt close 'BED043|BATH|2026-03-02' --reason 'rest cancelled'")(close)
    app.command(epilog="Example: invopt reopen 'BED043|BATH|2026-03-02'")(reopen)
    app.command(epilog="Example: invopt decide decisions.csv")(decide)
    app.command(epilog="Example: invopt purchase-orders")(purchase_orders)
    app.command(epilog="Example: invopt release 100233 --reason 'address confirmed by phone'")(release)


def approve(
    proposals: ProposalArgument,
    workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None,
    by: ByOption = None,
) -> None:
    """Approve proposals as they stand; the next plan counts them as on order."""
    _record(workspace, proposals, "approve", by, reason)
    print(f"{len(proposals)} approved.")


def change(
    proposal: Annotated[str, typer.Argument(help="Proposal id.")],
    units: Annotated[float, typer.Argument(help="Quantity to order instead.", min=0)],
    workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None,
    by: ByOption = None,
) -> None:
    """Approve a proposal with another quantity."""
    _record(workspace, [proposal], "change", by, reason, value=f"{units:g}")
    print(f"{proposal}: {units:g}.")


def reject(
    proposals: ProposalArgument, workspace: WorkspaceOption = Path(), reason: ReasonOption = None, by: ByOption = None
) -> None:
    """Turn proposals down."""
    _record(workspace, proposals, "reject", by, reason)
    print(f"{len(proposals)} rejected.")


def snooze(
    proposals: ProposalArgument,
    until: Annotated[str, typer.Option(help="Last day on which it stays quiet, e.g. 2026-03-16.")],
    workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None,
    by: ByOption = None,
) -> None:
    """Keep proposals quiet until a day."""
    day = _day(until, "--until")
    _record(workspace, proposals, "snooze", by, reason, expires_on=day)
    print(f"{len(proposals)} quiet until {day}.")


def reopen(
    proposals: ProposalArgument, workspace: WorkspaceOption = Path(), reason: ReasonOption = None, by: ByOption = None
) -> None:
    """Take back what was decided about proposals that were not sent yet."""
    _record(workspace, proposals, "reopen", by, reason)
    print(f"{len(proposals)} open again.")


def send(
    purchase_order: Annotated[str, typer.Argument(help="Number of the purchase order they leave in.")],
    proposals: Annotated[
        list[str] | None,
        typer.Argument(help="Proposal ids; without them, all lines that `invopt purchase-orders` wrote into it."),
    ] = None,
    workspace: WorkspaceOption = Path(),
    by: ByOption = None,
) -> None:
    """Say that approved proposals were sent to the supplier."""
    from invopt.errors import InvoptError

    if not proposals:
        from invopt.stages.purchase_orders import orders_to_send
        from invopt.workspace import Workspace

        lines = orders_to_send(Workspace.open(workspace))
        proposals = lines[lines["purchase_order_id"] == purchase_order]["proposal_id"].tolist()
        if not proposals:
            waiting = ", ".join(sorted(set(lines["purchase_order_id"]))) or "none"
            raise InvoptError(f"No purchase order {purchase_order!r} is waiting to be sent; waiting: {waiting}.")
    _record(workspace, proposals, "send", by, None, value=purchase_order)
    print(f"{len(proposals)} sent as {purchase_order}.")


def confirm(
    arrives_on: Annotated[str, typer.Argument(help="Day of arrival that the supplier confirmed, e.g. 2026-03-20.")],
    proposals: ProposalArgument,
    workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None,
    by: ByOption = None,
) -> None:
    """Say when the supplier will deliver what was sent; the next plan expects it then."""
    day = _day(arrives_on, "arrival")
    _record(workspace, proposals, "confirm", by, reason, value=day.isoformat())
    print(f"{len(proposals)} confirmed for {day}.")


def receive(
    proposal: Annotated[str, typer.Argument(help="Proposal id of what was sent.")],
    units: Annotated[float, typer.Argument(help="Units that arrived.", min=0)],
    workspace: WorkspaceOption = Path(),
    by: ByOption = None,
) -> None:
    """Say that units of a sent proposal arrived; the rest stays on order."""
    _record(workspace, [proposal], "receive", by, None, value=f"{units:g}")
    print(f"{proposal}: {units:g} received.")


def close(
    proposals: ProposalArgument, workspace: WorkspaceOption = Path(), reason: ReasonOption = None, by: ByOption = None
) -> None:
    """Expect no more of what was sent: the rest was cancelled, or will not come."""
    _record(workspace, proposals, "close", by, reason)
    print(f"{len(proposals)} closed.")


def decide(
    file: Annotated[
        Path,
        typer.Argument(help="CSV: proposal_id, action, and where needed value, reason, decided_by, expires_on."),
    ],
    workspace: WorkspaceOption = Path(),
    by: ByOption = None,
) -> None:
    """Take decisions about proposals from a file, all of them or, where one cannot be followed, none."""
    from invopt.stages.purchase_orders import read_wishes, record_decisions
    from invopt.workspace import Workspace

    wishes = read_wishes(file, by or getpass.getuser())
    record_decisions(Workspace.open(workspace), wishes, _now())
    print(f"{len(wishes)} decisions recorded.")


def purchase_orders(workspace: WorkspaceOption = Path(), as_json: JsonOption = False) -> None:
    """Write the approved orders that are to leave, for each supplier as CSV, Excel, PDF and JSON."""
    from invopt.stages.purchase_orders import write_purchase_orders
    from invopt.workspace import Workspace

    paths = write_purchase_orders(Workspace.open(workspace))
    if as_json:
        print_json([str(path) for path in paths])
        return
    for path in paths:
        print(path)
    if not paths:
        print("No approved order waits to be sent.")


def release(
    order: Annotated[str, typer.Argument(help="Order on hold.")],
    workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None,
    by: ByOption = None,
) -> None:
    """Release an order from its hold."""
    from invopt.decisions import append_decision
    from invopt.errors import InvoptError
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    checks = shop.table("order_check")
    outcomes = dict(zip(checks["order_id"], checks["outcome"], strict=True))
    if order not in outcomes:
        raise InvoptError(f"Order {order!r} is not among the open orders of the published plan.")
    if outcomes[order] != "on_hold":
        raise InvoptError(f"Order {order!r} is not on hold: it is {outcomes[order]}.")
    append_decision(
        shop.decisions_path,
        subject="order",
        key=order,
        action="release",
        decided_by=by or getpass.getuser(),
        decided_at=_now(),
        reason=reason,
    )
    print(f"{order} released; the next run allocates it.")


def _record(
    workspace: Path,
    proposals: list[str],
    action: str,
    by: str | None,
    reason: str | None,
    *,
    value: str | None = None,
    expires_on: dt.date | None = None,
) -> None:
    """Record the same decision about proposals, all or none. Raises `InvoptError` where one cannot be followed."""
    from invopt.stages.purchase_orders import Wish, record_decisions
    from invopt.workspace import Workspace

    wishes = [Wish(name, action, by or getpass.getuser(), value, reason, expires_on) for name in proposals]
    record_decisions(Workspace.open(workspace), wishes, _now())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def _day(text: str, name: str) -> dt.date:
    from invopt.errors import InvoptError

    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvoptError(f"{name} {text!r} is no date; write one like 2026-03-16.") from error
