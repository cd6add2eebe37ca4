"""One pass over a series for sixteen parameter candidates at once: the inner loop of exponential smoothing.

The recursion runs along time and cannot be vectorised there; across candidates it can. So each state is an
array of `LANES` numbers, and the compiler turns every loop over them into a few SIMD instructions. The search
compares candidates in single precision, twice as many to an instruction; what it chooses is then run in
double (`ets_states`). On series scaled to mean 1 the criterion is off by less than the search's own
tolerance.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from invopt.probability.compiled import FloatArray, kernel

LANES: Final = 16
SMALLEST_FITTED: Final = 1e-6  # multiplicative errors divide by it (series are scaled to mean 1)
SMALLEST_SINGLE: Final = np.float32(SMALLEST_FITTED)  # a double constant would turn the loops to double

# A form below DAMPED is a sum of these: 0 is ETS(A,N,N), 7 is ETS(M,Ad,M). Errors follow the season. The forms from
# DAMPED on are those with a trend once more, undamped: the same recursion at phi = 1.
TRENDED: Final = 1
SEASONAL: Final = 2
MULTIPLICATIVE: Final = 4
DAMPED: Final = 8
FORM_NAMES: Final = (
    "ETS(A,N,N)", "ETS(A,Ad,N)", "ETS(A,N,A)", "ETS(A,Ad,A)",
    "ETS(M,N,N)", "ETS(M,Ad,N)", "ETS(M,N,M)", "ETS(M,Ad,M)",
    "ETS(A,A,N)", "ETS(A,A,A)", "ETS(M,A,N)", "ETS(M,A,M)",
)  # fmt: skip


class Lanes(NamedTuple):
    """The candidates of a pass, [LANES] each: parameters, states (first ones at the start), and sums."""

    alpha: Any
    beta: Any
    gamma: Any
    phi: Any
    level: Any
    trend: Any
    season: Any  # [season_length, LANES]
    squares: Any  # sum of squared errors
    product: Any  # of fitted values since the last logarithm, in double
    logarithms: Any  # sum of log |fitted|, in double


@kernel
def new_lanes(season_length: int) -> Lanes:
    """Room for a pass over a series."""
    single = np.float32
    return Lanes(
        np.empty(LANES, single), np.empty(LANES, single), np.empty(LANES, single), np.empty(LANES, single),
        np.empty(LANES, single), np.empty(LANES, single), np.empty((season_length, LANES), single),
        np.empty(LANES, single), np.empty(LANES), np.empty(LANES),
    )  # fmt: skip


def _scan_of(multiplicative: bool, trended: bool, seasonal: bool) -> Any:
    """Compile the pass for one form; the branches on the form vanish at compile time.

    Hyndman, Koehler, Ord & Snyder (2008), with q = l + phi b and fitted value f = q + s (additive) or q s
    (multiplicative), and e = y - f or (y - f) / f:

        additive        l' = q + alpha e      b' = phi b + beta e      s' = s + gamma e
        multiplicative  l' = q + alpha q e    b' = phi b + beta q e    s' = s + gamma s e
    """

    @kernel
    def scan(y: FloatArray, season_length: int, lanes: Lanes, criterion: FloatArray) -> None:
        alpha, beta, gamma, phi, level, trend, season, squares, product, logarithms = lanes
        for k in range(LANES):
            squares[k], product[k], logarithms[k] = 0.0, 1.0, 0.0
        known, position, pending = 0, 0, 0
        for t in range(y.size):
            value = y[t]
            if math.isnan(value):  # step over: time passes, nothing is learnt
                if trended:
                    for k in range(LANES):
                        trend[k] *= phi[k]
                        level[k] += trend[k]
            else:
                known += 1
                for k in range(LANES):
                    base = level[k]
                    if trended:
                        trend[k] *= phi[k]
                        base += trend[k]
                    if multiplicative:
                        fitted = base * season[position, k] if seasonal else base
                        fitted = fitted if fitted > SMALLEST_SINGLE else SMALLEST_SINGLE
                        error = (value - fitted) / fitted
                        step = base * error
                        product[k] *= fitted
                        if seasonal:
                            season[position, k] += gamma[k] * season[position, k] * error
                    else:
                        error = value - (base + season[position, k]) if seasonal else value - base
                        step = error
                        if seasonal:
                            season[position, k] += gamma[k] * error
                    level[k] = base + alpha[k] * step
                    if trended:
                        trend[k] += beta[k] * step
                    squares[k] += error * error
                if multiplicative:  # one logarithm for sixteen factors: their product stays within a double
                    pending += 1
                    if pending == 16:
                        pending = 0
                        for k in range(LANES):
                            logarithms[k] += math.log(product[k])
                            product[k] = 1.0
            if seasonal:
                position += 1
                if position == season_length:
                    position = 0
        for k in range(LANES):
            fit = known * math.log(squares[k] + 1e-12)
            if multiplicative:
                fit += 2.0 * (logarithms[k] + math.log(product[k]))
            criterion[k] = fit if fit == fit else 1e300

    return scan


_ann, _aan, _ana, _aaa = (_scan_of(False, bool(form & TRENDED), bool(form & SEASONAL)) for form in range(4))
_mnn, _man, _mnm, _mam = (_scan_of(True, bool(form & TRENDED), bool(form & SEASONAL)) for form in range(4))


@kernel
def scan(form: int, y: NDArray[np.float32], season_length: int, lanes: Lanes, criterion: FloatArray) -> None:
    """Run the candidates over y [T], float32; write -2 log-likelihood less a constant into criterion."""
    if form == 0:
        _ann(y, season_length, lanes, criterion)
    elif form == 1:
        _aan(y, season_length, lanes, criterion)
    elif form == 2:
        _ana(y, season_length, lanes, criterion)
    elif form == 3:
        _aaa(y, season_length, lanes, criterion)
    elif form == 4:
        _mnn(y, season_length, lanes, criterion)
    elif form == 5:
        _man(y, season_length, lanes, criterion)
    elif form == 6:
        _mnm(y, season_length, lanes, criterion)
    else:
        _mam(y, season_length, lanes, criterion)
