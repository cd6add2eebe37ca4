"""The notebooks run from the first cell to the last on the sample, and lie in git without their outputs."""

import ast
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import invopt
from invopt.sample import ShopSpec
from invopt.stages import run_stages
from invopt.workspace import Workspace

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALLOWED = {"invopt", "matplotlib", "numpy", "pandas", "pathlib", "statistics", "tempfile"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The committed sample, planned: what `make demo` leaves."""
    shop = Workspace.create(tmp_path_factory.mktemp("demo") / "shop")
    shutil.copyfile(ROOT / "data" / "sample" / "settings.toml", shop.root / "settings.toml")
    for path in (ROOT / "data" / "sample").glob("*.csv"):
        shutil.copyfile(path, shop.inbox / path.name)
    run_stages(shop, ShopSpec().as_of)
    return shop


@pytest.fixture
def kernel_environment(monkeypatch, tmp_path):
    """The kernel is a process of its own: it finds this tree, and keeps its files out of the home folder."""
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in paths if path))
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")


def code_of(path):
    """The code cells of a notebook."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_notebook_runs(path, demo, kernel_environment):
    notebook = nbformat.read(path, as_version=4)
    named = [cell for cell in notebook.cells if cell.cell_type == "code" and '"../data/demo"' in cell.source]
    assert len(named) == 1
    named[0].source = named[0].source.replace('"../data/demo"', repr(str(demo.root)))
    home = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=home).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output["text"] for output in outputs if output.get("name") == "stderr"]
    pictures = sum("image/png" in output.get("data", {}) for output in outputs)
    assert pictures >= (5 if path.stem == "01_quickstart" else 1), "a question has its picture"


def test_there_is_one_for_each_part_of_the_trade():
    assert [path.stem for path in NOTEBOOKS] == [
        "01_quickstart", "02_your_own_data", "03_forecasts", "04_policy_and_exchange_curve", "05_replay_in_money",
        "06_orders_and_promises", "07_returns",
    ]  # fmt: skip


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_asks_a_question(path):
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    assert "?" in first.source.splitlines()[0] or path.stem in ("01_quickstart",)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_needs_the_public_interface_alone(path):
    """`import invopt` and what every analyst has; no module inside of invopt, no name with an underscore."""
    for cell in code_of(path):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= ALLOWED
                assert not any(alias.name.startswith("invopt.") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.module.split(".")[0] in ALLOWED - {"invopt"}
            elif isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_stripped(path):
    assert all(not cell.outputs and cell.execution_count is None for cell in code_of(path))


def test_the_way_in_is_written_down():
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert all(f"`{path.stem}`" in page for path in NOTEBOOKS)
    assert all(f"invopt.{name}" in page for name in invopt.__all__)
