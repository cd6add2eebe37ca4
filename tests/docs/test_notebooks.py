"""The notebooks run from the first cell to the last on the sample, and lie in git without their outputs."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import invopt
from invopt.errors import WorkspaceError
from invopt.sample import ShopSpec
from invopt.stages import run_stages
from invopt.workspace import Workspace

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_notebook_runs(path, demo, kernel_environment):
    notebook = nbformat.read(path, as_version=4)
    named = [cell for cell in notebook.cells if '"../data/demo"' in cell.source]
    assert len(named) == 1
    named[0].source = named[0].source.replace('"../data/demo"', repr(str(demo.root)))
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 5, "an analyst wants pictures"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_stripped(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


def test_open_is_the_way_in(demo):
    assert invopt.open(demo.root) == demo
    with pytest.raises(WorkspaceError, match="invopt init"):
        invopt.open(demo.root / "inbox")
