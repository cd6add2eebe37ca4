"""`invopt review`: the app on this machine, or on a network where there are users to keep others out."""

from __future__ import annotations

import getpass
import ipaddress
from pathlib import Path

from invopt.errors import InvoptError
from invopt.review.app import LOCAL_HOSTS, create_app
from invopt.review.users import User, read_users
from invopt.workspace import Workspace

USERS_FILE = "users.toml"


def serve(
    workspace: Workspace,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    names: tuple[str, ...] = (),
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """Serve the app until stopped.

    host: the address to listen on. names: further names it is reached by, e.g. behind a proxy. certificate, key:
    files for HTTPS. Raises `InvoptError` for a host beyond this machine where there are no users, or no name.
    """
    import uvicorn

    users = read_users(workspace.root / USERS_FILE)
    check_reach(host, users, names)
    # An address stands for any of the machine's; then only the names given are answered to.
    hosts = LOCAL_HOSTS | {name for name in (host, *names) if name not in ("0.0.0.0", "::")}
    app = create_app(workspace, users, hosts=frozenset(hosts), alone=User(getpass.getuser(), "approver"))
    way = "https" if certificate else "http"
    shown = f"[{host}]" if ":" in host else host
    print(f"The desk of {workspace.settings.business.name} is at {way}://{shown}:{port}  (Ctrl-C stops it)", flush=True)
    if not users:
        print(
            "There are no users: whoever reaches this machine's own address decides as you. Add one: invopt user NAME"
        )
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        timeout_keep_alive=15,
    )


def check_reach(host: str, users: dict[str, User], names: tuple[str, ...] = ()) -> None:
    """Raise `InvoptError` for a host that others can reach while there are no users."""
    if is_local(host):
        return
    if not users:
        raise InvoptError(
            f"{host} can be reached by others, and there are no users: everybody could decide. "
            "Add users first, with: invopt user NAME --role approver"
        )
    if host in ("0.0.0.0", "::") and not names:
        raise InvoptError(f"{host} is every address of this machine: say by which name people reach it, with --name.")


def is_local(host: str) -> bool:
    """Whether only this machine can reach a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
