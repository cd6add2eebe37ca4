"""Commands about what leaves the house: papers, messages to customers, advice on cartons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invopt.cli.common import AsOfOption, JsonOption, WorkspaceOption, as_of_day, print_json


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(epilog="Example: invopt papers")(papers)
    app.command(epilog="Example: invopt send-messages --dry-run")(send_messages)
    app.command(epilog="Example: invopt advise-cartons 5")(advise_cartons)


def papers(workspace: WorkspaceOption = Path(), as_json: JsonOption = False) -> None:
    """Write packing slips, pick lists, labels, commercial invoices and return labels of the plan as PDF."""
    from invopt.stages.papers import write_papers
    from invopt.workspace import Workspace

    paths = write_papers(Workspace.open(workspace))
    if as_json:
        print_json({name: str(path) for name, path in paths.items()})
    else:
        for path in paths.values():
            print(path)


def send_messages(
    workspace: WorkspaceOption = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the drafts; send nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Send the plan's drafted messages by mail, each once. Off until settings mail.is_enabled says otherwise."""
    import dataclasses
    import datetime as dt

    from invopt.messages.outbox import send_drafts, smtp_sender
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    drafts = shop.table("message")
    if dry_run:
        for row in drafts.to_dict("records"):
            recipient = row["recipient"] if isinstance(row["recipient"], str) else "nobody known"
            print(f"{row['message_id']}  to {recipient}: {row['subject']}")
        print(f"{len(drafts)} drafts, none sent.")
        return
    settings = shop.settings.mail
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    outcome = send_drafts(drafts, shop.root / "sent.jsonl", settings, smtp_sender(settings), now)
    if as_json:
        print_json(dataclasses.asdict(outcome))
    else:
        for state, count in dataclasses.asdict(outcome).items():
            print(f"{state.replace('_', ' '):16} {count}")


def advise_cartons(
    sizes: Annotated[int, typer.Argument(help="How many carton sizes to keep.", min=1)],
    workspace: WorkspaceOption = Path(),
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which carton sizes would have shipped the last year's orders cheapest, postage included."""
    from invopt.money import to_major
    from invopt.stages.papers import advise_on_cartons
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    advice = advise_on_cartons(shop, sizes, as_of_day(as_of, shop))
    inner = ["carton_id", "inner_length_mm", "inner_width_mm", "inner_height_mm", "parcels"]
    if as_json:
        print_json(
            {"cartons": advice.carton[inner].to_dict("records"), "cost_minor": advice.cost_minor,
             "cost_now_minor": advice.cost_now_minor, "consignments": advice.consignments, "left_out": advice.left_out}
        )  # fmt: skip
        return
    print(advice.carton[inner].to_string(index=False))
    currency = shop.settings.business.currency
    print(f"{advice.consignments:,} consignments of the last year looked at, {advice.left_out:,} left out.")
    print(f"With these: {to_major(advice.cost_minor, currency)} {currency};", end=" ")
    print(f"with today's cartons: {to_major(advice.cost_now_minor, currency)} {currency}.")
