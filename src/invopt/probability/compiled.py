"""How every compiled kernel of the package is compiled: one place to say which liberties the compiler has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar, cast

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

Function = TypeVar("Function", bound=Callable[..., Any])
Elementwise: TypeAlias = Callable[[ArrayLike, ArrayLike, ArrayLike], FloatArray]

# Reordering and fused multiply-add let the inner loops become SIMD code. `nnan` and `ninf` are left out on
# purpose: with them the compiler may delete `isnan`, and NaN is how an unknown period is written.
LIBERTIES: Final = {"reassoc", "contract", "arcp", "nsz"}
ELEMENT: Final = "float64(float64, float64, float64)"


def kernel(function: Function) -> Function:
    """Compile a function of one series, for speed: sums may be taken in another order than written.

    It releases the interpreter's lock, and its machine code is kept on disk for the next process.
    """
    return cast("Function", numba.njit(nogil=True, cache=True, fastmath=LIBERTIES)(function))


def block_kernel(function: Function) -> Function:
    """Compile a loop over series (`numba.prange`), spread over the cores; each series stays on one of them.

    A division by zero gives inf or NaN as in NumPy, so the loop carries no exception branch.
    """
    compiler = numba.njit(nogil=True, cache=True, fastmath=LIBERTIES, parallel=True, error_model="numpy")
    return cast("Function", compiler(function))


def exact_kernel(function: Function) -> Function:
    """Compile a function whose digits matter: arithmetic as written."""
    return cast("Function", numba.njit(nogil=True, cache=True, error_model="numpy")(function))


def elementwise(function: Callable[..., float]) -> Elementwise:
    """Compile a function of three numbers for arrays of them, which broadcast as in NumPy."""
    vectorize: Any = numba.vectorize
    return cast("Elementwise", vectorize([ELEMENT], cache=True)(function))
