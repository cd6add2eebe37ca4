"""How every compiled kernel of the package is compiled: one place for it, so that all give the same digits."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
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
ELEMENT: Final = "float64(float64, float64, float64)"


def _cache_by_source() -> None:
    """Keep machine code in a folder named after the text of all kernels.

    Numba's cache looks at the file of a function alone: after a change to a kernel that others call, theirs
    would go on with the old one. A user's NUMBA_CACHE_DIR is left as it is; a package that cannot be written
    to keeps numba's own choice of place.
    """
    package = Path(__file__).resolve().parents[1]
    texts = [path.read_bytes() for path in sorted(package.rglob("*.py"))]
    digest = hashlib.sha256(b"".join(text for text in texts if b"invopt.probability.compiled" in text))
    home = package / "__pycache__"
    folder = home / f"kernels-{digest.hexdigest()[:12]}"
    if os.environ.get("NUMBA_CACHE_DIR") or not os.access(home if home.exists() else package, os.W_OK):
        return
    for old in home.glob("kernels-*"):
        if old != folder and time.time() - old.stat().st_mtime > OLD_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]


_cache_by_source()


def kernel(function: Function) -> Function:
    """Compile a function of one series.

    It releases the interpreter's lock, and its machine code is kept on disk for the next process.
    """
    return cast("Function", numba.njit(nogil=True, cache=True)(function))


def block_kernel(function: Function) -> Function:
    """Compile a loop over series (`numba.prange`), spread over the cores; each series stays on one of them.

    A division by zero gives inf or NaN as in NumPy, so the loop carries no exception branch.
    """
    compiler = numba.njit(nogil=True, cache=True, parallel=True, error_model="numpy")
    return cast("Function", compiler(function))


def exact_kernel(function: Function) -> Function:
    """Compile a function whose digits matter: arithmetic as written."""
    return cast("Function", numba.njit(nogil=True, cache=True, error_model="numpy")(function))


def elementwise(function: Callable[..., float]) -> Elementwise:
    """Compile a function of three numbers for arrays of them, which broadcast as in NumPy."""
    vectorize: Any = numba.vectorize
    return cast("Elementwise", vectorize([ELEMENT], cache=True)(function))
