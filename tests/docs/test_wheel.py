"""The wheel works outside its clone: installed alone, it has its settings, its flows, its SQL and its pages."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LOOK = """
import json, pathlib, invopt
from invopt.packaged import packaged_folder
from invopt.settings import Settings
found = {"code": invopt.__file__, "flows": sorted(path.name for path in packaged_folder("flows").glob("*.py")),
         "models": sorted(path.name for path in packaged_folder("models").iterdir()),
         "folder": str(packaged_folder("flows"))}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--no-index",
               "--quiet", "--disable-pip-version-check", "--wheel-dir", str(folder)]  # fmt: skip
    subprocess.run(command, check=True, timeout=300, cwd=folder)
    (path,) = folder.glob("invopt-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment that holds invopt alone; what it depends on is borrowed, the clone is out of sight."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True, timeout=120)
    library = next(home.glob("lib/python*/site-packages"))
    command = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--no-deps",
               "--no-index", "--quiet", "--disable-pip-version-check", str(wheel)]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, env=environment, cwd=home, check=True, timeout=300)
    # A plain path, not a path file: that would bring the clone along where it is installed as editable.
    borrowed = home / "borrowed"
    borrowed.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.startswith(("invopt", "__editable__", "_invopt")):
            (borrowed / path.name).symlink_to(path)
    environment["PYTHONPATH"] = str(borrowed)
    return home, library, environment


def run(installed, *words, cwd):
    home, _, environment = installed
    return subprocess.run(
        [str(home / "bin" / words[0]), *words[1:]],
        env=environment, cwd=cwd, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


def test_the_wheel_carries_what_runs(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src" / "invopt").rglob("*")
              if path.is_file() and path.suffix != ".pyc" and path.suffix not in (".nbi", ".nbc")}  # fmt: skip
    wanted |= {f"invopt/_flows/{path.name}" for path in (ROOT / "flows").glob("*.py")}
    wanted |= {f"invopt/_models/{path.name}" for path in (ROOT / "models").iterdir() if path.is_file()}
    assert wanted <= names, sorted(wanted - names)[:10]
    assert not [name for name in names if name.startswith(("tests", "data", "benchmarks")) or name.endswith(".nbi")]


def test_it_is_the_installed_one_that_answers(installed, tmp_path):
    _, library, _ = installed
    found = json.loads(run(installed, "python", "-c", LOOK, cwd=tmp_path).stdout)
    assert found["code"] == str(library / "invopt" / "__init__.py")
    assert found["folder"] == str(library / "invopt" / "_flows")
    assert {"plan.py", "fulfil.py", "returns.py"} <= set(found["flows"])
    assert "default.toml" in found["models"]


def test_its_command_makes_a_workspace(installed, tmp_path):
    answer = run(installed, "invopt", "--help", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "From order history" in answer.stdout
    answer = run(installed, "invopt", "init", "my-shop", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    settings = (tmp_path / "my-shop" / "settings.toml").read_text(encoding="utf-8")
    assert settings == (ROOT / "models" / "default.toml").read_text(encoding="utf-8")
    answer = run(installed, "invopt", "status", "--workspace", "my-shop", "--json", cwd=tmp_path)
    assert json.loads(answer.stdout)["run_id"] is None, answer.stderr
