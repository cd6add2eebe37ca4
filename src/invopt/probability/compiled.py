"""How every compiled kernel of the package is compiled: one place for it, so that all give the same digits."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar, cast

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

Function = TypeVar("Function", bound=Callable[..., Any])
Elementwise: TypeAlias = Callable[[ArrayLike, ArrayLike, ArrayLike], FloatArray]

# Arithmetic as written, with no liberties for the compiler (numba's fastmath). A kernel that calls another gets a
# copy of it compiled in its own surroundings; with reordered sums or fused multiply-adds the copies differ in the last
# bit, and so did a plan made while compiling from the same plan made from the cache. On Online Retail II the liberties
# saved no time (3.2 to 3.6 processor seconds for the forecast either way).
OLD_SECONDS: Final = 86_400.0  # machine code of other versions goes after a day; another process may be using it
PACKAGE: Final = Path(__file__).resolve().parents[1]
CHOSEN_BY_USER: Final = bool(os.environ.get("NUMBA_CACHE_DIR"))
IMPORT: Final = re.compile(r"^\s*from (invopt[\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)
ELEMENT: Final = "float64(float64, float64, float64)"


def _keep_beside_its_source(function: Callable[..., Any]) -> None:
    """Have the next function's machine code kept in a folder named after the text it was made from.

    That text is the function's module and all of the package it imports, however far: numba's cache looks at the
    file of a function alone, and after a change to a kernel that others call, theirs would go on with the old
    one. A user's NUMBA_CACHE_DIR is left as it is; a package that cannot be written to keeps numba's own choice of
    place.
    """
    source = Path(function.__code__.co_filename).resolve()
    if CHOSEN_BY_USER or not source.is_relative_to(PACKAGE) or not os.access(PACKAGE, os.W_OK):
        return
    digest = hashlib.sha256()
    for path in sorted(_imported_from(source)):
        digest.update(_text(path).encode())
    home = PACKAGE / "__pycache__" / "kernels" / ".".join(source.relative_to(PACKAGE).with_suffix("").parts)
    folder = home / digest.hexdigest()[:12]
    _forget_old(home, folder)
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]


@cache
def _imported_from(source: Path) -> frozenset[Path]:
    """A file of the package and the files of the package it imports, directly or through others."""
    found, waiting = {source}, [source]
    while waiting:
        for package, names in IMPORT.findall(_text(waiting.pop())):
            home = PACKAGE.joinpath(*package.split(".")[1:])
            modules = [home, *(home / name for name in re.findall(r"\w+", names))]
            candidates = {path for module in modules for path in (module.with_suffix(".py"), module / "__init__.py")}
            new = {path for path in candidates - found if path.is_file()}
            found |= new
            waiting += new
    return frozenset(found)


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _forget_old(home: Path, current: Path) -> None:
    for old in home.glob("*"):
        if old != current and time.time() - old.stat().st_mtime > OLD_SECONDS:
            shutil.rmtree(old, ignore_errors=True)


def kernel(function: Function) -> Function:
    """Compile a function of one series.

    It releases the interpreter's lock, and its machine code is kept on disk for the next process.
    """
    _keep_beside_its_source(function)
    return cast("Function", numba.njit(nogil=True, cache=True)(function))


def block_kernel(function: Function) -> Function:
    """Compile a loop over series (`numba.prange`), spread over the cores; each series stays on one of them.

    A division by zero gives inf or NaN as in NumPy, so the loop carries no exception branch.
    """
    _keep_beside_its_source(function)
    compiler = numba.njit(nogil=True, cache=True, parallel=True, error_model="numpy")
    return cast("Function", compiler(function))


def exact_kernel(function: Function) -> Function:
    """Compile a function whose digits matter: arithmetic as written."""
    _keep_beside_its_source(function)
    return cast("Function", numba.njit(nogil=True, cache=True, error_model="numpy")(function))


def elementwise(function: Callable[..., float]) -> Elementwise:
    """Compile a function of three numbers for arrays of them, which broadcast as in NumPy."""
    _keep_beside_its_source(function)
    vectorize: Any = numba.vectorize
    return cast("Elementwise", vectorize([ELEMENT], cache=True)(function))
