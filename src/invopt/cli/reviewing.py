"""`invopt review`: the planner's desk in a browser; `invopt user`: who may sit at it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invopt.cli.common import WorkspaceOption


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: invopt review --workspace my-shop")(review)
    app.command(epilog="Example: invopt user ann --role approver --limit 5000")(user)


def review(
    workspace: WorkspaceOption = Path(),
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than this machine's own need users.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8765,
    name: Annotated[
        list[str] | None, typer.Option(help="A further name people reach it by, e.g. behind a proxy.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="Certificate file, for HTTPS.")] = None,
    key: Annotated[Path | None, typer.Option(help="Key file of the certificate.")] = None,
) -> None:
    """Serve the planner's desk until stopped: inbox, purchase plan, overrides, orders, holds, returns, targets.

    It reads the published plan and appends decisions to decisions.jsonl, and writes nothing else, so it never waits
    for a night. Without users it answers only to this machine, and whoever sits at it decides as you.
    """
    from invopt.review import serve
    from invopt.workspace import Workspace

    serve(Workspace.open(workspace), host=host, port=port, names=tuple(name or ()), certificate=certificate, key=key)


def user(
    name: Annotated[str, typer.Argument(help="Name to log in with.")],
    role: Annotated[
        str, typer.Option(help="viewer (looks), planner (decides what costs nothing) or approver (spends).")
    ] = "planner",
    limit: Annotated[
        str | None, typer.Option(help="Most that one decision of an approver may spend, in the shop's currency.")
    ] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Add a user of the desk, or change one; asks for the password, or reads it from standard input.

    Users are kept in users.toml of the workspace, with argon2 hashes of their passwords. The desk reads it when it
    starts.
    """
    import sys
    from decimal import Decimal, InvalidOperation

    from invopt.errors import InvoptError
    from invopt.money import to_minor
    from invopt.review.server import USERS_FILE
    from invopt.review.users import User, hash_password, write_user
    from invopt.workspace import Workspace

    shop = Workspace.open(workspace)
    try:
        limit_minor = None if limit is None else to_minor(Decimal(limit), shop.settings.business.currency)
    except InvalidOperation as error:
        raise InvoptError(f"--limit {limit!r} is no amount; write one like 5000.") from error
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    write_user(shop.root / USERS_FILE, User(name, role, limit_minor, hash_password(password)))
    print(f"{name} may log in as {role}. A desk that runs has to be started again.")
