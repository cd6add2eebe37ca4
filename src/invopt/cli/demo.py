"""`invopt demo`: the whole night on a made-up shop, from nothing."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: invopt demo data/demo")(demo)


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder for the demo's workspace.")] = Path("invopt-demo"),
) -> None:
    """Make a made-up shop, plan its night, and say what to buy, what ships and what is at risk.

    Run again it changes nothing; remove the folder to begin anew.
    """
    from invopt.cli.common import progress_to_stderr
    from invopt.cli.planning import show as show_plan
    from invopt.sample.spec import ShopSpec
    from invopt.sample.write import write_shop
    from invopt.stages import run_stages
    from invopt.workspace import Workspace

    spec = ShopSpec()
    show = progress_to_stderr()
    if not (folder / "settings.toml").exists():
        with tempfile.TemporaryDirectory() as made:
            show("making up a shop")
            write_shop(spec, Path(made))
            workspace = Workspace.create(folder)
            shutil.copyfile(Path(made) / "settings.toml", workspace.root / "settings.toml")
            for path in sorted(Path(made).glob("*.csv")):
                shutil.copyfile(path, workspace.inbox / path.name)
    workspace = Workspace.open(folder)
    show("planning its night (the first time on a machine, a minute or two goes into compiling)")
    show_plan(run_stages(workspace, spec.as_of, show))
