"""History that a new SKU takes on: lent by the one it is said to be like, or left by the one it follows."""

from __future__ import annotations

from typing import Final

import numpy as np

from invopt.probability.compiled import BoolArray, FloatArray

PRIOR_PERIODS: Final = 4.0  # of the look-alike's demand, in which the newcomer is taken to sell as much


def lent_history(own: FloatArray, lent: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Demand of new SKUs with the look-alike's history in front of their first sale; and where it stands.

    own, lent: [n, T] units; a row of `lent` without any unit lends nothing. Returns demand [n, T] and [n, T] True
    where it is lent. The loan is scaled by how the two sold since: with a and b their units from the first sale on,
    and m the look-alike's mean,

        r = (a + 4 m) / (b + 4 m)

    so a SKU that has not sold yet is taken to sell as the other does, and its own sales soon outweigh that. Fails
    where the two are not alike in shape.

    >>> own, lent = np.array([[0.0, 0, 0, 6, 6]]), np.array([[3.0, 3, 3, 3, 3]])
    >>> lent_history(own, lent)[0].round(1).tolist()
    [[4.0, 4.0, 4.0, 6.0, 6.0]]
    """
    periods = own.shape[1]
    lends: BoolArray = np.asarray((lent > 0.0).any(axis=1))
    sold = own > 0.0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), periods)
    since = np.arange(periods)[None, :] >= first[:, None]
    started = np.cumsum(lent > 0.0, axis=1) > 0
    mean = lent.sum(axis=1) / np.maximum(started.sum(axis=1), 1)
    ours = np.where(since, own, 0.0).sum(axis=1) + PRIOR_PERIODS * mean
    theirs = np.where(since, lent, 0.0).sum(axis=1) + PRIOR_PERIODS * mean
    ratio = np.divide(ours, theirs, out=np.ones_like(ours), where=theirs > 0.0)
    taken = ~since & lends[:, None]
    return np.where(taken, lent * ratio[:, None], own), taken


def between_two_lives(is_inherited: BoolArray, is_own: BoolArray) -> BoolArray:
    """[n, T] periods in which neither a SKU nor the one it follows was on sale: unknown, not zero.

    is_inherited, is_own: [n, T] periods with an order of the predecessor, and of the SKU itself. The periods between
    the predecessor's last order and the SKU's first, or the end where there is none yet. Fails where the predecessor
    sold so seldom that it was on sale for most of them.

    >>> inherited, own = np.array([[True, True, False, False]]), np.array([[False, False, False, True]])
    >>> between_two_lives(inherited, own).tolist()
    [[False, False, True, False]]
    """
    periods = is_own.shape[1]
    place = np.arange(periods)[None, :]
    last = np.where(is_inherited, place, -1).max(axis=1, initial=-1)
    first = np.where(is_own, place, periods).min(axis=1, initial=periods)
    gap: BoolArray = (place > last[:, None]) & (place < first[:, None]) & (last >= 0)[:, None]
    return gap
