"""The night and its parts as Prefect tasks, and the server that wakes them: Prefect only orders the steps."""

from __future__ import annotations

import csv
import datetime as dt
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from invopt.errors import DatabaseBusy, InvoptError, WorkspaceBusy
from invopt.stages.night import FULFIL_STAGES, NIGHT, RETURNS_STAGES, Stage, day_part, run_stages
from invopt.stages.run import Run
from invopt.workspace import Workspace

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

# Nothing leaves the machine, and a slow first start is no failure. Prefect reads these as it is imported, so
# whoever imports this module does it before Prefect.
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}
for _name, _value in QUIET.items():
    os.environ.setdefault(_name, _value)


def night_as_tasks(root: Path, as_of: dt.date | None) -> str:
    """The whole night, each stage a Prefect task; returns the id of the published run."""
    workspace = Workspace.open(root)
    run = _run(workspace, as_of or today(workspace), NIGHT, "plan")
    return run.run_id


def fulfilment_as_tasks(root: Path) -> str:
    """The stages from new orders to parcels, on the last night's plan."""
    workspace = Workspace.open(root)
    return _run(workspace, today(workspace), day_part(FULFIL_STAGES), "fulfil", seen_until=now).run_id


def returns_as_tasks(root: Path) -> str:
    """The stages about returns, on the last night's plan."""
    workspace = Workspace.open(root)
    return _run(workspace, today(workspace), day_part(RETURNS_STAGES), "returns", seen_until=now).run_id


def replay_as_task(root: Path, periods: int) -> str:
    """The past played again, its table left in the exports; returns the table's path."""
    from prefect.artifacts import create_table_artifact

    from invopt.stages.replay import replay_history

    workspace = Workspace.open(root)
    path = workspace.exports / "replay.csv"

    def play_again() -> None:
        replay_history(workspace, periods, print).table.to_csv(path, index=False)

    _step_as_task("replay", play_again)
    with path.open(encoding="utf-8", newline="") as file:
        create_table_artifact(key="replay", table=list(csv.DictReader(file)), description=f"Last {periods} periods")
    return str(path)


def today(workspace: Workspace) -> dt.date:
    """The day where the shop is."""
    return dt.datetime.now(ZoneInfo(workspace.settings.business.time_zone)).date()


def now() -> dt.datetime:
    """The present in UTC, as the database stores it."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def _run(
    workspace: Workspace,
    as_of: dt.date,
    stages: tuple[Stage, ...],
    kind: str,
    seen_until: Callable[[], dt.datetime] | None = None,
) -> Run:
    run = run_stages(workspace, as_of, print, stages=stages, kind=kind, seen_until=seen_until, step=_step_as_task)
    _leave_artifacts(run)
    return run


def _step_as_task(name: str, step: Callable[[], None]) -> None:
    """Do a step as a task: what another process holds is tried again, a wrong input is not."""
    from prefect import Task
    from prefect.cache_policies import NO_CACHE
    from prefect.tasks import exponential_backoff

    run_step = Task[[], None](
        step,
        name=name,
        retries=3,
        retry_delay_seconds=exponential_backoff(backoff_factor=5),
        retry_jitter_factor=0.5,
        retry_condition_fn=_can_be_retried,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    run_step()


def _can_be_retried(_task: Any, _task_run: Any, state: State[Any]) -> bool:
    try:
        state.result(raise_on_failure=True)
    except (DatabaseBusy, WorkspaceBusy, OSError):
        return True
    except InvoptError as error:
        return isinstance(error.__cause__, DatabaseBusy | WorkspaceBusy | OSError)
    return False


def _leave_artifacts(run: Run) -> None:
    """Leave the stages' times and the way to the report in Prefect's UI."""
    from prefect.artifacts import create_link_artifact, create_table_artifact

    seconds = run.stage_seconds()
    create_table_artifact(
        key="stages",
        table=[{"stage": stage.name, "seconds": seconds.get(stage.name)} for stage in NIGHT if stage.name in seconds],
        description=f"Stages of {run.run_id}",
    )
    report = run.workspace.reports / run.run_id / "index.html"
    if report.exists():
        create_link_artifact(key="report", link=report.as_uri(), link_text=f"Report of {run.as_of}")


@contextmanager
def prefect_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """A Prefect server of our own as a child process; yields its API address, and ends it on leaving.

    Schedules do not fire on Prefect's ephemeral server, so scheduling needs a real one. Its files lie in
    `folder`. Raises `InvoptError` where it does not answer within two minutes.
    """
    chosen = port or _free_port()
    address = f"http://127.0.0.1:{chosen}/api"
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **QUIET, "PREFECT_HOME": str(folder), "PREFECT_API_URL": address}
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "prefect",
                "server",
                "start",
                "--host",
                "127.0.0.1",
                "--port",
                str(chosen),
            ],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(server, address, folder / "server.log")
        yield address
    finally:
        end_process(server)


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process, by force where it does not end when asked to."""
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_healthy(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise InvoptError(f"Prefect's server did not start; its last words are in {log}. Is the port free?")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
