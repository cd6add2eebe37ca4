"""The schedules of a workspace, served by a Prefect server that starts and ends with them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from invopt.errors import InvoptError
from invopt.packaged import packaged_folder
from invopt.scheduling import QUIET, end_process, prefect_server
from invopt.workspace import Workspace

# Flow, deployment and cron line, in the shop's time zone; prefect.yaml names the same for a server elsewhere.
SCHEDULES = (
    ("plan", "nightly", "30 2 * * *"),
    ("fulfil", "quarter-hourly", "*/15 * * * *"),
    ("returns", "hourly", "5 * * * *"),
    ("replay", "weekly", "0 4 * * 0"),
)


def serve_schedules(
    workspace: Workspace, port: int | None = None, schedules: tuple[tuple[str, str, str], ...] = SCHEDULES
) -> None:
    """Serve the schedules until interrupted or told to end; server and runner end with it.

    Raises `InvoptError` where the server or the runner ends by itself.
    """
    home = workspace.root / ".prefect"
    with ended_by_signal(), prefect_server(home, port) as address:
        print(f"Schedules of {workspace.root} are running. Prefect's pages: {address.removesuffix('/api')}", flush=True)
        runner = subprocess.Popen(
            [sys.executable, "-m", "invopt.serving", str(workspace.root), json.dumps(schedules)],
            env={**os.environ, **QUIET, "PREFECT_HOME": str(home), "PREFECT_API_URL": address},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the runner
        )
        try:
            _pass_on(runner)
            code = runner.wait()
        except KeyboardInterrupt:
            end_process(runner)
            return
    if code != 0:
        raise InvoptError(f"The schedules ended by themselves (exit code {code}). See {home / 'server.log'}.")


def _pass_on(runner: subprocess.Popen[bytes]) -> None:
    """Print what the runner says, until it ends; what it says while it is being ended is of no use to anyone."""
    assert runner.stdout is not None
    for line in runner.stdout:
        print(line.decode("utf-8", "replace"), end="", flush=True)


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Let SIGTERM, by which services are stopped, end this process as Ctrl-C does: with its children."""

    def interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run_schedules(root: Path, schedules: tuple[tuple[str, str, str], ...] = SCHEDULES) -> None:
    """Register the flows with the server named in the environment and run them as their times come."""
    from prefect import serve
    from prefect.flows import load_flow_from_entrypoint
    from prefect.schedules import Cron

    time_zone = Workspace.open(root).settings.business.time_zone
    flows = packaged_folder("flows")
    deployments: list[Any] = []
    for flow_name, deployment, cron in schedules:
        flow: Any = load_flow_from_entrypoint(f"{flows / flow_name}.py:{flow_name}")
        deployments.append(
            flow.to_deployment(
                name=deployment,
                schedule=Cron(cron, timezone=time_zone),
                parameters={"workspace": str(root)},
                concurrency_limit=1,
            )
        )
    serve(*deployments, print_starting_message=False, pause_on_shutdown=False)


if __name__ == "__main__":
    run_schedules(Path(sys.argv[1]), tuple(tuple(entry) for entry in json.loads(sys.argv[2])))
