"""Which way dependency runs: rooms meet in tables, and only one module knows the database."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "invopt"
FOUNDATION = {"tables", "settings", "errors", "calendars", "money", "probability"}
ROOMS = {"demand", "forecast", "inventory", "purchasing", "orders", "shipping", "returns"}
OUTSIDE_ROOMS = {"duckdb", "prefect", "matplotlib", "rich", "typer", "fastapi", "jinja2"}


def imported_modules(path: Path) -> set[str]:
    """Every module a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files_of(name: str) -> list[Path]:
    """The files of a room, or the one module of that name."""
    folder = SOURCE / name
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [SOURCE / f"{name}.py"]


def invopt_parts(modules: set[str]) -> set[str]:
    """The direct children of invopt that are imported."""
    return {module.split(".")[1] for module in modules if module.startswith("invopt.")}


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_the_foundation(room: str) -> None:
    for path in files_of(room):
        modules = imported_modules(path)
        parts = invopt_parts(modules) - {room}
        assert parts <= FOUNDATION, f"{path.name} imports {sorted(parts - FOUNDATION)}"
        foreign = {module.split(".")[0] for module in modules} & OUTSIDE_ROOMS
        assert not foreign, f"{path.name} imports {sorted(foreign)}"


@pytest.mark.parametrize("part", sorted(FOUNDATION))
def test_the_foundation_knows_no_room(part: str) -> None:
    for path in files_of(part):
        parts = invopt_parts(imported_modules(path)) - {part}
        assert parts <= FOUNDATION, f"{path.name} imports {sorted(parts - FOUNDATION)}"


def test_one_module_touches_the_database() -> None:
    users = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if any(module.split(".")[0] == "duckdb" for module in imported_modules(path))
    }
    assert users == {"database.py"}


def test_prefect_is_only_where_steps_are_ordered() -> None:
    users = {
        path.relative_to(SOURCE).parts[0]
        for path in SOURCE.rglob("*.py")
        if any(module.split(".")[0] == "prefect" for module in imported_modules(path))
    }
    assert users <= {"scheduling.py", "serving.py"}


def test_no_pickle_is_read() -> None:
    for path in SOURCE.rglob("*.py"):
        assert not {"pickle", "joblib", "dill"} & {name.split(".")[0] for name in imported_modules(path)}


def test_no_drawer_of_leftovers() -> None:
    names = {path.stem for path in SOURCE.rglob("*.py")}
    assert not names & {"utils", "helpers", "misc", "common_utils"}
