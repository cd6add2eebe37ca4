"""How every compiled kernel of the package is compiled: one place to say which liberties the compiler has."""

from __future__ import annotations

from typing import Any, Final

# Reordering and fused multiply-add let the inner loops become SIMD code. `nnan` and `ninf` are left out on
# purpose: with them the compiler may delete `isnan`, and NaN is how an unknown period is written.
FAST: Final = frozenset({"reassoc", "contract", "arcp", "nsz"})

# nogil: threads of one process share the cores. cache: a second process pays no compile time.
KERNEL: Final[dict[str, Any]] = {"nogil": True, "cache": True, "fastmath": set(FAST)}

# error_model: a division by zero gives inf or NaN as in NumPy, so the loops carry no exception branch.
BLOCK: Final[dict[str, Any]] = {**KERNEL, "parallel": True, "error_model": "numpy"}
EXACT: Final[dict[str, Any]] = {"nogil": True, "cache": True, "error_model": "numpy"}
