"""Commands about returns: answer them, ask what may come back, record each step, overrule the policy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invopt.cli.common import AsOfOption, JsonOption, WorkspaceOption, as_of_day, print_json

ReturnArgument = Annotated[str, typer.Argument(help="Return, e.g. R100233.")]
LineArgument = Annotated[str, typer.Argument(help="Line of the return; all of them if left out.")]
ReasonOption = Annotated[str | None, typer.Option(help="Why, for those who ask later.")]
ByOption = Annotated[str | None, typer.Option(help="Who decides; default: the user logged in.")]

group = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group.command(epilog="Example: invopt returns quote 100233")(quote)
    group.command(epilog="Example: invopt returns grant R100233 1 --reason 'promised by phone'")(grant)
    group.command(epilog="Example: invopt returns refuse R100233 1 --reason 'not our article'")(refuse)
    group.command(epilog="Example: invopt returns label R100233")(label)
    group.command(epilog="Example: invopt returns scan R100233")(scan)
    group.command(epilog="Example: invopt returns receive R100233 1 2 LEEDS")(receive)
    group.command(epilog="Example: invopt returns grade R100233 1 as_new --photo IMG_4711.jpg")(grade)
    group.command(epilog="Example: invopt returns dispose R100233 1 quarantine")(dispose)
    group.command(epilog="Example: invopt returns refurbished R100233 1 done")(refurbished)
    group.command(epilog="Example: invopt returns refund R100233")(refund)
    group.command(epilog="Example: invopt returns send R100233 1")(send)
    app.add_typer(group, name="returns", epilog="Example: invopt returns")


@group.callback()
def returns(
    context: typer.Context, workspace: WorkspaceOption = Path(), as_of: AsOfOption = None, as_json: JsonOption = False
) -> None:
    """Take in new returns and answer them by the policy, on the last night's plan. Its commands record each step."""
    if context.invoked_subcommand is not None:
        return
    from invopt.cli.planning import day_part_of
    from invopt.stages.night import RETURNS_STAGES

    day_part_of(workspace, as_of, RETURNS_STAGES, "returns", as_json)


def quote(
    order: Annotated[str, typer.Argument(help="Order that a customer asks about.")],
    workspace: WorkspaceOption = Path(),
    as_of: AsOfOption = None,
    reason: Annotated[str, typer.Option(help="Why, e.g. changed_mind, size_or_fit, defective.")] = "changed_mind",
    customer: Annotated[str | None, typer.Option(help="Who asks; another's order is answered like none.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what of an order may come back, until when, for what refund and by which rule; "no" names rule and date."""
    from invopt.money import to_major
    from invopt.stages.return_desk import quote_order
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    found = quote_order(shop, order, as_of_day(as_of, shop), reason, customer)
    if as_json:
        print_json(found.frame.to_dict("records"))
        return
    for row in found.frame.to_dict("records"):
        units = f"{row['granted_units']:g} x {row['sku_id']}" if row["sku_id"] else f"order {order}"
        if row["outcome"] == "granted":
            money = f"{to_major(row['refund_minor'], row['currency'])} {row['currency']}"
            print(f"yes  {units}: {money} back, postage paid by the {row['label_paid_by']}; {row['reason']}")
        else:
            print(f"no   {row['sku_id'] or units}; {row['reason']}")
    print(f"Answered in {found.seconds * 1000:.0f} ms, reading {found.reading_seconds * 1000:.0f} ms.")


def grant(
    return_id: ReturnArgument, line: LineArgument = "", workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None, by: ByOption = None,
) -> None:  # fmt: skip
    """Grant a return that the policy refuses; never more than was bought and paid."""
    _decide(workspace, return_id, line, "grant", by, reason)


def refuse(
    return_id: ReturnArgument, line: LineArgument = "", workspace: WorkspaceOption = Path(),
    reason: ReasonOption = None, by: ByOption = None,
) -> None:  # fmt: skip
    """Refuse a return that the policy grants."""
    _decide(workspace, return_id, line, "refuse", by, reason)


def label(
    return_id: ReturnArgument, line: LineArgument = "", workspace: WorkspaceOption = Path(), by: ByOption = None
) -> None:
    """Say that the customer has the label."""
    _decide(workspace, return_id, line, "label", by)


def scan(
    return_id: ReturnArgument, line: LineArgument = "", workspace: WorkspaceOption = Path(), by: ByOption = None
) -> None:
    """Say that the carrier has taken the parcel; where the policy says so, the refund is due now."""
    _decide(workspace, return_id, line, "scan", by)


def receive(
    return_id: ReturnArgument,
    line: Annotated[str, typer.Argument(help="Line of the return.")],
    units: Annotated[float, typer.Argument(help="Units counted.", min=0)],
    location: Annotated[str, typer.Argument(help="Location where they are.")],
    sku: Annotated[str | None, typer.Option(help="SKU that arrived, where it is another than announced.")] = None,
    workspace: WorkspaceOption = Path(),
    by: ByOption = None,
) -> None:
    """Record what was counted when the goods arrived: as announced, more, fewer or another article."""
    _decide(workspace, return_id, line, "receive", by, value=f"{units:g}|{location}" + (f"|{sku}" if sku else ""))


def grade(
    return_id: ReturnArgument,
    line: Annotated[str, typer.Argument(help="Line of the return.")],
    found: Annotated[str, typer.Argument(help="as_new, opened, worn, damaged or defective.")],
    photo: Annotated[str | None, typer.Option(help="Where the photograph lies.")] = None,
    workspace: WorkspaceOption = Path(),
    by: ByOption = None,
) -> None:
    """Record the condition; the next run says where the goods go and when the refund is due."""
    _decide(workspace, return_id, line, "grade", by, value=found + (f"|{photo}" if photo else ""))


def dispose(
    return_id: ReturnArgument,
    line: Annotated[str, typer.Argument(help="Line of the return.")],
    disposition: Annotated[str, typer.Argument(help="restock, refurbish, quarantine, scrap or back_to_supplier.")],
    workspace: WorkspaceOption = Path(),
    by: ByOption = None,
) -> None:
    """Send graded goods elsewhere than their worth says."""
    _decide(workspace, return_id, line, "dispose", by, value=disposition)


def refurbished(
    return_id: ReturnArgument,
    line: Annotated[str, typer.Argument(help="Line of the return.")],
    result: Annotated[str, typer.Argument(help="done or failed.")],
    workspace: WorkspaceOption = Path(),
    by: ByOption = None,
) -> None:
    """Say how the work on returned goods ended; done puts them back on sale."""
    _decide(workspace, return_id, line, "refurbished", by, value=result)


def refund(
    return_id: ReturnArgument, line: LineArgument = "", workspace: WorkspaceOption = Path(), by: ByOption = None
) -> None:
    """Say that the money went back."""
    _decide(workspace, return_id, line, "refund", by)


def send(
    return_id: ReturnArgument, line: LineArgument = "", workspace: WorkspaceOption = Path(), by: ByOption = None
) -> None:
    """Say that the replacement of an exchange has left."""
    _decide(workspace, return_id, line, "send", by)


def _decide(
    workspace: Path, return_id: str, line: str, action: str, by: str | None, reason: str | None = None, *,
    value: str | None = None,
) -> None:  # fmt: skip
    import datetime as dt
    import getpass

    from invopt.decisions import append_decision
    from invopt.errors import InvoptError
    from invopt.returns import check_decision, decision_key
    from invopt.workspace import Workspace

    check_decision(action, value)
    shop = Workspace.open(workspace)
    known = shop.table("return_authorisation")
    lines = known.loc[known["return_id"] == return_id, "return_line_id"].tolist()
    wanted = [line] if line else lines
    if not lines or any(one not in lines for one in wanted):
        there = f"it has {', '.join(lines)}" if lines else "there is no such return"
        raise InvoptError(f"return {return_id}, line {line or 'any'}: {there} in the published plan.")
    for one in wanted:
        append_decision(
            shop.decisions_path, subject="return", key=decision_key(return_id, one), action=action, reason=reason,
            decided_by=by or getpass.getuser(), decided_at=dt.datetime.now(dt.UTC).replace(tzinfo=None),
            to_value=value,
        )  # fmt: skip
    print(
        f"{return_id}: {action} recorded for {len(wanted)} line{'s' if len(wanted) > 1 else ''}; the next run follows."
    )
