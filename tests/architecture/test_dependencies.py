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


def test_machine_code_is_made_in_one_place() -> None:
    """Whoever compiles by himself escapes the cache that follows a change through every caller."""
    compilers = {"njit", "jit", "vectorize", "guvectorize"}
    for path in SOURCE.rglob("*.py"):
        if path.name != "compiled.py":
            names = {module.rpartition(".")[2] for module in imported_modules(path) if module.startswith("numba")}
            assert not names & compilers, f"{path.name} compiles by itself: use invopt.probability.compiled"


def test_machine_code_is_kept_by_all_the_text_it_was_made_from() -> None:
    from invopt.probability.compiled import _imported_from

    def behind(name: str) -> set[str]:
        return {path.relative_to(SOURCE).as_posix() for path in _imported_from(SOURCE / name)}

    assert {"inventory/_quantity_kernel.py", "inventory/_distributions.py"} <= behind("inventory/_projection_kernel.py")
    assert "forecast/season_kernel.py" in behind("forecast/ets/block.py"), "through others"
    assert not any(name.startswith("shipping/") for name in behind("forecast/ets/block.py"))
