"""Commands about the forecast: override it, undo an override, list them, and take them from a file."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from invopt.cli.common import JsonOption, WorkspaceOption, print_json

if TYPE_CHECKING:
    from invopt.forecast import Override
    from invopt.workspace import Workspace

ByOption = Annotated[str | None, typer.Option(help="Who decides; default: the user logged in.")]
_FILE_COLUMNS = ("scope", "key", "first_on", "last_on", "mode", "value")
_FILE_OPTIONAL = ("location_id", "reason", "decided_by", "expires_on")


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Override the forecast: by whom, why, until when; scored later.", no_args_is_help=True)
    group.command(
        "override",
        epilog="Example: invopt forecast override sku BED043 --percent 30 --first 2026-03-09 --last 2026-03-22 "
        "--reason 'magazine test'",
    )(override)
    group.command("load", epilog="Example: invopt forecast load overrides.csv --by ann")(load)
    group.command("undo", epilog="Example: invopt forecast undo 3f2a9c0d1e --reason 'fair was cancelled'")(undo)
    group.command("list", epilog="Example: invopt forecast list --json")(list_)
    app.add_typer(group, name="forecast")


def override(
    scope: Annotated[str, typer.Argument(help="What it is about: sku, category or promotion.")],
    key: Annotated[str, typer.Argument(help="Which SKU, category or promotion.")],
    workspace: WorkspaceOption = Path(),
    percent: Annotated[float | None, typer.Option(help="Change the forecast by so many per cent, e.g. 30.")] = None,
    units: Annotated[
        float | None,
        typer.Option(help="Units that all it is about ask for from the first to the last day together."),
    ] = None,
    first: Annotated[str | None, typer.Option(help="First day, e.g. 2026-03-09; a promotion has its own.")] = None,
    last: Annotated[str | None, typer.Option(help="Last day.")] = None,
    location: Annotated[str | None, typer.Option("--location", "-l", help="Location; default: all.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why: it is scored by what came, and read then.")] = None,
    expires: Annotated[
        str | None, typer.Option(help="Last day on which a plan follows it; default: its last day.")
    ] = None,
    by: ByOption = None,
) -> None:
    """Override the forecast of a SKU, a category or a promotion from the next plan on."""
    from invopt.errors import InvoptError
    from invopt.forecast import Override
    from invopt.workspace import Workspace

    if (percent is None) == (units is None):
        raise InvoptError("Say either --percent or --units.")
    mode, value = ("percent", percent) if percent is not None else ("absolute", units)
    asked = Override(scope, key, location, _day(first, "--first"), _day(last, "--last"), mode, float(value or 0.0))
    shop = Workspace.open(workspace)
    override_id = _append(shop, asked, by, reason, _day(expires, "--expires"))
    print(f"{override_id}: {_words(asked)}. The next plan follows it.")


def load(
    file: Annotated[Path, typer.Argument(help=f"CSV with {', '.join(_FILE_COLUMNS)}; see docs/forecasting.md.")],
    workspace: WorkspaceOption = Path(),
    by: ByOption = None,
) -> None:
    """Take overrides from a CSV file: all of its rows, or none where one of them is wrong."""
    from invopt.errors import IngestError
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    rows, faults = _rows(file)
    if faults:
        raise IngestError(f"{file}: {len(faults)} rows cannot be followed; none was taken. " + " ".join(faults[:5]))
    for asked, row in rows:
        _append(shop, asked, row.get("decided_by") or by, row.get("reason"), _day(row.get("expires_on"), "expires_on"))
    print(f"{len(rows)} overrides taken from {file}. The next plan follows them.")


def undo(
    overrides: Annotated[list[str], typer.Argument(help="Ids as `invopt forecast list` shows them, or their start.")],
    workspace: WorkspaceOption = Path(),
    reason: Annotated[str | None, typer.Option(help="Why, for those who ask later.")] = None,
    by: ByOption = None,
) -> None:
    """Undo overrides; what they did to past forecasts is still scored."""
    from invopt.decisions import append_decision, read_decisions
    from invopt.errors import InvoptError
    from invopt.forecast import decided_overrides
    from invopt.forecast.override_decisions import SUBJECT, UNDO
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    standing = [entry.override_id for entry in decided_overrides(read_decisions(shop.decisions_path))
                if not entry.is_undone]  # fmt: skip
    meant = []
    for wanted in overrides:
        found = [override_id for override_id in standing if override_id.startswith(wanted)]
        if len(found) != 1:
            problem = "no override that stands" if not found else f"the start of {len(found)} overrides"
            raise InvoptError(f"{wanted!r} is {problem}. See them with: invopt forecast list")
        meant += found
    for override_id in meant:
        append_decision(
            shop.decisions_path,
            subject=SUBJECT,
            key=override_id,
            action=UNDO,
            decided_by=by or getpass.getuser(),
            decided_at=dt.datetime.now(dt.UTC).replace(tzinfo=None),
            reason=reason,
        )
    print(f"{len(meant)} undone; the next plan goes without.")


def list_(workspace: WorkspaceOption = Path(), as_json: JsonOption = False) -> None:
    """Show every override that was decided, oldest first."""
    from invopt.decisions import read_decisions
    from invopt.forecast import decided_overrides
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    found = decided_overrides(read_decisions(shop.decisions_path))
    entries: list[dict[str, Any]] = [
        {
            "override_id": entry.override_id,
            **(vars(entry.override) if entry.override else {"fault": entry.fault}),
            "reason": entry.reason,
            "decided_by": entry.decided_by,
            "decided_at": entry.decided_at,
            "expires_on": entry.expires_on.date() if entry.expires_on is not None else None,
            "is_undone": entry.is_undone,
        }
        for entry in found
    ]
    if as_json:
        print_json({"overrides": entries})
        return
    for entry in found:
        what = _words(entry.override) if entry.override else entry.fault
        until = f", until {entry.expires_on.date()}" if entry.expires_on is not None else ""
        state = " (undone)" if entry.is_undone else ""
        why = f": {entry.reason}" if entry.reason else ""
        print(f"{entry.override_id[:10]}  {what}{until}, by {entry.decided_by}{why}{state}")
    print(f"{len(found)} overrides. What they were worth: invopt table forecast_value_added")


def _rows(file: Path) -> tuple[list[tuple[Override, dict[str, str]]], list[str]]:
    """The overrides of a CSV file with their rows, and what is wrong with the others, by line."""
    import csv

    from invopt.errors import IngestError, InvoptError
    from invopt.forecast import Override

    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text)
            names = reader.fieldnames or []
            if missing := [name for name in _FILE_COLUMNS if name not in names]:
                raise IngestError(f"{file}: columns {', '.join(missing)} are missing; found {', '.join(names)}.")
            if unknown := [name for name in names if name not in (*_FILE_COLUMNS, *_FILE_OPTIONAL)]:
                raise IngestError(f"{file}: columns {', '.join(unknown)} are unknown.")
            lines = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise IngestError(f"{file}: cannot be read ({error}). Bring a CSV file in UTF-8.") from error
    found, faults = [], []
    for line, row in lines:
        try:
            asked = Override(
                scope=row["scope"] or "",
                key=row["key"] or "",
                location_id=row.get("location_id") or None,
                first_on=_day(row["first_on"], "first_on"),
                last_on=_day(row["last_on"], "last_on"),
                mode=row["mode"] or "",
                value=_number(row["value"]),
            )
            _day(row.get("expires_on"), "expires_on")
            found.append((asked, row))
        except InvoptError as error:
            faults.append(f"Line {line}: {error}")
    return found, faults


def _append(shop: Workspace, asked: Override, by: str | None, reason: str | None, expires: dt.date | None) -> str:
    from invopt.decisions import append_decision
    from invopt.forecast.override_decisions import OVERRIDE, SUBJECT

    return append_decision(
        shop.decisions_path,
        subject=SUBJECT,
        key=asked.decision_key,
        action=OVERRIDE,
        decided_by=by or getpass.getuser(),
        decided_at=dt.datetime.now(dt.UTC).replace(tzinfo=None),
        to_value=asked.to_value,
        reason=reason or None,
        expires_on=expires or asked.last_on,
    )


def _words(asked: Override) -> str:
    where = f" at {asked.location_id}" if asked.location_id else ""
    when = f" from {asked.first_on} to {asked.last_on}" if asked.first_on else " on its days"
    change = f"{asked.value:+g}%" if asked.mode == "percent" else f"{asked.value:g} units in all"
    return f"{asked.scope} {asked.key}{where}{when}: {change}"


def _day(text: str | None, name: str) -> dt.date | None:
    from invopt.errors import InvoptError

    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvoptError(f"{name} {text!r} is no date; write one like 2026-03-16.") from error


def _number(text: str | None) -> float:
    from invopt.errors import InvoptError

    try:
        return float(text or "")
    except ValueError as error:
        raise InvoptError(f"value {text!r} is no number.") from error
