"""`invopt serve`: a real server, a schedule that comes round, and nothing left when it ends."""

import json
import re
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

import psutil
import pytest

from invopt.packaged import packaged_folder
from invopt.serving import SCHEDULES
from invopt.stages import run_stages
from tests.flows.outside import attempts, closed_environment
from tests.pipeline.shop import SPEC

SERVE = """
import sys
from pathlib import Path
from invopt.serving import serve_schedules
from invopt.workspace import Workspace
serve_schedules(Workspace.open(Path(sys.argv[1])), schedules=(("fulfil", "every-minute", "* * * * *"),))
"""


def completed_runs(address):
    """Scheduled runs that have completed."""
    body = {"flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}}}
    request = urllib.request.Request(
        f"{address}/api/flow_runs/filter", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return [run for run in json.load(answer) if run["auto_scheduled"]]


def address_in(said):
    """The server's address, once it has been printed."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = re.search(r"Prefect's pages: (http://\S+)", said.read_text(encoding="utf-8"))
        if found:
            return found.group(1)
        time.sleep(0.5)
    raise AssertionError(said.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "service-stop"])
def test_a_schedule_fires_and_everything_ends(shop, tmp_path, how):
    run_stages(shop, SPEC.as_of)
    command = [sys.executable, "-c", SERVE, str(shop.root)]
    environment = closed_environment(tmp_path / "closed")
    said = tmp_path / "said.txt"  # a pipe that nobody empties would stop whoever writes to it
    with said.open("w") as words, subprocess.Popen(command, env=environment, stdout=words, stderr=words) as served:
        try:
            address = address_in(said)
            deadline, runs = time.monotonic() + 240, []
            while not runs and time.monotonic() < deadline:
                time.sleep(2)
                runs = completed_runs(address)
            children = psutil.Process(served.pid).children(recursive=True)
        finally:
            served.send_signal(how)
        served.wait(timeout=60)
    assert [run["state"]["type"] for run in runs] == ["COMPLETED"], said.read_text(encoding="utf-8")
    assert "-fulfil-" in shop.published.run_id
    assert served.returncode == 0
    assert "Traceback" not in said.read_text(encoding="utf-8")
    assert len(children) >= 2, "server and runner"
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    assert attempts(tmp_path / "closed") == ""


def test_prefect_yaml_and_serve_name_the_same_schedules():
    text = (Path(__file__).parents[2] / "prefect.yaml").read_text(encoding="utf-8")
    entries = re.findall(r"- name: (\S+)\n.*?entrypoint: flows/(\w+)\.py:(\w+)\n.*?cron: \"(.*?)\"", text, re.DOTALL)
    assert [(flow, name, cron) for name, flow, _, cron in entries] == list(SCHEDULES)
    assert all(flow == function for _, flow, function, _ in entries)


@pytest.mark.parametrize("flow", [entry[0] for entry in SCHEDULES])
def test_every_scheduled_flow_is_there(flow):
    text = (packaged_folder("flows") / f"{flow}.py").read_text(encoding="utf-8")
    assert f"def {flow}(workspace: str" in text


def test_the_server_that_works_is_pinned():
    """Later ones cannot start, or never fire a schedule."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert {"fastapi<0.151", "sqlalchemy<2.1"} <= set(project["project"]["dependencies"])
