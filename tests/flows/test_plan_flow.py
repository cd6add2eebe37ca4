"""The night as a Prefect flow, once: in a process of its own, on a fresh machine, with no way out of it."""

import json
import subprocess
import sys

import pytest

from invopt.stages import NIGHT
from tests.flows.outside import attempts, closed_environment
from tests.pipeline.shop import SPEC

SCRIPT = """
import dataclasses, datetime, json, os, sys
import flows.plan
from invopt import scheduling
from invopt.errors import DatabaseBusy, ForecastError
from invopt.workspace import Workspace
from prefect.client.orchestration import get_client
from prefect.testing.utilities import prefect_test_harness

root, day = sys.argv[1], datetime.date.fromisoformat(sys.argv[2])
found = {"analytics": os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"], "do_not_track": os.environ["DO_NOT_TRACK"]}
calls = {"busy": 0, "broken": 0}

def busy_once(run):
    calls["busy"] += 1
    if calls["busy"] == 1:
        raise DatabaseBusy("held by another process")

def broken(run):
    calls["broken"] += 1
    raise ForecastError("demand: 1 series is impossible.")

with prefect_test_harness(server_startup_timeout=180):
    with get_client(sync_client=True) as client:
        found["run_id"] = flows.plan.plan(root, day)
        found["tasks"] = [run.name.rsplit("-", 1)[0] for run in client.read_task_runs()]
        from prefect.client.schemas.sorting import ArtifactSort
        answer = client._client.post("/artifacts/filter", json={}).json()
        found["artifacts"] = sorted({entry["key"] for entry in answer})
    night = scheduling.NIGHT
    scheduling.NIGHT = (dataclasses.replace(night[0], name="busy", work=busy_once, makes=()),
                        dataclasses.replace(night[1], name="broken", work=broken, makes=()))
    with open(os.path.join(root, "settings.toml"), "a") as file:
        file.write("\\n[run]\\nkeep_runs = 5\\n")  # another setting, so another run
    try:
        flows.plan.plan(root, day)
    except Exception as error:
        found["failure"] = f"{type(error).__name__}: {error}"
found["calls"] = calls
found["published"] = Workspace.open(scheduling.Path(root)).published.run_id
print("FOUND " + json.dumps(found))
"""


@pytest.fixture
def found(shop, tmp_path):
    """What a process found that ran the flow twice: as it is, and with a stage that breaks."""
    command = [sys.executable, "-c", SCRIPT, str(shop.root), str(SPEC.as_of)]
    environment = closed_environment(tmp_path / "closed")
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=540, check=False)
    assert answer.returncode == 0, answer.stderr[-4000:]
    (line,) = [line for line in answer.stdout.splitlines() if line.startswith("FOUND ")]
    return json.loads(line.removeprefix("FOUND "))


def test_the_night_as_a_flow(found, shop, tmp_path):
    assert shop.published.run_id == found["run_id"]
    assert len(shop.table("order_proposal")) > 0
    assert set(found["tasks"]) == {"ingest", *(stage.name for stage in NIGHT), "publish"}
    assert "stages" in found["artifacts"]
    # A stage that another process kept waiting is tried again, one with a wrong input is not; the remedy is named.
    assert found["calls"] == {"busy": 2, "broken": 1}
    assert found["failure"].startswith("StageError: Stage 'broken' failed")
    assert found["failure"].endswith(NIGHT[1].remedy)
    assert "demand: 1 series is impossible." in found["failure"]
    assert found["published"] == found["run_id"], "the last plan stands when a later one fails"
    assert (found["analytics"], found["do_not_track"]) == ("false", "1")
    assert attempts(tmp_path / "closed") == ""
