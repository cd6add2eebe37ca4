"""Commands by which a planner decides: approve, change, reject, snooze, send, confirm, receive, release."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invopt.cli.common import WorkspaceOption

if TYPE_CHECKING:
    import pandas as pd

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
    app.command(epilog="Example: invopt send PO-1042 'BED043|BATH|2026-03-02'")(send)
    app.command(epilog="Example: invopt receive 'BED043|BATH|2026-03-02' 16")(receive)
    app.command(epilog="Example: invopt release 100233 --reason 'address confirmed by phone'")(release)


def approve(
    proposals: ProposalArgument,
    workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None,
    by: ByOption = None,
) -> None:
    """Approve proposals as they stand; the next plan counts them as on order."""
    rows = _proposals(workspace, proposals)
    for proposal_id, row in rows.items():
        _decide(workspace, "order_proposal", proposal_id, "approve", by, reason, value=_value(row["final_units"], row))
    print(f"{len(rows)} approved.")


def change(
    proposal: Annotated[str, typer.Argument(help="Proposal id.")],
    units: Annotated[float, typer.Argument(help="Quantity to order instead.", min=0)],
    workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None,
    by: ByOption = None,
) -> None:
    """Approve a proposal with another quantity."""
    row = _proposals(workspace, [proposal])[proposal]
    _decide(workspace, "order_proposal", proposal, "change", by, reason, value=_value(units, row))
    print(f"{proposal}: {units:g} instead of {row['final_units']:g}.")


def reject(
    proposals: ProposalArgument, workspace: WorkspaceOption = Path(), reason: ReasonOption = None, by: ByOption = None
) -> None:
    """Turn proposals down."""
    for proposal_id in _proposals(workspace, proposals):
        _decide(workspace, "order_proposal", proposal_id, "reject", by, reason)
    print(f"{len(proposals)} rejected.")


def snooze(
    proposals: ProposalArgument,
    until: Annotated[str, typer.Option(help="Last day on which it stays quiet, e.g. 2026-03-16.")],
    workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None,
    by: ByOption = None,
) -> None:
    """Keep proposals quiet until a day."""
    from invopt.errors import InvoptError

    try:
        day = dt.date.fromisoformat(until)
    except ValueError as error:
        raise InvoptError(f"--until {until!r} is no date; write one like 2026-03-16.") from error
    for proposal_id in _proposals(workspace, proposals):
        _decide(workspace, "order_proposal", proposal_id, "snooze", by, reason, expires_on=day)
    print(f"{len(proposals)} quiet until {day}.")


def send(
    purchase_order: Annotated[str, typer.Argument(help="Number of the purchase order they leave in.")],
    proposals: ProposalArgument,
    workspace: WorkspaceOption = Path(),
    by: ByOption = None,
) -> None:
    """Say that approved proposals were sent to the supplier."""
    for proposal_id in proposals:
        _decide(workspace, "order_proposal", proposal_id, "send", by, None, value=purchase_order)
    print(f"{len(proposals)} sent as {purchase_order}.")


def receive(
    proposal: Annotated[str, typer.Argument(help="Proposal id of what was sent.")],
    units: Annotated[float, typer.Argument(help="Units that arrived.", min=0)],
    workspace: WorkspaceOption = Path(),
    by: ByOption = None,
) -> None:
    """Say that units of a sent proposal arrived; the rest stays on order."""
    _decide(workspace, "order_proposal", proposal, "receive", by, None, value=f"{units:g}")
    print(f"{proposal}: {units:g} received.")


def release(
    order: Annotated[str, typer.Argument(help="Order on hold.")],
    workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None,
    by: ByOption = None,
) -> None:
    """Release an order from its hold."""
    from invopt.errors import InvoptError
    from invopt.workspace import Workspace

    checks = Workspace.open(workspace).table("order_check")
    outcomes = dict(zip(checks["order_id"], checks["outcome"], strict=True))
    if order not in outcomes:
        raise InvoptError(f"Order {order!r} is not among the open orders of the published plan.")
    if outcomes[order] != "on_hold":
        raise InvoptError(f"Order {order!r} is not on hold: it is {outcomes[order]}.")
    _decide(workspace, "order", order, "release", by, reason)
    print(f"{order} released; the next run allocates it.")


def _proposals(workspace: Path, wanted: list[str]) -> dict[str, pd.Series]:
    """The proposals named, from the published plan. Raises `InvoptError` for one that is not there."""
    from invopt.errors import InvoptError
    from invopt.workspace import Workspace

    table = Workspace.open(workspace).table("order_proposal").set_index("proposal_id", drop=False)
    missing = [name for name in wanted if name not in table.index]
    if missing:
        raise InvoptError(
            f"{missing[0]!r} is no proposal of the published plan. See them with: invopt table order_proposal"
        )
    return {str(row["proposal_id"]): row for _, row in table.loc[wanted].iterrows()}


def _value(units: float, row: pd.Series) -> str:
    from invopt.purchasing import decision_value

    return decision_value(units, row)


def _decide(
    workspace: Path,
    subject: str,
    key: str,
    action: str,
    by: str | None,
    reason: str | None,
    *,
    value: str | None = None,
    expires_on: dt.date | None = None,
) -> None:
    from invopt.decisions import append_decision
    from invopt.workspace import Workspace

    append_decision(
        Workspace.open(workspace).decisions_path,
        subject=subject,
        key=key,
        action=action,
        decided_by=by or getpass.getuser(),
        decided_at=dt.datetime.now(dt.UTC).replace(tzinfo=None),
        to_value=value,
        reason=reason,
        expires_on=expires_on,
    )
